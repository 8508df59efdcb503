"""The ladder of one person on one skill: the four gates by name, which steps serve them, and the one word beside it.

Every screen, export and invoice reads a skill through ``ladder``: the same word for everybody who may read it. What
the word follows from stands in ``standing``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from .gates import GATES, OpenGate
from .said import full_day, once_a_language, short_day
from .scales import ENTRUSTMENT
from .standing import (
    AWAITING,
    CHALLENGED,
    CLOSED,
    DUE,
    LAPSED,
    LOWER,
    MET,
    NEXT,
    NONE_HERE,
    NOT_YET,
    OTHER_STANDARD,
    REFUSED,
    REVOKED,
    VOUCHED,
    WAITING,
    Asks,
    SkillHeld,
    Turn,
    Verdict,
    ahead_of,
    lapsed_on,
    state_of,
)

NAMES = {
    "talk": pgettext_lazy("gate", "Talk"),
    "try": pgettext_lazy("gate", "Try"),
    "do": pgettext_lazy("gate", "Do"),
    "show": pgettext_lazy("gate", "Show"),
}
SERVED_BY: dict[str, tuple[str, ...]] = {
    "talk": ("course", "discussion"),
    "try": ("practice",),
    "do": ("commitment", "demonstration"),
    "show": ("demonstration",),
}
"""Which kinds of steps serve which gate."""


def gate_of(kind: str) -> str:
    """The strongest gate that a kind of step serves; "" when it serves none."""
    return next((gate for gate in reversed(GATES) if kind in SERVED_BY[gate]), "")


@dataclass(frozen=True, slots=True)
class Ladder:
    """Four bays (none where nothing is known), the state, its word, and one sentence more where something decides.

    A bay is open, next, wait, skip, none or closed; the last also vouched, due or lapsed. ``next_gate`` is the gate
    ahead, "" for none; ``level``, ``valid_until`` and ``held_before`` are those of the sign-off that the word is about.
    """

    bays: tuple[str, ...]
    state: str
    word: str
    note: str = ""
    level: int = 0
    valid_until: date | None = None
    next_gate: str = ""
    held_before: bool = False

    @property
    def vouched(self) -> bool:
        """Whether what is asked is met (where nothing is asked: whether any sign-off counts). The word is green."""
        return self.state in MET

    @property
    def begun(self) -> bool:
        """Whether any gate was ever open, or anything was decided."""
        return self.state not in (WAITING, NEXT, NONE_HERE, CLOSED) or "open" in self.bays

    @property
    def label(self) -> str:
        """The bays in words, for those who do not see them."""
        return _label(self.bays) if self.bays else self.word


def ladder(
    gates: Iterable[OpenGate],
    asked: Asks | None,
    on: date,
    *,
    expires_within: int,
    verdict: Verdict | None = None,
    offers: frozenset[str] | None = None,
    turn: Turn | None = None,
    begun: bool = True,
    standard: str = "",
) -> Ladder:
    """How one person stands on one skill on a day.

    ``gates``: those of the skill, whatever their day; ``asked``: what the role asks for, None for nothing;
    ``expires_within``: the days before its end in which a sign-off is due; ``verdict``: what the ledger adds;
    ``offers``: the gates that the path can open (None: on no path); ``turn``: who else has the next move; ``begun``:
    whether the path's first day is there; ``standard``: the name of the standard asked for.
    """
    gates = list(gates)
    has, state = state_of(
        gates, asked, on, expires_within=expires_within, verdict=verdict, offers=offers, turn=turn, begun=begun
    )
    ahead = turn.gate if turn and state in (WAITING, CHALLENGED) else ahead_of(has, state, offers)
    return Ladder(
        _bays(frozenset(gate.gate for gate in gates if gate.counts_on(on)), state, ahead, offers),
        state,
        _word(state, has, ahead, turn, verdict, lapsed_on(gates, on) if state == LAPSED else None),
        _note(state, asked, verdict, standard, has.held_before),
        has.level,
        has.valid_until,
        ahead,
        has.held_before,
    )


@lru_cache(maxsize=4096)
def _bays(open_now: frozenset[str], state: str, ahead: str, offers: frozenset[str] | None) -> tuple[str, ...]:
    """There are few shapes and hundreds of ladders: each is drawn once."""
    if state == CLOSED and not open_now:
        return ()
    reached = max((GATES.index(gate) for gate in open_now), default=-1)
    passed = max(reached, GATES.index(ahead) if ahead else -1) if reached >= 0 else -1

    def bay(place: int, gate: str) -> str:
        if gate == "show" and state in (*MET, LAPSED):
            return state
        if gate == (ahead if state != AWAITING else "show") and state != CLOSED:
            return "wait" if state in (AWAITING, CHALLENGED, WAITING) else "next"
        if gate in open_now:
            return "open"
        if offers is not None and gate not in offers:
            return "none"
        return "skip" if place < passed else "closed"

    return tuple(bay(place, gate) for place, gate in enumerate(GATES))


def _word(
    state: str, has: SkillHeld, ahead: str, turn: Turn | None, verdict: Verdict | None, lapsed: date | None
) -> str:
    if state in (VOUCHED, LOWER):
        level = str(ENTRUSTMENT[has.level])
        return _("%(level)s, held before") % {"level": level} if has.held_before else level
    if state == DUE and has.valid_until:
        day = {"day": short_day(has.valid_until)}
        return _("Held before, due %(day)s") % day if has.held_before else _("Due %(day)s") % day
    if state == LAPSED:
        return _("Lapsed on %(day)s") % {"day": full_day(lapsed)}
    if state == REVOKED and verdict:
        return _("Taken back on %(day)s") % {"day": short_day(verdict.on)}
    if state == NOT_YET and verdict and verdict.retry_on:
        return _("Not yet, again by %(day)s") % {"day": short_day(verdict.retry_on)}
    if turn and state in (WAITING, CHALLENGED):
        return _("%(gate)s waits for %(name)s") % {"gate": NAMES[turn.gate], "name": turn.name}
    if state == NEXT:
        return _("%(gate)s is next") % {"gate": NAMES[ahead]}
    if state == CLOSED and has.gate:
        return _("%(gate)s open") % {"gate": NAMES[has.gate]}
    return {
        OTHER_STANDARD: _("Signed on another standard"),
        AWAITING: _("Waits for a second signature"),
        REFUSED: _("Second signature refused"),
        NOT_YET: _("Not yet"),
        NONE_HERE: _("None here"),
        CLOSED: _("No data"),
    }[state]


def _note(state: str, asked: Asks | None, verdict: Verdict | None, standard: str, held_before: bool) -> str:
    """What decides, in full: the level or the standard that is asked for, the coach's next step; that nobody has seen
    here what counts.
    """
    if state in MET and held_before:
        return _("Attested at the start, not seen here. The first decision takes its place.")
    if state == LOWER and asked and standard:
        words = {"level": str(ENTRUSTMENT[asked.level]), "standard": standard}
        return _("Signed, but this role asks for “%(level)s” on “%(standard)s”.") % words
    if state == LOWER and asked:
        return _("Signed, but this role asks for “%(level)s”.") % {"level": str(ENTRUSTMENT[asked.level])}
    if state == OTHER_STANDARD:
        return _("Signed, but this role asks for it on “%(standard)s”.") % {"standard": standard}
    if state == CHALLENGED:
        return _("Wants to be seen before the path opens it.")
    if state == NOT_YET and verdict:
        return again_by(verdict)
    return ""


def again_by(verdict: Verdict) -> str:
    """The coach's next step after *not yet*, and the day by which the person is seen again."""
    again = _("Seen again by %(day)s.") % {"day": short_day(verdict.retry_on)} if verdict.retry_on else ""
    step = verdict.next_step.strip()
    return f"{step if step.endswith(('.', '!', '?')) or not step else step + '.'} {again}".strip()


@once_a_language
def _label(bays: tuple[str, ...]) -> str:
    said = {
        "open": _("%(gate)s open"),
        "next": _("%(gate)s is next"),
        "wait": _("%(gate)s is waiting"),
        "skip": _("%(gate)s passed over"),
        "none": _("%(gate)s: none here"),
        "closed": _("%(gate)s closed"),
        VOUCHED: _("%(gate)s: vouched for"),
        DUE: _("%(gate)s: vouched for, renewal due"),
        LAPSED: _("%(gate)s has lapsed"),
    }
    return "; ".join(said[bay] % {"gate": NAMES[gate]} for gate, bay in zip(GATES, bays, strict=True))
