"""The database's own guards of the ledger: triggers against UPDATE, DELETE, TRUNCATE and INSERT OR REPLACE, and one
against a countersign by who signed or observed, which no constraint can see.

They stand beside the constraints and hold against anybody who speaks SQL. On SQLite Django rebuilds a table to change
it: that drops its triggers without a word, and fails when one of another table reads it. There they are laid aside
before every migrate; everywhere they are put back after it, and a system check says when one is missing.
"""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

from assessments.models import Observation, ObservationIndicator, ObservationSkill, SignOffEvent, SignOffText

MODELS = (SignOffEvent, SignOffText, Observation, ObservationSkill, ObservationIndicator)
GUARDED = tuple(model._meta.db_table for model in MODELS)
SENTENCE = "The ledger is append-only."
EVENTS = SignOffEvent._meta.db_table
THIRD_PERSON = f"{EVENTS}_no_own_countersign"
THIRD_SENTENCE = "Who signed or observed does not countersign."
OWN_COUNTERSIGN = f"""
    NEW.kind IN ('COUNTERSIGNED', 'COUNTERSIGN_REFUSED') AND (
        EXISTS (SELECT 1 FROM {EVENTS} signed WHERE signed.id = NEW.about_id AND signed.signer_id = NEW.signer_id)
        OR EXISTS (
            SELECT 1 FROM {Observation._meta.db_table} seen JOIN {EVENTS} signed ON signed.case_id = seen.case_id
            WHERE signed.id = NEW.about_id AND seen.observer_id = NEW.signer_id
        )
    )"""  # noqa: S608 - our own names
# The constraints of an event that hold for some kinds only: signoff_decided_once, _countersigned_once, _revoked_once.
ONCE_OF_A_KIND = (
    (["case_id", "skill_id"], "'SIGNED', 'NOT_YET'"),
    (["about_id"], "'COUNTERSIGNED', 'COUNTERSIGN_REFUSED'"),
    (["about_id"], "'REVOKED'"),
)


def names(vendor: str) -> set[str]:
    """The triggers that must stand."""
    acts = ("update", "delete", "replace") if vendor == "sqlite" else ("change", "truncate")
    return {f"{table}_no_{act}" for table in GUARDED for act in acts} | {THIRD_PERSON}


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
    for model, table in zip(MODELS, GUARDED, strict=True):
        for act in ("update", "delete"):
            statements.append(
                f"CREATE TRIGGER {table}_no_{act} BEFORE {act.upper()} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"
            )
        statements.append(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "  # noqa: S608 - our own names
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {_pushed_out(model)}) "
            f"BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"
        )
    statements.append(
        f"CREATE TRIGGER {THIRD_PERSON} BEFORE INSERT ON {EVENTS} WHEN {OWN_COUNTERSIGN} "
        f"BEGIN SELECT RAISE(ABORT, '{THIRD_SENTENCE}'); END"
    )
    return statements


def _pushed_out(model: type[Model]) -> str:
    """The rows that INSERT OR REPLACE would delete: those with the same key or another value that may stand once.

    A connection without ``recursive_triggers`` deletes them past the trigger on DELETE, so this must name them all.
    """
    meta = model._meta
    columns = {field.name: str(field.column) for field in meta.concrete_fields}
    once = [[columns[field.name] for field in meta.pk_fields]]
    once += [[columns[field.name]] for field in meta.concrete_fields if field.unique and not field.primary_key]
    once += [[columns[name] for name in item.fields] for item in meta.total_unique_constraints]
    rows = [_same(found) for found in once]
    if model is SignOffEvent:
        rows += [f"{_same(found)} AND kind IN ({kinds}) AND NEW.kind IN ({kinds})" for found, kinds in ONCE_OF_A_KIND]
    return " OR ".join(f"({row})" for row in rows)


def _same(columns: list[str]) -> str:
    return " AND ".join(f"{column} = NEW.{column}" for column in columns)


def _postgresql() -> list[str]:
    refuse = "RAISE EXCEPTION '{}' USING ERRCODE = 'integrity_constraint_violation';"
    statements = [
        "CREATE OR REPLACE FUNCTION vouch_ledger_guard() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {refuse.format(SENTENCE)} END $$",
        "CREATE OR REPLACE FUNCTION vouch_countersign_guard() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF {OWN_COUNTERSIGN} THEN {refuse.format(THIRD_SENTENCE)} END IF; RETURN NEW; END $$",
        f"CREATE TRIGGER {THIRD_PERSON} BEFORE INSERT ON {EVENTS} "
        "FOR EACH ROW EXECUTE FUNCTION vouch_countersign_guard()",
        f"ALTER TABLE {EVENTS} ENABLE ALWAYS TRIGGER {THIRD_PERSON}",
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
