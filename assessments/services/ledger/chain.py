"""Adding to the ledger, and what follows from it: standing sign-offs, Show gates, completed demonstrations."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid5

from django.db.models import Q

from assessments.models import Case, SignOffEvent, SignOffText, StandardVersion
from assessments.rules.ledger import (
    DECISIONS,
    GENESIS,
    Event,
    SignOff,
    commitment,
    event_hash,
    fold,
    meaning_of,
    words_of,
)
from lms.api import (
    Enrolment,
    NewGate,
    Skill,
    StepKind,
    User,
    close_gates,
    log_row,
    open_gates,
    organisation,
    record_completion,
    said_in,
    standing_changed,
    structure_of,
)
from lms.rules.gates import HELD_BEFORE
from lms.rules.lines import many_lines


def hashed_fields(event: SignOffEvent) -> dict[str, object]:
    """Every column of an event as the hash sees it; rows are named by uid, so that a re-pointed key shows.

    Queries: 0-6.
    """
    return {
        "uid": event.uid,
        "subject": event.subject.uid,
        "skill": event.skill.uid,
        "standard": [event.version.standard_uid, event.version.number, event.version.digest],
        "case": event.case.uid if event.case else None,
        "seq": event.seq,
        "kind": event.kind,
        "about": event.about.uid if event.about else None,
        "signer": event.signer.uid,
        "authority": event.authority,
        "meaning": event.meaning,
        "words": event.words,
        "level": event.level,
        "valid_until": event.valid_until,
        "flags": event.flags,
        "payload": event.payload,
        "prev_hash": event.prev_hash,
        "occurred_at": event.occurred_at.astimezone(UTC).isoformat(),
        "recorded_at": event.recorded_at.astimezone(UTC).isoformat(),
        "key": event.key,
    }


class Chain:
    """One person's events, oldest first: read once, added to in memory, written once.

    The caller holds the lock on the person from before reading until the transaction ends (``lock_person``).
    """

    def __init__(self, events: Iterable[SignOffEvent]) -> None:
        self.events = list(events)
        self._new: list[tuple[SignOffEvent, list[SignOffText]]] = []

    @classmethod
    def of(cls, person_id: int) -> Chain:
        """The chain of a person as it stands. Queries: 1."""
        return cls.with_others(person_id, Q(pk=None))[0]

    @classmethod
    def with_others(cls, person_id: int, others: Q) -> tuple[Chain, list[SignOffEvent]]:
        """The chain of a person, and those events of other people that the writer asks for along. Queries: 1."""
        rows = SignOffEvent.objects.filter(Q(subject=person_id) | others).select_related("skill", "version")
        found = list(rows.defer("version__spec").order_by("subject", "seq"))
        mine = [event for event in found if event.subject_id == person_id]
        return cls(mine), [event for event in found if event.subject_id != person_id]

    def add(
        self,
        *,
        subject: User,
        version: StandardVersion,
        case: Case | None,
        skill: Skill,
        kind: str,
        signer: User,
        authority: str,
        texts: Mapping[str, str],
        payload: Mapping[str, Any],
        key: UUID,
        at: datetime,
        level: int | None = None,
        valid_until: date | None = None,
        flags: Iterable[str] = (),
        about: SignOffEvent | None = None,
    ) -> SignOffEvent:
        """One event more at the end; in the database with ``write``. Queries: 0."""
        words = {"subject_name": subject.full_name, "signer_name": signer.full_name}
        words |= {name: many_lines(text) for name, text in texts.items()}
        salts = {name: secrets.token_hex(16) for name in words}
        sealed = {name: commitment(salts[name], value) for name, value in words.items()}
        last = self.events[-1] if self.events else None
        event = SignOffEvent(
            subject=subject,
            skill=skill,
            version=version,
            case=case,
            seq=last.seq + 1 if last else 1,
            kind=kind,
            about=about,
            signer=signer,
            authority=authority,
            meaning=meaning_of(kind, level),
            words=_words(kind, skill, level, about),
            level=level,
            valid_until=valid_until,
            flags=list(flags),
            payload={**payload, "texts": sealed},
            prev_hash=last.this_hash if last else GENESIS,
            occurred_at=at,
            recorded_at=max(at, last.recorded_at) if last else at,
            key=key,
        )
        event.this_hash = event_hash(hashed_fields(event))
        rows = [SignOffText(name=name, value=value, salt=salts[name]) for name, value in words.items()]
        self.events.append(event)
        self._new.append((event, rows))
        return event

    def write(self) -> None:
        """Put what was added into the database and into the log. Queries: 2."""
        SignOffEvent.objects.bulk_create([event for event, _rows in self._new])
        for event, rows in self._new:
            for row in rows:
                row.event = event
            log_row(event)
        SignOffText.objects.bulk_create([row for _event, rows in self._new for row in rows])
        self._new = []

    def standing(self) -> dict[int, SignOff]:
        """What became of each sign-off, by the seq of the event that it began with. Queries: 0."""
        return folded(self.events)

    def replaced(self) -> list[SignOffEvent]:
        """What was held before on the skills that are decided by what was added. Queries: 0."""
        decided = {event.skill_id for event, _rows in self._new if event.kind in DECISIONS}
        kind = SignOffEvent.Kind.HELD_BEFORE
        return [event for event in self.events if event.kind == kind and event.skill_id in decided]


def _words(kind: str, skill: Skill, level: int | None, about: SignOffEvent | None) -> str:
    """What the signature says, in the organisation's language whoever signs. Queries: 1."""
    language = organisation().locale
    return said_in(language, lambda: words_of(kind, skill.title, level, about.words if about else ""))[:200]


