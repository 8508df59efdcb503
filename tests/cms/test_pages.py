"""Through the admin: drafts take anything, publishing is strict and says why; previews show what was written."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.safestring import SafeString

from cms import api
from cms.models import CompileFailure, HomePage, PathPage, ScenarioPage, SkillSource
from lms.api import AUTHORS, LEARNING_ADMINISTRATORS, PathVersion
from lms.errors import NotFound
from tests.editing import edit_data
from tests.factories import cms, people

pytestmark = pytest.mark.django_db


@pytest.fixture
def author(client: Any, small: cms.OneOfEach) -> Any:
    """A client logged in as somebody who writes and publishes; what others hand in: ``test_review``."""
    client.force_login(people.in_group(LEARNING_ADMINISTRATORS))
    return client


def edit(client: Any, page: Any, **fields: Any) -> Any:
    """POST the edit form of a page."""
    url = reverse("wagtailadmin_pages:edit", args=[page.pk])
    return client.post(url, edit_data(client, url, page, **fields))


def errors(answer: Any) -> str:
    """All that the form says is wrong, as text."""
    assert answer.status_code == 200
    found = answer.context["form"].errors.as_data()
    return " ".join(str(message) for field in found.values() for error in field for message in error.messages)


def put(page: PathPage, *milestones: cms.Raw) -> PathPage:
    """The page with other milestones, unsaved."""
    page.milestones = list(milestones)
    return page


# --- Drafts ------------------------------------------------------------------------------------------------------


def test_an_unchanged_path_can_be_published_from_its_form(author: Any, small: cms.OneOfEach) -> None:
    answer = edit(author, small.path, **{"action-publish": "1"})
    assert answer.status_code == 302, errors(answer)
    assert PathVersion.objects.count() == 1


def test_a_draft_of_a_path_saves_in_spite_of_everything(author: Any, small: cms.OneOfEach) -> None:
    draft = put(
        small.path,
        cms.milestone_block(
            "Bad Key!", 40, cms.step_block("course", "study", None, days=(9, 2), leaves=[("step", "nothing")])
        ),
        cms.milestone_block("", 3),
    )
    answer = edit(author, draft, title="Half done")
    assert answer.status_code == 302, errors(answer)
    page = PathPage.objects.get(pk=small.path.pk)
    assert page.title == "Start"
    assert page.get_latest_revision_as_object().title == "Half done"
    assert PathVersion.objects.count() == 1


def test_a_draft_of_a_scenario_saves_with_a_broken_graph(author: Any, small: cms.OneOfEach) -> None:
    nodes = [cms.decision_block("one", "nowhere", small.skill, cms.speaker_source("otto")), cms.ending_block("lost")]
    small.scenario.nodes = nodes
    answer = edit(author, small.scenario)
    assert answer.status_code == 302, errors(answer)


def test_a_new_page_starts_as_an_empty_draft(author: Any, small: cms.OneOfEach) -> None:
    parent = small.frame.shelves["scenarios"]
    url = reverse("wagtailadmin_pages:add", args=["cms", "scenariopage", parent.pk])
    data = {
        "title": "Idea",
        "slug": "idea",
        "minutes": "10",
        "comments-TOTAL_FORMS": "0",
        "comments-INITIAL_FORMS": "0",
    }
    data |= {f"{name}-count": "0" for name in ("skills", "meters", "nodes")}
    answer = author.post(url, data)
    assert answer.status_code == 302, errors(answer)
    assert not ScenarioPage.objects.get(slug="idea").live
    answer = author.post(url, data | {"slug": "idea-2", "action-publish": "1"})
    assert answer.status_code == 200
    assert not ScenarioPage.objects.filter(slug="idea-2").exists()


# --- Publishing is strict -----------------------------------------------------------------------------------------


def circle(small: cms.OneOfEach) -> list[cms.Raw]:
    return [
        cms.milestone_block(
            "begin", 20,
            cms.step_block("course", "study", small.course, leaves=[("step", "practise")]),
            cms.step_block("practice", "practise", small.scenario, leaves=[("step", "study")]),
        ),
        cms.milestone_block("show", 40, cms.step_block("demonstration", "visit", small.standard, days=(20, 40))),
    ]  # fmt: skip


def without_show(small: cms.OneOfEach) -> list[cms.Raw]:
    return [cms.milestone_block("begin", 20, cms.step_block("course", "study", small.course))]


def falling_days(small: cms.OneOfEach) -> list[cms.Raw]:
    begin, show = small.milestones()
    return [show, begin]


def late(small: cms.OneOfEach) -> list[cms.Raw]:
    return [cms.milestone_block("show", 30, cms.step_block("demonstration", "visit", small.standard, days=(35, 33)))]


def dangling(small: cms.OneOfEach) -> list[cms.Raw]:
    begin, show = small.milestones()
    begin["value"]["steps"][1] = cms.step_block("practice", "practise", small.scenario, leaves=[("milestone", "gone")])
    return [begin, show]


def twice(small: cms.OneOfEach) -> list[cms.Raw]:
    begin, show = small.milestones()
    show["value"]["steps"].append(cms.step_block("course", "study", small.course, days=(1, 40)))
    return [begin, show]


REFUSED = [
    (circle, "study waits for itself"),
    (without_show, "No demonstration on this path is for listening"),
    (falling_days, "the days of milestones must rise"),
    (late, "day 35, when it starts, must not lie after day 33"),
    (late, "due on day 33; make that at most 30"),
    (dangling, "practise waits for gone, which is not on this path"),
    (twice, "The key study stands 2 times"),
]


@pytest.mark.parametrize(("break_it", "sentence"), REFUSED)
def test_publishing_a_broken_path_is_refused_in_the_form(
    author: Any, small: cms.OneOfEach, break_it: Any, sentence: str
) -> None:
    answer = edit(author, put(small.path, *break_it(small)), **{"action-publish": "1"})
    assert sentence in errors(answer)
    assert PathVersion.objects.count() == 1
    assert CompileFailure.objects.count() == 0


@pytest.mark.parametrize(("break_it", "sentence"), REFUSED)
def test_publishing_a_broken_path_is_refused_on_every_other_way(
    small: cms.OneOfEach, break_it: Any, sentence: str
) -> None:
    revision = put(small.path, *break_it(small)).save_revision()
    with pytest.raises(ValidationError, match=sentence):
        revision.publish()
    assert PathPage.objects.get(pk=small.path.pk).live_revision_id != revision.pk


def test_a_critical_skill_needs_practice_another_gets_advice(small: cms.OneOfEach) -> None:
    begin, show = small.milestones()
    del begin["value"]["steps"][1]
    put(small.path, begin, show)
    found = list(small.path.findings())
    assert [(str(item), item.refuses) for item in found] == [
        ("This path has no session with a coach; add one in the first week.", False),
        ("No practice on this path is for listening; add one, or say why there is none.", False),
    ]
    data = list(small.role.requires.raw_data)
    data[0]["value"]["critical"] = True
    small.role.requires = data
    cms.publish(small.role)
    fresh = put(PathPage.objects.get(pk=small.path.pk), begin, show)
    assert [str(item) for item in fresh.findings() if item.refuses] == [
        "No practice on this path is for listening, which is critical for the role; add one."
    ]


def test_a_path_needs_published_targets_that_stay(author: Any, small: cms.OneOfEach) -> None:
    draft = cms.scenario_page(small.frame, small.skill, slug="draft", live=False)
    begin, show = small.milestones()
    begin["value"]["steps"].append(cms.step_block("practice", "more", draft))
    answer = edit(author, put(small.path, begin, show), **{"action-publish": "1"})
    assert "more: “Draft” is not published yet" in errors(answer)


def test_publishing_a_broken_scenario_is_refused_in_the_form(author: Any, small: cms.OneOfEach) -> None:
    small.scenario.nodes = [
        cms.decision_block("one", "nowhere", small.skill, cms.speaker_source("otto")),
        cms.ending_block("lost"),
    ]
    said = errors(edit(author, small.scenario, **{"action-publish": "1"}))
    assert "one leads to nowhere, which is not a node" in said
    assert "No route leads to lost" in said


def test_publishing_a_standard_whose_rule_cannot_be_met_is_refused(author: Any, small: cms.OneOfEach) -> None:
    said = errors(edit(author, small.standard, observers="3", **{"action-publish": "1"}))
    assert "Different observers must be at most 2, the number of observations" in said


def test_the_mark_of_a_draft_does_not_leak_into_publishing(author: Any, small: cms.OneOfEach) -> None:
    """Wagtail keeps the state of cleaning on the block, which is shared: a draft must not loosen the next publish."""
    assert edit(author, put(small.path, *circle(small))).status_code == 302
    answer = edit(author, put(small.path, *circle(small)), **{"action-publish": "1"})
    assert "waits for itself" in errors(answer)


# --- The tree, previews and where pages lead ---------------------------------------------------------------------


def test_each_shelf_takes_its_kind(small: cms.OneOfEach) -> None:
    shelves = small.frame.shelves
    assert ScenarioPage.can_create_at(shelves["scenarios"])
    assert not ScenarioPage.can_create_at(shelves["courses"])
    assert HomePage.objects.count() == 1
    cms.site()
    assert HomePage.objects.count() == 1
    assert len(shelves) == 5


def test_a_preview_of_a_draft_lesson_shows_the_body_and_the_key(author: Any, small: cms.OneOfEach) -> None:
    small.lesson.title = "Draft title"
    small.lesson.save_revision()
    answer = author.get(reverse("wagtailadmin_pages:view_draft", args=[small.lesson.pk]))
    assert answer.status_code == 200
    html = answer.content.decode()
    assert "Draft title" in html
    assert "A first text." in html
    assert "Because" in html
    assert "frame-ancestors 'self'" in answer["Content-Security-Policy"].split("; ")


@pytest.mark.parametrize("name", ["path", "course", "scenario", "standard", "lesson"])
def test_every_kind_of_page_has_a_preview_with_its_title(author: Any, small: cms.OneOfEach, name: str) -> None:
    page = getattr(small, name)
    answer = author.get(reverse("wagtailadmin_pages:view_draft", args=[page.pk]))
    assert answer.status_code == 200
    assert page.title in answer.content.decode()


def test_a_preview_of_a_broken_scenario_lists_nodes_and_remarks(author: Any, small: cms.OneOfEach) -> None:
    small.scenario.nodes = [cms.decision_block("one", "nowhere", small.skill, cms.speaker_source("otto"))]
    small.scenario.save_revision(clean=False)
    html = author.get(reverse("wagtailadmin_pages:view_draft", args=[small.scenario.pk])).content.decode()
    assert 'id="n-one"' in html
    assert "one leads to nowhere" in html


def test_a_preview_is_for_those_who_may_edit(client: Any, small: cms.OneOfEach) -> None:
    client.force_login(people.person())
    assert client.get(reverse("wagtailadmin_pages:view_draft", args=[small.lesson.pk])).status_code in (302, 403)


def test_a_page_never_shows_itself_at_its_own_address(client: Any, small: cms.OneOfEach) -> None:
    for page in (small.lesson, small.course, small.scenario, small.standard, small.path):
        answer = client.get(page.get_url())
        assert answer.status_code == 302
        assert answer["Location"] == f"/go/{page.uid}/"


def test_every_edit_page_opens(author: Any, small: cms.OneOfEach) -> None:
    for page in (small.lesson, small.course, small.scenario, small.standard, small.path):
        assert author.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).status_code == 200
    for source in (small.skill, small.role, cms.speaker_source("otto")):
        url = reverse(source.snippet_viewset.get_url_name("edit"), args=[source.pk])
        assert author.get(url).status_code == 200
        assert author.get(reverse(source.snippet_viewset.get_url_name("list"))).status_code == 200


def test_a_skill_publishes_from_its_form_and_keeps_its_short_name(author: Any, small: cms.OneOfEach) -> None:
    url = reverse(small.skill.snippet_viewset.get_url_name("edit"), args=[small.skill.pk])
    data = edit_data(author, url, small.skill, about="Better.", **{"action-publish": "1"})
    assert author.post(url, data).status_code == 302
    assert SkillSource.objects.get(pk=small.skill.pk).about == "Better."
    answer = author.post(url, data | {"slug": "other"})
    assert "The short name stays listening" in errors(answer)


def test_every_kind_of_snippet_has_a_preview_with_its_title(small: cms.OneOfEach) -> None:
    for source in (small.skill, small.role, cms.speaker_source("otto")):
        answer = source.make_preview_request()
        assert answer.status_code == 200
        assert source.title in answer.content.decode()


def test_an_unsaved_page_previews_from_its_form(author: Any, small: cms.OneOfEach) -> None:
    url = reverse("wagtailadmin_pages:edit", args=[small.path.pk])
    data = edit_data(author, url, put(small.path, *circle(small)), title="Not saved")
    preview = reverse("wagtailadmin_pages:preview_on_edit", args=[small.path.pk])
    assert author.post(preview, data).json()["is_valid"]
    html = author.get(preview).content.decode()
    assert "Not saved" in html
    assert "study waits for itself" in html


def test_titles_that_the_record_has_no_room_for_are_refused(author: Any, small: cms.OneOfEach) -> None:
    answer = edit(author, small.scenario, title="Long " * 40, **{"action-publish": "1"})
    assert "title: use at most 160 characters" in errors(answer)


def test_live_lesson_by_uid_costs_one_query(small: cms.OneOfEach, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(1):
        page = api.live_lesson(small.lesson.uid)
    html = str(api.render_lesson(page))
    assert "A first text." in html
    assert "Because" not in html, "the key of a recall question never leaves by this door"
    assert "And you?" in html
    question = page.uid_of(page.body[1])
    assert "<form>ask</form>" in api.render_lesson(page, {question: SafeString("<form>ask</form>")})


def test_a_course_or_an_unpublished_lesson_is_no_live_lesson(small: cms.OneOfEach) -> None:
    with pytest.raises(NotFound):
        api.live_lesson(small.course.uid)
    small.lesson.unpublish()
    with pytest.raises(NotFound):
        api.live_lesson(small.lesson.uid)


# --- Groups and people --------------------------------------------------------------------------------------------


def test_groups_get_their_permissions(small: cms.OneOfEach) -> None:
    author, administrator = people.in_group(AUTHORS), people.in_group(LEARNING_ADMINISTRATORS)
    for person in (author, administrator):
        assert person.has_perms(["wagtailadmin.access_admin", "cms.change_skillsource", "lms.change_customer"])
        assert person.has_perm("cms.publish_skillsource") == (person == administrator)
        assert small.path.permissions_for_user(person).can_edit()
        assert small.path.permissions_for_user(person).can_publish() == (person == administrator)
    assert administrator.has_perm("lms.view_user")
    assert not administrator.has_perm("lms.change_user")
    assert not author.has_perm("lms.view_user")
    assert Group.objects.filter(permissions__codename="access_admin", name__in=["Auditors", "Sponsors"]).count() == 0


@pytest.fixture
def administrator(client: Any) -> Any:
    user = people.administrator(people.person("Ada Admin"))
    client.force_login(user)
    return client


def test_people_are_edited_but_never_deleted_or_added_in_the_admin(administrator: Any) -> None:
    other = people.person("Otto Other")
    assert administrator.get(reverse("wagtailusers_users:index")).status_code == 200
    url = reverse("wagtailusers_users:edit", args=[other.pk])
    html = administrator.get(url).content.decode()
    assert 'name="is_active"' not in html
    assert 'name="password1"' not in html
    data = {"email": other.email, "full_name": "Otto Else", "preferred_name": "Otto", "job": ""}
    assert administrator.post(url, data | {"is_active": ""}).status_code == 302
    other.refresh_from_db()
    assert (other.full_name, other.is_active) == ("Otto Else", True)
    administrator.post(reverse("wagtailusers_users:delete", args=[other.pk]))
    bulk = reverse("wagtail_bulk_action", args=["lms", "user", "delete"])
    administrator.post(f"{bulk}?id={other.pk}")
    bulk = reverse("wagtail_bulk_action", args=["lms", "user", "set_active_state"])
    administrator.post(f"{bulk}?id={other.pk}", {"mark_as_active": "False"})
    other.refresh_from_db()
    assert other.is_active
    assert administrator.get(reverse("wagtailusers_users:add"))["Location"] == "/people/invite/"


def test_the_home_page_of_the_admin_tells_of_failures(author: Any, small: cms.OneOfEach, monkeypatch: Any) -> None:
    assert "Content health" not in author.get(reverse("wagtailadmin_home")).content.decode()

    def refuse(*args: Any) -> None:
        raise RuntimeError("disk full")

    monkeypatch.setattr("cms.services.authoring.compile.pages.publish_scenario", refuse)
    small.scenario.brief = "New."
    cms.publish(small.scenario)
    html = author.get(reverse("wagtailadmin_home")).content.decode()
    assert "Content health" in html
    assert "disk full" in html
