"""Specs of standards."""

from __future__ import annotations

from assessments.rules.specs import EvidenceLine, EvidenceRule, ExpectedLevel, StandardSpec
from cms.blocks.base import number, stream_slugs
from cms.models import StandardPage


def standard_spec(page: StandardPage) -> StandardSpec:
    """A standard with its evidence rule. Queries: at most 1 (skills)."""
    return StandardSpec(
        uid=page.uid,
        slug=page.slug,
        title=page.title,
        skills=stream_slugs(page.skills),
        grants=page.grants,
        risk=page.risk,
        signers=page.signers,
        where=tuple(child.value for child in page.where),
        minutes=page.minutes,
        about=page.about,
        specification=page.specification,
        limits=page.limits,
        risk_if_fails=page.risk_if_fails,
        indicators=tuple(child.value.strip() for child in page.indicators),
        evidence=tuple(EvidenceLine(child.value["key"], child.value["text"]) for child in page.evidence),
        expected_level_by_day=tuple(
            ExpectedLevel(number(child.value["day"]), number(child.value["level"])) for child in page.expected
        ),
        rule=EvidenceRule(
            observations=page.observations,
            observers=page.observers,
            contexts=page.contexts,
            at_least=page.at_least,
            latest=page.latest,
            window_days=page.window_days,
            max_from_coach=page.max_from_coach,
        ),
        valid_months=page.valid_months,
        use_every_months=page.use_every_months,
    )
