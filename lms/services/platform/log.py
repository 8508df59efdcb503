"""Writing to the record's log: entries are gathered while a service works and written last, under one lock.

A service that writes sealed rows runs in ``recording()`` (every act does). It says ``log_row`` for a row that it wrote
and ``log_end`` for one that ended; when the outermost ``recording`` ends, the entries are numbered, hashed, vouched for
with the key, and written. On PostgreSQL an advisory lock is held from then to the commit, which is the next thing;
SQLite has one writer anyway. Entries of one transaction stand in the order of their moments. Where the clock has gone
back since the entry above, by more than a transaction takes, an entry of its own says so.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.db.models import Model, Q
from django.db.models.fields.files import FieldFile

from lms.models import LogEntry
from lms.rules.log import (
    ENDED,
    GENESIS,
    LATE,
    ROTATED,
    SET_BACK,
    Entry,
    is_mac,
    key_fingerprint,
    key_id,
    mac,
    sealed,
    uid_of_key,
)

from .log_keys import KeyMissing, KeyRing, key_ring

logger = logging.getLogger(__name__)
LOCK = 0x566F756368
"""The number of the advisory lock."""


@dataclass(frozen=True, slots=True)
class SealedTable:
    """How rows of one table stand in the log.

    ``columns`` never change once the row is written, which was at the moment in ``since``; ``ending`` are those that
    are written once more when it ends, the first of them saying when. ``rows`` says which rows stand in the log, where
    not all do; ``parts`` adds what belongs to the row from other tables, by name.
    """

    kind: str
    model: type[Model]
    columns: tuple[str, ...]
    since: str
    ending: tuple[str, ...] = ()
    rows: Q | None = None
    parts: Callable[[Any], Mapping[str, object]] | None = None

    def fingerprint(self, row: Model) -> str:
        """Of what was written."""
        values = {name: _value(row, name) for name in self.columns}
        return sealed(self.model._meta.label, {**values, **(self.parts(row) if self.parts else {})})

    def end_fingerprint(self, row: Model) -> str:
        """Of how it ended."""
        return sealed(self.model._meta.label, {name: _value(row, name) for name in self.ending})


def _value(row: Model, name: str) -> object:
    value = getattr(row, name)
    return value.name or "" if isinstance(value, FieldFile) else value


_kinds: dict[type[Model], SealedTable] = {}


def register_sealed(kind: SealedTable) -> None:
    """Let rows of a table stand in the log; from an app's ``ready``."""
    _kinds[kind.model] = kind


def sealed_kinds() -> list[SealedTable]:
    """Every table whose rows stand in the log."""
    return list(_kinds.values())


@dataclass(frozen=True, slots=True)
class _Said:
    kind: str
    about: UUID
    fingerprint: str
    at: datetime


_pending: ContextVar[list[_Said] | None] = ContextVar("entries that are to be written", default=None)


@contextmanager
def recording() -> Iterator[None]:
    """One transaction; at the end of the outermost one its entries are written. What failed inside leaves none."""
    outer = _pending.get()
    if outer is not None:
        kept = len(outer)
        try:
            with transaction.atomic():
                yield
        except BaseException:
            del outer[kept:]
            raise
        return
    gathered: list[_Said] = []
    mark = _pending.set(gathered)
    try:
        with transaction.atomic():
            yield
            if gathered:
                _write(gathered)
    finally:
        _pending.reset(mark)


def log_moved_row(kind: str, about: UUID, fingerprint: str, at: datetime) -> None:
    """A row was moved to a table whose rows stand in the log, by a migration, which knows how it is sealed."""
    _say(kind, about, fingerprint, at)


def log_row(row: Any) -> None:
    """A sealed row was written. Queries: those of its parts; the entry itself comes last."""
    kind = _kinds[type(row)]
    _say(kind.kind, row.uid, kind.fingerprint(row), getattr(row, kind.since))


def log_end(row: Any) -> None:
    """A sealed row has ended, and says how."""
    kind = _kinds[type(row)]
    _say(kind.kind + ENDED, row.uid, kind.end_fingerprint(row), getattr(row, kind.ending[0]))


def _say(kind: str, about: UUID, fingerprint: str, at: datetime) -> None:
    gathered = _pending.get()
    if gathered is None:
        raise RuntimeError(f"{kind} {about} was written outside of recording().")
    gathered.append(_Said(kind, about, fingerprint, at))


def last_entry() -> LogEntry | None:
    """The entry whose hash is the head of the log. Queries: 1."""
    return LogEntry.objects.order_by("-number").first()


def log_began_before(moment: datetime) -> bool:
    """Whether an entry of the log is older than a moment. Queries: 1."""
    return LogEntry.objects.filter(at__lt=moment).exists()


def after_the_log(at: datetime) -> datetime:
    """The moment at which a right ends: after all that stands in the log, where the clock was not set back. An act that
    waited began before what it waited for. Queries: 1.
    """
    last = last_entry()
    return last.at + timedelta(microseconds=1) if last and last.at - LATE <= at <= last.at else at


