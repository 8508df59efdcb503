"""What every test may use: databases that are ready in a second, a clock to move, a browser."""

import gc
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

# Set by bin/test when it runs one process per database.
ON = os.environ.get("VOUCH_TEST_ON", "")


# --- Which tests run here -----------------------------------------------------------------------------------------


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="also run the tests marked long")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    from django.conf import settings

    vendor = "sqlite" if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3") else "postgresql"
    other = {"sqlite": "postgresql", "postgresql": "sqlite"}[vendor]

    def belongs(item: pytest.Item) -> bool:
        if item.get_closest_marker("long") and not config.getoption("--long"):
            return False
        if item.get_closest_marker(other):
            return False
        # Where two processes share the work, one takes the browser, the other what needs no database.
        if ON == "postgresql":
            return not item.get_closest_marker("browser")
        return ON != "sqlite" or uses_database(item)

    kept = [item for item in items if belongs(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept

    for item in items:
        if item.get_closest_marker("redis") and not os.environ.get("TEST_REDIS_URL"):
            item.add_marker(pytest.mark.skip(reason="needs TEST_REDIS_URL"))
        if item.get_closest_marker("browser") and not os.environ.get("CHROMIUM"):
            item.add_marker(pytest.mark.skip(reason="needs CHROMIUM"))


def pytest_collection_finish() -> None:
    """What is imported and collected stays for good: the collector need not look at it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def uses_database(item: pytest.Item) -> bool:
    from django.test import TransactionTestCase

    fixtures = {"db", "transactional_db", "django_db_setup", "live_server"}
    case = getattr(item, "cls", None)
    return bool(
        item.get_closest_marker("django_db")
        or item.get_closest_marker("browser")
        or fixtures.intersection(getattr(item, "fixturenames", ()))
        or (case and issubclass(case, TransactionTestCase))
    )


# --- Databases ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: Any, django_db_modify_db_settings: None
) -> Iterator[None]:
    """pytest-django's, with a template database; a test that commits leaves it as it was (``databases``)."""
    from django.db import connection
    from django.test import TransactionTestCase
    from django.test.utils import setup_databases, teardown_databases

    from tests.databases import database_of, fingerprint

    database, name = database_of(connection), fingerprint()
    with django_db_blocker.unblock():
        found = bool(name) and database.use(name)
        try:
            made = setup_databases(
                verbosity=0, interactive=False, keepdb=found and database.keepdb, serialized_aliases=set()
            )
        except BaseException:
            database.discard()
            raise
        if name and not found:
            database.save(name)
        database.keep()
    with patch.object(TransactionTestCase, "_fixture_teardown", lambda case: database.restore()):
        yield
    with django_db_blocker.unblock():
        teardown_databases(made, verbosity=0)


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    """Each test begins without what the one before left in memory."""
    from tests.factories import basics

    basics.nothing_kept()


# --- What takes long to make --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def once_for_the_file(django_db_setup: None, django_db_blocker: Any) -> Iterator[Callable[[Callable[[], Any]], Any]]:
    """``once_for_the_file(make)``: what it makes stands in a transaction around all tests of a file, each of which
    takes back only what it did itself. Not for tests that commit.
    """
    from django.db import connection, transaction

    from tests.factories import basics

    around = transaction.atomic()
    with django_db_blocker.unblock():
        around.__enter__()

    def carry_out(make: Callable[[], Any]) -> Any:
        basics.nothing_kept()
        with django_db_blocker.unblock():
            made = make()
            connection.check_constraints()  # or PostgreSQL would alter no table that has keys left to check
            return made

    yield carry_out
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        around.__exit__(None, None, None)


@pytest.fixture(scope="module")
def _frame_of_the_file(once_for_the_file: Any) -> Any:
    from tests.factories import cms

    return once_for_the_file(cms.site)


@pytest.fixture
def frame(db: None, _frame_of_the_file: Any) -> Any:
    """``setup.Frame``: home, shelves, groups. Takes a tenth of a second, so that a file makes it once."""
    return _frame_of_the_file


@pytest.fixture(scope="module")
def _small_of_the_file(once_for_the_file: Any) -> Any:
    from tests.factories import cms

    return once_for_the_file(cms.one_of_each)


@pytest.fixture
def small(db: None, _small_of_the_file: Any) -> Any:
    """``cms.OneOfEach``: one of each kind of page and snippet, published."""
    return _small_of_the_file.again()


# --- Time ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def move_clock(settings: Any, tmp_path: Path) -> Callable[[float], None]:
    """``move_clock(seconds)``: from now on lms.clock is that far ahead."""
    file = tmp_path / "clock"
    settings.VOUCH_CLOCK_FILE = str(file)

    def move(seconds: float) -> None:
        file.write_text(str(seconds))

    return move


# --- Browser ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium, driven by Playwright; mark the test ``browser`` and open pages of ``live_server``."""
    from playwright.sync_api import sync_playwright

    # Playwright keeps an event loop in this thread, and Django then refuses the database in it. Nothing here is async.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        # A build machine runs as root, where Chromium's own sandbox cannot start.
        chromium = playwright.chromium.launch(executable_path=os.environ["CHROMIUM"], args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A tab with cookies of its own."""
    context = browser.new_context(locale="en-GB", timezone_id="UTC")
    yield context.new_page()
    context.close()
