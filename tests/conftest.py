"""What every test may use: databases that are ready in a second, a clock to move, a browser."""

import hashlib
import os
import shutil
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]

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
# Migrating from nothing takes some 17 seconds of work, nearly all of it Wagtail's. The first run keeps a copy of the
# migrated database under a fingerprint of everything that shapes it; later runs begin with that copy.


def fingerprint() -> str:
    """Of our migrations, of what runs after them, of apps and packages; empty while an app has no migrations."""
    apps = [ROOT / app for app in ("lms", "coaching", "assessments", "cms")]
    if not all((app / "migrations" / "0001_initial.py").exists() for app in apps):
        return ""
    files = [ROOT / "requirements.txt", ROOT / "lms" / "settings" / "base.py"]
    for app in apps:
        files += sorted((app / "migrations").glob("*.py"))
        files += [path for name in ("apps.py", "receivers.py") if (path := app / name).exists()]
        files += sorted((app / "services").glob("*guards*.py"))
    sha = hashlib.sha256()
    for path in files:
        sha.update(f"{path.relative_to(ROOT)}\0{path.stat().st_size}\0".encode() + path.read_bytes())
    return sha.hexdigest()[:16]


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest,
    django_test_environment: None,
    django_db_blocker: Any,
    django_db_modify_db_settings: None,
) -> Generator[None]:
    """pytest-django's, with a template database."""
    from django.db import connection
    from django.test.utils import setup_databases, teardown_databases

    template = _SQLite(connection) if connection.vendor == "sqlite" else _PostgreSQL(connection)
    name = fingerprint()
    marks = [mark for item in request.session.items for mark in item.iter_markers("django_db")]
    serialized = {"default"} if any(mark.kwargs.get("serialized_rollback") for mark in marks) else set()
    with django_db_blocker.unblock():
        found = bool(name) and template.use(name)
        try:
            databases = setup_databases(
                verbosity=0, interactive=False, keepdb=found and template.keepdb, serialized_aliases=serialized
            )
        except BaseException:
            template.discard()
            raise
        if name and not found:
            template.save(name)
    yield
    with django_db_blocker.unblock():
        teardown_databases(databases, verbosity=0)


class _SQLite:
    """The template is a file, and using it means copying it to where the test database goes."""

    keepdb = True

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.folder = ROOT / "var" / "test"

    def use(self, name: str) -> bool:
        try:
            shutil.copyfile(self.folder / f"{name}.sqlite3", self.connection.settings_dict["TEST"]["NAME"])
        except FileNotFoundError:
            return False
        return True

    def discard(self) -> None:
        """Nothing to do: the file goes with the data folder of this run."""

    def save(self, name: str) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        for old in self.folder.glob("*.sqlite3"):
            old.unlink(missing_ok=True)
        new = self.folder / f"{name}.{os.getpid()}.new"
        with self.connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(new)])
        new.replace(self.folder / f"{name}.sqlite3")


class _PostgreSQL:
    """The template is a database of its own, one a role (only its owner may copy it), copied by PostgreSQL itself."""

    keepdb = False

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.prefix = f"vouch_template_{connection.settings_dict['USER'] or 'me'}_"

    def use(self, name: str) -> bool:
        with self.connection._nodb_cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [self.prefix + name])
            if not cursor.fetchone():
                return False
        self.connection.settings_dict["TEST"]["TEMPLATE"] = self.prefix + name
        return True

    def discard(self) -> None:
        """Half a database, left by a migration that failed: nobody else would remove it."""
        self.connection.close()
        with self.connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{self.connection.settings_dict["TEST"]["NAME"]}"')

    def save(self, name: str) -> None:
        from django.db import ProgrammingError

        self.connection.close()  # PostgreSQL copies only a database that nobody uses
        with self.connection._nodb_cursor() as cursor:
            cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [self.prefix])
            for (old,) in cursor.fetchall():
                cursor.execute(f'DROP DATABASE IF EXISTS "{old}"')
            try:
                source = self.connection.settings_dict["NAME"]
                cursor.execute(f'CREATE DATABASE "{self.prefix}{name}" TEMPLATE "{source}"')
            except ProgrammingError:
                pass  # another run was faster


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    """Each test begins without what the one before left in memory."""
    from tests import factories

    factories.nothing_kept()


@pytest.fixture(scope="session", autouse=True)
def guards_step_aside() -> Iterator[None]:
    """A test that commits ends with a flush, and the ledger's guards refuse that on both databases.

    So they are taken away just before it and stand again right after; production code has no such switch.
    """
    from django.db import connection
    from django.test import TransactionTestCase

    from assessments.services import guards

    flush = TransactionTestCase._fixture_teardown

    def teardown(self: TransactionTestCase) -> None:
        guards.remove(connection)
        try:
            flush(self)
        finally:
            guards.install(connection)

    TransactionTestCase._fixture_teardown = teardown  # type: ignore[method-assign]
    yield
    TransactionTestCase._fixture_teardown = flush  # type: ignore[method-assign]


# --- What takes long to make --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def once_for_the_file(django_db_setup: None, django_db_blocker: Any) -> Iterator[Callable[[Callable[[], Any]], Any]]:
    """``once_for_the_file(make)``: what it makes stands in a transaction around all tests of a file, each of which
    takes back only what it did itself. Not for tests that commit.
    """
    from django.db import connection, transaction

    from tests import factories

    around = transaction.atomic()
    with django_db_blocker.unblock():
        around.__enter__()

    def carry_out(make: Callable[[], Any]) -> Any:
        factories.nothing_kept()
        with django_db_blocker.unblock():
            made = make()
            connection.check_constraints()  # or PostgreSQL would alter no table that has keys left to check
            return made

    yield carry_out
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        around.__exit__(None, None, None)


@pytest.fixture(scope="module")
def _small_of_the_file(once_for_the_file: Any) -> Any:
    from tests import cms_factories

    return once_for_the_file(cms_factories.small_path)


@pytest.fixture
def small(db: None, _small_of_the_file: Any) -> Any:
    """``cms_factories.Small``: one of each kind of page and snippet, published."""
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
