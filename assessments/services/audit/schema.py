"""Constraints and indexes of the tables that a sign-off rests on: there, and saying what they must.

A constraint of the right name that permits everything is as bad as none, so definitions are compared: on SQLite with
the text that Django would write, part by part and without comments, on PostgreSQL with what the database itself makes
of that text on an empty table, or makes of its own words for it: so a copy that was restored has them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

from assessments.services.ledger.triggers import MODELS, plain
from lms.api import sealed_kinds

from .finding import LedgerFinding

MISSING = "this constraint or index of the database is missing"
OTHER = "this constraint or index of the database is not ours: it says something else"


def check_schema(connection: BaseDatabaseWrapper) -> Iterator[LedgerFinding]:
    """Compare every constraint and index of every checked table, on SQLite every column, too."""
    for model in checked_tables():
        yield from check_table(connection, model)


def check_table(connection: BaseDatabaseWrapper, model: type[Model]) -> Iterator[LedgerFinding]:
    """Compare the constraints and indexes of one table.

    Queries: 1 on SQLite, about 24 on PostgreSQL, which makes and drops two tables of its own for it.
    """
    table, on_sqlite = model._meta.db_table, connection.vendor == "sqlite"
    wanted, found = (_on_sqlite if on_sqlite else _on_postgresql)(connection, model)
    for name, definitions in wanted.items():
        if name not in found:
            yield LedgerFinding(f"{table}.{name}", MISSING)
        elif found[name] not in definitions:
            yield LedgerFinding(f"{table}.{name}", OTHER)
    if not on_sqlite:  # where keys are part of the text of a table, which is compared already
        yield from _keys(connection, model)


def checked_tables() -> list[type[Model]]:
    """The guarded tables, and those whose rows stand in the log."""
    return list(dict.fromkeys([*MODELS, *(kind.model for kind in sealed_kinds())]))


def _statements(connection: BaseDatabaseWrapper, model: type[Model]) -> dict[str, str]:
    """How Django makes each named constraint and index."""
    editor = _editor(connection)
    made = {constraint.name: constraint.create_sql(model, editor) for constraint in model._meta.constraints}
    made |= {index.name: index.create_sql(model, editor) for index in model._meta.indexes}
    return {name: plain(str(sql)) for name, sql in made.items() if sql}


def _editor(connection: BaseDatabaseWrapper) -> Any:
    """Writes statements and carries none out."""
    editor = connection.SchemaEditorClass(connection, collect_sql=True)
    editor.deferred_sql = []
    return editor


# --- SQLite -------------------------------------------------------------------------------------------------------


def _on_sqlite(connection: BaseDatabaseWrapper, model: type[Model]) -> tuple[dict[str, set[str]], dict[str, str]]:
    """What Django would write, and what stands: each part of its table by name, an index as its own.

    A comment is no part, nor is what stands inside of another one.
    """
    table, editor = model._meta.db_table, _editor(connection)
    with connection.cursor() as cursor:
        cursor.execute("SELECT type, name, sql FROM sqlite_master WHERE tbl_name = %s", [table])
        texts = {(kind, name): sql or "" for kind, name, sql in cursor.fetchall()}
    wanted, found = _parts(str(editor.table_sql(model)[0])), _parts(texts.get(("table", table), ""))
    for name, statement in _statements(connection, model).items():
        if name not in wanted and statement.startswith("CREATE "):
            wanted[name] = statement
            if ("index", name) in texts:
                found[name] = plain(texts["index", name])
    return {name: {text} for name, text in wanted.items()}, found


WORD = re.compile(r"""--[^\n]*|/\*.*?(?:\*/|$)|'(?:[^']|'')*'|"(?:[^"]|"")*"|.""", re.DOTALL)


def _parts(statement: str) -> dict[str, str]:
    """The columns and constraints of a CREATE TABLE by their names, and what stands around them as ``table``."""
    deep, around, parts = 0, "", [""]
    for word in WORD.findall(statement):
        if word.startswith(("--", "/*")):
            continue
        deep -= word == ")"
        if deep == 0:
            around += word
        elif deep == 1 and word == ",":
            parts.append("")
        else:
            parts[-1] += word
        deep += word == "("
    found = {_name_of(part): plain(part) for part in parts}
    return {**found, "table": f"{plain(around)} of {len(parts)}"}


