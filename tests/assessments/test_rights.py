"""Rights followed to where they come from: what an unlogged row allowed is found when the row is gone (H5, H6).

And the other side: what honest people did at the same time, or with a clock that was put right, is no finding.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from assessments.api import (
    answer_erasure,
    ask_erasure,
    countersign,
    decide_case,
    may_read_observations,
    revoke_signoff,
    verify_ledger,
)
from coaching.api import give_grants, give_grants_again, revoke_grants, take_back_grants
from coaching.models import ObserverGrant
from lms.errors import Conflict
from lms.models import DutyHolding, Skill, User
from lms.services.platform.duties import finish_duty
from tests.factories import basics, decisions, people
from tests.shown import looked

pytestmark = pytest.mark.django_db

MONDAY = basics.MONDAY
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def work() -> decisions.DecisionScene:
    return decisions.decision_scene("visit", "listening")


def findings(at: datetime = MONDAY + 30 * DAY) -> list[str]:
    return [str(finding) for finding in verify_ledger(at=at).findings]


def past_the_application(row: Any) -> Any:
    """A row that somebody inserts with the web role's rights: without an entry in the log."""
    row.save(force_insert=True)
    return row


# --- A right for a minute


def test_observations_by_grants_that_are_gone_are_found(work: decisions.DecisionScene) -> None:
    """H5: two people observe by grants that nobody gave, the coach signs in good faith, the grants are deleted."""
    strangers = [people.person("Uli One"), people.person("Udo Two")]
    grants = [
        past_the_application(
            ObserverGrant(
                person=who,
                skill=Skill.objects.get(slug="listening"),
                basis="founding",
                granted_at=MONDAY - DAY,
                until_on=(MONDAY + 300 * DAY).date(),
                granted_by=work.coach,
                reason="No.",
            )
        )
        for who in strangers
    ]
    for who, place in zip(strangers, ("on site", "on the phone"), strict=True):
        decisions.watch(work, who, MONDAY - HOUR, context=place)
    decisions.sign(work, MONDAY)
    ObserverGrant.objects.filter(pk__in=[row.pk for row in grants])._raw_delete("default")
    found = findings()
    assert len([text for text in found if "is by somebody without a grant for listening then" in text]) == 2


def test_a_grant_by_a_duty_that_is_gone_is_found(work: decisions.DecisionScene) -> None:
    """H5: somebody has a duty for a minute, and gives a real grant with it."""
    false = people.person("Fay False")
    duty = past_the_application(
        DutyHolding(person=false, duty="learning", from_at=MONDAY - DAY, given_by=work.coach, reason="No.")
    )
    friend = people.person("Fred Friend")
    looked(
        give_grants,
        actor=false,
        person_uid=friend.uid,
        skill_slugs=["listening"],
        reason="Good at it.",
        key=basics.key(),
        at=MONDAY - HOUR,
    )
    DutyHolding.objects.filter(pk=duty.pk)._raw_delete("default")
    assert any("was given by somebody who was no learning administrator then" in text for text in findings())


def test_what_was_seen_by_a_grant_that_was_taken_back_stays_true(work: decisions.DecisionScene) -> None:
    """Between giving by mistake and taking back somebody observes; then what they had holds again. All is verified."""
    ld, who = people.in_group("Learning administrators", at=MONDAY - DAY), work.another()
    about = {"actor": ld, "person_uid": who.uid}
    before = ObserverGrant.objects.get(person=who)
    made = looked(
        give_grants, **about, skill_slugs=["listening"], reason="Meant somebody else.", key=basics.key(),
        at=MONDAY - 2 * HOUR,
    )  # fmt: skip
    decisions.watch(work, who, MONDAY - HOUR)
    done = take_back_grants(**about, grant_uids=[row.uid for row in made], key=basics.key(), at=MONDAY)
    decisions.watch(work, who, MONDAY + HOUR, context="on the phone")
    gone = looked(
        revoke_grants, **about, skill_slugs=["listening"], reason="Meant somebody else.", key=basics.key(),
        at=MONDAY + 2 * HOUR,
    )  # fmt: skip
    uids = [row.uid for row in gone]
    (new,) = give_grants_again(**about, grant_uids=uids, key=basics.key(), at=MONDAY + 3 * HOUR)
    assert findings() == []
    assert {done.again[0].until_on, new.until_on} == {before.until_on}


# --- At the same time


