"""When somebody's time here ends: the last day is planned, called off, and its departure kept.

The account closes when the last day is over (``close_account`` in ``people``, begun by the floor that knows all that is
handed on); until then nothing changes, so that a last day can be called off.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from lms import clock
from lms.errors import Conflict, Invalid, NotAllowed
from lms.models import Act, Departure, User
from lms.policies import people_policy
from lms.policies.duties import administrators, is_learning_administrator
from lms.rules.bounds import LEAVES_ON
from lms.rules.days import iso
from lms.rules.lines import one_line
from lms.rules.notice_kind import NoticeKind
from lms.rules.notices import LEAVES, LEAVES_NOT, YOU_LEAVE, YOU_LEAVE_NOT

from .acts import act, claim_key
from .around import people_around
from .duties import keep_duties_held
from .notices import Telling, tell, tell_each
from .organisation import organisations_day

LONGEST_REASON = 300
AT_ONCE = 500
AROUND = timedelta(days=1)
"""How far somebody's own day may be from ours."""


@act
def plan_leaving(*, actor: User, person_uid: UUID, last_day: date, reason: str, key: UUID, at: datetime) -> Departure:
    """Somebody leaves at the end of a day, today or later; another day takes the place of one that was planned.

    They, who manages and who helps them are told. Raises NotFound, NotAllowed (not L&D, oneself, or an administrator
    by none), Invalid (no reason, the day), Conflict (the only holder of a duty).
    """
    person = people_policy.get(actor, "view", uid=person_uid, lock=True)
    reason = one_line(reason)[:LONGEST_REASON]
    changed = {"last_day": (iso(person.left_on), last_day.isoformat())}
    if not claim_key(actor=actor, name="person.leaves", key=key, at=at, about=person.uid, why=reason, changed=changed):
        return planned_departure(person) or Departure.objects.filter(person=person).latest("planned_at")
    person = somebody_to_end(actor, person_uid)
    today = clock.today(person.zone, at)
    check_leaving(person, last_day, reason, today, first=today)
    plan_last_days([person], last_day=last_day, reason=reason, by=actor, at=at)
    return Departure.objects.get(person=person, ended_at=None)


def plan_last_days(people: Sequence[User], *, last_day: date, reason: str, by: User, at: datetime) -> None:
    """These active people leave at the end of a day; everybody concerned is told. Asks for no authority.

    Raises Conflict where a duty would be left without a holder. Queries: about 10, and 1 for each 500 people.
    """
    keep_duties_held(people)
    planned = {row.person_id: row for row in Departure.objects.filter(person__in=people, ended_at=None)}
    new: list[Departure] = []
    for person in people:
        row = planned.get(person.pk) or Departure(person=person)
        row.started_on, row.last_day, row.reason = person.started_on, last_day, reason
        row.planned_by, row.planned_at = by, at
        person.left_on = last_day
        if person.pk not in planned:
            new.append(row)
    Departure.objects.bulk_create(new, batch_size=AT_ONCE)
    fields = ["started_on", "last_day", "reason", "planned_by", "planned_at"]
    Departure.objects.bulk_update(planned.values(), fields, batch_size=AT_ONCE)
    User.objects.bulk_update(people, ["left_on"], batch_size=AT_ONCE)
    tell(YOU_LEAVE, people, words={"day": last_day}, at=at)
    _tell_around(LEAVES, people, {"day": last_day}, by, at)


def call_off_last_days(people: Sequence[User], *, by: User, at: datetime) -> None:
    """These people stay, who had a last day planned; everybody concerned is told. Asks for no authority.

    Queries: about 8, and 1 for each 500 people.
    """
    Departure.objects.filter(person__in=people, ended_at=None).delete()
    for person in people:
        person.left_on = None
    User.objects.bulk_update(people, ["left_on"], batch_size=AT_ONCE)
    tell(YOU_LEAVE_NOT, people, at=at)
    _tell_around(LEAVES_NOT, people, {}, by, at)


