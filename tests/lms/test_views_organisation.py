"""The pages of the organisation: its facts, its locations and their days off."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from lms import clock
from lms.api import LEARNING_ADMINISTRATORS, Location, organisation
from tests.factories import basics, people

pytestmark = pytest.mark.django_db

FACTS = {
    "name": "Aldermoor",
    "locale": "en",
    "time_zone": "Europe/Copenhagen",
    "working_days": ["1", "2", "3", "4", "5"],
    "expiring_days": "60",
}


@pytest.fixture
def desk() -> Client:
    """L&D, signed in."""
    client = Client()
    client.force_login(people.in_group(LEARNING_ADMINISTRATORS))
    return client


def post(client: Client, url: str, **fields: Any) -> Any:
    return client.post(url, {"key": basics.key(), **fields})


def test_before_it_has_a_name_the_page_asks_for_one_and_proposes_monday_to_friday(desk: Client) -> None:
    page = desk.get("/organisation/")
    assert "What is it called?" in page.content.decode()
    assert page.context["form"]["working_days"].value() == [1, 2, 3, 4, 5]
    assert page.context["form"]["name"].value() == ""
    assert post(desk, "/organisation/", **FACTS).status_code == 302
    assert organisation().name == "Aldermoor"
    assert "<h1>Aldermoor</h1>" in desk.get("/organisation/").content.decode()


def test_every_value_that_is_there_is_among_the_choices(desk: Client) -> None:
    """Case 5: a choice whose first value is not among them chooses another one silently."""
    form = desk.get("/organisation/").context["form"]
    for name in ("locale", "time_zone"):
        assert form[name].value() in dict(form.fields[name].choices), name


@pytest.mark.parametrize("name", ["name", "time_zone", "working_days", "expiring_days"])
def test_what_is_missing_is_said_at_its_field(desk: Client, name: str) -> None:
    answer = post(desk, "/organisation/", **{key: value for key, value in FACTS.items() if key != name})
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {name}
    assert organisation().name == "Vouch"


def test_a_location_is_made_and_its_days_changed(desk: Client) -> None:
    made = post(desk, "/organisation/locations/new/", name="Munich", country="DE")
    url, place = made.headers["Location"], Location.objects.get(name="Munich")
    page = desk.get(url)
    assert "Bayern" in page.content.decode()
    assert post(desk, url, act="change", name="Munich", country="DE", region="BY").status_code == 302
    year = clock.now().year
    assert "Christi Himmelfahrt" in (text := desk.get(f"{url}?year={year}").content.decode()) or "Ascension" in text
    assert post(desk, url, act="day", on=f"{year}-12-24", is_day="off", name="Half a day").status_code == 302
    assert "Half a day" in desk.get(url).content.decode()
    assert post(desk, url, act="remove").status_code == 302
    assert not Location.objects.filter(pk=place.pk).exists()


def test_a_region_of_another_country_and_an_act_that_is_none_are_refused(desk: Client) -> None:
    url = f"/organisation/locations/{Location.objects.get().uid}/"
    assert post(desk, url, act="change", name="Main", country="DK", region="BY").status_code == 422
    assert post(desk, url, act="change", name="Main", country="ZZ").status_code == 422
    assert post(desk, "/organisation/locations/new/", name="Atlantis", country="ZZ\x7f").status_code == 422
    assert post(desk, url, act="burn").status_code == 422
    assert post(desk, url, act="remove").status_code == 403
    assert Location.objects.get().country == ""


@pytest.mark.parametrize("year", ["", "12", "99999", "19x4", "1066", "9999"])
def test_a_year_in_which_nothing_can_be_changed_shows_this_one(desk: Client, year: str) -> None:
    url = f"/organisation/locations/{Location.objects.get().uid}/"
    assert desk.get(f"{url}?year={year}").context["year"] == clock.now().year


def test_nobody_else_sees_it(desk: Client) -> None:
    other = Client()
    other.force_login(people.person())
    assert other.get("/organisation/").status_code == 404
    assert post(other, "/organisation/", **FACTS).status_code == 404
    assert organisation().name == "Vouch"
