"""One ladder for every screen (whole.md, fact 4): when a requirement is met, which state follows, and its word."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.rules.readiness import Required
from lms.models import SkillGate, StepKind
from lms.rules import ladder as rules
from lms.rules.gates import GATES, OpenGate
from lms.rules.ladder import NAMES, SERVED_BY, Ladder, gate_of
from lms.rules.standing import Turn, Verdict, satisfies
from tests.factories import basics

DAY = date(2026, 4, 23)
MEETING, VISIT = UUID(int=7), UUID(int=8)
ALL = frozenset(GATES)
DAN = Turn("do", "Dan")


def ladder(*arguments: Any, **options: Any) -> Ladder:
    """As the rule says, where a sign-off is due sixty days before its end."""
    return rules.ladder(*arguments, **({"expires_within": 60} | options))


def gate(name: str, level: int | None = None, until: date | None = None, standard: UUID = VISIT) -> OpenGate:
    return OpenGate("listening", name, level, standard if level else None, until)


def asked(level: int = 3, standard: UUID | None = None) -> Required:
    return Required("listening", level, 1, standard=standard)


def verdict(kind: str, **fields: Any) -> Verdict:
    return Verdict(kind, datetime(2026, 4, 20, tzinfo=UTC), date(2026, 4, 20), **fields)


AGAIN = verdict("not_yet", next_step="Wait before you play back.", retry_on=date(2026, 5, 3))
OPEN = [gate("talk"), gate("try"), gate("do")]
CASES: list[tuple[list[OpenGate], Required | None, dict[str, Any], tuple[str, ...], str, str]] = [
    ([], asked(), {}, ("next", "closed", "closed", "closed"), "next", "Talk is next"),
    ([], asked(), {"begun": False}, (), "closed", "No data"),
    ([], None, {"offers": None}, (), "closed", "No data"),
    ([gate("try")], None, {"offers": None}, ("skip", "open", "closed", "closed"), "closed", "Try open"),
    ([], asked(), {"offers": frozenset({"try"})}, ("none", "next", "none", "none"), "next", "Try is next"),
    ([gate("do")], asked(), {"offers": frozenset({"try"})}, ("none", "skip", "open", "none"), "none_here", "None here"),
    ([gate("talk")], asked(), {}, ("open", "next", "closed", "closed"), "next", "Try is next"),
    (OPEN[:2], asked(), {"turn": DAN}, ("open", "open", "wait", "closed"), "waiting", "Do waits for Dan"),
    ([gate("do")], asked(), {}, ("skip", "skip", "open", "next"), "next", "Show is next"),
    ([gate("show", 3)], asked(3), {}, ("skip", "skip", "skip", "vouched"), "vouched", "May act with a coach on call"),
    ([gate("show", 3)], asked(4), {}, ("skip", "skip", "skip", "next"), "lower", "May act with a coach on call"),
    (
        [gate("show", 5)],
        asked(3, MEETING),
        {"standard": "Difficult meeting"},
        ("skip", "skip", "skip", "next"),
        "other_standard",
        "Signed on another standard",
    ),
    ([gate("show", 3, date(2026, 6, 1))], asked(3), {}, ("skip", "skip", "skip", "due"), "due", "Due 1 June"),
    ([*OPEN, gate("show", 3, date(2026, 3, 31))], asked(), {}, ("open",) * 3 + ("lapsed",), "lapsed",
     "Lapsed on 31 March 2026"),
    (OPEN, asked(), {"verdict": AGAIN}, ("open",) * 3 + ("next",), "not_yet", "Not yet, again by 3 May"),
    (OPEN, asked(), {"verdict": verdict("not_yet")}, ("open",) * 3 + ("next",), "not_yet", "Not yet"),
    (OPEN, asked(), {"verdict": verdict("revoked")}, ("open",) * 3 + ("next",), "revoked", "Taken back on 20 April"),
    (OPEN, asked(), {"verdict": verdict("refused")}, ("open",) * 3 + ("next",), "refused", "Second signature refused"),
    (OPEN, asked(), {"verdict": verdict("awaiting")}, ("open",) * 3 + ("wait",), "awaiting",
     "Waits for a second signature"),
    ([], asked(), {"turn": Turn("show", "Amira", True)}, ("closed",) * 3 + ("wait",), "challenged",
     "Show waits for Amira"),
]  # fmt: skip


@pytest.mark.parametrize(("gates", "line", "options", "bays", "state", "word"), CASES)
def test_a_ladder_has_the_bays_state_and_word_of_its_gates(
    gates: list[OpenGate], line: Required | None, options: dict[str, Any], bays: tuple[str, ...], state: str, word: str
) -> None:
    found = ladder(gates, line, DAY, **({"offers": ALL} | options))
    assert (found.bays, found.state, found.word) == (bays, state, word)
    assert found.label, "who does not see the bays hears them"


def test_only_a_counting_sign_off_at_the_level_on_the_standard_satisfies() -> None:
    """Fact 4: one predicate decides whether a requirement is met."""
    line, later = asked(3, MEETING), DAY + timedelta(days=90)
    assert satisfies(line, gate("show", 3, later, MEETING), DAY)
    assert satisfies(line, gate("show", 3, DAY, MEETING), DAY), "on its last day"
    assert not satisfies(line, gate("show", 3, DAY - timedelta(days=1), MEETING), DAY)
    assert not satisfies(line, gate("show", 2, later, MEETING), DAY)
    assert not satisfies(line, gate("show", 5, later, VISIT), DAY)
    assert not satisfies(line, gate("do"), DAY)
    assert satisfies(asked(3), gate("show", 3, later, VISIT), DAY)


def test_the_note_names_the_standard_and_level_that_the_role_asks_for() -> None:
    """Fact 4: the standard that a role asks for, and the level, stand in the note."""
    lower = ladder([gate("show", 2)], asked(4), DAY, offers=ALL)
    assert lower.note == "Signed, but this role asks for “May act alone”."
    other = ladder([gate("show", 5)], asked(3, MEETING), DAY, offers=ALL, standard="Difficult meeting")
    assert other.note == "Signed, but this role asks for it on “Difficult meeting”."
    again = ladder(OPEN, asked(), DAY, offers=ALL, verdict=AGAIN)
    assert again.note == "Wait before you play back. Seen again by 3 May."


@pytest.mark.parametrize("kind", ["not_yet", "revoked", "refused", "awaiting"])
def test_what_is_met_is_met_whatever_else_is_written(kind: str) -> None:
    found = ladder([gate("show", 4)], asked(3), DAY, offers=ALL, verdict=verdict(kind), turn=DAN)
    assert (found.state, found.vouched, found.next_gate) == ("vouched", True, "")


def test_a_new_encounter_outranks_not_yet_and_a_lower_level_an_old_end() -> None:
    waits = ladder(OPEN, asked(), DAY, offers=ALL, verdict=AGAIN, turn=Turn("show", "Priya"))
    assert waits.word == "Show waits for Priya"
    lower = ladder([gate("show", 2)], asked(4), DAY, offers=ALL, verdict=verdict("revoked"))
    assert lower.state == "lower"
    assert ladder([gate("show", 2)], asked(4), DAY, offers=ALL, verdict=AGAIN).state == "not_yet"


def test_the_highest_level_is_told_and_with_a_requirement_the_longest() -> None:
    both = [gate("show", 5, DAY + timedelta(100)), gate("show", 3, DAY + timedelta(300))]
    assert (ladder(both, None, DAY).level, ladder(both, asked(3), DAY).level) == (5, 3)
    assert ladder(both, asked(3), DAY).valid_until == DAY + timedelta(300)


def test_there_is_one_list_of_names_and_one_map_of_steps() -> None:
    assert {value: str(label) for value, label in SkillGate.Gate.choices} == {n: str(t) for n, t in NAMES.items()}
    kinds = {kind for served in SERVED_BY.values() for kind in served}
    assert kinds <= set(StepKind.values)
    assert [gate_of(kind) for kind in ("course", "practice", "commitment", "demonstration", "session")] == [
        "talk", "try", "do", "show", "",
    ]  # fmt: skip


# --- Any standing -------------------------------------------------------------------------------------------------

any_gate = st.builds(
    lambda name, level, days, standard: gate(
        name,
        *(
            (level, None if days is None else DAY + timedelta(days), standard)
            if name == "show"
            else (None, None, VISIT)
        ),
    ),
    st.sampled_from(GATES),
    st.integers(1, 5),
    st.one_of(st.none(), st.integers(-90, 90)),
    st.sampled_from([MEETING, VISIT]),
)
any_asked = st.one_of(st.none(), st.builds(asked, st.integers(1, 5), st.sampled_from([None, MEETING, VISIT])))
any_verdict = st.one_of(
    st.none(), st.just(AGAIN), st.builds(verdict, st.sampled_from(["awaiting", "refused", "revoked", "not_yet"]))
)
any_turn = st.one_of(st.none(), st.builds(Turn, st.sampled_from(["do", "show"]), st.just("Dan"), st.booleans()))
any_offers = st.one_of(st.none(), st.frozensets(st.sampled_from(GATES)))


@basics.CALM
@given(st.lists(any_gate, max_size=6), any_asked, any_verdict, any_turn, any_offers, st.booleans())
def test_green_is_exactly_what_satisfies(
    gates: list[OpenGate],
    line: Required | None,
    said: Verdict | None,
    turn: Turn | None,
    offers: frozenset[str] | None,
    begun: bool,
) -> None:
    found = ladder(gates, line, DAY, verdict=said, offers=offers, turn=turn, begun=begun, standard="Difficult meeting")
    met = False
    for item in gates:
        counts = item.valid_until is None or item.valid_until >= DAY
        high = line is None or (item.level or 0) >= line.level
        right = line is None or line.standard is None or item.standard == line.standard
        one = item.gate == "show" and counts and high and right
        assert satisfies(line, item, DAY) == one
        met = met or one
    assert found.vouched == met
    assert found.word
    assert found.bays == () or len(found.bays) == 4
    if met:
        assert found.bays[3] in ("vouched", "due")
    else:
        assert not {"vouched", "due"} & set(found.bays)
        # Whoever reads the ladder sees at most one gate that is somebody's to move.
        assert sum(bay in ("next", "wait") for bay in found.bays) <= 1
    assert _same(found, ladder(reversed(gates), line, DAY, verdict=said, offers=offers, turn=turn, begun=begun,
                               standard="Difficult meeting"))  # fmt: skip


def _same(one: Ladder, other: Ladder) -> bool:
    return (one.bays, one.state, one.word, one.note) == (other.bays, other.state, other.word, other.note)


@basics.CALM
@given(st.lists(any_gate, max_size=5), any_asked, st.lists(st.integers(0, 400), min_size=2, max_size=5))
def test_without_events_a_requirement_once_lost_is_never_met_again(
    gates: list[OpenGate], line: Required | None, days: list[int]
) -> None:
    met = [ladder(gates, line, DAY + timedelta(offset), offers=ALL).vouched for offset in sorted(days)]
    assert all(before or not after for before, after in pairwise(met))


@pytest.mark.parametrize(("within", "state"), [(0, "vouched"), (29, "vouched"), (30, "due"), (60, "due")])
def test_a_sign_off_is_due_as_many_days_before_its_end_as_the_organisation_says(within: int, state: str) -> None:
    ends = [gate("show", 4, DAY + timedelta(days=30))]
    assert ladder(ends, asked(3), DAY, offers=ALL, expires_within=within).state == state
