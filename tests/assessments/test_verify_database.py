"""Guards, constraints and indexes of the record are there and say what they must: verification reads them, too."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, transaction

from assessments.models import SignOffEvent
from assessments.services.audit.schema import check_schema, check_table, checked_tables
from assessments.services.ledger import triggers
from tests.assessments import forging
from tests.assessments.forging import Scene, found

pytestmark = pytest.mark.django_db


def test_each_missing_guard_is_a_finding(scene: Scene) -> None:
    """S33's plain form."""
    with forging.taken_back():
        connection.check_constraints()
        triggers.remove(connection)
        missing = found()
    assert missing == [
        f"{name}: this guard of the database is missing" for name in sorted(triggers.names(connection.vendor))
    ]


def test_a_guard_of_the_right_name_that_does_nothing_is_a_finding() -> None:
    """S33: the same name, an empty body."""
    table = "assessments_signoffevent"
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"DROP TRIGGER {table}_no_update")
            cursor.execute(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN SELECT 1; END")
            wanted = f"{table}_no_update"
        else:
            cursor.execute(
                "CREATE OR REPLACE FUNCTION vouch_ledger_guard() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RETURN NEW; END $$"
            )
            wanted = "vouch_ledger_guard"
        assert wanted in dict(triggers.differences(connection))
        transaction.set_rollback(True)
    assert triggers.differences(connection) == []


def test_a_guard_of_the_right_name_on_another_table_is_a_finding() -> None:
    """S34: triggers of those names elsewhere."""
    name, other = "assessments_signoffevent_no_truncate", "lms_cohort"
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            name = "assessments_signoffevent_no_delete"
            cursor.execute(f"DROP TRIGGER {name}")
            cursor.execute(
                f"CREATE TRIGGER {name} BEFORE DELETE ON {other} BEGIN SELECT RAISE(ABORT, '{triggers.SENTENCE}'); END"
            )
        else:
            cursor.execute(f"DROP TRIGGER {name} ON assessments_signoffevent")
            cursor.execute(
                f"CREATE TRIGGER {name} BEFORE TRUNCATE ON {other} FOR EACH STATEMENT "
                "EXECUTE FUNCTION vouch_ledger_guard()"
            )
            cursor.execute(f"ALTER TABLE {other} ENABLE ALWAYS TRIGGER {name}")
        assert name in dict(triggers.differences(connection))
        transaction.set_rollback(True)


@pytest.mark.postgresql
@pytest.mark.parametrize("how", ["DISABLE TRIGGER", "ENABLE TRIGGER", "ENABLE REPLICA TRIGGER"])
def test_a_guard_that_does_not_always_fire_is_a_finding(how: str) -> None:
    name = "lms_logentry_no_change"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE lms_logentry {how} {name}")
        assert name in dict(triggers.differences(connection))
        transaction.set_rollback(True)


def test_constraints_and_indexes_are_there_and_say_what_they_must() -> None:
    assert [str(finding) for finding in check_schema(connection)] == []


@pytest.mark.postgresql
def test_a_constraint_that_is_gone_or_permits_everything_is_a_finding() -> None:
    """S35: dropped, or put back under its name with nothing in it; for every named one."""
    for model in checked_tables():
        table = model._meta.db_table
        for constraint in model._meta.constraints:
            is_index = getattr(constraint, "condition", None) is not None and hasattr(constraint, "fields")
            with transaction.atomic(), connection.cursor() as cursor:
                if is_index:
                    cursor.execute(f'DROP INDEX "{constraint.name}"')
                else:
                    cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{constraint.name}"')
                gone = [str(finding) for finding in check_table(connection, model)]
                first = model._meta.pk_fields[0].column
                if is_index:
                    cursor.execute(f'CREATE UNIQUE INDEX "{constraint.name}" ON {table} ({first})')
                else:
                    cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{constraint.name}" CHECK ({first} = {first})')
                empty = [str(finding) for finding in check_table(connection, model)]
                transaction.set_rollback(True)
            assert any(f"{table}.{constraint.name}: " in text and "missing" in text for text in gone), constraint.name
            assert any(f"{table}.{constraint.name}: " in text and "not ours" in text for text in empty), constraint.name


@pytest.mark.postgresql
def test_what_a_restored_copy_says_in_other_words_is_no_finding() -> None:
    """PostgreSQL makes its own words of a definition, and others of those words: once, then they stay."""
    table, remade = SignOffEvent._meta.db_table, 0
    with transaction.atomic(), connection.cursor() as cursor:
        for _time in range(2):
            for name in (constraint.name for constraint in SignOffEvent._meta.constraints):
                cursor.execute("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [name])
                if row := cursor.fetchone():
                    cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}", ADD CONSTRAINT "{name}" {row[0]}')
                else:
                    cursor.execute("SELECT pg_get_indexdef(%s::regclass)", [name])
                    (made,) = cursor.fetchone()
                    cursor.execute(f'DROP INDEX "{name}"')
                    cursor.execute(made)
                remade += 1
            assert [str(finding) for finding in check_table(connection, SignOffEvent)] == []
        transaction.set_rollback(True)
    assert remade > 10


@pytest.mark.sqlite
def test_an_index_that_is_gone_or_permits_everything_is_a_finding(scene: Scene) -> None:
    """S35 on SQLite, where a constraint inside a table cannot be dropped without making the table anew."""
    table, name = "assessments_signoffevent", "signoff_revoked_once"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX {name}")
        assert found() == [f"{table}.{name}: this constraint or index of the database is missing"]
        cursor.execute(f"CREATE UNIQUE INDEX {name} ON {table} (id)")
        assert [str(finding) for finding in check_schema(connection)] == [
            f"{table}.{name}: this constraint or index of the database is not ours: it says something else"
        ]
        transaction.set_rollback(True)


HIDDEN = {
    "in a comment": ("/*, {text} */", "missing"),
    "behind a comment": ("-- , {text}\n", "missing"),
    "in a text of another": (", CONSTRAINT \"more\" CHECK ('{quoted}' <> '')", "missing"),
    "with leave to pass over it": (", {text} ON CONFLICT IGNORE", "not ours"),
    "with one more that refuses everything": (', {text}, CONSTRAINT "more" CHECK (0)', "not ours"),
}


@pytest.mark.sqlite
@pytest.mark.parametrize("how", HIDDEN)
def test_a_constraint_that_stands_in_a_comment_or_a_text_is_a_finding(how: str) -> None:
    """The whole text of the table was searched for it, wherever it stood."""
    table, name = SignOffEvent._meta.db_table, "signoff_never_of_oneself"
    with connection.cursor() as cursor:
        cursor.execute("SELECT sql FROM sqlite_master WHERE name = %s AND type = 'table'", [table])
        (whole,) = cursor.fetchone()
        rule = next(rule for rule in SignOffEvent._meta.constraints if rule.name == name)
        text = str(rule.constraint_sql(SignOffEvent, connection.schema_editor(collect_sql=True)))
        hidden, problem = HIDDEN[how]
        changed = whole.replace(f", {text}", hidden.format(text=text, quoted=text.replace("'", "''")))
        assert changed != whole
        try:
            write_schema(cursor, table, changed)
            found = [str(finding) for finding in check_schema(connection)]
        finally:
            write_schema(cursor, table, whole)
    assert [line for line in found if problem in line and line.startswith(f"{table}.")]
    assert list(check_schema(connection)) == []


def write_schema(cursor: Any, table: str, sql: str) -> None:
    """As the tables' owner can: SQLite believes the text that is written there."""
    cursor.execute("PRAGMA writable_schema = ON")
    cursor.execute("UPDATE sqlite_master SET sql = %s WHERE name = %s AND type = 'table'", [sql, table])
    cursor.execute("PRAGMA writable_schema = OFF")
