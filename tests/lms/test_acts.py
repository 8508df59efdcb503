"""Acts: once only, also when eight send the same at the same moment; and learning that two tabs finish together."""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connections, transaction
from psycopg.errors import DeadlockDetected

import assessments.api
import coaching.api
import lms.api
from lms.api import (
    Act,
    LessonCompletion,
    SkillGate,
    StepCompletion,
    User,
    act,
    claim_key,
    complete_lesson,
    read_notices,
    record_example,
    skill_ids,
)
from lms.errors import Conflict, NotFound
from tests.factories import basics, notices, paths, people

AT = datetime(2026, 3, 6, 9, tzinfo=UTC)
EIGHT = 8


def together(*acts: Callable[[], object]) -> list[object]:
    """Run these in threads that begin together; what each gave or raised."""
    results: list[object] = [None] * len(acts)
    gate = threading.Barrier(len(acts))

    def run(place: int) -> None:
        try:
            gate.wait()
            results[place] = acts[place]()
        except Exception as error:
            results[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db
def test_the_first_time_is_true_and_a_replay_false():
    who, key = people.person(), basics.key()
    act = {"actor": who, "name": "thing.do", "key": key, "at": AT, "about": key}
    assert claim_key(**act)
    assert not claim_key(**act)
    assert not claim_key(**act | {"at": AT + timedelta(days=3)})
    assert Act.objects.get().at == AT


@pytest.mark.django_db
@pytest.mark.parametrize("change", [{"name": "thing.undo"}, {"about": basics.uid("other")}, {"actor": None}])
def test_a_key_that_served_something_else_is_a_conflict(change):
    who, key = people.person(), basics.key()
    act = {"actor": who, "name": "thing.do", "key": key, "at": AT, "about": key}
    claim_key(**act)
    if "actor" in change:
        change = {"actor": people.person()}
    with pytest.raises(Conflict):
        claim_key(**act | change)
    assert Act.objects.count() == 1


@pytest.mark.django_db
def test_the_key_is_free_again_when_the_act_fails():
    who, key = people.person(), basics.key()
    act = {"actor": who, "name": "thing.do", "key": key, "at": AT, "about": key}

    def fail() -> None:
        with transaction.atomic():
            claim_key(**act)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert claim_key(**act)


def ended_for_a_deadlock() -> OperationalError:
    """As PostgreSQL tells it when it ends one of two transactions that wait for each other."""
    error = OperationalError("deadlock detected")
    error.__cause__ = DeadlockDetected("deadlock detected")
    return error


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("deadlocks", "carried_out"), [(0, True), (1, True), (3, True), (4, False)])
def test_an_act_that_a_deadlock_ended_is_carried_out_again(deadlocks, carried_out):
    who, key, left = people.person(), basics.key(), [deadlocks]

    @act
    def say(*, actor: Any, key: UUID, at: datetime) -> None:
        assert claim_key(actor=actor, name="thing.say", key=key, at=at, about=key), "nothing stands of the try before"
        notices.said(actor, "Done", at)
        if left[0]:
            left[0] -= 1
            raise ended_for_a_deadlock()

    if carried_out:
        say(actor=who, key=key, at=AT)
    else:
        with pytest.raises(OperationalError):
            say(actor=who, key=key, at=AT)
    assert who.notices.count() == Act.objects.count() == int(carried_out)


