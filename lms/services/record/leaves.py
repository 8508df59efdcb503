"""Leave: somebody is away for a while. All their paths stand still together, until somebody writes down that they are
back: the return is never assumed. Expiry of sign-offs does not wait for anybody.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lms import clock
from lms.errors import Conflict
from lms.models import Enrolment, Leave, Pause, User
from lms.policies import people_policy
from lms.rules.bounds import LEAVE_BEGINS, LEAVE_ENDS
from lms.rules.days import iso
from lms.rules.notices import (
    BACK_FROM_LEAVE,
    GOES_ON_LEAVE,
    LEAVE_CALLED_OFF,
    RETURN_NOT_WRITTEN,
    YOUR_LEAVE,
    YOUR_LEAVE_CALLED_OFF,
)
from lms.rules.said import full_day
from lms.services.platform.acts import act, claim_key
from lms.services.platform.around import people_around
from lms.services.platform.language import in_language_of
from lms.services.platform.managers import managers_of
from lms.services.platform.notices import tell
from lms.services.platform.organisation import organisations_day
from lms.services.platform.reminders import call_off_reminders, remind
from lms.services.platform.who_is_here import named

from .steering import follow_paths_of

DAY = timedelta(days=1)
HOUR = time(9)
"""When somebody is reminded on a day, where the person who is away lives."""


@act
def plan_leave(
    *, actor: User, person_uid: UUID, from_on: date, until_on: date | None, key: UUID, at: datetime
) -> Leave:
    """Somebody is away from a day on, until a day as it is planned (None: nobody knows yet); their paths pause.

    Nobody writes down why. They, who manages and who helps them are told; who may write down the return is reminded
    after the last day. Raises NotFound, NotAllowed (not theirs to enrol, or oneself), Invalid (days), Conflict (away or
    planned to be already, or leaving before).
    """
    person = people_policy.get(actor, "leave", uid=person_uid, lock=True)
    today = clock.today(person.zone, at)
    LEAVE_BEGINS.check("from_on", from_on, today, first=person.started_on or date.min, last=person.left_on or date.max)
    _check_end(from_on, until_on, today)
    changed = {"from": (None, from_on.isoformat()), "until": (None, iso(until_on))}
    if not claim_key(actor=actor, name="person.leave", key=key, at=at, about=person.uid, changed=changed):
        return Leave.objects.get(uid=key)
    if there := leave_of(person):
        words = {"name": person.full_name, "day": full_day(there.from_on)}
        raise Conflict(_("A leave of %(name)s from %(day)s is written down already. Change that one.") % words)
    leave = Leave.objects.create(
        uid=key, person=person, from_on=from_on, until_on=until_on, planned_by=actor, planned_at=at
    )
    pause_for_leave([person], at)
    _tell_of(leave, actor, at)
    return leave


@act
def change_leave(*, actor: User, person_uid: UUID, until_on: date | None, key: UUID, at: datetime) -> User:
    """Another last day of somebody's leave, as it is planned now; None: nobody knows.

    Raises NotFound, NotAllowed, Invalid (day), Conflict (no leave from which they are not back).
    """
    person, leave = _with_leave(actor, person_uid)
    before = leave.until_on if leave else None
    changed = {"until": (iso(before), iso(until_on))}
    if not claim_key(actor=actor, name="person.leave_until", key=key, at=at, about=person.uid, changed=changed):
        return person
    leave = _there(person, leave)
    _check_end(leave.from_on, until_on, clock.today(person.zone, at))
    leave.until_on = until_on
    leave.save(update_fields=["until_on"])
    call_off_reminders(RETURN_NOT_WRITTEN, [leave.uid])
    _tell_of(leave, actor, at)
    return person


@act
def enter_return(*, actor: User, person_uid: UUID, back_on: date, key: UUID, at: datetime) -> User:
    """Somebody is back since a day, today or before: their paths go on from that day. Everybody concerned is told.

    Raises NotFound, NotAllowed, Invalid (a day ahead or before the leave), Conflict (not away).
    """
    person, leave = _with_leave(actor, person_uid)
    changed = {"back": (None, back_on.isoformat())}
    if not claim_key(actor=actor, name="person.back_from_leave", key=key, at=at, about=person.uid, changed=changed):
        return person
    leave, today = _there(person, leave), clock.today(person.zone, at)
    if leave.from_on > today:
        raise Conflict(_("This leave has not begun. Call it off instead."))
    LEAVE_BEGINS.check("back_on", back_on, today, first=leave.from_on, last=today)
    leave.back_on, leave.returned_at = back_on, at
    leave.save(update_fields=["back_on", "returned_at"])
    leave.pauses.update(until_on=back_on)
    follow_paths_of(person, at)
    call_off_reminders(RETURN_NOT_WRITTEN, [leave.uid])
    words = {"name": person.full_name, "day": back_on}
    tell(BACK_FROM_LEAVE, _around(person, actor, at), about=person.uid, words=words, at=at)
    return person


@act
def undo_return(*, actor: User, person_uid: UUID, key: UUID, at: datetime) -> User:
    """The return that was written down today was none: they are still away, and their paths stand still again.

    Raises NotFound, NotAllowed, Conflict (no return was written down today, or another leave is planned since).
    """
    person, open_now = _with_leave(actor, person_uid)
    if not claim_key(actor=actor, name="person.not_back", key=key, at=at, about=person.uid):
        return person
    leave = returned_today(person, at)
    if leave is None or open_now is not None:
        raise Conflict(_("This can be taken back only on the day on which the return was written down."))
    leave.back_on = leave.returned_at = None
    leave.save(update_fields=["back_on", "returned_at"])
    pause_for_leave([person], at)
    _tell_of(leave, actor, at)
    return person


@act
def call_off_leave(*, actor: User, person_uid: UUID, key: UUID, at: datetime) -> User:
    """A leave that has not begun does not take place. Raises NotFound, NotAllowed, Conflict (it began, or is gone)."""
    person, leave = _with_leave(actor, person_uid)
    changed = {"from": (iso(leave.from_on) if leave else None, None)}
    if not claim_key(actor=actor, name="person.no_leave", key=key, at=at, about=person.uid, changed=changed):
        return person
    leave = _there(person, leave)
    if leave.from_on <= clock.today(person.zone, at):
        raise Conflict(_("This leave has begun. Write down the day on which %(name)s is back.") % named(person))
    call_off_reminders(RETURN_NOT_WRITTEN, [leave.uid])
    words = {"name": person.full_name, "day": leave.from_on}
    leave.delete()
    follow_paths_of(person, at)
    tell(YOUR_LEAVE_CALLED_OFF, [person], words=words, at=at)
    tell(LEAVE_CALLED_OFF, _around(person, actor, at), about=person.uid, words=words, at=at)
    return person


# --- For other services and pages


def pause_for_leave(people: Collection[User], at: datetime) -> None:
    """Every open path of these people stands still for the leave from which they are not back, if there is one.

    For acts that plan a leave, put people on a path or open one again, in their transaction. Queries: 1, and 4 and 2 a
    path for each who is on leave.
    """
    for leave in Leave.objects.filter(person__in=people, back_on=None).select_related("person", "planned_by"):
        with in_language_of(leave.person):
            reason = _("On leave")
        for enrolment in Enrolment.objects.filter(person=leave.person, status__in=Enrolment.OPEN):
            from_on = max(leave.from_on, enrolment.started_on)
            Pause.objects.update_or_create(
                enrolment=enrolment,
                leave=leave,
                defaults={"from_on": from_on, "until_on": None, "reason": reason, "by": leave.planned_by},
            )
        follow_paths_of(leave.person, at)


def leave_of(person: User) -> Leave | None:
    """The leave from which somebody is not back, or that lies ahead. Queries: 1."""
    return Leave.objects.filter(person=person, back_on=None).select_related("planned_by").first()


def leaves_of(person: User) -> QuerySet[Leave]:
    """Every leave of somebody, the newest first."""
    return Leave.objects.filter(person=person).select_related("planned_by")


def returned_today(person: User, at: datetime) -> Leave | None:
    """The leave whose return was written down today, as the organisation counts days. Queries: 1, or 2."""
    row = Leave.objects.filter(person=person, back_on__isnull=False).order_by("-returned_at").first()
    if row is None or row.returned_at is None or organisations_day(row.returned_at) != organisations_day(at):
        return None
    return row


# --- Parts


def _with_leave(actor: User, person_uid: UUID) -> tuple[User, Leave | None]:
    person = people_policy.get(actor, "leave", uid=person_uid, lock=True)
    return person, leave_of(person)


def _there(person: User, leave: Leave | None) -> Leave:
    if leave is None:
        raise Conflict(_("No leave of %(name)s is written down from which they are not back.") % named(person))
    return leave


def _check_end(from_on: date, until_on: date | None, today: date) -> None:
    if until_on is not None:
        LEAVE_ENDS.check("until_on", until_on, today, first=from_on)


def _tell_of(leave: Leave, actor: User, at: datetime) -> None:
    """Everybody concerned is told of the days; who may write down the return is reminded on the day after the last."""
    person, words = leave.person, {"from": leave.from_on, "until": leave.until_on}
    around = _around(person, actor, at)
    tell(YOUR_LEAVE, [person], words=words, at=at)
    said = {**words, "name": person.full_name}
    tell(GOES_ON_LEAVE, around, about=person.uid, words=said, at=at)
    if leave.until_on is not None:
        due_at = datetime.combine(leave.until_on + DAY, HOUR, person.zone)
        reminded = {who.pk: who for who in (*managers_of(person, organisations_day(at)), actor)}
        remind(RETURN_NOT_WRITTEN, reminded.values(), about=leave.uid, words=said, due_at=due_at, at=at)


def _around(person: User, actor: User, at: datetime) -> list[User]:
    return people_around([person], organisations_day(at), but=actor)[person.pk]
