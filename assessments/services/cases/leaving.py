"""Ending a person: the account closes, the record stays, and nothing that waited for them waits for nobody.

This is the highest floor that holds something open for a person, so the act begins here and calls down: judging first
(requests, claims), then helping (coaching, grants), then the record (account, memberships, paths).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid5

from django.utils.translation import gettext as _

from assessments.models import Case, Request
from assessments.rules.in_review import InReview
from assessments.rules.notices import OBSERVER_LEFT
from coaching.api import end_helping, open_help_of
from lms import clock
from lms.api import (
    Team,
    User,
    act,
    check_leaving,
    claim_key,
    close_account,
    departures_due,
    duties_that_end,
    has_acted,
    lock_departure,
    open_paths,
    people_policy,
    recording,
    somebody_to_end,
    teams_managed_by,
    tell,
)
from lms.errors import Conflict, Invalid
from lms.rules.duties import BY_CODE
from lms.rules.lines import one_line
from lms.rules.said import full_day

from .requests import ask_no_more

logger = logging.getLogger(__name__)

LONGEST_REASON = 300

Reviews = Callable[[User, User], tuple[InReview, ...]]
_reviews: list[Reviews] = []


def register_reviews(asks: Reviews) -> None:
    """Say in which content in review somebody has a part: ``asks`` is given the reader and the person. Again replaces.

    From ``AppConfig.ready()``: this floor does not know content.
    """
    _reviews[:] = [asks]


@dataclass(frozen=True, slots=True)
class OpenWork:
    """What somebody holds open today: names of paths, learners and duties, their teams, how many requests, grants and
    claimed cases, and content in review.
    """

    paths: tuple[str, ...]
    learners: tuple[str, ...]
    asks: int
    asked: int
    grants: int
    duties: tuple[str, ...]
    teams: tuple[Team, ...]
    claims: int
    reviews: tuple[InReview, ...]


def open_work_of(actor: User, person_uid: UUID) -> tuple[User, OpenWork]:
    """Somebody whom the actor may end, and what would be handed on. NotFound, NotAllowed. Queries: 10, and those
    of ``register_reviews``.
    """
    person = somebody_to_end(actor, person_uid)
    helps = open_help_of(person)
    waiting = Request.objects.filter(status__in=Request.WAITING)
    return person, OpenWork(
        tuple(open_paths().filter(person=person).values_list("path__title", flat=True)),
        helps.learners,
        waiting.filter(case__learner=person).count(),
        waiting.filter(observer=person).count(),
        helps.grants,
        tuple(BY_CODE[duty].word for duty in duties_that_end(person, clock.now())),
        tuple(teams_managed_by(person, clock.today(person.zone))),
        Case.objects.filter(claimed_by=person, claimed_until__gt=clock.now()).count(),
        tuple(item for asks in _reviews for item in asks(actor, person)),
    )


@act
def end_person(*, actor: User, person_uid: UUID, last_day: date, reason: str, key: UUID, at: datetime) -> User:
    """Somebody left, today or before: they are signed out and cannot sign in, their open paths are withdrawn, what
    waited for them is handed on. Completions, observations, decisions and sign-offs stay as they are.

    The duties that they had end too: the act names them, the other administrators and L&D are told. A last day ahead
    is planned instead (``plan_leaving``).

    Raises NotFound, NotAllowed (not L&D, oneself, or an administrator by none), Invalid (no reason; a last
    day ahead or before the first), Conflict (the only holder of a duty). Queries: constant, and about 20 a learner of
    theirs.
    """
    reason = one_line(reason)[:LONGEST_REASON]
    person = people_policy.get(actor, "view", uid=person_uid, lock=True)
    changed = duties_that_end(person, at)
    if not claim_key(actor=actor, name="person.end", key=key, at=at, about=person.uid, why=reason, changed=changed):
        return person
    person, today = somebody_to_end(actor, person_uid), clock.today(person.zone, at)
    if person.started_on and today < person.started_on:
        raise Invalid(last_day=_("The last day comes after the first, %(day)s.") % {"day": full_day(person.started_on)})
    check_leaving(person, last_day, reason, today, last=today)
    _close(person, last_day, actor, reason, at)
    return person


@act
def did_not_come(*, actor: User, person_uid: UUID, reason: str, key: UUID, at: datetime) -> User:
    """Somebody who was invited or expected never came, or their invitation is withdrawn: the account closes, what was
    planned for them is let go. Only before they ever signed in.

    Raises NotFound, NotAllowed, Invalid (no reason), Conflict (they were here, or hold the only duty of a kind).
    """
    reason = one_line(reason)[:LONGEST_REASON]
    person = people_policy.get(actor, "view", uid=person_uid, lock=True)
    if not claim_key(actor=actor, name="person.never_came", key=key, at=at, about=person.uid, why=reason):
        return person
    person = somebody_to_end(actor, person_uid)
    if not reason:
        raise Invalid(reason=_("Say why: the people concerned read it."))
    if has_acted(person):
        words = {"name": person.full_name}
        raise Conflict(_("%(name)s was here: they signed in. Write down their last day instead.") % words)
    _close(person, None, actor, reason, at)
    return person


def close_accounts_due(at: datetime) -> int:
    """Close the accounts whose planned last day is over, each in a transaction of its own; returns how many.

    What cannot be closed is written to the log of the machine and tried again by the next sweep. Queries: 1, and as
    many as ``end_person`` for each.
    """
    closed = 0
    for departure in departures_due(at):
        try:
            closed += _carry_out(departure.pk, at)
        except Exception:  # one that fails keeps no other account open
            logger.exception("The account of departure %s could not be closed.", departure.uid)
    return closed


def _carry_out(pk: int, at: datetime) -> bool:
    """Close one account in the name of whoever planned its last day; False when it was called off or done meanwhile."""
    with recording():
        departure = lock_departure(pk)
        if departure is None or departure.last_day is None:
            return False
        person, by = departure.person, departure.planned_by
        changed = duties_that_end(person, at)
        claim_key(
            actor=by,
            name="person.end",
            key=uuid5(departure.uid, "closed"),
            at=at,
            about=person.uid,
            why=departure.reason,
            changed=changed,
        )
        _close(person, departure.last_day, by, departure.reason, at)
        return True


def _close(person: User, last_day: date | None, by: User, reason: str, at: datetime) -> None:
    _let_requests_go(person, at)
    Case.objects.filter(claimed_by=person).update(claimed_by=None, claimed_until=None)
    enrolments = close_account(person=person, last_day=last_day, by=by, reason=reason, at=at)
    end_helping(by=by, person=person, enrolments=enrolments, reason=reason, at=at)


def _let_requests_go(person: User, at: datetime) -> None:
    """What the person asked is withdrawn; who asked the person is told to ask somebody else."""
    waiting = Request.objects.filter(status__in=Request.WAITING).select_related("case__learner", "case__version")
    ask_no_more(list(waiting.filter(case__learner=person).select_related("observer")), at)
    theirs = list(waiting.filter(observer=person))
    note = _("%(name)s has left.") % {"name": person.full_name}
    Request.objects.filter(pk__in=[row.pk for row in theirs]).update(
        status=Request.Status.DECLINED, answered_at=at, answer_note=note
    )
    for row in theirs:
        words = {"name": person.full_name, "standard": row.case.version.title}
        tell(OBSERVER_LEFT, [row.case.learner], about=row.case.uid, words=words, at=at)
