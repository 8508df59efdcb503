"""A copy is something of its own to the record, whoever makes it and by whatever route (cases 6 and 7).

Each test makes a copy, changes every word of it, publishes it and takes it away again; each time the record must say of
the originals what it said before, and be in step with what is published.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid5

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db.models import Model
from django.test import override_settings
from django.urls import reverse
from wagtail.actions.copy_page import CopyPageAction
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import Locale, Page

from assessments.models import CalibrationVersion, RecallVersion, ScenarioVersion, StandardVersion
from cms.models import (
    CompileFailure,
    ContentPage,
    CoursePage,
    CustomDocument,
    CustomImage,
    LessonPage,
    PathPage,
    SectionPage,
)
from lms.api import Label, Milestone, Path, PathVersion, Requirement, RoleProfile, Skill, SkillVersion, Step
from lms.rules.lines import one_line
from tests.factories import cms, people

pytestmark = pytest.mark.django_db

RECORD: tuple[type[Model], ...] = (
    Skill, SkillVersion, RoleProfile, Requirement, Path, PathVersion, Milestone, Step, Label,
    RecallVersion, ScenarioVersion, StandardVersion, CalibrationVersion,
)  # fmt: skip
Rows = dict[tuple[str, int], dict[str, Any]]


@pytest.fixture
def small(small: cms.OneOfEach) -> cms.OneOfEach:
    """One of each; the course has a question of its own, the path a session and a promise that waits for it."""
    found = small
    found.course.recall = [cms.recall_block("Of the course?")]
    found.course = cms.publish(found.course)
    milestones = list(found.path.milestones.raw_data)
    milestones[0]["value"]["steps"] += [
        cms.step_block("session", "meet", skills=[found.skill]),
        cms.step_block("commitment", "promise", skills=[found.skill], leaves=[("step", "meet")]),
    ]
    milestones[1]["value"]["steps"].append(
        cms.step_block("session", "look-back", days=(20, 40), skills=[found.skill], leaves=[("milestone", "begin")])
    )
    found.path.milestones = milestones
    found.path = cms.publish(found.path)
    return found


@pytest.fixture
def admin(client: Any, small: cms.OneOfEach) -> Any:
    """The strongest person there is."""
    client.force_login(people.administrator(people.person("Ada Admin")))
    return client


def rows() -> Rows:
    """Every row of the record that publishing writes, by table and primary key."""
    return {(model.__name__, row["id"]): row for model in RECORD for row in model._default_manager.order_by().values()}


def untouched(before: Rows) -> None:
    """The record says of the originals what it said before, and compiling again would change nothing."""
    now = rows()
    assert {key: now.get(key) for key in before} == before
    assert [str(row) for row in CompileFailure.objects.filter(resolved_at=None)] == []
    call_command("compile_content", check=True)


def reworded(value: Any) -> Any:
    """Raw stream data in which what people read is other than it was."""
    if isinstance(value, list):
        return [reworded(item) for item in value]
    if isinstance(value, dict):
        return {
            name: f"{held} (Nordic)" if name in ("title", "q", "why", "says") and held else reworded(held)
            for name, held in value.items()
        }
    return value


def reword(page: ContentPage) -> None:
    """Other words everywhere, published."""
    page = type(page).objects.get(pk=page.pk).get_latest_revision_as_object()
    page.title = f"{page.title} (Nordic)"
    for name in ("recall", "body", "milestones", "nodes"):
        if hasattr(page, name):
            setattr(page, name, reworded(list(getattr(page, name).raw_data)))
    page.save_revision().publish()


def known_as(page: ContentPage) -> set[UUID]:
    """All that the record calls a page and its blocks."""
    return {page.uid, *(page.uid_of(block) for block in page.recorded_blocks())}


# --- Pages ---------------------------------------------------------------------------------------------------------

KINDS = ["course", "lesson", "path", "scenario", "standard"]
BLOCKS_WITH_UIDS = ["course", "path"]
"""The first with its lessons; every other kind is known by the page alone, which Wagtail takes care of."""
ROUTES = [
    "page.copy", "the action", "kept as a draft", "the form", "the form, as a draft", "the admin's API",
    "an alias", "an alias from the form", "its own old revision",
]  # fmt: skip


def copied(route: str, page: ContentPage, admin: Any) -> Page:
    """A copy of the page and all below it, live."""
    before = set(Page.objects.values_list("pk", flat=True))
    new = {"title": f"{page.title} again", "slug": f"{page.slug}-again"}
    form = {"new_title": new["title"], "new_slug": new["slug"], "new_parent_page": page.get_parent().pk}
    form["copy_subpages"] = "on"
    url = reverse("wagtailadmin_pages:copy", args=[page.pk])
    match route:
        case "page.copy" | "its own old revision":
            page.copy(recursive=True, update_attrs=new)
        case "the action":
            CopyPageAction(page, recursive=True, update_attrs=new, copy_revisions=False).execute()
        case "kept as a draft":
            page.copy(recursive=True, update_attrs=new, keep_live=False)
        case "the form":
            assert admin.post(url, form | {"publish_copies": "on"}).status_code == 302
        case "the form, as a draft":
            assert admin.post(url, form).status_code == 302
        case "the admin's API":
            api = reverse("wagtailadmin_api:pages:action", args=[page.pk, "copy"])
            assert admin.post(api, json.dumps({"recursive": True}), "application/json").status_code == 201
        case "an alias":
            page.create_alias(recursive=True, update_slug=new["slug"])
        case "an alias from the form":
            assert admin.post(url, form | {"alias": "on"}).status_code == 302
    made = list(Page.objects.exclude(pk__in=before).order_by("path"))
    for alias in made:
        if alias.alias_of_id:
            convert = reverse("wagtailadmin_pages:convert_alias", args=[alias.pk])
            assert admin.post(convert).status_code == 302
    for copy in Page.objects.filter(pk__in=[copy.pk for copy in made], live=False):
        copy.specific.get_latest_revision().publish()
    return Page.objects.get(pk=made[0].pk)


@pytest.mark.parametrize("route", ROUTES)
def test_a_copy_leaves_its_original_alone(small: cms.OneOfEach, admin: Any, route: str) -> None:
    """Cases 6 and 7: whatever is copied, the original keeps its questions, milestones, steps and words."""
    before = rows()
    copies: list[ContentPage] = []
    for kind in KINDS if route == "page.copy" else BLOCKS_WITH_UIDS:
        page = getattr(small, kind)
        originals = [found.specific for found in page.get_descendants(inclusive=True)]
        made = [found.specific for found in copied(route, page, admin).get_descendants(inclusive=True)]
        assert [type(found) for found in made] == [type(found) for found in originals]
        assert all(found.live for found in made)
        for copy, original in zip(made, originals, strict=True):
            assert len(known_as(copy)) == len(known_as(original))
            assert not known_as(copy) & known_as(original)
        copies += made
    untouched(before)
    for copy in copies:
        reword(copy)
    untouched(before)
    if route == "its own old revision":
        for copy in copies:
            old = copy.revisions.order_by("pk").first().as_object()
            old.slug = copy.slug
            old.save_revision().publish()
        untouched(before)
    for copy in reversed(copies):
        type(copy).objects.get(pk=copy.pk).delete()
    untouched(before)


def test_locks_of_a_copied_path_name_its_own_steps(small: cms.OneOfEach) -> None:
    """Case 7: conditions name steps and milestones by key, which the copy looks up among its own."""
    copy = small.path.copy(update_attrs={"slug": "again"})
    version = PathVersion.objects.get(path__uid=copy.uid)
    own = {str(uid) for uid in known_as(copy)}
    locks = [step.unlock for step in version.steps.all() if step.unlock]
    named = {value for lock in locks for leaf in lock["all"] for name, value in leaf.items()}
    assert len(locks) == 3
    assert named <= own


def test_a_draft_of_the_original_is_the_copys_own_draft(small: cms.OneOfEach) -> None:
    """Case 6: what was written and not published is copied, too, and becomes the copy's when it is published."""
    small.lesson.body = [*small.lesson.body.raw_data, cms.recall_block("Only in the draft?")]
    small.lesson.save_revision()
    before = rows()
    copy = small.lesson.copy(update_attrs={"slug": "again"})
    untouched(before)
    copy.get_latest_revision().publish()
    untouched(before)
    assert RecallVersion.objects.filter(owner_uid=copy.uid, current=True).count() == 2
    small.lesson.get_latest_revision().publish()
    asked = RecallVersion.objects.filter(owner_uid__in=[copy.uid, small.lesson.uid], current=True)
    assert asked.values("recall_uid").distinct().count() == 4
    call_command("compile_content", check=True)


