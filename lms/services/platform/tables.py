"""Reading whole tables in which somebody may have written anything: an odd row is named, and no other one falls out.

SQLite keeps text in a column of numbers, and both databases keep moments and numbers that Python cannot read. A column
that cannot be read, or holds a value of another kind, reads as nothing: 0, no text, a day long ago. Verification and
the writing of the log read in this way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from math import isfinite
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID

from django.db import connection, models
from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)
DEEPEST = 50
LONGEST_NUMBER = 64
UNREADABLE = object()


@dataclass
class Table(Generic[M]):
    """``rows``: all of a table in the order of their keys. ``odd``: those of them with a column that cannot be read.

    ``problems`` names each such row, by table and key, and says which columns.
    """

    rows: list[M] = field(default_factory=list)
    odd: list[M] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)

    @property
    def whole(self) -> list[M]:
        """The rows without the odd ones."""
        odd = {id(row) for row in self.odd}
        return [row for row in self.rows if id(row) not in odd]


def read_table(model: type[M]) -> Table[M]:
    """Every row of a table. Queries: 1, and some tens for each row that cannot be read."""
    table: Table[M] = Table()
    manager = model._default_manager
    try:
        table.rows = list(manager.order_by("pk"))
    except Exception:  # one row is enough; which one, reading in halves says
        table.rows = list(_in_halves(manager.order_by(), _places(model)))
    for name, keys in _no_days(model).items():
        for row in table.rows:
            if row.__dict__[name] is None and row.pk in keys:
                row.__dict__[name] = UNREADABLE
    for row in table.rows:
        name = f"{model._meta.db_table} {_key(row)}"
        if columns := _make_readable(row):
            table.odd.append(row)
            table.problems.append((name, f"cannot be read: {', '.join(columns)}"))
    if table.odd:
        table.rows.sort(key=lambda row: row.pk)
    return table


def _no_days(model: type[Model]) -> dict[str, set[Any]]:
    """Days and moments that may be empty, with the keys of the rows where they are not: from SQLite, what is no day is
    read as empty. Queries: 1 a column there.
    """
    columns = model._meta.concrete_fields if connection.vendor == "sqlite" else ()
    rows = model._default_manager.order_by()
    return {
        column.attname: set(rows.exclude(**{column.attname: None}).values_list("pk", flat=True))
        for column in columns
        if isinstance(column, models.DateField) and column.null
    }


# --- Rows that the usual way does not read ------------------------------------------------------------------------


def _place() -> tuple[str, str]:
    """Where a row lies, whatever stands in it, as SQL reads and compares it."""
    return ("rowid", "%s") if connection.vendor == "sqlite" else ("ctid", "%s::tid")


def _places(model: type[Model]) -> list[Any]:
    name, _value = _place()
    text = name if connection.vendor == "sqlite" else f"{name}::text"
    table = f'"{model._meta.db_table}"'
    with connection.cursor() as cursor:
        # By the place itself: without the table's name PostgreSQL would put the texts in order.
        cursor.execute(f"SELECT {text} FROM {table} ORDER BY {table}.{name}")  # noqa: S608 - our own names
        return [place for (place,) in cursor.fetchall()]


def _in_halves(rows: QuerySet[M], places: list[Any]) -> Iterator[M]:
    if not places:
        return
    name, value = _place()
    between = f'"{rows.model._meta.db_table}".{name} BETWEEN {value} AND {value}'
    some = rows.extra(where=[between], params=[places[0], places[-1]])  # noqa: S610 - our own names, values apart
    try:
        found = list(some)
    except Exception:  # one of these cannot be read
        if len(places) == 1:
            yield _in_pieces(some)
        else:
            half = len(places) // 2
            yield from _in_halves(rows, places[:half])
            yield from _in_halves(rows, places[half:])
        return
    yield from found


def _in_pieces(one: QuerySet[M]) -> M:
    """A row column by column."""
    values: dict[str, Any] = {}
    for column in one.model._meta.concrete_fields:
        try:
            values[column.attname] = one.values_list(column.attname, flat=True)[0]
        except Exception:  # this is the one, or one of those
            values[column.attname] = UNREADABLE
    return one.model.from_db(connection.alias, list(values), list(values.values()))


# --- Values of another kind ---------------------------------------------------------------------------------------


class _Column(NamedTuple):
    name: str
    may_be_empty: bool
    fits: Callable[[Any], bool]
    nothing: object


def _make_readable(row: Model) -> list[str]:
    """Put nothing in place of what cannot be read; says which columns these are."""
    found, values = [], row.__dict__
    for name, may_be_empty, fits, nothing in _columns(type(row)):
        value = values[name]
        if not (may_be_empty if value is None else fits(value)):
            values[name] = nothing
            found.append(name)
    return found


def _key(row: Model) -> str:
    values = [row.__dict__[column.attname] for column in row._meta.pk_fields]
    return "/".join("?" if value is UNREADABLE else str(value)[:40] for value in values)


@cache
def _columns(model: type[Model]) -> list[_Column]:
    found = []
    for column in model._meta.concrete_fields:
        kind: Any = column
        while isinstance(kind, models.ForeignKey):
            kind = kind.target_field
        for classes, fits, nothing in KINDS:
            if isinstance(kind, classes):
                found.append(_Column(column.attname, column.null, fits, nothing))
                break
    return found


def _is_json(value: Any, deep: int = 0) -> bool:
    """Whether it can be hashed, printed and walked through."""
    if isinstance(value, str):
        return _is_text(value)
    if isinstance(value, dict):
        return deep < DEEPEST and all(_is_text(name) and _is_json(item, deep + 1) for name, item in value.items())
    if isinstance(value, list):
        return deep < DEEPEST and all(_is_json(item, deep + 1) for item in value)
    if isinstance(value, float):
        return isfinite(value)
    return value is None or (isinstance(value, int) and value.bit_length() <= LONGEST_NUMBER)


def _is_text(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    if value.isascii():
        return True
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is(*classes: type, but: tuple[type, ...] = ()) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, classes) and not isinstance(value, but)


KINDS: tuple[tuple[Any, Callable[[Any], bool], object], ...] = (
    (models.JSONField, _is_json, {}),
    (models.UUIDField, _is(UUID), UUID(int=0)),
    (models.DateTimeField, _is(datetime), datetime(1970, 1, 1, tzinfo=UTC)),
    (models.DateField, _is(date, but=(datetime,)), date(1970, 1, 1)),
    (models.BooleanField, _is(bool), False),
    (models.DecimalField, lambda value: isinstance(value, Decimal) and value.is_finite(), Decimal(0)),
    (models.FloatField, lambda value: isinstance(value, float) and isfinite(value), 0.0),
    (models.IntegerField, _is(int, but=(bool,)), 0),
    ((models.CharField, models.TextField, models.FileField), _is_text, ""),
    (models.BinaryField, _is(bytes, memoryview), b""),
)
