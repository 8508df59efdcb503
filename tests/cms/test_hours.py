"""The admin's hours are the person's own: what authors type as their time is stored as that moment (case 16)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.users.models import UserProfile

from cms.models import ScenarioPage
from lms import clock
from lms.api import LEARNING_ADMINISTRATORS, User
from tests.editing import edit_data
from tests.factories import cms, people

pytestmark = pytest.mark.django_db

WINTERS = [("Europe/Riga", "07:54", "EET"), ("America/St_Johns", "13:24", "NST"), ("Asia/Kathmandu", "04:09", "+0545")]
YEAR = clock.now().year + 1


def author(zone: str) -> tuple[User, Client]:
    who = people.in_group(LEARNING_ADMINISTRATORS, people.person(time_zone=zone))
    browser = Client()
    browser.force_login(who)
    return who, browser


def schedule(browser: Client, page: ScenarioPage, **times: str) -> Any:
    url = reverse("wagtailadmin_pages:edit", args=[page.pk])
    return browser.post(url, edit_data(browser, url, page, **times, **{"action-publish": "1"}))


@pytest.mark.parametrize(("zone", "stored", "name"), WINTERS)
@pytest.mark.parametrize("profile", ["", "America/Los_Angeles"])
def test_a_schedule_is_meant_in_the_authors_zone(
    small: cms.OneOfEach, zone: str, stored: str, name: str, profile: str
) -> None:
    """Case 16: 09:54 in Riga is 07:54 UTC; also for who set another zone in the admin once. The line says the zone."""
    who, browser = author(zone)
    if profile:
        UserProfile.objects.create(user=who, current_time_zone=profile)
    page = cms.scenario_page(small.frame, small.skill, slug="later", live=False)
    answer = schedule(browser, page, go_live_at=f"{YEAR}-01-29 09:54")
    assert answer.status_code == 302, answer.context and answer.context["form"].errors
    page.refresh_from_db()
    moment = page.scheduled_revision.approved_go_live_at
    assert moment == datetime.fromisoformat(f"{YEAR}-01-29T{stored}+00:00")
    editor = browser.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content.decode()
    assert f"29 January {YEAR}, 09:54 {name}" in editor
    assert f"The time is that of your zone, {zone}." in editor


def test_two_authors_read_one_moment_in_their_own_hours(small: cms.OneOfEach) -> None:
    """Case 16: lock lines follow the reader."""
    page = cms.scenario_page(small.frame, small.skill, slug="later", live=False)
    schedule(author("Europe/Riga")[1], page, go_live_at=f"{YEAR}-07-01 09:54")
    seen = author("Europe/Lisbon")[1].get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content.decode()
    assert f"1 July {YEAR}, 07:54 WEST" in seen


def test_a_new_zone_counts_from_the_next_page(small: cms.OneOfEach) -> None:
    """Case 16: one setting."""
    who, browser = author("Europe/Riga")
    url = reverse("wagtailadmin_pages:edit", args=[small.scenario.pk])
    assert "your zone, Europe/Riga." in browser.get(url).content.decode()
    User.objects.filter(pk=who.pk).update(time_zone="Asia/Tokyo")
    assert "your zone, Asia/Tokyo." in browser.get(url).content.decode()


def test_the_account_page_has_no_second_zone() -> None:
    """Case 16."""
    page = author("Europe/Riga")[1].get(reverse("wagtailadmin_account")).content.decode()
    assert "current_time_zone" not in page
    assert "time zone" not in page.lower()


def test_who_may_not_enter_leaves_nothing_behind() -> None:
    who = people.person()
    browser = Client()
    browser.force_login(who)
    browser.get("/cms/")
    assert not UserProfile.objects.exists()


@pytest.mark.parametrize("field", ["go_live_at", "expire_at"])
@pytest.mark.parametrize("typed", ["0026-11-29 09:00", "9999-12-31 23:59", "2199-01-01 00:00"])
def test_a_time_that_nobody_means_is_refused_beside_it(small: cms.OneOfEach, field: str, typed: str) -> None:
    """Case 9: in the admin, too."""
    page = cms.scenario_page(small.frame, small.skill, slug="later", live=False)
    answer = schedule(author("Pacific/Kiritimati")[1], page, **{field: typed})
    assert answer.status_code == 200
    assert answer.context["form"].errors[field]
    page.refresh_from_db()
    assert page.go_live_at is None