def test_an_alias_follows_and_adds_nothing_to_the_record(small: cms.OneOfEach) -> None:
    """Case 7: until it is a page of its own, an alias is no path, no course and no lesson."""
    everything = rows()
    for page in (small.path, small.course):
        page.create_alias(recursive=True, update_slug="alias")
    assert rows() == everything
    reword(small.path)
    reword(small.lesson)
    aliases = Page.objects.filter(alias_of__isnull=False)
    assert not Label.objects.filter(uid__in=aliases.values("translation_key")).exists()
    call_command("compile_content", check=True)


def test_a_question_asks_and_answers_on_each_page_alone(small: cms.OneOfEach) -> None:
    """Case 6: the learner's page of the original keeps its form, and a pause keeps its words on one page only."""
    copy = small.lesson.copy(update_attrs={"slug": "again"})
    asked = {row.owner_uid: row.recall_uid for row in RecallVersion.objects.filter(current=True)}
    assert asked[small.lesson.uid] == uuid5(small.lesson.uid, small.lesson.body[1].id)
    assert asked[copy.uid] == uuid5(copy.uid, small.lesson.body[1].id)
    pauses = {page.uid_of(page.body[2]) for page in (small.lesson, copy)}
    assert len(pauses) == 2


# --- Shelves -------------------------------------------------------------------------------------------------------


