"""A sign-off that ends soon is said in time, once, in the morning of whoever reads it; and who is to decide on it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assessments.api import remind_of_endings, revoke_signoff
from assessments.models import SignOffEvent
from lms.api import LEARNING_ADMINISTRATORS, Notice, Organisation, Reminder, RoleHolding, User, say_reminders
from tests.factories import basics, coaching, decisions, opening, paths, people
from tests.shown import looked

pytestmark = pytest.mark.django_db
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
WINDOW = 60
ZONES = (
    "Pacific/Kiritimati",
    "Etc/GMT+12",
    "Europe/Copenhagen",
    "America/New_York",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
)
"""UTC+14 and UTC-12, zones that change their clocks, and one of a quarter of an hour."""


@pytest.fixture
def work(db: None) -> decisions.DecisionScene:
    scene = decisions.decision_scene("visit", "listening")
    people.team(scene.learner, manager=people.person("Mo Manager"))
    decisions.signed(scene, basics.MONDAY)
    return scene


def last_day() -> date:
    found = SignOffEvent.objects.get(kind="SIGNED").valid_until
    assert found
    return found


def at(days_before: int, hour: int = 12, zone: str = "UTC") -> datetime:
    """So many days before the last day, at an hour of a place."""
    return datetime.combine(last_day() - days_before * DAY, time(hour), ZoneInfo(zone)).astimezone(UTC)


def swept(moment: datetime) -> list[tuple[str, str]]:
    """What the schedule does at a moment: what is said to whom."""
    before = set(Notice.objects.values_list("pk", flat=True))
    remind_of_endings(moment)
    say_reminders(moment)
    rows = Notice.objects.exclude(pk__in=before).filter(kind__in=KINDS).select_related("person").order_by("pk")
    return sorted((row.person.full_name, row.kind.removeprefix("assessments.")) for row in rows)


KINDS = ("assessments.signoff_ends", "assessments.signoff_ends_of", "assessments.standing_coach_missing")
ALL = [("Coach", "signoff_ends_of"), ("Learner", "signoff_ends"), ("Mo Manager", "signoff_ends_of")]


@pytest.mark.parametrize("days", [WINDOW, 30, 7, 0])
def test_on_each_of_four_days_all_concerned_are_told_once(work: decisions.DecisionScene, days: int) -> None:
    assert swept(at(days)) == ALL
    assert swept(at(days)) == swept(at(days, 23)) == []
    row = Notice.objects.get(person=work.learner, kind="assessments.signoff_ends")
    assert row.words["left"] == days


@pytest.mark.parametrize("days", [WINDOW + 1, WINDOW - 4, 31, 26, 8, 3, -1])
def test_on_other_days_nothing_is_said(work: decisions.DecisionScene, days: int) -> None:
    assert swept(at(days)) == []
    assert not Reminder.objects.filter(kind__in=KINDS).exists()


@pytest.mark.parametrize("late", [1, 2, 3])
def test_what_was_missed_for_some_days_is_still_said(work: decisions.DecisionScene, late: int) -> None:
    assert swept(at(30 - late)) == ALL
    assert swept(at(30 - late - 1) if late < 3 else at(30 - late)) == []


def test_a_whole_year_of_sweeps_says_each_of_them_once(work: decisions.DecisionScene) -> None:
    said = [(days, swept(at(days, hour))) for days in range(70, -5, -1) for hour in (0, 6, 18)]
    assert [(days, rows) for days, rows in said if rows] == [(days, ALL) for days in (WINDOW, 30, 7, 0)]


@pytest.mark.parametrize("zone", ZONES)
def test_it_is_said_at_five_in_the_morning_of_each_reader(work: decisions.DecisionScene, zone: str) -> None:
    """By the day of the person, whose zone is another than that of the coach."""
    work.learner.time_zone = zone
    work.learner.save()
    began = datetime.combine(last_day() - 30 * DAY, time(0), UTC) - 26 * HOUR
    said: dict[str, datetime] = {}
    for hours in range(80):
        moment = began + hours * HOUR
        for name, _kind in swept(moment):
            assert name not in said, "once"
            said[name] = moment
    assert sorted(said) == ["Coach", "Learner", "Mo Manager"]
    here = said["Learner"].astimezone(ZoneInfo(zone))
    assert here.date() == last_day() - 30 * DAY
    assert time(5) <= here.time() < time(6)
    for name in ("Coach", "Mo Manager"):
        row = Reminder.objects.get(person__full_name=name, kind="assessments.signoff_ends_of")
        assert row.due_at.astimezone(row.person.zone).time() == time(5)
        assert row.due_at.astimezone(row.person.zone).date() == last_day() - 30 * DAY


def test_what_no_longer_stands_is_not_spoken_of(work: decisions.DecisionScene) -> None:
    event = SignOffEvent.objects.get(kind="SIGNED")
    values = {"event_uid": event.uid, "reason": "Not theirs.", "key": basics.key()}
    looked(revoke_signoff, actor=work.coach, at=basics.MONDAY + DAY, **values)
    assert swept(at(30)) == []


def test_what_falls_in_the_night_is_not_spoken_of_in_the_morning(work: decisions.DecisionScene) -> None:
    assert swept(at(30, 2)) == []
    event = SignOffEvent.objects.get(kind="SIGNED")
    values = {"event_uid": event.uid, "reason": "Not theirs.", "key": basics.key()}
    looked(revoke_signoff, actor=work.coach, at=at(30, 3), **values)
    assert swept(at(30, 6)) == []


def test_who_has_left_is_not_spoken_of(work: decisions.DecisionScene) -> None:
    User.objects.filter(pk=work.learner.pk).update(**people.LEFT)
    assert swept(at(7)) == []


@pytest.mark.parametrize(("window", "days"), [(90, [90, 30, 7, 0]), (20, [20, 7, 0]), (30, [30, 7, 0]), (5, [5, 0])])
def test_the_organisation_says_when_the_first_of_them_is(
    work: decisions.DecisionScene, window: int, days: list[int]
) -> None:
    Organisation.objects.update(expiring_days=window)
    basics.nothing_kept()
    assert [left for left in range(100, -2, -1) if swept(at(left))] == days


# --- Who is to decide ---------------------------------------------------------------------------------------------


def held(coach: User | None = None) -> opening.Opening:
    """Somebody who held a role before, and was recorded with a standing coach or without one."""
    scene = opening.opening()
    role = paths.role(paths.requires("listening", 3, critical=True))
    entry = scene.recorded(
        scene.attests(3, "listening"), role_version_uid=role.uid, coach_uid=coach.uid if coach else None
    )
    scene.confirmed(entry)
    return scene


def ends() -> datetime:
    until = SignOffEvent.objects.get(kind="HELD_BEFORE").valid_until
    assert until
    return datetime.combine(until - WINDOW * DAY, time(12), UTC)


def missing(rows: list[tuple[str, str]]) -> list[str]:
    return [name for name, kind in rows if kind == "standing_coach_missing"]


def test_where_nobody_decides_managers_and_learning_are_asked_to_name_somebody() -> None:
    held()
    assert missing(swept(ends())) == ["Henrike Manager", "Ruta First", "Sven Second"]
    assert swept(ends() + HOUR) == []


def test_nobody_is_asked_where_somebody_stands_by() -> None:
    held(coaching.coach("Cora Coach"))
    rows = swept(ends())
    assert missing(rows) == []
    assert ("Cora Coach", "signoff_ends_of") in rows


def test_nobody_is_asked_about_a_role_that_has_ended_or_asks_for_something_else() -> None:
    scene = held()
    RoleHolding.objects.update(from_on=basics.MONDAY.date(), until_on=basics.MONDAY.date())
    assert missing(swept(ends())) == []
    fields = {"person": scene.person, "from_on": basics.MONDAY.date(), "made_by": scene.recorder}
    RoleHolding.objects.create(role_version=scene.role, made_at=basics.MONDAY, **fields)
    RoleHolding.objects.filter(role_version=scene.role).update(role_version=paths.role(paths.requires("repair")))
    assert missing(swept(ends() + DAY)) == []


# --- What it costs ------------------------------------------------------------------------------------------------


def test_many_cost_as_many_statements_as_one(work: decisions.DecisionScene) -> None:
    people.in_group(LEARNING_ADMINISTRATORS)

    def cost(moment: datetime) -> int:
        with CaptureQueriesContext(connection) as asked:
            remind_of_endings(moment)
        return len(asked)

    one = cost(at(30))
    gate = work.learner.skill_gates.get(gate="show")
    for number in range(12):
        gate.pk, gate.person, gate.source = None, people.person(f"More {number}"), f"signoff:{basics.uid(str(number))}"
        gate.save()
        people.team(gate.person, manager=people.person(f"Manager {number}"))
    assert cost(at(30)) == one
    assert Reminder.objects.filter(kind="assessments.signoff_ends").count() == 13
