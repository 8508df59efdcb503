"""Gates: opening once a source, reading what counts on a day."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.api import SkillGate, close_gates, gates_of, open_gate, standings_of
from lms.rules.gates import GATES, OpenGate, Standing, standings
from tests.factories import paths, people

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = date(2026, 3, 2)

gates = st.lists(
    st.builds(
        OpenGate,
        st.sampled_from(["a", "b"]),
        st.sampled_from(GATES),
        st.one_of(st.none(), st.integers(1, 5)),
        st.none(),
        st.one_of(st.none(), st.dates(date(2026, 2, 25), date(2026, 3, 10))),
    ),
    max_size=8,
)


@given(gates, st.dates(date(2026, 2, 25), date(2026, 3, 10)))
def test_standings_are_the_gates_that_count_and_the_highest_level(found, day):
    valid = [gate for gate in found if gate.valid_until is None or gate.valid_until >= day]
    expected = {
        skill: Standing(
            frozenset(gate.gate for gate in valid if gate.skill == skill),
            max([gate.level or 0 for gate in valid if gate.skill == skill]),
        )
        for skill in {gate.skill for gate in valid}
    }
    assert standings(found, day) == expected


def test_a_stronger_gate_reaches_the_weaker_and_show_compares_levels():
    standing = Standing(frozenset({"do"}))
    assert [standing.reaches(gate) for gate in GATES] == [True, True, True, False]
    shown = Standing(frozenset({"show"}), 3)
    assert shown.reaches("show", 3)
    assert not shown.reaches("show", 4)
    assert shown.reaches("try", 5), "levels matter for show only"


@pytest.mark.django_db
def test_a_gate_opens_once_a_source_and_closes_with_it():
    person, skill = people.person(), paths.skill("listening")
    opened = {"person_id": person.pk, "skill_id": skill.pk, "gate": "do", "at": AT}
    assert open_gate(**opened, source="commitment:1")
    assert not open_gate(**opened, source="commitment:1")
    assert open_gate(**opened, source="commitment:2")
    assert person.skill_gates.count() == 2
    assert close_gates(person_id=person.pk, sources=["commitment:1"]) == 1
    assert standings_of(person.pk, DAY)["listening"].open == {"do"}
    close_gates(person_id=person.pk, sources=["commitment:2", "commitment:3"])
    assert standings_of(person.pk, DAY) == {}


@pytest.mark.django_db
def test_a_sign_off_counts_through_its_last_day(django_assert_num_queries):
    person, skill = people.person(), paths.skill("listening")
    open_gate(
        person_id=person.pk, skill_id=skill.pk, gate="show", source="event:1", at=AT, level=3,
        standard_uid=UUID(int=1), valid_until=date(2026, 3, 9),
    )  # fmt: skip
    assert standings_of(person.pk, date(2026, 3, 9))["listening"].level == 3
    assert standings_of(person.pk, date(2026, 3, 10)) == {}
    with django_assert_num_queries(1):
        assert len(gates_of([person.pk])[person.pk]) == 1
    assert SkillGate.objects.count() == 1
