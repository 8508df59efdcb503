"""Whether whoever signed an event might: by the rows that the event names, which stood in the log before it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from assessments.models import SignOffEvent
from assessments.services.authority import COACH, LEARNING, OBSERVER, STAND_IN
from coaching.api import Absence, CoachAssignment, ObserverGrant
from lms.api import DutyHolding
from lms.rules.log import ENDED, LATE

from .log import Log
from .records import Records

NOT_BEGUN = (CoachAssignment.Status.PROPOSED, CoachAssignment.Status.DECLINED)


class Authorities:
    """Judges the authority of events."""

    def __init__(self, records: Records, log: Log) -> None:
        self.records, self.log = records, log
        self.duties: dict[tuple[int, str], list[DutyHolding]] = defaultdict(list)
        for row in records.all(DutyHolding):
            self.duties[row.person_id, row.duty].append(row)

    def to_decide(self, event: SignOffEvent, skills: Iterable[str], place: int) -> Iterator[str]:
        """Present coach of the learner, with a grant for every skill of the standard."""
        yield from self._here(event)
        yield from self._as_coach(event, place)
        grants = _rows(event).get("grants")
        for slug in skills:
            uid = grants.get(slug) if isinstance(grants, dict) else None
            yield from self._granted(event, slug, uid, place)

    def to_countersign(self, event: SignOffEvent, place: int) -> Iterator[str]:
        """Learning, or an observer with a grant for the skill; who signed is refused before this is asked."""
        yield from self._here(event)
        yield from self._as_learning_or_observer(event, place)

    def to_revoke(self, event: SignOffEvent, place: int) -> Iterator[str]:
        """Who signed it, as the present coach, or Learning."""
        yield from self._here(event)
        about = event.about
        if event.authority in (COACH, STAND_IN):
            if about is None or event.signer_id != about.signer_id:
                yield "is taken back by somebody who did not sign it"
            yield from self._as_coach(event, place)
        elif event.authority == LEARNING:
            yield from self._has_duty(event, place)
        else:
            yield "is taken back by somebody without the right to"

    def _here(self, event: SignOffEvent) -> Iterator[str]:
        left_at = event.signer.deactivated_at
        if left_at is not None and left_at <= event.occurred_at - LATE:
            yield "is signed by somebody whose account had ended"

    def _as_coach(self, event: SignOffEvent, place: int) -> Iterator[str]:
        rows = _rows(event)
        assignment = self.records.by_uid(CoachAssignment, rows.get("assignment"))
        absence_uid = rows.get("absence")
        if assignment is None or assignment.enrolment_id != event.case.enrolment_id or assignment.status in NOT_BEGUN:
            yield "is signed by somebody who was not the coach then"
            return
        if not self._held(assignment, "assignment", event, place, "started_at", "ended_at"):
            yield "is signed by somebody who was not the coach then"
        if absence_uid is None:
            if assignment.coach.person_id != event.signer_id or event.authority != COACH:
                yield "is signed by somebody who was not the coach then"
            return
        absence = self.records.by_uid(Absence, absence_uid)
        day = event.occurred_at.date()
        covers = (
            absence is not None
            and assignment.kind == CoachAssignment.Kind.PRIMARY
            and absence.coach_id == assignment.coach_id
            and absence.cover is not None
            and absence.cover.person_id == event.signer_id
            and absence.from_on <= day <= absence.until_on
            and event.authority == STAND_IN
            and self._held(absence, "absence", event, place, "said_at", "called_off_at")
        )
        if not covers:
            yield "is signed by somebody who did not stand in for the coach then"

    def _granted(self, event: SignOffEvent, slug: str, uid: object, place: int) -> Iterator[str]:
        grant = self.records.by_uid(ObserverGrant, uid)
        held = (
            grant is not None
            and (grant.person_id, grant.skill.slug) == (event.signer_id, slug)
            and grant.until_on >= event.occurred_at.date()
            and self._held(grant, "grant", event, place, "granted_at", "revoked_at")
        )
        if not held:
            yield f"is signed by somebody without a grant for {slug} then"

    def _as_learning_or_observer(self, event: SignOffEvent, place: int) -> Iterator[str]:
        if event.authority == LEARNING:
            yield from self._has_duty(event, place)
        elif event.authority == OBSERVER:
            grants = _rows(event).get("grants")
            uid = grants.get(event.skill.slug) if isinstance(grants, dict) else None
            yield from self._granted(event, event.skill.slug, uid, place)
        else:
            yield "is countersigned by somebody without the right to"

    def _has_duty(self, event: SignOffEvent, place: int) -> Iterator[str]:
        held = self.duties.get((event.signer_id, "learning"), ())
        if not any(self._held(row, "duty", event, place, "from_at", "until_at") for row in held):
            yield "is signed by somebody who was no learning administrator then"

    def _held(self, row: Any, kind: str, event: SignOffEvent, place: int, since: str, until: str) -> bool:
        """Whether the row gave its right when the event was signed."""
        return held_then(self.log, kind, row.uid, (getattr(row, since), getattr(row, until)), event.occurred_at, place)


def held_then(log: Log, kind: str, uid: UUID, term: tuple[datetime, datetime | None], at: datetime, place: int) -> bool:
    """Whether a right that somebody had for a ``term`` was theirs at a moment: by its place in the log, above what was
    done with it, and its end below. The moments may differ from that by as long as an act may take: each takes its
    moment before it waits for the other.
    """
    since, until = term
    begun, ended = log.number(kind, uid), log.number(kind + ENDED, uid)
    return (
        since <= at + LATE
        and (until is None or until > at - LATE)
        and begun is not None
        and begun < place
        and (ended is None or ended > place)
    )


def _rows(event: SignOffEvent) -> dict[str, Any]:
    found = event.payload.get("authority") if isinstance(event.payload, dict) else None
    return found if isinstance(found, dict) else {}
