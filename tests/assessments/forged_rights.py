"""Sets in which a row gives a right, or supports a sign-off, that nobody might have written: as ``forged_sets``."""

from __future__ import annotations

from datetime import timedelta

from assessments.models import Case, CaseReading, Evidence, SignOffEvent
from coaching.models import Commitment, CommitmentSkill, ObserverGrant
from lms.models import DutyHolding, User
from lms.services.platform.duties import finish_duty
from tests.assessments.forged_sets import DAY, MINUTE, Forge, Forger
from tests.assessments.forging import NOW, copy_of, enter
from tests.factories import basics, people


def signed_by(f: Forger, case: Case, grant: ObserverGrant) -> None:
    """Nobody in particular decides, by this grant."""
    f.sign(case, f.seen(case), signer=f.scene.nobody, grant=grant, assignment=f.assignment(f.scene.nobody))


# --- Rights


def grant_for_a_hundred_years(f: Forger) -> None:
    signed_by(f, f.case(), f.grant(f.scene.nobody, until_on=(NOW + 36_500 * DAY).date()))


def grant_from_a_learner(f: Forger) -> None:
    signed_by(f, f.case(), f.grant(f.scene.nobody, granted_by_id=f.work.learner.pk))


def grant_earned_by_nothing(f: Forger) -> None:
    earned = {"basis": "calibrated", "granted_by_id": None, "attempt_uid": basics.key()}
    signed_by(f, f.case(), f.grant(f.scene.nobody, **earned))


def grant_by_a_duty_from_a_learner(f: Forger) -> None:
    f.duty(f.work.observers[0], given_by_id=f.work.learner.pk)
    signed_by(f, f.case(), f.grant(f.scene.nobody, granted_by_id=f.work.observers[0].pk))


def second_administrator_from_the_machine(f: Forger) -> None:
    here, first = people.administrator(), DutyHolding.objects.get(given_by=None)
    finish_duty(holding=first, by=here, reason="Moved on.", at=f.at - MINUTE)
    like = DutyHolding.objects.get(pk=first.pk)
    f.enter(copy_of(like, person_id=f.scene.nobody.pk, from_at=f.at, until_at=None, ended_by_id=None, ended_reason=""))


def coach_of_the_learners_choice(f: Forger) -> None:
    case, grant = f.case(), f.grant(f.scene.nobody)
    assignment = f.assignment(f.scene.nobody, assigned_by_id=f.work.learner.pk)
    f.sign(case, f.seen(case), signer=f.scene.nobody, grant=grant, assignment=assignment)


# --- What was seen


def seen_without_a_grant(f: Forger) -> None:
    case = f.case()
    f.sign(case, f.seen(case, f.scene.nobody, f.work.observers[0]))


def seen_by_who_had_left(f: Forger) -> None:
    case, gone = f.case(), f.work.observers[0]
    User.objects.filter(pk=gone.pk).update(is_active=False, deactivated_at=NOW - DAY)
    f.sign(case, f.seen(case))


def seen_long_ago(f: Forger) -> None:
    case = f.case()
    old = f.observation(case, f.work.observers[0], occurred_at=NOW - 50 * DAY)
    f.sign(case, [old, f.observation(case, f.work.observers[1], context="on the phone")])


def seen_at_a_place_of_ones_own(f: Forger) -> None:
    case = f.case()
    f.sign(
        case, [f.observation(case, f.work.observers[0]), f.observation(case, f.work.observers[1], context="at home")]
    )


def seen_of_somebody_else(f: Forger) -> None:
    case = f.case()
    other = f.observation(case, f.work.observers[0], person=f.scene.work.learner)
    f.sign(case, [other, f.observation(case, f.work.observers[1], context="on the phone")])


def seen_on_another_standard(f: Forger) -> None:
    case = f.case()
    other = f.observation(case, f.work.observers[0], version=f.scene.work.case.version)
    f.sign(case, [other, f.observation(case, f.work.observers[1], context="on the phone")])


def rated_long_after_the_words(f: Forger) -> None:
    case = f.case()
    late = f.observation(case, f.work.observers[0], written_at=NOW - 30 * DAY)
    f.sign(case, [late, f.observation(case, f.work.observers[1], context="on the phone")])


def seen_by_who_had_read_the_others(f: Forger) -> None:
    case = f.case()
    CaseReading.objects.create(case=case, person=f.work.observers[1], read_at=NOW - DAY)
    f.sign(case, f.seen(case))


def seen_after_the_decision(f: Forger) -> None:
    case = f.case()
    f.sign(case, f.seen(case))
    f.observation(case, f.work.observers[0], context="on video")


# --- What was brought and confirmed


