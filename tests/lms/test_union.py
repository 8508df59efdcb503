"""A UNION that is kept and sent again answers as one that is put together anew."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args, get_type_hints

import pytest
from django.db import models
from django.db.models import F, QuerySet

from lms.models import Enrolment, Notice, User
from lms.services.platform.union import Row, Union, union_part
from tests import factories as make

pytestmark = pytest.mark.django_db

COLUMNS: dict[str, models.Field] = {
    "pk": models.BigIntegerField(),
    "word": models.CharField(),
    "uid": models.UUIDField(),
    "at": models.DateTimeField(),
    "day": models.DateField(),
}
AT = datetime(2027, 3, 1, 9, 30, tzinfo=UTC)


def parts(*, people: Sequence[int], word: str, on: date, at: datetime) -> list[QuerySet[Any, Row]]:
    enrolments = Enrolment.objects.filter(person__in=people, started_on__lte=on)
    return [
        union_part(COLUMNS, "person", User.objects.filter(pk__in=people), pk=F("pk"), word=F("full_name")),
        union_part(COLUMNS, "enrolment", enrolments, pk=F("pk"), uid=F("uid"), day=F("started_on")),
        union_part(
            COLUMNS, "notice", Notice.objects.filter(text=word, created_at__gt=at), word=F("text"), at=F("created_at")
        ),
    ]


@pytest.fixture
def people() -> list[User]:
    found = [make.person(f"Person {number}") for number in range(5)]
    version = make.path(make.step("course"))
    for number, person in enumerate(found):
        make.enrolment(person, version, started_on=date(2027, 3, 1) + timedelta(number))
        person.notices.create(text=f"News {number % 2}", url="/", created_at=AT + timedelta(hours=number))
    return found


@pytest.mark.parametrize("count", [0, 1, 3, 5])
def test_it_answers_as_a_fresh_one_for_lists_of_any_length(people: list[User], count: int) -> None:
    union = Union(parts)
    for day in range(4):
        values = {
            "people": [person.pk for person in people[day : day + count]],
            "word": f"News {day % 2}",
            "on": date(2027, 3, 1) + timedelta(day),
            "at": AT + timedelta(hours=day),
        }
        first, *rest = parts(**values)
        assert sorted(union(**values), key=str) == sorted(first.union(*rest, all=True), key=str)


def test_it_is_put_together_once_for_lists_of_about_the_same_length(people: list[User]) -> None:
    asked = []

    def counted(**values: Any) -> list[QuerySet[Any, Row]]:
        asked.append(values)
        return parts(**values)

    union = Union(counted)
    for length in (3, 4, 3):
        union(people=[person.pk for person in people[:length]], word="News 1", on=AT.date(), at=AT)
    assert len(asked) == 2, "once to make it and once to check it"


@pytest.mark.parametrize(
    "wrong",
    [
        lambda on: User.objects.filter(started_on__lte=on + timedelta(1)),
        lambda on: User.objects.filter(started_on__year=on.year, started_on__day=on.day),
        lambda on: User.objects.filter(started_on=on) if on.day % 2 else User.objects.none(),
    ],
)
def test_parts_that_do_more_than_use_their_values_are_refused(wrong: Callable[[date], QuerySet[User]]) -> None:
    union = Union(lambda on: [union_part(COLUMNS, "person", wrong(on), pk=F("pk"))])
    with pytest.raises(TypeError, match="does more than use its values"):
        union(on=date(2027, 3, 1))


def all_unions() -> dict[str, Union]:
    """Every UNION that the product keeps, by name."""
    return {
        f"{name}.{attribute}": value
        for name, module in list(sys.modules.items())
        if name.split(".")[0] in ("lms", "coaching", "assessments", "cms")
        for attribute, value in vars(module).items()
        if isinstance(value, Union)
    }


def example(kind: Any) -> Any:
    """A value of the kind that the parts of a UNION take."""
    if get_args(kind):
        (of,) = get_args(kind)
        return [example(of), example(of)]
    return {int: 7, str: "word", date: date(2027, 3, 1), datetime: AT}[kind]


def test_none_that_is_kept_asks_the_clock(move_clock: Callable[[float], None]) -> None:
    unions = all_unions()
    assert len(unions) >= 6
    for name, union in unions.items():
        values = {key: example(kind) for key, kind in get_type_hints(union.parts).items() if key != "return"}
        move_clock(0)
        before = union.prepare(values)
        move_clock(timedelta(days=3).total_seconds())
        after = union.prepare(values)
        sent = [(found.sql, list(map(str, found.filled(values)))) for found in (before, after) if found]
        assert len(sent) == 2, name
        assert sent[0] == sent[1], name
