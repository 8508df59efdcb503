"""A person's ladder on one skill, as it is drawn: four bays, what they say, and the word beside them.

A bay is open, next (the person's own turn), wait (somebody else's), skip (passed over), none (the path offers nothing)
or closed; the last also vouched, due or lapsed. Pure: dates and names come in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from lms.rules.gates import GATES, OpenGate
from lms.rules.said import full_day
from lms.rules.scales import ENTRUSTMENT

NAMES = {
    "talk": pgettext_lazy("gate", "Talk"),
    "try": pgettext_lazy("gate", "Try"),
    "do": pgettext_lazy("gate", "Do"),
    "show": pgettext_lazy("gate", "Show"),
}
VOUCHED, DUE, LAPSED = "vouched", "due", "lapsed"


@dataclass(frozen=True, slots=True)
class Ladder:
    """Four bays and what stands beside them. ``label`` says the bays aloud; ``next_gate`` is "" once all is shown.

    ``vouched``: a sign-off counts at the level that is asked for (0: at any); ``level`` is the highest valid one;
    ``silent``: there is nothing to say, as no gate was ever open and the path does not meet the skill.
    """

    bays: tuple[str, str, str, str]
    label: str
    word: str
    level: int = 0
    vouched: bool = False
    valid_until: date | None = None
    lapsed_on: date | None = None
    next_gate: str = ""
    silent: bool = False

    @property
    def begun(self) -> bool:
        """Whether any gate was ever open."""
        return any(bay not in ("closed", "next", "wait", "none") for bay in self.bays)


def ladder(
    gates: Iterable[OpenGate],
    on: date,
    *,
    level: int = 0,
    offers: Collection[str] | None = None,
    open_now: Collection[str] = GATES,
    waits_for: Mapping[str, str] | None = None,
    expiring_days: int = 60,
) -> Ladder:
    """How the gates of one person on one skill look on a day.

    ``level``: what the role asks for. ``offers``: gates that something on the path can open (None: not on a path);
    ``open_now``: those for which the person can do something today. ``waits_for``: by gate, who has the next move.
    """
    gates, waits = list(gates), waits_for or {}
    valid = [gate for gate in gates if gate.counts_on(on)]
    signed = [gate for gate in valid if gate.gate == "show"]
    ended = [gate.valid_until for gate in gates if gate.gate == "show" and gate.valid_until and not gate.counts_on(on)]
    reached = max((GATES.index(gate.gate) for gate in valid), default=-1)
    top = max((gate.level or 0 for gate in signed), default=0)
    until = max((gate.valid_until or date.max for gate in signed if (gate.level or 0) == top), default=None)
    until = None if until == date.max else until
    open_ = {gate.gate for gate in valid}
    following = GATES[reached + 1] if reached < 3 else ""
    bays = ["open" if gate in open_ else "skip" if place < reached else "closed" for place, gate in enumerate(GATES)]
    if following:
        bays[reached + 1] = _following(following, offers, open_now, waits)
    lapsed = max(ended) if ended and not signed else None
    if signed:
        bays[3] = DUE if until and until <= on + timedelta(days=expiring_days) else VOUCHED
        if top < level:
            bays[3] = "open"
    elif lapsed and bays[3] == "closed":
        bays[3] = LAPSED
    shape = (bays[0], bays[1], bays[2], bays[3])
    vouched = bool(signed) and top >= level
    word = _word(following, bays, top, lapsed, waits)
    silent = offers is None and not gates
    return Ladder(shape, label(shape), word, top, vouched, until, lapsed, following, silent)


def label(bays: tuple[str, ...]) -> str:
    """The bays in words, for those who do not see them."""
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


def _following(gate: str, offers: Collection[str] | None, open_now: Collection[str], waits: Mapping[str, str]) -> str:
    if gate in waits:
        return "wait"
    if offers is None:
        return "closed"
    if gate not in offers:
        return "none"
    return "next" if gate in open_now else "closed"


def _word(following: str, bays: list[str], level: int, lapsed: date | None, waits: Mapping[str, str]) -> str:
    if level:
        return str(ENTRUSTMENT[level])
    if lapsed:
        return _("Lapsed on %(day)s") % {"day": full_day(lapsed)}
    bay = bays[GATES.index(following)] if following else ""
    words = {"gate": NAMES.get(following, ""), "who": waits.get(following, "")}
    if bay == "wait":
        return _("%(gate)s waits for %(who)s") % words if words["who"] else _("%(gate)s waits") % words
    if bay == "next":
        return _("%(gate)s is next") % words
    if bay == "none":
        return _("%(gate)s: none here") % words
    return _("Not begun") if following == "talk" else _("%(gate)s comes later") % words
