"""Recall: what is asked, what is given away (nothing), what counts, and when it comes back."""

from __future__ import annotations

import itertools
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from assessments import api
from assessments.models import RecallAnswer, ReviewCard
from lms.api import Act, Enrolment, SkillGate, TalkFact, User, complete_lesson
from lms.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.factories import basics, paths, people, practice

pytestmark = pytest.mark.django_db

LESSON, COURSE = basics.uid("lesson one"), basics.uid("course one")
TODAY = basics.MONDAY.date()


def reader(*names: str, who: User | None = None, **step: Any) -> User:
    """Somebody with a lesson that asks these questions (default one, "q1"), on a course that is open."""
    who = who or people.person("Leonie")
    names = names or ("q1",)
    lesson = paths.lesson("lesson one", "listening", recalls=len(names))
    course = paths.step("course", "course step", content="course one", lessons=(lesson,), **step)
    paths.enrolment(who, paths.path(course))
    practice.published_recalls(LESSON, *[practice.recall_spec(name) for name in names])
    return who


def shown(who: User, name: str = "q1", owner: UUID = LESSON, at: datetime = basics.MONDAY) -> api.RecallQuestion:
    return next(item for item in api.questions_of(owner, who, at=at) if item.uid == basics.uid(name))


def sign(question: api.RecallQuestion, start: str = "Good") -> str:
    return next(item.sign for item in question.options if item.text.startswith(start))


def answer(
    who: User,
    name: str = "q1",
    *,
    right: bool = True,
    at: datetime = basics.MONDAY,
    owner: UUID = LESSON,
    **fields: Any,
) -> api.Told:
    values = {"option": sign(shown(who, name, owner, at), "Good" if right else "First"), "key": basics.key(), **fields}
    return api.answer_recall(actor=who, recall_uid=basics.uid(name), at=at, **values)


def knows(who: User) -> bool:
    """Whether the record holds that all questions of the lesson stand right."""
    return TalkFact.objects.filter(person=who, lesson_uid=LESSON, kind="recall", ended_at=None).exists()


# --- What is shown ----------------------------------------------------------------------------------------------------


def test_questions_come_in_the_authors_order_with_all_options() -> None:
    who = reader("q1", "q2", "q3")
    questions = api.questions_of(LESSON, who, at=basics.MONDAY)
    assert [item.q for item in questions] == ["Question q1?", "Question q2?", "Question q3?"]
    assert {item.text for item in questions[0].options} == {
        "Good text of q1.",
        "First text of q1.",
        "Other text of q1.",
    }
    assert all(item.asking and not item.why and not item.answer for item in questions)


def test_the_order_is_the_persons_own_and_the_days() -> None:
    persons = [reader("q1"), *(people.person() for _ in range(40))]
    days = [basics.MONDAY + timedelta(days=day) for day in range(40)]
    by_day = Counter(place(persons[0], day) for day in days)
    by_person = Counter(place(who, basics.MONDAY) for who in persons)
    assert place(persons[0], basics.MONDAY) == place(persons[0], basics.MONDAY)
    for counted in (by_day, by_person):
        assert set(counted) == {0, 1, 2}
        assert max(counted.values()) < 25


def place(who: User, at: datetime) -> int:
    return [option.text.startswith("Good") for option in shown(who, at=at).options].index(True)


def test_signs_tell_nothing_and_are_ones_own() -> None:
    who, other = reader("q1", "q2"), people.person()
    signs = [item.sign for name in ("q1", "q2") for item in shown(who, name).options]
    signs += [item.sign for item in shown(other).options]
    assert len(set(signs)) == 9
    assert {len(item) for item in signs} == {20}
    places = Counter(
        sorted(item.sign for item in question.options).index(sign(question))
        for question in (shown(people.person()) for _ in range(60))
    )
    assert set(places) == {0, 1, 2}, "sorted by sign the right one must not have a place of its own"


def test_somebody_elses_sign_is_no_answer() -> None:
    who, other = reader("q1"), people.person()
    with pytest.raises(Invalid):
        answer(who, option=sign(shown(other)))


@pytest.mark.parametrize("option", ["", "a", "w1", "Good text of q1.", "0"])
def test_an_answer_that_is_none_of_the_options_is_refused(option: str) -> None:
    who = reader()
    with pytest.raises(Invalid) as refused:
        answer(who, option=option)
    assert set(refused.value.fields) == {"option"}
    assert not RecallAnswer.objects.exists()
    assert not Act.objects.filter(name="recall.answer").exists()


def test_several_owners_cost_three_queries(django_assert_num_queries: Any) -> None:
    who = reader("q1", "q2")
    practice.published_recalls(COURSE, *[practice.recall_spec(f"c{n}") for n in range(10)])
    answer(who)
    with django_assert_num_queries(3):
        found = api.recall_context([LESSON, COURSE, uuid4()], who, at=basics.MONDAY)
    assert [len(items) for items in found.values()] == [2, 10, 0]


