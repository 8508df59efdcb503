"""Closing somebody's account, taking that back within the day, and bringing somebody back who had left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from lms import clock
from lms.errors import Conflict, Invalid
from lms.models import Departure, Enrolment, Leave, Pause, User
from lms.policies import people_policy
from lms.rules.bounds import FIRST_DAY_HERE
from lms.rules.notices import CAME_BACK, CLOSED_BY_MISTAKE
from lms.services.platform.acts import act, claim_key
from lms.services.platform.around import people_around
from lms.services.platform.duties import finish_all_duties
from lms.services.platform.leaving import departure_of_closing
from lms.services.platform.navigation import forget_duties
from lms.services.platform.notices import tell
from lms.services.platform.organisation import organisations_day
from lms.services.platform.people import send_invitation
from lms.services.platform.team_members import begin_membership, end_memberships, reopen_memberships
from lms.services.platform.team_tree import open_teams

from .holdings import let_holdings_go, take_up_holdings
from .leaves import pause_for_leave
from .standing_changes import standing_changed


def close_account(*, person: User, last_day: date | None, by: User, reason: str, at: datetime) -> list[Enrolment]:
    """What the record holds of somebody who leaves: account, memberships and duties end, open paths are withdrawn.
    ``last_day``: None of somebody who never came.

    For ``end_person`` on the floor that knows all that is handed over, in its transaction; everything that was done and
    signed stays. Returns the enrolments that were open. Saving the account ends its sessions (``lms.receivers``).
    Raises Conflict for the only holder of a duty.
    """
    finish_all_duties(person=person, by=by, reason=reason, at=at)
    today = clock.today(person.zone, at)
    open_now = list(Enrolment.objects.select_for_update().filter(person=person, status__in=Enrolment.OPEN))
    pauses = Pause.objects.filter(Q(until_on=None) | Q(until_on__gt=today), enrolment__in=open_now)
    for pause in pauses:
        pause.until_on = max(today, pause.from_on)
        pause.save(update_fields=["until_on"])
    for enrolment in open_now:
        enrolment.status, enrolment.ended_at = Enrolment.Status.WITHDRAWN, at
        enrolment.save(update_fields=["status", "ended_at"])
    closed: dict[str, list[object]] = {
        "memberships": end_memberships(person, last_day or today, at),
        "enrolments": [str(enrolment.uid) for enrolment in open_now],
        "roles": let_holdings_go(person, last_day or today, reason, at),
    }
    departure_of_closing(person, last_day=last_day, by=by, reason=reason, at=at, closed=closed)
    person.is_active, person.left_on, person.deactivated_at = False, last_day, at
    person.save(update_fields=["is_active", "left_on", "deactivated_at"])
    forget_duties(person.pk)
    standing_changed([person.pk], at)
    return open_now


@act
def undo_closing(*, actor: User, person_uid: UUID, key: UUID, at: datetime) -> User:
    """The account was closed by mistake, today: it is open again, with its teams, paths and roles.

    Duties, grants, coaching and requests stay ended: others were told, and may have taken them over. Raises NotFound,
    NotAllowed (not L&D), Conflict (not closed today, or open again).
    """
    person = people_policy.get(actor, "bring_back", uid=person_uid, lock=True)
    if not claim_key(actor=actor, name="person.undo_end", key=key, at=at, about=person.uid):
        return person
    departure = closed_today(person, at)
    if departure is None:
        raise Conflict(_("This can be taken back only on the day on which the account was closed. Bring them back."))
    _open_again(person, departure, actor, at)
    reopen_memberships(person, departure.closed.get("memberships", ()))
    for enrolment in Enrolment.objects.filter(
        person=person, uid__in=departure.closed.get("enrolments", ()), status=Enrolment.Status.WITHDRAWN
    ):
        if not Enrolment.objects.filter(person=person, path=enrolment.path_id, status__in=Enrolment.OPEN).exists():
            enrolment.status, enrolment.ended_at = Enrolment.Status.ACTIVE, None
            enrolment.save(update_fields=["status", "ended_at"])
    take_up_holdings(person, departure.closed.get("roles", ()))
    standing_changed([person.pk], at)
    pause_for_leave([person], at)
    around = people_around([person], organisations_day(at), but=actor)[person.pk]
    tell(CLOSED_BY_MISTAKE, around, about=person.uid, words={"name": person.full_name}, at=at)
    return person


@act
def bring_back(
    *,
    actor: User,
    person_uid: UUID,
    first_day: date,
    team_id: int,
    link_for: Callable[[User], str],
    key: UUID,
    at: datetime,
) -> User:
    """Somebody who left works here again: the same account and record, with a new first day and a team.

    Nothing opens by itself: paths, duties, grants and coaching are given anew. They get an invitation to choose a
    passphrase. Raises NotFound, NotAllowed (neither L&D nor an administrator), Invalid (day, team), Conflict (here
    already).
    """
    person = people_policy.get(actor, "bring_back", uid=person_uid, lock=True)
    changed = {"started_on": (person.started_on.isoformat() if person.started_on else None, first_day.isoformat())}
    if not claim_key(actor=actor, name="person.back", key=key, at=at, about=person.uid, changed=changed):
        return person
    departure = Departure.objects.filter(person=person, ended_at__isnull=False, returned_at=None).first()
    if departure is None:
        raise Conflict(_("%(name)s is here already.") % {"name": person.full_name})
    today = clock.today(person.zone, at)
    FIRST_DAY_HERE.check("first_day", first_day, today, first=departure.last_day or date.min)
    team = open_teams().filter(pk=team_id).first()
    if team is None:
        raise Invalid(team=_("Choose a team."))
    for leave in Leave.objects.filter(person=person, back_on=None):
        leave.back_on, leave.returned_at = max(first_day, leave.from_on), at
        leave.save(update_fields=["back_on", "returned_at"])
    person.started_on = first_day
    person.set_unusable_password()
    _open_again(person, departure, actor, at)
    begin_membership(person, team, max(first_day, today))
    send_invitation(person, link_for(person), at)
    around = people_around([person], max(first_day, organisations_day(at)), but=actor)[person.pk]
    words = {"name": person.full_name, "day": first_day}
    tell(CAME_BACK, around, about=person.uid, words=words, at=at)
    return person


def closed_today(person: User, at: datetime) -> Departure | None:
    """The departure by which somebody's account was closed today, as the organisation counts days. Queries: 1-2."""
    row = Departure.objects.filter(person=person, ended_at__isnull=False, returned_at=None).first()
    if row is None or row.ended_at is None or organisations_day(row.ended_at) != organisations_day(at):
        return None
    return row


def _open_again(person: User, departure: Departure, by: User, at: datetime) -> None:
    departure.returned_at, departure.returned_by = at, by
    departure.save(update_fields=["returned_at", "returned_by"])
    person.is_active, person.left_on, person.deactivated_at = True, None, None
    person.save(update_fields=["is_active", "left_on", "deactivated_at", "started_on", "password"])
    forget_duties(person.pk)
