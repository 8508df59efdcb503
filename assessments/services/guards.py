"""The database's own guards of the ledger: triggers against UPDATE, DELETE, TRUNCATE and INSERT OR REPLACE.

They stand beside the constraints and hold against anybody who speaks SQL. Django's table rebuilds on SQLite drop
triggers without a word, so they are put back after every migrate, and a system check says when one is missing.
"""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

from assessments.models import Observation, ObservationIndicator, ObservationSkill, SignOffEvent, SignOffText

PRIMARY_KEYS = {
    model._meta.db_table: [field.column for field in model._meta.pk_fields]
    for model in (SignOffEvent, SignOffText, Observation, ObservationSkill, ObservationIndicator)
}
GUARDED = tuple(PRIMARY_KEYS)
SENTENCE = "The ledger is append-only."


def names(vendor: str) -> set[str]:
    """The triggers that must stand."""
    acts = ("update", "delete", "replace") if vendor == "sqlite" else ("change", "truncate")
    return {f"{table}_no_{act}" for table in GUARDED for act in acts}


def install(connection: BaseDatabaseWrapper) -> None:
    """Put every guard in place, anew. Idempotent."""
    remove(connection)
    with connection.cursor() as cursor:
        for statement in _sqlite() if connection.vendor == "sqlite" else _postgresql():
            cursor.execute(statement)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take every guard away. Only tests that must empty tables, and ``install``, have a use for it."""
    with connection.cursor() as cursor:
        for table in GUARDED:
            for name in sorted(names(connection.vendor)):
                if not name.startswith(f"{table}_no_"):
                    continue
                on_table = "" if connection.vendor == "sqlite" else f" ON {table}"
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on_table}")


def missing(connection: BaseDatabaseWrapper) -> set[str]:
    """The guards that do not stand (or, on PostgreSQL, do not fire always). Queries: 1."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        else:
            cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'A'")
        found = {name for (name,) in cursor.fetchall()}
    return names(connection.vendor) - found


def _sqlite() -> list[str]:
    statements = []
    for table in GUARDED:
        for act in ("update", "delete"):
            statements.append(
                f"CREATE TRIGGER {table}_no_{act} BEFORE {act.upper()} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"
            )
        same = " AND ".join(f"{column} = NEW.{column}" for column in PRIMARY_KEYS[table])
        statements.append(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) "  # noqa: S608 - our own names
            f"BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"
        )
    return statements


def _postgresql() -> list[str]:
    statements = [
        "CREATE OR REPLACE FUNCTION vouch_ledger_guard() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{SENTENCE}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    ]
    for table in GUARDED:
        for name, when, row in (("change", "UPDATE OR DELETE", "ROW"), ("truncate", "TRUNCATE", "STATEMENT")):
            trigger = f"{table}_no_{name}"
            statements.append(
                f"CREATE TRIGGER {trigger} BEFORE {when} ON {table} "
                f"FOR EACH {row} EXECUTE FUNCTION vouch_ledger_guard()"
            )
            statements.append(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger}")
    return statements
