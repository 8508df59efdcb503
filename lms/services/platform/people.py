"""People: inviting them, finding them by name, what is written down about them."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from lms import clock
from lms.addresses import web_address_of
from lms.errors import Conflict, Invalid
from lms.models import User
from lms.policies import people_policy
from lms.rules.bounds import FIRST_DAY_HERE
from lms.rules.lines import one_line
from lms.rules.names import fold
from lms.rules.notices import LOCATION_CHANGED
from lms.rules.target import Target

from .acts import act, claim_key, is_of_the_key
from .addresses import TAKEN, usable_address
from .language import in_language_of
from .notices import tell
from .organisation import locations, organisation, organisations_day
from .outbox import queue_mail
from .team_members import begin_membership
from .team_tree import open_teams

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
    team = open_teams().filter(pk=team_id).first()
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
    today = organisations_day(at)
    begin_membership(person, team, min(started_on or today, today))
    send_invitation(person, link_for(person), at)
    return person


def gone_with_address(actor: User, email: str) -> User | None:
    """Whoever left and had this address last: they can be brought back. For whoever may invite. Queries: 0-1."""
    people_policy.require(actor, "invite")
    return User.objects.filter(email=email.strip().lower(), is_active=False).first()


@act
def move_to_location(*, actor: User, person_uid: UUID, location_uid: UUID | None, key: UUID, at: datetime) -> User:
    """Somebody works at another location from now on, and has its days off; None: the main one. They are told.

    Raises NotFound, NotAllowed (neither L&D nor an administrator), Invalid (no such location). Queries: about 10.
    """
    people_policy.require(actor, "invite")
    person = people_policy.get(actor, "invite", uid=person_uid, lock=True)
    found = locations().filter(uid=location_uid).first() if location_uid else locations().get(is_main=True)
    if found is None:
        raise Invalid(location=_("Choose a location of the list."))
    new = None if found.is_main else found
    changed = {"location": (person.location.name if person.location else None, new.name if new else None)}
    if not claim_key(actor=actor, name="person.location", key=key, at=at, about=person.uid, changed=changed):
        return person
    if person.location != new:
        person.location = new
        person.save(update_fields=["location"])
        tell(LOCATION_CHANGED, [person], words={"location": found.name}, at=at)
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
        queue_mail(invitation_to(person, link), at)


def invitation_to(person: User, link: str) -> EmailMessage:
    """The mail with the way in, in the language that is active. Queries: 1."""
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


def lock_person(person_id: int) -> User:
    """The person, with their row locked until the transaction ends (PostgreSQL; SQLite has one writer anyway).

    Rows that point at a person pass this lock: two people who decide about each other at once do not block each other
    with it. Queries: 1.
    """
    return User.objects.select_for_update(no_key=True).get(pk=person_id)
