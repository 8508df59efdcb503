"""The ledger as pure functions: how an event is hashed, and what a sign-off is after all its events.

The hash covers every column, each as name and length-prefixed UTF-8, behind a version tag, so that no two different
events share a text to be hashed. Order is by sequence, never by clock.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from lms.rules.days import months_later
from lms.rules.digest import canonical
from lms.rules.scales import ENTRUSTMENT

VERSION = b"vouch-ledger-2"
GENESIS = "0" * 64
DECISIONS = ("SIGNED", "NOT_YET")
"""What is decided on a case, once a skill."""
BEGINNING = ("SIGNED", "HELD_BEFORE")
"""What a sign-off begins with."""
HELD_MONTHS = 12
"""So long what was held before counts at most, from the day on which it was recorded."""
SETTLED = ("COUNTERSIGNED", "COUNTERSIGN_REFUSED", "REVOKED", "SUPERSEDED")
"""After any of these a flagged decision no longer waits for a countersign."""
MEANINGS = (
    *(f"entrusted.{level}" for level in ENTRUSTMENT),
    "not_yet",
    "countersigned",
    "countersign_refused",
    "revoked",
    "superseded",
    *(f"held_before.{level}" for level in ENTRUSTMENT),
)
"""What a signature says, as a code; the words beside it are those of the organisation's language on that day."""


def meaning_of(kind: str, level: int | None = None) -> str:
    """The code of what an event of this kind says."""
    return {"SIGNED": f"entrusted.{level}", "HELD_BEFORE": f"held_before.{level}"}.get(kind, kind.lower())


def words_of(kind: str, skill: str, level: int | None = None, about: str = "") -> str:
    """The words of a signature in the language that is active: about a skill (its title), or about another event."""
    if kind == "SIGNED" and level:
        return f"{skill}: {ENTRUSTMENT[level]}"
    if kind == "HELD_BEFORE" and level:
        return _("Held before: %(skill)s: %(level)s") % {"skill": skill, "level": ENTRUSTMENT[level]}
    said = {
        "NOT_YET": _("Not yet: %(what)s"),
        "COUNTERSIGNED": _("Countersigned: %(what)s"),
        "COUNTERSIGN_REFUSED": _("Countersign refused: %(what)s"),
        "REVOKED": _("Revoked: %(what)s"),
        "SUPERSEDED": _("Superseded by a newer one: %(what)s"),
    }[kind]
    return said % {"what": about or skill}


def held_until(recorded: date, valid_months: int) -> date:
    """The last day on which what was held before counts, recorded on a day: so long as a sign-off on its standard, and
    ``HELD_MONTHS`` at most.
    """
    return months_later(recorded, min(valid_months, HELD_MONTHS))


def event_hash(fields: Mapping[str, object]) -> str:
    """SHA-256 over the fields in name order; values are canonical JSON. ``fields`` must not hold this_hash itself."""
    hasher = hashlib.sha256(VERSION)
    for name in sorted(fields):
        for part in (name, canonical(fields[name])):
            data = part.encode()
            hasher.update(len(data).to_bytes(8, "big"))
            hasher.update(data)
    return hasher.hexdigest()


def commitment(salt: str, value: str) -> str:
    """What the event holds of an erasable text."""
    return hashlib.sha256(f"{salt}:{value}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Event:
    """What the fold needs of an event. ``skill``: its id; ``about``: the seq of the event that it follows up."""

    seq: int
    kind: str
    skill: int
    about: int | None = None
    flagged: bool = False
    level: int | None = None
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class SignOff:
    """A sign-off after all its events; ``seq`` names the event that it began with: SIGNED, or HELD_BEFORE."""

    seq: int
    status: str
    level: int
    valid_until: date

    @property
    def counts(self) -> bool:
        """Whether it opens Show (its last day is for the reader to compare)."""
        return self.status == "active"


def fold(events: Iterable[Event]) -> dict[int, SignOff]:
    """The sign-offs of one person, by the seq of their SIGNED or HELD_BEFORE event, after these events in order of seq.

    awaiting: flagged and not countersigned - active - refused - revoked - superseded. What has ended stays ended. What
    was held before is superseded by the first decision on its skill, whatever that says.
    """
    found: dict[int, SignOff] = {}
    held_before: dict[int, int] = {}
    following = {
        "COUNTERSIGNED": "active",
        "COUNTERSIGN_REFUSED": "refused",
        "REVOKED": "revoked",
        "SUPERSEDED": "superseded",
    }
    for event in sorted(events, key=lambda item: item.seq):
        if event.kind in DECISIONS and event.skill in held_before:
            before = found[held_before.pop(event.skill)]
            if before.counts:
                found[before.seq] = SignOff(before.seq, "superseded", before.level, before.valid_until)
        if event.kind in BEGINNING:
            if event.level is None or event.valid_until is None:
                raise ValueError(f"Event {event.seq} is signed without a level or an end.")
            status = "awaiting" if event.flagged else "active"
            found[event.seq] = SignOff(event.seq, status, event.level, event.valid_until)
            if event.kind == "HELD_BEFORE":
                held_before[event.skill] = event.seq
        elif event.about in found:
            before = found[event.about]
            if before.status not in ("awaiting", "active"):
                continue
            found[event.about] = SignOff(before.seq, following[event.kind], before.level, before.valid_until)
    return found
