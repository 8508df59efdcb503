"""Verifying the ledger: is every sign-off still what was signed, by somebody who could sign it?

Findings name the event (learner's uid and seq) or the file. Order of checks: guards, chains and hashes, texts,
observations, evidence, authority, anchor.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.db import connection

from assessments.models import Evidence, Observation, SignOffEvent
from assessments.rules.ledger import GENESIS, commitment, event_hash
from coaching.api import was_coach, was_granted
from lms.rules.digest import digest

from . import guards
from .evidence import content_hash
from .ledger import hashed_fields
from .observations import observation_digest


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it was signed. ``where`` names the event, the file or the guard."""

    where: str
    problem: str

    def __str__(self) -> str:
        return f"{self.where}: {self.problem}"


@dataclass(frozen=True, slots=True)
class Report:
    """What verification found; ``anchor`` is what can be published today."""

    events: int
    chains: int
    findings: tuple[Finding, ...]
    anchor: Mapping[str, Any]


def verify_ledger(anchor: Mapping[str, Any] | None = None, at: datetime | None = None) -> Report:
    """Read the whole ledger and check it; ``anchor`` is an earlier report's, to see whether a tail was cut off.

    Queries: 8, 2 a signed event for authority, and each evidence file is read once.
    """
    events = list(
        SignOffEvent.objects.select_related("subject", "signer", "skill", "version", "case", "about")
        .prefetch_related("texts")
        .order_by("subject", "seq")
    )
    heads: dict[str, list[Any]] = {}
    findings = [Finding(name, "this guard of the database is missing") for name in sorted(guards.missing(connection))]
    observations = list(Observation.objects.prefetch_related("ratings__skill", "indicators__skill"))
    observed = {
        str(item.uid): observation_digest(item, item.ratings.all(), item.indicators.all()) for item in observations
    }
    findings += [
        Finding(f"observation {item.uid}", "is not what was written down: its fingerprint differs")
        for item in observations
        if item.digest != observed[str(item.uid)]
    ]
    observers = {(item.case_id, item.observer_id) for item in observations}
    kept = {str(item.uid): item for item in Evidence.objects.all()}
    looked_at: dict[str, str] = {}
    for event in events:
        where = f"event {event.subject.uid}/{event.seq}"
        before_seq, before_hash = heads.get(str(event.subject.uid), [0, GENESIS])
        findings += [Finding(where, problem) for problem in _check(event, before_seq, before_hash)]
        findings += [Finding(where, problem) for problem in _check_observations(event, observed)]
        findings += [Finding(where, problem) for problem in _check_authority(event, observers)]
        looked_at |= _part(event, "evidence")
        heads[str(event.subject.uid)] = [event.seq, event.this_hash]
    findings += _check_evidence(looked_at, kept)
    findings += _check_anchor(anchor or {}, heads, events)
    taken = at.isoformat() if at else ""
    return Report(
        events=len(events),
        chains=len(heads),
        findings=tuple(findings),
        anchor={"taken_at": taken, "events": len(events), "chains": heads},
    )


def _part(event: SignOffEvent, name: str) -> Mapping[str, str]:
    """One part of the payload; empty when somebody put something else there, which the hash tells."""
    part = event.payload.get(name) if isinstance(event.payload, dict) else None
    return part if isinstance(part, dict) else {}


def _check(event: SignOffEvent, before_seq: int, before_hash: str) -> Iterator[str]:
    if event.seq != before_seq + 1:
        yield f"follows number {before_seq}; one is missing or was put in between"
    if event.prev_hash != before_hash:
        yield "does not continue the chain"
    if event.this_hash != event_hash(hashed_fields(event)):
        yield "is not what was signed: its hash differs"
    if event.version.digest != digest(event.version.spec):
        yield "rests on a standard that is not what was published"
    if event.signer_id == event.subject_id:
        yield "is signed by the learner"
    texts = {text.name: text for text in event.texts.all()}
    sealed = _part(event, "texts")
    for name in sorted(set(sealed) | set(texts)):
        if name not in texts:
            yield f"has lost its text {name}"
        elif sealed.get(name) != commitment(texts[name].salt, texts[name].value):
            yield f"has a text {name} that differs from what was signed"


def _check_observations(event: SignOffEvent, observed: Mapping[str, str]) -> Iterator[str]:
    for uid, fingerprint in _part(event, "observations").items():
        if observed.get(uid) != fingerprint:
            yield f"rests on observation {uid}, which differs from what was read then"


def _check_authority(event: SignOffEvent, observers: Set[tuple[int, int]]) -> Iterator[str]:
    if event.kind in (SignOffEvent.Kind.COUNTERSIGNED, SignOffEvent.Kind.COUNTERSIGN_REFUSED):
        if event.about and event.about.signer_id == event.signer_id:
            yield "is countersigned by who signed"
        if (event.case_id, event.signer_id) in observers:
            yield "is countersigned by an observer of its evidence"
    if event.kind not in (SignOffEvent.Kind.SIGNED, SignOffEvent.Kind.NOT_YET):
        return
    if not was_coach(event.signer_id, event.case.enrolment_id, event.occurred_at):
        yield "is signed by somebody who was not the coach then"
    if not was_granted(event.signer_id, event.skill_id, event.occurred_at):
        yield "is signed by somebody without a grant for the skill then"


def _check_evidence(looked_at: Mapping[str, str], kept: Mapping[str, Evidence]) -> Iterator[Finding]:
    for uid, fingerprint in looked_at.items():
        where = f"evidence {uid}"
        if uid not in kept:
            yield Finding(where, "is gone")
            continue
        try:
            now = content_hash(kept[uid])
        except (OSError, ValueError, SuspiciousOperation):
            yield Finding(where, "its file is gone")
            continue
        if now != fingerprint or kept[uid].sha256 != fingerprint:
            yield Finding(where, "differs from what was looked at when signing")


def _check_anchor(
    anchor: Mapping[str, Any], heads: Mapping[str, list[Any]], events: list[SignOffEvent]
) -> Iterator[Finding]:
    hashes = {(str(event.subject.uid), event.seq): event.this_hash for event in events}
    for subject, (seq, head) in anchor.get("chains", {}).items():
        if subject not in heads or heads[subject][0] < seq:
            yield Finding(f"chain {subject}", f"is shorter than when it was anchored at number {seq}")
        elif hashes.get((subject, seq)) != head:
            yield Finding(f"event {subject}/{seq}", "differs from the anchor")
