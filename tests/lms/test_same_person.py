"""Accounts of one human: which they are, and that "oneself" means each of them (``lms.policies.same_person``)."""

from __future__ import annotations

import pytest
from django.db.models import F

from lms.api import (
    DutyHolding,
    User,
    accounts_of,
    are_one,
    human_of,
    humans_of,
    oneself,
    other_accounts_of_each,
    same_human,
)
from tests.factories import humans, people

pytestmark = pytest.mark.django_db

NAMES = "zero one two three alone sister brother x y"
ONE = {"one", "two", "three"}


@pytest.fixture
def cast() -> dict[str, User]:
    """Three accounts of one human, two that were joined by mistake, two of another human, and some of their own."""
    persons = {name: people.person(name.capitalize()) for name in NAMES.split()}
    for one, other in (("one", "two"), ("two", "three"), ("three", "one"), ("x", "y")):
        humans.one_human(persons[one], persons[other])
    humans.parted(humans.one_human(persons["sister"], persons["brother"]))
    return persons


def names(found: object) -> set[str]:
    return {person.full_name.lower() for person in found}  # type: ignore[attr-defined]


def test_oneself_is_every_account_of_the_same_human(cast: dict[str, User]) -> None:
    ids = [person.pk for person in cast.values()]
    for name, who in cast.items():
        expected = ONE if name in ONE else {"x", "y"} if name in ("x", "y") else {name}
        assert names(User.objects.filter(oneself(who))) == names(accounts_of(who)) == expected
        assert names(User.objects.filter(pk__in=ids).exclude(oneself(who))) == cast.keys() - expected
        for other, person in cast.items():
            assert are_one(who.pk, person.pk) == (other in expected), (name, other)


def test_oneself_is_asked_of_any_column_that_names_a_person(cast: dict[str, User]) -> None:
    people.with_duty("auditor", cast["two"])
    people.with_duty("auditor", cast["alone"])
    held = DutyHolding.objects.filter(duty="auditor")
    assert [row.person for row in held.filter(oneself(cast["three"], "person"))] == [cast["two"]]
    assert [row.person for row in held.exclude(oneself(cast["three"], "person"))] == [cast["alone"]]


def test_one_human_is_named_by_the_oldest_account(cast: dict[str, User]) -> None:
    oldest = {"one": "one", "two": "one", "three": "one", "x": "x", "y": "x"}
    expected = {cast[name].pk: cast[first].pk for name, first in oldest.items()}
    assert humans_of(person.pk for person in cast.values()) == expected
    rows = User.objects.annotate(human=human_of("pk"))
    assert {row.pk: row.human for row in rows if row.human} == expected
    assert humans_of([]) == {}


def test_two_columns_may_name_accounts_of_one_human(cast: dict[str, User]) -> None:
    """As the cover of a coach, who may be the learner."""
    people.with_duty("auditor", cast["two"])
    rows = DutyHolding.objects.filter(duty="auditor")
    assert rows.filter(same_human("person", "person")).exists()
    assert not rows.filter(same_human("person", "given_by")).exists()
    giver = rows.get().given_by
    assert giver
    humans.one_human(cast["two"], giver, joined_by=cast["zero"])
    assert rows.filter(same_human("person", "given_by")).exists()
    assert not rows.filter(person=F("given_by")).exists()


def test_whoever_has_other_accounts_is_listed_with_them(cast: dict[str, User]) -> None:
    found = other_accounts_of_each([cast["two"].pk, cast["alone"].pk, cast["sister"].pk])
    assert {pk: names(others) for pk, others in found.items()} == {cast["two"].pk: {"one", "three"}}
