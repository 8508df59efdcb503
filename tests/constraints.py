"""What the database itself refuses: for each named constraint, rows that it takes and rows that it does not.

Rows go in past services, forms and ``save``. Where they point at others they carry made-up numbers, which are checked
at the end of a transaction only, and that one is rolled back before: whatever is refused here is refused by a
constraint of the row's own table, and both the database and Django must name the one that the line is about.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction

DAY = date(2026, 3, 2)
BEFORE, AT = datetime(2026, 3, 2, 8, tzinfo=UTC), datetime(2026, 3, 2, 9, tzinfo=UTC)

_numbers = itertools.count(1_000_001)
Values = dict[str, Any]


@dataclass(frozen=True)
class Line:
    """One constraint. The row is taken; with each change of ``takes`` too; with each of ``refuses`` it is not.

    ``once``: all that is tried beside a row that stands already, and the same again is refused.
    """

    name: str
    model: type[models.Model]
    row: Values
    refuses: Sequence[Values]
    takes: Sequence[Values] = ()
    once: bool = False


def check(name: str, model: type[models.Model], row: Values, *refuses: Values, takes: Sequence[Values] = ()) -> Line:
    """A rule about one row."""
    return Line(name, model, row, refuses, takes)


def once(name: str, model: type[models.Model], row: Values, *takes: Values, again: Values | None = None) -> Line:
    """A rule about two rows: the same ``row`` again (or changed by ``again``) is refused, each of ``takes`` is not."""
    return Line(name, model, row, [again or {}], takes, once=True)


def hold(line: Line) -> None:
    """Try every row of the line; nothing stays."""
    with taken_back():
        line.model._base_manager.all()._raw_delete("default")  # what every migrate makes is not in the way
        if line.once:
            insert(fill(line.model, line.row))
        for change in line.takes if line.once else [{}, *line.takes]:
            with taken_back():
                insert(fill(line.model, line.row | change))
        for change in line.refuses:
            row = fill(line.model, line.row | change)
            assert objections(row) == {line.name}, f"as Django reads it: {change}"
            with pytest.raises(IntegrityError) as refused, transaction.atomic():
                insert(row)
            assert named(refused.value) in marks(line), f"as the database says: {change}"


def without_a_line(app: str, lines: Sequence[Line]) -> set[str]:
    """Named constraints of an app that no line is about, and lines without a constraint."""
    found = {item.name for model in apps.get_app_config(app).get_models() for item in model._meta.constraints}
    return found ^ {line.name for line in lines}


def fill(model: type[models.Model], values: Values) -> models.Model:
    """A row with all that it must have: numbers that nobody has, words that nobody wrote; ``values`` come first."""
    made: Values = {}
    for field in model._meta.concrete_fields:
        if not ({field.name, field.attname} & set(values)) and (field.primary_key or _wanting(field)):
            made[field.attname] = _value(field)
    return model(**made | values)


def insert(row: models.Model) -> None:
    """Past ``save`` and its signals."""
    type(row)._base_manager.bulk_create([row])


@contextmanager
def taken_back() -> Iterator[None]:
    """A savepoint that is rolled back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def objections(row: models.Model) -> set[str]:
    """The constraints of its table that the row breaks, as Django reads them."""
    found = set()
    for item in type(row)._meta.constraints:
        try:
            item.validate(type(row), row)
        except ValidationError:
            found.add(item.name)
    return found


def named(error: IntegrityError) -> str:
    """What the database says was broken."""
    if connection.vendor == "postgresql":
        return str(error.__cause__.diag.constraint_name)  # type: ignore[union-attr]
    return str(error).partition(" constraint failed: ")[2]


def marks(line: Line) -> set[str]:
    """How the databases name the constraint: SQLite names the columns of one that holds a value to one row."""
    item = next(item for item in line.model._meta.constraints if item.name == line.name)
    table = line.model._meta.db_table
    fields = getattr(item, "fields", ()) or [
        part.name for part in getattr(item, "expressions", ()) if hasattr(part, "name")
    ]
    columns = [line.model._meta.get_field(name).column for name in fields]
    return {line.name, f"index '{line.name}'", ", ".join(f"{table}.{column}" for column in columns)}


def _wanting(field: Any) -> bool:
    """Whether the field has no value unless one is given."""
    return not (field.null or field.has_default() or getattr(field, "auto_now_add", False) or field.blank)


def _value(field: Any) -> Any:
    number = next(_numbers)
    if field.is_relation or isinstance(field, models.AutoField):
        return number
    if field.choices:
        return field.choices[0][0]
    match field:
        case models.UUIDField():
            return uuid4()
        case models.BooleanField():
            return False
        case models.DateTimeField():
            return AT
        case models.DateField():
            return DAY
        case models.DecimalField():
            return Decimal(0)
        case models.FloatField():
            return 0.0
        case models.IntegerField():
            return number if field.unique else 1
        case models.JSONField():
            return {}
        case models.EmailField():
            return f"{number}@example.com"
    return f"{field.name}-{number}"
