"""What of judging stands in the log: standards and calibration sets, evidence and observations, and every event."""

from __future__ import annotations

from assessments.models import (
    CalibrationAttempt,
    CalibrationVersion,
    Erasure,
    Evidence,
    HeldBefore,
    Observation,
    SignOffEvent,
    StandardVersion,
)
from assessments.services.cases.observations import observation_digest
from lms.api import SealedTable


def _skills(version: StandardVersion) -> dict[str, object]:
    return {"skills": sorted(skill.pk for skill in version.skills.all())}


def _says(observation: Observation) -> dict[str, object]:
    """The fingerprint of all that it says, made anew: the column could have been changed with the words."""
    return {"says": observation_digest(observation, observation.ratings.all(), observation.indicators.all())}


def _let_go(erasure: Erasure) -> dict[str, object]:
    return {"texts": sorted([text.event_id, text.name] for text in erasure.texts.all())}


def _attested(entry: HeldBefore) -> dict[str, object]:
    return {"skills": sorted([row.skill_id, row.version_id, row.level] for row in entry.skills.all())}


SEALED = (
    SealedTable(
        "standard version",
        StandardVersion,
        columns=(
            "uid",
            "standard_uid",
            "number",
            "digest",
            "title",
            "spec",
            "grants",
            "risk",
            "valid_months",
            "published_at",
        ),
        since="published_at",
        parts=_skills,
    ),
    SealedTable(
        "calibration version",
        CalibrationVersion,
        columns=(
            "uid",
            "set_uid",
            "number",
            "digest",
            "skill_id",
            "spec",
            "items",
            "kappa",
            "max_bias",
            "decides",
            "published_at",
        ),
        since="published_at",
    ),
    SealedTable(
        "calibration attempt",
        CalibrationAttempt,
        columns=("uid", "person_id", "version_id", "ratings", "kappa", "bias", "passed", "for_learning", "taken_at"),
        since="taken_at",
    ),
    SealedTable(
        "evidence",
        Evidence,
        columns=(
            "uid",
            "case_id",
            "item",
            "kind",
            "text",
            "url",
            "file",
            "file_name",
            "content_type",
            "size",
            "sha256",
            "added_by_id",
            "added_at",
        ),
        since="added_at",
        ending=("withdrawn_at",),
    ),
    SealedTable(
        "held before",
        HeldBefore,
        columns=("uid", "person_id", "role_version_id", "since", "recorded_by_id", "recorded_at"),
        since="recorded_at",
        ending=("answered_at", "answered_by_id", "status"),
        parts=_attested,
    ),
    SealedTable("observation", Observation, columns=("uid", "digest", "recorded_at"), since="recorded_at", parts=_says),
    SealedTable(
        "erasure",
        Erasure,
        columns=("uid", "person_id", "asked_by_id", "agreed_by_id", "reason", "erased_at"),
        since="erased_at",
        parts=_let_go,
    ),
    SealedTable("event", SignOffEvent, columns=("uid", "this_hash", "recorded_at"), since="occurred_at"),
)
