"""Each sealed row and its entry in the log: there, the same, dated as it was written; and no entry without its row."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from lms.api import LogEntry, SealedTable, sealed_kinds
from lms.rules.log import ENDED, LATE, ROTATED, SET_BACK

from .finding import LedgerFinding, guarded
from .log import Log, name_of_entry
from .records import Records


def check_rows(records: Records, log: Log) -> Iterator[LedgerFinding]:
    """Compare every sealed row with the log, in both directions. Queries: 1 a table that is sealed in part."""
    found: set[tuple[str, str]] = set()
    for kind in sealed_kinds():
        standing = _standing(kind)
        for row in records.all(kind.model):
            if standing is not None and row.pk not in standing:
                continue
            found.add((kind.kind, str(row.uid)))
            found.add((kind.kind + ENDED, str(row.uid)))
            yield from guarded(f"{kind.kind} {row.uid}", _check_row, kind, row, log)
    for entry in log.entries:
        if entry.kind not in (ROTATED, SET_BACK) and (entry.kind, str(entry.about)) not in found:
            yield LedgerFinding(name_of_entry(entry), "what it is about is gone, or is not what it was")


def _standing(kind: SealedTable) -> set[Any] | None:
    """The keys of the rows that must stand in the log; None: all."""
    if kind.rows is None:
        return None
    return set(kind.model._default_manager.filter(kind.rows).values_list("pk", flat=True))


def _check_row(kind: SealedTable, row: Any, log: Log) -> Iterator[LedgerFinding]:
    where = f"{kind.kind} {row.uid}"
    entry = log.entry(kind.kind, row.uid)
    if entry is None:
        yield LedgerFinding(where, "does not stand in the log: it was written past the application")
    else:
        if entry.fingerprint != kind.fingerprint(row):
            yield LedgerFinding(where, "is not what was written: it differs from the log")
        yield from _check_moment(where, getattr(row, kind.since), entry)
    if kind.ending:
        yield from _check_end(kind, row, where, log.entry(kind.kind + ENDED, row.uid))


def _check_end(kind: SealedTable, row: Any, where: str, entry: LogEntry | None) -> Iterator[LedgerFinding]:
    ended_at = getattr(row, kind.ending[0])
    if ended_at is None:
        if entry is not None:
            yield LedgerFinding(where, "had ended, and is open again")
        return
    if entry is None:
        yield LedgerFinding(where, "ended, and that does not stand in the log")
        return
    if entry.fingerprint != kind.end_fingerprint(row):
        yield LedgerFinding(where, "did not end as the log says")
    yield from _check_moment(where, ended_at, entry)


def _check_moment(where: str, at: datetime, entry: LogEntry) -> Iterator[LedgerFinding]:
    if at > entry.at:
        yield LedgerFinding(where, f"is dated after its entry {entry.number} in the log")
    elif entry.at - at > LATE:
        days = (entry.at - at).total_seconds() / 86400
        yield LedgerFinding(
            where, f"is dated {days:.1f} days before it was written down, in entry {entry.number} of the log"
        )
