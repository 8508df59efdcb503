"""What somebody asks for who enrols many people at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from lms.rules.groups import NOBODY, PeopleGroup


@dataclass(frozen=True, slots=True)
class Many:
    """On which path; who: ``people`` by uid, those whose addresses stand in a text, and everybody of a group.

    ``started_on``: the first day for all; None: each on their own first day here, and today where that has passed.
    """

    path_uid: UUID
    people: tuple[UUID, ...] = ()
    addresses: str = ""
    group: PeopleGroup = NOBODY
    started_on: date | None = None
    background: str = "other"
    with_coaches: bool = True
