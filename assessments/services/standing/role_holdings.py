"""How somebody stands in a role that they hold, apart from any path: the same ladders and the same readiness."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from uuid import UUID

from django.db.models import Q

from assessments.rules.readiness import Readiness, Required, assess_skills, by_skill, percent_of
from assessments.services.cases.standards import role_of, standard_titles
from assessments.services.ledger.verdicts import newest_verdict, verdicts_of_people
from coaching.api import standing_coaches
from lms import clock
from lms.api import RoleHolding, Skill, User, expiring_days, gates_of, holdings_on, holdings_seen_by, skills_by_slug
from lms.rules.gates import OpenGate
from lms.rules.ladder import Ladder, ladder
from lms.rules.standing import Verdict

from .ready import ready_since


@dataclass(frozen=True, slots=True)
class HeldLine:
    """One skill that the role asks for, and how the person stands on it."""

    title: str
    required: Required
    look: Ladder


@dataclass(frozen=True, slots=True)
class _Known:
    """What varies about people in their roles, read at once for any number of them: by person id, titles by slug."""

    gates: Mapping[int, Sequence[OpenGate]]
    verdicts: Mapping[int, Mapping[str, Sequence[Verdict]]]
    skills: Mapping[str, Skill]
    standards: Mapping[UUID, str]
    expires_within: int
    coaches: Mapping[int, User]
    since: Mapping[tuple[int, int], date]


@dataclass(frozen=True)
class HeldRole:
    """Somebody in a role that they hold. ``readiness`` is None where the role asks for nothing: no data."""

    holding: RoleHolding
    readiness: Readiness | None
    gates: Mapping[str, Sequence[OpenGate]]
    today: date
    known: _Known

    @property
    def ready(self) -> bool:
        """Whether they are ready for the role today."""
        return self.readiness is not None and self.readiness.ready

    @property
    def ready_since(self) -> date | None:
        """Since when they are ready for it."""
        return self.known.since.get((self.holding.person_id, self.holding.role_version.profile_id))

    @property
    def coach(self) -> User | None:
        """Their standing coach."""
        return self.known.coaches.get(self.holding.pk)

    @property
    def ends_on(self) -> date | None:
        """The first day after which a sign-off that counts stops counting."""
        return self.readiness.ends_on if self.readiness else None

    @cached_property
    def lines(self) -> tuple[HeldLine, ...]:
        """How they stand on each requirement, in the order of the role. A team has hundreds, of which few are read."""
        return tuple(self._line(required) for required in role_of(self.holding.role_version_id).requirements)

    def _line(self, required: Required) -> HeldLine:
        known, standard = self.known, required.standard
        look = ladder(
            self.gates.get(required.skill, ()),
            required,
            self.today,
            expires_within=known.expires_within,
            verdict=newest_verdict(known.verdicts.get(self.holding.person_id, {}), required.skill, standard),
            standard=known.standards.get(standard, "") if standard else "",
        )
        return HeldLine(known.skills[required.skill].title, required, look)


def held_roles(holdings: Sequence[RoleHolding], at: datetime) -> list[HeldRole]:
    """How people stand in these roles (fetched with person and role), in their order.

    Queries: 7 for any number, and 1 a role the first time in a process.
    """
    people = {holding.person_id for holding in holdings}
    asked = [line for holding in holdings for line in role_of(holding.role_version_id).requirements]
    known = _Known(
        gates_of(people),
        verdicts_of_people(people),
        skills_by_slug({line.skill for line in asked}),
        standard_titles(line.standard for line in asked if line.standard),
        expiring_days(),
        standing_coaches(holding.pk for holding in holdings),
        ready_since(people),
    )
    return [_held_role(holding, known, at) for holding in holdings]


def role_held_by(person: User, at: datetime) -> HeldRole | None:
    """The role that somebody holds, as they read it themself; the newest, where there are several. Queries: 8, 1
    without one.
    """
    holdings = [row for row in holdings_seen_by(person, person) if row.holds_on(clock.today(person.zone, at))]
    return held_roles(holdings[:1], at)[0] if holdings else None


def _held_role(holding: RoleHolding, known: _Known, at: datetime) -> HeldRole:
    role, today = role_of(holding.role_version_id), clock.today(holding.person.zone, at)
    mine = by_skill(known.gates.get(holding.person_id, ()))
    return HeldRole(holding, assess_skills(role.requirements, mine, role.threshold, today), mine, today, known)


def share_held_before(roles: Iterable[HeldRole]) -> int:
    """How much of the weight that these people meet was held before Vouch, in percent, rounded up."""
    known = [role.readiness for role in roles if role.readiness]
    met = sum(found.met_weight for found in known)
    return percent_of(sum(found.held_before_weight for found in known), met)


def roles_held_in_team(people: Q, at: datetime) -> list[HeldRole]:
    """Roles that people hold without being on a path to them, for the rows that ``people`` lets through, by name.

    Queries: 8.
    """
    return held_roles(list(holdings_on(people, at.date())), at)