def _name_of(part: str) -> str:
    named = re.match(r'\s*(?:CONSTRAINT\s+)?"([^"]+)"', part)
    return named[1] if named else plain(part)


# --- PostgreSQL ---------------------------------------------------------------------------------------------------

WANTED = "vouch_wanted"


def _on_postgresql(connection: BaseDatabaseWrapper, model: type[Model]) -> tuple[dict[str, set[str]], dict[str, str]]:
    """What the database makes of Django's text, and of its own words for that, on empty tables; and what stands."""
    table = model._meta.db_table
    names = {item.name for item in (*model._meta.constraints, *model._meta.indexes)}
    statements = [text.replace(f'"{table}"', WANTED) for text in _statements(connection, model).values()]
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        first = {name: text for name, text in _made(cursor, table, statements).items() if name in names}
        again = _made(cursor, table, [_as_said(name, text) for name, text in first.items()])
        found = _defined(cursor, table)
    return {name: {text, again[name]} for name, text in first.items()}, found


def _made(cursor: Any, table: str, statements: list[str]) -> dict[str, str]:
    """What the database says of these constraints and indexes once they stand on an empty table like this one."""
    cursor.execute(f'CREATE TEMP TABLE {WANTED} (LIKE "{table}")')
    for statement in statements:
        cursor.execute(statement)
    made = _defined(cursor, WANTED)
    cursor.execute(f"DROP TABLE {WANTED}")
    return made


def _as_said(name: str, text: str) -> str:
    """The statement that makes a constraint or index of what the database says of it, as a restored copy does."""
    kind, found, how = text.partition("INDEX ")
    if found and kind in ("", "UNIQUE "):
        return f'CREATE {kind}INDEX "{name}" ON {WANTED} USING {how}'
    return f'ALTER TABLE {WANTED} ADD CONSTRAINT "{name}" {text}'


def _defined(cursor: Any, table: str) -> dict[str, str]:
    """Every constraint and index of a table as the database says it, without the table's name."""
    cursor.execute(
        "SELECT conname, pg_get_constraintdef(oid) || CASE WHEN convalidated THEN '' ELSE ' NOT VALID' END "
        "FROM pg_constraint WHERE conrelid = %s::regclass",
        [table],
    )
    found = dict(cursor.fetchall())
    cursor.execute(
        "SELECT relname, pg_get_indexdef(indexrelid), indisvalid FROM pg_index "
        "JOIN pg_class ON pg_class.oid = indexrelid WHERE indrelid = %s::regclass",
        [table],
    )
    for name, definition, valid in cursor.fetchall():
        after = definition.partition(" USING ")[2]
        kind = "UNIQUE " if definition.startswith("CREATE UNIQUE") else ""
        found.setdefault(name, f"{kind}INDEX {after}{'' if valid else ' NOT VALID'}")
    return found


def _keys(connection: BaseDatabaseWrapper, model: type[Model]) -> Iterator[LedgerFinding]:
    """The primary key, columns that stand once, and keys that name rows."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        standing = connection.introspection.get_constraints(cursor, table).values()
    primary = {column for found in standing if found["primary_key"] for column in found["columns"]}
    if primary != {field.column for field in model._meta.pk_fields}:
        yield LedgerFinding(f"{table}.primary key", MISSING)
    once = [found["columns"] for found in standing if found["unique"]]
    points = {(found["columns"][0], found["foreign_key"]) for found in standing if found["foreign_key"]}
    for field in model._meta.concrete_fields:
        if field.unique and not field.primary_key and [field.column] not in once:
            yield LedgerFinding(f"{table}.{field.name}, once", MISSING)
        target = field.related_model if field.is_relation else None
        if target and (field.column, (target._meta.db_table, target._meta.pk.column)) not in points:
            yield LedgerFinding(f"{table}.{field.name}, naming a row", MISSING)
