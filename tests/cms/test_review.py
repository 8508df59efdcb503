"""Authors hand in, learning administrators publish (Wagtail's own workflow)."""

from __future__ import annotations

import html
from datetime import timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import translation
from wagtail.log_actions import log
from wagtail.models import (
    GroupApprovalTask,
    ModelLogEntry,
    Revision,
    Site,
    Workflow,
    WorkflowPage,
    WorkflowState,
)

from assessments.api import take_calibration
from assessments.models import CalibrationVersion, ScenarioVersion
from cms.models import CalibrationSource, CoursePage, PathPage
from cms.services.authoring.authorship import could_know
from cms.services.authoring.review import awaiting_review, in_review_with, submit_for_review
from cms.services.authoring.setup import name_site, set_up_site
from coaching.models import ObserverGrant
from lms import clock
from lms.api import AUTHORS, LEARNING_ADMINISTRATORS, Skill, User
from tests.clients import count_queries, log_in
from tests.editing import edit_data
from tests.factories import basics, cms, people
from tests.page import main_of
from tests.strings.pseudo import pseudo_language

pytestmark = pytest.mark.django_db


def sign_in(who: User) -> Client:
    client = Client()
    client.force_login(who)
    return client


def save(client: Client, page: Any, **fields: Any) -> Any:
    url = reverse("wagtailadmin_pages:edit", args=[page.pk])
    return client.post(url, edit_data(client, url, page, **fields))


def test_set_up_once_however_often(small: cms.OneOfEach) -> None:
    set_up_site()
    set_up_site()
    assert Workflow.objects.filter(name="Learning reviews it").count() == 1
    task = GroupApprovalTask.objects.get(workflow_tasks__workflow__name="Learning reviews it")
    assert [group.name for group in task.groups.all()] == [LEARNING_ADMINISTRATORS]
    assert small.scenario.get_workflow().name == "Learning reviews it"


def test_an_author_cannot_publish_past_the_review(small: cms.OneOfEach) -> None:
    author = sign_in(people.in_group(AUTHORS))
    versions = ScenarioVersion.objects.count()
    save(author, small.scenario, brief="Sneaked in.", **{"action-publish": "1"})
    small.scenario.refresh_from_db()
    assert small.scenario.brief != "Sneaked in."
    assert ScenarioVersion.objects.count() == versions


def test_what_an_author_hands_in_goes_live_when_learning_approves(small: cms.OneOfEach) -> None:
    writer, learning = people.in_group(AUTHORS), people.in_group(LEARNING_ADMINISTRATORS)
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
    small: cms.OneOfEach, settings: Any, mailoutbox: list[EmailMessage], writes: str, reads: str
) -> None:
    settings.LANGUAGES = [("en", "English"), ("eo", "Esperanto")]
    reviewer = people.in_group(LEARNING_ADMINISTRATORS)
    User.objects.filter(pk=reviewer.pk).update(locale=reads)
    with pseudo_language(only="eo"), translation.override(writes):
        submit_for_review(small.scenario, people.in_group(AUTHORS))
    assert [(mail.to, "⟦" in mail.subject, "⟦" in mail.body) for mail in mailoutbox] == [
        ([reviewer.email], reads == "eo", reads == "eo")
    ]


@pytest.fixture
def stranded(small: cms.OneOfEach) -> Any:
    """A path in review, one of whose courses left the site meanwhile."""
    extra = cms.course_page(small.frame, small.skill, slug="extra", lessons=1)
    begin, show = small.milestones()
    begin["value"]["steps"].append(cms.step_block("course", "more", extra))
    path = cms.path_page(small.frame, small.role, begin, show, slug="second", live=False)
    submit_for_review(path, people.in_group(AUTHORS))
    extra.unpublish()
    return path


@pytest.mark.parametrize("headers", [{}, {"x-requested-with": "XMLHttpRequest"}], ids=["page", "window"])
def test_what_rests_on_something_removed_is_not_approved_and_told_why(stranded: Any, headers: dict[str, str]) -> None:
    reviewer = sign_in(people.in_group(LEARNING_ADMINISTRATORS))
    state = WorkflowState.objects.get().current_task_state
    known = [stranded.pk, "approve", state.pk]
    url = reverse("wagtailadmin_pages:workflow_action", args=known)
    answer = reviewer.post(url, {"comment": "Fine."}, headers=headers)
    editor = reverse("wagtailadmin_pages:edit", args=[stranded.pk])
    assert (answer.json()["redirect"] if headers else answer["Location"]) == editor
    page = reviewer.get(editor).content.decode()
    assert "more: “Extra” is not published yet." in html.unescape(page)
    assert_still_in_review(stranded)
    cms.publish(CoursePage.objects.get(slug="extra"))
    assert reviewer.post(url, {"comment": "Fine."}).status_code == 302
    stranded.refresh_from_db()
    assert stranded.live


