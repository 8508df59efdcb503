"""Verifying the record: everything that can be wrong with the ledger of sign-offs, found and named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.db import connection

from assessments.models import Anchor, Evidence, SignOffEvent
from assessments.services import guards
from assessments.services.evidence import content_hash
from assessments.services.rebuild import rebuild_gates
from lms.api import Skill, User
from lms.rules.log import LATE, SET_BACK

from .anchors import as_data, check_anchors, check_kept, check_receipt, new_anchor
from .erasures import check_erasures
from .finding import Finding
from .log import Log, name_of_entry, walk_log
from .records import Records, read_records
from .replay import check_events
from .rights import check_rights
from .rows import check_rows
from .schema import check_schema


@dataclass(frozen=True, slots=True)
class Report:
    """What verification found; ``anchor`` is what can be kept elsewhere today. ``notes`` are no findings: where the
    clock went back.
    """

    events: int
    entries: int
    findings: tuple[Finding, ...]
    notes: tuple[Finding, ...]
    anchor: Mapping[str, Any]


def verify_ledger(
    anchors: Iterable[Mapping[str, Any]] = (), receipts: Iterable[tuple[int, str]] = (), *, at: datetime
) -> Report:
    """Read the whole record and check it: guards, log, rows, events, files, gates, and every anchor that was kept.

    ``anchors`` are those of a file, in their order; ``receipts`` number and head from mails. Queries: one a table
    and those of the gates; each evidence file is read once.
    """
    log, records = walk_log(), read_records()
    kept_rows = sorted(records.all(Anchor), key=lambda row: row.number)
    kept, given = [as_data(row) for row in kept_rows], list(anchors)
    findings = [
        *(Finding(name, problem) for name, problem in guards.differences(connection)),
        *check_schema(connection),
        *log.findings,
        *_check_ahead(log, at),
        *records.findings,
        *check_rows(records, log),
        *check_events(records, log),
        *check_erasures(records, log),
        *check_rights(records, log),
        *_check_files(records),
        *_check_gates(records),
        *check_kept(kept, kept_rows),
        *check_anchors(kept, log),
        *check_anchors(given, log),
        *(finding for entries, head in receipts for finding in check_receipt(entries, head, log)),
    ]
    last = given[-1] if given else kept[-1] if kept else None
    events = len(records.tables[SignOffEvent])
    return Report(
        events, len(log.entries), tuple(findings), tuple(log.notes), new_anchor(log, events, findings, last, at)
    )


def _check_ahead(log: Log, at: datetime) -> Iterator[Finding]:
    """Nothing is dated later than now; a clock that went back since then says so in the log."""
    since = max((entry.number for entry in log.entries if entry.kind == SET_BACK), default=0)
    ahead = next((entry for entry in log.entries[since:] if entry.at > at + LATE), None)
    if ahead:
        yield Finding(name_of_entry(ahead), "is dated later than now")


def _check_files(records: Records) -> Iterator[Finding]:
    """The bytes of every piece of evidence, withdrawn or not."""
    for piece in records.all(Evidence):
        where = f"evidence {piece.uid}"
        try:
            now = content_hash(piece)
        except (OSError, ValueError, SuspiciousOperation):
            yield Finding(where, "its file is gone")
            continue
        if now != piece.sha256:
            yield Finding(where, "differs from what was handed in")


def _check_gates(records: Records) -> Iterator[Finding]:
    """Gates that are open without a fact, and facts without their gate."""
    missing, extra = rebuild_gates(check=True)
    people, skills = records.tables[User], records.tables[Skill]
    too_few = [(gate, "is not open, though the facts open it") for gate in missing]
    too_many = [(gate, "is open, and no fact opens it") for gate in extra]
    for gate, problem in [*too_few, *too_many]:
        person, skill = people.get(gate.person_id), skills.get(gate.skill_id)
        who = person.uid if person else f"person number {gate.person_id}"
        what = skill.slug if skill else f"skill number {gate.skill_id}"
        yield Finding(f"gate {who}/{what}/{gate.gate} by {gate.source}", problem)


__all__ = ["Finding", "Log", "Report", "verify_ledger"]
