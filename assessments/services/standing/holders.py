"""Who has the next move on a skill: read from the path, the gates, the ledger and from what waits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from assessments.rules.readiness import Required
from lms.rules.standing import AWAITING, DUE, MET, Turn, ahead_of, state_of
from lms.rules.waiting import CHALLENGE, CONFIRM, COUNTERSIGN, DECIDE, REQUEST, SESSION, Waiting

from .ways import Ways

if TYPE_CHECKING:
    from .readiness import PersonReadiness

LEARNER, OBSERVER, COACH, LEARNING, MANAGER, AUTHOR = "learner", "observer", "coach", "learning", "manager", "author"
EXTERNAL = "external"
WHO = {REQUEST: OBSERVER, DECIDE: COACH, CONFIRM: COACH, CHALLENGE: COACH, SESSION: COACH}


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has the next move: learner, observer, coach, learning, manager or author; ``name`` is empty for the learner.

    ``gate``: at which gate, "" for what opens none and is in the way; ``kind``: what waits for them, "" when nothing
    was sent to anybody: the manager's part is then to choose a coach.
    """

    who: str
    name: str
    gate: str
    since: datetime | None = None
    kind: str = ""

    @property
    def called(self) -> str:
        """Who is waited for, by name where there is one."""
        return self.name or {
            OBSERVER: _("an observer"),
            COACH: _("a coach"),
            LEARNING: _("a countersign"),
            MANAGER: _("the manager"),
            AUTHOR: _("the author of the path"),
        }.get(self.who, "")

    @property
    def turn(self) -> Turn | None:
        """Their turn as the ladder shows it; None where the learner can act, or nobody can."""
        if self.who in (LEARNER, AUTHOR):
            return None
        return Turn(self.gate, self.called, self.kind == CHALLENGE, self.who == MANAGER)


def holder(found: PersonReadiness, skill: str, required: Required | None) -> Holder | None:
    """Who has the next move on a skill; None when what is asked is met, unless it is about to end and was asked again.

    Whoever something waits for, else the learner; the author where the path offers nothing, the manager where the next
    gate needs a coach and nobody coaches.
    """
    verdict, ways = found.verdict_of(skill), found.ways_to(skill)
    has, state = state_of(
        found.gates.get(skill, ()),
        required,
        found.today,
        expires_within=found.expires_within,
        verdict=verdict,
        offers=ways.gates,
        turn=None,
        begun=found.begun,
    )
    waits = found.facts.waits.get(found.enrolment.pk, ())
    if state in MET:
        asked = _about(waits, ways, "show") if state == DUE else []
        return waited_for(found, asked[0], "show") if asked else None
    if verdict and state == AWAITING:
        return Holder(LEARNING, "", "show", verdict.at, COUNTERSIGN)
    gate = ahead_of(has, state, ways.gates)
    about = _about(waits, ways, gate)
    if about:
        return waited_for(found, about[0], gate)
    if not gate:
        return Holder(AUTHOR, "", "show")
    alone = found.facts.uncoached.get(found.enrolment.pk)
    if alone and gate in ("do", "show"):
        return Holder(MANAGER, alone.manager, gate, alone.since)
    return Holder(LEARNER, "", gate)


def _about(waits: Sequence[Waiting], ways: Ways, gate: str) -> list[Waiting]:
    """What waits on the way to a gate, the longest first. An encounter asked for opens Do as well, and one who
    challenges waits for it with Try still closed.
    """
    waits = sorted(waits, key=lambda wait: wait.waits_from)
    mine = [wait for wait in waits if wait.about in (ways.demonstrations if gate == "show" else ways.commitments)]
    return mine or [wait for wait in waits if wait.about in ways.demonstrations]


def waited_for(found: PersonReadiness, wait: Waiting, gate: str) -> Holder:
    """Who has something that waits; whoever is to choose a coach, where only a coach can answer and there is none."""
    if wait.kind == REQUEST:
        return Holder(OBSERVER, wait.who, "do" if gate == "do" else "show", wait.waits_from, REQUEST)
    gate = "do" if wait.kind == CONFIRM else "show"
    alone, coach = found.facts.uncoached.get(found.enrolment.pk), found.facts.coaches.get(found.enrolment.pk)
    if alone:
        return Holder(MANAGER, alone.manager, gate, alone.since)
    name = wait.who if wait.kind == SESSION else coach.on(found.at.date()) if coach else ""
    return Holder(WHO[wait.kind], name, gate, wait.waits_from, wait.kind)
