"""What the database itself refuses in helping, whoever asks: one line a named constraint."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from coaching.models import (
    Absence,
    Challenge,
    CoachAssignment,
    CoachProfile,
    Commitment,
    CommitmentSkill,
    ObserverGrant,
    Post,
    Session,
    StandingAssignment,
    Thread,
)
from tests.constraints import AT, DAY, Line, check, hold, once, without_a_line

pytestmark = pytest.mark.django_db

ONE, TWO = UUID(int=1), UUID(int=2)
EVE = DAY - timedelta(days=1)
ANSWERED = {"status": "declined", "answered_at": AT, "answered_by_id": 1, "answer": "Not yet."}
TAKEN_BACK = {"status": "withdrawn", "answered_at": AT}
GIVEN = {"granted_by_id": 7}
REVOKED = {**GIVEN, "revoked_at": AT, "revoked_by_id": 1, "revoked_reason": "Left the field."}
HIDDEN = {"hidden_at": AT, "hidden_by_id": 1, "hidden_reason": "Names a customer."}
ACCEPTED = {"kind": "answer", "accepted_at": AT, "accepted_by_id": 1}
ENDED = {"status": "ended", "ended_at": AT}
DROPPED = {"status": "dropped", "closed_at": AT}
ON_STEP = {"enrolment_id": 1, "step_uid": ONE}
PROMPT = {"skill_id": 1, "is_prompt": True}
HELD = {"status": "held", "held_at": AT}

LINES = [
    # --- Coaches and observers
    check("coach_load_within_capacity", CoachProfile, {"load": 2, "capacity": 2}, {"load": 3}, takes=[{"load": 1}]),
    check(
        "coach_away_has_both_days",
        CoachProfile,
        {"away_from": DAY, "away_until": DAY},
        {"away_from": None},
        {"away_until": None},
        {"away_until": EVE},
        takes=[{"away_from": None, "away_until": None}],
    ),
    check(
        "coach_does_not_cover_self", CoachProfile, {"id": 1, "cover_id": 2}, {"cover_id": 1}, takes=[{"cover_id": None}]
    ),
    once("standing_assignment_one_active", StandingAssignment, {"holding_id": 1}, {"holding_id": 2}, ENDED),
    check(
        "standing_assignment_ended_at_a_moment",
        StandingAssignment,
        {},
        {"ended_at": AT},
        {"status": "ended"},
        {"status": "handed_over"},
        takes=[ENDED, {"status": "handed_over", "ended_at": AT}],
    ),
    once("absence_one_current", Absence, {"coach_id": 1}, {"coach_id": 2}, {"called_off_at": AT}),
    check("absence_ends_after_start", Absence, {"from_on": DAY, "until_on": DAY}, {"until_on": EVE}),
    check(
        "absence_not_covered_by_self",
        Absence,
        {"coach_id": 1, "cover_id": 2},
        {"cover_id": 1},
        takes=[{"cover_id": None}],
    ),
    check(
        "observer_grant_ended_by_somebody_or_an_attempt",
        ObserverGrant,
        REVOKED,
        {"revoked_at": None},
        {"revoked_by_id": None},
        {"revoked_reason": ""},
        {"revoked_at": None, "revoked_by_id": None},
        {"revoked_by_id": None, "revoked_reason": ""},
        {"ended_by_attempt": ONE},
        {"revoked_at": None, "revoked_by_id": None, "revoked_reason": "", "ended_by_attempt": ONE},
        takes=[
            {"revoked_at": None, "revoked_by_id": None, "revoked_reason": ""},
            {"revoked_by_id": None, "ended_by_attempt": ONE},
        ],
    ),
    check(
        "observer_grant_given_by_somebody_or_earned",
        ObserverGrant,
        GIVEN,
        {"granted_by_id": None},
        {"attempt_uid": ONE},
        {"basis": "provisional", "granted_by_id": None},
        {"basis": "calibrated"},
        {"basis": "calibrated", "attempt_uid": ONE},
        {"basis": "calibrated", "granted_by_id": None},
        takes=[{"basis": "provisional"}, {"basis": "calibrated", "granted_by_id": None, "attempt_uid": ONE}],
    ),
    once(
        "observer_grant_open_once",
        ObserverGrant,
        {**GIVEN, "person_id": 1, "skill_id": 2},
        {"person_id": 3},
        {"skill_id": 3},
        REVOKED,
    ),
    check("observer_grant_needs_reason", ObserverGrant, GIVEN, {"reason": ""}),
    check("observer_grant_not_to_oneself", ObserverGrant, {"person_id": 1, "granted_by_id": 2}, {"granted_by_id": 1}),
    check("observer_grant_basis_known", ObserverGrant, GIVEN, {"basis": "hearsay"}, {"basis": ""}),
    # --- Whose learner is whose
    once(
        "assignment_one_active_primary",
        CoachAssignment,
        {"enrolment_id": 1},
        {"enrolment_id": 2},
        {"kind": "cover"},
        {"status": "proposed"},
        ENDED,
    ),
    once(
        "assignment_one_proposal",
        CoachAssignment,
        {"enrolment_id": 1, "status": "proposed"},
        {"enrolment_id": 2},
        {"status": "active"},
    ),
    once(
        "assignment_coach_once",
        CoachAssignment,
        {"enrolment_id": 1, "coach_id": 2},
        {"enrolment_id": 3},
        {"coach_id": 3, "kind": "cover"},
        ENDED,
        again={"kind": "cover"},
    ),
    check(
        "assignment_ended_at_a_moment",
        CoachAssignment,
        {},
        {"ended_at": AT},
        {"status": "proposed", "ended_at": AT},
        {"status": "ended"},
        {"status": "handed_over"},
        {"status": "declined"},
        {"status": "lost"},
        takes=[ENDED, ENDED | {"status": "declined"}, {"status": "proposed"}],
    ),
    # --- Challenges, promises and sessions
    once("challenge_once_per_step", Challenge, ON_STEP, {"enrolment_id": 2}, {"step_uid": TWO}, ANSWERED, TAKEN_BACK),
    check("challenge_says_why", Challenge, {}, {"why": ""}),
    check(
        "challenge_answered_at_a_moment",
        Challenge,
        ANSWERED,
        {"answered_at": None},
        takes=[TAKEN_BACK | {"answered_by_id": None}],
    ),
    check(
        "challenge_answered_by_somebody_with_reason",
        Challenge,
        ANSWERED,
        {"answered_by_id": None},
        {"answer": ""},
        {"status": "accepted", "answer": ""},
        {"status": "withdrawn"},
        takes=[{"status": "accepted"}, {"status": "withdrawn", "answered_by_id": None}],
    ),
    once(
        "commitment_once_per_step",
        Commitment,
        ON_STEP,
        {"enrolment_id": 2},
        {"step_uid": TWO},
        {"step_uid": None},
        DROPPED,
    ),
    check(
        "commitment_closed_at_a_moment",
        Commitment,
        DROPPED,
        {"closed_at": None},
        {"status": "open"},
        {"status": "done"},
        {"status": "lost"},
        {"status": "confirmed", "closed_at": None},
        takes=[{"status": "confirmed"}, {"status": "done", "closed_at": None}],
    ),
    check("commitment_says_what", Commitment, {}, {"what": ""}),
    once(
        "commitment_skill_once",
        CommitmentSkill,
        {"commitment_id": 1, "skill_id": 2},
        {"commitment_id": 3},
        {"skill_id": 3},
    ),
    check(
        "commitment_skill_confirmed_by_somebody",
        CommitmentSkill,
        {"confirmed_at": AT, "confirmed_by_id": 1},
        {"confirmed_at": None},
        {"confirmed_by_id": None},
        takes=[{"confirmed_at": None, "confirmed_by_id": None}],
    ),
    check(
        "session_held_at_a_moment",
        Session,
        HELD,
        {"held_at": None},
        {"status": "planned"},
        {"status": "missed"},
        takes=[{"status": "cancelled", "held_at": None}],
    ),
    once(
        "session_once_per_step",
        Session,
        ON_STEP,
        {"enrolment_id": 2},
        {"step_uid": TWO},
        {"step_uid": None},
        {"status": "cancelled"},
        again=HELD,
    ),
    # --- The exchange
    once("thread_one_prompt_per_skill", Thread, PROMPT, {"skill_id": 2}, {"is_prompt": False, "author_id": 1}),
    check(
        "thread_prompt_has_no_author",
        Thread,
        PROMPT,
        {"author_id": 1},
        {"is_prompt": False},
        takes=[{"is_prompt": False, "author_id": 1}],
    ),
    check(
        "post_hidden_by_somebody_with_reason",
        Post,
        HIDDEN,
        {"hidden_at": None},
        {"hidden_by_id": None},
        {"hidden_reason": ""},
        {"hidden_at": None, "hidden_by_id": None},
        {"hidden_by_id": None, "hidden_reason": ""},
        takes=[{"hidden_at": None, "hidden_by_id": None, "hidden_reason": ""}],
    ),
    check(
        "post_accepted_by_somebody",
        Post,
        ACCEPTED,
        {"accepted_at": None},
        {"accepted_by_id": None},
        {"kind": "question"},
        takes=[{"kind": "example"}, {"accepted_at": None, "accepted_by_id": None}],
    ),
    check(
        "post_example_not_accepted_by_author",
        Post,
        ACCEPTED | {"kind": "example", "author_id": 2},
        {"author_id": 1},
        takes=[{"kind": "answer", "author_id": 1}],
    ),
    check("post_says_something", Post, {}, {"body": ""}),
]


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.name)
def test_the_database_itself_refuses(line: Line) -> None:
    hold(line)


def test_every_constraint_has_its_line() -> None:
    assert without_a_line("coaching", LINES) == set()
