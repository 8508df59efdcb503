"""People: inviting, managers, the end of an account; the organisation."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable, Collection, Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from lms import clock
from lms.addresses import web_address_of
from lms.errors import Conflict, Invalid
from lms.models import Enrolment, Membership, Organisation, Team, User
from lms.policies import people_policy
from lms.policies.people import current_memberships
from lms.rules.bounds import FIRST_DAY_HERE
from lms.rules.lines import one_line
from lms.rules.names import fold
from lms.rules.target import Target

from .acts import act, claim_key, is_of_the_key
from .addresses import TAKEN, usable_address
from .duties import finish_all_duties
from .language import in_language_of
from .navigation import KEPT_FOR, forget_duties
from .outbox import queue_mail


def organisation() -> Organisation:
    """The one organisation; an unnamed one before anybody named it. Queries: 1."""
    return Organisation.objects.filter(pk=1).first() or Organisation(name="Vouch")


def expiring_days() -> int:
    """The days before its end in which a sign-off is due, says the organisation. Kept for a minute. Queries: 0-1."""
    kept: int | None = cache.get("expiring_days")
    if kept is None:
        kept = organisation().expiring_days
        cache.set("expiring_days", kept, KEPT_FOR)
    return kept


MOST = 200
"""People in a list to choose from; whoever is not among them is looked for by name."""


def active_people() -> QuerySet[User]:
    """Everybody whose account is open, by name."""
    return User.objects.filter(is_active=True)


def people_here(words: str = "") -> list[User]:
    """Active people by name; with ``words`` only who matches. At most 200. Queries: 1."""
    return people_to_choose(active_people(), words)


def people_to_choose(people: QuerySet[User], words: str = "") -> list[User]:
    """The first 200 of these people by name; with ``words`` only who matches. Queries: 1."""
    return list(people.filter(named_like(words)).order_by("name_order", "pk")[:MOST])


def people_with_ids(ids: Iterable[int] | QuerySet[Any, Any]) -> QuerySet[User]:
    """The people with these ids, given as a list or as a queryset of ids, by name; those who left, too."""
    return User.objects.filter(pk__in=ids)


def named_like(words: str, prefix: str = "") -> Q:
    """Whose name or address has each of these words in it, whatever the letter case, accents and signs.

    ``prefix`` leads from a row to the person ("person__").
    """
    found = Q()
    for word in words.split():
        named = Q(**{f"{prefix}email__icontains": word})
        folded = fold(word)
        found &= named | Q(**{f"{prefix}name_folded__contains": folded}) if folded else named
    return found


@act
def invite_person(
    *,
    actor: User,
    email: str,
    full_name: str,
    team_id: int,
    job: str = "",
    preferred_name: str = "",
    time_zone: str = "UTC",
    started_on: date | None = None,
    link_for: Callable[[User], str],
    key: UUID,
    at: datetime,
) -> User:
    """Make an account without a passphrase and mail the person a link to choose one.

    They read the organisation's language until they choose another. ``link_for`` makes that link.
    Raises NotAllowed (not L&D), Invalid (no name; address taken now or within 30 days, or none; unknown team or time
    zone; a first day too far away).
    """
    people_policy.require(actor, "invite")
    if time_zone not in zoneinfo.available_timezones():
        raise Invalid(time_zone=_("Write the time zone as in Europe/Copenhagen."))
    full_name = one_line(full_name)
    if not full_name:
        raise Invalid(full_name=_("Write the name of the person."))
    team = Team.objects.filter(pk=team_id).first()
    if team is None:
        raise Invalid(team=_("Choose a team."))
    if started_on is not None:
        FIRST_DAY_HERE.check("started_on", started_on, clock.today(time_zone, at))
    if not claim_key(actor=actor, name="person.invite", key=key, at=at, about=key):
        return User.objects.get(uid=key)
    email = usable_address(email, at)
    try:
        with transaction.atomic():
            person = User.objects.create_user(
                email=email,
                uid=key,
                full_name=full_name,
                preferred_name=preferred_name,
                job=job,
                locale=organisation().locale,
                time_zone=time_zone,
                started_on=started_on,
            )
    except IntegrityError as error:
        if is_of_the_key(error):
            raise
        raise Invalid(email=str(TAKEN)) from None
    usable_address(email, at, person)  # given up while this waited
    Membership.objects.create(person=person, team=team, from_on=min(started_on or at.date(), at.date()))
    send_invitation(person, link_for(person), at)
    return person


@act
def resend_invitation(
    *, actor: User, person_uid: UUID, link_for: Callable[[User], str], key: UUID, at: datetime
) -> User:
    """Mail a fresh link to somebody who has not chosen a passphrase yet. Raises NotFound, NotAllowed, Conflict."""
    people_policy.require(actor, "invite")
    person = people_policy.get(actor, "invite", uid=person_uid)
    if claim_key(actor=actor, name="person.invite_again", key=key, at=at, about=person.uid):
        if person.has_usable_password() or not person.is_active:
            raise Conflict(_("%(name)s needs no invitation any more.") % {"name": person.get_short_name()})
        send_invitation(person, link_for(person), at)
    return person


def send_invitation(person: User, link: str, at: datetime) -> None:
    """Mail somebody the way in. Queries: 2."""
    with in_language_of(person):
        queue_mail(_invitation(person, link), at)


def _invitation(person: User, link: str) -> EmailMessage:
    name = organisation().name
    body = _(
        "Hello %(person)s,\n\n%(company)s uses Vouch to bring new people in. "
        "Choose a passphrase here, and you are in:\n\n"
        "%(link)s\n\nThe link works once, for three days. If it has run out, ask for a new one at %(site)s.\n"
    ) % {
        "person": person.get_short_name(),
        "company": name,
        "link": link,
        "site": web_address_of(Target("new passphrase")),
    }
    subject = _("Your way into Vouch at %(company)s") % {"company": name}
    return EmailMessage(subject=subject, body=body, to=[person.email])


def team_name_on(on: date) -> Subquery:
    """To annotate rows about a person with: the name of the team that they are a member of on a day, the newest."""
    member = Membership.objects.filter(
        current_memberships(on=on), person=OuterRef("person"), role=Membership.Role.MEMBER
    )
    return Subquery(member.order_by("-from_on", "-pk").values("team__name")[:1])


def managers_of(person: User, on: date) -> list[User]:
    """Who manages the person; see ``managers_of_each``. Queries: 1."""
    return managers_of_each([person.pk], on)[person.pk]


def managers_above(person: User, on: date) -> list[User]:
    """Everybody who manages the person, in their team or in a team above: all who see their progress. Queries: 1."""
    return list(dict.fromkeys(row for row in User.objects.raw(*_managers_query([person.pk], on))))


def managers_of_each(person_ids: Collection[int], on: date) -> dict[int, list[User]]:
    """Who manages each of these people: the managers of their team, or of the nearest team above that has one.

    Who manages a team is managed from the team above. Queries: 1.
    """
    found: dict[int, dict[int, list[User]]] = {pk: {} for pk in person_ids}
    for row in User.objects.raw(*_managers_query(found, on)):
        managed_id, steps_up = row.managed_id, row.steps_up  # type: ignore[attr-defined]
        found[managed_id].setdefault(steps_up, []).append(row)
    return {pk: by_distance[min(by_distance)] if by_distance else [] for pk, by_distance in found.items()}


def _managers_query(person_ids: Collection[int], on: date) -> tuple[str, list[object]]:
    """Every manager of each of these people, near and far, and how many teams up."""
    sql, values = _climb(person_ids, on)
    return (
        f"{sql} SELECT person.*, found.managed_id, found.steps_up FROM found "  # noqa: S608 - our own statement
        "JOIN lms_user person ON person.id = found.manager_id "
        "ORDER BY found.managed_id, found.steps_up, person.name_order, person.id"
    ), values


def _climb(person_ids: Collection[int], on: date) -> tuple[str, list[object]]:
    """The tables that a statement about managers begins with, and their values."""
    people, day = list(person_ids), [on] * 2
    return CLIMB.format(people=", ".join(["%s"] * len(people))), [*people, *day, *people, *day, *day]


# Up the tree from the teams that somebody is a member of and those above the ones that they manage; none is 50 deep.
CLIMB = """
WITH RECURSIVE up (managed_id, team_id, steps_up) AS (
    SELECT person_id, team_id, 0 FROM lms_membership
    WHERE person_id IN ({people}) AND role = 'member'
        AND from_on <= %s AND (until_on IS NULL OR until_on >= %s)
    UNION
    SELECT manages.person_id, team.parent_id, 1
    FROM lms_membership manages JOIN lms_team team ON team.id = manages.team_id
    WHERE manages.person_id IN ({people}) AND manages.role = 'manager' AND team.parent_id IS NOT NULL
        AND manages.from_on <= %s AND (manages.until_on IS NULL OR manages.until_on >= %s)
    UNION
    SELECT up.managed_id, team.parent_id, up.steps_up + 1 FROM lms_team team JOIN up ON team.id = up.team_id
    WHERE team.parent_id IS NOT NULL AND up.steps_up < 50
), found (managed_id, manager_id, steps_up) AS (
    SELECT up.managed_id, person.id, MIN(up.steps_up) FROM up
    JOIN lms_membership manages ON manages.team_id = up.team_id AND manages.role = 'manager'
        AND manages.from_on <= %s AND (manages.until_on IS NULL OR manages.until_on >= %s)
    JOIN lms_user person ON person.id = manages.person_id
    WHERE person.is_active AND person.id <> up.managed_id
    GROUP BY up.managed_id, person.id
)"""


def close_account(*, person: User, last_day: date, by: User, reason: str, at: datetime) -> list[Enrolment]:
    """What the record holds of somebody who leaves: account, memberships and duties end, open paths are withdrawn.

    For ``end_person`` on the floor that knows all that is handed over, in its transaction; everything that was done and
    signed stays. Returns the enrolments that were open. Saving the account ends its sessions (``lms.receivers``).
    Raises Conflict for the only administrator.
    """
    finish_all_duties(person=person, by=by, reason=reason, at=at)
    open_now = list(Enrolment.objects.select_for_update().filter(person=person, status__in=Enrolment.OPEN))
    for enrolment in open_now:
        today = clock.today(person.zone, at)
        for pause in enrolment.pauses.filter(Q(until_on=None) | Q(until_on__gt=today)):
            pause.until_on = max(today, pause.from_on)
            pause.save(update_fields=["until_on"])
        enrolment.status, enrolment.ended_at = Enrolment.Status.WITHDRAWN, at
        enrolment.save(update_fields=["status", "ended_at"])
    for membership in Membership.objects.filter(person=person).filter(Q(until_on=None) | Q(until_on__gt=last_day)):
        membership.until_on = max(last_day, membership.from_on)
        membership.save(update_fields=["until_on"])
    person.is_active, person.left_on, person.deactivated_at = False, last_day, at
    person.save(update_fields=["is_active", "left_on", "deactivated_at"])
    forget_duties(person.pk)
    return open_now


def lock_person(person_id: int) -> User:
    """The person, with their row locked until the transaction ends (PostgreSQL; SQLite has one writer anyway).

    Rows that point at a person pass this lock: two people who decide about each other at once do not block each other
    with it. Queries: 1.
    """
    return User.objects.select_for_update(no_key=True).get(pk=person_id)
