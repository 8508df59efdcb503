"""How a ladder looks for one person on one skill, from the gates that are open."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from lms.rules.gates import GATES, Standing
from lms.rules.scales import ENTRUSTMENT

NAMES = {
    "talk": pgettext_lazy("gate", "Talk"),
    "try": pgettext_lazy("gate", "Try"),
    "do": pgettext_lazy("gate", "Do"),
    "show": pgettext_lazy("gate", "Show"),
}


@dataclass(frozen=True, slots=True)
class Ladder:
    """Four bays and the word beside them (``components/standing.html``)."""

    bays: tuple[str, str, str, str]
    word: str
    vouched: bool


def ladder(standing: Standing, level: int = 0) -> Ladder:
    """``level`` is what the role asks for: a lower sign-off reads in its own words and is not green."""
    reached = max((place for place, gate in enumerate(GATES) if gate in standing.open), default=-1)
    bays = []
    for place, gate in enumerate(GATES):
        if gate in standing.open:
            bays.append("vouched" if gate == "show" else "open")
        elif place < reached:
            bays.append("skip")
        else:
            bays.append("next" if place == reached + 1 else "closed")
    vouched = "show" in standing.open and standing.level >= level
    if "show" in standing.open:
        word = str(ENTRUSTMENT[standing.level])
    else:
        word = _("%(gate)s is next") % {"gate": NAMES[GATES[reached + 1]]}
    return Ladder((bays[0], bays[1], bays[2], bays[3]), word, vouched)
