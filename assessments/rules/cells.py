"""How one requirement of one person looks: a small ladder and the word beside it (``components/ladder.html``).

Pure: everything that is known comes in, no words of anybody are read. Practice shows as an open Try and nothing else.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext as _

from lms.rules.gates import GATES, Standing
from lms.rules.said import short_day
from lms.rules.scales import ENTRUSTMENT

from .readiness import Term

GATE_NAMES = {
    "talk": pgettext_lazy("gate", "Talk"),
    "try": pgettext_lazy("gate", "Try"),
    "do": pgettext_lazy("gate", "Do"),
    "show": pgettext_lazy("gate", "Show"),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """Four bays, and the word beside them. ``tone``: vouched, due or nothing."""

    bays: tuple[str, ...]
    word: str
    tone: str = ""

    @property
    def label(self) -> str:
        """The ladder as a sentence, for who cannot see it."""
        return _sentence(self.bays, get_language()) if self.bays else self.word

    @property
    def vouched(self) -> bool:
        """Whether the word is green."""
        return bool(self.tone)


def cell(
    term: Term,
    standing: Standing,
    *,
    today: date,
    offered: Collection[str] = GATES,
    waits_at: str = "",
    waits_for: str = "",
    expiring_days: int = 60,
) -> Cell:
    """``waits_at`` is the gate at which somebody else has the next move, ``waits_for`` how that person is called."""
    due = term.met and term.valid_until is not None and (term.valid_until - today).days <= expiring_days
    tone = "due" if due else "vouched" if term.met else ""
    reached = max((place for place, gate in enumerate(GATES) if gate in standing.open), default=-1)
    if "show" in standing.open and not term.met:
        reached = 2
    next_gate = "" if term.met else waits_at or _next(reached, offered)
    bays = []
    for place, gate in enumerate(GATES):
        if gate == "show" and tone:
            bays.append(tone)
        elif gate == next_gate:
            bays.append("wait" if waits_for else "next")
        elif gate in standing.open:
            bays.append("open")
        elif gate not in offered:
            bays.append("none")
        else:
            passed_over = place < reached or (next_gate and place < GATES.index(next_gate))
            bays.append("skip" if passed_over and reached >= 0 else "closed")
    word = _word(term, tone, next_gate, waits_for)
    return Cell(tuple(bays), word, tone)


def no_data() -> Cell:
    """Before the first day: nothing is known, and nothing counts as zero."""
    return Cell((), _("No data"))


def _next(reached: int, offered: Collection[str]) -> str:
    """The first gate above the highest open one that the path offers anything for."""
    return next((gate for gate in GATES[reached + 1 :] if gate in offered), "")


def _word(term: Term, tone: str, next_gate: str, waits_for: str) -> str:
    if tone == "due" and term.valid_until:
        return _("Due %(day)s") % {"day": short_day(term.valid_until)}
    if tone:
        return _("Vouched")
    if next_gate and waits_for:
        return _("%(gate)s waits for %(name)s") % {"gate": GATE_NAMES[next_gate], "name": waits_for}
    if 0 < term.level < term.required.level:
        return str(ENTRUSTMENT[term.level])
    if not next_gate:
        return _("None here")
    return _("%(gate)s is next") % {"gate": GATE_NAMES[next_gate]}


@lru_cache(maxsize=1024)
def _sentence(bays: tuple[str, ...], language: str) -> str:
    """There are few shapes and hundreds of ladders: each is put in words once a language."""
    words = {
        "open": _("open"),
        "next": _("next"),
        "wait": _("waiting"),
        "skip": _("passed over"),
        "none": _("none here"),
        "closed": _("closed"),
        "vouched": _("vouched for"),
        "due": _("renewal due"),
    }
    return "; ".join(f"{GATE_NAMES[gate]} {words[bay]}" for gate, bay in zip(GATES, bays, strict=True))
