"""The record's log as pure functions: how an entry is hashed, and how a key outside the database vouches for it.

The log is one linear chain of SHA-256 hashes. Words of RFC 9162 are used where they fit: the hash of the last entry is
the *head* of the log; a head that was kept is *consistent* with today's log when it is the hash of the entry with that
number. (A Merkle tree would make proofs shorter; a log of this size is walked again in seconds.) Each entry carries a
message authentication code (HMAC-SHA256, RFC 2104) over its hash, made with a key that no database holds.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

from .digest import digest

VERSION = "vouch-log-1"
GENESIS = "0" * 64
"""What the first entry continues."""
ENDED = " ended"
"""Behind the kind of a row, in the entry that says how it ended."""
ROTATED = "key rotated"
SET_BACK = "clock set back"
"""The only entry that may be dated before the one above it: from here on rows are dated by a clock that went back."""
LATE = timedelta(minutes=10)
"""How long a transaction may take from its moment to its entry."""
NAMESPACE = UUID("3d1f3c0c-6f0e-5d0b-9a51-0e6b6a2f7a11")
KEY_ID_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as it is hashed. ``about`` is the uid of the row, ``fingerprint`` the digest of its sealed columns."""

    number: int
    kind: str
    about: UUID
    fingerprint: str
    at: datetime
    prev_hash: str
    key_id: str

    @property
    def this_hash(self) -> str:
        """The hash of the entry, and of all entries before it through ``prev_hash``."""
        return digest(
            {
                "version": VERSION,
                "number": self.number,
                "kind": self.kind,
                "about": self.about,
                "fingerprint": self.fingerprint,
                "at": moment(self.at),
                "prev_hash": self.prev_hash,
                "key_id": self.key_id,
            }
        )


def moment(at: datetime) -> str:
    """A moment as it is hashed, the same in every zone and on every database."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def mac(key: str, this_hash: str) -> str:
    """The code by which a key vouches for an entry, in hex."""
    return hmac.new(key.encode(), f"{VERSION}:{this_hash}".encode(), hashlib.sha256).hexdigest()


def is_mac(key: str, this_hash: str, code: str) -> bool:
    """Whether the code was made with this key (compared in constant time)."""
    return hmac.compare_digest(mac(key, this_hash).encode(), code.encode())


def key_fingerprint(key: str) -> str:
    """A name of the key that gives nothing of it away; its first letters are the key's id."""
    return hashlib.sha256(f"{VERSION}:key:{key}".encode()).hexdigest()


def key_id(key: str) -> str:
    """Under which entries name the key."""
    return key_fingerprint(key)[:KEY_ID_LENGTH]


def uid_of_key(key: str) -> UUID:
    """What a rotation is about."""
    return uuid5(NAMESPACE, key_fingerprint(key))


def sealed(model: str, columns: Mapping[str, object]) -> str:
    """The fingerprint of a row: of the name of its table and its columns, dates and moments as text."""
    return digest({"model": model, **{name: _plain(value) for name, value in columns.items()}})


def _plain(value: object) -> object:
    return moment(value) if isinstance(value, datetime) else value
