"""Observing: who may, when, and that what was seen is written before anything is rated (invariants 1, 3, 5, 6)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Model

from assessments.api import open_seal, record_observation, request_observation, write_down
from assessments.models import Case, Observation, ObservationIndicator, ObservationSkill, Request
from assessments.services.cases import observations
from assessments.services.cases.observations import SealedWords
from coaching.models import ObserverGrant
from lms.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from lms.models import Act, Enrolment, SkillGate, User
from tests.factories import basics, coaching, decisions, paths, people
from tests.shown import looked

pytestmark = pytest.mark.django_db

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
TABLES: list[type[Model]] = [Case, Request, Observation, ObservationSkill, ObservationIndicator, SkillGate, Act]


@pytest.fixture
def work() -> decisions.DecisionScene:
    return decisions.decision_scene()


def refused(error: type[DomainError], act: Callable[..., object], **fields: Any) -> DomainError:
    """The act is refused with a sentence, and no row changed."""
    before = basics.rows(*TABLES)
    with pytest.raises(error) as raised, transaction.atomic():
        act(**fields)
    assert str(raised.value).strip().endswith(".")
    assert basics.rows(*TABLES) == before
    return raised.value


def asked(work: decisions.DecisionScene, who: User) -> Request:
    return request_observation(
        actor=work.learner,
        enrolment_uid=work.enrolment.uid,
        step_uid=work.step_uid,
        observer_uid=who.uid,
        context="on site",
        planned_on=basics.MONDAY.date(),
        key=basics.key(),
        at=basics.MONDAY,
    )


def answer(request: Request, who: User, **fields: Any) -> Observation:
    """For a request."""
    values = {
        "request_uid": request.uid,
        "seal": decisions.seal(who, request.uid),
        "context": "on site",
        "occurred_at": basics.MONDAY - timedelta(hours=1),
        "ratings": {"discovery": 4},
        "marks": {},
        "key": basics.key(),
        "at": basics.MONDAY,
    }
    return looked(record_observation, actor=who, **values | fields)


# --- What gets written --------------------------------------------------------------------------------------------


def test_what_was_seen_stands_with_ratings_and_signs(work: decisions.DecisionScene) -> None:
    who = work.another()
    marks = {"discovery/f-1": "seen"}
    row = decisions.watch(work, who, supervision=3, marks=marks)
    assert (row.person, row.observer, row.version, row.what_i_saw) == (work.learner, who, work.version, decisions.WORDS)
    assert row.written_at < row.recorded_at == basics.MONDAY
    assert list(row.ratings.values_list("skill__slug", "supervision")) == [("discovery", 3)]
    assert dict(row.indicators.values_list("indicator", "mark")) == {"f-1": "seen", "f-2": "no_opportunity"}


@pytest.mark.parametrize(("supervision", "opens"), [(2, False), (3, True), (5, True)])
def test_do_opens_from_prompted_on(work: decisions.DecisionScene, supervision: int, opens: bool) -> None:
    row = decisions.watch(work, work.another(), supervision=supervision)
    gates = SkillGate.objects.filter(person=work.learner, gate="do")
    assert list(gates.values_list("source", flat=True)) == ([f"observation:{row.uid}"] if opens else [])
    assert all(gate.level is None for gate in gates), "Do has no level"


def test_one_key_is_one_observation(work: decisions.DecisionScene) -> None:
    who, key = work.another(), basics.key()
    seal = decisions.seal(who, work.enrolment.uid)  # a seal bears the second at which it was made
    assert decisions.watch(work, who, key=key, seal=seal) == decisions.watch(work, who, key=key, seal=seal)
    assert (Observation.objects.count(), SkillGate.objects.count()) == (1, 1)


def test_a_request_is_observed_once(work: decisions.DecisionScene) -> None:
    who, key = work.another(), basics.key()
    request = asked(work, who)
    sealed = decisions.seal(who, request.uid)  # it holds the second in which it was made
    row = answer(request, who, key=key, seal=sealed)
    assert answer(request, who, key=key, seal=sealed) == row
    request.refresh_from_db()
    assert (request.status, request.observation) == ("observed", row)
    refused(Conflict, answer, request=request, who=who)
    with pytest.raises(IntegrityError), transaction.atomic():
        copy_of(row, request=request)


# --- Invariant 6: what I saw first --------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "   ", "Went very well indeed"])
def test_words_that_say_nothing_are_not_sealed(work: decisions.DecisionScene, text: str) -> None:
    with pytest.raises(Invalid) as error:
        write_down(actor=work.coach, about=work.enrolment.uid, text=text, at=basics.MONDAY)
    assert list(error.value.fields) == ["what_i_saw"]


def seal_of_another_person(work: decisions.DecisionScene, who: User) -> str:
    return decisions.seal(work.coach, work.enrolment.uid)


def seal_of_another_encounter(work: decisions.DecisionScene, who: User) -> str:
    return decisions.seal(who, basics.key())


def seal_that_is_older_than_fourteen_days(work: decisions.DecisionScene, who: User) -> str:
    return decisions.seal(who, work.enrolment.uid, basics.MONDAY - 14 * DAY)


def seal_from_after_the_rating(work: decisions.DecisionScene, who: User) -> str:
    return decisions.seal(who, work.enrolment.uid, basics.MONDAY + DAY)


def seal_of_the_same_moment(work: decisions.DecisionScene, who: User) -> str:
    return write_down(actor=who, about=work.enrolment.uid, text=decisions.WORDS, at=basics.MONDAY)


def no_seal(work: decisions.DecisionScene, who: User) -> str:
    return ""


def words_without_a_signature(work: decisions.DecisionScene, who: User) -> str:
    return decisions.WORDS


def a_seal_with_one_letter_changed(work: decisions.DecisionScene, who: User) -> str:
    good = decisions.seal(who, work.enrolment.uid)
    return ("A" if good[0] != "A" else "B") + good[1:]


SEALS = [
    seal_of_another_person,
    seal_of_another_encounter,
    seal_that_is_older_than_fourteen_days,
    seal_from_after_the_rating,
    seal_of_the_same_moment,
    no_seal,
    words_without_a_signature,
    a_seal_with_one_letter_changed,
]


@pytest.mark.parametrize("forged", SEALS, ids=lambda make_one: make_one.__name__)
def test_without_a_good_seal_no_rating_is_taken(
    work: decisions.DecisionScene, forged: Callable[[decisions.DecisionScene, User], str]
) -> None:
    who = work.another()
    error = refused(Invalid, decisions.watch, work=work, who=who, seal=forged(work, who))
    assert list(error.fields) == ["what_i_saw"]
    decisions.watch(work, who)


def test_a_seal_lasts_fourteen_days(work: decisions.DecisionScene) -> None:
    who = work.another()
    good = write_down(actor=who, about=work.enrolment.uid, text=f"  {decisions.WORDS} ", at=basics.MONDAY)
    for at in (basics.MONDAY + SECOND, basics.MONDAY + 14 * DAY):
        assert open_seal(actor=who, about=work.enrolment.uid, seal=good, at=at) == SealedWords(
            decisions.WORDS, basics.MONDAY
        )
    with pytest.raises(Invalid):
        open_seal(actor=who, about=work.enrolment.uid, seal=good, at=basics.MONDAY + 14 * DAY + SECOND)


def test_one_text_is_one_observation(work: decisions.DecisionScene) -> None:
    """Otherwise one person could fill the rule's count by sending one encounter again under new keys."""
    who = work.another()
    same = decisions.seal(who, work.enrolment.uid)
    decisions.watch(work, who, seal=same)
    refused(Conflict, decisions.watch, work=work, who=who, seal=same, context="on the phone")
    decisions.watch(work, who, basics.MONDAY + SECOND)
    assert Observation.objects.count() == 2


