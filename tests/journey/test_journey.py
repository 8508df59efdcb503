"""The whole job leads where it should, and what stands in the record afterwards holds together."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .walk import SKILL, Walked

pytestmark = pytest.mark.browser


def test_from_the_first_day_to_vouched_for(journey: Callable[[], Walked]) -> None:
    walked = journey()
    site, learner = walked.site, walked.people["learner"]
    learner.go("/skills/")
    assert "May act with a coach on call" in learner.text(f"skill-{SKILL}")
    site.wait_for_mail("learner@", "decided")

    assert "0 findings" in site.manage("verify_signoffs").stdout
    assert "0 missing, 0 too many" in site.manage("rebuild_gates", "--check").stdout