@transaction.atomic
def rotate_key(new: str, at: datetime) -> None:
    """From the next entry on the new key vouches; the old one says so in an entry. The keys hold both by then."""
    ring = key_ring()
    last = _locked(ring)
    old = ring.key(_expected(last.entry)) if last.entry else None
    if last.entry and old:
        _rotation(last, old, new, at).save(force_insert=True)


def _write(gathered: list[_Said]) -> None:
    """Number, hash and write. Queries: 2, and the lock."""
    ring = key_ring()
    last = _locked(ring)
    rows: list[LogEntry] = []
    at = min(said.at for said in gathered)
    if last.entry and _expected(last.entry) != ring.current_id:
        rows.append(_rotation(last, _key(ring, _expected(last.entry)), ring.current, at))
        last = last.after(rows[-1])
    if last.entry and at < last.entry.at - LATE:
        back = _Said(SET_BACK, uuid4(), sealed(SET_BACK, {"from": last.entry.at, "to": at}), at)
        rows.append(_entry(last, back, ring.current))
        last = last.after(rows[-1])
    for said in sorted(gathered, key=lambda each: each.at):
        rows.append(_entry(last, said, ring.current))
        last = last.after(rows[-1])
    LogEntry.objects.bulk_create(rows)


def lock_log() -> None:
    """Nobody else writes to the log until this transaction ends: what is read from here on stands above what it writes.

    For acts whose rights are judged by their place in the log, before they read them. SQLite has one writer anyway.
    Queries: 1 on PostgreSQL.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


@dataclass(frozen=True, slots=True)
class _Last:
    """What the next entry follows: the last one that a key of ours vouches for, and which numbers are not free."""

    entry: LogEntry | None = None
    taken: frozenset[int] = frozenset()

    @property
    def next_number(self) -> int:
        number = self.entry.number + 1 if self.entry else 1
        while number in self.taken:
            number += 1
        return number

    def after(self, entry: LogEntry) -> _Last:
        return _Last(entry, self.taken)


def _locked(ring: KeyRing) -> _Last:
    """Where the log ends, held until the transaction does.

    Whoever can write rows can put in entries that nobody vouches for; they are passed over here and found by
    verification, and stop nobody. Raises KeyMissing when there are entries and our keys vouch for none. Queries: 1,
    and the lock; where some are passed over, 1 more for each and 1 more.
    """
    lock_log()
    newest = LogEntry.objects.order_by("-number")
    last = _newest_of_ours(newest[:1], ring)
    if last is not None:
        return _Last(last)
    taken: set[int] = set()
    for number in newest.values_list("number", flat=True).iterator(chunk_size=100):
        last = _newest_of_ours(LogEntry.objects.filter(number=number), ring) if isinstance(number, int) else None
        if last is not None:
            logger.warning("The log goes on after entry %s: %s above it are not ours.", number, len(taken))
            return _Last(last, frozenset(taken))
        taken.add(number)
    if taken:
        raise KeyMissing("The keys that are here vouch for no entry of the log.")
    return _Last()


def _newest_of_ours(rows: Iterable[LogEntry], ring: KeyRing) -> LogEntry | None:
    """The first of these that one of our keys vouches for. What cannot be read is none."""
    try:
        for row in rows:
            key = ring.key(row.key_id)
            if key is not None and is_mac(key, row.this_hash, row.mac):
                return row
    except Exception:  # whatever somebody wrote there
        return None
    return None


def _key(ring: KeyRing, wanted: str) -> str:
    key = ring.key(wanted)
    if key is None:
        raise KeyMissing(f"The log was last written with the key {wanted}, which is not here.")
    return key


def _expected(last: LogEntry) -> str:
    """The id of the key that vouches for the next entry."""
    return last.fingerprint[: len(last.key_id)] if last.kind == ROTATED else last.key_id


def _rotation(last: _Last, old: str, new: str, at: datetime) -> LogEntry:
    return _entry(last, _Said(ROTATED, uid_of_key(new), key_fingerprint(new), at), old)


def _entry(last: _Last, said: _Said, key: str) -> LogEntry:
    above = last.entry
    entry = Entry(
        number=last.next_number,
        kind=said.kind,
        about=said.about,
        fingerprint=said.fingerprint,
        at=max(said.at, above.at) if above and said.kind != SET_BACK else said.at,
        prev_hash=above.this_hash if above else GENESIS,
        key_id=key_id(key),
    )
    this_hash = entry.this_hash
    return LogEntry(
        number=entry.number,
        kind=entry.kind,
        about=entry.about,
        fingerprint=entry.fingerprint,
        at=entry.at,
        prev_hash=entry.prev_hash,
        this_hash=this_hash,
        key_id=entry.key_id,
        mac=mac(key, this_hash),
    )
