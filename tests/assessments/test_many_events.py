"""A ledger of ten thousand events is verified whole; how long it takes is printed and never a gate."""

from __future__ import annotations

from datetime import timedelta
from time import process_time

import pytest

from assessments.api import verify_ledger
from assessments.models import SignOffEvent
from tests.factories import basics, decisions

pytestmark = [pytest.mark.django_db, pytest.mark.long]

SKILLS = ("listening", "numbers", "asking", "summing-up", "following-up")
LEARNERS, DECISIONS = 100, 11
"""Each decision after the first signs five skills and supersedes five sign-offs."""


def test_ten_thousand_events_are_verified(capsys: pytest.CaptureFixture[str]) -> None:
    """Issue 9, *Shows*: under 60 seconds of CPU; PERFORMANCE.md says on which machine."""
    benches = [decisions.decision_scene(f"visit-{number}", *SKILLS) for number in range(LEARNERS)]
    for decision in range(DECISIONS):
        for number, work in enumerate(benches):
            at = basics.MONDAY + timedelta(days=7 * decision + number // 20, minutes=10 * (number % 20))
            decisions.signed(work, at, 3)
    events = SignOffEvent.objects.count()
    began = process_time()
    report = verify_ledger(at=at + timedelta(days=1))
    took = process_time() - began
    with capsys.disabled():
        print(f"\n{events} events, {report.entries} entries of the log: {took:.1f} s of CPU")
    assert report.findings == ()
    assert report.events == events >= 10_000
