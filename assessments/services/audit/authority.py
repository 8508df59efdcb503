"""Whether whoever signed an event might: by the rows that the event names, which stood in the log before it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from assessments.models import SignOffEvent
from assessments.services.ledger.authority import COACH, LEARNING, OBSERVER, STAND_IN, STANDING
from coaching.api import Absence, CoachAssignment, ObserverGrant, StandingAssignment
from lms.api import Enrolment, RoleHolding
from lms.rules.duties import LEARNING as LEARNING_DUTY
from lms.rules.log import LATE

from .gone import Gone
from .held import AuthorityRows
from .log import Log
from .records import Records
from .same_person import joined_by_signer


class Authorities:
    """Judges the authority of events."""

    def __init__(self, records: Records, log: Log) -> None:
        self.records, self.held, self.gone = records, AuthorityRows(records, log), Gone(records)

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

    def to_attest(self, event: SignOffEvent, place: int) -> Iterator[str]:
        """Learning, who confirms what another member of Learning recorded."""
        yield from self._here(event)
        if event.authority != LEARNING:
            yield "is attested by somebody without the right to"
        yield from self._has_duty(event, place)

    def had_learning(self, person_id: int, at: datetime, place: int) -> bool:
        """Whether somebody was a learning administrator at a place of the log."""
        return self.held.duty(person_id, (LEARNING_DUTY,), at, place)

    def to_revoke(self, event: SignOffEvent, place: int) -> Iterator[str]:
        """Who signed it, as the present coach, or Learning."""
        yield from self._here(event)
        about = event.about
        if event.authority in (COACH, STANDING, STAND_IN):
            if about is None or event.signer_id != about.signer_id:
                yield "is taken back by somebody who did not sign it"
            yield from self._as_coach(event, place)
        elif event.authority == LEARNING:
            yield from self._has_duty(event, place)
        elif not joined_by_signer(event, _rows(event), self.records, self.held.log, place):
            yield "is taken back by somebody without the right to"

    def _here(self, event: SignOffEvent) -> Iterator[str]:
        if self.gone.at(event.signer, event.occurred_at - LATE):
            yield "is signed by somebody whose account had ended"

    def _as_coach(self, event: SignOffEvent, place: int) -> Iterator[str]:
        rows = _rows(event)
        if "standing" in rows:
            yield from self._as_standing_coach(event, rows, place)
            return
        assignment = self.records.by_uid(CoachAssignment, rows.get("assignment"))
        absence_uid = rows.get("absence")
        enrolment_id = event.case.enrolment_id if event.case else None
        if assignment is None or assignment.enrolment_id != enrolment_id or not assignment.has_begun:
            yield "is signed by somebody who was not the coach then"
            return
        if not self.held.assignment(assignment, event.occurred_at, place):
            yield "is signed by somebody who was not the coach then"
        if absence_uid is None:
            if assignment.coach.person_id != event.signer_id or event.authority != COACH:
                yield "is signed by somebody who was not the coach then"
            return
        absence = self.records.by_uid(Absence, absence_uid)
        covers = absence is not None and self.held.covers(
            absence, assignment, event.signer_id, event.occurred_at, place
        )
        if not covers or event.authority != STAND_IN:
            yield "is signed by somebody who did not stand in for the coach then"

    def _as_standing_coach(self, event: SignOffEvent, rows: Mapping[str, Any], place: int) -> Iterator[str]:
        """Of a completed path: the standing coach in the role that it led to, or who stood in for them."""
        row, case = self.records.by_uid(StandingAssignment, rows["standing"]), event.case
        if row is None or case is None or not _led_to(case.enrolment, row.holding):
            yield "is signed by somebody who was not the standing coach then"
            return
        if not self.held.standing(row, event.occurred_at, place):
            yield "is signed by somebody who was not the standing coach then"
        if rows.get("absence") is None:
            if row.coach_id != event.signer_id or event.authority != STANDING:
                yield "is signed by somebody who was not the standing coach then"
            return
        absence = self.records.by_uid(Absence, rows["absence"])
        covers = (
            absence is not None
            and absence.coach.person_id == row.coach_id
            and self.held.absent(absence, event.signer_id, event.occurred_at, place)
        )
        if not covers or event.authority != STAND_IN:
            yield "is signed by somebody who did not stand in for the standing coach then"

    def _granted(self, event: SignOffEvent, slug: str, uid: object, place: int) -> Iterator[str]:
        grant = self.records.by_uid(ObserverGrant, uid)
        held = (
            grant is not None
            and (grant.person_id, grant.skill.slug) == (event.signer_id, slug)
            and self.held.grant(grant, event.occurred_at, place)
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
        if not self.held.duty(event.signer_id, (LEARNING_DUTY,), event.occurred_at, place):
            yield "is signed by somebody who was no learning administrator then"


def _rows(event: SignOffEvent) -> dict[str, Any]:
    found = event.payload.get("authority") if isinstance(event.payload, dict) else None
    return found if isinstance(found, dict) else {}


def _led_to(path: Enrolment, holding: RoleHolding) -> bool:
    """Whether a completed path led its learner to this role."""
    same = (path.person_id, path.role_version_id) == (holding.person_id, holding.role_version_id)
    return same and path.role_holding_id == holding.pk
