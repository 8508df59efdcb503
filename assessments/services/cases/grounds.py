"""What a decision on a case rests on, read inside the transaction that decides and holds the log: nothing that is
written there (observations, evidence, grants, assignments) comes between these questions.

What was seen and handed in, with fingerprints; the grants of who decides, and whether they are the coach; who of the
two manages the other; the learner's open paths, on which the demonstration may be a step.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from assessments.models import Case, CaseReading, Evidence
from coaching.api import held_grants
from lms.api import Enrolment, Prepared, User, managers_of_each, open_paths, skills_by_slug

from .examining import CaseFinding, finding_of, seen_in, skills_of


@dataclass(frozen=True, slots=True)
class Grounds:
    """``bases``: basis of the signer's grant by skill id, ``as_coach`` whether they are the coach or stand in for one;
    ``evidence``: fingerprints by uid; ``above``: ids of those of the two who manage the other; ``has_read``: whether
    what others saw is open to the signer, who observed, or chose to read, or is the learner.
    """

    finding: CaseFinding
    evidence: Mapping[UUID, str]
    bases: Mapping[int, str]
    as_coach: bool
    above: frozenset[int]
    has_read: bool
    paths: tuple[Enrolment, ...]


@dataclass(slots=True)
class _Piece:
    uid: UUID
    sha256: str


@dataclass(slots=True)
class _Path:
    id: int
    path_version: int


_pieces = Prepared(_Piece, lambda case: Evidence.objects.filter(case=case, withdrawn_at=None))
_paths = Prepared(
    _Path,
    lambda learner: open_paths().filter(person=learner),
    path_version="path_version_id",
)


def grounds_of(case: Case, signer: User, at: datetime) -> Grounds:
    """Everything that a decision of this person on the case rests on. Queries: 8."""
    seen = seen_in([case])[case.pk]
    finding = finding_of(case, seen, skills_by_slug(skills_of([case])), signer.pk, at)
    grants = held_grants(signer.pk, case.enrolment_id, [skill.pk for skill in finding.skills.values()], at)
    observers = {row.observer for row in seen}
    has_read = not observers or signer.pk in {*observers, case.learner_id}
    has_read = has_read or CaseReading.objects.filter(case=case, person=signer).exists()
    return Grounds(
        finding,
        {piece.uid: piece.sha256 for piece in _pieces(case=case.pk)},
        grants.bases,
        grants.as_coach,
        _above(signer.pk, case.learner_id, at.date()),
        has_read,
        tuple(
            Enrolment.from_db(None, ("id", "path_version_id"), (path.id, path.path_version))
            for path in _paths(learner=case.learner_id)
        ),
    )


def _above(signer: int, learner: int, on: date) -> frozenset[int]:
    """Ids of those of the two who manage the other. Queries: 1."""
    managers = managers_of_each([signer, learner], on)
    pairs = ((signer, learner), (learner, signer))
    return frozenset(above for above, below in pairs if any(manager.pk == above for manager in managers[below]))
