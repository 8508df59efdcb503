"""Requests: a learner asks somebody to watch an encounter, who answers; somebody else takes over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from assessments.models import Request
from assessments.policies import request_policy
from assessments.rules.notices import ASKED_NO_MORE, ASKED_TO_WATCH, REQUEST_ANSWERED, WATCHES_INSTEAD
from assessments.rules.readiness import Required, by_skill
from coaching.api import may_observe
from lms import clock
from lms.api import (
    Customer,
    PathProgress,
    StepInfo,
    StepKind,
    User,
    act,
    active_people,
    claim_key,
    enrolment_policy,
    expiring_days,
    oneself,
    open_customers,
    progress_of,
    require_open,
    tell,
)
from lms.errors import Conflict, Invalid, NotFound
from lms.rules.bounds import SEEN_ON
from lms.rules.ladder import ladder
from lms.rules.lines import one_line
from lms.rules.standing import VOUCHED

from .case import case_for
from .standards import role_of

LAPSES_AFTER = timedelta(days=14)


def find_customer(uid: UUID | None) -> Customer | None:
    """The customer of an encounter. Invalid when it is unknown or a closed account. Queries: 0 or 1."""
    if uid is None:
        return None
    customer = open_customers().filter(uid=uid).first()
    if customer is None:
        raise Invalid(customer=_("Choose a customer that we serve now."))
    return customer


@act
def request_observation(
    *,
    actor: User,
    enrolment_uid: UUID,
    step_uid: UUID,
    observer_uid: UUID,
    context: str,
    planned_on: date,
    customer_uid: UUID | None = None,
    note: str = "",
    key: UUID,
    at: datetime,
) -> Request:
    """The learner asks one person to watch one encounter; opens the case if there is none.

    Raises NotFound (not on the path), NotAllowed (step locked, not yours), Invalid (observer without a grant, place
    that the
    standard does not permit, day in the past), Conflict (signed for already, or this person is asked for that day).
    """
    enrolment = enrolment_policy.get(actor, "show", uid=enrolment_uid, related=("person",))
    progress = progress_of(enrolment, at)
    state = require_open(progress, step_uid)
    if state.step.kind != StepKind.DEMONSTRATION or state.step.content_uid is None:
        raise NotFound(_("This step is not a demonstration."))
    if not claim_key(actor=actor, name="request.make", key=key, at=at, about=key):
        return Request.objects.get(uid=key)
    if vouched_for(progress, state.step):
        raise Conflict(_("You are vouched for on this standard already."))
    today = clock.today(actor.zone, at)
    SEEN_ON.check("planned_on", planned_on, today)
    case = case_for(enrolment, state.step.content_uid, at)
    observer = active_people().filter(uid=observer_uid).exclude(oneself(actor)).first()
    skills = list(case.version.skills.values_list("pk", flat=True))
    if observer is None or not may_observe(observer.pk, skills, at):
        raise Invalid(observer=_("Choose somebody who may observe these skills."))
    if context not in case.version.spec["where"]:
        raise Invalid(context=_("Choose one of the places that the standard permits."))
    try:
        with transaction.atomic():
            request = Request.objects.create(
                uid=key,
                case=case,
                observer=observer,
                context=context,
                customer=find_customer(customer_uid),
                planned_on=planned_on,
                note=note,
                made_at=at,
            )
    except IntegrityError:
        raise Conflict(_("You have asked this person for that day already.")) from None
    words = {"learner": actor.get_short_name(), "standard": case.version.title}
    tell(ASKED_TO_WATCH, [observer], about=request.uid, words=words, at=at)
    return request


def vouched_for(progress: PathProgress, step: StepInfo) -> bool:
    """Whether sign-offs on a demonstration's standard stand for each of its skills at the level that the role asks for,
    and none is due: then there is nothing to ask for. A completed step alone does not say so: it stays done when a
    sign-off is revoked or runs out. Queries: 0, or 1 the first time in a process.
    """
    asked = role_of(progress.enrolment.role_version_id).by_skill
    gates, expiring = by_skill(fact.gate for fact in progress.gates), expiring_days()

    def stands(skill: str) -> bool:
        line = Required(skill, asked[skill].level if skill in asked else 1, 1, standard=step.content_uid)
        return ladder(gates.get(skill, ()), line, progress.today, expires_within=expiring).state == VOUCHED

    return bool(step.skills) and all(stands(skill) for skill in step.skills)


@act
def answer_request(*, actor: User, request_uid: UUID, accept: bool, note: str = "", key: UUID, at: datetime) -> Request:
    """The named observer says yes, or no with a reason.

    Raises NotFound, NotAllowed, Conflict (answered already), Invalid.
    """
    request = request_policy.get(actor, "view", uid=request_uid, related=("case__learner", "case__version"), lock=True)
    if not claim_key(actor=actor, name="request.answer", key=key, at=at, about=request.uid):
        return request
    request_policy.get(actor, "answer", uid=request_uid)
    note = one_line(note)
    if not accept and not note:
        raise Invalid(note=_("Say in a few words why not, so that somebody else can be asked."))
    status = Request.Status.ACCEPTED if accept else Request.Status.DECLINED
    changed = Request.objects.filter(pk=request.pk, status=Request.Status.OPEN).update(
        status=status, answered_at=at, answer_note=note
    )
    if not changed:
        raise Conflict(_("This request was answered before."))
    words = {"name": actor.get_short_name(), "standard": request.case.version.title, "accepted": accept}
    tell(REQUEST_ANSWERED, [request.case.learner], about=request.case.uid, words=words, at=at)
    request.refresh_from_db()
    return request


@act
def take_over_request(*, actor: User, request_uid: UUID, key: UUID, at: datetime) -> Request:
    """Whoever covers for an observer who is away watches in their place.

    Raises NotFound, NotAllowed (not the cover), Invalid (no grant), Conflict (no longer waits, or asked that day too).
    """
    request = request_policy.get(
        actor, "view", uid=request_uid, related=("observer", "case__learner", "case__version"), lock=True
    )
    if not claim_key(actor=actor, name="request.take_over", key=key, at=at, about=request.uid):
        return request
    request_policy.get(actor, "take over", uid=request_uid)
    before = request.observer
    if not may_observe(actor.pk, list(request.case.version.skills.values_list("pk", flat=True)), at):
        raise Invalid(observer=_("You have no observer grant for these skills."))
    try:
        with transaction.atomic():
            Request.objects.filter(pk=request.pk, status__in=Request.WAITING).update(observer=actor)
    except IntegrityError:
        raise Conflict(_("You are asked for that day already.")) from None
    words = {"name": actor.full_name, "before": before.full_name, "standard": request.case.version.title}
    tell(WATCHES_INSTEAD, [request.case.learner, before], about=request.case.uid, words=words, at=at)
    request.refresh_from_db()
    return request


@act
def withdraw_request(*, actor: User, request_uid: UUID, key: UUID, at: datetime) -> Request:
    """The learner no longer asks. Raises NotFound, NotAllowed, Conflict (no longer waiting)."""
    request = request_policy.get(actor, "view", uid=request_uid, related=("observer", "case__version"), lock=True)
    if not claim_key(actor=actor, name="request.withdraw", key=key, at=at, about=request.uid):
        return request
    request_policy.get(actor, "withdraw", uid=request_uid)
    Request.objects.filter(pk=request.pk).update(status=Request.Status.WITHDRAWN, answered_at=at)
    words = {"learner": actor.get_short_name(), "standard": request.case.version.title}
    tell(ASKED_NO_MORE, [request.observer], words=words, at=at)
    request.refresh_from_db()
    return request


def ask_no_more(rows: Sequence[Request], at: datetime) -> None:
    """These requests (fetched with observer, learner and standard) wait no more, and whoever was asked is told.

    Queries: 1, and 1 each.
    """
    Request.objects.filter(pk__in=[row.pk for row in rows]).update(status=Request.Status.WITHDRAWN, answered_at=at)
    for row in rows:
        words = {"learner": row.case.learner.full_name, "standard": row.case.version.title}
        tell(ASKED_NO_MORE, [row.observer], words=words, at=at)


def lapse_requests(at: datetime) -> int:
    """Requests that nobody observed within 14 days after their date lapse, so that they stop waiting. Queries: 1."""
    return Request.objects.filter(status__in=Request.WAITING, planned_on__lt=(at - LAPSES_AFTER).date()).update(
        status=Request.Status.LAPSED, answered_at=at
    )
