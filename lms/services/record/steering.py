"""Steering somebody's path: pausing it, going on, giving a step more time, waiving it, opening it in spite of its lock,
and saying that training elsewhere was done.

A pause is a row from one day up to, not with, another; its days do not count. Whether an enrolment reads *paused* today
follows from its rows (``follow_pauses``), so that a leave entered in advance begins, and ends, on its day.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from lms import clock
from lms.errors import Conflict, Invalid, NotFound
from lms.models import Enrolment, Extension, Opening, Pause, StepKind, User, Waiver
from lms.policies import enrolment_policy
from lms.rules.bounds import MORE_TIME, PAUSE_BEGINS, PAUSE_ENDS, YEAR
from lms.rules.days import add_days
from lms.rules.lines import one_line
from lms.rules.notices import PATH_PAUSED, PATH_RESUMED, STEP_WAIVED, TIME_GIVEN
from lms.rules.shown import require_same
from lms.services.platform.acts import act, claim_key
from lms.services.platform.language import language_of
from lms.services.platform.notices import tell

from .completing import complete_if_done
from .progress import DONE, WAIVED, progress_of, record_completion, require_open
from .shown import steering_shown
from .structure import StepInfo, structure_of
from .words import labels_of

LONGEST_REASON = 200
AROUND = timedelta(days=1)
"""How far a learner's own day may be from ours."""


@act
def pause_path(
    *,
    actor: User,
    enrolment_uid: UUID,
    from_on: date,
    until_on: date | None = None,
    reason: str,
    shown: str,
    key: UUID,
    at: datetime,
) -> Enrolment:
    """Stop the days of a path from ``from_on`` up to, not with, ``until_on`` (None: until somebody says otherwise).

    Raises NotFound, NotAllowed (not theirs to steer, or oneself), Invalid (days, no reason), Conflict (a pause holds on
    these days already), Changed (``shown`` is not how the path is steered now).
    """
    enrolment = enrolment_policy.get(actor, "steer", uid=enrolment_uid, lock=True, related=("person",))
    today = clock.today(enrolment.person.zone, at)
    reason = _reason(reason, _("Say why: the learner reads it."))
    PAUSE_BEGINS.check("from_on", from_on, today, first=enrolment.started_on)
    if until_on is not None:
        longest = add_days(from_on, 2 * YEAR)
        PAUSE_ENDS.check("until_on", until_on, today, first=add_days(from_on, 1), last=longest)
    if not claim_key(actor=actor, name="path.pause", key=key, at=at, about=enrolment.uid):
        return enrolment
    require_same(shown, steering_shown(enrolment))
    in_the_way = enrolment.pauses.filter(leave=None).filter(Q(until_on=None) | Q(until_on__gt=from_on))
    if until_on is not None:
        in_the_way = in_the_way.filter(from_on__lt=until_on)
    if in_the_way.exists():
        raise Conflict(_("The path is paused on some of these days already. End that pause first."))
    Pause.objects.create(enrolment=enrolment, from_on=from_on, until_on=until_on, reason=reason, by=actor)
    follow([enrolment], at)
    tell(PATH_PAUSED, [enrolment.person], words={"from": from_on, "until": until_on, "reason": reason}, at=at)
    return enrolment


@act
def resume_path(*, actor: User, enrolment_uid: UUID, shown: str, key: UUID, at: datetime) -> Enrolment:
    """The path goes on today, or a pause that lies ahead is called off.

    Raises NotFound, NotAllowed, Conflict, Changed.
    """
    enrolment = enrolment_policy.get(actor, "steer", uid=enrolment_uid, lock=True, related=("person",))
    if not claim_key(actor=actor, name="path.resume", key=key, at=at, about=enrolment.uid):
        return enrolment
    today = clock.today(enrolment.person.zone, at)
    ahead = enrolment.pauses.filter(Q(until_on=None) | Q(until_on__gt=today)).order_by("from_on")
    found = ahead.filter(leave=None).first()
    if found is None and ahead.exists():
        raise Conflict(_("The path stands still for a leave. It goes on when somebody writes down the return."))
    if found is None:
        raise Conflict(_("This path is not paused."))
    require_same(shown, steering_shown(enrolment))
    found.until_on = max(today, found.from_on)
    found.save(update_fields=["until_on"])
    follow([enrolment], at)
    tell(PATH_RESUMED, [enrolment.person], at=at)
    return enrolment


def follow_paths_of(person: User, at: datetime) -> None:
    """Let the open paths of somebody be paused or go on as their pauses say today. Queries: 1, and 1-2 a path."""
    follow(Enrolment.objects.filter(person=person, status__in=Enrolment.OPEN).select_related("person"), at)


@transaction.atomic
def follow_pauses(at: datetime) -> int:
    """Begin and end the pauses whose day has come; returns how many paths changed.

    Queries: 1, 1 for each path with a pause near today, 1 a change.
    """
    near = Pause.objects.filter(Q(until_on=None) | Q(until_on__gte=(at - AROUND).date())).values("enrolment")
    rows = Enrolment.objects.filter(
        Q(status=Enrolment.Status.PAUSED) | Q(status=Enrolment.Status.ACTIVE, pk__in=near)
    ).select_related("person")
    return follow(rows.select_for_update(of=("self",)), at)


