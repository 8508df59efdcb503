"""Publishing compiles into the record: what changed makes a version, what did not writes nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid5

import pytest
from django.core.management import call_command
from django.test import override_settings
from wagtail.models import Locale, PageLogEntry

from assessments.models import Attempt, RecallVersion, ScenarioVersion, StandardVersion
from cms import api
from cms.models import Compilation, CompileFailure, LessonPage, PathPage, ScenarioPage, SpeakerSource
from cms.tasks import compile_content
from lms import clock
from lms.api import Label, Path, PathVersion, RoleProfileVersion, SkillVersion
from tests.factories import basics, cms, people

pytestmark = pytest.mark.django_db


def numbers(slug: str = "start") -> list[int]:
    return list(PathVersion.objects.filter(path__slug=slug).order_by("number").values_list("number", flat=True))


def failures() -> list[str]:
    return [str(row) for row in CompileFailure.objects.filter(resolved_at=None)]


def test_publishing_writes_one_version_of_everything(small: cms.OneOfEach) -> None:
    assert failures() == []
    assert numbers() == [1]
    assert SkillVersion.objects.get().skill.slug == "listening"
    assert RoleProfileVersion.objects.get().requirements.get().level == 3
    assert ScenarioVersion.objects.get().scenario_uid == small.scenario.uid
    assert StandardVersion.objects.get().standard_uid == small.standard.uid
    version = PathVersion.objects.get()
    assert version.path.uid == small.path.uid
    steps = {step.kind: step for step in version.steps.all()}
    assert steps["course"].content_uid == small.course.uid
    assert [item["skills"] for item in steps["course"].lessons] == [["listening"], ["listening"]]
    assert steps["course"].minutes == 40
    assert steps["practice"].unlock == {"all": [{"step": str(steps["course"].uid)}]}
    assert steps["course"].uid == uuid5(small.path.uid, small.path.milestones[0].value["steps"][0].id)


def test_publishing_labels_every_kind_of_content(small: cms.OneOfEach) -> None:
    label = Label.objects.get(uid=small.lesson.uid)
    assert (label.title, label.summary, label.minutes, label.kind, label.live) == (
        "Hear-1", "In short.", 5, "lesson", True,
    )  # fmt: skip
    kinds = set(Label.objects.values_list("kind", flat=True))
    assert kinds == {"path", "milestone", "course", "lesson", "scenario", "standard", "skill"}


def test_publishing_again_without_a_change_writes_nothing(small: cms.OneOfEach) -> None:
    for thing in (small.skill, small.lesson, small.course, small.scenario, small.standard, small.role, small.path):
        cms.publish(type(thing).objects.get(pk=thing.pk))
    assert numbers() == [1]
    models = (SkillVersion, RoleProfileVersion, ScenarioVersion, StandardVersion)
    assert [model.objects.count() for model in models] == [1, 1, 1, 1]
    assert RecallVersion.objects.count() == 2


def test_wording_of_a_lesson_is_current_at_once_and_no_version_follows(small: cms.OneOfEach) -> None:
    small.lesson.body[0].value = type(small.lesson.body[0].value)("<p>A better text.</p>")
    small.lesson.title = "Better"
    cms.publish(small.lesson)
    assert "A better text." in str(api.render_lesson(api.live_lesson(small.lesson.uid)))
    assert Label.objects.get(uid=small.lesson.uid).title == "Better"
    assert numbers() == [1]


def test_a_new_lesson_makes_a_new_version_of_the_path(small: cms.OneOfEach) -> None:
    cms.lesson_page(small.course, small.skill, slug="third")
    assert numbers() == [1, 2]
    step = PathVersion.objects.get(number=2).steps.get(kind="course")
    assert len(step.lessons) == 3


def test_an_unpublished_lesson_leaves_the_path(small: cms.OneOfEach) -> None:
    small.lesson.unpublish()
    assert numbers() == [1, 2]
    assert not Label.objects.get(uid=small.lesson.uid).live
    assert not Compilation.objects.filter(uid=small.lesson.uid).exists()


def test_moving_lessons_within_the_course_changes_their_order(small: cms.OneOfEach) -> None:
    small.lesson.move(small.course, pos="last-child")
    step = PathVersion.objects.get(number=2).steps.get(kind="course")
    assert step.lessons[-1]["uid"] == str(small.lesson.uid)


def test_a_scenario_edit_makes_version_two_and_attempts_keep_one(small: cms.OneOfEach) -> None:
    first = ScenarioVersion.objects.get()
    attempt = Attempt.objects.create(
        person=people.person(), version=first, seed=1, node="one", started_at=basics.MONDAY
    )
    small.scenario.brief = "Another call."
    cms.publish(small.scenario)
    assert list(ScenarioVersion.objects.order_by("number").values_list("number", flat=True)) == [1, 2]
    attempt.refresh_from_db()
    assert attempt.version.number == 1
    assert numbers() == [1]


def test_a_speaker_with_another_role_makes_a_new_scenario_version(small: cms.OneOfEach) -> None:
    who = SpeakerSource.objects.get()
    who.role = "Chair"
    cms.publish(who)
    assert ScenarioVersion.objects.get(number=2).spec["speakers"][0]["role"] == "Chair"


def test_renaming_a_step_changes_the_label_and_no_version(small: cms.OneOfEach) -> None:
    steps = [
        *small.milestones()[1]["value"]["steps"],
        cms.step_block("session", "Meet", days=(1, 40), skills=[small.skill]),
    ]
    held = small.path.milestones.raw_data[1]
    held["value"]["steps"] = steps
    small.path.milestones = list(small.path.milestones.raw_data)
    path = cms.publish(small.path)
    assert numbers() == [1, 2]
    uid = next(path.uid_of(step) for step in path.steps() if step.block_type == "session")
    assert Label.objects.get(uid=uid).title == "Meet"
    data = list(path.milestones.raw_data)
    data[1]["value"]["steps"][1]["value"]["title"] = "Meet again"
    path.milestones = data
    cms.publish(path)
    assert Label.objects.get(uid=uid).title == "Meet again"
    assert numbers() == [1, 2]


def test_recall_questions_follow_their_lesson(small: cms.OneOfEach) -> None:
    question = RecallVersion.objects.get(owner_uid=small.lesson.uid)
    assert question.recall_uid == uuid5(small.lesson.uid, small.lesson.body[1].id)
    data = list(small.lesson.body.raw_data)
    data[1]["value"]["a"] = "On purpose"
    small.lesson.body = data
    cms.publish(small.lesson)
    rows = RecallVersion.objects.filter(owner_uid=small.lesson.uid).order_by("number")
    assert [(row.number, row.current) for row in rows] == [(1, False), (2, True)]


def test_saving_drafts_writes_nothing_into_the_record(small: cms.OneOfEach) -> None:
    before = (Label.objects.count(), PathVersion.objects.count(), ScenarioVersion.objects.count())
    small.scenario.title = "Draft"
    small.scenario.save_revision()
    small.path.title = "Draft"
    small.path.save_revision()
    assert before == (Label.objects.count(), PathVersion.objects.count(), ScenarioVersion.objects.count())
    assert not Label.objects.filter(title="Draft").exists()


# --- When it does not work ---------------------------------------------------------------------------------------


@pytest.fixture
def broken_record(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The record refuses scenarios until the fixture is undone."""

    def refuse(*args: Any) -> None:
        raise RuntimeError("disk full")

    monkeypatch.setattr("cms.services.authoring.compile.pages.publish_scenario", refuse)
    return monkeypatch


