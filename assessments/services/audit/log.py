"""Walking the record's log from its first entry: is it one chain, vouched for by our keys, in the order of time?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from lms.api import KeyMissing, KeyRing, LogEntry, key_ring
from lms.rules.log import GENESIS, KEY_ID_LENGTH, ROTATED, Entry, is_mac

from .finding import Finding


@dataclass
class Log:
    """The log as it was walked. ``heads[n]`` is the head after n entries, computed anew; ``at`` the last moment.

    ``places`` says where an entry stands, by kind and uid of the row.
    """

    entries: list[LogEntry] = field(default_factory=list)
    heads: list[str] = field(default_factory=lambda: [GENESIS])
    places: dict[tuple[str, str], LogEntry] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    @property
    def head(self) -> str:
        """The head of the whole log."""
        return self.heads[-1]

    def entry(self, kind: str, uid: object) -> LogEntry | None:
        """The entry about a row."""
        return self.places.get((kind, str(uid)))

    def number(self, kind: str, uid: object) -> int | None:
        """Where that entry stands."""
        entry = self.entry(kind, uid)
        return entry.number if entry else None


def name_of_entry(entry: LogEntry) -> str:
    """How a finding names an entry, with the row that it is about."""
    return f"log entry {entry.number} ({entry.kind} {entry.about})"


def walk_log() -> Log:
    """Read and check the whole log. Queries: 1."""
    log = Log()
    ring, missing = _ring()
    if missing:
        log.findings.append(Finding("key of the ledger", missing))
    unchecked: dict[str, int] = {}
    before: LogEntry | None = None
    expected = ""
    for entry in LogEntry.objects.order_by("number"):
        expected = expected or entry.key_id
        where = name_of_entry(entry)
        log.findings += [Finding(where, problem) for problem in _check(entry, before, log.head)]
        if entry.key_id != expected:
            log.findings.append(Finding(where, f"is vouched for with the key {entry.key_id} instead of {expected}"))
        key = ring.key(entry.key_id) if ring else None
        if key is None:
            unchecked[entry.key_id] = unchecked.get(entry.key_id, 0) + 1
        elif not is_mac(key, entry.this_hash, entry.mac):
            log.findings.append(Finding(where, "is not vouched for by the key: it was written past the application"))
        if entry.kind == ROTATED:
            expected = entry.fingerprint[:KEY_ID_LENGTH]
        log.entries.append(entry)
        log.heads.append(_hash(entry))
        log.places[entry.kind, str(entry.about)] = entry
        before = entry
    if ring:
        for key_id, count in unchecked.items():
            problem = f"the key {key_id} is not here, so {count} entries cannot be checked with it"
            log.findings.append(Finding("key of the ledger", problem))
    return log


def _ring() -> tuple[KeyRing | None, str]:
    try:
        return key_ring(), ""
    except KeyMissing as error:
        return None, str(error)


def _hash(entry: LogEntry) -> str:
    return Entry(
        number=entry.number,
        kind=entry.kind,
        about=entry.about,
        fingerprint=entry.fingerprint,
        at=entry.at,
        prev_hash=entry.prev_hash,
        key_id=entry.key_id,
    ).this_hash


def _check(entry: LogEntry, before: LogEntry | None, head: str) -> Iterator[str]:
    number, at = (before.number, before.at) if before else (0, None)
    if entry.number != number + 1:
        yield f"follows number {number}; one is missing or was put in between"
    if entry.prev_hash != head:
        yield "does not continue the entry above it"
    if entry.this_hash != _hash(entry):
        yield "is not what was written: its hash differs"
    if _is_before(entry.at, at):
        yield "is dated before the entry above it"


def _is_before(at: datetime, other: datetime | None) -> bool:
    return other is not None and at < other
