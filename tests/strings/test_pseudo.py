"""In a language that nobody speaks no English is left: in pages, attributes, forms, tables, notices and mail."""

from __future__ import annotations

import pytest

from tests.access.probes import PROBES

from .data import Words
from .pseudo import pseudo
from .tour import Seen

pytestmark = pytest.mark.django_db


def test_every_word_of_ours_can_be_translated(seen: Seen) -> None:
    assert seen.plain() == {}


def test_the_tour_saw_every_page_form_and_kind_of_text(seen: Seen) -> None:
    """Every page and form of the access matrix; forms that were done, refused and invalid; mail, notices and tables."""
    assert PROBES.keys() - seen.statuses.keys() == {"GET patterns"}
    assert {status for found in seen.statuses.values() for status in found} >= {200, 302, 403, 404, 409, 422}
    kinds = {place.rpartition("<")[2].rstrip(">") for places in seen.texts.values() for place in places}
    assert kinds >= {"cell", "sheet", "notice", "mail", "subject of a mail", "option", "label", "title"}


def test_a_word_that_was_forgotten_is_found() -> None:
    words = Words({"Ana Brandt", "Hear first"})
    assert words.left(pseudo("Signed by %(name)s.") % {"name": "Ana Brandt"}) == ""
    assert words.left("Hear first") == words.left("12 · 09:30 · ana@example.com") == ""
    assert words.left(pseudo("Signed by %(name)s.") % {"name": "your coach"}) == "your coach"
    assert words.left("Signed by Ana Brandt") == "Signed by"


def test_the_language_keeps_what_is_no_word() -> None:
    assert pseudo("%(n)s of {all} <b>days</b>&nbsp;left").startswith("⟦%(n)s öƒ {all} <b>đåýš</b>&nbsp;ļéƒţ")
    assert pseudo("%(day)s, %(time)s") == "%(day)s, %(time)s"
    assert len(pseudo("Ask to be observed")) > 1.4 * len("Ask to be observed")