def test_nor_is_it_from_the_editor(stranded: Any) -> None:
    reviewer = sign_in(people.in_group(LEARNING_ADMINISTRATORS))
    stranded = stranded.get_latest_revision_as_object()
    action = {"action-workflow-action": "1", "workflow-action-name": "approve", "workflow-action-extra-data": "{}"}
    answer = save(reviewer, stranded, **action)
    page = answer if answer.status_code == 200 else reviewer.get(answer["Location"])
    assert "more: “Extra” is not published yet." in html.unescape(page.content.decode())
    assert_still_in_review(stranded)


def assert_still_in_review(page: Any) -> None:
    assert [waiting.pk for waiting in awaiting_review()] == [page.pk]
    assert not PathPage.objects.get(pk=page.pk).live


def test_a_page_outside_the_home_has_no_review(small: cms.OneOfEach) -> None:
    WorkflowPage.objects.all().delete()
    with pytest.raises(ValueError, match="No review is set up"):
        submit_for_review(small.scenario, people.in_group(AUTHORS))


def test_the_site_is_called_by_the_organisation(small: cms.OneOfEach) -> None:
    name_site("Aldermoor")
    assert Site.objects.get(is_default_site=True).site_name == "Aldermoor"
    set_up_site()
    assert Site.objects.get(is_default_site=True).site_name == "Aldermoor", "a name that was given stays"


# --- The library (H9) -------------------------------------------------------------------------------------------------


def calibration(skill: Any, *, items: int = 12, slug: str = "ten-visits", **fields: Any) -> CalibrationSource:
    """A set as an author would write it, not live."""
    vignettes = [
        cms.raw("vignette", {"key": f"v-{n}", "vignette": f"Visit {n}.", "reference": str(n % 5 + 1), "why": "So."})
        for n in range(items)
    ]
    made = CalibrationSource(slug=slug, title="Ten visits", skill=skill, items=vignettes, live=False, **fields)
    made.save()
    made.save_revision()
    return made


def edit_url(source: Any, name: str = "edit", *more: Any) -> str:
    return reverse(source.snippet_viewset.get_url_name(name), args=[source.pk, *more])


def send(client: Client, source: Any, **fields: Any) -> Any:
    return client.post(edit_url(source), edit_data(client, edit_url(source), source, **fields))


@pytest.mark.parametrize(
    "sneaks",
    [
        {"action-publish": "1"},
        {"action-publish": "1", "go_live_at": "2020-01-01 10:00"},
        {"action-publish": "1", "go_live_at": "2099-01-01 10:00"},
        {"action-workflow-action": "1", "workflow-action-name": "approve", "workflow-action-extra-data": "{}"},
    ],
)
@pytest.mark.parametrize("kind", ["skill", "role", "calibration"])
def test_an_author_publishes_nothing_that_judging_rests_on(
    small: cms.OneOfEach, kind: str, sneaks: dict[str, str]
) -> None:
    """H9: by the form, scheduled, or as their own approval."""
    source = calibration(small.skill) if kind == "calibration" else getattr(small, kind)
    author = sign_in(people.in_group(AUTHORS))
    before = source.live, source.title
    send(author, source, title="Sneaked in", **sneaks)
    call_command("publish_scheduled")
    now = type(source).objects.get(pk=source.pk)
    assert now.live == before[0]
    assert not now.live or now.title == before[1], "what was never live is its own draft"
    assert not CalibrationVersion.objects.exists()
    assert not now.revisions.filter(approved_go_live_at__isnull=False).exists()
    page = author.get(edit_url(source)).content.decode()
    assert 'name="action-publish"' not in page
    assert 'name="action-submit"' in page


