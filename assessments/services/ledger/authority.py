"""By which rows somebody signs: read in the transaction that signs, and sealed in the event.

An event names the rows that gave its signer the right (assignment and absence, grants, a duty), so that verifying need
not guess: each of them must stand in the log before the event and must not have ended before it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from assessments.models import Case, SignOffEvent
from coaching.api import AsCoach, as_coach, grants_at
from lms.api import Skill, User, is_learning_administrator
from lms.errors import NotAllowed

COACH, STANDING, STAND_IN = "coach", "standing coach", "stand-in of the coach"
LEARNING, OBSERVER = "learning administrator", "observer"


@dataclass(frozen=True, slots=True)
class Authority:
    """``capacity``: as what somebody signs (CAPACITIES of the model); ``rows``: by which rows."""

    capacity: str
    rows: dict[str, object]


def to_decide(actor: User, case: Case, skills: Iterable[Skill], at: datetime) -> Authority:
    """The right to decide a case. Queries: 2-4. Raises NotAllowed when no row of the record gives it."""
    skills = list(skills)
    held = as_coach(actor.pk, case.enrolment_id, at)
    grants = _grants(actor, skills, at)
    if held is None or len(grants) < len(skills):
        raise NotAllowed(_("The record does not say that you coach this learner now. Ask Learning to look at it."))
    return Authority(_capacity(held), {**_assignment(held), "grants": grants})


def to_follow(actor: User, event: SignOffEvent, at: datetime) -> Authority:
    """The right to countersign, refuse or take back: as who signed, as Learning, or as an observer. Queries: 1-3."""
    own = event.case if actor.pk == event.signer_id else None
    held = as_coach(actor.pk, own.enrolment_id, at) if own else None
    if held:
        return Authority(_capacity(held), _assignment(held))
    if is_learning_administrator(actor):
        return Authority(LEARNING, {"duty": "learning"})
    return Authority(OBSERVER, {"grants": _grants(actor, [event.skill], at)})


def _capacity(held: AsCoach) -> str:
    if held.absence:
        return STAND_IN
    return STANDING if held.standing else COACH


def _assignment(held: AsCoach) -> dict[str, object]:
    name = "standing" if held.standing else "assignment"
    return {name: str(held.assignment), "absence": str(held.absence) if held.absence else None}


def _grants(actor: User, skills: Iterable[Skill], at: datetime) -> dict[str, str]:
    """Grants by slug of the skill."""
    slugs = {skill.pk: skill.slug for skill in skills}
    return {slugs[pk]: str(uid) for pk, uid in grants_at(actor.pk, slugs, at).items()}
