"""Adding to the ledger, and what follows from it: standing sign-offs, Show gates, completed demonstrations."""

from __future__ import annotations

import calendar
import secrets
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid5

from assessments.models import Case, SignOffEvent, SignOffText
from assessments.rules.ledger import GENESIS, Event, SignOff, commitment, event_hash, fold
from lms.api import Enrolment, Skill, StepKind, User, close_gates, open_gate, record_completion, structure_of


def hashed_fields(event: SignOffEvent) -> dict[str, object]:
    """Every column of an event as the hash sees it; rows are named by uid, so that a re-pointed key shows.

    Queries: 0-6.
    """
    return {
        "uid": event.uid,
        "subject": event.subject.uid,
        "skill": event.skill.uid,
        "standard": [event.version.standard_uid, event.version.number, event.version.digest],
        "case": event.case.uid,
        "seq": event.seq,
        "kind": event.kind,
        "about": event.about.uid if event.about else None,
        "signer": event.signer.uid,
        "authority": event.authority,
        "meaning": event.meaning,
        "level": event.level,
        "valid_until": event.valid_until,
        "flags": event.flags,
        "payload": event.payload,
        "prev_hash": event.prev_hash,
        "occurred_at": event.occurred_at.astimezone(UTC).isoformat(),
        "recorded_at": event.recorded_at.astimezone(UTC).isoformat(),
        "key": event.key,
    }


def append(
    *,
    case: Case,
    skill: Skill,
    kind: str,
    signer: User,
    authority: str,
    meaning: str,
    texts: Mapping[str, str],
    payload: Mapping[str, Any],
    key: UUID,
    at: datetime,
    level: int | None = None,
    valid_until: date | None = None,
    flags: Iterable[str] = (),
    about: SignOffEvent | None = None,
) -> SignOffEvent:
    """Add one event at the end of the learner's chain. The caller holds the lock on the learner. Queries: 3."""
    last = SignOffEvent.objects.filter(subject=case.learner_id).order_by("-seq").values_list("seq", "this_hash").first()
    seq, prev_hash = last or (0, GENESIS)
    words = {"subject_name": case.learner.full_name, "signer_name": signer.full_name} | dict(texts)
    salts = {name: secrets.token_hex(16) for name in words}
    sealed = {name: commitment(salts[name], value) for name, value in words.items()}
    event = SignOffEvent(
        subject=case.learner,
        skill=skill,
        version=case.version,
        case=case,
        seq=seq + 1,
        kind=kind,
        about=about,
        signer=signer,
        authority=authority,
        meaning=meaning,
        level=level,
        valid_until=valid_until,
        flags=list(flags),
        payload={**payload, "texts": sealed},
        prev_hash=prev_hash,
        occurred_at=at,
        recorded_at=at,
        key=key,
    )
    event.this_hash = event_hash(hashed_fields(event))
    event.save(force_insert=True)
    SignOffText.objects.bulk_create(
        SignOffText(event=event, name=name, value=value, salt=salts[name]) for name, value in words.items()
    )
    return event


def lock_subject(person_id: int) -> User:
    """Hold the learner's chain until the transaction ends (PostgreSQL; SQLite has one writer anyway). Queries: 1.

    Rows that point at a person pass this lock: two people who decide about each other at once do not block each other.
    """
    return User.objects.select_for_update(no_key=True).get(pk=person_id)


def months_later(day: date, months: int) -> date:
    """The same day so many months later, or the last day of that month."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def gate_source(event_uid: UUID) -> str:
    """The name under which a sign-off opens Show."""
    return f"signoff:{event_uid}"


def folded(events: Iterable[SignOffEvent]) -> dict[int, SignOff]:
    """The sign-offs of one person by the seq of their SIGNED event; ``events`` are all of that person's.

    Queries: 0-n for about.
    """
    events = list(events)
    seqs = {event.pk: event.seq for event in events}
    return fold(
        Event(
            seq=event.seq,
            kind=event.kind,
            about=seqs.get(event.about_id) if event.about_id else None,
            flagged=bool(event.flags),
            level=event.level,
            valid_until=event.valid_until,
        )
        for event in events
    )


def activate(event: SignOffEvent, by: User, key: UUID, at: datetime) -> None:
    """A sign-off begins to count: an older one on this standard is superseded, Show opens, the step completes.

    Queries: 4 and a few for each of these that happens.
    """
    supersede_older(event, by, key, at)
    open_gate(
        person_id=event.subject_id,
        skill_id=event.skill_id,
        gate="show",
        source=gate_source(event.uid),
        at=at,
        level=event.level,
        standard_uid=event.version.standard_uid,
        valid_until=event.valid_until,
    )
    complete_demonstrations(event, by, at)


def supersede_older(event: SignOffEvent, by: User, key: UUID, at: datetime) -> None:
    """End older sign-offs of the same skill on the same standard, as events of their own.

    Those that still wait for a countersign end too: countersigned later, they would push out what is newer.
    """
    history = list(
        SignOffEvent.objects.filter(subject=event.subject_id, skill=event.skill_id).select_related("version")
    )
    standing = folded(history)
    for older in history:
        same = older.seq < event.seq and older.version.standard_uid == event.version.standard_uid
        if same and older.seq in standing and standing[older.seq].status in ("active", "awaiting"):
            append(
                case=event.case,
                skill=event.skill,
                kind=SignOffEvent.Kind.SUPERSEDED,
                signer=by,
                authority=event.authority,
                meaning="A newer sign-off takes its place",
                texts={},
                payload={"by": str(event.uid)},
                key=uuid5(key, f"superseded:{older.uid}"),
                at=at,
                about=older,
            )
            close_gates(person_id=event.subject_id, sources=[gate_source(older.uid)])


def complete_demonstrations(event: SignOffEvent, by: User, at: datetime) -> None:
    """Complete the steps about this standard once a sign-off on it counts for each of its skills."""
    standard_uid = event.version.standard_uid
    open_skills = set(
        event.subject.skill_gates.filter(gate="show", standard_uid=standard_uid).values_list("skill", flat=True)
    )
    if not set(event.version.skills.values_list("pk", flat=True)) <= open_skills:
        return
    for enrolment in event.subject.enrolments.filter(status__in=Enrolment.OPEN):
        for step in structure_of(enrolment.path_version_id).steps_about(StepKind.DEMONSTRATION, standard_uid):
            record_completion(enrolment=enrolment, step=step, by=by, at=at)
