"""How somebody stands in a role that they hold, apart from any path: the same ladders and the same readiness."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from assessments.rules.readiness import Readiness, Required, assess_skills, by_skill
from assessments.services.cases.standards import role_of, standard_titles
from assessments.services.ledger.verdicts import newest_verdict, verdicts_of_people
from lms import clock
from lms.api import RoleHolding, expiring_days, gates_of, holdings_on, skills_by_slug
from lms.rules.ladder import Ladder, ladder


@dataclass(frozen=True, slots=True)
class HeldLine:
    """One skill that the role asks for, and how the person stands on it."""

    title: str
    required: Required
    look: Ladder


@dataclass(frozen=True, slots=True)
class HeldRole:
    """Somebody in a role that they hold. ``readiness`` is None where the role asks for nothing: no data."""

    holding: RoleHolding
    readiness: Readiness | None
    lines: tuple[HeldLine, ...]
    today: date

    @property
    def ready(self) -> bool:
        """Whether they are ready for the role today."""
        return self.readiness is not None and self.readiness.ready

    @property
    def ends_on(self) -> date | None:
        """The first day after which a sign-off that counts stops counting."""
        return self.readiness.ends_on if self.readiness else None


def held_roles(holdings: Sequence[RoleHolding], at: datetime) -> list[HeldRole]:
    """How people stand in these roles (fetched with person and role), in their order.

    Queries: 5 for any number, and 1 a role the first time in a process.
    """
    people = {holding.person_id for holding in holdings}
    gates, verdicts, within = gates_of(people), verdicts_of_people(people), expiring_days()
    roles = {holding.role_version_id: role_of(holding.role_version_id) for holding in holdings}
    asked = [line for role in roles.values() for line in role.requirements]
    skills = skills_by_slug({line.skill for line in asked})
    standards = standard_titles(line.standard for line in asked if line.standard)
    found = []
    for holding in holdings:
        role, today = roles[holding.role_version_id], clock.today(holding.person.zone, at)
        mine = by_skill(gates.get(holding.person_id, ()))
        lines = tuple(
            HeldLine(
                skills[line.skill].title,
                line,
                ladder(
                    mine.get(line.skill, ()),
                    line,
                    today,
                    expires_within=within,
                    verdict=newest_verdict(verdicts.get(holding.person_id, {}), line.skill, line.standard),
                    standard=standards.get(line.standard, "") if line.standard else "",
                ),
            )
            for line in role.requirements
        )
        readiness = assess_skills(role.requirements, mine, role.threshold, today)
        found.append(HeldRole(holding, readiness, lines, today))
    return found


def share_held_before(roles: Iterable[HeldRole]) -> int:
    """How much of the weight that these people meet was held before Vouch, in percent, rounded up."""
    known = [role.readiness for role in roles if role.readiness]
    met = sum(found.met_weight for found in known)
    return -(-100 * sum(found.held_before_weight for found in known) // met) if met else 0


def roles_held_in_team(people: Q, at: datetime) -> list[HeldRole]:
    """Roles that people hold without being on a path to them, for the rows that ``people`` lets through, by name.

    Queries: 6.
    """
    return held_roles(list(holdings_on(people, at.date())), at)
