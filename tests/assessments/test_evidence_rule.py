"""The evidence rule (docs/decisions/0010) against a second, slower reading of it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.rules.evidence import Seen, examine
from assessments.rules.specs import EvidenceRule
from tests.factories import basics

COACH = 1
RULE = EvidenceRule(observations=3, observers=2, contexts=2, at_least=4, latest=2, window_days=30, max_from_coach=1)


def seen(number: int, observer: int = 2, supervision: int = 4, context: str = "on site", days: float = 1) -> Seen:
    return Seen(UUID(int=number), observer, context, supervision, basics.MONDAY - timedelta(days=days), number)


def ask(items: Sequence[Seen], rule: EvidenceRule = RULE, **fields: Any) -> Any:
    return examine(rule, items, **{"coach": COACH, "at": basics.MONDAY, "grants": 4, "risk": "standard"} | fields)


def met() -> list[Seen]:
    """Just enough for RULE."""
    return [seen(1, 2, 4, "on site", 3), seen(2, 3, 4, "on the phone", 2), seen(3, 2, 5, "on site", 1)]


# --- A second reading ---------------------------------------------------------------------------------------------


def brute_force(
    rule: EvidenceRule, items: Sequence[Seen], coach: int | None, at: datetime, grants: int, risk: str
) -> tuple[bool, int, set[UUID], bool]:
    """(met, ceiling, satisfying, by exception), each line counted from scratch, nothing sorted."""

    def newer(one: Seen, other: Seen) -> bool:
        return (one.occurred_at, one.order) > (other.occurred_at, other.order)

    window = [item for item in items if item.occurred_at <= at and at - item.occurred_at <= timedelta(rule.window_days)]
    of_coach = [item for item in window if item.observer == coach]
    counted = [
        item
        for item in window
        if item not in of_coach or sum(newer(other, item) for other in of_coach) < rule.max_from_coach
    ]
    people = 2 if risk == "high" and rule.observers < 2 else rule.observers
    latest = [item for item in counted if sum(newer(other, item) for other in counted) < rule.latest]
    good = [item for item in latest if item.supervision >= rule.at_least]
    holds = (
        len(counted) >= rule.observations
        and len({item.observer for item in counted}) >= people
        and len({item.context for item in counted}) >= rule.contexts
        and len(good) >= rule.latest
    )
    if holds:
        return True, grants, {item.uid for item in counted}, False
    prompted = [item for item in of_coach if item.supervision in (3, 4, 5)]
    if prompted and risk != "high":
        newest = next(item for item in prompted if not any(newer(other, item) for other in prompted))
        return False, min(2, grants), {newest.uid}, True
    return False, 0, set(), False


rules = st.builds(
    EvidenceRule,
    observations=st.integers(1, 4),
    observers=st.integers(1, 3),
    contexts=st.integers(1, 3),
    at_least=st.integers(1, 5),
    latest=st.integers(1, 3),
    window_days=st.integers(1, 40),
    max_from_coach=st.integers(0, 3),
)
observations = st.lists(
    st.tuples(
        st.integers(1, 4),
        st.integers(1, 5),
        st.sampled_from(["on site", "on the phone", "on video"]),
        st.one_of(st.integers(-2, 45), st.sampled_from([0.5, 30.00001, 39.99999])),
    ),
    max_size=8,
).map(lambda rows: [seen(n, who, supervision, place, days) for n, (who, supervision, place, days) in enumerate(rows)])


@settings(basics.CALM, max_examples=600)
@given(
    rules, observations, st.sampled_from([1, 2, None]), st.integers(1, 5), st.sampled_from(["low", "standard", "high"])
)
def test_the_rule_agrees_with_a_second_reading(
    rule: EvidenceRule, items: list[Seen], coach: int | None, grants: int, risk: str
) -> None:
    finding = ask(items, rule, coach=coach, grants=grants, risk=risk)
    expected = brute_force(rule, items, coach, basics.MONDAY, grants, risk)
    assert (finding.met, finding.ceiling, set(finding.satisfying), finding.by_exception) == expected


@basics.CALM
@given(rules, observations, st.randoms(use_true_random=False))
def test_the_order_in_which_observations_arrive_does_not_matter(
    rule: EvidenceRule, items: list[Seen], chance: random.Random
) -> None:
    shuffled = chance.sample(items, len(items))
    assert ask(shuffled, rule) == ask(items, rule)


@basics.CALM
@given(rules, observations)
def test_the_rule_is_met_exactly_when_every_line_of_the_checklist_is(rule: EvidenceRule, items: list[Seen]) -> None:
    finding = ask(items, rule)
    assert finding.met == all(line.met for line in finding.lines)
    assert all(line.met == (line.have >= line.need) for line in finding.lines if line.name != "from_coach")


# --- Said once each -----------------------------------------------------------------------------------------------


def test_enough_evidence_permits_up_to_the_ceiling() -> None:
    finding = ask(met())
    assert (finding.met, finding.ceiling, finding.by_exception) == (True, 4, False)
    assert set(finding.satisfying) == {UUID(int=n) for n in (1, 2, 3)}


@pytest.mark.parametrize(
    ("line", "items"),
    [
        ("observations", met()[1:]),
        ("observers", [seen(n, 2, 4, place) for n, place in enumerate(["on site", "on site", "on the phone"])]),
        ("contexts", [seen(n, who, 4, "on site") for n, who in enumerate([2, 3, 2])]),
        ("latest", [*met()[:2], seen(3, 2, 3, "on site", 1)]),
    ],
)
def test_each_line_alone_can_hold_a_sign_off_back(line: str, items: list[Seen]) -> None:
    finding = ask(items)
    assert [item.name for item in finding.lines if not item.met] == [line]
    assert (finding.met, finding.ceiling, finding.satisfying) == (False, 0, ())


def test_an_observation_counts_to_the_end_of_the_window_and_no_longer() -> None:
    on_the_edge = [*met()[1:], seen(1, 2, 4, "on site", 30)]
    assert ask(on_the_edge).met
    assert not ask(on_the_edge, at=basics.MONDAY + timedelta(microseconds=1)).met


def test_what_lies_ahead_of_the_decision_does_not_count() -> None:
    assert not ask([*met()[1:], seen(1, 2, 4, "on site", -0.01)]).met


def test_of_the_coachs_own_only_the_newest_count() -> None:
    items = [seen(1, COACH, 4, "on site", 3), seen(2, COACH, 4, "on the phone", 2), seen(3, 2, 4, "on site", 1)]
    assert not ask(items).met
    assert ask(items, EvidenceRule(3, 2, 2, 4, 2, 30, 2)).met
    assert ask(items, coach=99).met, "of somebody who is not deciding, every one counts"


def test_a_later_record_of_the_same_moment_is_the_latest() -> None:
    at_once = [seen(1, 2, 4, "on site"), seen(2, 3, 4, "on the phone"), seen(3, 2, 2, "on site")]
    assert not ask(at_once).met
    assert ask([at_once[2], *at_once[:2]], EvidenceRule(3, 2, 2, 4, 2, 30, 1)) == ask(at_once)


def test_a_high_risk_standard_needs_two_observers_whatever_its_rule_says() -> None:
    lenient = EvidenceRule(
        observations=1, observers=1, contexts=1, at_least=4, latest=1, window_days=30, max_from_coach=1
    )
    alone = [seen(1)]
    assert ask(alone, lenient).met
    assert not ask(alone, lenient, risk="high").met
    assert ask([*alone, seen(2, 3)], lenient, risk="high").met


def test_one_prompted_observation_by_the_coach_allows_level_two_at_most() -> None:
    own = [seen(1, COACH, 3)]
    assert (ask(own).ceiling, ask(own).by_exception, ask(own).satisfying) == (2, True, (UUID(int=1),))
    assert ask(own, grants=1).ceiling == 1, "the ceiling of the standard still holds"
    assert ask([seen(1, COACH, 2)]).ceiling == 0, "led step by step is not enough"
    assert ask([seen(1, 2, 5)]).ceiling == 0, "somebody else's is not the coach's"
    assert ask([seen(1, COACH, 3, days=31)]).ceiling == 0, "outside the window"
    assert ask(own, risk="high").ceiling == 0, "never on a high-risk standard"
    assert ask(own, EvidenceRule(3, 2, 2, 4, 2, 30, 0)).ceiling == 2, "also where none of the coach's count otherwise"


def test_nothing_seen_permits_nothing() -> None:
    finding = ask([])
    assert (finding.met, finding.ceiling, finding.satisfying, finding.by_exception) == (False, 0, (), False)
