"""The keys that vouch for the log. They are outside the database: in a file or in the environment.

One key a line, the newest first: it vouches for new entries, the older ones are kept to check what they vouched for.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from lms.rules.log import key_id


class KeyMissing(RuntimeError):
    """The key of the log is not where the settings say."""


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The keys, the newest first."""

    keys: tuple[str, ...]

    @property
    def current(self) -> str:
        """The key that vouches for new entries."""
        return self.keys[0]

    @property
    def current_id(self) -> str:
        """How entries name it."""
        return key_id(self.current)

    def key(self, wanted: str) -> str | None:
        """The key with this id; None when it is not here."""
        return next((key for key in self.keys if key_id(key) == wanted), None)


def key_ring() -> KeyRing:
    """The keys as they are now: the file is read again when it changed. Raises KeyMissing."""
    if settings.VOUCH_LEDGER_KEY:
        return KeyRing(tuple(settings.VOUCH_LEDGER_KEY.split()))
    path = Path(settings.VOUCH_LEDGER_KEY_FILE)
    try:
        return _read(path, path.stat().st_mtime_ns)
    except OSError as error:
        raise KeyMissing(f"The key of the ledger cannot be read: {error}") from None


@lru_cache(maxsize=4)
def _read(path: Path, changed: int) -> KeyRing:
    keys = tuple(path.read_text().split())
    if not keys:
        raise KeyMissing(f"{path} holds no key.")
    return KeyRing(keys)


def add_key(path: Path) -> str:
    """Put a new random key above the others in the file; returns it. Replaces the file in one step."""
    new = secrets.token_urlsafe(48)
    kept = path.read_text() if path.exists() else ""
    beside = path.with_suffix(".new")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(f"{new}\n{kept}")
    beside.replace(path)
    return new
