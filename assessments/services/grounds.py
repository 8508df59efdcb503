"""What a decision on a case rests on, read in one UNION inside the transaction that decides.

What was seen and handed in, with fingerprints; the grants of who decides, and whether they are the coach; who of the
two manages the other; the learner's open paths, on which the demonstration may be a step.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import F, QuerySet

from assessments.models import Case, Evidence, ObservationSkill
from coaching.api import authority_rows
from lms.api import Enrolment, Skill, User, managing, union_part

from .cases import CaseFinding, SeenRow, finding_of, skill_of

# The columns of the UNION beside the kind, with the type that each has in every part of it.
COLUMNS: dict[str, models.Field] = {
    "pk": models.BigIntegerField(),
    "uid": models.UUIDField(),
    "word": models.CharField(),
    "other": models.CharField(),
    "number": models.BigIntegerField(),
    "person": models.BigIntegerField(),
    "at": models.DateTimeField(),
    "more": models.CharField(),
}


@dataclass(frozen=True, slots=True)
class Grounds:
    """``bases``: basis of the signer's grant by skill id, ``as_coach`` whether they are the coach or stand in for one;
    ``evidence``: fingerprints by uid; ``above``: ids of those of the two who manage the other.
    """

    finding: CaseFinding
    evidence: Mapping[UUID, str]
    bases: Mapping[int, str]
    as_coach: bool
    above: frozenset[int]
    paths: tuple[Enrolment, ...]


def grounds_of(case: Case, signer: User, at: datetime) -> Grounds:
    """Everything that a decision of this person on the case rests on. Queries: 1."""
    rows: dict[str, list[tuple[Any, ...]]] = {}
    parts = _parts(case, signer, at)
    for kind, *row in parts[0].union(*parts[1:], all=True):
        rows.setdefault(kind, []).append(tuple(row))
    skills = {slug: skill_of(pk, uid, slug, title) for pk, uid, slug, title, *_rest in rows.get("skill", ())}
    seen = [
        SeenRow(uid, digest, person, context, moment, pk, number, slug)
        for pk, uid, slug, context, number, person, moment, digest in rows.get("seen", ())
    ]
    grants = rows.get("grant", ())
    return Grounds(
        finding_of(case, seen, skills, signer.pk, at),
        {row[1]: row[2] for row in rows.get("evidence", ())},
        {pk: basis for pk, _uid, basis, *_rest in grants},
        any(as_coach for _pk, _uid, _basis, _other, as_coach, *_rest in grants),
        frozenset(row[0] for row in rows.get("above", ())),
        tuple(Enrolment.from_db(None, ("id", "path_version_id"), (row[0], row[4])) for row in rows.get("path", ())),
    )


def _parts(case: Case, signer: User, at: datetime) -> list[QuerySet[Any]]:
    slugs, pair = case.version.spec["skills"], (signer.pk, case.learner_id)
    skills = Skill.objects.filter(slug__in=slugs)
    return [
        union_part(COLUMNS, "skill", skills, pk=F("pk"), uid=F("uid"), word=F("slug"), other=F("title")),
        union_part(
            COLUMNS,
            "seen",
            ObservationSkill.objects.filter(observation__case=case),
            pk=F("observation_id"),
            uid=F("observation__uid"),
            word=F("skill__slug"),
            other=F("observation__context"),
            number=F("supervision"),
            person=F("observation__observer_id"),
            at=F("observation__occurred_at"),
            more=F("observation__digest"),
        ),
        union_part(
            COLUMNS, "evidence", Evidence.objects.filter(case=case, withdrawn_at=None), uid=F("uid"), word=F("sha256")
        ),
        union_part(
            COLUMNS,
            "grant",
            authority_rows(signer, case.enrolment_id, skills, at),
            pk=F("skill_id"),
            word=F("basis"),
            number=F("as_coach"),
        ),
        *(
            union_part(COLUMNS, "above", managing(below, at.date()).filter(pk=above), pk=F("pk"))
            for above, below in (pair, pair[::-1])
        ),
        union_part(
            COLUMNS,
            "path",
            Enrolment.objects.filter(person=case.learner_id, status__in=Enrolment.OPEN),
            pk=F("pk"),
            number=F("path_version_id"),
        ),
    ]