@pytest.mark.django_db(transaction=True)
def test_another_error_of_the_database_and_an_act_inside_a_transaction_are_tried_once():
    who, errors, tries = people.person(), [OperationalError("database is locked"), ended_for_a_deadlock()], []

    @act
    def fail(*, actor: Any, key: UUID, at: datetime) -> None:
        tries.append(key)
        raise errors[0]

    with pytest.raises(OperationalError):
        fail(actor=who, key=basics.key(), at=AT)
    del errors[0]
    with pytest.raises(OperationalError), transaction.atomic():
        fail(actor=who, key=basics.key(), at=AT)
    assert len(tries) == 2


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_acts_that_wait_for_each_other_are_both_carried_out():
    one, other = people.person("One"), people.person("Other")
    both_hold = threading.Barrier(2)
    first_try = {one.pk: True, other.pk: True}

    @act
    def rename(*, actor: Any, then: int, key: UUID, at: datetime) -> str:
        User.objects.filter(pk=actor.pk).update(job="mine")
        if first_try.pop(actor.pk, False):
            both_hold.wait(timeout=30)
        User.objects.filter(pk=then).update(job=f"by {actor.full_name}")
        return "done"

    acts = [
        lambda who=who, then=then: rename(actor=who, then=then.pk, key=basics.key(), at=AT)
        for who, then in ((one, other), (other, one))
    ]
    assert together(*acts) == ["done", "done"]


@pytest.mark.django_db(transaction=True)
def test_eight_at_the_same_moment_are_one_act():
    who, key = people.person(), basics.key()

    def act() -> bool:
        with transaction.atomic():
            first = claim_key(actor=who, name="notices.read", key=key, at=AT, about=key)
            if first:
                notices.said(who, "Done", AT)
            return first

    assert sorted(map(str, together(*[act] * EIGHT))) == ["False"] * 7 + ["True"]
    assert who.notices.count() == Act.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_lesson_read_by_eight_tabs_is_read_once():
    who = people.person()
    paths.enrolment(who, paths.path(paths.step("course", "c", lessons=(paths.lesson("l", "a"),), skills=("a",))))
    keys = [basics.key() for _tab in range(4)]
    acts = [lambda key=key: complete_lesson(actor=who, lesson_uid=basics.uid("l"), key=key, at=AT) for key in keys * 2]
    assert [result for result in together(*acts) if isinstance(result, Exception)] == []
    assert LessonCompletion.objects.count() == StepCompletion.objects.count() == 1
    assert Act.objects.filter(name="lesson.complete").count() == 4


@pytest.mark.django_db(transaction=True)
def test_lessons_that_are_finished_at_the_same_moment_complete_the_step():
    """Each tab sees its own lesson only; without the lock on the person nobody would complete the course."""
    for attempt in range(5):
        who = people.person()
        names = [f"l{number}-{attempt}" for number in range(EIGHT)]
        lessons = tuple(paths.lesson(name, "a") for name in names)
        paths.enrolment(who, paths.path(paths.step("course", f"c{attempt}", lessons=lessons, skills=("a",))))
        acts = [
            lambda name=name, who=who: complete_lesson(actor=who, lesson_uid=basics.uid(name), key=basics.key(), at=AT)
            for name in names
        ]
        assert [result for result in together(*acts) if isinstance(result, Exception)] == []
        assert StepCompletion.objects.filter(enrolment__person=who).count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_example_and_the_last_lesson_at_the_same_moment_open_talk():
    for attempt in range(5):
        who = people.person()
        lesson = paths.lesson(f"l-{attempt}", "a")
        paths.enrolment(who, paths.path(paths.step("course", f"c{attempt}", lessons=(lesson,), skills=("a",))))
        skill_id = skill_ids()["a"]

        def read(who=who, lesson=lesson):
            return complete_lesson(actor=who, lesson_uid=lesson.uid, key=basics.key(), at=AT)

        def accept(who=who, skill_id=skill_id):
            return record_example(person=who, skill_id=skill_id, at=AT)

        assert [result for result in together(read, accept) if isinstance(result, Exception)] == []
        assert SkillGate.objects.filter(person=who, gate="talk").count() == 1


@pytest.mark.django_db
def test_notices_are_read_by_their_owner_once():
    who, other = people.person(), people.person()
    mine = notices.said(who, "A", AT)
    theirs = notices.said(other, "B", AT)
    late = notices.said(who, "C", AT + timedelta(hours=1))
    with pytest.raises(NotFound):
        read_notices(actor=who, notice_uid=theirs.uid, key=basics.key(), at=AT)
    read_notices(actor=who, key=basics.key(), at=AT)
    mine.refresh_from_db()
    late.refresh_from_db()
    assert (mine.read_at, late.read_at) == (AT, None), "what came after the page was shown is not marked"
    assert read_notices(actor=who, notice_uid=mine.uid, key=basics.key(), at=AT + timedelta(1)) == mine
    mine.refresh_from_db()
    assert mine.read_at == AT


