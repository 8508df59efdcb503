"""The pages about somebody's time here, and the list of people."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lms.api import LEARNING_ADMINISTRATORS, Departure, Leave, Membership, Team, User, organisations_day
from lms.clock import now
from tests.clients import log_in
from tests.factories import basics, coaching, paths, people
from tests.page import main_of

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def desk() -> Client:
    """L&D, signed in and asked a moment ago who they are."""
    people.with_duty("learning")
    return log_in(people.in_group(LEARNING_ADMINISTRATORS), sure=True)


def found(client: Client, query: str) -> set[str]:
    """The names on the list."""
    page = main_of(client.get(f"/people/?{query}"))
    return {link.text for link in page.all("link") if "/profile/" in link.attrs["href"]}


def test_people_are_found_by_words_number_state_team_duty_coach_and_path(desk: Client) -> None:
    ana = people.person("Ana Duarte", employee_number="20266")
    ben = people.with_duty("author", people.person("Ben Okafor", job="Lead"))
    above = people.team(slug="above")
    people.team(ana, manager=ben, parent=above)
    version = paths.path(paths.step("session", "talk"))
    coach = coaching.coach("Cora Oak")
    coaching.assign(paths.enrolment(ana, version), coach)
    lone = people.person("Lone Learner")
    paths.enrolment(lone, version)
    User.objects.filter(pk=ben.pk).update(left_on=organisations_day(now()) + DAY)
    for query, names in {
        "q=ana": {"Ana Duarte"},
        "q=20266": {"Ana Duarte"},
        "q=okafor": {"Ben Okafor"},
        "state=leaving": {"Ben Okafor"},
        f"team={above.uid}": {"Ana Duarte", "Ben Okafor"},
        "duty=author": {"Ben Okafor"},
        "duty=manager": {"Ben Okafor"},
        "duty=coach": {"Cora Oak"},
        f"coach={coach.uid}": {"Ana Duarte"},
        "coach=nobody": {"Lone Learner"},
        f"path={version.path.uid}": {"Ana Duarte", "Lone Learner"},
        "q=nobody-like-that": set(),
        "state=here&q=duarte": {"Ana Duarte"},
    }.items():
        assert found(desk, query) == names, query
    for nonsense in ("team=x", "coach=x", "path=1", "state=x", "duty=x", "order=x", "page=x", "page=999"):
        assert len(found(desk, nonsense)) > 3, nonsense


def test_the_list_asks_as_much_for_many_as_for_few(desk: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert desk.get("/people/").status_code == 200
        return len(caught)

    people.team(people.person(), manager=people.person())
    queries()
    few = queries()
    version = paths.path(paths.step("session", "talk"))
    coach = coaching.coach(capacity=40)
    for _number in range(30):
        who = people.with_duty("author")
        people.team(who, manager=people.person())
        coaching.assign(paths.enrolment(who, version), coach)
    assert queries() == few


def test_the_page_of_somebody_asks_as_much_for_a_long_record(desk: Client) -> None:
    who = people.person()
    address = f"/people/{who.uid}/profile/"

    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert desk.get(address).status_code == 200
        return len(caught)

    def live(number: int) -> None:
        people.team(who)
        person = people.fresh(who)
        coaching.assign(paths.enrolment(person, paths.path(paths.step("session", f"talk-{number}"))), coaching.coach())
        fields = {"full_name": f"Name {number}", "time_zone": "UTC", "locale": "en", "key": basics.key()}
        assert desk.post(f"/people/{who.uid}/facts/", fields).status_code == 302

    live(0)
    queries()
    few = queries()
    for number in range(1, 6):
        live(number)
    queries()
    assert queries() == few


def test_a_leave_is_planned_written_back_and_taken_back_on_one_page(desk: Client) -> None:
    who = people.person("Ana Duarte")
    people.team(who)
    address, today = f"/people/{who.uid}/leave/", now().date()

    def send(act: str, **fields: object) -> int:
        return desk.post(address, {"act": act, "key": str(basics.key()), **fields}).status_code

    assert send("plan", from_on="soon") == 422
    assert send("plan", from_on=today - DAY, until_on=today - 2 * DAY) == 422
    assert send("plan", from_on=today - DAY, until_on=today + DAY) == 302
    assert send("plan", from_on=today - DAY) == 409
    assert "On leave until" in desk.get(f"/people/{who.uid}/profile/").content.decode()
    assert send("until", until_on="") == 302
    assert send("off") == 409
    assert send("back", back_on=today + DAY) == 422
    assert send("back", back_on=today) == 302
    assert "They are still away" in desk.get(address).content.decode()
    assert send("undo") == 302
    assert Leave.objects.get().back_on is None
    assert send("sing") == 422


def test_bringing_somebody_back_sends_an_invitation(desk: Client) -> None:
    who = people.person("Ana Duarte")
    team = people.team(who)
    today = str(now().date())
    end = {"last_day": today, "reason": "Gone", "now": "on", "sure": "on", "key": str(basics.key())}
    assert desk.post(f"/people/{who.uid}/leaves/", end).status_code == 302
    page = desk.get(f"/people/{who.uid}/profile/").content.decode()
    assert "it was a mistake" in page
    back = {"first_day": today, "team": team.pk, "key": str(basics.key())}
    assert desk.post(f"/people/{who.uid}/back/", back | {"team": "0"}).status_code == 422
    assert desk.post(f"/people/{who.uid}/back/", back).status_code == 302
    assert desk.post(f"/people/{who.uid}/back/", back | {"key": str(basics.key())}).status_code == 403
    assert "Invited" in desk.get(f"/people/{who.uid}/profile/").content.decode()
    assert Departure.objects.get().returned_at is not None
    assert Membership.objects.filter(person=who, team=team, until_on=None).count() == 1
    assert Team.objects.count() == 1


def test_an_address_of_somebody_who_left_leads_to_bringing_them_back(desk: Client) -> None:
    who = people.person("Ana Duarte")
    team = people.team(who)
    end = {"last_day": str(now().date()), "reason": "Gone", "now": "on", "sure": "on", "key": str(basics.key())}
    desk.post(f"/people/{who.uid}/leaves/", end)
    fields = {"full_name": "Ana Duarte", "email": who.email, "team": team.pk, "time_zone": "UTC"}
    answer = desk.post("/people/invite/", fields | {"key": str(basics.key())})
    assert answer.status_code == 422
    assert f"/people/{who.uid}/back/" in answer.content.decode()
    other = people.person("Ben Here")
    answer = desk.post("/people/invite/", fields | {"email": other.email, "key": str(basics.key())})
    assert "/back/" not in answer.content.decode()
