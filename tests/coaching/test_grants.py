"""Observer grants: giving and revoking several at once, taking back what was done today, who may observe."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from coaching.api import (
    GrantsTakenBack,
    ObserverGrant,
    give_grants,
    give_grants_again,
    given_today,
    grants_at,
    grants_of,
    may_observe,
    observers,
    observers_for,
    open_grants_of_each,
    plan_grants,
    record_grants,
    revoke_grants,
    revoked_today,
    take_back_grants,
)
from lms.api import LEARNING_ADMINISTRATORS, Act, LogEntry, Notice, Organisation, User
from lms.clock import now
from lms.errors import Changed, Conflict, DomainError, Invalid, NotAllowed, NotFound
from tests.factories import basics, coaching, notices, people
from tests.shown import looked, seen

pytestmark = pytest.mark.django_db

TODAY = basics.NOON.date()
HOUR = timedelta(hours=1)


@pytest.fixture
def scene() -> coaching.HelpScene:
    return coaching.help_scene()


def state() -> tuple[Any, ...]:
    counts = [model.objects.count() for model in (Notice, Act, LogEntry)]
    return list(ObserverGrant.objects.order_by("pk").values()), counts


def refused(kind: type[DomainError], act: Callable[[], Any]) -> None:
    before = state()
    with pytest.raises(kind) as caught:
        act()
    assert str(caught.value)
    assert state() == before


def give(scene: coaching.HelpScene, who: User | None = None, *slugs: str, **changes: Any) -> list[ObserverGrant]:
    fields = {
        "actor": who or scene.administrator,
        "person_uid": scene.outsider.uid,
        "skill_slugs": slugs or ("trust", "listening"),
        "reason": "Known for it.",
        "key": basics.key(),
        "at": basics.NOON,
    }
    return looked(give_grants, **(fields | changes))


def revoke(scene: coaching.HelpScene, *slugs: str, **changes: Any) -> list[ObserverGrant]:
    fields = {
        "actor": scene.administrator,
        "person_uid": scene.outsider.uid,
        "skill_slugs": slugs,
        "reason": "Left the field.",
        "key": basics.key(),
        "at": basics.NOON + HOUR,
    }
    return looked(revoke_grants, **(fields | changes))


def back(scene: coaching.HelpScene, rows: list[ObserverGrant], **changes: Any) -> GrantsTakenBack:
    return take_back_grants(**whose(scene, rows, changes))


def again(scene: coaching.HelpScene, rows: list[ObserverGrant], **changes: Any) -> list[ObserverGrant]:
    return give_grants_again(**whose(scene, rows, changes))


def whose(scene: coaching.HelpScene, rows: list[ObserverGrant], changes: dict[str, Any]) -> dict[str, Any]:
    fields = {
        "actor": scene.administrator,
        "person_uid": scene.outsider.uid,
        "grant_uids": [row.uid for row in rows],
        "key": basics.key(),
        "at": basics.NOON + 2 * HOUR,
    }
    return fields | changes


def held(scene: coaching.HelpScene, at: Any = basics.NOON + 3 * HOUR) -> dict[str, date]:
    """What the outsider may observe then, and until when."""
    rows = ObserverGrant.objects.filter(person=scene.outsider, revoked_at=None, granted_at__lte=at)
    return {row.skill.slug: row.until_on for row in rows.select_related("skill")}


# --- Giving


def test_a_founding_grant_lasts_twelve_months(scene: coaching.HelpScene) -> None:
    key = basics.key()
    made = give(scene, key=key)
    assert {(row.skill.slug, row.basis) for row in made} == {("trust", "founding"), ("listening", "founding")}
    assert {row.until_on.isoformat() for row in made} == {"2027-03-09"}
    before = state()
    assert give(scene, key=key) == made
    assert state() == before
    ids = {skill.pk for skill in scene.skills}
    last = basics.NOON.replace(year=2027)
    assert may_observe(scene.outsider.pk, ids, basics.NOON) == ids
    assert may_observe(scene.outsider.pk, ids, last) == ids
    assert may_observe(scene.outsider.pk, ids, last + timedelta(days=1)) == set()


def test_one_notice_names_every_skill_given_or_revoked(scene: coaching.HelpScene) -> None:
    give(scene)
    assert notices.told(scene.outsider) == ["You may observe until 9 March 2027: Listening, Trust"]
    revoke(scene, "trust", "listening")
    assert notices.told(scene.outsider)[-1] == "You no longer observe Listening, Trust: Left the field."
    assert Notice.objects.filter(person=scene.outsider).count() == 2


@pytest.mark.parametrize("role", ["manager", "coach", "outsider"])
def test_managers_coaches_and_outsiders_cannot_give_grants(scene: coaching.HelpScene, role: str) -> None:
    refused(NotAllowed, lambda: give(scene, getattr(scene, role)))


def test_nobody_changes_their_own_grants_but_by_revoking(scene: coaching.HelpScene) -> None:
    own = {"person_uid": scene.administrator.uid}
    refused(NotAllowed, lambda: give(scene, **own))
    other = people.in_group(LEARNING_ADMINISTRATORS)
    made = give(scene, other, **own)
    refused(NotAllowed, lambda: back(scene, made, **own))
    gone = revoke(scene, "trust", "listening", **own)
    refused(NotAllowed, lambda: again(scene, gone, **own))


@pytest.mark.parametrize(
    "change",
    [
        {"reason": " "},
        {"skill_slugs": []},
        {"skill_slugs": ["trust", "none"]},
        {"until_on": TODAY - timedelta(days=1)},
        {"until_on": TODAY + timedelta(days=366)},
    ],
)
def test_a_grant_with_a_wrong_field_is_refused(scene: coaching.HelpScene, change: dict[str, Any]) -> None:
    refused(Invalid, lambda: give(scene, **change))
    asked = {"skill_slugs": ["trust"], "reason": "Knows it."} | change
    with pytest.raises(Invalid):
        plan_grants(actor=scene.administrator, person_uid=scene.outsider.uid, **asked, at=basics.NOON)


def test_the_question_says_what_giving_does(scene: coaching.HelpScene) -> None:
    give(scene, None, "trust")
    asked = {"person_uid": scene.outsider.uid, "skill_slugs": ["trust", "listening"], "reason": "Knows it."}
    plan = plan_grants(actor=scene.administrator, **asked, at=coaching.soon())
    assert [row.skill.slug for row in plan.replaced] == ["trust"]
    made = give(scene, at=coaching.soon())
    assert {row.until_on for row in made} == {plan.until_on}
    assert {row.skill for row in made} == set(plan.skills)
    assert ObserverGrant.objects.get(pk=plan.replaced[0].pk).revoked_at == coaching.soon()


def test_a_renewal_is_a_new_row(scene: coaching.HelpScene) -> None:
    give(scene, None, "trust")
    (new,) = give(scene, None, "trust", at=coaching.soon(), until_on=TODAY + timedelta(days=300))
    old = ObserverGrant.objects.exclude(pk=new.pk).get()
    assert (old.revoked_at, old.revoked_by) == (coaching.soon(), scene.administrator)
    assert grants_at(scene.outsider.pk, [new.skill_id], coaching.soon(-1) + timedelta(hours=2))
    assert may_observe(scene.outsider.pk, [new.skill_id], coaching.soon()) == {new.skill_id}


def test_what_is_shown_is_of_one_person_only(scene: coaching.HelpScene) -> None:
    """What others hold may change meanwhile."""
    fields = {"actor": scene.administrator, "person_uid": scene.outsider.uid}
    shown = seen(give_grants, **fields)
    give(scene, person_uid=scene.coach.uid)
    assert give(scene, shown=shown)
    refused(Changed, lambda: give(scene, shown=shown))
    refused(Changed, lambda: revoke(scene, "trust", shown=shown))
    refused(
        Changed, lambda: revoke(scene, "trust", shown=seen(give_grants, **fields | {"person_uid": scene.coach.uid}))
    )


def test_calibration_on_the_floor_above_writes_grants_too(scene: coaching.HelpScene) -> None:
    give(scene, None, "trust")
    trust = scene.skills[1]
    record_grants(
        person=scene.outsider, skills=[trust], basis="calibrated", until_on=coaching.FAR,
        attempt_uid=basics.key(), reason="8 of 10", at=coaching.soon(),
    )  # fmt: skip
    assert grants_of([scene.outsider.pk], TODAY) == {scene.outsider.pk: {trust.pk: "calibrated"}}


# --- Revoking


def test_revoking_needs_a_reason_and_open_grants_all_or_none(scene: coaching.HelpScene) -> None:
    give(scene)
    refused(Invalid, lambda: revoke(scene, "trust", reason=" "))
    refused(Invalid, lambda: revoke(scene))
    refused(NotFound, lambda: revoke(scene, "trust", "none"))
    refused(NotFound, lambda: revoke(scene, "trust", actor=scene.manager))
    refused(NotAllowed, lambda: revoke(scene, "trust", actor=scene.outsider))
    key = basics.key()
    rows = revoke(scene, "trust", "listening", key=key)
    assert {(row.revoked_reason, row.revoked_at) for row in rows} == {("Left the field.", basics.NOON + HOUR)}
    before = state()
    assert revoke(scene, "trust", "listening", key=key) == rows
    assert state() == before
    refused(NotFound, lambda: revoke(scene, "trust"))
    refused(Conflict, lambda: revoke(scene, "trust", key=key))
    ids = [row.skill_id for row in rows]
    assert may_observe(scene.outsider.pk, ids, basics.NOON + HOUR) == set()
    assert len(grants_at(scene.outsider.pk, ids, basics.NOON)) == 2
    assert not grants_at(scene.outsider.pk, ids, basics.NOON + HOUR)


# --- Taking back what was done today


def test_what_was_given_by_mistake_ends_and_stays_written(scene: coaching.HelpScene) -> None:
    made = give(scene)
    key = basics.key()
    done = back(scene, made, key=key)
    assert held(scene) == {}
    assert ([row.pk for row in done.ended], done.again) == ([row.pk for row in made], [])
    assert {row.revoked_reason for row in done.ended} == {"Given by mistake."}
    assert "You do not observe Listening, Trust after all. The grant was a mistake." in notices.told(scene.outsider)
    ids = [row.skill_id for row in made]
    assert len(grants_at(scene.outsider.pk, ids, basics.NOON + HOUR)) == 2, "they could, until it was taken back"
    before = state()
    assert back(scene, made, key=key) == done
    assert state() == before
    refused(Conflict, lambda: back(scene, made))


@pytest.mark.parametrize("basis", ["founding", "provisional", "calibrated"])
def test_what_a_mistake_replaced_holds_again_until_its_day(scene: coaching.HelpScene, basis: str) -> None:
    """Nobody but an attempt gives a calibrated one; and the longer day that was given by mistake is gone."""
    day = TODAY + timedelta(days=90)
    (old,) = coaching.grant(scene.outsider, "trust", basis=basis, until_on=day, reason="Passed, or known.")
    made = give(scene, provisional=basis == "founding")
    done = back(scene, made)
    assert held(scene) == {"trust": day}
    (new,) = done.again
    assert (new.reason, new.basis) == (old.reason, "provisional" if basis == "provisional" else "founding")
    assert new.granted_by == scene.administrator
    assert set(notices.told(scene.outsider)) >= {
        "You do not observe Listening after all. The grant was a mistake.",
        "You may observe until 7 June 2026: Trust",
    }
    old.refresh_from_db()
    assert old.revoked_at == basics.NOON, "a grant that ended is not opened again"


def test_what_a_mistake_replaced_and_has_lapsed_does_not_come_back(scene: coaching.HelpScene) -> None:
    coaching.grant(scene.outsider, "trust", until_on=TODAY - timedelta(days=1))
    assert back(scene, give(scene, None, "trust")).again == []
    assert held(scene) == {}


def test_only_what_was_given_today_is_taken_back(scene: coaching.HelpScene) -> None:
    """Today is the organisation's: its evening may be tomorrow in UTC."""
    Organisation.objects.update(time_zone="America/Los_Angeles")
    made = give(scene)
    evening = basics.NOON.replace(hour=6) + timedelta(days=1)
    refused(Conflict, lambda: back(scene, made, at=evening + 2 * HOUR))
    earned = record_grants(
        person=scene.outsider, skills=[scene.skills[0]], basis="calibrated", until_on=coaching.FAR,
        attempt_uid=basics.key(), reason="8 of 10", at=basics.NOON + HOUR,
    )  # fmt: skip
    refused(Conflict, lambda: back(scene, earned))
    refused(Conflict, lambda: back(scene, made))
    refused(Invalid, lambda: back(scene, []))
    refused(NotFound, lambda: back(scene, made, person_uid=scene.coach.uid))
    refused(NotFound, lambda: back(scene, made, actor=scene.manager))
    refused(NotAllowed, lambda: back(scene, made, actor=scene.outsider))
    (trust,) = [row for row in made if row.skill.slug == "trust"]
    assert back(scene, [trust], at=evening).ended == [trust]


