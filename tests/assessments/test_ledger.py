"""The ledger: its hash, the fold over its events, and what the database refuses by itself."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from assessments.api import verify_ledger
from assessments.models import SignOffEvent, SignOffText
from assessments.rules.ledger import GENESIS, Event, commitment, event_hash, fold
from assessments.services.ledger import triggers
from assessments.services.ledger.chain import hashed_fields
from tests.factories import basics, decisions, people

END = date(2027, 3, 2)

# --- The hash -----------------------------------------------------------------------------------------------------

words = st.text('ab:,"\\{é☂\n', max_size=5)
values = st.one_of(
    words,
    st.none(),
    st.integers(-5, 5),
    st.booleans(),
    st.lists(words, max_size=3),
    st.dictionaries(words, words, max_size=3),
)
fields = st.dictionaries(words, values, max_size=5)


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same JSON (True is not 1)."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


@basics.CALM
@given(fields, fields)
def test_different_fields_have_different_hashes(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert (event_hash(one) == event_hash(other)) == same(one, other)


@basics.CALM
@given(fields, words, values)
def test_changing_adding_or_losing_one_field_changes_the_hash(before: dict[str, Any], name: str, value: Any) -> None:
    after = {**before, name: value}
    assert (event_hash(after) == event_hash(before)) == same(after, before)


@basics.CALM
@given(fields)
def test_the_order_of_fields_does_not_matter(one: dict[str, Any]) -> None:
    assert event_hash(dict(reversed(one.items()))) == event_hash(one)


def test_a_border_between_fields_cannot_be_moved() -> None:
    assert event_hash({"a": "bc"}) != event_hash({"ab": "c"})
    assert event_hash({"a": "b", "c": "d"}) != event_hash({"a": 'b","c":"d'})
    assert event_hash({"a1": 2}) != event_hash({"a": 12})
    assert event_hash({"level": 3}) != event_hash({"level": "3"})
    assert event_hash({"level": None}) != event_hash({})


@basics.CALM
@given(st.tuples(words, words), st.tuples(words, words))
def test_a_text_is_committed_to_with_its_salt(one: tuple[str, str], other: tuple[str, str]) -> None:
    salt, value = "0" * 32, one[1]
    assert commitment(salt, value) != commitment("1" * 32, value)
    assert (commitment(salt, one[1]) == commitment(salt, other[1])) == (one[1] == other[1])


# --- The fold -----------------------------------------------------------------------------------------------------


def signed(seq: int, flagged: bool = False, level: int = 3) -> Event:
    return Event(seq, "SIGNED", 7, flagged=flagged, level=level, valid_until=END)


@pytest.mark.parametrize(
    ("events", "status"),
    [
        ([signed(1)], "active"),
        ([signed(1, flagged=True)], "awaiting"),
        ([signed(1, flagged=True), Event(2, "COUNTERSIGNED", 7, 1)], "active"),
        ([signed(1, flagged=True), Event(2, "COUNTERSIGN_REFUSED", 7, 1)], "refused"),
        ([signed(1), Event(2, "REVOKED", 7, 1)], "revoked"),
        ([signed(1, flagged=True), Event(2, "REVOKED", 7, 1)], "revoked"),
        ([signed(1, flagged=True), Event(2, "COUNTERSIGNED", 7, 1), Event(3, "REVOKED", 7, 1)], "revoked"),
        ([signed(1), Event(2, "SUPERSEDED", 7, 1)], "superseded"),
        ([signed(1), Event(2, "NOT_YET", 7)], "active"),
    ],
)
def test_what_a_sign_off_is_after_its_events(events: list[Event], status: str) -> None:
    found = fold(reversed(events))
    assert list(found) == [1]
    assert (found[1].status, found[1].counts) == (status, status == "active")
    assert (found[1].level, found[1].valid_until) == (3, END)


@pytest.mark.parametrize("ending", ["REVOKED", "COUNTERSIGN_REFUSED", "SUPERSEDED"])
@pytest.mark.parametrize("after", ["COUNTERSIGNED", "COUNTERSIGN_REFUSED", "SUPERSEDED"])
def test_what_has_ended_never_counts_again(ending: str, after: str) -> None:
    found = fold([signed(1, flagged=True), Event(2, ending, 7, 1), Event(3, after, 7, 1)])
    assert not found[1].counts
    assert found[1].status == fold([signed(1, flagged=True), Event(2, ending, 7, 1)])[1].status


def test_one_sign_off_ending_leaves_the_others_alone() -> None:
    found = fold([signed(1), signed(2, level=4), Event(3, "REVOKED", 7, 1)])
    assert {seq: (item.status, item.level) for seq, item in found.items()} == {1: ("revoked", 3), 2: ("active", 4)}


def test_a_follow_up_of_nothing_opens_nothing() -> None:
    assert fold([Event(1, "COUNTERSIGNED", 7, 99), Event(2, "NOT_YET", 7)]) == {}


def test_a_signed_event_without_a_level_is_an_error_and_not_a_sign_off() -> None:
    with pytest.raises(ValueError, match="without a level"):
        fold([Event(1, "SIGNED", 7, valid_until=END)])


@basics.CALM
@given(
    st.lists(st.sampled_from(["COUNTERSIGNED", "COUNTERSIGN_REFUSED", "REVOKED", "SUPERSEDED"]), max_size=5),
    st.booleans(),
)
def test_revoked_never_counts_whatever_else_happened(kinds: list[str], flagged: bool) -> None:
    events = [signed(1, flagged), *(Event(seq, kind, 7, 1) for seq, kind in enumerate(kinds, start=2))]
    found = fold(events)[1]
    assert not (found.counts and {"REVOKED", "COUNTERSIGN_REFUSED", "SUPERSEDED"} & set(kinds))
    assert found.counts == (not flagged if not kinds else found.counts)
    if flagged and not kinds:
        assert found.status == "awaiting"


# --- Rows ---------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_each_event_continues_the_chain_of_its_learner() -> None:
    first, second = decisions.decision_scene("one"), decisions.decision_scene("two")
    decisions.signed(first)
    decisions.signed(second)
    decisions.enough_evidence(first, basics.MONDAY + timedelta(hours=1))
    decisions.sign(first, basics.MONDAY + timedelta(hours=2), 4)
    for learner, count in ((first.learner, 3), (second.learner, 1)):
        before = GENESIS
        events = list(SignOffEvent.objects.filter(subject=learner).order_by("seq"))
        assert [event.seq for event in events] == list(range(1, count + 1))
        for event in events:
            assert event.prev_hash == before
            assert event.this_hash == event_hash(hashed_fields(event))
            before = event.this_hash


@pytest.mark.django_db
def test_every_column_of_an_event_is_in_its_hash() -> None:
    named = {"id", "this_hash"}
    covered = {"version": "standard"}
    event = decisions.signed(decisions.decision_scene())
    assert {covered.get(field.name, field.name) for field in SignOffEvent._meta.concrete_fields} - named == set(
        hashed_fields(event)
    )


@pytest.mark.django_db
def test_a_moment_in_another_time_zone_gives_the_same_hash() -> None:
    work = decisions.decision_scene()
    decisions.enough_evidence(work)
    decisions.sign(work, (basics.MONDAY + timedelta(hours=1)).astimezone(ZoneInfo("Asia/Tokyo")))
    assert verify_ledger(at=basics.AFTERWARDS).findings == ()


@pytest.mark.django_db
def test_names_and_reasons_stand_beside_the_ledger_and_not_in_it() -> None:
    work = decisions.decision_scene()
    event = decisions.signed(work, why="Very private reason.")
    assert "Very private reason." not in json.dumps(event.payload)
    assert work.learner.full_name not in json.dumps(event.payload) + event.meaning
    texts = {text.name: text for text in event.texts.all()}
    assert {name: text.value for name, text in texts.items()} == {
        "subject_name": work.learner.full_name,
        "signer_name": work.coach.full_name,
        "why": "Very private reason.",
    }
    assert event.payload["texts"] == {name: commitment(text.salt, text.value) for name, text in texts.items()}
    assert len({text.salt for text in texts.values()}) == 3


# --- What the database refuses when the services are passed by ----------------------------------------------------

ONCE = (
    "signoff_seq_once signoff_chain_does_not_fork signoff_key_once_per_skill signoff_decided_once "
    "signoff_countersigned_once signoff_revoked_once"
).split()
"""On SQLite, the trigger against REPLACE speaks before these; its unique indexes would not give their names anyway."""

FORGERIES = {
    "signoff_never_of_oneself": lambda event: about(event) | {"signer_id": event.subject_id, "kind": "REVOKED"},
    "signoff_seq_once": lambda event: {"seq": event.seq, "kind": "REVOKED", **about(event)},
    "signoff_chain_does_not_fork": lambda event: {"prev_hash": event.prev_hash, "kind": "REVOKED", **about(event)},
    "signoff_key_once_per_skill": lambda event: {"key": event.key, "kind": "REVOKED", **about(event)},
    "signoff_level_only_when_signed": lambda event: {"kind": "REVOKED", "about_id": event.pk},
    "signoff_follow_up_names_its_event": lambda event: {"kind": "REVOKED", "level": None, "valid_until": None},
    "signoff_decided_once": lambda event: {},
}


def about(event: SignOffEvent) -> dict[str, Any]:
    return {"about_id": event.pk, "level": None, "valid_until": None, "signer_id": people.person().pk}


def refused_by(name: str, row: SignOffEvent) -> None:
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        row.save(force_insert=True)
    says = triggers.SENTENCE if connection.vendor == "sqlite" and name in ONCE else name
    assert says in str(refused.value)


@pytest.mark.django_db
@pytest.mark.parametrize("name", FORGERIES)
def test_the_database_refuses_an_event_that_the_services_would_not_write(name: str) -> None:
    event = decisions.signed(decisions.decision_scene())
    before = basics.rows(SignOffEvent)
    refused_by(name, decisions.raw_event(event, **FORGERIES[name](event)))
    assert basics.rows(SignOffEvent) == before


@pytest.mark.django_db
@pytest.mark.parametrize("level", [0, 6])
def test_the_database_knows_levels_one_to_five_only(level: int) -> None:
    other = decisions.decision_scene("other")
    decisions.enough_evidence(other)
    event = decisions.signed(decisions.decision_scene())
    refused_by("signoff_level_only_when_signed", decisions.raw_event(event, level=level, case_id=other.case.pk))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("signoff_countersigned_once", ("COUNTERSIGNED", "COUNTERSIGN_REFUSED")),
        ("signoff_countersigned_once", ("COUNTERSIGNED", "COUNTERSIGNED")),
        ("signoff_revoked_once", ("REVOKED", "REVOKED")),
    ],
)
def test_the_database_lets_an_event_be_answered_once(name: str, kinds: tuple[str, str]) -> None:
    event = decisions.signed(decisions.decision_scene())
    decisions.raw_event(event, kind=kinds[0], **about(event)).save(force_insert=True)
    refused_by(name, decisions.raw_event(event, kind=kinds[1], this_hash="e" * 64, **about(event)))


@pytest.mark.django_db
def test_a_good_event_passes_so_that_the_refusals_mean_something() -> None:
    event = decisions.signed(decisions.decision_scene())
    decisions.raw_event(event, kind="REVOKED", **about(event)).save(force_insert=True)
    assert SignOffEvent.objects.filter(kind="REVOKED").count() == 1


@pytest.mark.django_db
def test_a_text_belongs_to_one_event_under_one_name() -> None:
    event = decisions.signed(decisions.decision_scene())
    with pytest.raises(IntegrityError), transaction.atomic():
        SignOffText(event=event, name="why", value="Another.", salt="0" * 32).save(force_insert=True)


def held(seq: int, skill: int = 7, level: int = 3) -> Event:
    return Event(seq, "HELD_BEFORE", skill, level=level, valid_until=END)


@pytest.mark.parametrize(
    ("events", "status"),
    [
        ([], "active"),
        ([Event(2, "NOT_YET", 7)], "superseded"),
        ([Event(2, "SIGNED", 7, level=1, valid_until=END)], "superseded"),
        ([Event(2, "SIGNED", 7, flagged=True, level=5, valid_until=END)], "superseded"),
        ([Event(2, "NOT_YET", 8)], "active"),
        ([Event(2, "REVOKED", 7, 1)], "revoked"),
        ([Event(2, "REVOKED", 7, 1), Event(3, "NOT_YET", 7)], "revoked"),
        ([Event(2, "NOT_YET", 7), Event(3, "REVOKED", 7, 1)], "superseded"),
        ([held(2, skill=8), Event(3, "NOT_YET", 8)], "active"),
    ],
)
def test_the_first_decision_ends_what_was_held_before(events: list[Event], status: str) -> None:
    found = fold([*events, held(1)])
    assert (found[1].status, found[1].counts) == (status, status == "active")
