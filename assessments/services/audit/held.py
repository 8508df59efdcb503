"""Which rights somebody held at a place of the log: duties, grants, coaching and standing in.

A right is held from its entry in the log to the entry of its end. Its moments may differ from that by as long as an act
may take: each act takes its moment before it waits for others.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

from coaching.api import Absence, CoachAssignment, ObserverGrant, StandingAssignment
from lms.api import DutyHolding
from lms.rules.log import ENDED, LATE

from .log import Log
from .records import Records


class AuthorityRows:
    """Answers for any moment and place; everything is read before."""

    def __init__(self, records: Records, log: Log) -> None:
        self.log = log
        self._duties: dict[int, list[DutyHolding]] = defaultdict(list)
        for row in records.all(DutyHolding):
            self._duties[row.person_id].append(row)

    def duty(self, person_id: int | None, codes: tuple[str, ...], at: datetime, place: int) -> bool:
        """Whether somebody had one of these duties."""
        return person_id is not None and any(
            row.duty in codes and self.holding(row, at, place) for row in self._duties.get(person_id, ())
        )

    def others_with(self, code: str, person_id: int) -> list[DutyHolding]:
        """Every row of a duty that is somebody else's."""
        return [row for pk, rows in self._duties.items() if pk != person_id for row in rows if row.duty == code]

    def holding(self, row: DutyHolding, at: datetime, place: int) -> bool:
        """Whether this row gave its duty."""
        return self._between("duty", row, row.from_at, row.until_at, at, place)

    def grant(self, row: ObserverGrant, at: datetime, place: int) -> bool:
        """Whether this grant held, also by its last day."""
        return row.until_on >= at.date() and self._between("grant", row, row.granted_at, row.revoked_at, at, place)

    def assignment(self, row: CoachAssignment, at: datetime, place: int) -> bool:
        """Whether this coach coached."""
        return row.has_begun and self._between("assignment", row, row.started_at, row.ended_at, at, place)

    def standing(self, row: StandingAssignment, at: datetime, place: int) -> bool:
        """Whether this standing coach was one."""
        return self._between("standing assignment", row, row.started_at, row.ended_at, at, place)

    def covers(
        self, row: Absence, assignment: CoachAssignment, person_id: int | None, at: datetime, place: int
    ) -> bool:
        """Whether somebody stood in for the coach of an assignment by this absence."""
        of_coach = assignment.kind == CoachAssignment.Kind.PRIMARY and row.coach_id == assignment.coach_id
        return of_coach and self.absent(row, person_id, at, place)

    def absent(self, row: Absence, person_id: int | None, at: datetime, place: int) -> bool:
        """Whether somebody stood in for a coach by this absence."""
        return (
            row.cover is not None
            and row.cover.person_id == person_id
            and row.from_on <= at.date() <= row.until_on
            and self._between("absence", row, row.said_at, row.called_off_at, at, place)
        )

    def _between(self, kind: str, row: Any, since: datetime, until: datetime | None, at: datetime, place: int) -> bool:
        begun, ended = self.log.number(kind, row.uid), self.log.number(kind + ENDED, row.uid)
        return (
            since <= at + LATE
            and (until is None or until > at - LATE)
            and begun is not None
            and begun < place
            and (ended is None or ended > place)
        )