@pytest.mark.parametrize("kind", ["skill", "role"])
def test_an_author_takes_nothing_of_it_away(small: cms.OneOfEach, kind: str) -> None:
    """H9: unpublishing and deleting, one by one and in bulk, are L&D's as well."""
    lonely = cms.skill_source(slug="lonely") if kind == "skill" else cms.role_source(small.skill, slug="lonely")
    author = sign_in(people.in_group(AUTHORS))
    for name in ("unpublish", "delete"):
        author.post(edit_url(lonely, name))
    label = lonely._meta
    bulk = reverse("wagtail_bulk_action", args=[label.app_label, label.model_name, "delete"])
    author.post(f"{bulk}?id={lonely.pk}")
    assert type(lonely).objects.get(pk=lonely.pk).live
    learning = sign_in(people.in_group(LEARNING_ADMINISTRATORS))
    learning.post(edit_url(lonely, "unpublish"))
    assert not type(lonely).objects.get(pk=lonely.pk).live


def test_a_set_that_an_author_hands_in_goes_live_when_learning_approves(small: cms.OneOfEach) -> None:
    """H9: the way there is."""
    source = calibration(small.skill)
    author, reviewer = (sign_in(people.in_group(name)) for name in (AUTHORS, LEARNING_ADMINISTRATORS))
    assert send(author, source, title="Twelve visits", **{"action-submit": "1"}).status_code == 302
    assert [thing.pk for thing in awaiting_review()] == [source.pk]
    assert not CalibrationVersion.objects.exists()
    state = WorkflowState.objects.get().current_task_state
    author.post(edit_url(source, "workflow_action", "approve", state.pk))
    assert not CalibrationVersion.objects.exists(), "nobody approves their own"
    assert "Awaiting your review" in reviewer.get(reverse("wagtailadmin_home")).content.decode()
    assert reviewer.post(edit_url(source, "workflow_action", "approve", state.pk)).status_code in (200, 302)
    version = CalibrationVersion.objects.get()
    assert (version.spec["title"], version.decides, version.items) == ("Twelve visits", True, 12)


@pytest.mark.parametrize(
    ("items", "fields"),
    [(9, {"min_items": 9}), (2, {"min_items": 1}), (12, {"kappa": 0.39}), (12, {"max_bias": 0.76})],
)
def test_a_set_that_would_decide_below_the_floors_is_refused_in_the_form(
    small: cms.OneOfEach, items: int, fields: dict[str, Any]
) -> None:
    """H9: the form says why, and what to do; a set that says it only teaches may be as small as it likes."""
    source = calibration(small.skill, items=items)
    client = sign_in(people.in_group(LEARNING_ADMINISTRATORS))
    answer = send(client, source, **fields, **{"action-publish": "1"})
    page = html.unescape(answer.content.decode())
    assert answer.status_code == 200
    assert "A set that decides has at least 10 vignettes, a kappa of at least 0.4 and a bias of at most 0.75." in page
    assert not CalibrationVersion.objects.exists()
    assert send(client, source, **fields | {"min_items": items + 1}, **{"action-publish": "1"}).status_code == 302
    assert not CalibrationVersion.objects.get().decides


def observes(who: User, skill: Any) -> User:
    """Their founding grant ends soon."""
    ObserverGrant.objects.create(
        person=who, skill=Skill.objects.get(slug=skill.slug), granted_at=clock.now() - timedelta(days=30),
        until_on=clock.now().date() + timedelta(days=3), granted_by=people.person("Giver"), reason="Known.",
    )  # fmt: skip
    return who


def rate_well(who: User, source: CalibrationSource) -> Any:
    version = CalibrationVersion.objects.get(set_uid=source.uid)
    right = {item["id"]: item["reference"] for item in version.spec["items"]}
    said = {"actor": who, "set_uid": source.uid, "number": version.number, "ratings": right}
    return take_calibration(**said, key=basics.key(), at=clock.now())


