"""A pytest plugin of bin/mutants: runs each test once for every guard that it is to miss, without that guard.

``VOUCH_WITHOUT`` names a file that says which guards a test is to miss: constraints and triggers of the test database,
conditions of policies. What became of each is written next to that file. So hundreds share one process.
"""

import importlib
import json
import os
import types
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from _conditions import without_each
from _pytest.runner import runtestprotocol

PLAN = Path(os.environ["VOUCH_WITHOUT"])
WITHOUT: dict[str, list[dict[str, str]]] = json.loads(PLAN.read_text("utf-8"))
ROOT = Path(__file__).resolve().parents[1]
KEY = pytest.StashKey[dict[str, str]]()


def pytest_collection_modifyitems(items: list[Any]) -> None:
    for item in items:
        if "taken_away" not in item.fixturenames:
            item.fixturenames.insert(0, "taken_away")  # before the transaction that the test runs in


def pytest_runtest_protocol(item: Any, nextitem: Any) -> bool:
    """Killed: the test itself fails. What fails before or after it is no answer."""
    todo = WITHOUT[item.nodeid]
    for number, what in enumerate(todo, 1):
        item.stash[KEY] = what
        item._initrequest()
        # Its module comes next, so that the test is torn down and what it shares with others is not.
        reports = runtestprotocol(item, nextitem=item.parent if number < len(todo) else nextitem, log=False)
        outcome = {report.when: report for report in reports}
        call = outcome.get("call")
        if call and call.failed and "NameError" not in str(call.longrepr):
            word, said = "killed", ""
        elif all(report.passed for report in reports):
            word, said = "survived", ""
        else:
            word, said = "broken", "".join(str(report.longrepr) for report in reports if report.failed)[-400:]
        with PLAN.with_suffix(".done").open("a", encoding="utf-8") as file:
            file.write(json.dumps([what["called"], word, said]) + "\n")
    return True


@pytest.fixture
def taken_away(request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Without what the test is to miss; with it again afterwards."""
    what = request.node.stash[KEY]
    with django_db_blocker.unblock():
        if what["condition"]:
            swap_code(what)
        elif what["trigger"]:
            drop_trigger(what["trigger"])
        else:
            change_constraint(what, back=False)
    yield
    with django_db_blocker.unblock():
        if what["condition"]:
            swap_code(what)
        elif what["trigger"]:
            for guard in guards():
                guard.install(connection())
        else:
            change_constraint(what, back=True)


# --- Conditions: the functions stay, whoever holds them, and get the code of a text without the condition


def swap_code(what: dict[str, str]) -> None:
    """Between every function of the module and its other self."""
    module = importlib.import_module(what["file"].removesuffix(".py").replace("/", "."))
    for one, other in zip(functions(module), functions(changed(what["file"], what["condition"])), strict=True):
        one.__code__, other.__code__ = other.__code__, one.__code__


@cache
def changed(file: str, condition: str) -> types.ModuleType:
    text = without_each((ROOT / file).read_text("utf-8"))[condition]
    name = file.removesuffix(".py").replace("/", ".")
    other = types.ModuleType(name)
    other.__package__ = name.rpartition(".")[0]
    exec(compile(text, file, "exec"), other.__dict__)  # noqa: S102 - our own text
    return other


def functions(module: types.ModuleType) -> list[Any]:
    """Of the module and of its classes, in the order of the text."""
    found = []
    for value in vars(module).values():
        if isinstance(value, types.FunctionType) and value.__module__ == module.__name__:
            found.append(value)
        elif isinstance(value, type) and value.__module__ == module.__name__:
            found += [item for item in vars(value).values() if isinstance(item, types.FunctionType)]
    return found


# --- Constraints and triggers


def drop_trigger(name: str) -> None:
    """Of the ledger's; it is named after its table."""
    table = name.rpartition("_no_")[0]
    with connection().cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}" + ("" if connection().vendor == "sqlite" else f" ON {table}"))


def change_constraint(what: dict[str, str], back: bool) -> None:
    """Take one off its table, or put it back. SQLite makes the table anew for that, without its triggers."""
    model = migrated().get_model(what["model"])
    kept = model._meta.constraints
    one = next(item for item in kept if item.name == what["constraint"])
    for guard in guards():  # no table may be made anew that one of them reads
        guard.remove(connection())
    with connection().schema_editor() as editor:
        if back:
            editor.add_constraint(model, one)
        else:
            model._meta.constraints = [item for item in kept if item is not one]
            editor.remove_constraint(model, one)
            model._meta.constraints = kept
    for guard in guards():
        guard.install(connection())


@cache
def migrated() -> Any:
    """The models as the migrations have them."""
    from django.db.migrations.loader import MigrationLoader

    return MigrationLoader(connection()).project_state().apps


def connection() -> Any:
    from django.db import connection

    return connection


def guards() -> tuple[Any, ...]:
    """What installs and removes triggers."""
    from assessments.services.ledger import triggers
    from lms.services.platform import address_guards

    return triggers, address_guards
