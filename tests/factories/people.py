"""People with their duties, teams and customers."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import F

from lms import clock
from lms.api import (
    Customer,
    DutyHolding,
    LogEntry,
    Membership,
    Team,
    User,
    finish_duty,
    record_duty,
)
from lms.policies.duties import forget_held
from lms.rules.duties import ADMINISTRATOR, DUTIES
from tests.factories import basics

GIVER = "gil.giver@example.com"
GRANTER = "greta.granter@example.com"
LEFT = {"is_active": False, "deactivated_at": basics.SINCE}


def person(name: str = "", **fields: Any) -> User:
    """Somebody who can log in with PASSPHRASE."""
    number = next(basics.numbers)
    name = name or f"Person {number}"
    email = fields.pop("email", f"{name.lower().replace(' ', '.')}.{number}@example.com")
    fields.setdefault("started_on", date(2026, 1, 1))
    return User.objects.create_user(email, basics.PASSPHRASE, full_name=name, **fields)


def in_group(name: str, who: User | None = None, at: datetime | None = None) -> User:
    """A person with a duty, named by its group (``lms.api.GROUPS``)."""
    return with_duty(next(duty.code for duty in DUTIES if duty.group == name), who, at)


def administrator(who: User | None = None, at: datetime | None = None) -> User:
    """A person who administers the platform."""
    return with_duty(ADMINISTRATOR, who, at)


def with_duty(duty: str, who: User | None = None, at: datetime | None = None) -> User:
    """A person with a duty, given by somebody who has left; the same object, changed.

    Since long ago; where something stands in the log already, since then, as the log wants it.
    """
    who = who or person()
    last = LogEntry.objects.order_by("-number").first()
    at = at or min(max(basics.SINCE, last.at) if last else basics.SINCE, clock.now() - timedelta(minutes=1))
    record_duty(person=who, duty=duty, by=duty_giver(at), reason="Asked to.", at=at)
    return who


def duty_giver(at: datetime) -> User:
    """Who gave people their duties: the administrator who was made on the machine; unless a test did that, one who has
    left.
    """
    made = DutyHolding.objects.filter(given_by=None, until_at=None).select_related("person").first()
    found = made.person if made else User.objects.filter(email=GIVER).first()
    if found is None:
        found = person("Gil Giver", email=GIVER, **LEFT)
        record_duty(person=found, duty=ADMINISTRATOR, by=None, reason="Made on the machine.", at=at)
    return found


def granter() -> User:
    """Who gave people their grants and coaches: a learning administrator who has left."""
    found = User.objects.filter(email=GRANTER).first()
    return found or with_duty("learning", person("Greta Granter", email=GRANTER, **LEFT))


def duty_ended(who: User, duty: str, at: datetime = basics.MONDAY) -> User:
    """Who had a duty, until a moment; one that began later, for a minute."""
    holding = who.duty_holdings.get(duty=duty, until_at=None)
    at = max(at, holding.from_at + timedelta(minutes=1))
    finish_duty(holding=holding, by=User.objects.get(email=GIVER), reason="Moved on.", at=at)
    forget_held(who)
    return who


def team(*members: User, manager: User | None = None, parent: Team | None = None, slug: str = "") -> Team:
    """A team with members and a manager since the start of 2026. Whoever belonged to another one leaves it then."""
    slug = slug or f"team-{next(basics.numbers)}"
    made = Team.objects.create(slug=slug, name=slug.capitalize(), parent=parent)
    since = date(2026, 1, 1)
    for member in members:
        Membership.objects.filter(person=member, role="member", until_on=None).update(until_on=F("from_on"))
        Membership.objects.create(person=member, team=made, from_on=since)
    if manager:
        Membership.objects.create(person=manager, team=made, role=Membership.Role.MANAGER, from_on=since)
    return made


def second_manager(manager: User, of: User) -> None:
    """Somebody manages the team of a person, too."""
    team = Membership.objects.get(person=of, role=Membership.Role.MEMBER, until_on=None).team
    Membership.objects.create(person=manager, team=team, role=Membership.Role.MANAGER, from_on=date(2026, 1, 1))


def customer(slug: str = "", **fields: Any) -> Customer:
    """A customer."""
    slug = slug or f"customer-{next(basics.numbers)}"
    return Customer.objects.create(slug=slug, name=slug.replace("-", " ").title(), **fields)


def fresh(user: User) -> User:
    """The same person as a new request sees them, without what was kept for the last one."""
    return User.objects.get(pk=user.pk)