@pytest.mark.parametrize("duty", [AUTHORS, LEARNING_ADMINISTRATORS, "administrator", "was an author", ""])
def test_who_may_edit_a_set_renews_nothing_with_it(small: cms.OneOfEach, duty: str) -> None:
    """H9: nobody passes a set that they may edit, or edited within a year; they may take it to learn."""
    source = cms.publish(calibration(small.skill))
    who = people.person()
    if duty == "administrator":
        people.administrator(who)
    if duty in (AUTHORS, LEARNING_ADMINISTRATORS):
        people.in_group(duty, who)
    if duty == "was an author":
        source.save_revision(user=who)
    observes(who, small.skill)
    page = sign_in(who).get(reverse("calibration", args=[source.uid])).content.decode()
    assert ("For you, this set is for learning." in page) == bool(duty)
    attempt = rate_well(who, source)
    assert (attempt.passed, attempt.for_learning) == (True, bool(duty))
    basis = ObserverGrant.objects.get(person=who, revoked_at=None).basis
    assert basis == ("founding" if duty else "calibrated")
    page = sign_in(who).get(reverse("calibration_result", args=[attempt.uid])).content.decode()
    assert ("it renewed no grant" in page) == bool(duty)


def test_what_somebody_edited_two_years_ago_they_may_have_forgotten(small: cms.OneOfEach) -> None:
    """H9: a year, by Wagtail's drafts and by its log."""
    source, who = cms.publish(calibration(small.skill)), people.person()
    source.save_revision(user=who)
    log(source, "wagtail.edit", user=who)
    observes(who, small.skill)
    later = clock.now() - timedelta(days=730)
    assert could_know(who, source.uid, clock.now())
    Revision.objects.for_instance(source).filter(user=who).update(created_at=later)
    assert could_know(who, source.uid, clock.now()), "the log knows as well"
    ModelLogEntry.objects.for_instance(source).filter(user=who).update(timestamp=later)
    assert not could_know(who, source.uid, clock.now())
    assert not could_know(who, basics.key(), clock.now())


# --- Whoever leaves


def named_before(person: User, reader: User) -> dict[str, str]:
    """Content in review as it is named before somebody leaves: what is said of it, by the address of its editor."""
    answer = log_in(reader, sure=True).get(reverse("people_end", args=[person.uid]))
    rows = main_of(answer).get("region", "What happens then").all("listitem")
    return {link.attrs["href"]: row.text for row in rows for link in row.all("link") if "/cms/" in link.attrs["href"]}


def test_what_is_in_review_is_named_before_somebody_with_a_part_leaves(small: cms.OneOfEach) -> None:
    author, reviewer, reader = (people.in_group(name) for name in (AUTHORS, *[LEARNING_ADMINISTRATORS] * 2))
    assert named_before(author, reader) == named_before(reviewer, reader) == {}
    for thing in (small.scenario, small.role):
        submit_for_review(thing, author)
    scenario = reverse("wagtailadmin_pages:edit", args=[small.scenario.pk])
    role = reverse("wagtailsnippets_cms_roleprofilesource:edit", args=[small.role.pk])
    found = named_before(author, reader)
    assert list(found) == [scenario, role]
    assert found[scenario].startswith(f"{small.scenario.title} They handed it in, and it waits for approval.")
    found = named_before(reviewer, reader)
    assert list(found) == [scenario, role]
    assert "It waits for approval by them, or by others who may approve it." in found[role]

    of_scenario, of_role = WorkflowState.objects.order_by("pk")
    of_scenario.current_task_state.reject(user=reviewer)
    assert "It was sent back to them" in named_before(author, reader)[scenario]
    assert list(named_before(reviewer, reader)) == [role]
    of_role.current_task_state.approve(user=reviewer)
    assert list(named_before(author, reader)) == [scenario]
    assert named_before(reviewer, reader) == {}


def test_only_whoever_may_edit_it_is_led_to_what_is_in_review(small: cms.OneOfEach) -> None:
    author = people.in_group(AUTHORS)
    for thing in (small.scenario, small.skill):
        submit_for_review(thing, author)
    titles = [small.scenario.title, str(small.skill)]
    assert [(row.title, row.target) for row in in_review_with(people.person(), author)] == [(t, None) for t in titles]
    assert all(row.target for row in in_review_with(author, author))


def test_the_page_before_somebody_leaves_costs_the_same_with_more_in_review(small: cms.OneOfEach) -> None:
    author, reader = people.in_group(AUTHORS), people.in_group(LEARNING_ADMINISTRATORS)
    client, url = log_in(reader, sure=True), reverse("people_end", args=[author.uid])
    submit_for_review(small.scenario, author)
    before = count_queries(client, url)
    for page in (small.course, small.standard, small.path):
        submit_for_review(page, author)
    assert count_queries(client, url) == before <= 21
