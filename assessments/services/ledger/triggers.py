"""The database's own guards of the ledger: triggers against UPDATE, DELETE, TRUNCATE and INSERT OR REPLACE, one against
a countersign by who signed or observed and one against attesting a high-risk standard, which no constraint can see, and
one that lets only an erased text go.

They stand beside the constraints and hold against anybody who speaks SQL. On SQLite Django rebuilds a table to change
it: that drops its triggers without a word, and fails when one of another table reads it. There they are laid aside
before every migrate; everywhere they are put back after it. ``differences`` compares what stands, body and all, with
what must: a guard of the right name that does nothing is as bad as none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

from assessments.models import (
    Anchor,
    CalibrationVersion,
    ErasedText,
    Erasure,
    Observation,
    ObservationIndicator,
    ObservationSkill,
    Receipt,
    SignOffEvent,
    SignOffText,
    StandardVersion,
)
from lms.api import LogEntry, Parting, Requirement, RoleProfileVersion, SamePerson, SkillVersion

MODELS: tuple[type[Model], ...] = (
    SignOffEvent,
    SignOffText,
    Observation,
    ObservationSkill,
    ObservationIndicator,
    StandardVersion,
    StandardVersion.skills.through,
    CalibrationVersion,
    SkillVersion,
    RoleProfileVersion,
    Requirement,
    LogEntry,
    SamePerson,
    Parting,
    Anchor,
    Receipt,
    Erasure,
    ErasedText,
)
GUARDED = tuple(model._meta.db_table for model in MODELS)
SENTENCE = "The ledger is append-only."
EVENTS, TEXTS, ERASED = (model._meta.db_table for model in (SignOffEvent, SignOffText, ErasedText))
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
HIGH_RISK = f"{EVENTS}_no_high_risk_held_before"
HIGH_RISK_SENTENCE = "What a high-risk standard asks for is never attested."
ATTESTED_HIGH_RISK = f"""
    NEW.kind = 'HELD_BEFORE' AND EXISTS (
        SELECT 1 FROM {StandardVersion._meta.db_table} asked WHERE asked.id = NEW.version_id AND asked.risk = 'high'
    )"""  # noqa: S608 - our own names
NOT_ERASED = (
    f"NOT EXISTS (SELECT 1 FROM {ERASED} gone "  # noqa: S608 - our own names
    "WHERE gone.event_id = OLD.event_id AND gone.name = OLD.name)"
)
# The constraints of an event that hold for some kinds only: signoff_decided_once, _countersigned_once, _revoked_once,
# _held_before_once.
ONCE_OF_A_KIND = (
    (["case_id", "skill_id"], "'SIGNED', 'NOT_YET'"),
    (["about_id"], "'COUNTERSIGNED', 'COUNTERSIGN_REFUSED'"),
    (["about_id"], "'REVOKED'"),
    (["subject_id", "skill_id"], "'HELD_BEFORE'"),
)


@dataclass(frozen=True, slots=True)
class Trigger:
    """One trigger: its name, its table, and how it is made. ``act``: on what it fires, as PostgreSQL numbers it."""

    name: str
    table: str
    statement: str
    act: int = 0
    function: str = ""


# PostgreSQL's pg_trigger.tgtype: row 1, before 2, insert 4, delete 8, update 16, truncate 32.
ROW, BEFORE, INSERT, DELETE, UPDATE, TRUNCATE = 1, 2, 4, 8, 16, 32


def expected(vendor: str) -> list[Trigger]:
    """The triggers that must stand."""
    return list(_sqlite() if vendor == "sqlite" else _postgresql())


def names(vendor: str) -> set[str]:
    """Their names."""
    return {trigger.name for trigger in expected(vendor)}


def install(connection: BaseDatabaseWrapper) -> None:
    """Put every guard in place, anew. Idempotent."""
    remove(connection)
    with connection.cursor() as cursor:
        if connection.vendor != "sqlite":
            for name, body in FUNCTIONS.items():
                cursor.execute(f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $${body}$$")
        for trigger in expected(connection.vendor):
            cursor.execute(trigger.statement)
            if connection.vendor != "sqlite":
                cursor.execute(f"ALTER TABLE {trigger.table} ENABLE ALWAYS TRIGGER {trigger.name}")


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take every guard away. Only tests that must empty tables, and ``install``, have a use for it."""
    with connection.cursor() as cursor:
        for trigger in expected(connection.vendor):
            on_table = "" if connection.vendor == "sqlite" else f" ON {trigger.table}"
            cursor.execute(f"DROP TRIGGER IF EXISTS {trigger.name}{on_table}")


def differences(connection: BaseDatabaseWrapper) -> list[tuple[str, str]]:
    """Each guard that is not as it must be, and what is wrong with it. Queries: 1, or 3 on PostgreSQL."""
    found = _triggers_on_sqlite(connection) if connection.vendor == "sqlite" else _triggers_on_postgresql(connection)
    return sorted(found)


# --- SQLite -------------------------------------------------------------------------------------------------------


def _sqlite() -> Iterator[Trigger]:
    for model, table in zip(MODELS, GUARDED, strict=True):
        for act in ("update", "delete"):
            unless = f"WHEN {NOT_ERASED} " if (table, act) == (TEXTS, "delete") else ""
            name = f"{table}_no_{act}"
            yield Trigger(
                name,
                table,
                f"CREATE TRIGGER {name} BEFORE {act.upper()} ON {table} {unless}"
                f"BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END",
            )
        name = f"{table}_no_replace"
        yield Trigger(
            name,
            table,
            f"CREATE TRIGGER {name} BEFORE INSERT ON {table} "  # noqa: S608 - our own names
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {_pushed_out(model)}) "
            f"BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END",
        )
    yield Trigger(
        THIRD_PERSON,
        EVENTS,
        f"CREATE TRIGGER {THIRD_PERSON} BEFORE INSERT ON {EVENTS} WHEN {OWN_COUNTERSIGN} "
        f"BEGIN SELECT RAISE(ABORT, '{THIRD_SENTENCE}'); END",
    )
    yield Trigger(
        HIGH_RISK,
        EVENTS,
        f"CREATE TRIGGER {HIGH_RISK} BEFORE INSERT ON {EVENTS} WHEN {ATTESTED_HIGH_RISK} "
        f"BEGIN SELECT RAISE(ABORT, '{HIGH_RISK_SENTENCE}'); END",
    )


