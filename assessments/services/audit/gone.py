"""Whose account was closed at a moment, also of those who came back since."""

from __future__ import annotations

from datetime import datetime

from lms.api import Departure, User

from .records import Records


class Gone:
    """Answers for anybody and any moment; everything is read before."""

    def __init__(self, records: Records) -> None:
        self._departures: dict[int, list[Departure]] = records.grouped(Departure, "person_id")

    def at(self, person: User, moment: datetime) -> bool:
        """Whether somebody's account was closed then."""
        closed = person.deactivated_at
        if closed is not None and closed <= moment:
            return True
        return any(
            row.ended_at is not None
            and row.ended_at <= moment
            and row.returned_at is not None
            and row.returned_at > moment
            for row in self._departures.get(person.pk, ())
        )
