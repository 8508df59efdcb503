"""What others depend on does not leave: every route is tried, as the strongest person and as code."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.db import transaction
from django.urls import reverse
from wagtail.models import Page

from cms.models import CoursePage, LessonPage, PathPage, ScenarioPage, SkillSource, SpeakerSource, StandardPage
from lms import clock
from lms.api import Label, Path, PathVersion
from tests.editing import edit_data
from tests.factories import cms, paths, people

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Any, small: cms.OneOfEach) -> Any:
    """A client logged in as the strongest person there is."""
    client.force_login(people.administrator(people.person("Ada Admin")))
    return client


def enrol(small: cms.OneOfEach) -> None:
    """Somebody begins with the path as it is now."""
    paths.enrolment(people.person(), PathVersion.objects.latest("number"), date(2026, 3, 1))


def still_live(page: Page) -> bool:
    return type(page).objects.filter(pk=page.pk, live=True).exists()


def post(client: Any, name: str, *args: Any, data: Any = None, query: str = "") -> Any:
    return client.post(reverse(name, args=args) + query, data or {})


# --- Pages: what a path holds -------------------------------------------------------------------------------------

HELD = ["course", "scenario", "standard"]
ROUTES = ["delete", "unpublish", "bulk-delete", "bulk-unpublish", "bulk-move", "delete-parent", "move", "move-confirm"]


def take(client: Any, route: str, page: Page, elsewhere: Page) -> None:
    """Try to get rid of a page by a route of the admin."""
    ids = f"?id={page.pk}"
    match route:
        case "delete":
            post(client, "wagtailadmin_pages:delete", page.pk)
        case "unpublish":
            post(client, "wagtailadmin_pages:unpublish", page.pk, data={"include_descendants": "on"})
        case "bulk-delete":
            post(client, "wagtail_bulk_action", "wagtailcore", "page", "delete", query=ids)
        case "bulk-unpublish":
            data = {"include_descendants": "on"}
            post(client, "wagtail_bulk_action", "wagtailcore", "page", "unpublish", data=data, query=ids)
        case "bulk-move":
            data = {"chooser": elsewhere.pk}
            post(client, "wagtail_bulk_action", "wagtailcore", "page", "move", data=data, query=ids)
        case "delete-parent":
            post(client, "wagtailadmin_pages:delete", page.get_parent().pk)
        case "move":
            post(client, "wagtailadmin_pages:move", page.pk, data={"new_parent_page": elsewhere.pk})
        case "move-confirm":
            post(client, "wagtailadmin_pages:move_confirm", page.pk, elsewhere.pk)


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("name", HELD)
def test_what_a_path_holds_stays(admin: Any, small: cms.OneOfEach, name: str, route: str) -> None:
    page = getattr(small, name)
    before = page.path
    other = cms.add(
        small.frame.home, type(small.frame.shelves["courses"])(title="Other", slug="other", shelf=page.shelf)
    )
    take(admin, route, page, other)
    assert still_live(page)
    assert Page.objects.get(pk=page.pk).path == before
    assert Label.objects.get(uid=page.uid).live


def test_nobody_is_offered_what_would_be_refused(small: cms.OneOfEach) -> None:
    strongest = people.administrator()
    free = cms.scenario_page(small.frame, small.skill, slug="free")
    shelf = small.frame.shelves["scenarios"]
    for page, offered in ((small.scenario, False), (Page.objects.get(pk=small.scenario.pk), False), (free, True)):
        tester = page.permissions_for_user(strongest)
        assert tester.can_delete() is offered
        assert tester.can_unpublish() is offered
        assert tester.can_move() is offered
        assert tester.can_move_to(shelf), "another order is no move"
    other = cms.add(small.frame.home, type(shelf)(title="Other", slug="other", shelf="scenarios"))
    assert not small.scenario.permissions_for_user(strongest).can_move_to(other)
    assert free.permissions_for_user(strongest).can_move_to(other)
    assert not shelf.permissions_for_user(strongest).can_delete(), "it holds what others need"


@pytest.mark.parametrize("name", HELD)
def test_code_that_goes_past_the_admin_is_stopped(small: cms.OneOfEach, name: str) -> None:
    page = getattr(small, name)
    other = cms.add(
        small.frame.home, type(small.frame.shelves["courses"])(title="Other", slug="other", shelf=page.shelf)
    )
    acts = [
        page.delete,
        page.unpublish,
        page.get_parent().delete,
        Page.objects.filter(pk=page.pk).delete,
        lambda: page.move(other, pos="last-child"),
    ]
    for act in acts:
        with pytest.raises(PermissionDenied, match="Start"), transaction.atomic():
            act()
        page = type(page).objects.get(pk=page.pk)
        assert page.live


def test_what_nothing_holds_may_go(admin: Any, small: cms.OneOfEach) -> None:
    free = cms.scenario_page(small.frame, small.skill, slug="free")
    post(admin, "wagtailadmin_pages:delete", free.pk)
    assert not ScenarioPage.objects.filter(pk=free.pk).exists()
    assert not Label.objects.get(uid=free.uid).live
    other = cms.scenario_page(small.frame, small.skill, slug="other")
    post(admin, "wagtailadmin_pages:unpublish", other.pk)
    assert not still_live(other)
    assert not Label.objects.get(uid=other.uid).live


def test_a_course_may_go_once_no_path_holds_it(admin: Any, small: cms.OneOfEach) -> None:
    second = cms.course_page(small.frame, small.skill, slug="second")
    begin, show = small.milestones()
    begin["value"]["steps"][0] = cms.step_block("course", "study", second)
    small.path.milestones = [begin, show]
    cms.publish(small.path)
    post(admin, "wagtailadmin_pages:delete", small.course.pk)
    assert not CoursePage.objects.filter(pk=small.course.pk).exists()
    assert not LessonPage.objects.filter(pk=small.lesson.pk).exists()
    assert not Label.objects.get(uid=small.lesson.uid).live


def test_a_course_stays_while_somebody_is_on_a_version_that_holds_it(admin: Any, small: cms.OneOfEach) -> None:
    enrol(small)
    second = cms.course_page(small.frame, small.skill, slug="second")
    begin, show = small.milestones()
    begin["value"]["steps"][0] = cms.step_block("course", "study", second)
    small.path.milestones = [begin, show]
    cms.publish(small.path)
    post(admin, "wagtailadmin_pages:delete", small.course.pk)
    assert still_live(small.course)
    with pytest.raises(PermissionDenied, match="1 person is on the path"):
        small.course.unpublish()


# --- Paths and lessons: people ------------------------------------------------------------------------------------


@pytest.mark.parametrize("route", ["delete", "unpublish", "bulk-delete", "bulk-unpublish"])
def test_a_path_stays_while_people_are_on_it(admin: Any, small: cms.OneOfEach, route: str) -> None:
    enrol(small)
    take(admin, route, small.path, small.frame.home)
    assert still_live(small.path)
    assert Path.objects.get().archived_at is None


def test_a_path_without_people_may_go(admin: Any, small: cms.OneOfEach) -> None:
    take(admin, "delete", small.path, small.frame.home)
    assert not PathPage.objects.filter(pk=small.path.pk).exists()
    assert Path.objects.get().archived_at is not None


@pytest.mark.parametrize("route", ["delete", "unpublish", "bulk-delete", "bulk-unpublish", "delete-parent"])
def test_a_lesson_stays_while_people_are_on_a_path_that_holds_it(admin: Any, small: cms.OneOfEach, route: str) -> None:
    enrol(small)
    take(admin, route, small.lesson, small.course)
    assert still_live(small.lesson)


def test_unpublishing_a_shelf_with_descendants_leaves_what_is_needed(admin: Any, small: cms.OneOfEach) -> None:
    free = cms.course_page(small.frame, slug="free")
    shelf = small.frame.shelves["courses"]
    post(admin, "wagtailadmin_pages:unpublish", shelf.pk, data={"include_descendants": "on"})
    assert still_live(small.course)
    assert not still_live(free)


def test_lessons_may_be_put_in_another_order(admin: Any, small: cms.OneOfEach) -> None:
    enrol(small)
    url = reverse("wagtailadmin_pages:set_page_position", args=[small.lesson.pk])
    assert admin.post(f"{url}?position=1").status_code == 200
    assert small.course.live_lessons()[-1] == small.lesson


# --- Expiry -------------------------------------------------------------------------------------------------------


def test_what_is_needed_cannot_be_given_an_end(admin: Any, small: cms.OneOfEach) -> None:
    url = reverse("wagtailadmin_pages:edit", args=[small.standard.pk])
    soon = (clock.now() + timedelta(days=9)).strftime("%Y-%m-%d %H:%M")
    data = edit_data(admin, url, small.standard, expire_at=soon, **{"action-publish": "1"})
    answer = admin.post(url, data)
    assert answer.status_code == 200
    assert "cannot expire" in str(answer.context["form"].errors)
    small.standard.expire_at = clock.now() + timedelta(days=9)
    with pytest.raises(ValidationError, match="cannot expire"):
        small.standard.save_revision().publish()


def test_an_end_that_slipped_in_does_not_unpublish(small: cms.OneOfEach) -> None:
    StandardPage.objects.filter(pk=small.standard.pk).update(expire_at=clock.now() - timedelta(minutes=1))
    with pytest.raises(PermissionDenied):
        call_command("publish_scheduled")
    assert still_live(small.standard)


def test_a_path_takes_nothing_that_will_expire(small: cms.OneOfEach) -> None:
    free = cms.scenario_page(small.frame, small.skill, slug="free")
    ScenarioPage.objects.filter(pk=free.pk).update(expire_at=clock.now() + timedelta(days=9))
    begin, show = small.milestones()
    begin["value"]["steps"].append(cms.step_block("practice", "more", free))
    small.path.milestones = [begin, show]
    assert [str(f) for f in small.path.findings() if f.refuses] == [
        "more: “Free” is set to expire; take that off first."
    ]


# --- Snippets -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["skill", "role"])
def test_what_is_needed_in_the_library_stays(admin: Any, small: cms.OneOfEach, name: str) -> None:
    source = getattr(small, name)
    viewset = source.snippet_viewset
    model = type(source)
    for act in ("delete", "unpublish"):
        answer = admin.post(reverse(viewset.get_url_name(act), args=[source.pk]), follow=True)
        assert model.objects.filter(pk=source.pk, live=True).exists()
        assert "stays where it is" in answer.content.decode() or act == "delete"
    bulk = reverse("wagtail_bulk_action", args=["cms", model._meta.model_name, "delete"])
    admin.post(f"{bulk}?id={source.pk}")
    assert model.objects.filter(pk=source.pk, live=True).exists()
    with pytest.raises(PermissionDenied), transaction.atomic():
        source.unpublish()
    with pytest.raises(Exception, match=r"cannot be deleted|protected"), transaction.atomic():
        model.objects.filter(pk=source.pk).delete()


def test_a_speaker_of_a_live_scenario_stays(admin: Any, small: cms.OneOfEach) -> None:
    who = SpeakerSource.objects.get()
    admin.post(reverse(who.snippet_viewset.get_url_name("delete"), args=[who.pk]))
    assert SpeakerSource.objects.filter(pk=who.pk, live=True).exists()


def test_a_free_skill_may_go(admin: Any, small: cms.OneOfEach) -> None:
    free = cms.skill_source("free")
    admin.post(reverse(free.snippet_viewset.get_url_name("delete"), args=[free.pk]))
    assert not SkillSource.objects.filter(pk=free.pk).exists()
    assert not Label.objects.get(uid=free.uid).live


# --- Other people --------------------------------------------------------------------------------------------------


def test_the_editor_says_who_depends_on_it(admin: Any, small: cms.OneOfEach) -> None:
    html = admin.get(reverse("wagtailadmin_pages:edit", args=[small.course.pk])).content.decode()
    assert "Cannot leave the site" in html
    assert "“Start” uses it." in html


def test_asking_for_everything_costs_the_same_for_many(
    small: cms.OneOfEach, django_assert_max_num_queries: Any
) -> None:
    from cms.api import load_dependants

    load_dependants()
    with django_assert_max_num_queries(14):
        found = load_dependants()
    enrol(small)
    with django_assert_max_num_queries(17):
        found = load_dependants()
    assert found.of(small.course)