def test_what_was_revoked_by_mistake_is_given_again(scene: coaching.HelpScene) -> None:
    made = give(scene, until_on=TODAY + timedelta(days=90), provisional=True)
    gone, key = revoke(scene, "trust", "listening"), basics.key()
    new = again(scene, gone, key=key)
    assert held(scene) == dict.fromkeys(("trust", "listening"), TODAY + timedelta(days=90))
    assert {(row.basis, row.reason) for row in new} == {("provisional", "Known for it.")}
    assert not {row.pk for row in new} & {row.pk for row in made}
    assert ObserverGrant.objects.filter(pk__in=[row.pk for row in gone], revoked_at=None).count() == 0
    before = state()
    assert again(scene, gone, key=key) == new
    assert state() == before
    refused(Conflict, lambda: again(scene, gone))


def test_only_what_was_revoked_today_is_given_again(scene: coaching.HelpScene) -> None:
    give(scene)
    gone = revoke(scene, "trust", "listening")
    refused(NotAllowed, lambda: again(scene, gone, actor=scene.manager))
    refused(Conflict, lambda: again(scene, gone, at=basics.NOON + timedelta(days=1)))
    refused(Invalid, lambda: again(scene, []))
    refused(NotFound, lambda: again(scene, gone, person_uid=scene.coach.uid))
    (lapsed,) = coaching.grant(
        scene.coach, "trust", until_on=TODAY - timedelta(days=1), revoked_at=basics.NOON,
        revoked_by=scene.administrator, revoked_reason="No.",
    )  # fmt: skip
    refused(Conflict, lambda: again(scene, [lapsed], person_uid=scene.coach.uid))
    give(scene, None, "trust", at=basics.NOON + HOUR)
    refused(Conflict, lambda: again(scene, gone))