# --- Answering --------------------------------------------------------------------------------------------------------


def test_a_right_answer_is_told_with_its_reason() -> None:
    who = reader()
    assert answer(who) == api.Told(True, "Reason of q1.", "Good text of q1.")
    question = shown(who)
    assert (question.asking, question.right, question.why) == (False, True, "Reason of q1.")
    assert question.due_on == TODAY + timedelta(days=1)


def test_a_wrong_answer_is_told_the_right_one_and_can_be_asked_again() -> None:
    who = reader()
    assert answer(who, right=False) == api.Told(False, "Reason of q1.", "Good text of q1.")
    question = shown(who)
    assert (question.asking, question.right, question.chosen) == (False, False, "First text of q1.")
    (again,) = api.questions_of(LESSON, who, at=basics.MONDAY, again=[basics.uid("q1")])
    assert (again.asking, again.why, again.answer) == (True, "", "")


def test_the_same_key_is_one_answer() -> None:
    who, key = reader(), basics.key()
    first = answer(who, key=key)
    assert answer(who, key=key) == first
    with pytest.raises(Conflict, match="other content"):
        answer(who, right=False, key=key)
    assert RecallAnswer.objects.count() == 1
    with pytest.raises(Conflict):
        complete_lesson(actor=who, lesson_uid=LESSON, key=key, at=basics.MONDAY)


def test_a_question_changed_meanwhile_is_a_conflict() -> None:
    who = reader()
    old = sign(shown(who))
    practice.published_recalls(LESSON, practice.recall_spec("q1", a="Good, and better said."))
    with pytest.raises(Conflict, match="changed while you were reading"):
        answer(who, option=old)
    assert answer(who).right
    assert RecallAnswer.objects.get().version.number == 2


def test_a_removed_question_is_a_conflict_and_an_unknown_one_not_found() -> None:
    who = reader("q1", "q2")
    old = sign(shown(who))
    practice.published_recalls(LESSON, practice.recall_spec("q2"))
    with pytest.raises(Conflict, match="no longer asked"):
        api.answer_recall(actor=who, recall_uid=basics.uid("q1"), option=old, key=basics.key(), at=basics.MONDAY)
    with pytest.raises(NotFound):
        api.answer_recall(actor=who, recall_uid=uuid4(), option=old, key=basics.key(), at=basics.MONDAY)


def test_a_changed_question_is_asked_anew_without_its_old_reason() -> None:
    who = reader()
    answer(who)
    practice.published_recalls(LESSON, practice.recall_spec("q1", why="Another reason."))
    question = shown(who)
    assert (question.asking, question.why) == (True, "")


def test_only_lessons_on_an_open_path_can_be_answered() -> None:
    who, other = reader(), people.person()
    with pytest.raises(NotFound):
        answer(other)
    locked = people.person()
    reader(who=locked, start_day=20)
    with pytest.raises(NotAllowed):
        answer(locked)
    Enrolment.objects.filter(person=who).update(status="withdrawn", ended_at=basics.MONDAY)
    with pytest.raises(NotFound):
        answer(who)
    assert not RecallAnswer.objects.exists()


def test_a_course_asks_too_and_tells_the_record_nothing() -> None:
    who = reader()
    practice.published_recalls(COURSE, practice.recall_spec("c1"))
    assert answer(who, "c1", owner=COURSE).right
    assert not TalkFact.objects.exists()
    stranger, locked = people.person(), people.person()
    reader(who=locked, start_day=20)
    with pytest.raises(NotFound):
        answer(stranger, "c1", owner=COURSE)
    with pytest.raises(NotAllowed):
        answer(locked, "c1", owner=COURSE)


# --- What counts ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", [None, True, False])
@pytest.mark.parametrize("second", [None, True, False])
def test_the_record_learns_whether_all_stand_right(first: bool | None, second: bool | None) -> None:
    who = reader("q1", "q2")
    for name, right in (("q1", first), ("q2", second)):
        if right is not None:
            answer(who, name, right=right)
    assert knows(who) is (first is True and second is True)


@pytest.mark.parametrize("history", list(itertools.product([True, False], repeat=3)))
def test_the_latest_answer_counts(history: tuple[bool, ...]) -> None:
    who = reader()
    for minute, right in enumerate(history):
        answer(who, right=right, at=basics.MONDAY + timedelta(minutes=minute))
    assert knows(who) is history[-1]


def test_of_two_answers_at_one_moment_the_later_counts() -> None:
    who = reader()
    answer(who, right=True)
    answer(who, right=False)
    assert not knows(who)
    assert shown(who).right is False


