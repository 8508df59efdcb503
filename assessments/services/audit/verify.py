"""Verifying the record: everything that can be wrong with the ledger of sign-offs, found and named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from assessments.models import Anchor, SignOffEvent
from assessments.services.ledger import triggers
from lms.rules.log import LATE, SET_BACK

from .anchors import Kept, as_data, check_anchors, check_receipt, new_anchor
from .erasures import check_erasures
from .files import check_files
from .finding import LedgerFinding, guarded
from .gates import check_gates
from .log import Log, name_of_entry, walk_log
from .records import read_records
from .replay import check_events
from .rights import check_rights
from .rows import check_rows
from .same_person import check_same_person
from .schema import check_schema
from .versions import check_versions
from .words import check_words


@dataclass(frozen=True, slots=True)
class VerificationReport:
    """What verification found; ``anchor`` is what can be kept elsewhere today. ``notes`` are no findings: where the
    clock went back.
    """

    events: int
    entries: int
    findings: tuple[LedgerFinding, ...]
    notes: tuple[LedgerFinding, ...]
    anchor: Mapping[str, Any]


def verify_ledger(
    anchors: Iterable[Mapping[str, Any]] = (), receipts: Iterable[tuple[int, str]] = (), *, at: datetime
) -> VerificationReport:
    """Read the whole record and check it: guards, log, rows, events, files, gates, and every anchor that was kept.

    ``anchors`` are those of a file, in their order; ``receipts`` number and head from mails. Queries: one a table
    and those of the gates; each evidence file is read once.
    """
    log, records = walk_log(), read_records()
    kept, given = Kept(records.whole(Anchor), records.odd[Anchor]), list(anchors)
    findings = [
        *guarded("guards", _check_guards),
        *guarded("schema", check_schema, connection),
        *log.findings,
        *guarded("log", _check_ahead, log, at),
        *records.findings,
        *guarded("rows", check_rows, records, log),
        *guarded("versions", check_versions, records, log),
        *guarded("events", check_events, records, log),
        *guarded("words of events", check_words, records, log),
        *guarded("erasures", check_erasures, records, log),
        *guarded("rights", check_rights, records, log),
        *guarded("same person", check_same_person, records, log),
        *check_files(records),
        *check_gates(records),
        *kept.check(),
        *check_anchors([as_data(row) for row in kept.rows], log),
        *check_anchors(given, log),
        *(finding for entries, head in receipts for finding in check_receipt(entries, head, log)),
    ]
    last = given[-1] if given else as_data(kept.last) if kept.last else None
    number = given[-1]["number"] + 1 if given else kept.next_number
    events = len(records.tables[SignOffEvent])
    anchor = new_anchor(log, events, findings, last, number, at)
    return VerificationReport(events, len(log.entries), tuple(findings), tuple(log.notes), anchor)


def _check_ahead(log: Log, at: datetime) -> Iterator[LedgerFinding]:
    """Nothing is dated later than now; a clock that went back since then says so in the log."""
    since = max((entry.number for entry in log.entries if entry.kind == SET_BACK), default=0)
    ahead = next((entry for entry in log.entries[since:] if entry.at > at + LATE), None)
    if ahead:
        yield LedgerFinding(name_of_entry(ahead), "is dated later than now")


def _check_guards() -> Iterator[LedgerFinding]:
    return (LedgerFinding(name, problem) for name, problem in triggers.differences(connection))


__all__ = ["LedgerFinding", "Log", "VerificationReport", "verify_ledger"]