def test_the_page_offers_what_can_be_taken_back(scene: coaching.HelpScene) -> None:
    coaching.grant(scene.outsider, "listening")
    made, late = give(scene, None, "trust"), basics.NOON + 3 * HOUR
    assert [list(done.grants) for done in given_today(scene.administrator, scene.outsider.uid, late)] == [made]
    gone = revoke(scene, "trust", "listening")
    assert given_today(scene.administrator, scene.outsider.uid, late) == []
    (done,) = revoked_today(scene.administrator, scene.outsider.uid, late)
    assert ({row.pk for row in done.grants}, done.by) == ({row.pk for row in gone}, scene.administrator)
    again(scene, gone)
    assert revoked_today(scene.administrator, scene.outsider.uid, late) == []
    assert revoked_today(scene.manager, scene.outsider.uid, late) == []


# --- Who may observe


def test_observers_know_every_skill_and_are_here(scene: coaching.HelpScene) -> None:
    listening, trust = scene.skills
    both, one, gone = people.person("Both"), people.person("One"), people.person("Gone")
    coaching.grant_for_long(both, "listening", "trust")
    coaching.grant_for_long(one, "listening")
    coaching.grant_for_long(gone, "listening", "trust")
    User.objects.filter(pk=gone.pk).update(is_active=False, deactivated_at=basics.NOON)
    today = now().date()
    assert observers_for([listening.pk, trust.pk], on=today) == [both]
    assert observers_for([listening.pk], on=today) == [both, one]
    assert observers_for([listening.pk], exclude=[both], on=today) == [one]
    assert observers_for([], on=today) == []
    assert may_observe(gone.pk, [trust.pk], basics.NOON) == set()
    assert grants_of([both.pk, one.pk, scene.learner.pk], today) == {
        both.pk: {listening.pk: "founding", trust.pk: "founding"},
        one.pk: {listening.pk: "founding"},
        scene.learner.pk: {},
    }


