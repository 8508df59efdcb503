"""Playing a scenario: beginning, answering, marking, ending, the Try gate, deleting."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db.utils import IntegrityError

from assessments import api
from assessments.models import Attempt, AttemptChoice, OpenResponse, TryFact
from assessments.rules.practice import shown_order
from assessments.rules.specs import ScenarioSpec
from lms.api import Act, Enrolment, SkillGate, StepCompletion, StepKind, User
from lms.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.factories import basics, paths, people, practice

pytestmark = pytest.mark.django_db

DAY_2 = basics.MONDAY + timedelta(days=1)
BEST = ["best", "best", "best"]


def learner(*scenarios: str, who: User | None = None, **step: Any) -> User:
    """Somebody with these scenarios on their path, open from day 1."""
    who = who or people.person("Leonie")
    for slug in scenarios:
        practice.scenario(slug=slug)
    paths.enrolment(
        who, paths.path(*[paths.step("practice", f"step {slug}", content=slug, **step) for slug in scenarios])
    )
    return who


def start(who: User, slug: str = "quay", at: datetime = basics.MONDAY, **fields: Any) -> Attempt:
    return api.start_attempt(actor=who, scenario_uid=basics.uid(slug), **{"key": basics.key(), "at": at, **fields})


def say(attempt: Attempt, what: str, at: datetime = basics.MONDAY, **fields: Any) -> Attempt:
    """Take a decision where the attempt stands: ``best``, ``weak`` or ``bad``."""
    attempt.refresh_from_db()
    values = {"node": attempt.node, "choice": f"{attempt.node}-{what}", "confidence": "think", "key": basics.key()}
    return api.choose_in_attempt(actor=attempt.person, attempt_uid=attempt.uid, at=at, **{**values, **fields})


def write(attempt: Attempt, text: str = "A note.", at: datetime = basics.MONDAY, **fields: Any) -> Attempt:
    values = {"node": "write", "text": text, "key": basics.key()}
    return api.write_response(actor=attempt.person, attempt_uid=attempt.uid, at=at, **{**values, **fields})


def mark(attempt: Attempt, *ticks: str, at: datetime = basics.MONDAY, **fields: Any) -> Attempt:
    values = {"node": "write", "ticks": ticks, "key": basics.key()}
    return api.mark_response(actor=attempt.person, attempt_uid=attempt.uid, at=at, **{**values, **fields})


def play(
    who: User, slug: str = "quay", at: datetime = basics.MONDAY, says: Any = BEST, seed: int | None = None
) -> Attempt:
    """From the start to the end, the ending reached at ``at``; ``seed`` fixes the order of choices."""
    attempt = start(who, slug, at, restart=True)
    if seed is not None:
        Attempt.objects.filter(pk=attempt.pk).update(seed=seed)
    for choice in says:
        say(attempt, choice, at)
    attempt.refresh_from_db()
    if attempt.node == "write":
        write(attempt, at=at)
        mark(attempt, at=at)
    attempt.refresh_from_db()
    assert attempt.finished_at == at
    return attempt


def gates(who: User) -> dict[str, datetime]:
    return dict(SkillGate.objects.filter(person=who, gate="try").values_list("skill__slug", "opened_at"))


# --- Beginning ------------------------------------------------------------------------------------------------------


def test_an_attempt_begins_at_the_start_of_the_newest_version() -> None:
    who = learner("quay")
    practice.scenario(slug="quay", brief="Newer brief.", at=DAY_2)
    key = basics.key()
    attempt = start(who, key=key)
    assert (attempt.uid, attempt.node, attempt.position, attempt.version.number) == (key, "first", 0, 2)
    assert (attempt.meters, attempt.finished_at, attempt.result) == ({"trust": 0}, None, None)


def test_a_new_version_reaches_only_the_next_attempt() -> None:
    who = learner("quay")
    attempt = start(who)
    practice.scenario(slug="quay", brief="Newer brief.", at=DAY_2)
    assert start(who).version.number == 1
    assert start(who, restart=True).version.number == 2
    attempt.refresh_from_db()
    assert attempt.version.number == 1


def test_an_attempt_under_way_is_resumed_unless_the_person_begins_again() -> None:
    who = learner("quay")
    attempt = start(who)
    say(attempt, "best")
    assert start(who).pk == attempt.pk
    assert Attempt.objects.count() == 1
    assert start(who, restart=True).pk != attempt.pk


def test_after_an_ending_the_next_start_is_a_new_attempt() -> None:
    who = learner("quay")
    first = play(who, says=["bad"])
    assert start(who).pk != first.pk


def test_beginning_needs_the_practice_on_an_open_path_of_ones_own() -> None:
    who, other = learner("quay"), people.person()
    with pytest.raises(NotFound):
        start(other)
    with pytest.raises(NotFound):
        start(who, "another")
    Enrolment.objects.filter(person=who).update(status="withdrawn", ended_at=basics.MONDAY)
    with pytest.raises(NotFound):
        start(who)
    assert not Attempt.objects.exists()
    assert not Act.objects.filter(name="practice.start").exists()


def test_a_locked_practice_cannot_be_begun_and_a_done_one_can() -> None:
    who = learner("quay", start_day=20)
    with pytest.raises(NotAllowed):
        start(who)
    late = basics.MONDAY + timedelta(days=25)
    play(who, at=late, says=["bad"])
    assert start(who, at=late).pk


def test_a_practice_that_is_on_the_path_but_not_published_is_not_found() -> None:
    who = people.person()
    paths.enrolment(who, paths.path(paths.step("practice", content="ghost")))
    with pytest.raises(NotFound):
        start(who, "ghost")


def test_the_same_key_begins_once() -> None:
    who, key = learner("quay"), basics.key()
    assert start(who, key=key).pk == start(who, key=key).pk
    with pytest.raises(Conflict, match="other content"):
        start(who, key=key, restart=True)
    assert Attempt.objects.count() == 1


def test_a_key_used_for_something_else_is_a_conflict() -> None:
    who, key = learner("quay"), basics.key()
    attempt = start(who, key=key)
    with pytest.raises(Conflict):
        say(attempt, "best", key=key)
    assert not attempt.choices.exists()


# --- Answering ------------------------------------------------------------------------------------------------------


def test_a_choice_is_kept_with_the_order_shown_and_moves_node_and_meters() -> None:
    attempt = start(learner("quay"))
    say(attempt, "best", confidence="sure")
    attempt.refresh_from_db()
    row = attempt.choices.get()
    spec = ScenarioSpec.from_json(attempt.version.spec)
    assert row.shown == list(shown_order(spec.node("first"), attempt.seed))
    assert (row.node, row.choice, row.confidence, row.position) == ("first", "first-best", "sure", 0)
    assert (attempt.node, attempt.position, attempt.meters) == ("second", 1, {"trust": 2})


def test_meters_stay_between_their_lowest_and_highest_value() -> None:
    attempt = start(learner("quay"))
    for _ in range(3):
        say(attempt, "best")
    attempt.refresh_from_db()
    assert attempt.meters == {"trust": 4}


def test_a_choice_is_taken_by_the_sign_it_was_shown_under() -> None:
    attempt = start(learner("quay"))
    option = next(item for item in api.moment_of(attempt.person, attempt.uid).options if "weak" in item.text)
    say(attempt, "", choice=option.sign)
    assert attempt.choices.get().choice == "first-weak"


@pytest.mark.parametrize("confidence", ["", "certain", "SURE"])
def test_confidence_must_be_given_where_it_is_asked(confidence: str) -> None:
    attempt = start(learner("quay"))
    with pytest.raises(Invalid) as refused:
        say(attempt, "best", confidence=confidence)
    assert set(refused.value.fields) == {"confidence"}
    assert not AttemptChoice.objects.exists()


def test_confidence_is_dropped_where_it_is_not_asked() -> None:
    attempt = start(learner("quay"))
    say(attempt, "best")
    say(attempt, "best", confidence="sure")
    assert attempt.choices.get(node="second").confidence == ""


@pytest.mark.parametrize("choice", ["", "second-best", "nonsense"])
def test_a_choice_must_be_one_of_this_decision(choice: str) -> None:
    attempt = start(learner("quay"))
    with pytest.raises(Invalid) as refused:
        say(attempt, "", choice=choice)
    assert set(refused.value.fields) == {"choice"}


def test_a_refused_choice_leaves_its_key_free() -> None:
    attempt, key = start(learner("quay")), basics.key()
    with pytest.raises(Invalid):
        say(attempt, "", choice="nonsense", key=key)
    say(attempt, "best", key=key)
    assert attempt.choices.count() == 1


def test_the_same_key_is_one_choice_and_another_tab_is_a_conflict() -> None:
    attempt, key = start(learner("quay")), basics.key()
    say(attempt, "best", key=key)
    say(attempt, "best", node="first", choice="first-best", key=key)
    with pytest.raises(Conflict):
        say(attempt, "weak", node="first", choice="first-weak")
    assert attempt.choices.count() == 1


def test_the_back_button_changes_nothing_after_the_end() -> None:
    attempt = play(learner("quay"), says=["bad"])
    with pytest.raises(Conflict):
        say(attempt, "best", node="first", choice="first-best")
    attempt.refresh_from_db()
    assert attempt.result["ending"] == "lost"


def test_another_persons_attempt_is_not_there_for_anybody() -> None:
    attempt = start(learner("quay"))
    for stranger in (people.person(), people.administrator(), people.in_group("Auditors")):
        common = {"actor": stranger, "attempt_uid": attempt.uid, "at": DAY_2}
        with pytest.raises(NotFound):
            api.moment_of(stranger, attempt.uid)
        with pytest.raises(NotFound):
            api.choose_in_attempt(**common, node="first", choice="first-best", confidence="sure", key=basics.key())
        with pytest.raises(NotFound):
            api.write_response(**common, node="write", text="x", key=basics.key())
        with pytest.raises(NotFound):
            api.mark_response(**common, node="write", ticks=[], key=basics.key())
        with pytest.raises(NotFound):
            api.delete_attempt(**common, key=basics.key())
        assert api.attempts_of(stranger) == []
    assert Attempt.objects.filter(pk=attempt.pk, position=0).exists()


def test_somebody_who_left_plays_no_more() -> None:
    attempt = start(learner("quay"))
    who = attempt.person
    who.is_active = False
    with pytest.raises(NotFound):
        api.moment_of(who, attempt.uid)


# --- Writing and marking --------------------------------------------------------------------------------------------


def at_the_task(who: User | None = None) -> Attempt:
    attempt = start(who or learner("quay"))
    for choice in BEST:
        say(attempt, choice)
    attempt.refresh_from_db()
    assert attempt.node == "write"
    return attempt


def test_an_answer_is_written_then_marked_then_the_attempt_goes_on() -> None:
    attempt = at_the_task()
    assert api.moment_of(attempt.person, attempt.uid).looks == ()
    write(attempt, "  One dated promise.  ")
    moment = api.moment_of(attempt.person, attempt.uid)
    assert (moment.kind, moment.written, len(moment.looks)) == ("mark", "One dated promise.", 4)
    mark(attempt, "look-3", "look-1")
    attempt.refresh_from_db()
    assert attempt.responses.get().marks == ["look-1", "look-3"]
    assert attempt.result["ending"] == "won"


def test_nothing_ticked_is_an_answer_too() -> None:
    attempt = at_the_task()
    write(attempt)
    mark(attempt)
    assert attempt.responses.get().marks == []


@pytest.mark.parametrize("text", ["", "   \n ", "x" * 4001])
def test_an_answer_has_words_and_an_end(text: str) -> None:
    attempt = at_the_task()
    with pytest.raises(Invalid) as refused:
        write(attempt, text)
    assert set(refused.value.fields) == {"text"}


def test_marking_needs_an_answer_and_known_lines() -> None:
    attempt = at_the_task()
    with pytest.raises(Conflict):
        mark(attempt)
    write(attempt)
    with pytest.raises(Invalid):
        mark(attempt, "look-9")
    assert attempt.responses.get().marks is None


def test_an_answer_is_written_once() -> None:
    attempt, key = at_the_task(), basics.key()
    write(attempt, "First.", key=key)
    write(attempt, "First.", key=key)
    with pytest.raises(Conflict):
        write(attempt, "Second.")
    assert OpenResponse.objects.get().text == "First."


def test_a_decision_cannot_be_written_at_nor_a_task_chosen_at() -> None:
    attempt = start(learner("quay"))
    with pytest.raises(Conflict):
        write(attempt, node="first")
    task = at_the_task(attempt.person)
    with pytest.raises(Conflict):
        say(task, "", node="write", choice="first-best")


def test_written_answers_never_count() -> None:
    who = learner("quay")
    silent, thorough = at_the_task(who), None
    write(silent)
    mark(silent)
    thorough = start(who)
    for choice in BEST:
        say(thorough, choice)
    write(thorough, "All of it.")
    mark(thorough, "look-1", "look-2", "look-3", "look-4")
    silent.refresh_from_db()
    thorough.refresh_from_db()
    assert silent.result == thorough.result


# --- Ending ---------------------------------------------------------------------------------------------------------


def test_an_ending_finishes_the_attempt_with_its_result() -> None:
    attempt = play(learner("quay"), says=["weak", "best", "best", "weak"])
    # Over 4 decisions: chosen 0 + 2 + 2 + 0 = 4, lowest -4, best 8.
    assert attempt.result == {
        "rule": "visited-v1",
        "shares": {"listening": "2/3", "repair": "2/3"},
        "critical": [],
        "mean": "2/3",
        "passed": False,
        "ending": "won",
        "to_standard": [],
    }


def test_an_ending_without_a_pass_is_no_pass_and_tells_a_critical_choice() -> None:
    attempt = play(learner("quay"), says=["bad"])
    assert (attempt.result["passed"], attempt.result["critical"]) == (False, ["first-bad"])
    assert attempt.result["shares"] == {"listening": None, "repair": None}


def test_the_first_ending_completes_the_step_on_every_open_path() -> None:
    who = learner("quay")
    paths.enrolment(who, paths.path(paths.step("practice", "again", content="quay")))
    ended = paths.enrolment(
        who, paths.path(paths.step("practice", "old", content="quay")), status="withdrawn", ended_at=basics.MONDAY
    )
    attempt = start(who)
    assert not StepCompletion.objects.exists()
    say(attempt, "bad")
    done = StepCompletion.objects.all()
    assert {row.enrolment.person_id for row in done} == {who.pk}
    assert len(done) == 2
    assert ended.pk not in {row.enrolment_id for row in done}
    assert {(row.by, row.completed_at) for row in done} == {(who, basics.MONDAY)}
    play(who, at=DAY_2)
    assert StepCompletion.objects.filter(completed_at=basics.MONDAY).count() == 2
    assert StepCompletion.objects.count() == 2


def test_finishing_does_not_complete_other_steps() -> None:
    who = learner("quay", "yard")
    play(who)
    assert [row.step.content_uid for row in StepCompletion.objects.all()] == [basics.uid("quay")]


# --- The Try gate ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("later", "opens"),
    [(timedelta(hours=19, minutes=59), False), (timedelta(hours=20), True), (timedelta(days=300), True)],
)
def test_try_opens_with_the_second_to_standard_20_hours_later(later: timedelta, opens: bool) -> None:
    who = learner("quay")
    play(who, seed=1)
    assert gates(who) == {}
    second = basics.MONDAY + later
    play(who, at=second, seed=2)
    assert gates(who) == ({"listening": second, "repair": second} if opens else {})


def test_the_same_order_does_not_open_it_and_a_third_time_in_another_does() -> None:
    who = learner("quay")
    play(who, seed=1)
    play(who, at=DAY_2, seed=1)
    assert gates(who) == {}
    third = DAY_2 + timedelta(days=1)
    play(who, at=third, seed=2)
    assert set(gates(who).values()) == {third}


def test_another_scenario_opens_it_even_in_the_same_order() -> None:
    who = learner("quay", "yard")
    play(who, seed=1)
    play(who, "yard", at=DAY_2, seed=1)
    assert set(gates(who)) == {"listening", "repair"}


@pytest.mark.parametrize("critical_first", [True, False])
def test_a_critical_choice_in_either_keeps_it_shut(critical_first: bool) -> None:
    who = learner("quay")
    risky = ["best", "bad", "best"]
    play(who, says=risky if critical_first else BEST, seed=1)
    play(who, at=DAY_2, says=BEST if critical_first else risky, seed=2)
    assert gates(who) == {}


def test_below_standard_in_either_keeps_it_shut() -> None:
    who = learner("quay")
    play(who, says=["weak", "best", "best", "weak"], seed=1)
    play(who, at=DAY_2, seed=2)
    assert gates(who) == {}


def test_try_opens_only_for_the_skill_of_both_scenarios() -> None:
    practice.scenario(slug="yard", skills=("listening", "pricing"))
    who = learner("quay")
    paths.enrolment(who, paths.path(paths.step("practice", "yard step", content="yard")))
    play(who, seed=1)
    play(who, "yard", at=DAY_2, seed=2)
    assert set(gates(who)) == {"listening"}


def test_another_persons_practice_does_not_count() -> None:
    who = learner("quay")
    other = people.person()
    paths.enrolment(other, Enrolment.objects.get(person=who).path_version)
    play(other, seed=1)
    play(who, at=DAY_2, seed=2)
    assert gates(who) == gates(other) == {}


def test_it_is_kept_once_with_the_first_day() -> None:
    who = learner("quay")
    for day in range(4):
        play(who, at=basics.MONDAY + timedelta(days=day), seed=day)
    assert set(gates(who).values()) == {DAY_2}
    assert SkillGate.objects.filter(person=who, gate="try").count() == TryFact.objects.count() == 2
    with pytest.raises(IntegrityError):
        TryFact.objects.create(person=who, skill=TryFact.objects.first().skill, opened_at=DAY_2)  # type: ignore[union-attr]


def test_it_outlives_the_attempts_and_is_rebuilt_without_them() -> None:
    who = learner("quay")
    for attempt in (play(who, seed=1), play(who, at=DAY_2, seed=2)):
        api.delete_attempt(actor=who, attempt_uid=attempt.uid, key=basics.key(), at=DAY_2)
    assert not Attempt.objects.exists()
    assert not AttemptChoice.objects.exists()
    assert not OpenResponse.objects.exists()
    kept = {
        (row.person_id, row.skill_id, row.source, row.opened_at)
        for row in SkillGate.objects.filter(person=who, gate="try")
    }
    assert len(kept) == 2
    assert set(api.try_facts()) == set(api.try_facts([who.pk])) == kept
    assert list(api.try_facts([people.person().pk])) == []
    assert StepCompletion.objects.count() == 1


def test_a_deleted_first_attempt_no_longer_counts_towards_it() -> None:
    who = learner("quay")
    first = play(who, seed=1)
    api.delete_attempt(actor=who, attempt_uid=first.uid, key=basics.key(), at=DAY_2)
    play(who, at=DAY_2, seed=2)
    assert gates(who) == {}


# --- Deleting -------------------------------------------------------------------------------------------------------


def test_deleting_twice_is_one_act_and_with_another_key_not_found() -> None:
    who, key = learner("quay"), basics.key()
    attempt = start(who)
    for _ in range(2):
        api.delete_attempt(actor=who, attempt_uid=attempt.uid, key=key, at=DAY_2)
    with pytest.raises(NotFound):
        api.delete_attempt(actor=who, attempt_uid=attempt.uid, key=basics.key(), at=DAY_2)
    with pytest.raises(Conflict):
        api.delete_attempt(actor=who, attempt_uid=uuid4(), key=key, at=DAY_2)


def test_a_stale_start_after_deleting_is_not_found() -> None:
    who, key = learner("quay"), basics.key()
    attempt = start(who, key=key)
    api.delete_attempt(actor=who, attempt_uid=attempt.uid, key=basics.key(), at=DAY_2)
    with pytest.raises(NotFound):
        start(who, key=key)


# --- What the person sees -------------------------------------------------------------------------------------------


def test_attempts_are_listed_newest_first_without_the_key(django_assert_num_queries: Any) -> None:
    who = learner("quay")
    first, second = play(who), start(who, at=DAY_2)
    with django_assert_num_queries(1):
        found = api.attempts_of(who)
        assert [row.uid for row in found] == [second.uid, first.uid]
        assert found[0].version.title == "Quay"
        assert "spec" in found[0].version.get_deferred_fields()


def test_a_moment_tells_direction_and_what_happened(django_assert_num_queries: Any) -> None:
    attempt = start(learner("quay"))
    say(attempt, "weak", confidence="guess")
    with django_assert_num_queries(3):
        moment = api.moment_of(attempt.person, attempt.uid)
    assert moment.last is not None
    assert (moment.last.said, moment.last.why) == ("Text of first-weak.", "Reason of first-weak.")
    assert (moment.last.changes, moment.last.better) == (("Trust is falling.",), False)
    (gauge,) = moment.gauges
    assert gauge.name == "Trust"
    assert gauge.word.endswith("and falling")
    assert gauge.level < gauge.was


def test_after_a_written_answer_the_meters_stand_still() -> None:
    who = learner("quay")
    attempt = play(who)
    (gauge,) = api.moment_of(who, attempt.uid).gauges
    assert (gauge.level, gauge.word) == (gauge.was, "solid")


def test_the_end_says_what_to_repeat_and_how_sure_one_was() -> None:
    who = learner("quay")
    attempt = play(who, says=["weak", "weak", "best", "best"])
    end = api.moment_of(who, attempt.uid).end
    assert end is not None
    assert [(item.said, item.again) for item in end.repeats] == [
        ("Text of second-best.", True),
        ("Text of third-best.", True),
    ]
    assert end.sure == ("You thought so 2 times. 1 of 2 turned out to be the strongest thing to say.",)
    assert [(line.figure, line.decisions, line.met) for line in end.skills] == [("0.66", 4, False)] * 2
    assert (end.title, end.mean, end.asks) == ("Otherwise at won.", "0.66", "0.70")


def test_fewer_than_two_strong_turns_are_filled_with_what_to_change() -> None:
    who = learner("quay")
    end = api.moment_of(who, play(who, says=["weak", "bad"]).uid).end
    assert end is not None
    assert [(item.said, item.again) for item in end.repeats] == [
        ("Text of aside-bad.", False),
        ("Text of first-weak.", False),
    ]
    assert [item.said for item in end.critical] == ["Text of aside-bad."]


def test_the_end_says_which_gates_it_opened() -> None:
    who = learner("quay")
    first, second = play(who, seed=1), play(who, at=DAY_2, seed=2)
    ends = [api.moment_of(who, attempt.uid).end for attempt in (first, second)]
    assert [[line.slug for line in end.opened] for end in ends if end] == [[], ["listening", "repair"]]
    assert ends[1] is not None
    assert ends[1].title == "End at won."


def test_a_step_is_matched_by_its_kind() -> None:
    who = people.person()
    practice.scenario(slug="quay")
    paths.enrolment(who, paths.path(paths.step(StepKind.COURSE, content="quay")))
    with pytest.raises(NotFound):
        start(who)
