"""How one person stands on one skill: what the gates amount to, and the one state that follows on a day.

Whether a requirement is met is decided by ``satisfies`` and nowhere else; readiness, every screen and every export
follow from it. Pure: gates, what the ledger adds and whose move it is come in. Practice shows as an open Try and
nothing else, so that the state is the same for everybody who may read it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol
from uuid import UUID

from .gates import GATES, VALUES, OpenGate

VOUCHED, DUE = "vouched", "due"
AWAITING, NOT_YET = "awaiting", "not_yet"
LAPSED, LOWER, OTHER_STANDARD, REFUSED, REVOKED = "lapsed", "lower", "other_standard", "refused", "revoked"
CHALLENGED, WAITING, NEXT, NONE_HERE, CLOSED = "challenged", "waiting", "next", "none_here", "closed"

MET = (VOUCHED, DUE)
TO_SHOW_AGAIN = (LAPSED, LOWER, OTHER_STANDARD, REFUSED, REVOKED)
"""Somebody signed, and it does not count, or not for what is asked."""


class Asks(Protocol):
    """What a role asks for on a skill: a level and, where one is named, the standard that alone satisfies it."""

    @property
    def level(self) -> int: ...

    @property
    def standard(self) -> UUID | None: ...


@dataclass(frozen=True, slots=True)
class Verdict:
    """The last that the ledger says of a skill beside its gates: awaiting, refused, revoked or not_yet.

    ``on`` is the day on which it was written where the person lives; ``standard`` the one that it was judged by;
    ``next_step`` and ``retry_on`` go with *not yet*.
    """

    kind: str
    at: datetime
    on: date
    standard: UUID | None = None
    next_step: str = ""
    retry_on: date | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """Somebody else has the next move: at which gate, what they are called, whether it is to be seen early, and whether
    they have yet to choose a coach, for which nothing was sent to them.
    """

    gate: str
    name: str
    challenge: bool = False
    coachless: bool = False


@dataclass(frozen=True, slots=True)
class SkillHeld:
    """What the gates of a skill amount to: the gate that gives the value ("" for none), and the sign-off behind it.

    ``level`` is that of the sign-off that meets what is asked, else the highest valid one (0: none); ``held_before``:
    whether that one was attested at the start.
    """

    gate: str
    met: bool = False
    level: int = 0
    valid_until: date | None = None
    held_before: bool = False


UNSIGNED = {gate: SkillHeld(gate) for gate in ("", *GATES)}
"""What gates amount to without a sign-off: there are few, and thousands are asked for."""


def satisfies(asked: Asks | None, gate: OpenGate, on: date) -> bool:
    """Whether one open gate meets what is asked on a day. Nothing asked: any sign-off that counts does."""
    if gate.gate != "show" or not gate.counts_on(on):
        return False
    return asked is None or ((gate.level or 0) >= asked.level and asked.standard in (None, gate.standard))


def held(gates: Iterable[OpenGate], asked: Asks | None, on: date) -> SkillHeld:
    """What the gates of one skill amount to on a day. A sign-off that does not meet what is asked counts as Do."""
    valid = [gate for gate in gates if gate.counts_on(on)]
    signed = [gate for gate in valid if gate.gate == "show"]
    if not signed:
        return UNSIGNED[max((gate.gate for gate in valid), key=VALUES.__getitem__, default="")]
    enough = [gate for gate in signed if satisfies(asked, gate, on)]
    if enough:
        best = max(enough, key=_longest if asked else _highest)
        return SkillHeld("show", True, best.level or 0, best.valid_until, best.held_before)
    top = max(signed, key=_highest)
    return SkillHeld("do", False, top.level or 0, top.valid_until, top.held_before)


def _longest(gate: OpenGate) -> tuple[date, int]:
    return gate.valid_until or date.max, gate.level or 0


def _highest(gate: OpenGate) -> tuple[int, date]:
    return gate.level or 0, gate.valid_until or date.max


def lapsed_on(gates: Iterable[OpenGate], on: date) -> date | None:
    """The last day of the sign-off that ended last, when none counts any more."""
    signed = [gate for gate in gates if gate.gate == "show"]
    if any(gate.counts_on(on) for gate in signed):
        return None
    return max((gate.valid_until for gate in signed if gate.valid_until), default=None)


def next_gate(gate: str, offers: Collection[str] | None) -> str:
    """The first gate above this one that the path can open; "" for none. ``offers`` None: not on a path."""
    ahead = GATES[GATES.index(gate) + 1 :] if gate else GATES
    return next((name for name in ahead if offers is None or name in offers), "")


def ahead_of(has: SkillHeld, state: str, offers: Collection[str] | None) -> str:
    """The gate ahead of somebody in this state; "" when nothing is, or when the path does not offer it."""
    if state in MET:
        return ""
    if state in (NOT_YET, AWAITING, *TO_SHOW_AGAIN):
        return "show" if offers is None or "show" in offers else ""
    return next_gate(has.gate, offers)


def state_of(
    gates: Sequence[OpenGate],
    asked: Asks | None,
    on: date,
    *,
    expires_within: int,
    verdict: Verdict | None,
    offers: Collection[str] | None,
    turn: Turn | None,
    begun: bool,
) -> tuple[SkillHeld, str]:
    """What the gates amount to, and the one state that follows; the arguments are those of ``ladder``."""
    has = held(gates, asked, on)
    if has.met:
        ends_soon = has.valid_until and has.valid_until <= on + timedelta(days=expires_within)
        return has, DUE if ends_soon else VOUCHED
    if verdict and verdict.kind == AWAITING:
        return has, AWAITING
    if turn and not turn.coachless:
        return has, CHALLENGED if turn.challenge else WAITING
    if verdict and verdict.kind == NOT_YET:
        return has, NOT_YET
    if has.level:
        return has, LOWER if asked and has.level < asked.level else OTHER_STANDARD
    if verdict:
        return has, verdict.kind
    if lapsed_on(gates, on):
        return has, LAPSED
    if turn:
        return has, WAITING
    if offers is None or not (begun or has.gate):
        return has, CLOSED
    return has, NEXT if next_gate(has.gate, offers) else NONE_HERE
