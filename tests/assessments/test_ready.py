"""Ready is a dated fact: written and told when it begins, and when it ends, with what ended it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db.models import Q

from assessments.api import end_what_lapsed, ready_on, revoke_signoff
from assessments.models import ReadySpell
from lms import clock
from lms.api import LEARNING_ADMINISTRATORS, Notice, RoleHolding, User, end_path, end_role_holding, enrol
from lms.rules.days import months_later
from tests.factories import basics, decisions, opening, paths, people
from tests.shown import looked

pytestmark = pytest.mark.django_db
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
MONDAY = basics.MONDAY


def told(person: User) -> list[str]:
    rows = Notice.objects.filter(person=person, kind__startswith="assessments.ready").order_by("pk")
    return [row.kind.removeprefix("assessments.") for row in rows]


def spells(person: User) -> list[tuple[date, date | None, str]]:
    rows = ReadySpell.objects.filter(person=person).order_by("pk")
    return [(row.from_on, row.last_on, row.why) for row in rows]


def ready_names(day: date) -> list[str]:
    return [row.person.full_name for row in ready_on(day, Q())]


@pytest.fixture
def work(db: None) -> decisions.DecisionScene:
    return decisions.decision_scene("visit", "listening", "numbers")


def test_the_decision_that_is_enough_makes_somebody_ready_and_tells_those_around(work):
    manager = people.person("Mo Manager")
    people.team(work.learner, manager=manager)
    decisions.signed(work, MONDAY)
    assert spells(work.learner) == [(MONDAY.date(), None, "")]
    assert told(work.learner) == ["ready"]
    assert told(work.coach) == told(manager) == ["ready_of"]


def test_a_lower_level_and_a_not_yet_make_nobody_ready(work):
    decisions.signed(work, MONDAY, level=2)
    assert spells(work.learner) == []
    decisions.enough_evidence(work, MONDAY + DAY)
    decisions.sign(work, MONDAY + DAY + HOUR, verdicts=decisions.not_yet_on_all(work, MONDAY + DAY))
    assert spells(work.learner) == []
    assert told(work.learner) == []


def test_a_flagged_decision_counts_when_it_is_countersigned(work):
    decisions.make_coach_line_manager(work)
    decisions.signed(work, MONDAY)
    assert spells(work.learner) == []


def test_being_signed_again_is_no_news(work):
    decisions.signed(work, MONDAY)
    work.another()
    decisions.signed(work, MONDAY + 30 * DAY, level=4)
    assert spells(work.learner) == [(MONDAY.date(), None, "")]
    assert told(work.learner) == ["ready"]


def test_a_sign_off_that_is_taken_back_ends_it_on_the_day_before(work):
    event = decisions.signed(work, MONDAY)
    at = MONDAY + 10 * DAY
    looked(revoke_signoff, actor=work.coach, event_uid=event.uid, reason="A mistake.", key=basics.key(), at=at)
    assert spells(work.learner) == [(MONDAY.date(), (at - DAY).date(), "taken_back")]
    assert told(work.learner) == ["ready", "ready_no_more"]
    assert told(work.coach) == ["ready_of", "ready_no_more_of"]
    assert ReadySpell.objects.get().skill.slug == event.skill.slug


@pytest.mark.parametrize(
    ("zone", "hour", "days", "ended"),
    [
        ("UTC", 12, 0, False),  # the last day counts
        ("UTC", 0, 1, True),
        ("Pacific/Kiritimati", 9, 0, False),
        ("Pacific/Kiritimati", 11, 0, True),  # there it is the next day since ten
        ("Pacific/Pago_Pago", 9, 1, False),  # there it is still the last day
        ("Pacific/Pago_Pago", 12, 1, True),
    ],
)
def test_it_ends_with_the_last_day_of_a_sign_off_where_the_person_is(work, zone, hour, days, ended):
    User.objects.filter(pk=work.learner.pk).update(time_zone=zone)
    decisions.signed(work, MONDAY)
    last = months_later(MONDAY.date(), 12)
    day = last + days * DAY
    at = datetime(day.year, day.month, day.day, hour, 30, tzinfo=UTC)
    end_what_lapsed(at)
    first = ReadySpell.objects.get().from_on
    assert spells(work.learner) == [(first, last, "lapsed") if ended else (first, None, "")]
    assert end_what_lapsed(at) in (0, 1)
    assert told(work.learner) == (["ready", "ready_no_more"] if ended else ["ready"])


def test_a_sweep_that_comes_weeks_late_writes_the_day_on_which_it_ended(work):
    decisions.signed(work, MONDAY)
    last = months_later(MONDAY.date(), 12)
    end_what_lapsed(datetime(last.year, last.month, last.day, 12, tzinfo=UTC) + 40 * DAY)
    assert spells(work.learner) == [(MONDAY.date(), last, "lapsed")]


def test_who_was_ready_is_asked_of_any_day(work):
    event = decisions.signed(work, MONDAY)
    at = MONDAY + 10 * DAY
    looked(revoke_signoff, actor=work.coach, event_uid=event.uid, reason="A mistake.", key=basics.key(), at=at)
    days = [MONDAY - DAY, MONDAY, MONDAY + 9 * DAY, MONDAY + 10 * DAY, MONDAY + 60 * DAY]
    assert [ready_names(day.date()) for day in days] == [[], ["Learner"], ["Learner"], [], []]


def test_a_path_that_is_taken_back_ends_it_because_the_role_is_gone(work):
    decisions.signed(work, MONDAY)
    end_path(enrolment=work.enrolment, by=people.granter(), reason="Wrong path.", at=MONDAY + DAY)
    assert spells(work.learner) == [(MONDAY.date(), MONDAY.date(), "no_role")]


def test_who_is_vouched_for_already_is_ready_on_the_day_of_enrolment(work):
    decisions.signed(work, MONDAY)
    learning = people.in_group(LEARNING_ADMINISTRATORS)
    role = work.enrolment.role_version
    other = paths.path(paths.step("external", "other"), role_version=paths.role(paths.requires("listening", 3)))
    assert other.role_profile_id != role.profile_id
    at = MONDAY + 5 * DAY
    enrol(
        actor=learning,
        person_uid=work.learner.uid,
        path_uid=other.path.uid,
        started_on=at.date(),
        key=basics.key(),
        at=at,
    )
    assert spells(work.learner) == [(MONDAY.date(), None, ""), (at.date(), None, "")]


def test_what_was_held_before_makes_ready_and_the_first_decision_may_end_it():
    scene = opening.opening()
    role = paths.role(paths.requires("listening", 3, critical=True), paths.requires("business", 3))
    entry = scene.recorded(role_version_uid=role.uid)
    scene.confirmed(entry)
    assert [why for _first, _last, why in spells(scene.person)] == [""]
    assert "ready" in told(scene.person)


@pytest.mark.parametrize("people_there", [1, 5])
def test_looking_again_takes_the_same_statements_for_any_number(people_there, django_assert_max_num_queries):
    from assessments.services.standing.ready import look_who_is_ready

    made: list[Any] = []
    for number in range(people_there):
        work = decisions.decision_scene(f"visit-{number}", f"listening-{number}")
        decisions.signed(work, MONDAY)
        made.append(work.learner.pk)
    look_who_is_ready(made, MONDAY + HOUR)
    with django_assert_max_num_queries(5):
        look_who_is_ready(made, MONDAY + HOUR)


def test_a_role_that_ends_today_ends_it_tomorrow():
    scene = opening.opening()
    role = paths.role(paths.requires("listening", 3, critical=True), paths.requires("business", 3))
    scene.confirmed(scene.recorded(role_version_uid=role.uid))
    now = clock.now()
    holding, today = RoleHolding.objects.get(), clock.today(scene.person.zone, now)
    fields = {"holding_uid": holding.uid, "until_on": today, "reason": "Changed sides.", "key": basics.key()}
    end_role_holding(actor=people.fresh(scene.recorder), at=now, **fields)
    assert [why for _first, _last, why in spells(scene.person)] == [""], "it is held today"
    end_what_lapsed(now + DAY)
    assert [(last, why) for _first, last, why in spells(scene.person)] == [(today, "no_role")]