def test_a_copied_shelf_holds_copies(small: cms.OneOfEach) -> None:
    """Case 6: a shelf is copied with everything on it, down to the lessons."""
    before = rows()
    small.frame.shelves["courses"].copy(recursive=True, update_attrs={"slug": "more-courses"})
    assert CoursePage.objects.live().count() == 2
    assert LessonPage.objects.live().count() == 4
    untouched(before)


def test_what_cannot_be_published_on_a_copied_shelf_stays_a_draft(small: cms.OneOfEach) -> None:
    """Case 8: the short name of the path is taken; the shelf is copied whole and the record stays in step."""
    before = rows()
    copy = small.frame.shelves["paths"].copy(recursive=True, update_attrs={"slug": "more-paths"})
    page = PathPage.objects.child_of(copy).get()
    assert (page.live, page.has_unpublished_changes) == (False, True)
    assert SectionPage.objects.get(pk=copy.pk).numchild == 1
    untouched(before)
    with pytest.raises(ValidationError, match="The short name start belongs to “Start”"):
        page.save_revision().publish()
    page.slug = "start-nordic"
    page.save_revision().publish()
    untouched(before)
    assert Path.objects.count() == 2


# --- Translations --------------------------------------------------------------------------------------------------


@pytest.fixture
def french() -> Iterator[Locale]:
    with override_settings(
        LANGUAGES=[("en", "English"), ("fr", "French")],
        WAGTAIL_CONTENT_LANGUAGES=[("en", "English"), ("fr", "French")],
        WAGTAIL_I18N_ENABLED=True,
    ):
        yield Locale.objects.create(language_code="fr")


@pytest.mark.parametrize("draft", [False, True])
def test_a_translation_is_the_same_thing_in_other_words(small: cms.OneOfEach, french: Locale, draft: bool) -> None:
    """Case 7: a translation keeps uids, also one of a draft; it gives titles and never a version."""
    before = rows()
    for kind in KINDS:
        page = getattr(small, kind)
        if draft:
            page.title = "Draft"
            page.save_revision()
        translated = page.copy_for_translation(french, copy_parents=True)
        assert known_as(translated) == known_as(page)
        reword(translated)
    untouched(before)
    new = {key: row for key, row in rows().items() if key not in before}
    assert {name for name, _ in new} == {"Label"}
    assert {row["locale"] for row in new.values()} == {"fr"}


def test_a_copy_of_a_translation_speaks_for_itself(small: cms.OneOfEach, french: Locale) -> None:
    """Case 7: the translation's own words stay when a plain copy of it is reworded."""
    translated = [getattr(small, kind).copy_for_translation(french, copy_parents=True) for kind in KINDS]
    for page in translated:
        page.save_revision().publish()
    before = rows()
    for page in translated:
        copy = page.copy(update_attrs={"slug": f"{page.slug}-encore"})
        assert not known_as(copy) & known_as(page)
        reword(copy)
    untouched(before)