# --- What a key stands for ----------------------------------------------------------------------------------------


@act
def note(*, actor: Any, words: Any, to: Iterable[str] = (), after: Any = None, key: UUID, at: datetime) -> bool:
    """An act of this test: whether it was new."""
    return claim_key(actor=actor, name="thing.note", key=key, at=at, about=key)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "words",
    ["One.", 1, None, ["a", "b"], {"a": "b"}, {"b", "a"}, date(2026, 3, 6), SimpleUploadedFile("a.txt", b"one")],
)
def test_the_same_key_with_the_same_content_is_a_replay(words: Any) -> None:
    who, key = people.person(), basics.key()
    assert note(actor=who, words=words, key=key, at=AT)
    assert not note(actor=who, words=words, key=key, at=AT + timedelta(hours=1))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("One.", "One. "),
        ("1", 1),
        ("", None),
        (["a", "b"], ["b", "a"]),
        ({"a", "b"}, {"a", "c"}),
        ({"a": "1"}, {"a": "2"}),
        (SimpleUploadedFile("a.txt", b"one"), SimpleUploadedFile("a.txt", b"two")),
        (SimpleUploadedFile("a.txt", b"one"), SimpleUploadedFile("b.txt", b"one")),
    ],
)
def test_the_same_key_with_other_content_is_a_conflict(first: Any, second: Any) -> None:
    who, key = people.person(), basics.key()
    note(actor=who, words=first, key=key, at=AT)
    with pytest.raises(Conflict):
        note(actor=who, words=second, key=key, at=AT)
    assert Act.objects.count() == 1


@pytest.mark.django_db
def test_words_read_once_reach_the_service_and_a_function_says_nothing() -> None:
    who, key = people.person(), basics.key()
    assert note(actor=who, words="x", to=iter(["a", "b"]), after=lambda: 1, key=key, at=AT)
    assert not note(actor=who, words="x", to=("a", "b"), after=lambda: 2, key=key, at=AT)
    with pytest.raises(Conflict):
        note(actor=who, words="x", to=iter(["a"]), key=key, at=AT)


@pytest.mark.django_db
def test_an_act_inside_an_act_has_a_content_of_its_own() -> None:
    who, key = people.person(), basics.key()

    @act
    def both(*, actor: Any, words: str, key: UUID, at: datetime) -> tuple[bool, bool]:
        inner = note(actor=actor, words="the same", key=uuid5(key, "inner"), at=at)
        return inner, claim_key(actor=actor, name="thing.both", key=key, at=at, about=key)

    assert both(actor=who, words="One.", key=key, at=AT) == (True, True)
    assert both(actor=who, words="One.", key=key, at=AT) == (False, False)
    with pytest.raises(Conflict):
        both(actor=who, words="Two.", key=key, at=AT)


def test_every_service_with_a_key_is_an_act() -> None:
    """A service that takes a key and is no act would take any content for a replay."""
    services = {
        f"{module.__name__}.{name}": service
        for app in (lms.api, coaching.api, assessments.api)
        for name, service in vars(app).items()
        if inspect.isfunction(service) and (module := inspect.getmodule(service))
    }
    keyed = {
        name: service
        for name, service in services.items()
        if {"actor", "key", "at"} <= set(inspect.signature(service).parameters)
    }
    assert len(keyed) > 50
    helpers = {  # called inside an act
        "lms.services.platform.acts.claim_key",
        "coaching.services.leaving.give_coach_back",
        "lms.services.record.enrolment_rules.keep_rule",
    }
    assert {name for name, service in keyed.items() if not hasattr(service, "__wrapped__")} - helpers == set()