def test_a_failing_compile_leaves_the_page_live_and_is_recorded(small: cms.OneOfEach, broken_record: Any) -> None:
    small.scenario.brief = "New."
    page = cms.publish(small.scenario)
    assert page.live
    assert page.brief == "New."
    assert failures() == ["Call: RuntimeError: disk full"]
    assert PageLogEntry.objects.filter(page=page, action="cms.compile_failed").count() == 1
    cms.publish(page)
    assert len(failures()) == 1


def test_what_rests_on_it_may_fail_alone(small: cms.OneOfEach, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any) -> None:
        raise RuntimeError("disk full")

    monkeypatch.setattr("cms.services.authoring.compile.run._uses", refuse)
    small.scenario.brief = "New."
    assert cms.publish(small.scenario).live
    assert failures() == ["Call: RuntimeError: disk full"]
    assert ScenarioVersion.objects.count() == 2


def test_the_sweep_tries_again_and_closes_the_failure(small: cms.OneOfEach, broken_record: Any) -> None:
    small.scenario.brief = "New."
    cms.publish(small.scenario)
    assert compile_content() == 1
    assert len(failures()) == 1
    broken_record.undo()
    assert compile_content() == 1
    assert failures() == []
    assert ScenarioVersion.objects.count() == 2
    assert compile_content() == 0


