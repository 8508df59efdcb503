"""Whether every row on which a sign-off rests was itself written by somebody who might, where it stands in the log.

An event names who had the right to sign it; here the rights are followed to where they come from: who gave a duty, a
grant, a coach, and who saw and confirmed. A row that was written with the right of another row, which is gone since,
is found by what it left behind.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

from assessments.models import CalibrationAttempt, CaseReading, Evidence, HeldBefore, Observation, SignOffEvent
from assessments.rules.specs import StandardSpec
from assessments.services.cases.observations import SEAL_LASTS
from coaching.api import Absence, CoachAssignment, CommitmentSkill, ObserverGrant, StandingAssignment
from coaching.rules.times import GRANT_MONTHS
from lms.api import DutyHolding, Enrolment, Membership
from lms.rules.bounds import OBSERVED
from lms.rules.days import months_later
from lms.rules.duties import ADMINISTRATOR, LEARNING
from lms.rules.log import LATE

from .finding import LedgerFinding
from .gone import Gone
from .held import AuthorityRows
from .judging import Judges, judge_rows
from .log import Log
from .records import Records
from .replay import DECISIONS


def check_rights(records: Records, log: Log) -> Iterator[LedgerFinding]:
    """Judge every duty, grant, assignment, observation, piece of evidence and confirmed promise. Queries: 0."""
    judge = _Rights(records, log)
    judges: Judges = {
        DutyHolding: ("duty", judge.duty),
        ObserverGrant: ("grant", judge.grant),
        CoachAssignment: ("assignment", judge.assignment),
        StandingAssignment: ("standing assignment", judge.standing_coach),
        Observation: ("observation", judge.observation),
        Evidence: ("evidence", judge.evidence),
        CommitmentSkill: ("confirmed promise", judge.promise),
    }
    yield from judge_rows(judges, records, log)


class _Rights:
    """Everything that judging a right needs, put in order once."""

    def __init__(self, records: Records, log: Log) -> None:
        self.records, self.log, self.held = records, log, AuthorityRows(records, log)
        self.gone = Gone(records)
        self.grants: dict[tuple[int, int], list[ObserverGrant]] = defaultdict(list)
        for grant in records.all(ObserverGrant):
            self.grants[grant.person_id, grant.skill_id].append(grant)
        self.assignments = records.grouped(CoachAssignment, "enrolment_id")
        self.absences = records.grouped(Absence, "coach_id")
        self.absences_of_person: dict[int, list[Absence]] = defaultdict(list)
        for absence in records.all(Absence):
            self.absences_of_person[absence.coach.person_id].append(absence)
        self.standing = records.grouped(StandingAssignment, "holding_id")
        self.paths_to_role = records.grouped(Enrolment, "role_holding_id")
        self.readings = {(row.case_id, row.person_id): row.read_at for row in records.all(CaseReading)}
        self.manages = {row.person_id for row in records.all(Membership) if row.role == Membership.Role.MANAGER}
        self.specs: dict[int, StandardSpec] = {}
        self.decided: dict[int, int] = {}
        for event in records.all(SignOffEvent):
            place = log.number("event", event.uid)
            if event.kind in DECISIONS and place is not None:
                self.decided[event.case_id] = min(place, self.decided.get(event.case_id, place))

    # --- Who gave a right

    def duty(self, row: DutyHolding, place: int) -> Iterator[str]:
        """Given by an administrator; an administrator made on the machine is the first, or in another's place."""
        given_by_administrator = self.held.duty(row.given_by_id, (ADMINISTRATOR,), row.from_at, place)
        if row.given_by_id is None:
            if row.duty != ADMINISTRATOR or not self._made_on_the_machine(row, place):
                yield "was given by nobody"
        elif row.given_by_id == row.person_id or not given_by_administrator:
            yield "was given by somebody who was no administrator then"

    def _made_on_the_machine(self, row: DutyHolding, place: int) -> bool:
        """Whether no other administrator was there then but who was replaced in the same act."""
        others = self.held.others_with(ADMINISTRATOR, row.person_id)
        return not any(other.person.is_active and self.held.holding(other, row.from_at, place) for other in others)

    def grant(self, row: ObserverGrant, place: int) -> Iterator[str]:
        """Given by Learning or an administrator for a year at most, or earned by a passed calibration that decides."""
        if row.until_on > months_later(row.granted_at.date(), GRANT_MONTHS):
            yield "holds longer than a year"
        if row.basis == ObserverGrant.Basis.CALIBRATED:
            attempt = self.records.by_uid(CalibrationAttempt, row.attempt_uid)
            earned = (
                attempt is not None
                and attempt.passed
                and not attempt.for_learning
                and attempt.version.decides
                and (attempt.person_id, attempt.version.skill_id) == (row.person_id, row.skill_id)
                and abs(attempt.taken_at - row.granted_at) <= LATE
            )
            if not earned or row.granted_by_id is not None:
                yield "was earned by no calibration that decides"
        elif row.granted_by_id is None or row.granted_by_id == row.person_id:
            yield "was given by nobody else"
        elif not self.held.duty(row.granted_by_id, (LEARNING, ADMINISTRATOR), row.granted_at, place):
            yield "was given by somebody who was no learning administrator then"

    def assignment(self, row: CoachAssignment, place: int) -> Iterator[str]:
        """Made by a manager or by Learning, never by the learner."""
        learner = row.enrolment.person_id
        if row.coach.person_id == learner:
            yield "makes somebody their own coach"
        may = row.assigned_by_id in self.manages or self.held.duty(
            row.assigned_by_id, (LEARNING,), row.started_at, place
        )
        if row.assigned_by_id == learner or not may:
            yield "was made by somebody who manages nobody and was no learning administrator then"

    def standing_coach(self, row: StandingAssignment, place: int) -> Iterator[str]:
        """Named by a manager or by Learning, never by whom it is for; or the coach of the path that led to the role,
        who goes on when that is completed.
        """
        person = row.holding.person_id
        if row.coach_id == person:
            yield "makes somebody their own standing coach"
        may = (
            row.assigned_by_id in self.manages
            or self.held.duty(row.assigned_by_id, (LEARNING,), row.started_at, place)
            or self._goes_on(row)
            or self._was_held_before(row)
        )
        if row.assigned_by_id == person or not may:
            yield "was made by somebody who manages nobody and was no learning administrator then"

    def _goes_on(self, row: StandingAssignment) -> bool:
        """Whether it follows, by the same hand, the assignment of the same coach that ended with the path."""
        return any(
            (held.coach.person_id, held.assigned_by_id) == (row.coach_id, row.assigned_by_id)
            and held.ended_at == row.started_at
            for path in self.paths_to_role.get(row.holding_id, ())
            for held in self.assignments.get(path.pk, ())
        )

    def _was_held_before(self, row: StandingAssignment) -> bool:
        """Whether it follows what was recorded of a role that was held before, by whoever confirmed that."""
        entry = self.records.by_uid(HeldBefore, row.holding.uid)
        return entry is not None and (entry.coach_id, entry.answered_by_id) == (row.coach_id, row.assigned_by_id)

    # --- Who saw, brought and confirmed

    def observation(self, row: Observation, place: int) -> Iterator[str]:
        """As the service takes it: another person, of this case while it was open, with a grant for each rating."""
        case, at = row.case, row.recorded_at
        spec = self._spec(row)
        if not row.person_id == case.learner_id != row.observer_id:
            yield "is about somebody whose case this is not, or by the learner"
        if row.version_id != case.version_id:
            yield "is on another standard than its case"
        if not at - timedelta(days=OBSERVED.back) - LATE <= row.occurred_at <= at:
            yield "was written down too late, or before it happened"
        if not at - SEAL_LASTS <= row.written_at < at:
            yield "was rated before its words stood, or long after"
        if row.context not in spec.where:
            yield "was made at a place that its standard does not permit"
        if place > self.decided.get(row.case_id, place):
            yield "was added to a case that was decided"
        read_at = self.readings.get((row.case_id, row.observer_id))
        if read_at is not None and read_at < at - LATE:
            yield "is by somebody who had chosen to read the others"
        if self.gone.at(row.observer, at - LATE):
            yield "is by somebody whose account had ended"
        for rating in row.ratings.all():
            if rating.skill.slug not in spec.skills:
                yield f"rates {rating.skill.slug}, which is not in its standard"
            held = self.grants[row.observer_id, rating.skill_id]
            if not any(self.held.grant(grant, at, place) for grant in held):
                yield f"is by somebody without a grant for {rating.skill.slug} then"

    def evidence(self, row: Evidence, place: int) -> Iterator[str]:
        """Brought by the learner, and taken back, while the case was open."""
        if row.added_by_id != row.case.learner_id:
            yield "was brought by somebody else than the learner"
        decided = self.decided.get(row.case_id)
        withdrawn = self.log.number("evidence ended", row.uid)
        if decided is not None and place > decided:
            yield "was added to a case that was decided"
        if decided is not None and withdrawn is not None and withdrawn > decided:
            yield "was taken back after the case was decided"

    def promise(self, row: CommitmentSkill, place: int) -> Iterator[str]:
        """Confirmed by whoever coached the learner then, or stood in."""
        path, by, at = row.commitment.enrolment, row.confirmed_by_id, row.confirmed_at
        coached = at is not None and (
            any(self._coached(held, by, at, place) for held in self.assignments.get(path.pk, ()))
            or any(self._stood(held, by, at, place) for held in self.standing.get(path.role_holding_id, ()))
        )
        if not coached:
            yield "was confirmed by somebody who was not the coach then"

    def _coached(self, row: CoachAssignment, person_id: int | None, at: datetime, place: int) -> bool:
        if not self.held.assignment(row, at, place):
            return False
        absences = self.absences.get(row.coach_id, ())
        return row.coach.person_id == person_id or any(
            self.held.covers(absence, row, person_id, at, place) for absence in absences
        )

    def _stood(self, row: StandingAssignment, person_id: int | None, at: datetime, place: int) -> bool:
        absences = self.absences_of_person.get(row.coach_id, ())
        return self.held.standing(row, at, place) and (
            row.coach_id == person_id or any(self.held.absent(absence, person_id, at, place) for absence in absences)
        )

    def _spec(self, row: Observation) -> StandardSpec:
        if row.version_id not in self.specs:
            self.specs[row.version_id] = StandardSpec.from_json(row.version.spec)
        return self.specs[row.version_id]