def test_a_seal_for_a_request_is_no_seal_for_the_next(work: decisions.DecisionScene) -> None:
    who = work.another()
    first = asked(work, who)
    refused(Invalid, answer, request=first, who=who, seal=decisions.seal(who, work.enrolment.uid))


def copy_of(row: Observation, **fields: Any) -> Observation:
    values = {
        name.attname: getattr(row, name.attname)
        for name in Observation._meta.concrete_fields
        if name.name not in ("id", "uid", "request")
    }
    values["written_at"] -= SECOND
    return Observation.objects.create(**values | fields)


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("observation_not_of_oneself", lambda row: {"observer_id": row.person_id}),
        ("observation_says_what_was_seen", lambda row: {"what_i_saw": ""}),
        ("observation_recorded_after", lambda row: {"occurred_at": row.recorded_at + SECOND}),
        ("observation_written_before_rating", lambda row: {"written_at": row.recorded_at}),
        ("observation_written_before_rating", lambda row: {"written_at": row.recorded_at + SECOND}),
    ],
)
def test_the_database_refuses_an_observation_that_cannot_be(
    work: decisions.DecisionScene, name: str, fields: Callable[[Observation], dict[str, Any]]
) -> None:
    row = decisions.watch(work, work.another())
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        copy_of(row, **fields(row))
    assert Observation.objects.count() == 1
    copy_of(row)


