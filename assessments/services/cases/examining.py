"""What cases show: their observations, read at once and measured by the evidence rule of their standard."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import F, QuerySet

from assessments.models import Case, ObservationSkill
from assessments.rules.evidence import Finding, Seen, examine
from assessments.rules.specs import StandardSpec
from lms.api import Row, Skill, Union, union_part

# The columns of the UNION beside the kind, with the type that each has in every part of it.
COLUMNS: dict[str, models.Field] = {
    "pk": models.BigIntegerField(),
    "case": models.BigIntegerField(),
    "uid": models.UUIDField(),
    "word": models.CharField(),
    "other": models.CharField(),
    "number": models.BigIntegerField(),
    "person": models.BigIntegerField(),
    "at": models.DateTimeField(),
    "more": models.CharField(),
}
SKILL, SEEN = "skill", "seen"


@dataclass(frozen=True, slots=True)
class CaseFinding:
    """What a case shows now: one finding a skill, in the standard's order; ``seen`` has the fingerprint of every
    observation with a rating, by uid.
    """

    case: Case
    spec: StandardSpec
    skills: Mapping[str, Skill]
    findings: Mapping[str, Finding]
    seen: Mapping[UUID, str]

    @property
    def ready(self) -> bool:
        """Whether the rule is met for at least one skill."""
        return any(finding.met for finding in self.findings.values())


def examine_cases(cases: Iterable[Case], coaches: Mapping[int, int | None], at: datetime) -> dict[int, CaseFinding]:
    """What each case (fetched with its version) shows now.

    ``coaches`` maps enrolment ids to the deciding coach. Queries: 1, for any number of cases; 0 for none.
    """
    cases = list(cases)
    if not cases:
        return {}
    slugs = sorted({slug for case in cases for slug in case.version.spec["skills"]})
    rows = _examined(cases=[case.pk for case in cases], slugs=slugs)
    skills, seen = read_examined(rows)
    return {case.pk: finding_of(case, seen[case.pk], skills, coaches.get(case.enrolment_id), at) for case in cases}


def examined_parts(cases: Sequence[int], slugs: Sequence[str]) -> list[QuerySet[Any, Row]]:
    """The skills that the standards name, and every one of them that was seen in these cases."""
    return [
        union_part(
            COLUMNS,
            SKILL,
            Skill.objects.filter(slug__in=slugs),
            pk=F("pk"),
            uid=F("uid"),
            word=F("slug"),
            other=F("title"),
        ),
        union_part(
            COLUMNS,
            SEEN,
            ObservationSkill.objects.filter(observation__case__in=cases),
            pk=F("observation_id"),
            case=F("observation__case_id"),
            uid=F("observation__uid"),
            word=F("skill__slug"),
            other=F("observation__context"),
            number=F("supervision"),
            person=F("observation__observer_id"),
            at=F("observation__occurred_at"),
            more=F("observation__digest"),
        ),
    ]


_examined = Union(examined_parts)
SeenRow = tuple[str, str, Seen]  # slug of the skill, fingerprint of the observation, what was seen


def read_examined(rows: Iterable[Row]) -> tuple[dict[str, Skill], dict[int, list[SeenRow]]]:
    """The skills by slug, and what was seen by case; other kinds of rows are left alone."""
    skills: dict[str, Skill] = {}
    seen: dict[int, list[SeenRow]] = defaultdict(list)
    for kind, pk, case, uid, word, other, number, person, at, more in rows:
        if kind == SKILL:
            skills[word] = Skill.from_db(None, ("id", "uid", "slug", "title"), (pk, uid, word, other))
        elif kind == SEEN:
            seen[case].append((word, more, Seen(uid, person, other, number, at, pk)))
    return skills, seen


def finding_of(
    case: Case, rows: Iterable[SeenRow], skills: Mapping[str, Skill], coach: int | None, at: datetime
) -> CaseFinding:
    """What one case shows, from what was seen of each skill. Queries: 0."""
    spec = StandardSpec.from_json(case.version.spec)
    by_skill: dict[str, list[Seen]] = {slug: [] for slug in spec.skills}
    digests = {}
    for slug, digest, seen in rows:
        digests[seen.uid] = digest
        if slug in by_skill:
            by_skill[slug].append(seen)
    findings = {
        slug: examine(spec.rule, items, coach=coach, at=at, grants=spec.grants, risk=spec.risk)
        for slug, items in by_skill.items()
    }
    return CaseFinding(case, spec, {slug: skills[slug] for slug in spec.skills}, findings, digests)
