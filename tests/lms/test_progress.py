"""Where somebody stands on a path, and completing lessons and steps."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lms.api import (
    DONE,
    LOCKED,
    OPEN,
    WAIVED,
    Enrolment,
    LessonCompletion,
    Pause,
    SkillGate,
    StepCompletion,
    TalkFact,
    complete_lesson,
    find_step,
    labels_of,
    mark_external_done,
    open_enrolments,
    paths_of,
    progress_of,
    record_completion,
    require_open,
    set_labels,
    waive_step,
    words_of,
)
from lms.errors import Conflict, NotAllowed, NotFound
from lms.models import Extension
from lms.rules.specs import LabelSpec
from tests.factories import basics, paths, people
from tests.shown import looked

AT = datetime(2026, 3, 6, 9, 0, tzinfo=UTC)
"""Day 5 of a path that began on 1 March."""

pytestmark = pytest.mark.django_db


def course(name: str, *lessons: str, **fields: Any) -> Any:
    return paths.step("course", name, lessons=tuple(paths.lesson(lesson) for lesson in lessons), **fields)


def queries(act: Any) -> int:
    with CaptureQueriesContext(
        connection,
    ) as found:
        act()
    plain = [
        query for query in found if not query["sql"].startswith(("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK", "COMMIT"))
    ]
    return len(plain)


def test_states_of_a_path_that_has_everything():
    learner, manager = people.person(), people.person()
    version = paths.path(
        course("done", "a"),
        course("waived", "b"),
        course("open", "c", "d"),
        paths.step("practice", "locked", unlock={"all": [{"step": str(basics.uid("open"))}]}),
        paths.step("practice", "later", start_day=20),
    )
    enrolment = paths.enrolment(learner, version)
    steps = progress_of(enrolment, AT).structure.steps
    record_completion(enrolment=enrolment, step=steps[basics.uid("done")], by=learner, at=AT)
    enrolment.waivers.create(step_id=steps[basics.uid("waived")].id, reason="Wrote it", by=manager, waived_at=AT)
    LessonCompletion.objects.create(person=learner, lesson_uid=basics.uid("c"), completed_at=AT)

    progress = progress_of(enrolment, AT)

    found = {name: progress.state(basics.uid(name)) for name in ("done", "waived", "open", "locked", "later")}
    assert {name: state.status for name, state in found.items()} == {
        "done": DONE,
        "waived": WAIVED,
        "open": OPEN,
        "locked": LOCKED,
        "later": LOCKED,
    }
    assert found["done"].completed_at == AT
    assert found["waived"].waived_because == "Wrote it"
    assert found["open"].lessons_done == 1
    assert found["later"].decision.unlocks_at == date(2026, 3, 21)
    assert found["locked"].decision.unlocks_at is None
    assert progress.next is found["open"]
    assert progress.day == 5


def test_overdue_is_never_complete_and_an_extension_moves_the_day():
    learner = people.person()
    enrolment = paths.enrolment(
        learner, paths.path(paths.step("practice", "p", due_day=3), paths.step("practice", "q", due_day=3))
    )
    steps = progress_of(enrolment, AT).structure.steps
    for day in (29, 39, 0):
        Extension.objects.create(
            enrolment=enrolment,
            step_id=steps[basics.uid("q")].id,
            due_day=day,
            reason="Ill",
            by=learner,
            extended_at=AT,
        )
    progress = progress_of(enrolment, AT)

    assert progress.state(basics.uid("p")).overdue
    assert progress.state(basics.uid("p")).status == OPEN
    assert progress.state(basics.uid("q")).due_on == date(2026, 4, 9), "the latest extension counts"
    assert not progress.state(basics.uid("q")).overdue


def test_pauses_push_days_and_a_paused_path_is_shut():
    learner = people.person()
    enrolment = paths.enrolment(learner, paths.path(paths.step("practice", "p", due_day=10)))
    Pause.objects.create(
        enrolment=enrolment, from_on=date(2026, 3, 2), until_on=date(2026, 3, 4), reason="x", by=learner
    )

    progress = progress_of(enrolment, AT)
    assert (progress.day, progress.state(basics.uid("p")).due_on) == (3, date(2026, 3, 13))
    assert progress.date_of(30) == date(2026, 4, 2)

    enrolment.status = Enrolment.Status.PAUSED
    enrolment.save()
    shut = progress_of(enrolment, AT)
    assert not shut.running
    assert shut.state(basics.uid("p")).status == LOCKED
    assert not shut.state(basics.uid("p")).overdue
    assert shut.state(basics.uid("p")).decision.open


def test_nothing_is_open_before_the_start():
    enrolment = paths.enrolment(people.person(), paths.path(paths.step("practice", "p")), started_on=date(2026, 3, 20))
    progress = progress_of(enrolment, AT)
    assert (progress.day, progress.state(basics.uid("p")).status, progress.next) == (-14, LOCKED, None)


def test_the_milestone_of_today_is_the_first_with_a_required_step_left():
    learner = people.person()
    version = paths.path(
        [paths.step("practice", "a"), paths.step("practice", "extra", required=False)],
        [paths.step("practice", "b", due_day=60)],
    )
    enrolment = paths.enrolment(learner, version)
    first, second = (milestone.uid for milestone in progress_of(enrolment, AT).structure.milestones)
    assert progress_of(enrolment, AT).milestone == first
    record_completion(
        enrolment=enrolment, step=progress_of(enrolment, AT).structure.steps[basics.uid("a")], by=learner, at=AT
    )
    assert progress_of(enrolment, AT).milestone == second
    record_completion(
        enrolment=enrolment, step=progress_of(enrolment, AT).structure.steps[basics.uid("b")], by=learner, at=AT
    )
    assert progress_of(enrolment, AT).milestone is None


def test_required_comes_before_optional_then_what_is_due_first():
    enrolment = paths.enrolment(
        people.person(),
        paths.path(
            paths.step("practice", "optional", required=False, due_day=2),
            paths.step("practice", "second", due_day=9),
            paths.step("practice", "first", due_day=8),
        ),
    )
    assert progress_of(enrolment, AT).next.step.uid == basics.uid("first")


@pytest.mark.parametrize("steps", [1, 40])
def test_as_many_queries_however_long_the_path(steps):
    learner = people.person()
    courses = (course(f"c{n}", f"l{n}") for n in range(steps))
    enrolment = paths.enrolment(learner, paths.path(*courses, paths.step("external", "goes-on")))
    progress_of(enrolment, AT)
    for lesson in range(steps):
        complete_lesson(actor=learner, lesson_uid=basics.uid(f"l{lesson}"), key=uuid4(), at=AT)
    assert queries(lambda: progress_of(enrolment, AT)) == 7
    assert queries(lambda: paths_of(learner, AT)) == 8
    assert len(progress_of(enrolment, AT).done) == steps


def test_several_paths_newest_first_in_as_many_queries_as_one():
    learner = people.person()
    old = paths.enrolment(learner, paths.path(paths.step("practice", "p")))
    new = paths.enrolment(learner, paths.path(paths.step("practice", "p")), started_on=date(2026, 3, 4))
    paths.enrolment(learner, paths.path(), status="withdrawn", ended_at=AT)
    paths_of(learner, AT)
    assert [path.enrolment for path in paths_of(learner, AT)] == [new, old]
    assert open_enrolments(learner) == [new, old]
    assert queries(lambda: paths_of(learner, AT)) == 8


def test_facts_of_others_stay_theirs():
    one, two = people.person(), people.person()
    version = paths.path(course("c", "l"))
    mine, theirs = paths.enrolment(one, version), paths.enrolment(two, version)
    complete_lesson(actor=one, lesson_uid=basics.uid("l"), key=uuid4(), at=AT)
    assert progress_of(mine, AT).state(basics.uid("c")).status == DONE
    assert progress_of(theirs, AT).state(basics.uid("c")).status == OPEN
    assert progress_of(theirs, AT).lessons == frozenset()


# --- Reading ------------------------------------------------------------------------------------------------------


def test_the_last_lesson_completes_the_step_and_says_what_follows():
    learner = people.person()
    enrolment = paths.enrolment(learner, paths.path(course("c", "one", "two", "three")))
    first = complete_lesson(actor=learner, lesson_uid=basics.uid("two"), key=uuid4(), at=AT)
    assert first.next_lesson == basics.uid("three")
    second = complete_lesson(actor=learner, lesson_uid=basics.uid("three"), key=uuid4(), at=AT)
    assert second.next_lesson == basics.uid("one")
    assert progress_of(enrolment, AT).state(basics.uid("c")).status == OPEN
    third = complete_lesson(actor=learner, lesson_uid=basics.uid("one"), key=uuid4(), at=AT)
    assert third.next_lesson is None
    assert progress_of(enrolment, AT).state(basics.uid("c")).status == DONE


def test_reading_twice_and_replaying_change_nothing():
    learner = people.person()
    paths.enrolment(learner, paths.path(course("c", "l")))
    key = uuid4()
    one = complete_lesson(actor=learner, lesson_uid=basics.uid("l"), key=key, at=AT)
    assert complete_lesson(actor=learner, lesson_uid=basics.uid("l"), key=key, at=AT + timedelta(1)) == one
    complete_lesson(actor=learner, lesson_uid=basics.uid("l"), key=uuid4(), at=AT + timedelta(1))
    assert LessonCompletion.objects.get().completed_at == AT
    assert StepCompletion.objects.get().completed_at == AT


def test_a_key_serves_one_act():
    learner = people.person()
    paths.enrolment(learner, paths.path(course("c", "l", "m")))
    key = uuid4()
    complete_lesson(actor=learner, lesson_uid=basics.uid("l"), key=key, at=AT)
    with pytest.raises(Conflict):
        complete_lesson(actor=learner, lesson_uid=basics.uid("m"), key=key, at=AT)
    assert LessonCompletion.objects.count() == 1


def test_a_lesson_counts_on_every_path_also_on_a_later_one():
    learner = people.person()
    first = paths.enrolment(learner, paths.path(course("c", "l")))
    second = paths.enrolment(learner, paths.path(course("d", "l")))
    complete_lesson(actor=learner, lesson_uid=basics.uid("l"), key=uuid4(), at=AT)
    assert StepCompletion.objects.filter(enrolment__in=[first, second]).count() == 2

    third = paths.enrolment(learner, paths.path(course("e", "l")))
    assert progress_of(third, AT).state(basics.uid("e")).status == OPEN
    complete_lesson(actor=learner, lesson_uid=basics.uid("l"), key=uuid4(), at=AT)
    assert progress_of(third, AT).state(basics.uid("e")).status == DONE


def test_a_locked_lesson_is_refused_and_a_foreign_one_is_not_there():
    learner = people.person()
    paths.enrolment(learner, paths.path(course("c", "l", start_day=20)))
    with pytest.raises(NotAllowed):
        complete_lesson(actor=learner, lesson_uid=basics.uid("l"), key=uuid4(), at=AT)
    with pytest.raises(NotFound):
        complete_lesson(actor=learner, lesson_uid=basics.uid("other"), key=uuid4(), at=AT)
    with pytest.raises(NotFound):
        complete_lesson(actor=people.person(), lesson_uid=basics.uid("l"), key=uuid4(), at=AT)
    assert not LessonCompletion.objects.exists()


@pytest.mark.parametrize("lessons", [1, 30])
def test_completing_costs_the_same_in_a_course_of_any_size(lessons):
    learner = people.person()
    names = [f"l{n}" for n in range(lessons)]
    spec = tuple(paths.lesson(name, "listening") for name in names)
    paths.enrolment(learner, paths.path(paths.step("course", "c", lessons=spec), paths.step("external", "goes-on")))
    TalkFact.objects.create(person=learner, kind="example", skill=paths.skill("listening"), started_at=AT)
    paths_of(learner, AT)
    counts = [
        queries(lambda name=name: complete_lesson(actor=learner, lesson_uid=basics.uid(name), key=uuid4(), at=AT))
        for name in names
    ]
    assert counts == [11] * (lessons - 1) + [15], "the last one completes the step, asks for the path, and opens Talk"
    assert SkillGate.objects.get().gate == "talk"


# --- Steps that others complete -----------------------------------------------------------------------------------


def test_a_completion_is_written_once():
    learner = people.person()
    enrolment = paths.enrolment(learner, paths.path(paths.step("practice", "p")))
    step = progress_of(enrolment, AT).structure.steps[basics.uid("p")]
    assert record_completion(enrolment=enrolment, step=step, by=learner, at=AT)
    assert not record_completion(enrolment=enrolment, step=step, by=learner, at=AT + timedelta(1))
    assert StepCompletion.objects.get().completed_at == AT


def test_external_training_is_marked_by_the_manager_only():
    learner, manager, stranger = people.person(), people.person(), people.person()
    people.team(learner, manager=manager)
    enrolment = paths.enrolment(learner, paths.path(paths.step("external", "x"), paths.step("practice", "p")))

    def mark(actor, step="x"):
        mark_external_done(actor=actor, enrolment_uid=enrolment.uid, step_uid=basics.uid(step), key=uuid4(), at=AT)

    with pytest.raises(NotAllowed):
        mark(learner)
    with pytest.raises(NotFound):
        mark(stranger)
    with pytest.raises(NotFound):
        mark(manager, "p")
    mark(manager)
    mark(manager)
    assert StepCompletion.objects.get().by == manager


def test_waiving_needs_the_manager_and_opens_what_waited():
    learner, manager = people.person(), people.person()
    people.team(learner, manager=manager)
    waits = {"all": [{"step": str(basics.uid("a"))}]}
    enrolment = paths.enrolment(
        learner, paths.path(paths.step("practice", "a"), paths.step("practice", "b", unlock=waits))
    )
    with pytest.raises(NotAllowed):
        looked(
            waive_step,
            actor=learner,
            enrolment_uid=enrolment.uid,
            step_uid=basics.uid("a"),
            reason="x",
            key=uuid4(),
            at=AT,
        )
    for _again in range(2):
        looked(
            waive_step,
            actor=manager,
            enrolment_uid=enrolment.uid,
            step_uid=basics.uid("a"),
            reason="Did it",
            key=uuid4(),
            at=AT,
        )
    assert progress_of(enrolment, AT).state(basics.uid("b")).status == OPEN
    with pytest.raises(NotFound):
        looked(
            waive_step,
            actor=manager,
            enrolment_uid=enrolment.uid,
            step_uid=basics.uid("?"),
            reason="x",
            key=uuid4(),
            at=AT,
        )


def test_require_open_and_find_step():
    learner = people.person()
    shared = basics.uid("scenario")
    enrolment = paths.enrolment(
        learner,
        paths.path(
            paths.step("practice", "late", content="scenario", start_day=20),
            paths.step("practice", "now", content="scenario"),
        ),
    )
    path = progress_of(enrolment, AT)
    assert find_step([path], "practice", shared)[1].step.uid == basics.uid("now")
    assert find_step([path], "course", shared) is None
    assert require_open(path, basics.uid("now")).status == OPEN
    with pytest.raises(NotAllowed):
        require_open(path, basics.uid("late"))
    with pytest.raises(NotFound):
        require_open(path, basics.uid("?"))


# --- Words --------------------------------------------------------------------------------------------------------


def test_words_come_together_and_a_translation_wins():
    skill = paths.skill("listening")
    set_labels(
        [
            LabelSpec(basics.uid("x"), "scenario", "The call", minutes=12),
            LabelSpec(basics.uid("x"), "scenario", "Opkaldet", locale="da"),
            LabelSpec(basics.uid("y"), "course", "Only here"),
            LabelSpec(skill.uid, "skill", "At lytte", locale="da"),
        ]
    )
    words = words_of([basics.uid("x"), basics.uid("y"), None], ["listening", "gone"], "da")
    assert words.title(basics.uid("x")) == "Opkaldet"
    assert words.title(basics.uid("y")) == "Only here"
    assert words.title(basics.uid("z"), "?") == "?"
    assert (words.skill("listening"), words.skill("gone")) == ("At lytte", "gone")
    plain = words_of([basics.uid("x")], ["listening"])
    assert (plain.title(basics.uid("x")), plain.content[basics.uid("x")].minutes, plain.skill("listening")) == (
        "The call",
        12,
        "Listening",
    )
    assert queries(lambda: words_of([basics.uid("x")], ["listening"])) == 1
    assert labels_of([basics.uid("x"), None], "da")[basics.uid("x")].title == "Opkaldet"
