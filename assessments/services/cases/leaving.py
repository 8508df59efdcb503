"""Ending a person: the account closes, the record stays, and nothing that waited for them waits for nobody.

This is the highest floor that holds something open for a person, so the act begins here and calls down: judging first
(requests, claims), then helping (coaching, grants), then the record (account, memberships, paths).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext as _

from assessments.models import Case, Request
from assessments.rules.notices import ASKED_NO_MORE, OBSERVER_LEFT
from coaching.api import end_helping, open_help_of
from lms import clock
from lms.api import (
    User,
    act,
    administrators,
    claim_key,
    close_account,
    duties_that_end,
    is_learning_administrator,
    open_paths,
    people_policy,
    tell,
)
from lms.errors import Invalid, NotAllowed
from lms.rules.bounds import LAST_DAY_HERE
from lms.rules.duties import BY_CODE
from lms.rules.lines import one_line
from lms.rules.said import full_day


@dataclass(frozen=True, slots=True)
class OpenWork:
    """What somebody holds open today: names of paths, learners and duties, and how many requests and grants."""

    paths: tuple[str, ...]
    learners: tuple[str, ...]
    asks: int
    asked: int
    grants: int
    duties: tuple[str, ...]


def open_work_of(actor: User, person_uid: UUID) -> tuple[User, OpenWork]:
    """Somebody whom the actor may end, and what would be handed on. NotFound, NotAllowed. Queries: 8."""
    person = _to_end(actor, person_uid)
    helps = open_help_of(person)
    waiting = Request.objects.filter(status__in=Request.WAITING)
    return person, OpenWork(
        tuple(open_paths().filter(person=person).values_list("path__title", flat=True)),
        helps.learners,
        waiting.filter(case__learner=person).count(),
        waiting.filter(observer=person).count(),
        helps.grants,
        tuple(BY_CODE[duty].word for duty in duties_that_end(person, clock.now())),
    )


def _to_end(actor: User, person_uid: UUID) -> User:
    """Somebody whom the actor may end. Raises NotFound, NotAllowed. Queries: 1, or 2-3 when refused."""
    try:
        return people_policy.get(actor, "end", uid=person_uid)
    except NotAllowed:
        other = administrators().filter(uid=person_uid).exclude(pk=actor.pk)
        if is_learning_administrator(actor) and other.exists():
            raise NotAllowed(_("This is an administrator: another administrator ends that duty first.")) from None
        raise


@act
def end_person(*, actor: User, person_uid: UUID, last_day: date, reason: str, key: UUID, at: datetime) -> User:
    """Somebody leaves: they are signed out and cannot sign in, their open paths are withdrawn, what waited for them is
    handed on. Completions, observations, decisions and sign-offs stay as they are.

    The duties that they had end too: the act names them, the other administrators and L&D are told.

    Raises NotFound, NotAllowed (not L&D, oneself, or an administrator by none), Invalid (no reason; a last
    day ahead or before the first). Queries: constant, and about 20 a learner of theirs.
    """
    reason = one_line(reason)[:300]
    person = people_policy.get(actor, "view", uid=person_uid, lock=True)
    changed = duties_that_end(person, at)
    if not claim_key(actor=actor, name="person.end", key=key, at=at, about=person.uid, why=reason, changed=changed):
        return person
    person = _to_end(actor, person_uid)
    if not reason:
        raise Invalid(reason=_("Say why: the people concerned read it."))
    today = clock.today(person.zone, at)
    if last_day > today:
        raise Invalid(last_day=_("An account ends at once. Come back on the last day."))
    if person.started_on and today < person.started_on:
        raise Invalid(last_day=_("The last day comes after the first, %(day)s.") % {"day": full_day(person.started_on)})
    LAST_DAY_HERE.check("last_day", last_day, today, first=person.started_on or date.min)
    _let_requests_go(person, at)
    Case.objects.filter(claimed_by=person).update(claimed_by=None, claimed_until=None)
    enrolments = close_account(person=person, last_day=last_day, by=actor, reason=reason, at=at)
    end_helping(actor=actor, person=person, enrolments=enrolments, reason=reason, key=key, at=at)
    return person


def _let_requests_go(person: User, at: datetime) -> None:
    """What the person asked is withdrawn; who asked the person is told to ask somebody else."""
    waiting = Request.objects.filter(status__in=Request.WAITING).select_related("case__learner", "case__version")
    mine = list(waiting.filter(case__learner=person).select_related("observer"))
    theirs = list(waiting.filter(observer=person))
    Request.objects.filter(pk__in=[row.pk for row in mine]).update(status=Request.Status.WITHDRAWN, answered_at=at)
    note = _("%(name)s has left.") % {"name": person.full_name}
    Request.objects.filter(pk__in=[row.pk for row in theirs]).update(
        status=Request.Status.DECLINED, answered_at=at, answer_note=note
    )
    for row in mine:
        words = {"learner": person.full_name, "standard": row.case.version.title}
        tell(ASKED_NO_MORE, [row.observer], words=words, at=at)
    for row in theirs:
        words = {"name": person.full_name, "standard": row.case.version.title}
        tell(OBSERVER_LEFT, [row.case.learner], about=row.case.uid, words=words, at=at)
