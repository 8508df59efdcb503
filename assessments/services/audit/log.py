"""Walking the record's log from its first entry: is it one chain, vouched for by our keys, in the order of time?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from lms.api import KeyMissing, KeyRing, LogEntry, key_ring, read_table
from lms.rules.log import GENESIS, KEY_ID_LENGTH, LATE, ROTATED, SET_BACK, Entry, is_mac

from .finding import LedgerFinding


@dataclass
class Log:
    """The log as it was walked. ``heads[n]`` is the head after n entries, computed anew; ``at`` the last moment.

    ``places`` says where an entry stands, by kind and uid of the row; ``notes`` are no findings, and worth knowing: the
    clock that went back furthest comes first. An entry that no key of ours vouches for is a finding and no part of the
    log: the application passes over it, and so does this.
    """

    entries: list[LogEntry] = field(default_factory=list)
    heads: list[str] = field(default_factory=lambda: [GENESIS])
    places: dict[tuple[str, str], LogEntry] = field(default_factory=dict)
    findings: list[LedgerFinding] = field(default_factory=list)
    notes: list[LedgerFinding] = field(default_factory=list)

    @property
    def head(self) -> str:
        """The head of the whole log."""
        return self.heads[-1]

    def pass_over(self, entry: LogEntry) -> None:
        """The number of an entry that is none of ours is taken, where it is the next."""
        if entry.number == len(self.heads):
            self.heads.append(self.head)

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
    """Read and check the whole log. An entry that cannot be read is a finding and no part of the chain. Queries: 1."""
    log, table = Log(), read_table(LogEntry)
    log.findings += [LedgerFinding(*problem) for problem in table.problems]
    ring, missing = _ring()
    if missing:
        log.findings.append(LedgerFinding("key of the ledger", missing))
    odd = {id(entry) for entry in table.odd}
    unchecked: dict[str, int] = {}
    set_back: list[tuple[timedelta, LedgerFinding]] = []
    before: LogEntry | None = None
    expected = ""
    for entry in table.rows:
        expected = expected or entry.key_id
        where = name_of_entry(entry)
        problem = "" if id(entry) in odd else _not_ours(entry, expected, ring)
        if problem or id(entry) in odd:
            log.findings += [LedgerFinding(where, problem)] if problem else []
            log.pass_over(entry)
            continue
        log.findings += [LedgerFinding(where, problem) for problem in _check(entry, before, log)]
        if ring and ring.key(entry.key_id) is None:
            unchecked[entry.key_id] = unchecked.get(entry.key_id, 0) + 1
        if entry.kind == SET_BACK and before:
            days = (before.at - entry.at).total_seconds() / 86400
            note = f"from here on rows are dated by a clock that went back by {days:.1f} days"
            set_back.append((before.at - entry.at, LedgerFinding(where, note)))
        if entry.kind == ROTATED:
            expected = entry.fingerprint[:KEY_ID_LENGTH]
        log.entries.append(entry)
        log.heads.append(_hash(entry))
        log.places[entry.kind, str(entry.about)] = entry
        before = entry
    log.notes += [note for _back, note in sorted(set_back, key=lambda found: found[0], reverse=True)]
    for key_id, count in unchecked.items():
        problem = f"the key {key_id} is not here, so {count} entries cannot be checked with it"
        log.findings.append(LedgerFinding("key of the ledger", problem))
    return log


def _not_ours(entry: LogEntry, expected: str, ring: KeyRing | None) -> str:
    """Why the entry is none of the application's; empty when it is, or when the key to see it with is not here."""
    if entry.key_id != expected:
        return f"is vouched for with the key {entry.key_id} instead of {expected}"
    key = ring.key(expected) if ring else None
    if key is not None and not is_mac(key, entry.this_hash, entry.mac):
        return "is not vouched for by the key: it was written past the application"
    return ""


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


def _check(entry: LogEntry, before: LogEntry | None, log: Log) -> Iterator[str]:
    if entry.number != len(log.heads):
        yield f"follows number {len(log.heads) - 1}; one is missing or was put in between"
    if entry.prev_hash != log.head:
        yield "does not continue the entry above it"
    if entry.this_hash != _hash(entry):
        yield "is not what was written: its hash differs"
    if before is None:
        return
    if entry.at < before.at and entry.kind != SET_BACK:
        yield "is dated before the entry above it"
    if entry.kind == SET_BACK and entry.at >= before.at - LATE:
        yield "says that the clock went back, and it did not"
