"""How somebody stands in time (screens L16, T3): one rule, the same words for everybody."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms import clock
from lms.api import Enrolment, StepCompletion, settled_steps, structure_of
from lms.models import Extension, Waiver
from lms.rules.days import path_day
from lms.rules.pace import pace, told
from tests.factories import basics, paths, people

BEGINS = date(2026, 12, 7)


def words(today: date, days: int = 90, oldest: date | None = None, paused: bool = False) -> str:
    day = path_day(BEGINS, today)
    late = max((today - oldest).days, 0) if oldest else 0
    return told(pace(begins_on=BEGINS, day=day, days=days, paused=paused, late=late))


@pytest.mark.parametrize(
    ("today", "oldest", "said"),
    [
        (BEGINS - timedelta(8), None, "Begins on 7 December"),
        (BEGINS - timedelta(1), BEGINS - timedelta(3), "Begins on 7 December"),
        (BEGINS, None, "On track, day 1"),
        (BEGINS + timedelta(12), BEGINS + timedelta(12), "On track, day 12"),
        (BEGINS + timedelta(13), BEGINS + timedelta(12), "Behind by 1 day, on day 13"),
        (BEGINS + timedelta(90), None, "On track, day 90"),
        (BEGINS + timedelta(91), None, "The days of the path are over"),
        (BEGINS + timedelta(420), BEGINS + timedelta(80), "Behind by 340 days, after the last day"),
    ],
)
def test_the_words_of_a_day(today: date, oldest: date | None, said: str) -> None:
    assert words(today, oldest=oldest) == said


def test_a_paused_pace_names_its_day_and_no_day_beyond_the_last() -> None:
    assert words(BEGINS + timedelta(45), oldest=BEGINS, paused=True) == "Paused on day 45"
    assert words(BEGINS + timedelta(200), paused=True) == "Paused"


@basics.CALM
@given(st.integers(-400, 800), st.one_of(st.none(), st.integers(-10, 800)), st.booleans(), st.integers(1, 200))
def test_no_day_below_one_and_none_beyond_the_last_is_ever_said(
    offset: int, due: int | None, paused: bool, days: int
) -> None:
    today = BEGINS + timedelta(offset)
    said = words(today, days, None if due is None else BEGINS + timedelta(due), paused)
    number = said.partition("day ")[2] if "day " in said and "after" not in said else ""
    assert ("Begins" in said) == (offset < 0)
    if number:
        assert 1 <= int(number) <= days


# --- From rows ----------------------------------------------------------------------------------------------------


def due(enrolment: Enrolment, today: date) -> date | None:
    return settled_steps([enrolment], {enrolment.pk: today}, {})[enrolment.pk].oldest_due


@pytest.mark.django_db
def test_the_oldest_required_step_counts_and_practice_never() -> None:
    steps = [
        paths.step("practice", "p", due_day=2),
        paths.step("session", "s", due_day=5),
        paths.step("commitment", "c", due_day=9),
        paths.step("discussion", "d", due_day=1, required=False),
    ]
    enrolment = paths.enrolment(people.person(), paths.path(*steps), started_on=BEGINS)
    ids = {step.uid: step.id for step in structure_of(enrolment.path_version_id).steps.values()}
    today, at = BEGINS + timedelta(30), clock.now()
    assert due(enrolment, today) == BEGINS + timedelta(5)
    by = enrolment.enrolled_by
    StepCompletion.objects.create(enrolment=enrolment, step_id=ids[basics.uid("s")], by=by, completed_at=at)
    assert due(enrolment, today) == BEGINS + timedelta(9)
    for number, later in enumerate((20, 40)):
        Extension.objects.create(
            enrolment=enrolment, step_id=ids[basics.uid("c")], due_day=later, reason="Away", by=by,
            extended_at=at + timedelta(number),
        )  # fmt: skip
    assert due(enrolment, today) == BEGINS + timedelta(40), "the latest extension counts"
    Waiver.objects.create(enrolment=enrolment, step_id=ids[basics.uid("c")], reason="No", by=by, waived_at=at)
    assert due(enrolment, today) is None
    StepCompletion.objects.create(enrolment=enrolment, step_id=ids[basics.uid("p")], by=by, completed_at=at)
    assert due(enrolment, today) is None


@pytest.mark.django_db
def test_paused_days_move_what_is_due() -> None:
    enrolment = paths.enrolment(people.person(), paths.path(paths.step("session", "s", due_day=5)), started_on=BEGINS)
    today = BEGINS + timedelta(30)
    pauses = {enrolment.pk: [(BEGINS + timedelta(2), BEGINS + timedelta(9))]}
    assert settled_steps([enrolment], {enrolment.pk: today}, pauses)[enrolment.pk].oldest_due == BEGINS + timedelta(12)
    assert all(first <= second for first, second in pairwise(structure_of(enrolment.path_version_id).dues))