def test_one_seal_is_one_observation_for_the_database_too(work: decisions.DecisionScene) -> None:
    row = decisions.watch(work, work.another())
    with pytest.raises(IntegrityError, match=r"observation_once_per_seal|append-only"), transaction.atomic():
        copy_of(row, written_at=row.written_at)
    assert Observation.objects.count() == 1


def test_with_the_seal_taken_away_the_database_still_wants_words_first(
    work: decisions.DecisionScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    for sealed in (SealedWords("", basics.MONDAY - SECOND), SealedWords(decisions.WORDS, basics.MONDAY)):
        monkeypatch.setattr(observations, "open_seal", lambda sealed=sealed, **_fields: sealed)
        refused(DomainError, decisions.watch, work=work, who=work.another())


# --- Ratings and signs --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "ratings", [{}, {"discovery": 0}, {"discovery": 6}, {"discovery": 4, "other": 4}, {"other": 4}]
)
def test_every_skill_of_the_standard_gets_one_rating_from_one_to_five(
    work: decisions.DecisionScene, ratings: dict[str, int]
) -> None:
    assert "ratings" in refused(Invalid, decisions.watch, work=work, who=work.another(), ratings=ratings).fields


@pytest.mark.parametrize("value", [0, 6])
def test_the_database_knows_supervision_one_to_five_only(work: decisions.DecisionScene, value: int) -> None:
    row = decisions.watch(work, work.another())
    skill = paths.skill("other")
    with pytest.raises(IntegrityError, match="observation_supervision_1_to_5"), transaction.atomic():
        ObservationSkill.objects.create(observation=row, skill=skill, supervision=value)
    ObservationSkill.objects.create(observation=row, skill=skill, supervision=5)


