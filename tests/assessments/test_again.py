"""On the day on which somebody is to be seen again after *not yet* they and their coach read it, unless they asked."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from assessments.api import remind_who_is_seen_again
from assessments.models import SignOffText
from lms.api import Enrolment, Notice, say_reminders
from tests.factories import basics, decisions, people

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
KINDS = ("assessments.seen_again_due", "assessments.seen_again_due_of")
BOTH = [("Coach", "seen_again_due_of"), ("Learner", "seen_again_due")]


@pytest.fixture
def work(db: None) -> decisions.DecisionScene:
    scene = decisions.decision_scene("visit", "listening", "numbers")
    decisions.enough_evidence(scene, basics.MONDAY)
    decisions.sign(scene, basics.MONDAY + DAY, verdicts=decisions.not_yet_on_all(scene, basics.MONDAY))
    return scene


def at(days_after: int, hour: int = 12, zone: str = "UTC") -> datetime:
    """So many days after the day on which they are to be seen again."""
    day = basics.MONDAY.date() + timedelta(days=14 + days_after)
    return datetime.combine(day, time(hour), ZoneInfo(zone)).astimezone(UTC)


def swept(moment: datetime) -> list[tuple[str, str]]:
    before = set(Notice.objects.values_list("pk", flat=True))
    remind_who_is_seen_again(moment)
    say_reminders(moment)
    rows = Notice.objects.exclude(pk__in=before).filter(kind__in=KINDS).select_related("person")
    return sorted((row.person.full_name, row.kind.removeprefix("assessments.")) for row in rows)


def test_both_read_it_once_on_the_day(work: decisions.DecisionScene) -> None:
    assert [(day, rows) for day in range(-5, 6) for hour in (0, 6, 20) if (rows := swept(at(day, hour)))] == [(0, BOTH)]
    row = Notice.objects.get(person=work.learner, kind=KINDS[0])
    assert row.words["skills"] == "Listening, Numbers"


@pytest.mark.parametrize("late", [1, 3])
def test_what_was_missed_for_some_days_is_still_said(work: decisions.DecisionScene, late: int) -> None:
    assert swept(at(late)) == BOTH


def test_what_was_missed_for_longer_is_not_said(work: decisions.DecisionScene) -> None:
    assert swept(at(4)) == []


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12"])
def test_it_is_the_day_of_the_person(work: decisions.DecisionScene, zone: str) -> None:
    work.learner.time_zone = zone
    work.learner.save()
    assert ("Learner", "seen_again_due") not in swept(at(0, 4, zone))
    assert ("Learner", "seen_again_due") in swept(at(0, 5, zone))


def test_the_coach_reads_it_no_earlier_than_the_day_of_the_person_begins(work: decisions.DecisionScene) -> None:
    work.learner.time_zone = "Etc/GMT+12"
    work.learner.save()
    assert swept(at(0, 6)) == []


def test_who_has_asked_is_left_alone(work: decisions.DecisionScene) -> None:
    decisions.watch(work, work.another(), at(-3))
    assert swept(at(0)) == []


@pytest.mark.parametrize("status", ["withdrawn", "paused"])
def test_a_path_that_is_over_or_stands_still_says_nothing(work: decisions.DecisionScene, status: str) -> None:
    ended = at(-2) if status == "withdrawn" else None
    Enrolment.objects.filter(pk=work.enrolment.pk).update(status=status, ended_at=ended)
    assert swept(at(0)) == []


def test_who_has_left_and_what_was_erased_say_nothing(work: decisions.DecisionScene) -> None:
    texts = list(SignOffText.objects.filter(name="retry_on"))
    with decisions.guards_away():
        SignOffText.objects.filter(name="retry_on").delete()
    assert swept(at(0)) == []
    with decisions.guards_away():
        SignOffText.objects.bulk_create(texts)
    type(work.learner).objects.filter(pk=work.learner.pk).update(**people.LEFT)
    assert swept(at(0)) == []
