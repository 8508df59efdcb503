"""Readiness (PRODUCT) against the formulas computed again, by hand and with fractions."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.rules.readiness import Readiness, Required, assess_skills, by_skill
from assessments.services.standing.readiness import readiness_of
from lms.models import SkillGate
from lms.rules.gates import OpenGate
from tests.factories import basics, decisions, paths, people
from tests.shown import looked

TODAY = date(2026, 3, 2)
STANDARD, OTHER = UUID(int=1), UUID(int=2)
THRESHOLD = Fraction(85, 100)


def assess(requirements: list[Required], gates: list[OpenGate], threshold: Fraction, on: date) -> Readiness | None:
    return assess_skills(requirements, by_skill(gates), threshold, on)


def required(number: int, weight: int = 1, critical: bool = False, standard: UUID | None = None) -> Required:
    return Required(f"skill-{number}", 3, weight, critical, standard)


def shown(skill: str = "skill-0", level: int = 3, standard: UUID = STANDARD, until: date = TODAY) -> OpenGate:
    return OpenGate(skill, "show", level, standard, until)


# --- The example of the book --------------------------------------------------------------------------------------

WEIGHTS = [1, 2, 2, 1, 2, 1, 1, 1]
CRITICAL = [1, 2]
GATES = ["show", "do", "show", "do", "talk", "try", "talk", "talk"]
LINES = [required(number, weight, number in CRITICAL) for number, weight in enumerate(WEIGHTS)]
OPEN = [
    shown(f"skill-{number}") if gate == "show" else OpenGate(f"skill-{number}", gate)
    for number, gate in enumerate(GATES)
]


def test_the_fixture_of_the_product_page() -> None:
    result = assess(LINES, OPEN, THRESHOLD, TODAY)
    assert result is not None
    assert [term.value for term in result.terms] == [100, 60, 100, 60, 10, 30, 10, 10]
    assert result.progress == 50
    assert result.coverage == Fraction(3, 11)
    assert round(result.coverage * 100) == 27
    assert (result.met_weight, result.weight) == (3, 11)
    assert result.ready is False
    assert result.holder is not None
    assert result.holder.required.skill == "skill-1"


@pytest.mark.django_db
def test_the_fixture_of_the_product_page_through_rows() -> None:
    lines = [paths.requires(f"skill-{n}", 3, w, critical=n in CRITICAL) for n, w in enumerate(WEIGHTS)]
    path = paths.path(paths.step("session"), role_version=paths.role(*lines))
    enrolment = paths.enrolment(people.person("Learner"), path)
    for number, gate in enumerate(GATES):
        more = {"level": 3, "standard_uid": STANDARD, "valid_until": decisions.LATER} if gate == "show" else {}
        SkillGate.objects.create(
            person=enrolment.person,
            skill=paths.skill(f"skill-{number}"),
            gate=gate,
            opened_at=basics.MONDAY,
            source=f"test:{number}",
            **more,
        )
    (found,) = readiness_of([enrolment], basics.MONDAY)
    assert found.readiness is not None
    assert found.readiness.progress == 50
    assert found.readiness.coverage == Fraction(3, 11)
    assert not found.readiness.ready
    assert found.held_by is not None
    assert found.readiness.holder is not None
    assert found.readiness.holder.required.skill == "skill-1"


# --- The formulas, again ------------------------------------------------------------------------------------------

gates = st.lists(
    st.builds(
        lambda skill, gate, level, standard, days: OpenGate(
            f"skill-{skill}",
            gate,
            *((level, standard, TODAY + timedelta(days=days)) if gate == "show" else (None, None, None)),
        ),
        st.integers(0, 4),
        st.sampled_from(["talk", "try", "do", "show"]),
        st.integers(1, 5),
        st.sampled_from([STANDARD, OTHER]),
        st.integers(-2, 2),
    ),
    max_size=10,
)
requirements = st.lists(
    st.tuples(st.integers(1, 5), st.integers(1, 5), st.booleans(), st.sampled_from([None, STANDARD, OTHER])),
    min_size=1,
    max_size=5,
).map(
    lambda rows: [
        Required(f"skill-{number}", level, weight, critical, standard)
        for number, (level, weight, critical, standard) in enumerate(rows)
    ]
)
thresholds = st.fractions(Fraction(1, 10), 1, max_denominator=100)


@basics.CALM
@given(requirements, gates, thresholds)
def test_progress_coverage_and_ready_follow_the_formulas(
    lines: list[Required], opened: list[OpenGate], threshold: Fraction
) -> None:
    values = []
    for line in lines:
        mine = [gate for gate in opened if gate.skill == line.skill]
        mine = [gate for gate in mine if gate.valid_until is None or gate.valid_until >= TODAY]
        full = any(
            gate.gate == "show" and (gate.level or 0) >= line.level and line.standard in (None, gate.standard)
            for gate in mine
        )
        worth = {"talk": 10, "try": 30, "do": 60, "show": 60}
        values.append(100 if full else max((worth[gate.gate] for gate in mine), default=0))
    weight = Fraction(sum(line.weight for line in lines))
    progress = sum((line.weight * value for line, value in zip(lines, values, strict=True)), Fraction(0)) / weight
    coverage = (
        sum((line.weight for line, value in zip(lines, values, strict=True) if value == 100), Fraction(0)) / weight
    )
    critical = all(value == 100 for line, value in zip(lines, values, strict=True) if line.critical)

    result = assess(lines, opened, threshold, TODAY)
    assert result is not None
    assert [term.value for term in result.terms] == values
    assert result.progress == progress
    assert result.coverage == coverage
    assert result.ready == (critical and coverage >= threshold)
    assert 0 <= result.coverage <= 1
    assert (result.holder is None) == result.ready
    if result.holder:
        assert not result.holder.met


# --- Said once each -----------------------------------------------------------------------------------------------


def value_of(*opened: OpenGate, line: Required | None = None, on: date = TODAY) -> int:
    result = assess([line or required(0)], opened, THRESHOLD, on)
    assert result is not None
    return result.terms[0].value


def test_a_sign_off_at_the_level_is_worth_100_and_a_lower_one_like_do() -> None:
    assert value_of(shown(level=3)) == value_of(shown(level=5)) == 100
    assert value_of(shown(level=2)) == 60
    assert value_of(shown(level=2), OpenGate("skill-0", "do")) == 60
    assert value_of(shown(level=2), shown(level=4)) == 100, "the highest valid level counts"


def test_where_a_standard_is_named_it_alone_satisfies() -> None:
    line = required(0, standard=STANDARD)
    assert value_of(shown(standard=STANDARD), line=line) == 100
    assert value_of(shown(standard=OTHER, level=5), line=line) == 60
    assert value_of(shown(standard=OTHER, level=5), line=required(0)) == 100


def test_a_sign_off_counts_on_its_last_day_and_not_on_the_next() -> None:
    assert value_of(shown(until=TODAY)) == 100
    assert value_of(shown(until=TODAY), on=TODAY + timedelta(days=1)) == 0
    assert value_of(shown(until=TODAY), OpenGate("skill-0", "do"), on=TODAY + timedelta(days=1)) == 60


def test_every_critical_line_must_be_met_however_high_the_coverage() -> None:
    lines = [required(0, 1, critical=True), required(1, 99)]
    result = assess(lines, [shown("skill-1")], THRESHOLD, TODAY)
    assert result is not None
    assert result.coverage == Fraction(99, 100)
    assert not result.ready
    result = assess(lines, [shown("skill-0"), shown("skill-1")], THRESHOLD, TODAY)
    assert result is not None
    assert result.ready


def test_coverage_at_the_threshold_is_enough_and_just_below_is_not() -> None:
    lines = [required(0, 17), required(1, 3)]
    result = assess(lines, [shown("skill-0")], Fraction(Decimal("0.85")), TODAY)
    assert result is not None
    assert (result.coverage, result.ready) == (Fraction(17, 20), True)
    result = assess([required(0, 16), required(1, 3)], [shown("skill-0")], Fraction(Decimal("0.85")), TODAY)
    assert result is not None
    assert not result.ready


def test_without_requirements_there_is_no_data_rather_than_zero() -> None:
    assert assess([], [shown()], THRESHOLD, TODAY) is None


def test_a_gate_of_another_skill_is_worth_nothing() -> None:
    assert value_of(shown("skill-1")) == 0


def test_without_a_critical_line_the_heaviest_unmet_one_is_in_the_way() -> None:
    result = assess([required(0, 1), required(1, 3), required(2, 2)], [], THRESHOLD, TODAY)
    assert result is not None
    assert result.holder is not None
    assert result.holder.required.skill == "skill-1"


@pytest.mark.django_db
def test_a_revoked_sign_off_takes_readiness_away_at_once() -> None:
    from assessments.api import revoke_signoff

    work = decisions.decision_scene()
    event = decisions.signed(work)
    (before,) = readiness_of([work.enrolment], basics.MONDAY)
    looked(
        revoke_signoff,
        actor=work.coach,
        event_uid=event.uid,
        reason="The notes were not theirs.",
        key=basics.key(),
        at=basics.MONDAY,
    )
    (after,) = readiness_of([work.enrolment], basics.MONDAY)
    assert before.readiness is not None
    assert after.readiness is not None
    assert (before.readiness.ready, before.readiness.progress) == (True, 100)
    assert (after.readiness.ready, after.readiness.progress) == (False, 60)
