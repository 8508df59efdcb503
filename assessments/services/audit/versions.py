"""Versions of skills, roles, standards and calibration sets: each is what its spec says, numbered without a gap.

The log says that a version is what was written. That the application can have written it, this sees: whoever has the
key could write one whose columns say something else than its spec, or a standard that asks for no evidence at all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from assessments.models import CalibrationVersion, StandardVersion
from assessments.rules.calibration import decides
from assessments.rules.evidence import asks_enough
from assessments.rules.specs import CalibrationSpec, StandardSpec
from lms.api import RoleProfileVersion, SkillVersion
from lms.rules.digest import digest
from lms.rules.specs import RequirementSpec, structure

from .finding import LedgerFinding, guarded
from .log import Log
from .records import Records

OTHER = "is not what its spec says"


class SkillsThen:
    """What skills were called, at a place of the log."""

    def __init__(self, records: Records, log: Log) -> None:
        self._versions: dict[int, list[tuple[int, dict[str, Any]]]] = defaultdict(list)
        for version in records.all(SkillVersion):
            place = log.number("skill version", version.uid)
            if place and isinstance(version.spec, dict):
                self._versions[version.skill_id].append((place, version.spec))

    def named(self, skill: Any, name: str, place: int) -> str:
        """``slug`` or ``title`` by the newest version above that place; as it is now, where there is none."""
        before = [found for found in self._versions[skill.pk] if found[0] < place]
        return str(max(before, key=lambda found: found[0])[1].get(name) if before else getattr(skill, name))


def check_versions(records: Records, log: Log) -> Iterator[LedgerFinding]:
    """Judge every version. Queries: 0."""
    skills = SkillsThen(records, log)
    for version in records.all(SkillVersion):
        yield from _judged("skill version", version, version.digest == digest(version.spec))
    for version in records.all(RoleProfileVersion):
        where = f"role version {version.uid}"
        yield from guarded(where, _role, where, version, skills, _place(log, "role version", version.uid))
    for version in records.all(StandardVersion):
        where = f"standard version {version.uid}"
        yield from guarded(where, _standard, where, version, skills, _place(log, "standard version", version.uid))
    for version in records.all(CalibrationVersion):
        where = f"calibration version {version.uid}"
        yield from guarded(where, _calibration, where, version, skills, _place(log, "calibration version", version.uid))
    for kind, model, owner in (
        ("skill version", SkillVersion, "skill_id"),
        ("role version", RoleProfileVersion, "profile_id"),
        ("standard version", StandardVersion, "standard_uid"),
        ("calibration version", CalibrationVersion, "set_uid"),
    ):
        for rows in records.grouped(model, owner).values():
            yield from _numbers(kind, rows, log)


def _place(log: Log, kind: str, uid: UUID) -> int:
    return log.number(kind, uid) or len(log.heads)


def _judged(kind: str, version: Any, same: bool) -> Iterator[LedgerFinding]:
    if not same:
        yield LedgerFinding(f"{kind} {version.uid}", OTHER)


def _numbers(kind: str, rows: list[Any], log: Log) -> Iterator[LedgerFinding]:
    """From 1, one after the other, in the order of the log."""
    places = [_place(log, kind, row.uid) for row in rows]
    for number, (_at, row) in enumerate(sorted(zip(places, rows, strict=True), key=lambda pair: pair[0]), start=1):
        if row.number != number:
            yield LedgerFinding(f"{kind} {row.uid}", f"has number {row.number}, and is the {number}. of its kind")


def _role(where: str, version: RoleProfileVersion, skills: SkillsThen, place: int) -> Iterator[LedgerFinding]:
    lines = tuple(
        RequirementSpec(
            skill=skills.named(line.skill, "slug", place),
            level=line.level,
            weight=line.weight,
            target_day=line.target_day,
            critical=line.critical,
            standard=line.standard_uid,
        )
        for line in sorted(version.requirements.all(), key=lambda line: line.position)
    )
    requires = [structure(line) for line in lines]
    if version.digest != digest({"threshold": version.threshold.normalize(), "requires": requires}):
        yield LedgerFinding(where, OTHER)


def _standard(where: str, version: StandardVersion, skills: SkillsThen, place: int) -> Iterator[LedgerFinding]:
    spec = StandardSpec.from_json(version.spec)
    columns = (version.standard_uid, version.title, version.grants, version.risk, version.valid_months)
    named = sorted(skills.named(skill, "slug", place) for skill in version.skills.all())
    same = columns == (spec.uid, spec.title, spec.grants, spec.risk, spec.valid_months)
    if version.digest != digest(version.spec) or not same or named != sorted(spec.skills):
        yield LedgerFinding(where, OTHER)
    if not asks_enough(spec.rule) or spec.valid_months < 1:
        yield LedgerFinding(where, "asks for no evidence, or is valid for no time")


def _calibration(where: str, version: CalibrationVersion, skills: SkillsThen, place: int) -> Iterator[LedgerFinding]:
    spec = CalibrationSpec.from_json(version.spec)
    deciding = decides(len(spec.items), spec.min_items, spec.kappa, spec.max_bias)
    columns = (version.set_uid, version.items, version.kappa, version.max_bias, version.decides)
    same = columns == (spec.uid, len(spec.items), spec.kappa, spec.max_bias, deciding)
    if version.digest != digest(version.spec) or not same or skills.named(version.skill, "slug", place) != spec.skill:
        yield LedgerFinding(where, OTHER)
