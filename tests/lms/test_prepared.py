"""A prepared question that is kept and sent again answers as one that is put together anew."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from datetime import UTC, date, datetime, timedelta
from inspect import signature
from typing import Any
from uuid import UUID

import pytest
from django.db.models import F, QuerySet

from lms.models import Enrolment, User
from lms.services.platform.notices import tell
from lms.services.platform.prepared import Prepared
from tests.factories import notices, paths, people

pytestmark = pytest.mark.django_db

AT = datetime(2027, 3, 1, 9, 30, tzinfo=UTC)


@dataclass
class Begun:
    """One path of somebody who was told something."""

    uid: UUID
    person: str
    started_on: date
    told_at: datetime
    text: str
    note: str = "kept"


def begun(persons: Sequence[int], word: str, on: date, at: datetime) -> QuerySet[Enrolment]:
    rows = Enrolment.objects.filter(person__in=persons, started_on__lte=on)
    return rows.filter(person__notices__kind=word, person__notices__created_at__gt=at)


COLUMNS = {"person": "person__full_name", "told_at": "person__notices__created_at", "text": "person__notices__kind"}


@pytest.fixture
def persons() -> list[User]:
    found = [people.person(f"Person {number}") for number in range(5)]
    version = paths.path(paths.step("course"))
    for number, person in enumerate(found):
        paths.enrolment(person, version, started_on=date(2027, 3, 1) + timedelta(number))
        kind = (notices.SAID, notices.URGENT)[number % 2]
        tell(kind, [person], words={"text": "News"}, at=AT + timedelta(hours=number))
    return found


@pytest.mark.parametrize("count", [0, 1, 3, 5])
def test_it_answers_as_a_fresh_one_for_lists_of_any_length(persons: list[User], count: int) -> None:
    asks, seen = Prepared(Begun, begun, **COLUMNS), 0
    for day in range(4):
        values = {
            "persons": [person.pk for person in persons[day : day + count]],
            "word": (notices.SAID, notices.URGENT)[day % 2].code,
            "on": date(2027, 3, 1) + timedelta(day),
            "at": AT + timedelta(hours=day - 1),
        }
        fresh = begun(**values).values_list("uid", "person__full_name", "started_on", *list(COLUMNS.values())[1:])
        found = asks(**values)
        assert sorted(map(astuple, found), key=str) == sorted(((*row, "kept") for row in fresh), key=str)
        seen += len(found)
    assert bool(seen) == bool(count)


def test_it_keeps_the_order_and_the_number_that_are_asked_for(persons: list[User]) -> None:
    @dataclass
    class Name:
        full_name: str

    asks = Prepared(Name, lambda persons: User.objects.filter(pk__in=persons).order_by("-pk")[:2])
    found = asks(persons=[person.pk for person in persons])
    assert [row.full_name for row in found] == ["Person 4", "Person 3"]


def test_it_is_put_together_once_for_lists_of_about_the_same_length(persons: list[User]) -> None:
    asked = []

    def counted(**values: Any) -> QuerySet[Enrolment]:
        asked.append(values)
        return begun(**values)

    asks = Prepared(Begun, counted, **COLUMNS)
    for length in (3, 4, 3):
        asks(persons=[person.pk for person in persons[:length]], word=notices.URGENT.code, on=AT.date(), at=AT)
    assert len(asked) == 2, "once to make it and once to check it"


@dataclass
class Key:
    """A row by its key."""

    pk: int


@pytest.mark.parametrize(
    "wrong",
    [
        lambda on: User.objects.filter(started_on__lte=on + timedelta(1)),
        lambda on: User.objects.filter(started_on__year=on.year, started_on__day=on.day),
        lambda on: User.objects.filter(started_on=on) if on.day % 2 else User.objects.none(),
    ],
)
def test_a_question_that_does_more_than_use_its_values_is_refused(wrong: Callable[[date], QuerySet[User]]) -> None:
    with pytest.raises(TypeError, match="does more than use its values"):
        Prepared(Key, wrong)(on=date(2027, 3, 1))


def test_a_column_that_the_row_does_not_have_is_refused() -> None:
    with pytest.raises(TypeError, match="Key has no name"):
        Prepared(Key, lambda: User.objects.annotate(name=F("full_name")), name="full_name")


def all_prepared() -> dict[str, Prepared[Any]]:
    """Every question that the product keeps, by name."""
    return {
        f"{name}.{attribute}": value
        for name, module in list(sys.modules.items())
        if name.split(".")[0] in ("lms", "coaching", "assessments", "cms")
        for attribute, value in vars(module).items()
        if isinstance(value, Prepared)
    }


def example(name: str) -> Any:
    """A value for a parameter of a question, by its name."""
    one = {"on": date(2027, 3, 1), "at": AT, "until": AT}.get(name, 7)
    if name == "slugs":
        return ["one", "two"]
    return [one, 8] if name in ("people", "enrolments", "roles", "cases", "skills") else one


def test_none_that_is_kept_asks_the_clock(move_clock: Callable[[float], None]) -> None:
    prepared = all_prepared()
    assert len(prepared) >= 25
    for name, asks in prepared.items():
        values = {key: example(key) for key in signature(asks.question).parameters}
        move_clock(0)
        before = asks.prepare(values)
        move_clock(timedelta(days=3).total_seconds())
        after = asks.prepare(values)
        sent = [(found.sql, list(map(str, found.filled(values)))) for found in (before, after) if found]
        assert len(sent) == 2, name
        assert sent[0] == sent[1], name
