"""The unlock engine against an independent evaluator that enumerates, and simulates days one by one."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.rules.gates import GATES, Standing
from lms.rules.unlock import (
    DayReached,
    Facts,
    GateOpen,
    MilestoneDone,
    Rule,
    StepDone,
    check_rules,
    evaluate,
    evaluate_all,
)

STEPS = [UUID(int=n) for n in range(1, 6)]
GONE = UUID(int=99)
MILESTONES = {UUID(int=11): frozenset(STEPS[:2]), UUID(int=12): frozenset(), UUID(int=13): frozenset(STEPS[2:])}
SKILLS = ["listening", "repair"]
HORIZON = 70


def date_of(day):
    """The first of March is day 0."""
    return date(2026, 3, 1) + timedelta(days=day)


leaves = st.one_of(
    st.sampled_from([*STEPS, GONE]).map(StepDone),
    st.sampled_from([*MILESTONES, GONE]).map(MilestoneDone),
    st.builds(GateOpen, st.sampled_from(SKILLS), st.sampled_from(["try", "do", "show"]), st.integers(0, 5)),
    st.integers(0, 60).map(DayReached),
)
rules = st.lists(leaves, min_size=1, max_size=5).flatmap(
    lambda found: st.integers(1, len(found)).map(lambda need: Rule(tuple(found), need))
)
standings = st.dictionaries(
    st.sampled_from(SKILLS), st.builds(Standing, st.frozensets(st.sampled_from(GATES)), st.integers(0, 5))
)
facts = st.builds(
    Facts,
    day=st.integers(-5, 60),
    date_of=st.just(date_of),
    done=st.frozensets(st.sampled_from(STEPS)),
    steps=st.just(frozenset(STEPS)),
    milestones=st.just(MILESTONES),
    standings=standings,
)


def holds(leaf, known):
    """Written from the curriculum's README, without looking at the engine."""
    if isinstance(leaf, StepDone):
        return leaf.step not in known.steps or leaf.step in known.done
    if isinstance(leaf, MilestoneDone):
        return leaf.milestone not in known.milestones or all(
            step in known.done for step in known.milestones[leaf.milestone]
        )
    if isinstance(leaf, DayReached):
        return known.day >= leaf.day
    found = known.standings.get(leaf.skill)
    if found is None:
        return False
    if leaf.gate == "show":
        return "show" in found.open and found.level >= leaf.level
    order = ["talk", "try", "do", "show"]
    return any(gate in found.open for gate in order[order.index(leaf.gate) :])


def opens(rule, known):
    """True when some way to choose ``need`` of the leaves has all of them met."""
    met = [holds(leaf, known) for leaf in rule.leaves]
    return any(all(met[place] for place in chosen) for chosen in itertools.combinations(range(len(met)), rule.need))


@given(rules, facts)
def test_open_is_what_enumeration_says(rule, known):
    decision = evaluate(rule, known)
    assert decision.open == opens(rule, known)
    assert [reason.met for reason in decision.reasons] == [holds(leaf, known) for leaf in rule.leaves]
    assert [reason.leaf for reason in decision.reasons] == list(rule.leaves)


@given(rules, facts)
def test_the_date_is_the_first_day_that_a_simulation_finds(rule, known):
    decision = evaluate(rule, known)
    first = None
    for days in range(HORIZON):
        later = Facts(
            day=known.day + days,
            date_of=date_of,
            done=known.done,
            steps=known.steps,
            milestones=known.milestones,
            standings=known.standings,
        )
        if opens(rule, later):
            first = date_of(later.day)
            break
    if decision.open:
        assert first == date_of(known.day)
        assert decision.unlocks_at is None
    else:
        assert decision.unlocks_at == first


@given(rules, facts)
def test_a_target_that_is_gone_locks_nobody_out_and_is_named(rule, known):
    missing = evaluate(rule, known).missing
    assert set(missing) <= {StepDone(GONE), MilestoneDone(GONE)}
    assert {leaf for leaf in rule.leaves if leaf in (StepDone(GONE), MilestoneDone(GONE))} == set(missing)


@given(st.dictionaries(st.sampled_from(STEPS), rules), facts)
def test_many_are_decided_as_one(found, known):
    assert evaluate_all(found, known) == {step: evaluate(rule, known) for step, rule in found.items()}


@pytest.mark.parametrize("size", [1, 2, 3])
def test_truth_tables_of_all_any_and_n_of(size):
    """Every assignment of met and unmet to the leaves, for every n."""
    for assignment in itertools.product([True, False], repeat=size):
        own = tuple(StepDone(STEPS[place]) for place in range(size))
        done = frozenset(STEPS[place] for place, met in enumerate(assignment) if met)
        known = Facts(day=1, date_of=date_of, done=done, steps=frozenset(STEPS))
        assert evaluate(Rule.all_of(*own), known).open == all(assignment)
        assert evaluate(Rule.any_of(*own), known).open == any(assignment)
        for need in range(1, size + 1):
            assert evaluate(Rule(own, need), known).open == (sum(assignment) >= need)


# --- Said once each -----------------------------------------------------------------------------------------------

FIRST = next(iter(MILESTONES))