@pytest.mark.parametrize("seconds", [0, 1, 60, 500])
def test_who_took_the_moment_first_and_came_second_is_no_finding(work: decisions.DecisionScene, seconds: int) -> None:
    """H5: a duty ends at a moment that was taken before the signature's, and is written down after it."""
    decisions.make_coach_line_manager(work)
    event = decisions.signed(work)
    learning = people.in_group("Learning administrators", at=MONDAY)
    judging_at = MONDAY + HOUR + timedelta(seconds=seconds)
    looked(
        countersign,
        actor=learning,
        event_uid=event.uid,
        agree=True,
        why="Looked at both.",
        key=basics.key(),
        at=judging_at,
    )
    finish_duty(
        holding=DutyHolding.objects.get(person=learning), by=people.duty_giver(MONDAY), reason="Left.", at=MONDAY + HOUR
    )
    assert findings() == []


def test_a_duty_that_had_ended_in_the_log_is_found_however_close(work: decisions.DecisionScene) -> None:
    decisions.make_coach_line_manager(work)
    event = decisions.signed(work)
    learning = people.in_group("Learning administrators", at=MONDAY)
    holding = DutyHolding.objects.get(person=learning)
    finish_duty(holding=holding, by=people.duty_giver(MONDAY), reason="Left.", at=MONDAY + HOUR)
    ended = {name: getattr(holding, name) for name in ("until_at", "ended_by", "ended_reason")}
    DutyHolding.objects.filter(pk=holding.pk).update(until_at=None, ended_by=None, ended_reason="")
    again = User.objects.get(pk=learning.pk)
    looked(
        countersign,
        actor=again,
        event_uid=event.uid,
        agree=True,
        why="Looked.",
        key=basics.key(),
        at=MONDAY + HOUR + MINUTE,
    )
    DutyHolding.objects.filter(pk=holding.pk).update(**ended)
    assert any("who was no learning administrator then" in text for text in findings())


# --- Who managed whom


def test_a_manager_who_leaves_afterwards_changes_nothing(work: decisions.DecisionScene) -> None:
    """The manager above signs while the direct manager is there: no flag then, and none later."""
    near = people.person("Nia Near")
    people.team(work.learner, manager=near, parent=people.team(manager=work.coach))
    event = decisions.signed(work)
    assert event.flags == []
    User.objects.filter(pk=near.pk).update(is_active=False, deactivated_at=MONDAY + DAY)
    assert findings() == []


# --- The clock


def test_a_clock_that_was_put_right_is_no_finding(work: decisions.DecisionScene) -> None:
    """H8: the learner's next event keeps the moment of the one above it, and the log says why."""
    event = decisions.signed(work)
    back = MONDAY - 2 * HOUR
    looked(revoke_signoff, actor=work.coach, event_uid=event.uid, reason="Another customer.", key=basics.key(), at=back)
    report = verify_ledger(at=MONDAY + DAY)
    assert [str(finding) for finding in report.findings] == []
    assert any("went back" in str(note) for note in report.notes)


def test_what_is_dated_later_than_now_is_found(work: decisions.DecisionScene) -> None:
    decisions.signed(work)
    assert any("is dated later than now" in text for text in findings(at=MONDAY - DAY))


# --- What was looked at


def test_nobody_signs_for_observations_that_are_closed_to_them(work: decisions.DecisionScene) -> None:
    """H4: whoever neither observed nor chose to read has not looked at what the event says they looked at."""
    decisions.enough_evidence(work, MONDAY - HOUR)
    assert not may_read_observations(work.coach, work.case)
    act = {"actor": work.coach, "case_uid": work.case.uid, "why": "Seen.", "at": MONDAY}
    with pytest.raises(Conflict, match="closed to you"):
        decide_case(**act, verdicts=decisions.entrust_all(work), shown="", key=basics.key())
    decisions.sign(work, MONDAY)


# --- Erasing


def test_who_asked_is_still_an_administrator_when_it_is_done(work: decisions.DecisionScene) -> None:
    """H24: two who have the duty; whoever lost it asks no more."""
    decisions.signed(work)
    first, second = people.administrator(at=MONDAY), people.administrator(at=MONDAY)
    User.objects.filter(pk=work.learner.pk).update(is_active=False, deactivated_at=MONDAY + HOUR)
    learner = User.objects.get(pk=work.learner.pk)
    found = ask_erasure(
        actor=first, person_uid=learner.uid, reason="They asked.", key=basics.key(), at=MONDAY + 2 * HOUR
    )
    finish_duty(
        holding=DutyHolding.objects.get(person=first, until_at=None), by=second, reason="Left.", at=MONDAY + 3 * HOUR
    )
    with pytest.raises(Conflict, match="no administrator any more"):
        answer_erasure(actor=second, request_uid=found.uid, agree=True, key=basics.key(), at=MONDAY + 4 * HOUR)
    answer_erasure(actor=second, request_uid=found.uid, agree=False, key=basics.key(), at=MONDAY + 4 * HOUR)
    assert findings() == []