def gate_source(event: SignOffEvent) -> str:
    """The name under which a sign-off opens Show; of what was held before it says so."""
    return f"{HELD_BEFORE if event.kind == SignOffEvent.Kind.HELD_BEFORE else 'signoff:'}{event.uid}"


def folded(events: Iterable[SignOffEvent]) -> dict[int, SignOff]:
    """The sign-offs of one person by the seq of the event they began with; ``events`` are all of that person's.

    Queries: 0-n for about.
    """
    events = list(events)
    seqs = {event.pk: event.seq for event in events}
    return fold(
        Event(
            seq=event.seq,
            kind=event.kind,
            skill=event.skill_id,
            about=seqs.get(event.about_id) if event.about_id else None,
            flagged=bool(event.flags),
            level=event.level,
            valid_until=event.valid_until,
        )
        for event in events
    )


def settle(
    chain: Chain,
    counting: Sequence[SignOffEvent],
    paths: Iterable[Enrolment],
    by: User,
    key: UUID,
    at: datetime,
    *,
    fallen: Sequence[SignOffEvent] = (),
) -> None:
    """Write the chain, with all that follows from the sign-offs of one case that begin to count now.

    Older ones on the same standard are superseded, Show opens, and the demonstration completes on ``paths``, the
    learner's open ones. Whatever is decided ends what was held before on that skill; ``fallen`` are those that were
    taken back. Whoever becomes ready with it, or ceases to be, is told. Queries: 2, and when something counts: 1, those
    of ``paths``, and 3 a demonstration completed; 1 when something ends; those of ``standing_changed``.
    """
    ended = [older for event in counting for older in _supersede_older(chain, event, by, key, at)] + chain.replaced()
    ended += fallen
    chain.write()
    if ended:
        close_gates(person_id=ended[0].subject_id, sources=[gate_source(older) for older in ended])
    if counting:
        _open_show(counting, at)
    if ended or counting:
        standing_changed([chain.events[0].subject_id], at)
    if counting:
        _complete_demonstrations(chain, counting[0], paths, by, at)


def _open_show(counting: Iterable[SignOffEvent], at: datetime) -> None:
    open_gates(
        [
            NewGate(
                person_id=event.subject_id,
                skill_id=event.skill_id,
                gate="show",
                source=gate_source(event),
                level=event.level,
                standard_uid=event.version.standard_uid,
                valid_until=event.valid_until,
            )
            for event in counting
        ],
        at,
    )


def _supersede_older(chain: Chain, event: SignOffEvent, by: User, key: UUID, at: datetime) -> list[SignOffEvent]:
    """End older sign-offs of the same skill on the same standard, as events of their own.

    Those that still wait for a countersign end too: countersigned later, they would push out what is newer.
    """
    standing = chain.standing()
    ended = [
        older
        for older in chain.events
        if older.seq < event.seq
        and older.skill_id == event.skill_id
        and older.version.standard_uid == event.version.standard_uid
        and older.seq in standing
        and standing[older.seq].status in ("active", "awaiting")
    ]
    for older in ended:
        chain.add(
            subject=event.subject,
            version=event.version,
            case=event.case,
            skill=event.skill,
            kind=SignOffEvent.Kind.SUPERSEDED,
            signer=by,
            authority=chain.events[-1].authority,  # of who signs or countersigns now
            texts={},
            payload={"by": str(event.uid)},
            key=uuid5(key, f"superseded:{older.uid}"),
            at=at,
            about=older,
        )
    return ended


def _complete_demonstrations(
    chain: Chain, event: SignOffEvent, paths: Iterable[Enrolment], by: User, at: datetime
) -> None:
    """Complete the steps about this standard once a sign-off on it counts for each of its skills."""
    standard_uid, standing = event.version.standard_uid, chain.standing()
    vouched = {
        older.skill.slug
        for older in chain.events
        if older.version.standard_uid == standard_uid and older.seq in standing and standing[older.seq].counts
    }
    if not set(event.version.spec["skills"]) <= vouched:
        return
    for enrolment in paths:
        for step in structure_of(enrolment.path_version_id).steps_about(StepKind.DEMONSTRATION, standard_uid):
            record_completion(enrolment=enrolment, step=step, by=by, at=at)
