"""What cases show: their observations, read at once and measured by the evidence rule of their standard."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from assessments.models import Case, ObservationSkill
from assessments.rules.evidence import EvidenceFinding, Seen, examine
from assessments.rules.specs import StandardSpec
from lms.api import Prepared, Skill, human_of, humans_of, skills_by_slug


@dataclass(frozen=True, slots=True)
class SeenOfSkill:
    """One skill of one observation: how it was rated, by whom, and the fingerprint of the observation. ``human``: the
    oldest account of an observer who has several, else None.
    """

    observation: int
    case: int
    uid: UUID
    skill: str
    context: str
    supervision: int
    observer: int
    human: int | None
    occurred_at: datetime
    digest: str


_seen = Prepared(
    SeenOfSkill,
    lambda cases: ObservationSkill.objects.filter(observation__case__in=cases).annotate(
        as_human=human_of("observation__observer")
    ),
    observation="observation_id",
    case="observation__case_id",
    uid="observation__uid",
    skill="skill__slug",
    context="observation__context",
    observer="observation__observer_id",
    human="as_human",
    occurred_at="observation__occurred_at",
    digest="observation__digest",
)


@dataclass(frozen=True, slots=True)
class CaseFinding:
    """What a case shows now: one finding a skill, in the standard's order; ``seen`` has the fingerprint of every
    observation with a rating, by uid. ``rated``: what was seen of each skill, ``decider``: the person who would decide.
    """

    case: Case
    spec: StandardSpec
    skills: Mapping[str, Skill]
    findings: Mapping[str, EvidenceFinding]
    seen: Mapping[UUID, str]
    rated: Mapping[str, Sequence[Seen]]
    decider: int | None

    def met_since(self, slug: str, since: date, at: datetime) -> bool:
        """Whether what was seen of a skill from a day on (UTC) meets the rule by itself."""
        spec, items = self.spec, [item for item in self.rated[slug] if item.occurred_at.date() >= since]
        return examine(spec.rule, items, coach=self.decider, at=at, grants=spec.grants, risk=spec.risk).met

    @property
    def ready(self) -> bool:
        """Whether the rule is met for at least one skill."""
        return any(finding.met for finding in self.findings.values())


def examine_cases(
    cases: Iterable[Case],
    coaches: Mapping[int, int | None],
    at: datetime,
    skills: Mapping[str, Skill] | None = None,
) -> dict[int, CaseFinding]:
    """What each case (fetched with its version) shows now.

    ``coaches`` maps enrolment ids to the deciding coach; ``skills``: those that the standards name, by slug, where they
    are known. Queries: 2 for any number of cases, 1 with ``skills``; 0 for none.
    """
    cases = list(cases)
    if not cases:
        return {}
    known = skills_by_slug(skills_of(cases)) if skills is None else skills
    seen = seen_in(cases)
    return {case.pk: finding_of(case, seen[case.pk], known, coaches.get(case.enrolment_id), at) for case in cases}


def skills_of(cases: Iterable[Case]) -> set[str]:
    """Slugs of the skills that the standards of these cases name. Queries: 0."""
    return {slug for case in cases for slug in case.version.spec["skills"]}


def seen_in(cases: Iterable[Case]) -> dict[int, list[SeenOfSkill]]:
    """Every skill that was seen in these cases, by id of the case. Queries: 1."""
    seen: dict[int, list[SeenOfSkill]] = defaultdict(list)
    for row in _seen(cases=[case.pk for case in cases]):
        seen[row.case].append(row)
    return seen


def finding_of(
    case: Case, rows: Iterable[SeenOfSkill], skills: Mapping[str, Skill], coach: int | None, at: datetime
) -> CaseFinding:
    """What one case shows, from what was seen of each skill. What somebody saw by two accounts, one person saw; what
    the learner saw of themself by another account does not count.

    Queries: 0, or 1 when an observer has several accounts.
    """
    spec, rows = StandardSpec.from_json(case.version.spec), list(rows)
    several = any(row.human for row in rows)
    humans = humans_of(pk for pk in (case.learner_id, coach) if pk) if several else {}
    by_skill: dict[str, list[Seen]] = {slug: [] for slug in spec.skills}
    digests = {}
    for row in rows:
        digests[row.uid] = row.digest
        if row.skill in by_skill and (row.human is None or row.human != humans.get(case.learner_id)):
            observer = row.human or row.observer
            seen = Seen(row.uid, observer, row.context, row.supervision, row.occurred_at, row.observation)
            by_skill[row.skill].append(seen)
    decider = humans.get(coach, coach) if coach else None
    findings = {
        slug: examine(spec.rule, items, coach=decider, at=at, grants=spec.grants, risk=spec.risk)
        for slug, items in by_skill.items()
    }
    named = {slug: skills[slug] for slug in spec.skills}
    return CaseFinding(case, spec, named, findings, digests, by_skill, decider)
