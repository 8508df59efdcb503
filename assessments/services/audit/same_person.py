"""Joinings and partings of accounts, and what one human did by several: judged where each row stands in the log.

Whatever nobody may do to themself, nobody may do to another account of theirs once the two are joined; and no sign-off
stands that rests on the learner's other account.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from assessments.models import Erasure, HeldBefore, Observation, SignOffEvent
from assessments.rules.evidence import Seen
from assessments.rules.one_human import why_it_falls
from assessments.services.ledger.chain import folded
from assessments.services.ledger.same_person import JOINER, STANDING, seen_of, signed_on
from coaching.api import CoachAssignment, CommitmentSkill, ObserverGrant, StandingAssignment
from lms.api import DutyHolding, Parting, SamePerson
from lms.rules.duties import ADMINISTRATOR, LEARNING

from .finding import LedgerFinding, guarded
from .held import AuthorityRows
from .humans import Humans
from .judging import Judges, judge_rows
from .log import Log
from .records import Records, name_of_event

FALLS = {
    "signer": "still stands, and is signed by another account of the learner",
    "countersigner": "still stands, and is countersigned by another account of the learner",
    "evidence": "still stands, and rests on what another account of the learner saw",
}


def check_same_person(records: Records, log: Log) -> Iterator[LedgerFinding]:
    """Judge every joining and parting, and every act that takes two people; nothing where no accounts were ever joined.

    Queries: 0.
    """
    if not records.tables[SamePerson]:
        return
    judge = _OneHuman(records, log)
    judges: Judges = {
        SamePerson: ("same person", judge.joining),
        Parting: ("parting", judge.parting),
        DutyHolding: ("duty", judge.duty),
        ObserverGrant: ("grant", judge.grant),
        CoachAssignment: ("assignment", judge.assignment),
        StandingAssignment: ("standing assignment", judge.standing_coach),
        Observation: ("observation", judge.observation),
        CommitmentSkill: ("confirmed promise", judge.promise),
        Erasure: ("erasure", judge.erasure),
        SignOffEvent: ("event", judge.event),
    }
    yield from judge_rows(judges, records, log)
    yield from guarded("same person", judge.all_joined)
    yield from judge.standing()


class _OneHuman:
    """Everything that judging needs, put in order once."""

    def __init__(self, records: Records, log: Log) -> None:
        self.records, self.log, self.held = records, log, AuthorityRows(records, log)
        self.humans = Humans(records, log)
        self.end = len(log.heads) + 1
        self.parted = {row.joining_id: log.number("parting", row.uid) for row in records.all(Parting)}
        self.observers: dict[int, set[int]] = defaultdict(set)
        self.seen: dict[tuple[str, int], list[Seen]] = defaultdict(list)
        for row in records.all(Observation):
            self.observers[row.case_id].add(row.observer_id)

    # --- The joinings

    def joining(self, row: SamePerson, place: int) -> Iterator[str]:
        """By Learning or an administrator who is neither; a pair is joined again only after it was parted."""
        if not self.held.duty(row.joined_by_id, (LEARNING, ADMINISTRATOR), row.joined_at, place):
            yield "was joined by somebody who was no administrator then"
        if row.joined_by_id in self.humans.accounts(row.first_id, place + 1):
            yield "was joined by one of its own accounts"
        for other in self.records.all(SamePerson):
            if (other.first_id, other.second_id) == (row.first_id, row.second_id) and other.number < row.number:
                parted = self.parted.get(other.pk)
                if parted is None or parted > place:
                    yield "joins two accounts that were joined already"

    def parting(self, row: Parting, place: int) -> Iterator[str]:
        """By Learning or an administrator who is neither, after the joining."""
        joined = self.log.number("same person", row.joining.uid)
        if joined is None or joined > place:
            yield "parts accounts that were not joined then"
        if not self.held.duty(row.parted_by_id, (LEARNING, ADMINISTRATOR), row.parted_at, place):
            yield "was parted by somebody who was no administrator then"
        if row.parted_by_id in {row.joining.first_id, row.joining.second_id}:
            yield "was parted by one of its own accounts"

    def all_joined(self) -> Iterator[LedgerFinding]:
        """Whoever is joined with one account of a human is joined with each: the application looks at one row only."""
        held = [row for row in self.records.all(SamePerson) if self.parted.get(row.pk) is None]
        pairs = {(row.first_id, row.second_id) for row in held}
        for row in held:
            accounts = sorted(self.humans.accounts(row.first_id, self.end))
            wanted = {(one, other) for one in accounts for other in accounts if one < other}
            if not wanted <= pairs:
                yield LedgerFinding(f"same person {row.uid}", "leaves out another account of the same human")

    # --- What takes two people

    def duty(self, row: DutyHolding, place: int) -> Iterator[str]:
        """Given by somebody else."""
        if self.humans.others(row.given_by_id, row.person_id, place):
            yield "was given by another account of who has it"

    def grant(self, row: ObserverGrant, place: int) -> Iterator[str]:
        """Given by somebody else."""
        if self.humans.others(row.granted_by_id, row.person_id, place):
            yield "was given by another account of who holds it"

    def assignment(self, row: CoachAssignment, place: int) -> Iterator[str]:
        """Of somebody else, and made by somebody else, than the learner."""
        learner = row.enrolment.person_id
        if self.humans.others(row.coach.person_id, learner, place):
            yield "makes another account of the learner their coach"
        if self.humans.others(row.assigned_by_id, learner, place):
            yield "was made by another account of the learner"

    def standing_coach(self, row: StandingAssignment, place: int) -> Iterator[str]:
        """Somebody else, and named by somebody else, than whom it is for."""
        person = row.holding.person_id
        if self.humans.others(row.coach_id, person, place):
            yield "makes another account of the person their standing coach"
        if self.humans.others(row.assigned_by_id, person, place):
            yield "was made by another account of the person"

    def observation(self, row: Observation, place: int) -> Iterator[str]:
        """By somebody else than the learner."""
        if self.humans.others(row.observer_id, row.person_id, place):
            yield "is by another account of the learner"

    def promise(self, row: CommitmentSkill, place: int) -> Iterator[str]:
        """Confirmed by somebody else than the learner."""
        if self.humans.others(row.confirmed_by_id, row.commitment.enrolment.person_id, place):
            yield "was confirmed by another account of the learner"

    def erasure(self, row: Erasure, place: int) -> Iterator[str]:
        """By two, neither of whom it is about."""
        if self.humans.others(row.asked_by_id, row.agreed_by_id, place):
            yield "is by two accounts of one human"
        if any(self.humans.others(by, row.person_id, place) for by in (row.asked_by_id, row.agreed_by_id)):
            yield "is by another account of the person"

    def event(self, row: SignOffEvent, place: int) -> Iterator[str]:
        """Signed by somebody else than the learner; countersigned by somebody else than who signed and observed."""
        if self.humans.others(row.signer_id, row.subject_id, place):
            yield "was signed by another account of the learner"
        if row.kind in ("COUNTERSIGNED", "COUNTERSIGN_REFUSED") and row.about:
            if self.humans.others(row.signer_id, row.about.signer_id, place):
                yield "is countersigned by another account of who signed"
            saw = self.observers[row.about.case_id] if row.about.case_id else set()
            if any(self.humans.others(row.signer_id, observer, place) for observer in saw):
                yield "is countersigned by another account of an observer of its evidence"

        recorder = self._recorder_of(row)
        if self.humans.others(recorder, row.signer_id, place):
            yield "is confirmed by another account of who recorded it"
        if self.humans.others(recorder, row.subject_id, place):
            yield "was recorded by another account of the learner"

    def _recorder_of(self, event: SignOffEvent) -> int | None:
        """Who recorded what was held before; None of every other event."""
        if event.kind != SignOffEvent.Kind.HELD_BEFORE or not isinstance(event.payload, dict):
            return None
        entry = self.records.by_uid(HeldBefore, event.payload.get("entry"))
        return entry.recorded_by_id if entry else None

    # --- What stands

    def standing(self) -> Iterator[LedgerFinding]:
        """No sign-off stands that falls without the learner's other accounts."""
        for row in self.records.all(Observation):
            for rating in row.ratings.all():
                self.seen[str(row.uid), rating.skill_id].append(seen_of(rating))
        for subject, events in self.records.grouped(SignOffEvent, "subject_id").items():
            selves = self.humans.accounts(subject, self.end) - {subject}
            if selves:
                yield from guarded(f"chain of {events[0].subject.uid}", self._falls, events, selves)

    def _falls(self, events: list[SignOffEvent], selves: set[int]) -> Iterator[LedgerFinding]:
        chain = sorted(events, key=lambda event: event.seq)
        found = folded(chain)
        for event in chain:
            if event.seq in found and found[event.seq].status in STANDING:
                uids = event.payload.get("observations", {})
                seen = [item for uid in uids for item in self.seen.get((uid, event.skill_id), ())]
                why = why_it_falls(signed_on(event, chain, seen, self._recorder_of(event)), selves)
                if why:
                    yield LedgerFinding(name_of_event(event), FALLS[why])


def joined_by_signer(event: SignOffEvent, rows: dict[str, Any], records: Records, log: Log, place: int) -> bool:
    """Whether an administrator takes back with a joining of their own, of an account of the learner, that the event
    names and that stands before it.
    """
    joining = records.by_uid(SamePerson, rows.get("joining"))
    begun = log.number("same person", joining.uid) if joining else None
    return (
        event.authority == JOINER
        and begun is not None
        and begun < place
        and joining.joined_by_id == event.signer_id
        and joining.joined_at == event.occurred_at
        and event.subject_id in Humans(records, log).accounts(joining.first_id, begun + 1)
    )
