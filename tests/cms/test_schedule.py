"""What has a time goes live and leaves the site at that time, one by one: a refusal is said and stops nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from wagtail.models import ModelLogEntry, Page, PageLogEntry, Revision

from assessments.models import ScenarioVersion
from cms import api
from cms.models import CompileFailure, PathPage, ScenarioPage, SkillSource, StandardPage
from cms.services.authoring import schedule as schedule_service
from cms.services.authoring.schedule import REFUSED
from cms.tasks import run_schedule
from lms import clock
from lms.addresses import address_of
from lms.api import AUTHORS, Notice, SkillVersion, User
from tests.factories import cms, people

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
SOON = timedelta(minutes=10)


@pytest.fixture
def author() -> User:
    return people.in_group(AUTHORS)


def schedule(thing: Any, at: datetime, author: User | None = None) -> Any:
    """An author gives the draft a time and publishes it, which Wagtail keeps for later."""
    thing.go_live_at = at
    thing.save_revision(user=author, clean=False).publish(user=author, skip_permission_checks=True)
    return type(thing).objects.get(pk=thing.pk)


def draft(small: cms.OneOfEach, slug: str) -> ScenarioPage:
    return cms.scenario_page(small.frame, small.skill, slug=slug, live=False)


def broken(small: cms.OneOfEach, slug: str) -> ScenarioPage:
    """A draft that no check would let go live."""
    page = draft(small, slug)
    page.nodes = [cms.ending_block()]
    return page


def live(thing: Any) -> bool:
    return type(thing).objects.filter(pk=thing.pk, live=True).exists()


def waiting() -> int:
    return Revision.objects.exclude(approved_go_live_at=None).count()


def refusals(thing: Page) -> list[str]:
    rows = PageLogEntry.objects.filter(page=thing, action=REFUSED).order_by("pk")
    return [row.data["message"] for row in rows]


# --- Going live ---------------------------------------------------------------------------------------------------


def test_it_goes_live_at_its_time_and_not_before(small: cms.OneOfEach) -> None:
    now = clock.now()
    page, skill = draft(small, "later"), SkillSource.objects.get(pk=cms.skill_source("later").pk)
    skill.about = "Another word for it."
    for thing in (page, skill):
        schedule(thing, now + HOUR)
    assert api.run_schedule(now + HOUR - SOON) == (0, 0)
    assert (live(page), waiting()) == (False, 2)
    assert SkillVersion.objects.filter(skill__slug="later").count() == 1
    assert api.run_schedule(now + HOUR) == (2, 0)
    assert (live(page), waiting()) == (True, 0)
    assert ScenarioVersion.objects.filter(scenario_uid=page.uid).count() == 1
    assert SkillSource.objects.get(pk=skill.pk).about == "Another word for it."
    assert SkillVersion.objects.filter(skill__slug="later").count() == 2
    assert PageLogEntry.objects.filter(page=page, action="wagtail.publish.scheduled").count() == 1


def test_running_again_does_nothing_more(small: cms.OneOfEach) -> None:
    page = schedule(draft(small, "later"), clock.now() + HOUR)
    at = clock.now() + 2 * HOUR
    assert api.run_schedule(at) == (1, 0)
    before = (PageLogEntry.objects.count(), ScenarioVersion.objects.count(), Revision.objects.count())
    assert api.run_schedule(at + SOON) == (0, 0)
    assert (PageLogEntry.objects.count(), ScenarioVersion.objects.count(), Revision.objects.count()) == before
    assert live(page)


def test_the_task_goes_by_the_clock_that_a_file_may_move(
    small: cms.OneOfEach, move_clock: Callable[[float], None]
) -> None:
    page = schedule(draft(small, "later"), clock.now() + HOUR)
    move_clock(3000)
    assert run_schedule() == (0, 0)
    move_clock(3700)
    assert run_schedule() == (1, 0)
    assert live(page)
    assert run_schedule() == (0, 0)


def test_the_running_site_asks_every_minute() -> None:
    entry = settings.CELERY_BEAT_SCHEDULE["run-schedule"]
    assert (entry["task"], entry["schedule"]) == (run_schedule.name, 60)


def test_what_others_rest_on_goes_first_whatever_was_set_first(small: cms.OneOfEach) -> None:
    """A path that names a scenario which goes live with it, both at once and the path approved earlier."""
    now = clock.now()
    page = draft(small, "later")
    begin, show = small.milestones()
    begin["value"]["steps"].append(cms.step_block("practice", "more", page))
    path = PathPage.objects.get(pk=small.path.pk)
    path.milestones = [begin, show]
    schedule(path, now + HOUR)
    schedule(page, now + HOUR + SOON)
    assert api.run_schedule(now + 2 * HOUR) == (2, 0)
    assert live(page)
    assert PathPage.objects.get(pk=path.pk).scheduled_revision is None


# --- A refusal ----------------------------------------------------------------------------------------------------


def test_one_refusal_is_said_and_the_others_go_live(small: cms.OneOfEach, author: User) -> None:
    now = clock.now()
    first = schedule(broken(small, "first"), now + HOUR, author)
    others = [schedule(draft(small, f"other-{n}"), now + HOUR + SOON) for n in range(2)]
    assert api.run_schedule(now + 2 * HOUR) == (2, 1)
    assert not live(first)
    assert all(live(other) for other in others)
    assert not ScenarioVersion.objects.filter(scenario_uid=first.uid).exists()
    [message] = refusals(first)
    assert "start one is not a node" in message
    assert [(item.thing, item.message) for item in api.late_content(now + 2 * HOUR)] == [(first, message)]
    assert CompileFailure.objects.filter(resolved_at=None).count() == 0, "nothing was published"


def test_a_refusal_is_tried_again_and_told_once(small: cms.OneOfEach, author: User) -> None:
    now = clock.now()
    page = schedule(broken(small, "later"), now + HOUR, author)
    for minute in range(4):
        assert api.run_schedule(now + 2 * HOUR + timedelta(minutes=minute)) == (0, 1)
        api.retry_compiling(now + 2 * HOUR)
    assert len(refusals(page)) == 1
    told = Notice.objects.get()
    assert (told.person, address_of(told.target)) == (author, reverse("wagtailadmin_home"))
    assert told.text.startswith("“Later” did not go live at its time.")


def test_what_was_in_the_way_may_be_put_right_elsewhere(small: cms.OneOfEach) -> None:
    now = clock.now()
    page = draft(small, "later")
    begin, show = small.milestones()
    begin["value"]["steps"].append(cms.step_block("practice", "more", page))
    path = PathPage.objects.get(pk=small.path.pk)
    path.milestones = [begin, show]
    schedule(path, now + HOUR)
    at = now + 2 * HOUR
    assert api.run_schedule(at) == (0, 1)
    assert "“Later” is not published yet" in refusals(path)[0]
    assert len(api.late_content(at)) == 1
    cms.publish(page)
    assert api.run_schedule(at + SOON) == (1, 0)
    assert api.late_content(at + SOON) == []


def test_another_reason_and_another_time_are_written_down_again(small: cms.OneOfEach, author: User) -> None:
    now = clock.now()
    page = schedule(broken(small, "later"), now + HOUR, author)
    api.run_schedule(now + 2 * HOUR)
    revision = page.scheduled_revision
    revision.content = revision.content | {"title": "x" * 170}
    revision.save()
    api.run_schedule(now + 2 * HOUR)
    assert ["at most 160" in message for message in refusals(page)] == [False, True]
    assert Notice.objects.count() == 1, "the same item"
    page = ScenarioPage.objects.get(pk=page.pk)
    page.nodes = [cms.ending_block()]
    schedule(page, now + 3 * HOUR, author)
    api.run_schedule(now + 4 * HOUR)
    assert Notice.objects.count() == 2


def test_whatever_goes_wrong_with_one_leaves_the_others(small: cms.OneOfEach, monkeypatch: pytest.MonkeyPatch) -> None:
    now = clock.now()
    one, other = (schedule(draft(small, slug), now + HOUR) for slug in ("one", "other"))
    publish = Revision.publish

    def fails_for_one(self: Revision, *args: Any, **kwargs: Any) -> Any:
        publish(self, *args, **kwargs)
        if self.object_id == str(one.pk):
            raise RuntimeError("disk full")

    monkeypatch.setattr(Revision, "publish", fails_for_one)
    assert api.run_schedule(now + 2 * HOUR) == (1, 1)
    assert (live(one), live(other)) == (False, True), "half of it is taken back"
    assert not ScenarioVersion.objects.filter(scenario_uid=one.uid).exists()
    assert refusals(one) == ["RuntimeError: disk full"]


def test_authors_see_it_on_their_home_page_and_in_the_history(small: cms.OneOfEach, author: User, client: Any) -> None:
    page = schedule(broken(small, "later"), clock.now() + HOUR, author)
    revision = page.scheduled_revision
    Revision.objects.filter(pk=revision.pk).update(approved_go_live_at=clock.now() - HOUR)
    run_schedule()
    client.force_login(author)
    home = client.get(reverse("wagtailadmin_home")).content.decode()
    assert "Its time has come, but it was refused" in home
    assert "start one is not a node" in home
    assert reverse("wagtailadmin_pages:edit", args=[page.pk]) in home
    history = client.get(reverse("wagtailadmin_pages:history", args=[page.pk])).content.decode()
    assert "Was refused when its time had come" in history


def test_a_revision_of_something_that_is_gone_is_left_alone(small: cms.OneOfEach) -> None:
    page = schedule(draft(small, "later"), clock.now() + HOUR)
    Revision.objects.filter(pk=page.scheduled_revision.pk).update(object_id="999999")
    assert api.run_schedule(clock.now() + 2 * HOUR) == (0, 0)


# --- Leaving ------------------------------------------------------------------------------------------------------


def test_it_leaves_at_its_time_and_not_before(small: cms.OneOfEach) -> None:
    now = clock.now()
    page, skill = cms.scenario_page(small.frame, small.skill, slug="free"), cms.skill_source("free")
    for thing in (page, skill):
        thing.expire_at = now + HOUR
        cms.publish(thing)
    assert api.run_schedule(now + HOUR - SOON) == (0, 0)
    assert (live(page), live(skill)) == (True, True)
    assert api.run_schedule(now + HOUR) == (2, 0)
    assert (live(page), live(skill)) == (False, False)
    assert ScenarioPage.objects.get(pk=page.pk).expired
    assert api.run_schedule(now + 2 * HOUR) == (0, 0)
    assert PageLogEntry.objects.filter(page=page, action="wagtail.unpublish.scheduled").count() == 1
    assert ModelLogEntry.objects.filter(object_id=str(skill.pk), action="wagtail.unpublish.scheduled").count() == 1


def test_what_steps_point_to_stays_and_the_others_leave(small: cms.OneOfEach, author: User) -> None:
    """No form takes such a time; one may have been there before somebody chose it."""
    now = clock.now()
    free = cms.scenario_page(small.frame, small.skill, slug="free")
    free.expire_at = now + HOUR
    cms.publish(free)
    small.standard.save_revision(user=author).publish()
    StandardPage.objects.filter(pk=small.standard.pk).update(expire_at=now + HOUR)
    SkillSource.objects.filter(pk=small.skill.pk).update(expire_at=now + HOUR)
    for _again in range(2):
        api.run_schedule(now + 2 * HOUR)
    assert (live(small.standard), live(small.skill), live(free)) == (True, True, False)
    [message] = refusals(small.standard)
    assert message == "“Visit” cannot leave the site. “Start” uses it."
    assert ModelLogEntry.objects.filter(object_id=str(small.skill.pk), action=REFUSED).count() == 1
    late = {str(item.thing): item.act for item in api.late_content(now + 2 * HOUR)}
    assert late == {"Visit": "expire", "Listening": "expire"}
    assert Notice.objects.get().text.startswith("“Visit” did not leave the site")


def test_what_goes_live_may_free_what_leaves_in_the_same_run(small: cms.OneOfEach) -> None:
    now = clock.now()
    begin, show = small.milestones()
    begin["value"]["steps"].pop()
    path = PathPage.objects.get(pk=small.path.pk)
    path.milestones = [begin, show]
    schedule(path, now + HOUR)
    ScenarioPage.objects.filter(pk=small.scenario.pk).update(expire_at=now + HOUR)
    assert api.run_schedule(now + HOUR) == (2, 0)
    assert not live(small.scenario)


def test_what_another_worker_has_done_is_not_done_again(small: cms.OneOfEach, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two workers may have read the same list."""
    now = clock.now()
    page, free = schedule(draft(small, "later"), now + HOUR), cms.skill_source("free")
    SkillSource.objects.filter(pk=free.pk).update(expire_at=now + HOUR)
    at = now + HOUR
    for find in ("_to_publish", "_to_expire"):
        found = getattr(schedule_service, find)(at)
        assert len(found) == 1
        monkeypatch.setattr(schedule_service, find, lambda _at, found=found: found)
    assert api.run_schedule(at) == (2, 0)
    entries = (PageLogEntry.objects.count(), ModelLogEntry.objects.count())
    assert api.run_schedule(at) == (0, 0)
    assert (PageLogEntry.objects.count(), ModelLogEntry.objects.count()) == entries
    assert live(page)


# --- What it costs ------------------------------------------------------------------------------------------------


def test_a_run_with_nothing_due_takes_seven_queries(small: cms.OneOfEach, django_assert_num_queries: Any) -> None:
    at = clock.now()
    schedule(draft(small, "later"), at + HOUR)
    api.run_schedule(at)
    with django_assert_num_queries(7):
        api.run_schedule(at)
    with django_assert_num_queries(7):
        api.late_content(at)


@pytest.mark.parametrize("number", [1, 10])
def test_saying_what_is_late_costs_the_same_for_many(
    small: cms.OneOfEach, django_assert_num_queries: Any, number: int
) -> None:
    at = clock.now() + 2 * HOUR
    for n in range(number):
        schedule(broken(small, f"later-{n}"), clock.now() + HOUR)
    api.run_schedule(at)
    with django_assert_num_queries(10):
        assert len(api.late_content(at)) == number
