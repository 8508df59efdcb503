"""H22: every form of the matrix, sent twice and sent again with other words.

The same bytes twice get one answer and write once. The same key with other words is a conflict that writes nothing and
keeps the words: the first who may do the act tries it, in a world that is put back after each form.
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction

from .matrix import Cell, cells
from .probes import PROBES
from .walk import Walk, differences, fingerprint, tables
from .world import build

pytestmark = pytest.mark.django_db  # the walks need it, and run beside the others that do

OTHER = "Other words altogether, which nobody had sent before."
WORDS = ("why", "reason", "missing", "words", "note", "body", "report", "text", "what", "shared_notes")
"""Fields that take a sentence, the most telling first."""

WORDLESS = {"POST challenge withdraw", "POST case_read", "POST exchange_thread accept"}
"""The form of the matrix serves several acts; these read no words of it."""
KEYLESS = {"case_claim"}
"""No act: claiming again prolongs."""


def tried() -> list[Cell]:
    """Of each form the first cell of somebody who may send it."""
    found: dict[str, Cell] = {}
    for cell in cells():
        name = cell.probe.partition(" ")[2]
        if cell.probe.startswith("POST ") and cell.code == "Y" and name.split()[0] not in KEYLESS:
            found.setdefault(cell.probe, cell)
    return list(found.values())


def other_words(form: dict[str, Any]) -> dict[str, Any] | None:
    """The same form with other words in the field that takes a sentence; None when it has none."""
    name = next((name for name in WORDS if isinstance(form.get(name), str) and form[name]), None)
    return form | {name: OTHER} if name else None


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of one form: how it was answered twice, where it led, what the second time and other words changed."""

    statuses: tuple[int, int]
    led: tuple[str, str]
    again: frozenset[str]
    other: int | None
    kept: bool
    by_other: frozenset[str]


def send(walk: Walk, cell: Cell) -> Sent:
    """Send the form, again, and with other words; then everything is taken back."""
    url, form = PROBES[cell.probe](walk.world, walk.world.people[cell.role], walk.world.rows(cell.whose, cell.role))
    browser, form = walk.browsers[cell.role], form or {}
    cookies = dict(browser.cookies)
    with transaction.atomic():
        first = browser.post(url, form)
        after = fingerprint(tables())
        second = browser.post(url, form)
        again = differences(after, fingerprint(tables()))
        changed = None if cell.probe in WORDLESS else other_words(form)
        third = browser.post(url, changed) if changed else None
        by_other = differences(after, fingerprint(tables()))
        transaction.set_rollback(True)
    browser.cookies.clear()
    browser.cookies.update(cookies)
    led = tuple(str(answer.get("Location", "")).partition("#")[0] for answer in (first, second))
    page = html.unescape(third.content.decode()) if third else ""
    return Sent(
        (first.status_code, second.status_code),
        (led[0], led[1]),
        again,
        third.status_code if third else None,
        OTHER in page,
        by_other,
    )


@pytest.fixture(scope="session")
def sent(in_a_world: Any) -> dict[str, Sent]:
    """Every form of the matrix."""

    def go(at: Any) -> dict[str, Sent]:
        walk = Walk(build(at))
        return {cell.probe: send(walk, cell) for cell in tried()}

    found: dict[str, Sent] = in_a_world(go)
    return found


@pytest.mark.parametrize("probe", [cell.probe for cell in tried()])
def test_twice_is_once_and_other_words_are_a_conflict(sent: dict[str, Sent], probe: str) -> None:
    """H22."""
    found = sent[probe]
    assert found.statuses == (302, 302)
    assert found.led[0] == found.led[1]
    assert found.again == frozenset()
    if found.other is not None:
        assert (found.kept, found.by_other) == (True, frozenset())
        assert found.other == (403 if probe == "POST people_end" else 409), "who has left is no longer theirs to end"
