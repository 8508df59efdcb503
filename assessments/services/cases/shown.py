"""Fingerprints of what the pages of a case show (``lms.rules.shown``): made for the page, and again by the service.

Whoever calls a service without a page asks ``decision_at`` and ``encounter_at``, which read what the page would read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from assessments.models import Case, Evidence, StandardVersion
from assessments.rules.specs import StandardSpec
from coaching.api import may_observe
from lms.api import User
from lms.rules.days import months_later
from lms.rules.shown import fingerprint

from .evidence import pieces_of
from .examining import CaseFinding, examine_cases
from .renewing import Renewal, renewals_of_case
from .standards import SkillPart, parts_of


def decision_shown(
    found: CaseFinding,
    pieces: Iterable[Evidence],
    parts: Sequence[SkillPart],
    renewed: Mapping[str, Renewal],
    at: datetime,
) -> str:
    """What the page of a decision shows: the standard with its signs, the rule skill by skill, every observation, every
    piece of evidence with its name and place, and until when a sign-off would be valid. Queries: 0.
    """
    case = found.case
    return fingerprint(
        "decision",
        case.uid,
        [case.status, case.returned_at],
        [case.version.number, case.version.digest, parts],
        found.findings,
        sorted((str(uid), digest) for uid, digest in found.seen.items()),
        [[piece.uid, piece.item, piece.kind, piece.file_name, piece.sha256] for piece in pieces],
        months_later(at.date(), case.version.valid_months),
        sorted((slug, renewal.before.uid, renewal.until) for slug, renewal in renewed.items()),
    )


def decision_at(case: Case, decider: User, at: datetime) -> str:
    """What the page of a decision shows this person at a moment; ``case`` comes with its version. Queries: 4."""
    found = examine_cases([case], {case.enrolment_id: decider.pk}, at)[case.pk]
    return decision_shown(found, pieces_of(case), parts_of(found.spec), renewals_of_case(found, at), at)


def encounter_shown(version: StandardVersion, granted: Collection[int], parts: Iterable[SkillPart]) -> str:
    """What the second page of an observation shows: the standard, and the signs of the skills that this person may
    rate (ids). Queries: 0.
    """
    mine = [part for part in parts if part.id in granted]
    return fingerprint("encounter", version.standard_uid, version.number, version.digest, mine)


def encounter_at(version: StandardVersion, observer: User, at: datetime) -> str:
    """What the second page of an observation shows this person at a moment. Queries: 3."""
    parts = parts_of(StandardSpec.from_json(version.spec))
    return encounter_shown(version, may_observe(observer.pk, [part.id for part in parts], at), parts)
