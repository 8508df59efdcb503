"""Publishing into assessments: scenarios, recall questions, standards and calibration sets become immutable versions.

As in ``lms``: digests are compared first, and a publish that changes nothing writes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from assessments.models import CalibrationVersion, RecallVersion, ScenarioVersion, StandardVersion
from assessments.rules.calibration import decides
from assessments.rules.specs import CalibrationSpec, RecallSpec, ScenarioSpec, StandardSpec
from lms.api import log_row, next_number, recording, skill_ids
from lms.errors import Conflict
from lms.rules.digest import digest, plain


@transaction.atomic
def publish_scenario(spec: ScenarioSpec, at: datetime) -> ScenarioVersion | None:
    """A new scenario version if anything changed; attempts under way keep theirs.

    Raises KeyError for an unknown skill.
    """
    fingerprint = digest(spec)
    number = next_number(ScenarioVersion.objects.filter(scenario_uid=spec.uid), fingerprint)
    if number is None:
        return None
    version = ScenarioVersion.objects.create(
        scenario_uid=spec.uid,
        number=number,
        digest=fingerprint,
        title=spec.title,
        spec=plain(spec),
        published_at=at,
    )
    ids = skill_ids()
    version.skills.set([ids[slug] for slug in spec.skills])
    return version


@transaction.atomic
def publish_recalls(owner_uid: UUID, specs: Sequence[RecallSpec], at: datetime) -> int:
    """The questions that a lesson or course asks now; returns how many rows changed.

    One that is gone is no longer asked. Raises Conflict when a question is another owner's: answers name it by its uid.
    """
    others = RecallVersion.objects.filter(recall_uid__in=[spec.uid for spec in specs]).exclude(owner_uid=owner_uid)
    if others.exists():
        raise Conflict(_("A recall question here is counted as a question of another page. Add it anew."))
    current = {row.recall_uid: row for row in RecallVersion.objects.filter(owner_uid=owner_uid, current=True)}
    changed = 0
    for position, spec in enumerate(specs):
        row = current.pop(spec.uid, None)
        fingerprint = digest(spec)
        if row and row.digest == fingerprint:
            if row.position != position:
                changed += RecallVersion.objects.filter(pk=row.pk).update(position=position)
            continue
        versions = RecallVersion.objects.filter(recall_uid=spec.uid)
        versions.filter(current=True).update(current=False)
        RecallVersion.objects.create(
            recall_uid=spec.uid,
            owner_uid=owner_uid,
            position=position,
            number=next_number(versions, fingerprint) or versions.count() + 1,
            digest=fingerprint,
            spec=plain(spec),
            published_at=at,
        )
        changed += 1
    return changed + RecallVersion.objects.filter(pk__in=[row.pk for row in current.values()]).update(current=False)


@recording()
def publish_standard(spec: StandardSpec, at: datetime) -> StandardVersion | None:
    """A new standard version if anything changed; open cases and signed events keep theirs."""
    fingerprint = digest(spec)
    number = next_number(StandardVersion.objects.filter(standard_uid=spec.uid), fingerprint)
    if number is None:
        return None
    version = StandardVersion.objects.create(
        standard_uid=spec.uid,
        number=number,
        digest=fingerprint,
        title=spec.title,
        spec=plain(spec),
        grants=spec.grants,
        risk=spec.risk,
        valid_months=spec.valid_months,
        published_at=at,
    )
    ids = skill_ids()
    version.skills.set([ids[slug] for slug in spec.skills])
    log_row(version)
    return version


@recording()
def publish_calibration(spec: CalibrationSpec, at: datetime) -> CalibrationVersion | None:
    """A new version of a calibration set if anything changed."""
    fingerprint = digest(spec)
    number = next_number(CalibrationVersion.objects.filter(set_uid=spec.uid), fingerprint)
    if number is None:
        return None
    version = CalibrationVersion.objects.create(
        set_uid=spec.uid,
        number=number,
        digest=fingerprint,
        skill_id=skill_ids()[spec.skill],
        spec=plain(spec),
        items=len(spec.items),
        kappa=spec.kappa,
        max_bias=spec.max_bias,
        decides=decides(len(spec.items), spec.min_items, spec.kappa, spec.max_bias),
        published_at=at,
    )
    log_row(version)
    return version
