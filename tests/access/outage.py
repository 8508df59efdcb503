"""The database goes away in the middle of a request: each page and form, at its first, middle and last statement.

From that statement on each one fails, as when a server is stopped or a disk is full; what was begun is taken back.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import OperationalError, connection, transaction
from django.test import Client

from lms.views.acting import all_words

from .matrix import Cell, cells
from .probes import PROBES
from .walk import TABLE, WRITES, Walk, differences, fingerprint, tables

GOES_ON = re.compile(r"\s*(SAVEPOINT|RELEASE|ROLLBACK)", re.I)


@dataclass(frozen=True, slots=True)
class Outage:
    """What somebody got whose request lost its database at this statement of so many."""

    probe: str
    role: str
    at: int
    of: int
    status: int
    headers: dict[str, str]
    lost: tuple[str, ...]
    """Words of the form that are not in the answer."""
    half: frozenset[str]
    """Tables that changed, where others did not that an undisturbed request changes as well."""


def outages(walk: Walk) -> list[Outage]:
    """Every probe, by the first role that may, with the database going away at three places."""
    found, tried = [], set()
    for browser in walk.browsers.values():
        browser.raise_request_exception = False
    before = fingerprint(tables())
    for cell in cells():
        if cell.code == "Y" and cell.probe not in tried:
            tried.add(cell.probe)
            found += _outages(walk, cell, before)
    return found


def _outages(walk: Walk, cell: Cell, before: dict[str, int]) -> list[Outage]:
    actor = walk.world.people[cell.role]
    url, form = PROBES[cell.probe](walk.world, actor, walk.world.rows(cell.whose, cell.role))
    browser, method = walk.browsers[cell.role], cell.probe.split()[0].lower()
    for _warm in range(2):  # what a process keeps in memory is asked for once
        count, _answer, whole = _asked(browser, method, url, form, 1_000_000, before)
    found = []
    for at in sorted({0, count // 2, count - 1}) if count else ():
        _count, answer, changed = _asked(browser, method, url, form, at, before)
        page = html.unescape(answer.content.decode())
        lost = tuple(text for _name, text in all_words(answer.wsgi_request) if text not in page)
        half = frozenset() if changed == whole else changed
        found.append(Outage(cell.probe, cell.role, at, count, answer.status_code, dict(answer.headers), lost, half))
    return found


def _asked(
    browser: Client, method: str, url: str, form: dict[str, Any] | None, gone: int, before: dict[str, int]
) -> tuple[int, Any, frozenset[str]]:
    """Number of statements, the answer, and which tables are not as before; the request is taken back."""
    count, touched = 0, set[str]()

    def fail(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal count
        if not GOES_ON.match(sql):
            count += 1
            if count > gone:
                raise OperationalError("the connection is lost")
            if WRITES.match(sql):
                touched.update(TABLE.findall(sql)[:1])
        return execute(sql, params, many, context)

    kept = dict(browser.cookies)
    with transaction.atomic():
        with connection.execute_wrapper(fail):
            answer = getattr(browser, method)(url, form)
        changed = differences(before, fingerprint(touched & before.keys()))
        transaction.set_rollback(True)
    browser.cookies.clear()
    browser.cookies.update(kept)
    return count, answer, changed
