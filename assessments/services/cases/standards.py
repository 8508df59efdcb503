"""What is asked: by a role, skill by skill, and by a standard, as it is worded now; and who may watch whom for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from functools import lru_cache
from uuid import UUID

from assessments.models import StandardVersion
from assessments.rules.readiness import Required
from assessments.rules.specs import StandardSpec
from coaching.api import observers_for
from lms.api import (
    Enrolment,
    SkillVersion,
    StepKind,
    User,
    named_like,
    oneself,
    paths_to_be_seen_on,
    requirements_of,
    skill_versions,
    skills_with_ids,
    structure_of,
)
from lms.rules.scales import bands_for_level


@dataclass(frozen=True, slots=True)
class RoleRequirements:
    """What a role profile version asks for; ``by_skill`` has the same lines by the slug of the skill."""

    requirements: tuple[Required, ...]
    threshold: Fraction
    by_skill: Mapping[str, Required]


@lru_cache(maxsize=128)
def role_of(version_id: int) -> RoleRequirements:
    """What a version asks for, which never changes. Queries: 1 the first time in a process."""
    rows = requirements_of([version_id])[version_id]
    required = tuple(
        Required(row.skill.slug, row.level, row.weight, row.critical, row.standard_uid, row.target_day) for row in rows
    )
    threshold = Fraction(rows[0].version.threshold) if rows else Fraction(1)
    return RoleRequirements(required, threshold, {line.skill: line for line in required})


def standard_titles(uids: Iterable[UUID]) -> dict[UUID, str]:
    """What standards are called now. Queries: 1, 0 for none."""
    wanted = set(uids)
    if not wanted:
        return {}
    rows = StandardVersion.objects.filter(standard_uid__in=wanted).order_by("number")
    return dict(rows.values_list("standard_uid", "title"))


@dataclass(frozen=True, slots=True)
class Sign:
    """One indicator of the standard; ``name`` is "skill/indicator"."""

    name: str
    text: str
    band: str


@dataclass(frozen=True, slots=True)
class SkillPart:
    """What a standard asks of one skill, by indicator, and what it is not."""

    id: int
    slug: str
    title: str
    not_this: str
    signs: tuple[Sign, ...]


def parts_of(spec: StandardSpec) -> tuple[SkillPart, ...]:
    """The standard's own indicators as they are worded now, in the bands that its ceiling asks for. Queries: 1."""
    latest: dict[str, SkillVersion] = {}
    worded: dict[str, tuple[str, str]] = {}
    for version in skill_versions(spec.skills):
        latest[version.skill.slug] = version
        for band, signs in version.spec["levels"].items():
            worded |= {f"{version.skill.slug}/{sign['id']}": (band, sign["text"]) for sign in signs}
    bands = bands_for_level(spec.grants)
    return tuple(
        SkillPart(
            latest[slug].skill_id,
            slug,
            latest[slug].skill.title,
            latest[slug].spec["not_this"],
            tuple(
                Sign(name, worded[name][1], worded[name][0])
                for name in spec.indicators
                if name.startswith(f"{slug}/") and name in worded and worded[name][0] in bands
            ),
        )
        for slug in spec.skills
        if slug in latest
    )


@dataclass(frozen=True, slots=True)
class Watcher:
    """Somebody who can be asked to watch, and for which of the standard's skills (all when ``skills`` is empty)."""

    person: User
    skills: tuple[str, ...]
    is_coach: bool


def watchers_for(parts: Sequence[SkillPart], learner: User, coach: User | None, on: date) -> list[Watcher]:
    """Who may be asked to watch, those for all skills first; never the learner. Queries: 1 a skill."""
    able: dict[User, list[str]] = {}
    for part in parts:
        for person in observers_for([part.id], [learner], on=on):
            able.setdefault(person, []).append(part.title)
    found = [
        Watcher(person, () if len(skills) == len(parts) else tuple(skills), coach is not None and person == coach)
        for person, skills in able.items()
    ]
    return sorted(found, key=lambda item: (bool(item.skills), item.person.name_order))


@dataclass(frozen=True, slots=True)
class Occasion:
    """A learner whom the reader may observe unasked, on one path."""

    enrolment: Enrolment
    standards: tuple[UUID, ...]


def occasions_for(reader: User, skill_ids: Sequence[int], at: datetime, words: str = "") -> list[Occasion]:
    """Learners on running paths, or in roles that paths led to, with a standard that asks for one of these skills, by
    name; never the reader.

    Queries: 2, and 2 a path version the first time in a process.
    """
    slugs = set(skills_with_ids(skill_ids).values_list("slug", flat=True))
    rows = paths_to_be_seen_on().filter(person__is_active=True).exclude(oneself(reader, "person"))
    if words:
        rows = rows.filter(named_like(words, "person__"))
    found = []
    for enrolment in rows.select_related("person", "path").order_by("person__name_order", "pk"):
        steps = structure_of(enrolment.path_version_id).steps.values()
        standards = tuple(
            step.content_uid
            for step in steps
            if step.kind == StepKind.DEMONSTRATION and step.content_uid and slugs & set(step.skills)
        )
        if standards:
            found.append(Occasion(enrolment, standards))
    return found
