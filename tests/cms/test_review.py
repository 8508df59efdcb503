"""Authors hand in, learning administrators publish (Wagtail's own workflow)."""

from __future__ import annotations

import html
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse
from django.utils import translation
from wagtail.models import GroupApprovalTask, Site, Workflow, WorkflowPage, WorkflowState

from assessments.models import ScenarioVersion
from cms.models import CoursePage, PathPage
from cms.services.review import awaiting_review, submit_for_review
from cms.services.setup import name_site, set_up_site
from lms.api import AUTHORS, LEARNING_ADMINISTRATORS, User
from tests import cms_factories as make
from tests import factories
from tests.strings.pseudo import pseudo_language

pytestmark = pytest.mark.django_db


@pytest.fixture
def small() -> make.Small:
    return make.small_path()


def sign_in(who: User) -> Client:
    client = Client()
    client.force_login(who)
    return client


def save(client: Client, page: Any, **fields: Any) -> Any:
    url = reverse("wagtailadmin_pages:edit", args=[page.pk])
    return client.post(url, make.edit_data(client, url, page, **fields))


def test_set_up_once_however_often(small: make.Small) -> None:
    set_up_site()
    set_up_site()
    assert Workflow.objects.filter(name="Learning reviews it").count() == 1
    task = GroupApprovalTask.objects.get(workflow_tasks__workflow__name="Learning reviews it")
    assert [group.name for group in task.groups.all()] == [LEARNING_ADMINISTRATORS]
    assert small.scenario.get_workflow().name == "Learning reviews it"


def test_an_author_cannot_publish_past_the_review(small: make.Small) -> None:
    author = sign_in(factories.in_group(AUTHORS))
    versions = ScenarioVersion.objects.count()
    save(author, small.scenario, brief="Sneaked in.", **{"action-publish": "1"})
    small.scenario.refresh_from_db()
    assert small.scenario.brief != "Sneaked in."
    assert ScenarioVersion.objects.count() == versions


def test_what_an_author_hands_in_goes_live_when_learning_approves(small: make.Small) -> None:
    writer, learning = factories.in_group(AUTHORS), factories.in_group(LEARNING_ADMINISTRATORS)
    author, reviewer = sign_in(writer), sign_in(learning)
    assert save(author, small.scenario, brief="In review.", **{"action-submit": "1"}).status_code == 302
    assert [page.pk for page in awaiting_review()] == [small.scenario.pk]
    small.scenario.refresh_from_db()
    assert small.scenario.brief != "In review."
    assert "Awaiting your review" in reviewer.get(reverse("wagtailadmin_home")).content.decode()
    assert "Awaiting your review" not in author.get(reverse("wagtailadmin_home")).content.decode()
    state = WorkflowState.objects.get().current_task_state
    known = [small.scenario.pk, "approve", state.pk]
    answer = author.post(reverse("wagtailadmin_pages:workflow_action", args=known))
    assert small.scenario.__class__.objects.get(pk=small.scenario.pk).brief != "In review.", "nobody approves their own"
    assert answer.status_code in (302, 403)
    assert reviewer.post(reverse("wagtailadmin_pages:workflow_action", args=known)).status_code in (200, 302)
    small.scenario.refresh_from_db()
    assert small.scenario.brief == "In review."
    assert awaiting_review() == []


@pytest.mark.parametrize(("writes", "reads"), [("en", "eo"), ("eo", "en")])
def test_the_mail_about_it_is_in_the_language_of_whoever_reads_it(
    small: make.Small, settings: Any, mailoutbox: list[EmailMessage], writes: str, reads: str
) -> None:
    settings.LANGUAGES = [("en", "English"), ("eo", "Esperanto")]
    reviewer = factories.in_group(LEARNING_ADMINISTRATORS)
    User.objects.filter(pk=reviewer.pk).update(locale=reads)
    with pseudo_language(only="eo"), translation.override(writes):
        submit_for_review(small.scenario, factories.in_group(AUTHORS))
    assert [(mail.to, "⟦" in mail.subject, "⟦" in mail.body) for mail in mailoutbox] == [
        ([reviewer.email], reads == "eo", reads == "eo")
    ]


@pytest.fixture
def stranded(small: make.Small) -> Any:
    """A path in review, one of whose courses left the site meanwhile."""
    extra = make.course(small.frame, small.skill, slug="extra", lessons=1)
    begin, show = small.milestones()
    begin["value"]["steps"].append(make.step("course", "more", extra))
    path = make.path(small.frame, small.role, begin, show, slug="second", live=False)
    submit_for_review(path, factories.in_group(AUTHORS))
    extra.unpublish()
    return path


@pytest.mark.parametrize("headers", [{}, {"x-requested-with": "XMLHttpRequest"}], ids=["page", "window"])
def test_what_rests_on_something_that_left_is_not_approved_and_it_is_said_why(
    stranded: Any, headers: dict[str, str]
) -> None:
    reviewer = sign_in(factories.in_group(LEARNING_ADMINISTRATORS))
    state = WorkflowState.objects.get().current_task_state
    known = [stranded.pk, "approve", state.pk]
    url = reverse("wagtailadmin_pages:workflow_action", args=known)
    answer = reviewer.post(url, {"comment": "Fine."}, headers=headers)
    editor = reverse("wagtailadmin_pages:edit", args=[stranded.pk])
    assert (answer.json()["redirect"] if headers else answer["Location"]) == editor
    page = reviewer.get(editor).content.decode()
    assert "more: “Extra” is not published yet." in html.unescape(page)
    assert_still_in_review(stranded)
    make.publish(CoursePage.objects.get(slug="extra"))
    assert reviewer.post(url, {"comment": "Fine."}).status_code == 302
    stranded.refresh_from_db()
    assert stranded.live


def test_nor_is_it_from_the_editor(stranded: Any) -> None:
    reviewer = sign_in(factories.in_group(LEARNING_ADMINISTRATORS))
    stranded = stranded.get_latest_revision_as_object()
    action = {"action-workflow-action": "1", "workflow-action-name": "approve", "workflow-action-extra-data": "{}"}
    answer = save(reviewer, stranded, **action)
    page = answer if answer.status_code == 200 else reviewer.get(answer["Location"])
    assert "more: “Extra” is not published yet." in html.unescape(page.content.decode())
    assert_still_in_review(stranded)


def assert_still_in_review(page: Any) -> None:
    assert [waiting.pk for waiting in awaiting_review()] == [page.pk]
    assert not PathPage.objects.get(pk=page.pk).live


def test_a_page_outside_the_home_has_no_review(small: make.Small) -> None:
    WorkflowPage.objects.all().delete()
    with pytest.raises(ValueError, match="No review is set up"):
        submit_for_review(small.scenario, factories.in_group(AUTHORS))


def test_the_site_is_called_by_the_organisation(small: make.Small) -> None:
    name_site("Aldermoor")
    assert Site.objects.get(is_default_site=True).site_name == "Aldermoor"
    set_up_site()
    assert Site.objects.get(is_default_site=True).site_name == "Aldermoor", "a name that was given stays"