def test_the_database_holds_one_rating_a_skill_and_one_mark_a_sign(work: decisions.DecisionScene) -> None:
    row = decisions.watch(work, work.another())
    rating, mark = row.ratings.get(), row.indicators.first()
    assert mark is not None
    for again in (
        ObservationSkill(observation=row, skill=rating.skill, supervision=5),
        ObservationIndicator(observation=row, skill=mark.skill, indicator=mark.indicator, mark="seen"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            again.save(force_insert=True)


def test_no_opportunity_differs_from_not_seen(work: decisions.DecisionScene) -> None:
    marks = {"discovery/f-1": "not_seen", "discovery/f-2": "no_opportunity"}
    row = decisions.watch(work, work.another(), marks=marks)
    assert dict(row.indicators.values_list("indicator", "mark")) == {"f-1": "not_seen", "f-2": "no_opportunity"}
    assert len({label for _mark, label in ObservationIndicator.Mark.choices}) == 4


def test_an_unknown_mark_is_refused_by_the_service_and_by_the_database(work: decisions.DecisionScene) -> None:
    refused(Invalid, decisions.watch, work=work, who=work.another(), marks={"discovery/f-1": "maybe"})
    row = decisions.watch(work, work.another())
    with pytest.raises(IntegrityError, match="observation_mark_known"), transaction.atomic():
        ObservationIndicator.objects.create(observation=row, skill=paths.skill("other"), indicator="f-1", mark="maybe")


def test_the_place_must_be_one_that_the_standard_permits(work: decisions.DecisionScene) -> None:
    assert "context" in refused(Invalid, decisions.watch, work=work, who=work.another(), context="in a dream").fields


# --- Invariants 1 and 3: who may observe --------------------------------------------------------------------------


def test_nobody_observes_themselves(work: decisions.DecisionScene) -> None:
    coaching.grant(work.learner, *work.skills)
    refused(NotAllowed, decisions.watch, work=work, who=work.learner)
    people.administrator(work.learner)
    refused(NotAllowed, decisions.watch, work=work, who=User.objects.get(pk=work.learner.pk))


def lapsed(work: decisions.DecisionScene) -> User:
    return coaching.observer(*work.skills, until_on=basics.MONDAY.date() - DAY)


def revoked(work: decisions.DecisionScene) -> User:
    who = work.another()
    ObserverGrant.objects.filter(person=who).update(
        revoked_at=basics.MONDAY, revoked_by=work.coach, revoked_reason="No longer in the field."
    )
    return who


def not_granted_yet(work: decisions.DecisionScene) -> User:
    return coaching.observer(*work.skills, granted_at=basics.MONDAY + SECOND)


def ended_while_the_form_was_open(work: decisions.DecisionScene) -> User:
    who = work.another()
    User.objects.filter(pk=who.pk).update(is_active=False, deactivated_at=basics.MONDAY)
    return who


def without_a_grant(work: decisions.DecisionScene) -> User:
    return people.person()


def superuser(work: decisions.DecisionScene) -> User:
    return people.administrator()


def granted_another_skill(work: decisions.DecisionScene) -> User:
    paths.skill("other")
    return coaching.observer("other")


NO_OBSERVERS = [
    lapsed,
    revoked,
    not_granted_yet,
    ended_while_the_form_was_open,
    without_a_grant,
    superuser,
    granted_another_skill,
]


@pytest.mark.parametrize("who", NO_OBSERVERS, ids=lambda find: find.__name__)
def test_without_an_unlapsed_grant_nobody_observes(
    work: decisions.DecisionScene, who: Callable[[decisions.DecisionScene], User]
) -> None:
    refused(NotAllowed, decisions.watch, work=work, who=who(work))


def test_a_grant_holds_on_its_last_day(work: decisions.DecisionScene) -> None:
    decisions.watch(work, coaching.observer(*work.skills, until_on=basics.MONDAY.date()))


def test_a_grant_that_ended_after_the_request_was_made_counts_no_more(work: decisions.DecisionScene) -> None:
    who = work.another()
    request = asked(work, who)
    ObserverGrant.objects.filter(person=who).update(until_on=basics.MONDAY.date() - DAY)
    refused(NotAllowed, answer, request=request, who=who)


def test_only_the_named_observer_answers_a_request(work: decisions.DecisionScene) -> None:
    request = asked(work, work.another())
    refused(NotFound, answer, request=request, who=work.another())
    refused(NotAllowed, answer, request=request, who=work.coach)
    refused(NotAllowed, answer, request=request, who=work.learner)


def test_an_observation_is_written_within_seven_days(work: decisions.DecisionScene) -> None:
    who = work.another()
    refused(Invalid, decisions.watch, work=work, who=who, occurred_at=basics.MONDAY - 7 * DAY - SECOND)
    refused(Invalid, decisions.watch, work=work, who=who, occurred_at=basics.MONDAY + SECOND)
    decisions.watch(work, who, occurred_at=basics.MONDAY - 7 * DAY)


def test_one_rates_only_the_skills_that_one_may_observe() -> None:
    work = decisions.decision_scene("visit", "listening", "numbers")
    who = coaching.observer("listening")
    refused(Invalid, decisions.watch, work=work, who=who)
    row = decisions.watch(work, who, supervision={"listening": 4})
    assert list(row.ratings.values_list("skill__slug", flat=True)) == ["listening"]
    assert set(row.indicators.values_list("skill__slug", flat=True)) == {"listening"}


def test_the_standard_must_be_on_the_path_of_the_learner(work: decisions.DecisionScene) -> None:
    other = decisions.plain_standard("other")
    who = coaching.observer("discovery", "other")
    refused(NotFound, decisions.watch, work=work, who=who, standard_uid=other.standard_uid)
    Enrolment.objects.filter(pk=work.enrolment.pk).update(status="withdrawn", ended_at=basics.MONDAY)
    refused(NotFound, decisions.watch, work=work, who=who)


def test_a_decided_case_takes_no_more_observations(work: decisions.DecisionScene) -> None:
    who = work.another()
    request = asked(work, who)
    decisions.enough_evidence(work)
    decisions.sign(work)
    refused(Conflict, answer, request=request, who=who)


def test_a_request_belongs_to_one_observation_in_the_database(work: decisions.DecisionScene) -> None:
    who = work.another()
    request = asked(work, who)
    row = answer(request, who)
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        copy_of(row, request=request)
    says = "append-only" if connection.vendor == "sqlite" else "request_id"
    assert says in str(error.value)