def evidence(f: Forger, case: Case, **fields: object) -> Evidence:
    like = Evidence.objects.get(text="What the customer wrote back.")
    values = {"case_id": case.pk, "added_by_id": case.learner_id, "added_at": f.at, **fields}
    return f.enter(copy_of(like, **values))


def brought_by_a_stranger(f: Forger) -> None:
    case = f.case()
    piece = evidence(f, case, added_by_id=f.scene.nobody.pk)
    f.sign(case, f.seen(case), payload={"evidence": {str(piece.uid): piece.sha256}})


def brought_after_the_decision(f: Forger) -> None:
    case = f.case()
    f.sign(case, f.seen(case))
    evidence(f, case)


def taken_back_after_the_decision(f: Forger) -> None:
    case = f.case()
    piece = evidence(f, case)
    f.sign(case, f.seen(case), payload={"evidence": {str(piece.uid): piece.sha256}})
    Evidence.objects.filter(pk=piece.pk).update(withdrawn_at=NOW)
    enter(Evidence.objects.get(pk=piece.pk), f.key, at=NOW, ended=True)


def promise_confirmed_by(f: Forger, who: User) -> None:
    """A promise like the one that was kept, confirmed by somebody."""
    like = CommitmentSkill.objects.filter(confirmed_at__isnull=False).get()
    kept = copy_of(Commitment.objects.get(pk=like.commitment_id), step_uid=None)
    f.enter(copy_of(like, commitment_id=kept.pk, confirmed_by_id=who.pk, confirmed_at=NOW))


def promise_confirmed_by_the_learner(f: Forger) -> None:
    promise_confirmed_by(f, f.scene.work.learner)


def promise_confirmed_by_a_stranger(f: Forger) -> None:
    promise_confirmed_by(f, f.scene.nobody)


# --- What the event says


def the_older_left_standing(f: Forger) -> None:
    case = f.case()
    f.replaces = False
    f.sign(case, f.seen(case))


def without_a_sentence(f: Forger) -> None:
    case = f.case()
    f.sign(case, f.seen(case), texts={})


def with_an_empty_sentence(f: Forger) -> None:
    case = f.case()
    f.sign(case, f.seen(case), texts={"why": " "})


def with_a_flag_of_ones_own(f: Forger) -> None:
    case = f.case()
    f.sign(case, f.seen(case), flags=["looks fine"])


def taken_back_without_a_reason(f: Forger) -> None:
    event = SignOffEvent.objects.get(kind="SIGNED", subject=f.work.learner)
    rows = {"assignment": str(f.work.assignment.uid), "absence": None}
    payload = {"about": str(event.uid), "authority": rows}
    fields = {"kind": "REVOKED", "authority": "coach", "texts": {}, "about": event}
    f.add(event.case, f.work.coach, payload, f.at, **fields)


def years_ahead(f: Forger) -> None:
    f.at = NOW + timedelta(days=1800)
    case = f.case()
    f.sign(case, f.seen(case))


RIGHTS: list[tuple[Forge, str]] = [
    (grant_for_a_hundred_years, "holds longer than a year"),
    (grant_from_a_learner, "was given by somebody who was no learning administrator then"),
    (grant_earned_by_nothing, "was earned by no calibration that decides"),
    (grant_by_a_duty_from_a_learner, "was given by somebody who was no administrator then"),
    (second_administrator_from_the_machine, "was given by nobody"),
    (coach_of_the_learners_choice, "was made by somebody who manages nobody"),
    (seen_without_a_grant, "is by somebody without a grant for margins then"),
    (seen_by_who_had_left, "is by somebody whose account had ended"),
    (seen_long_ago, "was written down too late"),
    (seen_at_a_place_of_ones_own, "was made at a place that its standard does not permit"),
    (seen_of_somebody_else, "is about somebody whose case this is not"),
    (seen_on_another_standard, "is on another standard than its case"),
    (rated_long_after_the_words, "was rated before its words stood"),
    (seen_by_who_had_read_the_others, "is by somebody who had chosen to read the others"),
    (seen_after_the_decision, "was added to a case that was decided"),
    (brought_by_a_stranger, "was brought by somebody else than the learner"),
    (brought_after_the_decision, "was added to a case that was decided"),
    (taken_back_after_the_decision, "was taken back after the case was decided"),
    (promise_confirmed_by_the_learner, "was confirmed by somebody who was not the coach then"),
    (promise_confirmed_by_a_stranger, "was confirmed by somebody who was not the coach then"),
    (the_older_left_standing, "stands beside a newer sign-off"),
    (without_a_sentence, "was signed without its text why"),
    (with_an_empty_sentence, "has an empty text why"),
    (with_a_flag_of_ones_own, "has a flag that there is none of"),
    (taken_back_without_a_reason, "was signed without its text why"),
    (years_ahead, "is dated later than now"),
]
"""What is done, and the words by which verifying names it when the key was there."""