def _tell_around(kind: NoticeKind, people: Sequence[User], words: Mapping[str, Any], by: User, at: datetime) -> None:
    """Who manages and who helps each of these people is told."""
    around = people_around(people, organisations_day(at), but=by)
    told = (
        Telling(who, {**words, "name": person.full_name}, person.uid) for person in people for who in around[person.pk]
    )
    tell_each(kind, told, at=at)


@act
def call_off_leaving(*, actor: User, person_uid: UUID, key: UUID, at: datetime) -> User:
    """A last day that was planned is none: they stay. Everybody concerned is told.

    Raises NotFound, NotAllowed, Conflict (no last day is planned, or the account is closed).
    """
    person = people_policy.get(actor, "view", uid=person_uid, lock=True)
    changed = {"last_day": (iso(person.left_on), None)}
    if not claim_key(actor=actor, name="person.stays", key=key, at=at, about=person.uid, changed=changed):
        return person
    person = somebody_to_end(actor, person_uid)
    if person.left_on is None:
        raise Conflict(_("%(name)s has no last day that could be called off.") % {"name": person.full_name})
    call_off_last_days([person], by=actor, at=at)
    return person


# --- For the floor that closes accounts


def somebody_to_end(actor: User, person_uid: UUID) -> User:
    """Somebody whose time here the actor may end. Raises NotFound, NotAllowed. Queries: 1, or 2-3 when refused."""
    try:
        return people_policy.get(actor, "end", uid=person_uid)
    except NotAllowed:
        other = administrators().filter(uid=person_uid).exclude(pk=actor.pk)
        if is_learning_administrator(actor) and other.exists():
            raise NotAllowed(_("This is an administrator: another administrator ends that duty first.")) from None
        raise


def check_leaving(
    person: User, last_day: date, reason: str, today: date, *, first: date = date.min, last: date = date.max
) -> None:
    """Raises Invalid: no reason, a last day too far away, before somebody's first day, or not from ``first`` to
    ``last``.
    """
    if not reason:
        raise Invalid(reason=_("Say why: the people concerned read it."))
    LEAVES_ON.check("last_day", last_day, today, first=max(person.started_on or date.min, first), last=last)


def planned_departure(person: User) -> Departure | None:
    """The end that is planned for somebody. Queries: 1."""
    return Departure.objects.filter(person=person, ended_at=None).select_related("planned_by").first()


def departures_due(at: datetime) -> list[Departure]:
    """Planned ends whose last day is over where the person lives. Queries: 1."""
    rows = Departure.objects.filter(ended_at=None, last_day__lt=(at + AROUND).date()).select_related(
        "person", "planned_by"
    )
    return [row for row in rows.order_by("pk") if row.last_day and row.last_day < clock.today(row.person.zone, at)]


def lock_departure(pk: int) -> Departure | None:
    """An end that is planned still, locked until the transaction ends; None for one that is called off or done.

    Queries: 1.
    """
    rows = Departure.objects.select_for_update(of=("self",)).select_related("person", "planned_by")
    return rows.filter(pk=pk, ended_at=None).first()


def departure_of_closing(
    person: User, *, last_day: date | None, by: User, reason: str, at: datetime, closed: dict[str, list[object]]
) -> Departure:
    """The departure of an account that closes now: the one that was planned, or a new one. Queries: 2."""
    row = Departure.objects.filter(person=person, ended_at=None).first() or Departure(
        person=person, planned_by=by, planned_at=at, reason=reason
    )
    row.started_on, row.last_day, row.ended_at, row.closed = person.started_on, last_day, at, closed
    row.save()
    return row


def has_acted(person: User) -> bool:
    """Whether somebody ever signed in or did anything here. Queries: 0-1."""
    return person.last_login is not None or Act.objects.filter(actor=person).exists()
