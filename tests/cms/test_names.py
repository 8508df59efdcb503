"""A short name that the record holds is not given twice; what is retired frees it, but for skills (case 8)."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.urls import reverse

from assessments.api import publish_recalls
from assessments.models import RecallVersion
from assessments.rules.specs import RecallSpec
from cms.api import spec_of
from cms.models import (
    CalibrationSource,
    Compilation,
    CompileFailure,
    ExternalSource,
    PathPage,
    SectionPage,
    SkillSource,
    SpeakerSource,
)
from cms.tasks import compile_content
from lms import clock
from lms.api import (
    Customer,
    Label,
    Path,
    PathVersion,
    RoleProfile,
    Skill,
    publish_path,
    publish_role_profile,
    publish_skill,
)
from lms.errors import Conflict
from tests.editing import edit_data
from tests.factories import cms, people

pytestmark = pytest.mark.django_db


@pytest.fixture
def author(client: Any, small: cms.OneOfEach) -> Any:
    client.force_login(people.administrator(people.person("Ada Admin")))
    return client


def failures() -> list[str]:
    return [str(row) for row in CompileFailure.objects.filter(resolved_at=None)]


def in_step() -> None:
    """Nothing failed, and compiling again would change nothing."""
    assert failures() == []
    call_command("compile_content", check=True)


def path_on(shelf: SectionPage, small: cms.OneOfEach, *, slug: str, live: bool = True) -> PathPage:
    page = PathPage(title=f"Another {slug}", slug=slug, role=small.role, milestones=small.milestones())
    return cms.add(shelf, page, live=live)


def other_shelf(small: cms.OneOfEach) -> SectionPage:
    return cms.add(small.frame.home, SectionPage(title="Elsewhere", slug="elsewhere", shelf="paths"))


# --- Publish, delete, make again -----------------------------------------------------------------------------------


def test_a_deleted_path_gives_its_short_name_back(small: cms.OneOfEach) -> None:
    """Case 8: the same short name again, on a page of its own, is on the site at once."""
    old = small.path.uid
    small.path.delete()
    page = cms.path_page(small.frame, small.role, *small.milestones())
    found = {path.uid: path.archived_at is None for path in Path.objects.filter(slug="start")}
    assert found == {old: False, page.uid: True}
    assert PathVersion.objects.get(path__uid=page.uid).number == 1
    in_step()


def test_a_deleted_role_frees_its_name_and_paths_lead_to_the_new_one(small: cms.OneOfEach) -> None:
    """Case 8: a path names its role by the short name, which two rows of the record bear now."""
    small.path.delete()
    small.role.delete()
    role = cms.role_source(small.skill)
    page = cms.path_page(small.frame, role, *small.milestones())
    assert RoleProfile.objects.filter(slug="consultant").count() == 2
    assert PathVersion.objects.get(path__uid=page.uid).role_profile.uid == role.uid
    in_step()


def again(kind: str, small: cms.OneOfEach) -> Any:
    """Something of this kind on which nothing rests, with the same short name each time."""
    match kind:
        case "course":
            return cms.course_page(small.frame, small.skill, slug="again")
        case "lesson":
            return cms.lesson_page(small.course, small.skill, slug="again")
        case "scenario":
            return cms.scenario_page(small.frame, small.skill, slug="again")
        case "standard":
            return cms.standard_page(small.frame, small.skill, slug="again")
        case "speaker":
            return cms.speaker_source("again")
        case "external":
            made = ExternalSource(slug="again", title="Again", about="About.", live=False)
        case _:
            item = {"vignette": "It happened.", "why": "So."}
            items = [cms.raw("vignette", {"key": f"v-{n}", "reference": str(n), **item}) for n in range(1, 6)]
            made = CalibrationSource(slug="again", title="Again", skill=small.skill, items=items, live=False)
    made.save()
    return cms.publish(made)


@pytest.mark.parametrize("kind", ["course", "lesson", "scenario", "standard", "speaker", "external", "calibration"])
def test_what_the_record_knows_by_uid_alone_is_made_again(small: cms.OneOfEach, kind: str) -> None:
    """Case 8: no other kind holds its short name in the record."""
    first = again(kind, small)
    first.delete()
    second = again(kind, small)
    assert second.uid != first.uid
    assert second.live
    in_step()


def test_the_short_name_of_a_skill_is_never_given_again(author: Any, small: cms.OneOfEach) -> None:
    """Case 8: a skill that was taken off the site is still named by versions; the form says so, a draft may wait."""
    gone = cms.skill_source("asking")
    gone.delete()
    new = cms.skill_source("questions")
    draft = SkillSource(slug="asking", title="Asking", family="Soft", about="It.", not_this="Not.", live=False)
    draft.levels = new.levels
    draft.save()
    draft.save_revision()
    url = reverse("wagtailsnippets_cms_skillsource:edit", args=[draft.pk])
    answer = author.post(url, edit_data(author, url, draft, **{"action-publish": "1"}))
    said = "The short name asking belonged to the skill “Asking”."
    assert answer.status_code == 200
    assert said in str(answer.context["form"].errors.as_data())
    with pytest.raises(ValidationError, match="Choose another one"):
        draft.save_revision().publish()
    assert Skill.objects.get(slug="asking").uid == gone.uid
    in_step()


def test_a_skill_that_comes_back_with_its_uid_is_the_same_skill(small: cms.OneOfEach) -> None:
    """Case 8: the files of a curriculum bring the skill back, with everything that people showed in it."""
    gone = cms.skill_source("asking")
    pk = Skill.objects.get(slug="asking").pk
    gone.delete()
    assert Skill.objects.get(pk=pk).archived_at is not None
    back = SkillSource(uid=gone.uid, slug="asking", title="Asking", family="Soft", about="It.", not_this="Not.")
    back.levels, back.live = gone.levels, False
    back.save()
    cms.publish(back)
    assert Skill.objects.get(slug="asking", archived_at=None).pk == pk
    in_step()


# --- Two at a time -------------------------------------------------------------------------------------------------


def test_two_shelves_do_not_hold_one_short_name(author: Any, small: cms.OneOfEach) -> None:
    """Case 8: Wagtail asks among siblings only; publishing asks the record, and says who holds the name."""
    page = path_on(other_shelf(small), small, slug="start", live=False)
    url = reverse("wagtailadmin_pages:edit", args=[page.pk])
    answer = author.post(url, edit_data(author, url, page, **{"action-publish": "1"}))
    assert answer.status_code == 200
    assert "The short name start belongs to “Start”" in str(answer.context["form"].errors.as_data())
    assert "The short name start belongs to" in author.get(url).content.decode(), "the panel of checks says it, too"
    assert not PathPage.objects.get(pk=page.pk).live
    in_step()


@pytest.mark.parametrize("route", ["form", "api"])
def test_a_published_copy_on_another_shelf_needs_a_name_of_its_own(
    author: Any, small: cms.OneOfEach, route: str
) -> None:
    """Case 8: refused with the sentence, and nothing is left half-made."""
    shelf = other_shelf(small)
    if route == "form":
        data = {"new_title": "Copy", "new_slug": "start", "new_parent_page": shelf.pk, "publish_copies": "on"}
        answer = author.post(reverse("wagtailadmin_pages:copy", args=[small.path.pk]), data, follow=True)
        said = " ".join(str(message) for message in answer.context["messages"])
    else:
        url = reverse("wagtailadmin_api:pages:action", args=[small.path.pk, "copy"])
        answer = author.post(url, {"destination_page_id": shelf.pk}, "application/json")
        assert answer.status_code == 400
        said = answer.content.decode()
    assert "The short name start belongs to" in said
    assert PathPage.objects.count() == 1
    assert SectionPage.objects.get(pk=shelf.pk).numchild == 0
    in_step()


def test_an_alias_on_another_shelf_is_no_path_until_it_has_its_own_name(author: Any, small: cms.OneOfEach) -> None:
    """Case 8: turning it into a page would put it on the site under a name that is taken."""
    alias = small.path.create_alias(parent=other_shelf(small))
    answer = author.post(reverse("wagtailadmin_pages:convert_alias", args=[alias.pk]), follow=True)
    assert "The short name start belongs to" in " ".join(str(message) for message in answer.context["messages"])
    assert PathPage.objects.get(pk=alias.pk).alias_of_id == small.path.pk
    in_step()


def test_a_name_that_was_given_on_is_not_taken_back(small: cms.OneOfEach) -> None:
    """Case 8: unpublished, its name went to another; publishing it again is refused until it has another name."""
    small.path.unpublish()
    path_on(other_shelf(small), small, slug="start")
    page = PathPage.objects.get(pk=small.path.pk)
    with pytest.raises(ValidationError, match="belongs to “Another start”"):
        page.save_revision().publish()
    page.slug = "start-2"
    cms.publish(page)
    assert Path.objects.filter(archived_at=None).count() == 2
    in_step()


def test_a_path_may_change_its_short_name_and_another_take_it(small: cms.OneOfEach) -> None:
    """Case 8: the name is free from the moment that it is given up."""
    small.path.slug = "begin-here"
    cms.publish(small.path)
    path_on(small.frame.shelves["paths"], small, slug="start")
    assert set(Path.objects.filter(archived_at=None).values_list("slug", flat=True)) == {"begin-here", "start"}
    in_step()


# --- The guarantee when compiling ----------------------------------------------------------------------------------


def test_the_sweep_says_a_refusal_once_and_in_a_sentence(
    small: cms.OneOfEach, caplog: pytest.LogCaptureFixture
) -> None:
    """Case 8: the worker tries each minute; its log has one line and no traceback."""
    page = path_on(other_shelf(small), small, slug="other")
    PathPage.objects.filter(pk=page.pk).update(slug="start")
    Compilation.objects.filter(uid=page.uid).delete()
    with caplog.at_level(logging.WARNING, logger="cms"):
        assert [compile_content() for _ in range(3)] == [1, 1, 1]
    lines = [entry for entry in caplog.records if entry.name == "cms.services.authoring.compile.run"]
    assert len(lines) == 1
    assert lines[0].exc_info is None
    assert failures() == [f"{page.title}: The short name start belongs to “Start”. Choose another one."]
    cms.publish(PathPage.objects.get(pk=small.path.pk))
    small.path.delete()
    assert compile_content() == 1
    in_step()


def test_what_nobody_foresaw_leaves_one_traceback_each(
    small: cms.OneOfEach, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 8: an error is written down whole the first time, and again when it is another one."""
    said = iter(["disk full", "disk full", "disk gone", "disk gone"])

    def refuse(*args: Any) -> None:
        raise RuntimeError(next(said))

    monkeypatch.setattr("cms.services.authoring.compile.pages.publish_standard", refuse)
    Compilation.objects.filter(uid=small.standard.uid).delete()
    with caplog.at_level(logging.WARNING, logger="cms"):
        for _ in range(4):
            compile_content()
    lines = [entry for entry in caplog.records if entry.name == "cms.services.authoring.compile.run"]
    assert [str(entry.exc_info[1]) for entry in lines if entry.exc_info] == ["disk full", "disk gone"]