def _pushed_out(model: type[Model]) -> str:
    """The rows that INSERT OR REPLACE would delete: those with the same key or another value that may stand once.

    A connection without ``recursive_triggers`` deletes them past the trigger on DELETE, so this must name them all.
    """
    meta = model._meta
    columns = {field.name: str(field.column) for field in meta.concrete_fields}
    once = [[columns[field.name] for field in meta.pk_fields]]
    once += [[columns[field.name]] for field in meta.concrete_fields if field.unique and not field.primary_key]
    once += [[columns[name] for name in item.fields] for item in meta.total_unique_constraints]
    once += [[columns[name] for name in fields] for fields in meta.unique_together]
    rows = [_same(found) for found in once]
    if model is SignOffEvent:
        rows += [f"{_same(found)} AND kind IN ({kinds}) AND NEW.kind IN ({kinds})" for found, kinds in ONCE_OF_A_KIND]
    return " OR ".join(f"({row})" for row in rows)


def _same(columns: list[str]) -> str:
    return " AND ".join(f"{column} = NEW.{column}" for column in columns)


def _triggers_on_sqlite(connection: BaseDatabaseWrapper) -> Iterator[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'")
        standing = {name: (table, sql) for name, table, sql in cursor.fetchall()}
    for trigger in expected("sqlite"):
        if trigger.name not in standing:
            yield trigger.name, "this guard of the database is missing"
        elif plain(standing[trigger.name][1]) != plain(trigger.statement):
            yield trigger.name, "this guard of the database is not ours: it stands elsewhere or does something else"


def plain(sql: str) -> str:
    """A statement without differences that mean nothing."""
    return re.sub(r"\s+", " ", sql).strip()


# --- PostgreSQL ---------------------------------------------------------------------------------------------------

_REFUSE = "RAISE EXCEPTION '{}' USING ERRCODE = 'integrity_constraint_violation';"
FUNCTIONS = {
    "vouch_ledger_guard": f" BEGIN {_REFUSE.format(SENTENCE)} END ",
    "vouch_text_guard": f" BEGIN IF {NOT_ERASED} THEN {_REFUSE.format(SENTENCE)} END IF; RETURN OLD; END ",
    "vouch_countersign_guard": (
        f" BEGIN IF {OWN_COUNTERSIGN} THEN {_REFUSE.format(THIRD_SENTENCE)} END IF; RETURN NEW; END "
    ),
    "vouch_held_before_guard": (
        f" BEGIN IF {ATTESTED_HIGH_RISK} THEN {_REFUSE.format(HIGH_RISK_SENTENCE)} END IF; RETURN NEW; END "
    ),
}


def _postgresql() -> Iterator[Trigger]:
    for table in GUARDED:
        if table == TEXTS:
            yield _on(table, "change", "UPDATE", "ROW", ROW | BEFORE | UPDATE)
            yield _on(table, "delete", "DELETE", "ROW", ROW | BEFORE | DELETE, "vouch_text_guard")
        else:
            yield _on(table, "change", "UPDATE OR DELETE", "ROW", ROW | BEFORE | UPDATE | DELETE)
        yield _on(table, "truncate", "TRUNCATE", "STATEMENT", BEFORE | TRUNCATE)
    yield _on(EVENTS, "own_countersign", "INSERT", "ROW", ROW | BEFORE | INSERT, "vouch_countersign_guard")
    yield _on(EVENTS, "high_risk_held_before", "INSERT", "ROW", ROW | BEFORE | INSERT, "vouch_held_before_guard")


def _on(table: str, what: str, when: str, each: str, act: int, function: str = "vouch_ledger_guard") -> Trigger:
    name = f"{table}_no_{what}"
    statement = f"CREATE TRIGGER {name} BEFORE {when} ON {table} FOR EACH {each} EXECUTE FUNCTION {function}()"
    return Trigger(name, table, statement, act, function)


def _triggers_on_postgresql(connection: BaseDatabaseWrapper) -> Iterator[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname, tgrelid::regclass::text, tgtype, tgenabled, proname, pronamespace::regnamespace::text, "
            "tgqual IS NULL AND tgattr = ''::int2vector FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid "
            "WHERE NOT tgisinternal"
        )
        standing = {(name, table): rest for name, table, *rest in cursor.fetchall()}
        cursor.execute(
            "SELECT proname, prosrc, current_schema() = pronamespace::regnamespace::text FROM pg_proc "
            "WHERE proname LIKE 'vouch\\_%%guard'",
            [],
        )
        bodies = {(name, ours): body for name, body, ours in cursor.fetchall()}
        cursor.execute("SELECT current_schema()")
        ((schema,),) = cursor.fetchall()
    for trigger in expected("postgresql"):
        found = standing.get((trigger.name, trigger.table))
        if found is None:
            yield trigger.name, "this guard of the database is missing"
        elif found != [trigger.act, "A", trigger.function, schema, True]:
            yield trigger.name, "this guard of the database is not ours: it fires otherwise, or does something else"
    for name, body in FUNCTIONS.items():
        if bodies.get((name, True)) != body:
            yield name, "this function of the guards is not ours: it does something else"
