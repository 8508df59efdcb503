"""Taking a path back: what waits for it is let go, and what was done, seen and signed stays.

As for somebody who leaves (``leaving``), the act begins on the highest floor that holds something open for a path and
calls down: judging first, then helping, then the record. Within the day it can be undone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from assessments.models import Case, Request
from coaching.api import give_coach_back, let_go_of_paths, open_help_on
from lms.api import (
    Enrolment,
    User,
    act,
    claim_key,
    end_path,
    enrolment_policy,
    give_path_back,
    lock_log,
    steering_shown,
)
from lms.errors import Conflict, Invalid
from lms.rules.lines import one_line
from lms.rules.shown import require_same

from .requests import ask_no_more

LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class OpenOnPath:
    """What is open for one path: its coach by name, and how many requests, sessions, promises and challenges."""

    coach: str
    asks: int
    sessions: int
    promises: int
    challenges: int


def open_on_path(enrolment: Enrolment) -> OpenOnPath:
    """What ``take_back_path`` would let go of. Queries: 5."""
    helps = open_help_on(enrolment)
    asks = Request.objects.filter(case__enrolment=enrolment, status__in=Request.WAITING).count()
    return OpenOnPath(helps.coach, asks, helps.sessions, helps.promises, helps.challenges)


@act
def take_back_path(*, actor: User, enrolment_uid: UUID, reason: str, shown: str, key: UUID, at: datetime) -> Enrolment:
    """Somebody should not be on this path, or no longer, before it begins or after: it ends now, with the reason, and
    nothing waits for it any more. Other paths of theirs go on.

    Learner, coach, managers and whoever was asked to watch are told. Raises NotFound, NotAllowed (not theirs to take
    back, or one's own), Invalid (no reason), Conflict (it is over), Changed (``shown`` is not how the path is steered
    now). Queries: about 30, and 1 a request.
    """
    related = ("person", "path")
    enrolment = enrolment_policy.get(actor, "take_back", uid=enrolment_uid, lock=True, related=related)
    reason = one_line(reason)[:LONGEST_REASON]
    if not claim_key(actor=actor, name="path.take_back", key=key, at=at, about=enrolment.uid, why=reason):
        return enrolment
    if not reason:
        raise Invalid(reason=_("Say why: the learner, the coach and the manager read it."))
    if not enrolment.is_open:
        raise Conflict(_("This path is taken back already."))
    require_same(shown, steering_shown(enrolment))
    _withdraw_requests(enrolment, at)
    Case.objects.filter(enrolment=enrolment).exclude(claimed_by=None).update(claimed_by=None, claimed_until=None)
    let_go_of_paths([enrolment], reason, at)
    end_path(enrolment=enrolment, by=actor, reason=reason, at=at)
    return enrolment


@act
def give_back_path(*, actor: User, enrolment_uid: UUID, key: UUID, at: datetime) -> Enrolment:
    """Undo taking a path back, on the same day: it goes on with all that was done on it, and with its coach where that
    coach still has room. Requests, sessions and promises that were let go stay so.

    Raises NotFound, NotAllowed, Conflict (it is not taken back, not today, they left, or they are on it again).
    Queries: about 30.
    """
    lock_log()
    related = ("person", "path")
    enrolment = enrolment_policy.get(actor, "take_back", uid=enrolment_uid, lock=True, related=related)
    if not claim_key(actor=actor, name="path.give_back", key=key, at=at, about=enrolment.uid):
        return enrolment
    ended_at = enrolment.ended_at
    if ended_at is None:
        raise Conflict(_("This path is not taken back."))
    give_path_back(enrolment=enrolment, at=at)
    give_coach_back(actor=actor, enrolment=enrolment, ended_at=ended_at, key=key, at=at)
    return enrolment


def _withdraw_requests(enrolment: Enrolment, at: datetime) -> None:
    """What was asked for on this path is asked no more, and whoever was asked is told."""
    waiting = Request.objects.filter(case__enrolment=enrolment, status__in=Request.WAITING)
    ask_no_more(list(waiting.select_related("observer", "case__learner", "case__version")), at)
