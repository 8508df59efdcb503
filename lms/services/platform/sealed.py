"""What of the record stands in the log: who had which duty, which accounts are one human's, and what skills and roles
meant.
"""

from __future__ import annotations

from lms.models import DutyHolding, Parting, RoleProfileVersion, SamePerson, SkillVersion

from .log import SealedTable

REQUIREMENT = ("skill_id", "position", "level", "weight", "critical", "target_day", "standard_uid")


def _requirements(version: RoleProfileVersion) -> dict[str, object]:
    """Every line of a role profile version. Queries: 1, or 0 when prefetched."""
    rows = sorted(version.requirements.all(), key=lambda row: row.position)
    return {"requirements": [[getattr(row, name) for name in REQUIREMENT] for row in rows]}


SEALED = (
    SealedTable(
        "duty",
        DutyHolding,
        columns=("uid", "person_id", "duty", "from_at", "given_by_id", "reason"),
        since="from_at",
        ending=("until_at", "ended_by_id", "ended_reason"),
    ),
    SealedTable(
        "same person",
        SamePerson,
        columns=("uid", "first_id", "second_id", "number", "joined_by_id", "joined_at", "reason"),
        since="joined_at",
    ),
    SealedTable(
        "parting",
        Parting,
        columns=("uid", "joining_id", "parted_by_id", "parted_at", "reason"),
        since="parted_at",
    ),
    SealedTable(
        "skill version",
        SkillVersion,
        columns=("uid", "skill_id", "number", "digest", "spec", "published_at"),
        since="published_at",
    ),
    SealedTable(
        "role version",
        RoleProfileVersion,
        columns=("uid", "profile_id", "number", "digest", "threshold", "published_at"),
        since="published_at",
        parts=_requirements,
    ),
)
