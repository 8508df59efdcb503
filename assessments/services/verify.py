"""Verifying the ledger: is every sign-off still what was signed, by somebody who could sign it?

Findings name the event (learner's uid and seq) or the file. Order of checks: guards, chains and hashes, texts,
observations, evidence, authority, anchor.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from assessments.models import Evidence, Observation, SignOffEvent
from assessments.rules.ledger import GENESIS, commitment, event_hash
from coaching.api import was_coach, was_granted

from . import guards
from .decisions import STAND_IN, observation_digest
from .evidence import content_hash
from .ledger import hashed_fields


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
    observed = {
        str(item.uid): observation_digest(item)
        for item in Observation.objects.prefetch_related("ratings__skill", "indicators__skill")
    }
    kept = {str(item.uid): item for item in Evidence.objects.all()}
    looked_at: dict[str, str] = {}
    for event in events:
        where = f"event {event.subject.uid}/{event.seq}"
        before_seq, before_hash = heads.get(str(event.subject.uid), [0, GENESIS])
        findings += [Finding(where, problem) for problem in _check(event, before_seq, before_hash)]
        findings += [Finding(where, problem) for problem in _check_observations(event, observed)]
        findings += [Finding(where, problem) for problem in _check_authority(event)]
        looked_at |= event.payload.get("evidence", {})
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


def _check(event: SignOffEvent, before_seq: int, before_hash: str) -> Iterator[str]:
    if event.seq != before_seq + 1:
        yield f"follows number {before_seq}; one is missing or was put in between"
    if event.prev_hash != before_hash:
        yield "does not continue the chain"
    if event.this_hash != event_hash(hashed_fields(event)):
        yield "is not what was signed: its hash differs"
    if event.signer_id == event.subject_id:
        yield "is signed by the learner"
    texts = {text.name: text for text in event.texts.all()}
    sealed = event.payload.get("texts", {})
    for name in sorted(set(sealed) | set(texts)):
        if name not in texts:
            yield f"has lost its text {name}"
        elif sealed.get(name) != commitment(texts[name].salt, texts[name].value):
            yield f"has a text {name} that differs from what was signed"


def _check_observations(event: SignOffEvent, observed: Mapping[str, str]) -> Iterator[str]:
    for uid, fingerprint in event.payload.get("observations", {}).items():
        if observed.get(uid) != fingerprint:
            yield f"rests on observation {uid}, which differs from what was read then"


def _check_authority(event: SignOffEvent) -> Iterator[str]:
    if event.kind not in (SignOffEvent.Kind.SIGNED, SignOffEvent.Kind.NOT_YET):
        return
    # Days away are not kept as history, so a stand-in can only be taken at the event's own (hashed) word.
    stood_in = event.authority == STAND_IN
    if not stood_in and not was_coach(event.signer_id, event.case.enrolment_id, event.occurred_at):
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
        except OSError:
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
        elif hashes[subject, seq] != head:
            yield Finding(f"event {subject}/{seq}", "differs from the anchor")
