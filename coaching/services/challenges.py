"""Challenges: asking to be seen early, and the coach's yes or no."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from coaching.models import Challenge
from coaching.policies import challenge_policy
from coaching.rules.notices import CHALLENGE_ANSWERED, CHALLENGE_ASKED
from lms.api import LOCKED, Enrolment, StepKind, User, act, claim_key, enrolment_policy, open_step, progress_of, tell
from lms.errors import Conflict, Invalid, NotFound
from lms.rules.lines import many_lines, one_line
from lms.rules.shown import require_same

from .coaches import present_coach
from .sessions import step_title
from .shown import challenge_shown

Status = Challenge.Status
RELATED = ("enrolment__person", "answered_by")


@act
def ask_challenge(*, actor: User, enrolment_uid: UUID, step_uid: UUID, why: str, key: UUID, at: datetime) -> Challenge:
    """The learner asks to be seen on a demonstration that is still closed, and says what makes them sure.

    Raises NotFound (not a demonstration of their path), NotAllowed (not theirs, or it does not run), Invalid (no
    words), Conflict (open already, asked already, nobody coaches). Queries: at most 12.
    """
    enrolment = enrolment_policy.get(actor, "do", uid=enrolment_uid, related=("person",))
    progress = progress_of(enrolment, at)
    state = progress.state(step_uid)
    if state is None or state.step.kind != StepKind.DEMONSTRATION or state.step.content_uid is None:
        raise NotFound(_("There is no such demonstration on your path."))
    why = many_lines(why)[:1000]
    if not why:
        raise Invalid(why=_("Say what makes you sure: your coach reads it and decides."))
    if not claim_key(actor=actor, name="challenge.ask", key=key, at=at, about=key):
        return Challenge.objects.select_related(*RELATED).get(uid=key)
    if state.status != LOCKED:
        raise Conflict(_("This demonstration is open already. Ask to be seen."))
    if not progress.running:
        raise Conflict(_("Your path does not run now. Ask again once its days count."))
    coach = present_coach(enrolment, at.date())
    if coach is None:
        raise Conflict(_("Nobody coaches you now. Your manager chooses somebody first."))
    try:
        with transaction.atomic():
            made = Challenge.objects.create(
                uid=key,
                enrolment=enrolment,
                step_uid=step_uid,
                about_uid=state.step.content_uid,
                title=step_title(state.step),
                why=why,
                asked_at=at,
            )
    except IntegrityError:
        raise Conflict(_("You have asked for this already.")) from None
    words = {"learner": actor.get_short_name(), "title": made.title}
    tell(CHALLENGE_ASKED, [coach], about=made.uid, words=words, at=at)
    return made


@act
def answer_challenge(
    *, actor: User, challenge_uid: UUID, accept: bool, words: str, shown: str, key: UUID, at: datetime
) -> Challenge:
    """The present coach says yes, which opens the demonstration to this learner, or no; either with words.

    What the standard asks stays as it is: only the lock falls. Raises NotFound, NotAllowed (not the present coach),
    Invalid (no words), Conflict (answered or withdrawn already), Changed (``shown`` is not what is asked now).
    """
    row = challenge_policy.get(actor, "answer", uid=challenge_uid, lock=True, related=("enrolment__person",))
    words = one_line(words)[:300]
    if not words:
        raise Invalid(words=_("Say why: it stays with the answer, and the learner reads it."))
    if not claim_key(actor=actor, name="challenge.answer", key=key, at=at, about=row.uid):
        return row
    if row.status != Status.ASKED:
        raise Conflict(_("This was answered or withdrawn before."))
    require_same(shown, challenge_shown(row))
    row.status, row.answered_by, row.answered_at, row.answer = Status.DECLINED, actor, at, words
    if accept:
        row.status = Status.ACCEPTED
        state = progress_of(row.enrolment, at).state(row.step_uid)
        if state is None:
            raise Conflict(_("This demonstration is not on the path any more."))
        open_step(enrolment=row.enrolment, step=state.step, reason=words, by=actor, at=at)
    row.save(update_fields=["status", "answered_by", "answered_at", "answer"])
    said = {"accepted": accept, "title": row.title, "words": words}
    tell(CHALLENGE_ANSWERED, [row.enrolment.person], about=row.uid, words=said, at=at)
    return row


@act
def withdraw_challenge(*, actor: User, challenge_uid: UUID, key: UUID, at: datetime) -> Challenge:
    """The learner no longer asks. Raises NotFound, NotAllowed (not the learner), Conflict (answered already)."""
    row = challenge_policy.get(actor, "withdraw", uid=challenge_uid, lock=True)
    if claim_key(actor=actor, name="challenge.withdraw", key=key, at=at, about=row.uid):
        if row.status != Status.ASKED:
            raise Conflict(_("This was answered before."))
        row.status, row.answered_at = Status.WITHDRAWN, at
        row.save(update_fields=["status", "answered_at"])
    return row


def challenge_of(actor: User, challenge_uid: UUID) -> tuple[Challenge, bool]:
    """A challenge that the actor may see, and whether it is theirs to answer. NotFound. Queries: 2."""
    related = ("enrolment__person", "enrolment__path", "answered_by")
    row = challenge_policy.get(actor, "view", uid=challenge_uid, related=related)
    return row, challenge_policy.queryset(actor, "answer").filter(pk=row.pk, status=Status.ASKED).exists()


def challenges_of(enrolment: Enrolment) -> list[Challenge]:
    """What was asked on an enrolment, the oldest first. Queries: 1."""
    return list(Challenge.objects.filter(enrolment=enrolment))