@pytest.mark.parametrize(
    ("leaf", "before", "after"),
    [
        (StepDone(STEPS[0]), {}, {"done": frozenset(STEPS[:1])}),
        (MilestoneDone(FIRST), {"done": frozenset(STEPS[:1])}, {"done": frozenset(STEPS[:2])}),
        (GateOpen("repair", "do"), {}, {"standings": {"repair": Standing(frozenset({"do"}))}}),
        (
            GateOpen("repair", "show", 3),
            {"standings": {"repair": Standing(frozenset({"show"}), 2)}},
            {"standings": {"repair": Standing(frozenset({"show"}), 3)}},
        ),
        (DayReached(8), {"day": 7}, {"day": 8}),
    ],
    ids=["step", "milestone", "gate", "level", "day"],
)
def test_a_condition_opens_when_its_fact_is_there_and_not_before(leaf, before, after):
    rest = {"day": 1, "date_of": date_of, "steps": frozenset(STEPS), "milestones": MILESTONES}
    assert not evaluate(Rule.all_of(leaf), Facts(**{**rest, **before})).open
    assert evaluate(Rule.all_of(leaf), Facts(**{**rest, **after})).open


@pytest.mark.parametrize("leaf", [StepDone(GONE), MilestoneDone(GONE)], ids=["step", "milestone"])
def test_what_is_gone_counts_as_met(leaf):
    known = Facts(day=1, date_of=date_of, steps=frozenset(STEPS), milestones=MILESTONES)
    assert evaluate(Rule.all_of(leaf), known).open


# --- The stored form ----------------------------------------------------------------------------------------------


def test_every_kind_of_condition_is_read():
    step, milestone = str(STEPS[0]), str(next(iter(MILESTONES)))
    data = {
        "n_of": [
            {"step": step},
            {"milestone": milestone},
            {"day": 30},
            {"skill": "listening", "gate": "try"},
            {"skill": "listening", "gate": "show", "level": 4},
        ],
        "n": 2,
    }
    rule = Rule.from_json(data)
    assert rule.need == 2
    assert rule.leaves == (
        StepDone(STEPS[0]),
        MilestoneDone(UUID(milestone)),
        DayReached(30),
        GateOpen("listening", "try"),
        GateOpen("listening", "show", 4),
    )
    assert Rule.from_json({"all": [{"day": 1}, {"day": 2}]}).need == 2
    assert Rule.from_json({"any": [{"day": 1}, {"day": 2}]}).need == 1
    assert Rule.from_json(None) is None


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"all": []},
        {"all": [{"day": 1}], "any": [{"day": 1}]},
        {"all": [{"day": 1}], "n": 1},
        {"n_of": [{"day": 1}]},
        {"n_of": [{"day": 1}], "n": 0},
        {"n_of": [{"day": 1}], "n": 2},
        {"n_of": [{"day": 1}], "n": "1"},
        {"all": [{"day": 1}], "why": "x"},
        {"all": [{"year": 1}]},
        {"all": [{"skill": "listening", "gate": "talk"}]},
        {"all": [{"skill": "listening"}]},
        {"all": [{"step": "not a uuid"}]},
        {"all": [{"step": str(STEPS[0]), "day": 3}]},
    ],
)
def test_an_unlock_rule_of_another_shape_is_refused(data):
    with pytest.raises(ValueError, match=r"."):
        Rule.from_json(data)


# --- What publishing checks ---------------------------------------------------------------------------------------


def cycles(waits):
    """Steps that can come back to themselves, by a depth-first search that knows nothing of the engine."""
    found = set()
    for start in waits:
        stack, seen = list(waits[start]), set()
        while stack:
            step = stack.pop()
            if step == start:
                found.add(start)
                break
            if step not in seen:
                seen.add(step)
                stack.extend(waits.get(step, ()))
    return found


@given(st.dictionaries(st.sampled_from(STEPS), rules))
def test_cycles_and_dangling_targets_are_found(found):
    known_skills = ["listening"]
    waits = {}
    dangling = []
    for step, rule in found.items():
        for leaf in rule.leaves:
            if isinstance(leaf, StepDone):
                if leaf.step in STEPS:
                    waits.setdefault(step, set()).add(leaf.step)
                else:
                    dangling.append((step, leaf))
            elif isinstance(leaf, MilestoneDone):
                if leaf.milestone in MILESTONES:
                    waits.setdefault(step, set()).update(MILESTONES[leaf.milestone])
                else:
                    dangling.append((step, leaf))
            elif isinstance(leaf, GateOpen) and leaf.skill not in known_skills:
                dangling.append((step, leaf))
    problems = list(check_rules(found, STEPS, MILESTONES, known_skills))
    assert [(problem.step, problem.leaf) for problem in problems if problem.leaf is not None] == dangling
    circled = [problem.step for problem in problems if problem.leaf is None]
    assert len(circled) == len(set(circled))
    assert set(circled) == cycles(waits)


def test_a_step_that_waits_for_itself_through_another_is_a_problem():
    waits = {STEPS[0]: Rule.all_of(StepDone(STEPS[1])), STEPS[1]: Rule.any_of(StepDone(STEPS[0]), DayReached(3))}
    assert [problem.step for problem in check_rules(waits, STEPS, {}, SKILLS)] == STEPS[:2]


@pytest.mark.parametrize("leaf", [StepDone(GONE), MilestoneDone(GONE), GateOpen("juggling", "try")])
def test_a_target_that_does_not_exist_is_a_problem(leaf):
    (problem,) = check_rules({STEPS[0]: Rule.all_of(leaf)}, STEPS, MILESTONES, SKILLS)
    assert (problem.step, problem.leaf) == (STEPS[0], leaf)
