"""Questions that are put together once: a queryset as a function of its values, whose statement is kept and sent again.

Django needs a quarter of a millisecond and more to make SQL of a queryset, and the database a tenth of that to answer
(ADR 18). On the pages that people open all day a question is therefore prepared:

    steps_done = Prepared(
        StepDone,
        lambda enrolments: StepCompletion.objects.filter(enrolment__in=enrolments),
        step="step__uid",
        at="completed_at",
    )
    steps_done(enrolments=[1, 2])  # a list of StepDone

Everywhere else a plain queryset does.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from datetime import UTC, date, datetime, timedelta
from typing import Any, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

R = TypeVar("R")
Scalar = int | str | date | datetime
Given = Scalar | Sequence[Scalar]
Converters = tuple[tuple[int, list[Callable[..., Any]], Any], ...]


class Prepared(Generic[R]):
    """A question that is asked with values by name and answers with rows of a dataclass. Queries: 1, 0 where the values
    mean no row.

    ``row``: each of its fields is a column; ``columns`` says from which field or annotation of the queryset it comes
    where that has another name. A field with a default that ``columns`` does not name keeps it. ``question`` takes
    numbers, words, days, moments and lists of them, and uses each as it is: it computes nothing with them, asks no
    clock and chooses no other question for other values. A statement is checked when it is made: TypeError when
    ``question`` does more.
    """

    def __init__(self, row: type[R], question: Callable[..., QuerySet[Any]], /, **columns: str) -> None:
        every = {field.name: field.default for field in fields(row)}  # type: ignore[arg-type]
        if unknown := columns.keys() - every.keys():
            raise TypeError(f"{row.__name__} has no {', '.join(sorted(unknown))}.")
        self.row, self.question = row, question
        self._columns = {
            name: columns.get(name, name) for name, default in every.items() if name in columns or default is MISSING
        }
        self._made: dict[tuple[object, ...], _Statement | None] = {}

    def __call__(self, **given: Given) -> list[R]:
        values = {name: value if isinstance(value, Scalar) else _padded(value) for name, value in given.items()}
        lengths = (None if isinstance(value, Scalar) else len(value) for value in values.values())
        shape = (connection.vendor, *zip(values, lengths, strict=True))
        if shape not in self._made:
            self._made[shape] = self.prepare(values)
        statement = self._made[shape]
        rows = statement.ask(values) if statement else ()
        return [self.row(**dict(zip(self._columns, row, strict=True))) for row in rows]

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
        made, check = self._put_together(marks), self._put_together(others)
        statement = made and _Statement(made[0], tuple(places.get(param, param) for param in made[1]), made[2])
        alike = _same(check, statement, others) if check and statement else not (check or statement)
        if not alike:
            raise TypeError(f"What {self.row.__name__} is asked by does more than use its values.")
        return statement

    def _put_together(self, values: Mapping[str, Given]) -> tuple[str, tuple[Any, ...], Converters] | None:
        """The statement, what is sent with it, and what makes Python's values of the database's; None when no row can
        be meant, as with empty lists.
        """
        query = self.question(**values).values_list(*self._columns.values()).query
        if not query.is_sliced:
            query.default_ordering = False  # an order that nobody asked for
        compiler = query.get_compiler(connection=connection)
        try:
            sql, params = compiler.as_sql()
        except EmptyResultSet:
            return None
        converters = compiler.get_converters([column for column, *_rest in compiler.select])
        return sql, tuple(params), tuple((place, *rest) for place, rest in converters.items())


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

    def ask(self, values: Mapping[str, Given]) -> Iterable[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(self.sql, tuple(self.filled(values)))
            rows = cursor.fetchall()
        if not (rows and self.converters):
            return rows
        columns = list(zip(*rows, strict=True))
        for place, converters, expression in self.converters:
            columns[place] = _converted(columns[place], converters, expression)
        return zip(*columns, strict=True)


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