def test_talk_opens_with_the_lesson_read_and_all_recall_right() -> None:
    who = reader("q1", "q2")
    answer(who, "q1")
    complete_lesson(actor=who, lesson_uid=LESSON, key=basics.key(), at=basics.MONDAY)
    assert not SkillGate.objects.exists()
    answer(who, "q2", at=basics.MONDAY + timedelta(hours=1))
    gate = SkillGate.objects.get()
    assert (gate.gate, gate.skill.slug, gate.opened_at) == ("talk", "listening", basics.MONDAY + timedelta(hours=1))
    answer(who, "q2", right=False, at=basics.MONDAY + timedelta(hours=2))
    assert SkillGate.objects.count() == 1
    assert not knows(who)


def test_a_question_taken_away_no_longer_holds_the_others_up() -> None:
    who = reader("q1", "q2")
    answer(who, "q2", right=False)
    practice.published_recalls(LESSON, practice.recall_spec("q1"))
    answer(who, "q1")
    assert knows(who)


def test_another_persons_answers_do_not_count() -> None:
    who, other = reader("q1", "q2"), people.person()
    paths.enrolment(other, Enrolment.objects.get(person=who).path_version)
    answer(other, "q1")
    answer(who, "q2")
    assert not knows(who)
    assert shown(who, "q1").asking


# --- When it comes back -----------------------------------------------------------------------------------------------


def card(who: User) -> tuple[int, date]:
    row = ReviewCard.objects.get(person=who)
    return row.interval_days, row.due_on


def test_intervals_double_up_to_60_days_and_fall_back_to_one() -> None:
    who, day = reader(), basics.MONDAY
    expected = [1, 2, 4, 8, 16, 32, 60, 60]
    for interval in expected:
        answer(who, at=day)
        assert card(who) == (interval, (day + timedelta(days=interval)).date())
        day += timedelta(days=interval)
    answer(who, right=False, at=day)
    assert card(who) == (1, (day + timedelta(days=1)).date())


def test_before_its_day_only_a_wrong_answer_moves_a_question() -> None:
    who = reader()
    for _ in range(3):
        answer(who)
    assert card(who) == (1, TODAY + timedelta(days=1))
    day = basics.MONDAY + timedelta(days=1)
    answer(who, at=day)
    assert card(who) == (2, TODAY + timedelta(days=3))
    answer(who, right=False, at=day)
    assert card(who) == (1, TODAY + timedelta(days=2))
    answer(who, at=day)
    assert card(who) == (1, TODAY + timedelta(days=2))


def test_days_are_the_persons_own() -> None:
    who = reader()
    User.objects.filter(pk=who.pk).update(time_zone="Pacific/Auckland")
    who.refresh_from_db()
    answer(who, at=datetime(2026, 3, 2, 22, 0, tzinfo=UTC))
    assert card(who)[1] == date(2026, 3, 4)


def test_due_cards_are_the_longest_due_first_and_as_many_as_asked(django_assert_num_queries: Any) -> None:
    names = [f"q{n}" for n in range(6)]
    who = reader(*names)
    for number, name in enumerate(names):
        answer(who, name, at=basics.MONDAY + timedelta(minutes=number))
        ReviewCard.objects.filter(recall_uid=basics.uid(name)).update(due_on=TODAY - timedelta(days=number))
    ReviewCard.objects.filter(recall_uid=basics.uid("q0")).update(due_on=TODAY + timedelta(days=1))
    api.due_cards(who, TODAY)
    with django_assert_num_queries(2):
        cards = api.due_cards(who, TODAY)
    assert [item.uid for item in cards] == [basics.uid(name) for name in ("q5", "q4", "q3")]
    assert all(item.asking and not item.why for item in cards)
    assert len(api.due_cards(who, TODAY, limit=10)) == 5
    assert len(api.due_cards(who, TODAY + timedelta(days=1), limit=10)) == 6
    assert api.next_due_on(who, TODAY) == TODAY + timedelta(days=1)
    assert api.next_due_on(who, TODAY + timedelta(days=1)) is None


def test_only_current_questions_of_ones_own_active_paths_come_back() -> None:
    who, other = reader("q1", "q2"), people.person()
    for name in ("q1", "q2"):
        answer(who, name)
    tomorrow = TODAY + timedelta(days=1)
    assert len(api.due_cards(who, tomorrow)) == 2
    assert api.due_cards(other, tomorrow) == []
    practice.published_recalls(LESSON, practice.recall_spec("q2"))
    assert [item.uid for item in api.due_cards(who, tomorrow)] == [basics.uid("q2")]
    Enrolment.objects.filter(person=who).update(status="paused")
    assert api.due_cards(who, tomorrow) == []


def test_a_due_question_is_asked_on_its_lesson_again() -> None:
    who = reader()
    answer(who)
    assert not shown(who).asking
    assert shown(who, at=basics.MONDAY + timedelta(days=1)).asking


def test_a_due_card_shows_the_same_signs_as_the_lesson() -> None:
    who = reader()
    answer(who)
    day = basics.MONDAY + timedelta(days=1)
    (due,) = api.due_cards(who, day.date())
    assert due.options == shown(who, at=day).options