def test_the_list_begins_with_who_lapses_first(scene: coaching.HelpScene) -> None:
    soon, lapsed, later = people.person("Ann Soon"), people.person("Ben Lapsed"), people.person("Cleo Later")
    coaching.grant(later, "trust", until_on=TODAY + timedelta(days=61), basis="provisional")
    coaching.grant(soon, "listening", until_on=TODAY + timedelta(days=60))
    coaching.grant(soon, "trust", until_on=TODAY + timedelta(days=200))
    coaching.grant(lapsed, "trust", until_on=TODAY - timedelta(days=1))
    gone = {"revoked_at": basics.NOON, "revoked_by": scene.administrator, "revoked_reason": "No."}
    coaching.grant(scene.coach, "trust", **gone)

    def found(**wanted: str) -> list[User]:
        return list(observers(scene.administrator, on=TODAY, **wanted))

    assert found() == [lapsed, soon, later]
    assert found(skill="trust") == [lapsed, later, soon]
    assert found(lapse="soon") == [soon]
    assert found(lapse="lapsed") == [lapsed]
    assert found(basis="provisional") == [later]
    assert found(words="cleo") == [later]
    assert found(skill="trust", lapse="soon") == []
    rows = open_grants_of_each(scene.administrator, [soon, scene.coach])
    assert [row.skill.slug for row in rows[soon.pk]] == ["listening", "trust"]
    assert rows[scene.coach.pk] == []
    assert list(observers(scene.manager, on=TODAY)) == []
