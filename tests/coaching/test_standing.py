"""Standing coaches: after a path, named and handed over, and what ends with them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from coaching.api import (
    Session,
    StandingAssignment,
    as_coach,
    coach_shown,
    coached_by,
    end_coach,
    name_standing_coach,
    plan_session,
    standing_coaches,
    standing_policy,
    standing_shown,
)
from coaching.policies import standing_for
from lms.api import (
    LEARNING_ADMINISTRATORS,
    Enrolment,
    LogEntry,
    Notice,
    RoleHolding,
    User,
    end_role_holding,
    mark_external_done,
)
from lms.errors import Changed, Conflict, DomainError, Invalid, NotAllowed, NotFound
from tests.factories import basics, coaching, humans, paths, people

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Scene:
    """Somebody whose path was completed with a coach, their manager, another coach, and a member of Learning."""

    def __init__(self) -> None:
        self.enrolment = paths.enrolment(people.person("Lea Learner"), paths.path(paths.step("external", "one")))
        self.person = self.enrolment.person
        self.manager = people.person("Mo Manager")
        people.team(self.person, manager=self.manager)
        self.learning = people.in_group(LEARNING_ADMINISTRATORS)
        self.coach, self.other = coaching.coach("Cora Coach"), coaching.coach("Otto Other")
        coaching.assign(self.enrolment, self.coach)
        mark_external_done(
            actor=people.fresh(self.manager),
            enrolment_uid=self.enrolment.uid,
            step_uid=basics.uid("one"),
            key=basics.key(),
            at=basics.NOON,
        )
        self.holding = RoleHolding.objects.get(person=self.person)

    def name(self, by: User, coach: User, **fields: Any) -> StandingAssignment:
        values = {
            "actor": people.fresh(by),
            "holding_uid": self.holding.uid,
            "coach_uid": coach.uid,
            "reason": "Cora has other work.",
            "shown": standing_shown(self.holding),
            "key": basics.key(),
            "at": basics.NOON + HOUR,
        }
        return name_standing_coach(**values | fields)

    @property
    def now(self) -> User | None:
        return standing_coaches([self.holding.pk]).get(self.holding.pk)


@pytest.fixture
def scene(db: None) -> Scene:
    return Scene()


def told(person: User) -> list[str]:
    return list(Notice.objects.filter(person=person, kind__contains="standing").values_list("kind", flat=True))


@pytest.mark.parametrize("who", ["manager", "learning"])
def test_manager_and_learning_hand_over_with_a_reason(scene, who):
    made = scene.name(getattr(scene, who), scene.other)
    assert scene.now == scene.other
    before = StandingAssignment.objects.exclude(pk=made.pk).get()
    assert (before.coach, before.status, before.reason) == (scene.coach, "handed_over", "Cora has other work.")
    assert told(scene.other) == ["coaching.standing_begins"]
    assert told(scene.coach) == ["coaching.standing_ended", "coaching.standing_begins"]


@pytest.mark.parametrize(
    ("who", "error"),
    [("person", NotAllowed), ("coach", NotAllowed), ("other", NotFound)],
)
def test_nobody_else_names_one(scene, who, error):
    with pytest.raises(error):
        scene.name(getattr(scene, who), scene.other)
    assert scene.now == scene.coach


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"reason": " "}, Invalid),
        ({"coach": "person"}, Invalid),
        ({"coach": "coach"}, Conflict),
        ({"shown": "old"}, Changed),
    ],
)
def test_what_is_wrong_gets_a_sentence_and_changes_nothing(scene, fields, error):
    coach = getattr(scene, fields.pop("coach", "other"))
    with pytest.raises(error) as raised:
        scene.name(scene.manager, coach, **fields)
    assert isinstance(raised.value, DomainError)
    assert str(raised.value)
    assert scene.now == scene.coach
    assert StandingAssignment.objects.count() == 1


def test_the_same_form_twice_is_one_act(scene):
    key, shown = basics.key(), standing_shown(scene.holding)
    first = scene.name(scene.manager, scene.other, key=key, shown=shown)
    assert scene.name(scene.manager, scene.other, key=key, shown=shown) == first
    assert StandingAssignment.objects.count() == 2


def test_a_standing_coach_is_the_coach_of_the_completed_path(scene):
    at = basics.NOON + HOUR
    mine = Enrolment.objects.filter(coached_by(scene.coach, on=at.date()))
    assert list(mine) == [scene.enrolment]
    found = as_coach(scene.coach.pk, scene.enrolment.pk, at)
    assert found
    assert found.standing
    assert as_coach(scene.other.pk, scene.enrolment.pk, at) is None
    before = as_coach(scene.coach.pk, scene.enrolment.pk, basics.NOON)
    assert before
    assert not before.standing, "until then by the assignment on the path"


def test_who_covers_for_the_coach_stands_in(scene):
    at, profile = basics.NOON + HOUR, scene.coach.coach_profile
    profile.away_from, profile.away_until = at.date(), at.date() + DAY
    profile.cover = scene.other.coach_profile
    profile.save()
    profile.absences.create(
        cover=profile.cover, from_on=profile.away_from, until_on=profile.away_until, said_at=basics.NOON
    )
    assert list(Enrolment.objects.filter(coached_by(scene.other, on=at.date()))) == [scene.enrolment]
    found = as_coach(scene.other.pk, scene.enrolment.pk, at)
    assert found
    assert found.standing
    assert found.absence
    assert not Enrolment.objects.filter(coached_by(scene.other, on=at.date() + 2 * DAY)).exists()


def test_it_ends_with_the_role(scene):
    end_role_holding(
        actor=people.fresh(scene.learning),
        holding_uid=scene.holding.uid,
        until_on=basics.NOON.date(),
        reason="Changed sides.",
        key=basics.key(),
        at=basics.NOON + HOUR,
    )
    row = StandingAssignment.objects.get()
    assert (row.status, row.reason) == ("ended", "Changed sides.")
    assert not Enrolment.objects.filter(coached_by(scene.coach, on=basics.NOON.date() + DAY)).exists()
    assert "coaching.standing_ended" in told(scene.coach)


def test_who_coaches_no_more_is_nobodys_standing_coach(scene):
    fields = {"person_uid": scene.coach.uid, "reason": "Moved on.", "shown": coach_shown(scene.coach.uid)}
    end_coach(actor=people.fresh(scene.learning), key=basics.key(), at=basics.NOON + HOUR, **fields)
    assert scene.now is None
    assert "coaching.standing_needed" in told(scene.manager)
    assert "coaching.standing_needed" in told(scene.learning)


def test_rows_stand_in_the_log_from_beginning_to_end(scene):
    scene.name(scene.manager, scene.other)
    kinds = LogEntry.objects.filter(kind__startswith="standing").order_by("number").values_list("kind", flat=True)
    assert list(kinds) == ["standing assignment", "standing assignment ended", "standing assignment"]


def test_a_role_that_was_held_before_begins_without_one_and_gets_one(scene):
    held = RoleHolding.objects.create(
        person=people.person("Ona Old"),
        role_version=scene.holding.role_version,
        from_on=date(2025, 1, 1),
        made_by=scene.learning,
        made_at=basics.MONDAY,
    )
    made = scene.name(scene.learning, scene.other, holding_uid=held.uid, shown=standing_shown(held), reason="")
    assert made.holding == held
    assert standing_coaches([held.pk]) == {held.pk: scene.other}


def test_who_may_see_a_role_in_helping_and_name_a_coach_for_it(scene):
    """Their own manager and L&D name one, nobody for themself by any account, and only while the role is held."""
    twin = people.in_group(LEARNING_ADMINISTRATORS, people.person("Lea Twin"))
    humans.one_human(scene.person, twin)
    chief = people.person("Another Manager")
    people.team(people.person("Theirs"), manager=chief)
    own = RoleHolding.objects.create(
        person=scene.learning,
        role_version=scene.holding.role_version,
        from_on=date(2025, 1, 1),
        made_by=scene.manager,
        made_at=basics.MONDAY,
    )
    both, hers = {scene.holding, own}, {scene.holding}
    expected: dict[User, tuple[set[RoleHolding], set[RoleHolding]]] = {
        scene.person: (hers, set()),
        scene.coach: (hers, set()),
        scene.other: (set(), set()),
        scene.manager: (hers, hers),
        chief: (set(), set()),
        scene.learning: (both, hers),
        twin: (both, {own}),
    }
    for who, (sees, names) in expected.items():
        assert set(standing_policy.queryset(people.fresh(who), "view")) == sees, who
        assert set(standing_policy.queryset(people.fresh(who), "name")) == names, who
        assert not standing_policy.queryset(people.fresh(who), "anything").exists(), who
        assert standing_policy.may(people.fresh(who), "name") == (who in (scene.manager, chief, scene.learning, twin))
        assert not standing_policy.may(people.fresh(who), "view")
    StandingAssignment.objects.update(status="ended", ended_at=basics.NOON)
    assert not standing_policy.queryset(people.fresh(scene.coach), "view").exists(), "who was the coach before"
    RoleHolding.objects.update(until_on=date(2026, 3, 9))
    assert not standing_policy.queryset(people.fresh(scene.learning), "name").exists(), "the role has ended"
    RoleHolding.objects.update(until_on=None)
    User.objects.filter(pk=scene.person.pk).update(is_active=False, deactivated_at=basics.NOON)
    assert not standing_policy.queryset(people.fresh(scene.manager), "name").exists(), "who has left"


ON = basics.NOON.date()


CASES: list[tuple[dict[str, Any], bool, bool]] = [
    ({}, True, False),
    ({"status": "ended", "ended_at": basics.NOON}, False, False),
    ({"from_on": ON + DAY}, False, False),
    ({"from_on": ON - 9 * DAY, "until_on": ON - DAY}, False, False),
    ({"until_on": ON}, True, False),
    ({"away_from": ON, "away_until": ON}, True, True),
    ({"away_from": ON + DAY, "away_until": ON + DAY}, True, False),
    ({"away_from": ON - DAY, "away_until": ON - DAY}, True, False),
    ({"away_from": ON, "away_until": ON, "cover_ended": ON}, True, False),
    ({"away_from": ON, "away_until": ON, "no_cover": True}, True, False),
    ({"away_from": ON, "away_until": ON, "twin": "other"}, True, False),
    ({"twin": "coach"}, False, False),
]
"""What is changed, and whether the coach, and who would cover for them, stands by on ON."""


def test_who_is_the_standing_coach_on_a_day(db):
    for changed, coach, cover in CASES:
        scene, change = Scene(), dict(changed)
        profile = scene.coach.coach_profile
        profile.cover = None if change.pop("no_cover", False) else scene.other.coach_profile
        profile.away_from, profile.away_until = change.pop("away_from", None), change.pop("away_until", None)
        profile.save()
        if ended := change.pop("cover_ended", None):
            type(profile).objects.filter(person=scene.other).update(ended_on=ended)
        if name := change.pop("twin", ""):
            humans.one_human(scene.person, getattr(scene, name))
        if "status" in change:
            scene.holding.standing_assignments.update(**change)
        elif change:
            RoleHolding.objects.filter(pk=scene.holding.pk).update(**change)
        for who, stands in ((scene.coach, coach), (scene.other, cover), (scene.manager, False)):
            rows = StandingAssignment.objects.filter(standing_for(people.fresh(who), ON))
            assert rows.exists() == stands, (changed, who)
            assert Enrolment.objects.filter(coached_by(people.fresh(who), on=ON)).exists() == stands, (changed, who)


# --- Sessions


def planned(scene: Scene, by: User, at: Any = None) -> Session:
    return plan_session(
        actor=people.fresh(by),
        enrolment_uid=scene.enrolment.uid,
        planned_at=basics.NOON + 3 * DAY,
        key=basics.key(),
        at=at or basics.NOON + HOUR,
    )


@pytest.mark.parametrize("who", ["person", "coach"])
def test_both_plan_sessions_after_the_path_is_completed(scene, who):
    row = planned(scene, getattr(scene, who))
    assert (row.coach, row.status) == (scene.coach, "planned")


@pytest.mark.parametrize("who", ["manager", "other"])
def test_nobody_else_plans_them(scene, who):
    with pytest.raises((NotAllowed, NotFound)):
        planned(scene, getattr(scene, who))


def test_a_session_goes_with_the_hand_over(scene):
    row = planned(scene, scene.coach)
    scene.name(scene.manager, scene.other, at=basics.NOON + 2 * HOUR)
    row.refresh_from_db()
    assert (row.coach, row.status) == (scene.other, "planned")


def test_a_session_is_cancelled_with_the_role(scene):
    row = planned(scene, scene.coach)
    fields = {"holding_uid": scene.holding.uid, "until_on": basics.NOON.date(), "reason": "Another team."}
    end_role_holding(actor=people.fresh(scene.learning), key=basics.key(), at=basics.NOON + 2 * HOUR, **fields)
    row.refresh_from_db()
    assert row.status == "cancelled"
    with pytest.raises((NotAllowed, NotFound)):
        planned(scene, scene.coach, basics.NOON + 3 * HOUR)
    with pytest.raises((NotAllowed, NotFound)):
        planned(scene, scene.person, basics.NOON + 3 * HOUR)


def test_a_session_that_was_planned_before_goes_on(db):
    enrolment = paths.enrolment(people.person("Lia Learner"), paths.path(paths.step("external", "one")))
    coach, learning = coaching.coach("Cora Coach"), people.in_group(LEARNING_ADMINISTRATORS)
    coaching.assign(enrolment, coach)
    row = coaching.session(enrolment, coach, basics.NOON + DAY)
    fields = {"enrolment_uid": enrolment.uid, "step_uid": basics.uid("one"), "key": basics.key(), "at": basics.NOON}
    mark_external_done(actor=people.fresh(learning), **fields)
    row.refresh_from_db()
    assert (row.coach, row.status) == (coach, "planned")
