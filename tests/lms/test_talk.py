"""Talk: the whole truth table, and "the latest answer counts"."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from lms.api import SkillGate, complete_lesson, open_gate, record_example, record_recall, refresh_talk, skill_ids
from lms.services.record.structure import LessonInfo
from lms.services.record.talk import talk_due
from tests.factories import basics, paths, people

AT = datetime(2026, 3, 6, 9, tzinfo=UTC)


def open_now(person):
    return set(SkillGate.objects.filter(person=person, gate="talk").values_list("skill__slug", flat=True))


# Two lessons; each read or not, each with or without questions, each recalled or not; an example or none.
TABLE = list(itertools.product([True, False], repeat=7))


@pytest.mark.parametrize(("read1", "read2", "asks1", "asks2", "knows1", "knows2", "example"), TABLE)
def test_talk_is_due_when_all_is_read_and_recalled_or_an_example_given(
    read1, read2, asks1, asks2, knows1, knows2, example
):
    one = LessonInfo(basics.uid("one"), ("a",), 2 if asks1 else 0)
    two = LessonInfo(basics.uid("two"), ("a",), 1 if asks2 else 0)
    structure = SimpleNamespace(lessons_by_skill={"a": (one, two)})
    read = {lesson.uid for lesson, done in ((one, read1), (two, read2)) if done}
    recalled = {lesson.uid for lesson, known in ((one, knows1), (two, knows2)) if known}
    asked = [known for asks, known in ((asks1, knows1), (asks2, knows2)) if asks]
    expected = read1 and read2 and (example or (len(asked) > 0 and all(asked)))
    assert talk_due(structure, read, {"a"} if example else set(), recalled) == (["a"] if expected else [])


def test_a_skill_without_a_tagged_lesson_has_no_talk():
    assert talk_due(SimpleNamespace(lessons_by_skill={}), set(), {"a"}, set()) == []


@pytest.fixture
def learner(db):
    person = people.person()
    lessons = (paths.lesson("one", "a", recalls=1), paths.lesson("two", "a", "b", recalls=1))
    paths.enrolment(person, paths.path(paths.step("course", "c", lessons=lessons, skills=("a", "b"))))
    return person


def read(person, *names, at=AT):
    for name in names:
        complete_lesson(actor=person, lesson_uid=basics.uid(name), key=basics.key(), at=at)


def test_reading_alone_opens_nothing(learner):
    read(learner, "one", "two")
    assert open_now(learner) == set()


def test_an_example_opens_what_is_read(learner):
    read(learner, "one")
    record_example(person=learner, skill_id=skill_ids()["a"], at=AT)
    assert open_now(learner) == set()
    read(learner, "two", at=AT + timedelta(1))
    gate = SkillGate.objects.get()
    assert (gate.skill.slug, gate.opened_at) == ("a", AT + timedelta(1)), "dated by the act that opened it"
    record_example(person=learner, skill_id=skill_ids()["a"], at=AT)
    record_example(person=learner, skill_id=skill_ids()["b"], at=AT)
    assert open_now(learner) == {"a", "b"}


def test_all_recall_right_opens_whatever_comes_last(learner):
    record_recall(person=learner, lesson_uid=basics.uid("one"), all_right=True, at=AT)
    record_recall(person=learner, lesson_uid=basics.uid("two"), all_right=True, at=AT)
    read(learner, "two")
    assert open_now(learner) == {"b"}
    read(learner, "one")
    assert open_now(learner) == {"a", "b"}


def test_talk_opens_by_the_latest_answer_of_each_lesson(learner):
    read(learner, "one", "two")
    flags = [("one", True), ("two", False), ("one", False), ("two", True)]
    for name, right in flags:
        record_recall(person=learner, lesson_uid=basics.uid(name), all_right=right, at=AT)
    assert open_now(learner) == {"b"}, "lesson one stands wrong after its latest answer"
    record_recall(person=learner, lesson_uid=basics.uid("one"), all_right=True, at=AT + timedelta(1))
    assert open_now(learner) == {"a", "b"}


def test_once_open_it_stays_open(learner):
    read(learner, "one", "two")
    for name in ("one", "two"):
        record_recall(person=learner, lesson_uid=basics.uid(name), all_right=True, at=AT)
    record_recall(person=learner, lesson_uid=basics.uid("one"), all_right=False, at=AT + timedelta(1))
    assert open_now(learner) == {"a", "b"}


def test_saying_the_same_again_writes_nothing(learner):
    for _again in range(3):
        record_recall(person=learner, lesson_uid=basics.uid("one"), all_right=True, at=AT)
    assert learner.talk_facts.count() == 1
    for _again in range(2):
        record_recall(person=learner, lesson_uid=basics.uid("one"), all_right=False, at=AT + timedelta(1))
    assert learner.talk_facts.filter(ended_at=None).count() == 0
    record_recall(person=learner, lesson_uid=basics.uid("one"), all_right=True, at=AT + timedelta(2))
    assert learner.talk_facts.count() == 2


def test_each_path_has_its_own_talk(learner):
    second = paths.enrolment(
        learner, paths.path(paths.step("course", "d", lessons=(paths.lesson("one", "a"),), skills=("a",)))
    )
    record_example(person=learner, skill_id=skill_ids()["a"], at=AT)
    read(learner, "one")
    assert list(SkillGate.objects.values_list("source", flat=True)) == [f"enrolment:{second.uid}"]
    assert refresh_talk(person=learner, at=AT) == []


def test_somebody_without_a_path_opens_nothing_and_nothing_is_lost(db):
    person = people.person()
    skill = paths.skill("a")
    record_example(person=person, skill_id=skill.pk, at=AT)
    record_recall(person=person, lesson_uid=basics.uid("one"), all_right=True, at=AT)
    assert refresh_talk(person=person, at=AT) == []
    assert person.talk_facts.count() == 2


def test_a_try_gate_is_no_talk_gate(learner):
    open_gate(person_id=learner.pk, skill_id=skill_ids()["a"], gate="try", source="practice:a", at=AT)
    read(learner, "one", "two")
    record_example(person=learner, skill_id=skill_ids()["a"], at=AT)
    assert open_now(learner) == {"a"}
