"""The list of people: everybody with an account, looked for by words, state, team, duty and path."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower

from lms.models import DutyHolding, Enrolment, Membership, User
from lms.policies.people import current_memberships
from lms.rules.life import HERE, STATES

from .life import in_state, with_leave
from .people import named_like
from .team_tree import teams_below

MANAGES = "manager"
"""What somebody is by a membership, among the duties to filter by."""
NAME, NEWEST = "name", "newest"
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class PeopleWanted:
    """Whom somebody looks for. ``words``: of name, address or number; ``team``: with the teams below; ``duty``: one of
    the duties, or MANAGES; ``path``: the uid of an open one.
    """

    words: str = ""
    state: str = ""
    team: UUID | None = None
    duty: str = ""
    path: UUID | None = None
    order: str = NAME


def people_by_number_or_address(texts: Iterable[str]) -> dict[str, User]:
    """Whoever works here and has one of these employee numbers or addresses, by the text in small letters; a number
    goes before an address. Queries: 1 for 500 texts.
    """
    wanted = sorted({text.strip().casefold() for text in texts if text.strip()})
    found: dict[str, User] = {}
    for start in range(0, len(wanted), AT_ONCE):
        some = wanted[start : start + AT_ONCE]
        rows = User.objects.annotate(as_number=Lower("employee_number")).filter(is_active=True)
        for person in rows.filter(Q(email__in=some) | Q(as_number__in=some)):
            found.setdefault(person.email, person)
            if person.employee_number:
                found[person.employee_number.casefold()] = person
    return {text: found[text] for text in wanted if text in found}


def people_wanted(wanted: PeopleWanted, on: date) -> QuerySet[User]:
    """Everybody who is looked for, in order; read by ``with_leave``. Queries: 0, 1 with a team."""
    people = with_leave(User.objects.all())
    if wanted.words:
        people = people.filter(named_like(wanted.words) | Q(employee_number__iexact=wanted.words.strip()))
    if wanted.state:
        people = people.filter(in_state(wanted.state, on))
    if wanted.team:
        belongs = Membership.objects.filter(current_memberships(on), team__in=teams_below(wanted.team))
        people = people.filter(pk__in=belongs.values("person"))
    if wanted.duty == MANAGES:
        manages = Membership.objects.filter(current_memberships(on), role=Membership.Role.MANAGER)
        people = people.filter(Exists(manages.filter(person=OuterRef("pk"))))
    elif wanted.duty:
        people = people.filter(
            Exists(DutyHolding.objects.filter(person=OuterRef("pk"), duty=wanted.duty, until_at=None))
        )
    if wanted.path:
        people = people.filter(Exists(_open_paths().filter(path__uid=wanted.path)))
    newest = ("-started_on",) if wanted.order == NEWEST else ()
    return people.order_by(*newest, "name_order", "pk")


def on_a_path() -> Q:
    """People with an open path."""
    return Q(Exists(_open_paths()))


def count_states(on: date) -> dict[str, int]:
    """How many people are in each state. Queries: 1."""
    return User.objects.aggregate(**{state: Count("pk", filter=in_state(state, on)) for state in STATES})


def people_here_on(on: date) -> QuerySet[User]:
    """Everybody who works here on a day and is not away."""
    return User.objects.filter(in_state(HERE, on))


def teams_and_duties(ids: list[int], on: date) -> tuple[dict[int, str], dict[int, list[str]]]:
    """By id of a person: the name of the team that they belong to on a day, and their duties, with MANAGES.

    Queries: 2.
    """
    teams: dict[int, str] = {}
    duties: dict[int, list[str]] = {}
    for holding in DutyHolding.objects.filter(person__in=ids, until_at=None).order_by("pk"):
        duties.setdefault(holding.person_id, []).append(holding.duty)
    belongs = Membership.objects.filter(current_memberships(on), person__in=ids).select_related("team")
    for row in belongs.order_by("from_on", "pk"):
        if row.role == Membership.Role.MEMBER:
            teams[row.person_id] = row.team.name
        elif MANAGES not in duties.setdefault(row.person_id, []):
            duties[row.person_id].append(MANAGES)
    return teams, duties


def _open_paths() -> QuerySet[Enrolment]:
    return Enrolment.objects.filter(person=OuterRef("pk"), status__in=Enrolment.OPEN)