def follow(enrolments: Iterable[Enrolment], at: datetime) -> int:
    """Let the status of these open enrolments say what their pauses say today, in the learner's own days."""
    changed = 0
    for enrolment in enrolments:
        today = clock.today(enrolment.person.zone, at)
        holds = Q(from_on__lte=today) & (Q(until_on=None) | Q(until_on__gt=today))
        paused = enrolment.pauses.filter(holds).exists()
        wanted = Enrolment.Status.PAUSED if paused else Enrolment.Status.ACTIVE
        if enrolment.status != wanted:
            enrolment.status = wanted
            enrolment.save(update_fields=["status"])
            changed += 1
    return changed


@act
def extend_step(
    *, actor: User, enrolment_uid: UUID, step_uid: UUID, due_on: date, reason: str, shown: str, key: UUID, at: datetime
) -> Enrolment:
    """Give a step a later day, with the reason. It is kept as a day of the path: later pauses move it as they move the
    others. Raises NotFound, NotAllowed, Invalid (day, reason), Conflict (done), Changed.
    """
    enrolment = enrolment_policy.get(actor, "steer", uid=enrolment_uid, lock=True, related=("person",))
    reason = _reason(reason, _("Say why: the learner reads it."))
    progress = progress_of(enrolment, at)
    state = progress.state(step_uid)
    if state is None:
        raise NotFound(_("This step is not on that path."))
    changed = {"due_on": (state.due_on.isoformat(), due_on.isoformat())}
    if not claim_key(actor=actor, name="step.extend", key=key, at=at, about=enrolment.uid, changed=changed):
        return enrolment
    if state.status in (DONE, WAIVED):
        raise Conflict(_("This step is done already."))
    require_same(shown, steering_shown(enrolment))
    latest = max(state.due_on, progress.today)
    MORE_TIME.check("due_on", due_on, progress.today, first=add_days(latest, 1), last=add_days(latest, YEAR))
    due_day = progress.day_of(due_on)
    Extension.objects.create(
        enrolment=enrolment, step_id=state.step.id, due_day=due_day, reason=reason, by=actor, extended_at=at
    )
    tell(TIME_GIVEN, [enrolment.person], words={"day": progress.date_of(due_day), "reason": reason}, at=at)
    return enrolment


@act
def mark_external_done(*, actor: User, enrolment_uid: UUID, step_uid: UUID, key: UUID, at: datetime) -> None:
    """The manager (or L&D) says that training elsewhere was done.

    Raises NotFound, NotAllowed (not theirs, or locked).
    """
    enrolment = enrolment_policy.get(actor, "steer", uid=enrolment_uid, related=("person",))
    state = require_open(progress_of(enrolment, at), step_uid)
    if state.step.kind != StepKind.EXTERNAL:
        raise NotFound(_("Only training that lives elsewhere is marked done by a manager."))
    if claim_key(actor=actor, name="external.done", key=key, at=at, about=enrolment.uid):
        record_completion(enrolment=enrolment, step=state.step, by=actor, at=at)


@act
def waive_step(
    *, actor: User, enrolment_uid: UUID, step_uid: UUID, reason: str, shown: str, key: UUID, at: datetime
) -> None:
    """A step need not be done, with a reason, which the learner is told; it counts for unlocking, never as evidence.

    Raises NotFound, NotAllowed, Invalid (no reason), Changed (``shown`` is not how the path is steered now).
    """
    enrolment = enrolment_policy.get(actor, "steer", uid=enrolment_uid, lock=True, related=("person",))
    step = structure_of(enrolment.path_version_id).steps.get(step_uid)
    if step is None:
        raise NotFound(_("This step is not on that path."))
    reason = _reason(reason, _("Say why: the learner reads it."))
    if not claim_key(actor=actor, name="step.waive", key=key, at=at, about=enrolment.uid):
        return
    require_same(shown, steering_shown(enrolment))
    _waiver, new = Waiver.objects.get_or_create(
        enrolment=enrolment, step_id=step.id, defaults={"reason": reason, "by": actor, "waived_at": at}
    )
    if new:
        uid = step.content_uid or step.uid
        label = labels_of([uid], language_of(enrolment.person)).get(uid)
        words = {"step": label.title if label else step.title, "reason": reason}
        tell(STEP_WAIVED, [enrolment.person], words=words, at=at)
        complete_if_done(enrolment.pk, at)


def open_step(*, enrolment: Enrolment, step: StepInfo, reason: str, by: User, at: datetime) -> bool:
    """Open a step in spite of its lock; False when it was. For the floors above, in their transaction. Queries: 1-2."""
    return Opening.objects.get_or_create(
        enrolment=enrolment, step_id=step.id, defaults={"reason": reason, "by": by, "opened_at": at}
    )[1]


def _reason(text: str, sentence: str) -> str:
    """The reason on one line. Invalid when there is none."""
    text = one_line(text)[:LONGEST_REASON]
    if not text:
        raise Invalid(reason=sentence)
    return text