def test_the_record_refuses_a_question_of_another_page(small: cms.OneOfEach) -> None:
    """Case 6: whoever hands the specs down, a question stays with the page that asked it first."""
    question = RecallVersion.objects.filter(owner_uid=small.lesson.uid).get()
    spec = RecallSpec(question.recall_uid, "Stolen?", "Yes", ("No", "Perhaps"), "So.")
    for owner in (uuid4(), small.course.uid):
        with pytest.raises(Conflict, match="a question of another page"):
            publish_recalls(owner, [spec], clock.now())
    question.refresh_from_db()
    assert question.current
    small.lesson.delete()
    with pytest.raises(Conflict, match="a question of another page"):
        publish_recalls(small.course.uid, [spec], clock.now())


@pytest.mark.parametrize("part", ["milestones", "steps"])
def test_compiling_refuses_a_part_of_another_path(
    small: cms.OneOfEach, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    """Case 7: people's completions name steps by uid, and locks name milestones; a sentence says so."""
    taken = getattr(PathVersion.objects.get(), part).order_by("pk").values_list("uid", flat=True)[0]
    kind = "milestone" if part == "milestones" else "course"
    own = PathPage.uid_of
    monkeypatch.setattr(PathPage, "uid_of", lambda page, block: taken if block.block_type == kind else own(page, block))
    page = path_on(small.frame.shelves["paths"], small, slug="second")
    assert failures() == [f"{page.title}: A part of this path is counted as a part of “Start”. Add it anew."]
    assert not Path.objects.filter(slug="second").exists()


@pytest.mark.parametrize("kind", ["skill", "role", "path"])
def test_the_record_refuses_a_name_whoever_hands_it_down(small: cms.OneOfEach, kind: str) -> None:
    """Case 8: not an error of the database but a sentence, and nothing is written."""
    publish = {"skill": publish_skill, "role": publish_role_profile, "path": publish_path}[kind]
    model = {"skill": Skill, "role": RoleProfile, "path": Path}[kind]
    spec: Any = replace(spec_of(getattr(small, kind)), uid=uuid4(), title="Another")
    with pytest.raises(Conflict, match="Choose another one"):
        publish(spec, clock.now())
    assert model.objects.count() == 1


def test_what_left_unnoticed_is_not_retired_when_it_is_back(small: cms.OneOfEach) -> None:
    """Case 8: rows were deleted past Wagtail and the same page was loaded again; the sweep leaves the new one alone."""
    uid = small.path.uid
    Compilation.objects.filter(uid=uid).update(object_id=999_999)
    cms.publish(PathPage.objects.get(pk=small.path.pk))
    assert Compilation.objects.filter(uid=uid).count() == 2
    compile_content()
    assert Path.objects.get(uid=uid).archived_at is None
    assert Label.objects.get(uid=uid).live
    assert Compilation.objects.filter(uid=uid).count() == 1
    in_step()


# --- The library ---------------------------------------------------------------------------------------------------


def of_each_kind(small: cms.OneOfEach) -> list[Any]:
    """One of everything that is kept in the library."""
    customer = Customer.objects.create(slug="hydra", name="Hydra", note="A note.")
    kept = [small.skill, small.role, SpeakerSource.objects.get(), again("external", small), again("calibration", small)]
    return [*kept, customer]


def test_a_copy_in_the_library_begins_as_something_new(author: Any, small: cms.OneOfEach) -> None:
    """Case 6: from the form, and sent to the address of the copy itself, which wrote over the original before."""
    for thing in of_each_kind(small):
        model, name = type(thing), thing._meta.model_name
        names = f"wagtailsnippets_{thing._meta.app_label}_{name}"
        before = model.objects.filter(pk=thing.pk).values().get()
        url = reverse(f"{names}:copy", args=[thing.pk])
        shown = author.get(url).context["form"].instance
        assert (shown.pk, shown.slug) == (None, "")
        assert shown.uid != thing.uid
        for number, address in enumerate([reverse(f"{names}:add"), url]):
            data = edit_data(author, url, shown, slug=f"copy-{number}")
            answer = author.post(address, data)
            assert answer.status_code == 302, answer.context["form"].errors
            copy = model.objects.get(slug=f"copy-{number}")
            assert copy.uid != thing.uid
            assert getattr(copy, "live", False) is False
            assert getattr(copy, "first_published_at", None) is None
        assert model.objects.filter(pk=thing.pk).values().get() == before
    in_step()
