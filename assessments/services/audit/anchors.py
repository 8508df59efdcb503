"""Anchors: what the log was when it was verified, kept elsewhere, so that a tail that was cut off shows.

Each anchor names the one before. Today's log agrees with an anchor when the head after as many entries, computed anew,
is the head that the anchor holds: the anchored log is then a beginning of today's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from assessments.models import Anchor
from lms.rules.digest import digest
from lms.rules.log import GENESIS, moment

from .finding import LedgerFinding
from .log import Log

FORMAT = "vouch-anchor-1"
FIELDS = {
    "format": str,
    "number": int,
    "taken_at": str,
    "entries": int,
    "head": str,
    "events": int,
    "findings": int,
    "findings_hash": str,
    "before": str,
}
HASH = 64


def new_anchor(
    log: Log,
    events: int,
    findings: Sequence[LedgerFinding],
    before: Mapping[str, Any] | None,
    number: int,
    at: datetime,
) -> dict[str, Any]:
    """The anchor of today, after ``before``."""
    return {
        "format": FORMAT,
        "number": number,
        "taken_at": moment(at),
        "entries": len(log.heads) - 1,
        "head": log.head,
        "events": events,
        "findings": len(findings),
        "findings_hash": digest([str(finding) for finding in findings]),
        "before": hash_of(before) if before else GENESIS,
    }


def hash_of(anchor: Mapping[str, Any]) -> str:
    """By which the next anchor names this one."""
    return digest({name: anchor[name] for name in FIELDS})


def read_anchors(found: object) -> list[dict[str, Any]]:
    """The anchors of a file: one, or a list of them. Raises ValueError for anything that is not a whole anchor."""
    anchors: list[Any] = found if isinstance(found, list) else [found]
    if not anchors:
        raise ValueError("it holds no anchor")
    for anchor in anchors:
        if not isinstance(anchor, dict):
            raise ValueError("an anchor is an object")
        if set(anchor) != set(FIELDS):
            raise ValueError(f"an anchor has the fields {', '.join(FIELDS)}")
        for name, kind in FIELDS.items():
            if not isinstance(anchor[name], kind) or isinstance(anchor[name], bool):
                raise ValueError(f"{name} is not of its kind")
        if anchor["format"] != FORMAT or min(anchor["number"], anchor["entries"] + 1, anchor["findings"] + 1) < 1:
            raise ValueError("it is of another format")
        if any(len(anchor[name]) != HASH for name in ("head", "findings_hash", "before")):
            raise ValueError("a hash has 64 letters")
        datetime.fromisoformat(anchor["taken_at"])
    return anchors


def check_anchors(anchors: Iterable[Mapping[str, Any]], log: Log) -> Iterator[LedgerFinding]:
    """Whether each anchor is an ancestor of today's log, and each names the one before it."""
    last: Mapping[str, Any] | None = None
    for anchor in anchors:
        where = f"anchor {anchor['number']} of {anchor['taken_at']}"
        if anchor["entries"] >= len(log.heads):
            missing = anchor["entries"] - len(log.heads) + 1
            yield LedgerFinding(
                where, f"the log is shorter than it was: {missing} of {anchor['entries']} entries are gone"
            )
        elif anchor["entries"] < 0 or log.heads[anchor["entries"]] != anchor["head"]:
            yield LedgerFinding(where, f"the first {anchor['entries']} entries of the log are not what they were")
        if last is not None and anchor["number"] == last["number"] + 1 and anchor["before"] != hash_of(last):
            yield LedgerFinding(where, "does not name the anchor before it")
        last = anchor


def check_receipt(entries: int, head: str, log: Log) -> Iterator[LedgerFinding]:
    """Whether a head that was mailed as a receipt is one that the log had after so many entries."""
    if not 0 < entries < len(log.heads):
        yield LedgerFinding(f"receipt {entries}", "the log is shorter than it was when this receipt was given")
    elif log.heads[entries] != head:
        yield LedgerFinding(f"receipt {entries}", "the log is not what it was when this receipt was given")


class Kept:
    """The kept anchors, in the order of their numbers, and how they go on.

    Whoever can write rows can put an anchor in anywhere, even one that cannot be read (``odd``) or one with the last
    number that there is. Each is a finding. The next one follows the last that can be reached from the first by
    numbers without a gap, so that there is always a number for it.
    """

    def __init__(self, rows: Iterable[Anchor], odd: Iterable[Anchor]) -> None:
        self.rows = sorted(rows, key=lambda row: row.number)
        self._taken = {row.number for row in odd}
        self.last: Anchor | None = None
        self.next_number = self._after(0)
        for row in self.rows:
            if row.number == self.next_number:
                self.last, self.next_number = row, self._after(row.number)

    def check(self) -> Iterator[LedgerFinding]:
        """Whether they are a whole chain."""
        number, before = self._after(0), GENESIS
        for row in self.rows:
            this_hash = hash_of(as_data(row))
            if (row.number, row.before, row.this_hash) != (number, before, this_hash):
                yield LedgerFinding(f"anchor {row.number}", "is not what was kept")
            number, before = self._after(row.number), this_hash

    def _after(self, number: int) -> int:
        """The next number that no odd row has."""
        number += 1
        while number in self._taken:
            number += 1
        return number


def as_data(row: Anchor) -> dict[str, Any]:
    """A kept anchor as it is mailed and written to files."""
    return {
        "format": FORMAT,
        "number": row.number,
        "taken_at": moment(row.taken_at),
        "entries": row.entries,
        "head": row.head,
        "events": row.events,
        "findings": row.findings,
        "findings_hash": row.findings_hash,
        "before": row.before,
    }