def test_an_alias_in_another_language_turned_into_a_page_is_a_translation(small: cms.OneOfEach, french: Locale) -> None:
    """Case 7: it stood for the path before, and still does."""
    before = rows()
    alias = small.path.copy_for_translation(french, copy_parents=True, alias=True)
    alias.alias_of = None
    alias.save(update_fields=["alias_of_id"], clean=False)
    alias.save_revision().publish()
    assert known_as(alias) == known_as(small.path)
    assert Path.objects.count() == 1
    untouched(before)


FORGED = "Rules\r\nBcc: x\u202egnp.exe"


def test_the_title_of_a_copy_is_one_line(small: cms.OneOfEach, admin: Any) -> None:
    """H18. Wagtail saves a copy without looking at it, and several may be published at a time."""
    place = {"new_title": FORGED, "new_slug": "copied", "new_parent_page": small.course.get_parent().pk}
    admin.post(reverse("wagtailadmin_pages:copy", args=[small.course.pk]), place)
    copy = CoursePage.objects.get(slug="copied")
    admin.post(f"/cms/bulk/wagtailcore/page/publish/?next=/cms/&id={copy.pk}")
    copy = CoursePage.objects.get(slug="copied")
    assert copy.live
    draft = copy.get_latest_revision_as_object()
    titles = {
        copy.title,
        copy.draft_title,
        draft.title,
        *Label.objects.filter(uid=copy.uid).values_list("title", flat=True),
    }
    assert titles == {one_line(FORGED)}


def test_titles_of_shelves_and_files_are_one_line(
    small: cms.OneOfEach, admin: Any, settings: Any, tmp_path: Any
) -> None:
    """H18. Whatever an author names."""
    settings.MEDIA_ROOT = tmp_path
    shelf = cms.add(small.frame.home, SectionPage(title=FORGED, slug="shelf", shelf="paths"))
    paper = CustomDocument.objects.create(title="D", file=ContentFile(b"%PDF-1.7\n", "a.pdf"))
    admin.post(f"/cms/documents/edit/{paper.pk}/", {"title": FORGED, "collection": "1", "tags": ""})
    picture = CustomImage.objects.create(title=FORGED, file=get_test_image_file())
    for thing in (shelf, paper, picture):
        assert type(thing).objects.get(pk=thing.pk).title == one_line(FORGED)


# --- Within one page -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "name"), [("lesson", "body"), ("course", "recall"), ("path", "milestones")])
def test_two_blocks_with_one_id_are_not_published(small: cms.OneOfEach, kind: str, name: str) -> None:
    """Case 6: a script that doubles a block doubles its id; the form says so, and the record never hears of it."""
    page, before = getattr(small, kind), rows()
    data = list(getattr(page, name).raw_data)
    twin = next(block for block in data if block["type"] in ("recall", "milestone"))
    setattr(page, name, [*data, json.loads(json.dumps(twin))])
    assert any("share one identity" in str(finding) for finding in page.all_findings())
    with pytest.raises(ValidationError, match="share one identity"):
        page.save_revision(clean=False).publish()
    untouched(before)


def test_blocks_of_two_kinds_with_one_id_are_not_published(small: cms.OneOfEach) -> None:
    """Case 6: a pause with the id of a question, a step with that of another milestone's step."""
    body = list(small.lesson.body.raw_data)
    asked = next(block for block in body if block["type"] == "recall")
    small.lesson.body = [*body, cms.raw("pause", {"prompt": "Which?"}) | {"id": asked["id"]}]
    with pytest.raises(ValidationError, match="share one identity"):
        small.lesson.save_revision(clean=False).publish()
    milestones = json.loads(json.dumps(list(small.path.milestones.raw_data)))
    milestones[1]["value"]["steps"][0]["id"] = milestones[0]["value"]["steps"][0]["id"]
    small.path.milestones = milestones
    with pytest.raises(ValidationError, match="share one identity"):
        small.path.save_revision(clean=False).publish()


def test_a_block_id_that_is_no_uuid_is_an_id_like_any_other(small: cms.OneOfEach) -> None:
    """Case 6: an importer may have made it; it was an error page before."""
    data = list(small.lesson.body.raw_data)
    data[1]["id"] = "question-1"
    small.lesson.body = data
    cms.publish(small.lesson)
    asked = RecallVersion.objects.get(owner_uid=small.lesson.uid, current=True)
    assert asked.recall_uid == uuid5(small.lesson.uid, "question-1")
    call_command("compile_content", check=True)
