"""What a decision on a case rests on, read in one UNION inside the transaction that decides.

What was seen and handed in, with fingerprints; the grants of who decides, and whether they are the coach; who of the
two manages the other; the learner's open paths, on which the demonstration may be a step.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet

from assessments.models import Case, CaseReading, Evidence
from coaching.api import authority_rows
from lms.api import Enrolment, Row, Skill, Union, User, managing, union_part

from .examining import COLUMNS, CaseFinding, examined_parts, finding_of, read_examined


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


def grounds_of(case: Case, signer: User, at: datetime) -> Grounds:
    """Everything that a decision of this person on the case rests on. Queries: 1."""
    rows = _grounds(
        case=case.pk,
        enrolment=case.enrolment_id,
        learner=case.learner_id,
        signer=signer.pk,
        slugs=case.version.spec["skills"],
        on=at.date(),
        at=at,
    )
    skills, seen = read_examined(rows)
    evidence, bases, above, paths, as_coach, chose = {}, {}, set(), [], False, False
    for kind, pk, _case, uid, word, _other, number, *_rest in rows:
        match kind:
            case "evidence":
                evidence[uid] = word
            case "grant":
                bases[pk], as_coach = word, bool(number)
            case "above":
                above.add(pk)
            case "reading":
                chose = True
            case "path":
                paths.append(Enrolment.from_db(None, ("id", "path_version_id"), (pk, number)))
    finding = finding_of(case, seen[case.pk], skills, signer.pk, at)
    observers = {row.observer for _slug, _digest, row in seen[case.pk]}
    has_read = chose or not observers or signer.pk in {*observers, case.learner_id}
    return Grounds(finding, evidence, bases, as_coach, frozenset(above), has_read, tuple(paths))


def _parts(
    *, case: int, enrolment: int, learner: int, signer: int, slugs: list[str], on: date, at: datetime
) -> list[QuerySet[Any, Row]]:
    grants = authority_rows(signer, enrolment, Skill.objects.filter(slug__in=slugs), on, at)
    return [
        *examined_parts([case], slugs),
        union_part(
            COLUMNS, "evidence", Evidence.objects.filter(case=case, withdrawn_at=None), uid=F("uid"), word=F("sha256")
        ),
        union_part(COLUMNS, "grant", grants, pk=F("skill_id"), word=F("basis"), number=F("as_coach")),
        *(
            union_part(COLUMNS, "above", managing(below, on).filter(pk=above), pk=F("pk"))
            for above, below in ((signer, learner), (learner, signer))
        ),
        union_part(COLUMNS, "reading", CaseReading.objects.filter(case=case, person=signer), pk=F("pk")),
        union_part(
            COLUMNS,
            "path",
            Enrolment.objects.filter(person=learner, status__in=Enrolment.OPEN),
            pk=F("pk"),
            number=F("path_version_id"),
        ),
    ]


_grounds = Union(_parts)
