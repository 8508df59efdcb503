"""Every page in every state can be used by everybody: axe finds nothing, nothing is cut off, the browser is content."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from tests.access.world import build, stopped_clock
from tests.factories import basics
from tests.strings.pseudo import pseudo_language

from .looking import CROSSED, ONCE, TWICE, WITH_A_TABLET, Looking, Looks
from .shelf import Kept, Shelf, given_out
from .states import collect, crawl, demo

# Beside the other tests of the database: the world is made in what the migrations left.
pytestmark = [pytest.mark.browser, pytest.mark.sqlite, pytest.mark.django_db]

Wrong = dict[str, dict[str, list[str]]]
"""By page and kind."""


@pytest.fixture(scope="module")
def look_at(browser: Any) -> Callable[[Shelf, Callable[[Kept], Looks]], Wrong]:
    """Look at a whole shelf; say how to look at each page."""

    def look(shelf: Shelf, how: Callable[[Kept], Looks]) -> Wrong:
        looking = Looking(browser)
        with given_out(shelf) as address:
            found = {str(page): looking.look(f"{address}/{n}", how(page)) for n, page in enumerate(shelf.pages)}
        looking.leave()
        return {page: wrong for page, wrong in found.items() if wrong}

    return look


@pytest.fixture(scope="module")
def shelf(django_db_setup: None, django_db_blocker: Any) -> Shelf:
    """Every page once; nothing of the world they are about stays in the database."""
    basics.nothing_kept()
    with django_db_blocker.unblock(), stopped_clock() as at, transaction.atomic():
        found = collect(build(at))
        transaction.set_rollback(True)
    basics.nothing_kept()
    return found


@pytest.fixture(scope="module")
def wrong(shelf: Shelf, look_at: Any) -> Wrong:
    """A page that is made only of what stands on others is looked at once."""

    def how(page: Kept) -> Looks:
        if "table-scroll" in page.body:
            return WITH_A_TABLET
        return TWICE if page.new else ONCE

    found: Wrong = look_at(shelf, how)
    return found


def of(wrong: Wrong, kind: str) -> dict[str, list[str]]:
    return {page: lines[kind] for page, lines in wrong.items() if kind in lines}


def test_every_kind_of_page_and_answer_is_on_the_shelf(shelf: Shelf) -> None:
    assert {page.status for page in shelf.pages} == {200, 403, 404, 409, 422}
    assert {"GET today", "GET case_decide", "GET patterns", "account_login", "mfa_authenticate", "errors/500"} <= {
        page.name for page in shelf.pages
    }


def test_axe_finds_nothing_wrong_on_any_page(wrong: Wrong) -> None:
    assert of(wrong, "axe") == {}


def test_whoever_comes_by_keyboard_sees_where_they_are(wrong: Wrong) -> None:
    assert of(wrong, "focus") == {}


def test_nothing_is_wider_than_the_narrowest_phone(wrong: Wrong) -> None:
    assert of(wrong, "sideways") == {}


def test_the_browser_has_nothing_to_complain_about(wrong: Wrong) -> None:
    assert of(wrong, "said") == {}


@pytest.mark.long
def test_every_page_and_answer_in_both_colours_at_both_widths(shelf: Shelf, look_at: Any) -> None:
    print(f"{len(shelf.pages)} pages and answers")
    assert look_at(shelf, lambda page: CROSSED) == {}


@pytest.mark.long
def test_words_that_are_longer_fit_on_the_narrowest_phone(
    django_db_setup: None, django_db_blocker: Any, look_at: Any
) -> None:
    basics.nothing_kept()
    with pseudo_language(), django_db_blocker.unblock(), stopped_clock() as at, transaction.atomic():
        found = collect(build(at))
        transaction.set_rollback(True)
    basics.nothing_kept()
    assert of(look_at(found, lambda page: ONCE), "sideways") == {}


@pytest.mark.long
def test_the_demo_company_in_both_colours_at_both_widths(
    django_db_setup: None, django_db_blocker: Any, look_at: Any
) -> None:
    basics.nothing_kept()
    with django_db_blocker.unblock(), transaction.atomic():
        found = crawl(demo())
        transaction.set_rollback(True)
    basics.nothing_kept()
    print(f"{len(found.pages)} pages of the demo company")
    assert len(found.pages) > 40
    assert look_at(found, lambda page: CROSSED) == {}


def test_what_is_wrong_is_found(look_at: Any) -> None:
    """Without this the tests above would prove nothing."""
    page = """<!DOCTYPE html><title>x</title><style>:focus {outline: none} p {width: 900px}</style>
        <p><a href="/">here</a><img src="/static/nowhere.png">"""
    shelf = Shelf()
    shelf.add(
        Kept("bad", 200, {"Content-Type": "text/html", "Content-Security-Policy": "style-src 'unsafe-inline'"}, page)
    )
    shelf.add(Kept("strict", 200, {"Content-Type": "text/html", "Content-Security-Policy": "style-src 'none'"}, page))
    found = look_at(shelf, lambda page: ONCE)
    assert set(found["bad [200]"]) == {"axe", "focus", "sideways", "said"}
    assert "REFUSED style-src" in " ".join(found["strict [200]"]["said"])