def test_the_sweep_finds_what_no_receiver_saw(small: cms.OneOfEach) -> None:
    """The process died between publishing and compiling: neither a version nor a failure."""
    revision = small.scenario.save_revision()
    ScenarioPage.objects.filter(pk=small.scenario.pk).update(live_revision=revision, brief="Unseen.")
    assert compile_content() == 1
    assert ScenarioVersion.objects.get(number=2).spec["brief"] == "Unseen."


def test_the_command_says_whether_the_record_is_in_step(
    small: cms.OneOfEach, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("compile_content", check=True)
    LessonPage.objects.filter(pk=small.lesson.pk).update(title="Behind")
    with pytest.raises(SystemExit) as stopped:
        call_command("compile_content", check=True)
    assert stopped.value.code == 1
    assert Label.objects.get(uid=small.lesson.uid).title == "Hear-1"
    call_command("compile_content")
    assert Label.objects.get(uid=small.lesson.uid).title == "Behind"
    call_command("compile_content", check=True)


def test_the_command_fails_when_something_cannot_be_compiled(small: cms.OneOfEach, broken_record: Any) -> None:
    with pytest.raises(SystemExit) as stopped:
        call_command("compile_content", check=True)
    assert stopped.value.code == 1
    assert failures() == [], "a check writes nothing"


# --- Time and language --------------------------------------------------------------------------------------------


def test_a_publish_for_later_compiles_later(small: cms.OneOfEach) -> None:
    page = cms.scenario_page(small.frame, small.skill, slug="later", live=False)
    page.go_live_at = clock.now() + timedelta(hours=1)
    page.save_revision().publish()
    assert not ScenarioVersion.objects.filter(scenario_uid=page.uid).exists()
    page.refresh_from_db()
    revision = page.scheduled_revision
    revision.approved_go_live_at = clock.now() - timedelta(minutes=1)
    content = revision.content | {"go_live_at": (clock.now() - timedelta(minutes=1)).isoformat()}
    revision.content = content
    revision.save()
    call_command("publish_scheduled")
    assert ScenarioVersion.objects.filter(scenario_uid=page.uid).count() == 1


def test_a_scheduled_publish_of_something_broken_is_refused(small: cms.OneOfEach) -> None:
    page = cms.scenario_page(small.frame, small.skill, slug="later", live=False)
    page.nodes = [cms.ending_block()]
    revision = page.save_revision(clean=False)
    revision.approved_go_live_at = clock.now() - timedelta(minutes=1)
    revision.save()
    with pytest.raises(Exception, match="start one is not a node"):
        call_command("publish_scheduled")
    assert not ScenarioPage.objects.get(pk=page.pk).live
    assert not ScenarioVersion.objects.filter(scenario_uid=page.uid).exists()


@pytest.fixture
def french() -> Any:
    with override_settings(
        LANGUAGES=[("en", "English"), ("fr", "French")],
        WAGTAIL_CONTENT_LANGUAGES=[("en", "English"), ("fr", "French")],
        WAGTAIL_I18N_ENABLED=True,
    ):
        yield Locale.objects.create(language_code="fr")


def test_a_translated_path_gives_labels_and_no_second_version(small: cms.OneOfEach, french: Locale) -> None:
    translated = small.path.copy_for_translation(french, copy_parents=True)
    translated.title = "Débuter"
    translated.save_revision().publish()
    assert failures() == []
    assert Path.objects.count() == 1
    assert numbers() == [1]
    titles = dict(Label.objects.filter(uid=small.path.uid).values_list("locale", "title"))
    assert titles == {"en": "Start", "fr": "Débuter"}


def test_a_deleted_translation_retires_nothing(small: cms.OneOfEach, french: Locale) -> None:
    translated = small.path.copy_for_translation(french, copy_parents=True)
    translated.save_revision().publish()
    PathPage.objects.get(pk=translated.pk).delete()
    assert Path.objects.get().archived_at is None


def test_an_unpublished_path_is_archived_and_comes_back(small: cms.OneOfEach) -> None:
    small.path.unpublish()
    assert Path.objects.get().archived_at is not None
    cms.publish(PathPage.objects.get(pk=small.path.pk))
    assert Path.objects.get().archived_at is None
    assert numbers() == [1]
