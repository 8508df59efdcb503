"""Rows of several kinds in one question: a UNION that is put together once and asked often.

Django needs several milliseconds to put a UNION of ten parts together and the database less than one to answer it
(ADR 18). ``Union`` therefore keeps the statement and sends it again with new values.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models import QuerySet, Value
from django.db.models.functions import Cast

Row = tuple[Any, ...]
Scalar = int | str | date | datetime
Given = Scalar | Sequence[Scalar]
Converters = tuple[tuple[int, list[Callable[..., Any]], Any], ...]


def union_part(columns: Mapping[str, models.Field], kind: str, rows: QuerySet[Any], **given: Any) -> QuerySet[Any, Row]:
    """One part: ``kind`` first, then the columns in their order; typed nulls for those that are not ``given``.

    ``columns``: every column but the kind, with the type that it has in every part.
    """
    nulls = {name: Cast(Value(None), output_field=field) for name, field in columns.items() if name not in given}
    found = {**nulls, **given}
    return rows.order_by().values_list(Value(kind, output_field=models.CharField()), *(found[name] for name in columns))


class Union:
    """What ``parts`` asks for, as one statement; call it with the values by name. Rows come in no order. Queries: 1.

    ``parts`` takes numbers, words, days, moments and lists of them, and uses each as it is: it computes nothing with
    them, asks no clock and chooses no other question for other values. A statement is checked when it is made:
    TypeError when ``parts`` does more.
    """

    def __init__(self, parts: Callable[..., Sequence[QuerySet[Any, Row]]]) -> None:
        self.parts = parts
        self._made: dict[tuple[object, ...], _Statement | None] = {}

    def __call__(self, **given: Given) -> list[Row]:
        values = {name: value if isinstance(value, Scalar) else _padded(value) for name, value in given.items()}
        lengths = (None if isinstance(value, Scalar) else len(value) for value in values.values())
        shape = (connection.vendor, *zip(values, lengths, strict=True))
        if shape not in self._made:
            self._made[shape] = self.prepare(values)
        statement = self._made[shape]
        return statement.ask(values) if statement else []

    def prepare(self, values: Mapping[str, Given]) -> _Statement | None:
        """The statement for values of this shape, made with marks that are found again among what it sends."""
        count = itertools.count(1)
        marks, others = _marks(values, count), _marks(values, count)
        places = {
            sent: _Place(name, index, fit)
            for name, mark in marks.items()
            for index, item in ([(None, mark)] if isinstance(mark, Scalar) else enumerate(mark))
            for sent, fit in _sent(item)
        }
        made, check = _put_together(self.parts(**marks)), _put_together(self.parts(**others))
        statement = made and _Statement(made[0], tuple(places.get(param, param) for param in made[1]), made[2])
        alike = _same(check, statement, others) if check and statement else not (check or statement)
        if not alike:
            raise TypeError(f"{self.parts.__module__}.{self.parts.__qualname__} does more than use its values.")
        return statement


@dataclass(frozen=True, slots=True)
class _Place:
    """A value of a statement that changes: under which name it is given, where in a list, and how it is sent."""

    name: str
    index: int | None
    fit: Callable[[Any], Any]

    def of(self, values: Mapping[str, Any]) -> Any:
        value = values[self.name]
        return self.fit(value if self.index is None else value[self.index])


@dataclass(frozen=True, slots=True)
class _Statement:
    """``params``: a place for each value that changes, the value itself for each that does not."""

    sql: str
    params: tuple[Any, ...]
    converters: Converters

    def filled(self, values: Mapping[str, Given]) -> Iterable[Any]:
        return (param.of(values) if isinstance(param, _Place) else param for param in self.params)

    def ask(self, values: Mapping[str, Given]) -> list[Row]:
        with connection.cursor() as cursor:
            cursor.execute(self.sql, tuple(self.filled(values)))
            rows = cursor.fetchall()
        if not (rows and self.converters):
            return rows
        columns = list(zip(*rows, strict=True))
        for place, converters, expression in self.converters:
            columns[place] = _converted(columns[place], converters, expression)
        return list(zip(*columns, strict=True))


def _converted(column: tuple[Any, ...], converters: list[Callable[..., Any]], expression: Any) -> tuple[Any, ...]:
    """A column with each of its values converted once, however often it stands there; a null stays one."""
    known: dict[Any, Any] = {None: None}
    for value in column:
        if value not in known:
            found = value
            for convert in converters:
                found = convert(found, expression, connection)
            known[value] = found
    return tuple(known[value] for value in column)


def _padded(values: Sequence[Scalar]) -> list[Scalar]:
    """A list as long as the next power of two, so that few statements serve lists of any length; the last repeats."""
    items = list(values)
    longest = 1 << (len(items) - 1).bit_length() if items else 0
    return items + items[-1:] * (longest - len(items))


def _marks(values: Mapping[str, Given], count: Iterator[int]) -> dict[str, Given]:
    """Values of the same shape, none of which occurs anywhere else."""
    return {
        name: _mark(value, next(count)) if isinstance(value, Scalar) else [_mark(item, next(count)) for item in value]
        for name, value in values.items()
    }


def _mark(value: Scalar, number: int) -> Scalar:
    if isinstance(value, datetime):
        return datetime(1000, 1, 1, tzinfo=UTC) + timedelta(minutes=number)
    if isinstance(value, date):
        return date(1000, 1, 1) + timedelta(days=number)
    return f"mark {number}" if isinstance(value, str) else -(10**15) - number


def _sent(mark: Scalar) -> Iterable[tuple[object, Callable[[Any], Any]]]:
    """How a mark may stand among what is sent: as it is, or fitted to the database by Django's field."""
    yield mark, lambda value: value
    if isinstance(mark, datetime):
        yield connection.ops.adapt_datetimefield_value(mark), connection.ops.adapt_datetimefield_value
    elif isinstance(mark, date):
        yield connection.ops.adapt_datefield_value(mark), connection.ops.adapt_datefield_value


def _same(fresh: tuple[str, tuple[Any, ...], Converters], statement: _Statement, values: Mapping[str, Given]) -> bool:
    """Whether both send the same; what wraps a value for the database may have no equality of its own."""
    pairs = zip(fresh[1], statement.filled(values), strict=True)
    return fresh[0] == statement.sql and all(one == other or repr(one) == repr(other) for one, other in pairs)


def _put_together(parts: Sequence[QuerySet[Any, Row]]) -> tuple[str, tuple[Any, ...], Converters] | None:
    """The statement, what is sent with it, and what makes Python's values of the database's; None when no row can be
    meant, as with empty lists.
    """
    query = (parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]).query
    compiler = query.get_compiler(connection=connection)
    try:
        sql, params = compiler.as_sql()
    except EmptyResultSet:
        return None
    converters = compiler.get_converters([column for column, *_rest in compiler.select])
    return sql, tuple(params), tuple((place, *rest) for place, rest in converters.items())
