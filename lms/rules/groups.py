"""Groups of people: a team with the teams below it, a location, a job title."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class PeopleGroup:
    """Whoever belongs to all that is named; a group that names nothing is nobody."""

    team_uid: UUID | None = None
    location_uid: UUID | None = None
    job: str = ""

    @property
    def named(self) -> int:
        """How many things it names."""
        return sum(map(bool, (self.team_uid, self.location_uid, self.job)))


NOBODY = PeopleGroup()
"""A group that names nothing."""
