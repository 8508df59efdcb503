"""How the library begins: the load of the starter curriculum, its races and failures, or an empty library."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import pytest
from wagtail.models import Revision

from cms.api import begin_empty, begin_with_starter, run_starter
from cms.models import CoursePage, SkillSource, StarterCurriculum
from cms.policies import set_up_policy
from cms.rules.curriculum import read_curriculum
from cms.rules.curriculum.documents import CourseDoc, Curriculum
from cms.services.setup import starter
from lms.api import AUTHORS, LEARNING_ADMINISTRATORS, SPONSORS, Act, Customer, Path, User
from lms.errors import Conflict, DomainError, NotAllowed
from tests.assessments.test_practice_at_once import EIGHT, at_once
from tests.curriculum_files import CURRICULUM
from tests.factories import basics, cms, people
from tests.who_may import hold

pytestmark = pytest.mark.django_db

NOON = basics.NOON
State = StarterCurriculum.State


@cache
def small_curriculum(slug: str = "become-a-coach") -> Curriculum:
    """One path of the starter curriculum with what it rests on: a load of seconds."""
    whole, problems = read_curriculum(CURRICULUM)
    assert whole is not None
    assert problems == []
    path = next(path for path in whole.paths if path.slug == slug)
    role = next(role for role in whole.roles if role.slug == path.role)
    refs = {item.ref for milestone in path.milestones for item in milestone.items if hasattr(item, "ref")}
    refs |= {line.standard for line in role.requires}
    scenarios = tuple(item for item in whole.scenarios if item.slug in refs)
    return Curriculum(
        scales=whole.scales, gates=whole.gates, score_rule=whole.score_rule, paths=(path,), roles=(role,),
        skills=whole.skills, prompts=whole.prompts, speakers=whole.speakers, scenarios=scenarios,
        courses=tuple(item for item in whole.courses if item.slug in refs),
        demonstrations=tuple(item for item in whole.demonstrations if item.slug in refs),
        calibration_sets=tuple(item for item in whole.calibration_sets if item.slug in refs),
        externals=whole.externals, customers=whole.customers,
    )  # fmt: skip


@pytest.fixture
def learning(db: None) -> User:
    return people.in_group(LEARNING_ADMINISTRATORS, people.person("Ruta Balode"))


def press(who: User, service: Any = begin_with_starter, at: datetime = NOON, **fields: Any) -> StarterCurriculum:
    return service(actor=people.fresh(who), at=at, **{"key": basics.key()} | fields)


def refused(error: type[DomainError], who: User, service: Any = begin_with_starter, at: datetime = NOON) -> str:
    """The sentence of a refusal that leaves the row as it was."""
    before = list(StarterCurriculum.objects.values())
    with pytest.raises(error) as raised:
        press(who, service, at)
    assert list(StarterCurriculum.objects.values()) == before
    return str(raised.value)


def row() -> StarterCurriculum:
    return StarterCurriculum.objects.get()


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Any], None]], None]:
    """``loads(load)``: in place of the curriculum three pieces are loaded, as ``load(piece)`` does."""

    def instead(load: Callable[[Any], None]) -> None:
        monkeypatch.setattr(starter, "read_curriculum", lambda folder: (Curriculum(), []))
        monkeypatch.setattr(starter, "pieces_of", lambda curriculum: 3)
        monkeypatch.setattr(starter, "load_in_pieces", lambda curriculum, piece: load(piece))

    return instead


def three(piece: Any) -> None:
    for _ in range(3):
        with piece():
            pass


# --- The load itself


def reads(monkeypatch: pytest.MonkeyPatch, curriculum: Curriculum) -> None:
    monkeypatch.setattr(starter, "read_curriculum", lambda folder: (curriculum, []))


def test_a_load_publishes_content_and_nobody_of_the_company(learning: User, monkeypatch: pytest.MonkeyPatch) -> None:
    reads(monkeypatch, small_curriculum())
    persons = User.objects.count()
    asked = press(learning)
    assert (asked.state, asked.asked_by, asked.total) == (State.WAITING, learning, 0)
    assert run_starter(lambda: NOON)
    assert (row().state, row().failure) == (State.DONE, "")
    assert row().done == row().total == Revision.objects.count()
    assert Path.objects.get().slug == "become-a-coach"
    assert (User.objects.count(), Customer.objects.count()) == (persons, 0)
    assert not Revision.objects.exclude(user=None).exists(), "whoever asked for it wrote none of it"
    assert not run_starter(lambda: NOON), "there is nothing left to do"
    assert refused(Conflict, learning) == "The starter curriculum is here already."


def test_the_real_files_are_counted(monkeypatch: pytest.MonkeyPatch, learning: User) -> None:
    def load(curriculum: Curriculum, piece: Any) -> None:
        for _ in range(114):
            with piece():
                pass

    monkeypatch.setattr(starter, "load_in_pieces", load)
    press(learning)
    run_starter(lambda: NOON)
    # The command reports 118, four of which are customers.
    assert (row().state, row().total) == (State.DONE, 114)


@pytest.fixture
def one_skill() -> Curriculum:
    return replace(Curriculum(), skills=small_curriculum().skills[:2])


def test_what_an_author_changed_stays_when_a_load_goes_on(
    learning: User, one_skill: Curriculum, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads(monkeypatch, one_skill)
    press(learning)
    run_starter(lambda: NOON)
    changed, gone = SkillSource.objects.order_by("pk")
    changed.title = "Our own words"
    changed.save_revision().publish()
    SkillSource.objects.filter(pk=gone.pk).delete()
    StarterCurriculum.objects.update(state=State.FAILED, failure="It stopped.")
    revisions = Revision.objects.count()
    press(learning)
    run_starter(lambda: NOON)
    assert row().state == State.DONE
    changed.refresh_from_db()
    assert changed.title == "Our own words"
    assert Revision.objects.count() == revisions + 1, "only what was missing is made"


def test_something_else_with_the_short_name_is_never_written_over(
    learning: User, one_skill: Curriculum, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads(monkeypatch, one_skill)
    ours = cms.skill_source(one_skill.skills[0].slug)
    before = SkillSource.objects.filter(pk=ours.pk).values().get()
    press(learning)
    run_starter(lambda: NOON)
    assert row().state == State.FAILED
    assert f"has the short name {ours.slug}, which the curriculum needs" in row().failure
    assert SkillSource.objects.filter(pk=ours.pk).values().get() == before


def test_a_page_of_somebody_else_is_never_written_over(
    learning: User, frame: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = small_curriculum().courses[0].become(CourseDoc, lessons=(), recall=())
    reads(monkeypatch, replace(Curriculum(), courses=(course,)))
    ours = cms.add(frame.shelves["courses"], CoursePage(title="Ours", slug=course.slug, minutes=40))
    press(learning)
    run_starter(lambda: NOON)
    assert "“Ours” (course) has the short name" in row().failure
    assert CoursePage.objects.get().pk == ours.pk


def test_what_the_record_does_not_take_is_said(
    learning: User, one_skill: Curriculum, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cms.services.authoring.compile import run as compiling

    def refuse(source: Any, at: datetime) -> int:
        raise Conflict("The record is closed.")

    reads(monkeypatch, one_skill)
    monkeypatch.setitem(compiling.COMPILERS, SkillSource, refuse)
    press(learning)
    run_starter(lambda: NOON)
    assert row().failure.startswith("Not all of it could be published.")
    assert "The record is closed." in row().failure


# --- Pressed twice


def test_the_same_press_again_is_one_load(learning: User) -> None:
    key = basics.key()
    press(learning, key=key)
    press(learning, key=key)
    assert Act.objects.filter(name="setup.starter").count() == StarterCurriculum.objects.count() == 1


def test_another_press_meanwhile_is_refused(learning: User, loads: Any) -> None:
    press(learning)
    assert refused(Conflict, learning) == "The starter curriculum is being loaded already."
    other = people.administrator()

    def pressed_meanwhile(piece: Any) -> None:
        refused(Conflict, other)
        three(piece)

    loads(pressed_meanwhile)
    run_starter(lambda: NOON)
    assert row().state == State.DONE


@pytest.mark.django_db(transaction=True)
def test_eight_presses_at_the_same_moment_are_one_load() -> None:
    who = people.in_group(LEARNING_ADMINISTRATORS)
    errors = at_once(lambda _n: press(who))
    assert [type(error) for error in errors] == [Conflict] * (EIGHT - 1)
    assert Act.objects.filter(name="setup.starter").count() == 1


@pytest.mark.django_db(transaction=True)
def test_eight_workers_at_the_same_moment_load_once(loads: Any) -> None:
    press(people.in_group(LEARNING_ADMINISTRATORS))
    loads(three)
    began: list[bool] = []
    assert at_once(lambda _n: began.append(run_starter(lambda: NOON))) == []
    assert sorted(began) == [False] * (EIGHT - 1) + [True]
    assert (row().state, row().done) == (State.DONE, 3)


# --- A worker that ends, and failures


def killed(piece: Any) -> None:
    """Two pieces; in the middle of the second one the worker is killed."""
    with piece():
        pass
    with piece():
        raise SystemExit


@pytest.fixture
def left_behind(learning: User, loads: Any) -> None:
    press(learning)
    loads(killed)
    with pytest.raises(SystemExit):
        run_starter(lambda: NOON)
    loads(three)


def test_a_load_whose_worker_ended_is_taken_over(learning: User, left_behind: None) -> None:
    assert (row().state, row().done, row().total) == (State.RUNNING, 1, 3)
    soon, later = NOON + starter.SILENT - timedelta(seconds=1), NOON + starter.SILENT
    assert not starter.is_silent(row(), soon)
    assert not run_starter(lambda: soon), "it may be at work still"
    refused(Conflict, learning, at=soon)
    assert starter.is_silent(row(), later)
    assert run_starter(lambda: later)
    assert (row().state, row().done) == (State.DONE, 3)


def test_a_load_whose_worker_ended_can_be_tried_again(learning: User, left_behind: None) -> None:
    press(learning, at=NOON + starter.SILENT)
    assert (row().state, row().run) == (State.WAITING, None)
    assert run_starter(lambda: NOON + starter.SILENT)
    assert row().state == State.DONE


def test_a_worker_that_was_taken_for_dead_writes_nothing_more(learning: User, loads: Any) -> None:
    press(learning)
    later = NOON + starter.SILENT

    def slow(piece: Any) -> None:
        with piece():
            pass
        loads(three)
        assert run_starter(lambda: later), "another worker takes it over"
        with piece():
            people.customer("written-too-late")

    loads(slow)
    assert run_starter(lambda: NOON)
    assert (row().state, row().done, row().heard_at) == (State.DONE, 3, later)
    assert not Customer.objects.exists()


def test_a_load_that_no_worker_takes_can_be_asked_for_again(learning: User) -> None:
    press(learning)
    later = NOON + starter.SILENT
    assert starter.is_silent(row(), later)
    press(learning, at=later)
    assert (row().asked_at, starter.is_silent(row(), later)) == (later, False)


def test_a_failure_ends_in_a_sentence_and_can_be_tried_again(learning: User, loads: Any) -> None:
    def broken(piece: Any) -> None:
        with piece():
            pass
        raise RuntimeError("the disk is full")

    loads(broken)
    press(learning)
    assert run_starter(lambda: NOON)
    assert (row().state, row().run, row().done) == (State.FAILED, None, 1)
    assert "Whoever runs Vouch finds it in the log" in row().failure
    assert "disk" not in row().failure
    assert not run_starter(lambda: NOON + timedelta(days=1)), "nobody asked for it again"
    loads(three)
    press(learning)
    assert (row().state, row().failure) == (State.WAITING, "")
    run_starter(lambda: NOON)
    assert row().state == State.DONE


def test_files_that_cannot_be_read_are_named(learning: User, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starter, "FOLDER", tmp_path)
    press(learning)
    run_starter(lambda: NOON)
    assert row().failure.startswith("Its files cannot be read. 1-skills.yaml")


# --- Or an empty library; and who may


def test_an_empty_library_is_a_choice_that_is_remembered(learning: User) -> None:
    chosen = press(learning, begin_empty)
    assert (chosen.state, chosen.asked_by, chosen.asked_at) == (State.EMPTY, learning, NOON)
    assert refused(Conflict, learning, begin_empty) == "Ruta Balode has chosen already how the library begins."
    assert not run_starter(lambda: NOON)
    assert press(learning).state == State.WAITING, "and may be changed later"


def test_whoever_asked_for_the_curriculum_does_not_begin_empty(learning: User) -> None:
    press(learning)
    refused(Conflict, learning, begin_empty)


def test_nobody_else_chooses(learning: User) -> None:
    for who in (people.person(), people.in_group(AUTHORS), people.in_group(SPONSORS)):
        refused(NotAllowed, who)
        refused(NotAllowed, who, begin_empty)


def test_who_may_see_and_choose(learning: User) -> None:
    gone = people.in_group(LEARNING_ADMINISTRATORS)
    people.duty_ended(gone, "learning")
    cast = {"learning": learning, "boss": people.administrator(), "author": people.in_group(AUTHORS), "gone": gone}
    found = press(learning, begin_empty)
    may = dict.fromkeys(("view", "choose"), "learning boss")
    hold(set_up_policy, cast, {"row": found}, {action: {"row": names} for action, names in may.items()}, may)
