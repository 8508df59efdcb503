"""How far cases are, for a queue: the rule in figures, and the ladder of the skill that is lowest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext as _

from assessments.models import Case
from assessments.rules.evidence import EvidenceFinding
from assessments.rules.readiness import by_skill
from assessments.services.cases.examining import CaseFinding, examine_cases
from lms import clock
from lms.api import Skill, User, expiring_days
from lms.rules.gates import GATES, OpenGate
from lms.rules.ladder import Ladder, ladder
from lms.rules.standing import Turn

from .team_facts import TeamFacts


@dataclass(frozen=True, slots=True)
class Progressing:
    """How far a case is. Figures are those of the skill that is nearest; ``met`` of ``skills`` satisfy the rule."""

    met: int
    skills: int
    titles: tuple[str, ...]
    lines: tuple[tuple[str, int, int], ...]
    ladder: Ladder


def progress_of_cases(
    cases: Sequence[Case], me: User, facts: TeamFacts, skills: Mapping[str, Skill], at: datetime
) -> dict[UUID, Progressing]:
    """How far these cases (fetched with their version) are, by uid; ``facts`` has the gates of their learners,
    ``skills`` those that their standards name, by slug.

    Queries: 1, or 0 when there are none.
    """
    found = examine_cases(cases, {case.enrolment_id: me.pk for case in cases}, at, skills)
    days = expiring_days()
    return {case.uid: _progressing(found[case.pk], facts, at, days) for case in cases}


def _progressing(found: CaseFinding, facts: TeamFacts, at: datetime, expires_within: int) -> Progressing:
    def nearness(finding: EvidenceFinding) -> tuple[bool, int]:
        return finding.met, sum(min(line.have, line.need) for line in finding.lines if line.name != "from_coach")

    nearest = max(found.findings.values(), key=nearness)
    today = clock.today(found.case.learner.zone, at)
    gates = by_skill(gate for gate in facts.gates.get(found.case.learner_id, ()) if gate.gate != "show")
    lowest = min((gates.get(slug, []) for slug in found.findings), key=lambda mine: _reached(mine, today))
    return Progressing(
        met=sum(finding.met for finding in found.findings.values()),
        skills=len(found.findings),
        titles=tuple(skill.title for skill in found.skills.values()),
        lines=tuple(
            (line.name, min(line.have, line.need), line.need) for line in nearest.lines if line.name != "from_coach"
        ),
        # Show is the gate that waits, for whoever reads their queue.
        ladder=ladder(lowest, None, today, expires_within=expires_within, turn=Turn("show", _("you"))),
    )


def _reached(gates: Sequence[OpenGate], today: date) -> int:
    return max((GATES.index(gate.gate) for gate in gates if gate.counts_on(today)), default=-1)
