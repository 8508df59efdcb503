"""The pages of teams: the tree, one team, and moving somebody."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from lms import clock
from lms.api import LEARNING_ADMINISTRATORS, Location, Membership, Notice, Team, team_of
from tests.factories import basics, people

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Client:
    """L&D, signed in."""
    client = Client()
    client.force_login(people.in_group(LEARNING_ADMINISTRATORS))
    return client


def post(client: Client, url: str, **fields: Any) -> Any:
    return client.post(url, {"key": basics.key(), **fields})


def day(ahead: int) -> str:
    return (clock.now().date() + timedelta(ahead)).isoformat()


def test_an_empty_installation_leads_to_the_first_team_and_its_manager(desk: Client) -> None:
    page = desk.get("/teams/").content.decode()
    assert "There is no team yet" in page
    made = post(desk, "/teams/new/", name="Customer teams")
    team = Team.objects.get()
    assert made.headers["Location"] == f"/teams/{team.uid}/"
    who = people.person("Marta Lind")
    named = post(desk, f"/teams/{team.uid}/", act="manager", person=who.uid, from_on=day(0))
    assert named.status_code == 302
    page = desk.get("/teams/").content.decode()
    assert "1 team, with a manager" in page
    assert "Manager since" in page


def test_the_tree_says_which_team_nobody_manages_and_who_answers(desk: Client) -> None:
    chief = people.person("Marta Lind")
    top = people.team(people.person(), manager=chief, slug="top")
    people.team(people.person(), people.person(), parent=top, slug="low")
    page = desk.get("/teams/").content.decode()
    assert "2 teams, and one has no manager" in page
    assert "Marta Lind answers for the team then." in " ".join(page.split())
    assert "Name who manages Low" in page


def test_the_page_takes_the_same_queries_for_one_team_and_for_many(
    desk: Client, django_assert_max_num_queries: Any
) -> None:
    desk.get("/teams/")
    top = people.team(people.person(), manager=people.person())
    for _ in range(12):
        people.team(people.person(), manager=people.person(), parent=top)
    with django_assert_max_num_queries(12):
        desk.get("/teams/")
    with django_assert_max_num_queries(20):
        desk.get(f"/teams/{top.uid}/")


def test_every_form_of_a_team_does_what_it_says(desk: Client) -> None:
    top, other = people.team(slug="top"), people.team(slug="other")
    manager, acting = people.person("Marta Lind"), people.person("Owen Price")
    member = people.person()
    team = people.team(member, manager=manager, slug="low")
    url, row = f"/teams/{team.uid}/", Membership.objects.get(person=manager)
    for fields in (
        {"act": "rename", "name": "Ports"},
        {"act": "place", "parent": top.uid},
        {"act": "acting", "manager": row.uid, "person": acting.uid, "from_on": day(1), "until_on": day(2)},
        {"act": "end", "manager": row.uid, "until_on": day(9)},
    ):
        assert post(desk, url, **fields).status_code == 302, fields
    page = " ".join(desk.get(url).content.decode().split())
    assert "Stands in for Marta Lind from" in page
    assert "Nobody follows as manager on" in page
    assert post(desk, url, act="close", into=other.uid).status_code == 302
    assert team_of(member, clock.now().date()) == other
    assert "Who managed it stays here." in desk.get(url).content.decode()
    assert post(desk, url, act="rename", name="Docks").status_code == 403


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"act": "rename", "name": " "}, "This field is required."),
        ({"act": "manager", "from_on": "2026-03-09"}, "This field is required."),
        ({"act": "close"}, "Choose the team to which its people, and the teams below it, go."),
    ],
)
def test_a_refusal_stands_in_the_form_that_was_sent(desk: Client, fields: dict[str, str], sentence: str) -> None:
    team = people.team(people.person(), slug="low")
    answer = post(desk, f"/teams/{team.uid}/", **fields)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_a_refused_last_day_stands_at_the_manager_it_is_about(desk: Client) -> None:
    one, two = people.person("Marta Lind"), people.person("Owen Price")
    team = people.team(manager=one)
    Membership.objects.create(person=two, team=team, role="manager", from_on="2026-01-01")
    row = Membership.objects.get(person=two)
    answer = post(desk, f"/teams/{team.uid}/", act="end", manager=row.uid, until_on=day(-3))
    assert answer.status_code == 422
    assert answer.content.decode().count("Choose a day from") == 2, "in the summary and at the field, and once"


def test_an_act_that_is_none_changes_nothing(desk: Client) -> None:
    team = people.team(slug="low")
    assert post(desk, f"/teams/{team.uid}/", act="burn").status_code == 422
    assert post(desk, f"/people/{people.person().uid}/team/", act="burn").status_code == 422


def test_somebody_is_moved_and_the_move_taken_back(desk: Client) -> None:
    who = people.person("Hanna Berg")
    old, new = people.team(who, slug="old"), people.team(slug="new")
    url = f"/people/{who.uid}/team/"
    assert post(desk, url, act="move", team=new.uid, from_on=day(5)).status_code == 302
    page = desk.get(url)
    assert "New from" in " ".join(page.content.decode().split())
    assert post(desk, url, act="back").status_code == 302
    assert team_of(who, clock.now().date() + timedelta(30)) == old
    assert post(desk, url, act="back").status_code == 409


def test_somebody_works_at_another_location_and_is_told(desk: Client) -> None:
    who, porto = people.person("Hanna Berg"), Location.objects.create(name="Porto", country="PT")
    people.team(who)
    url = f"/people/{who.uid}/team/"
    assert post(desk, url, act="place", location=porto.uid).status_code == 302
    who.refresh_from_db()
    assert who.location == porto
    assert Notice.objects.get(person=who).kind == "lms.location_changed"
    assert post(desk, url, act="place", location=basics.key()).status_code == 422
    assert post(desk, url, act="place", location="").status_code == 302
    who.refresh_from_db()
    assert who.location is None


def test_people_are_found_by_name_to_manage_a_team(desk: Client) -> None:
    team = people.team(slug="low")
    people.person("Marta Lind"), people.person("Owen Price")
    page = desk.get(f"/teams/{team.uid}/?who=lind").content.decode()
    assert "Marta Lind</option>" in page
    assert "Owen Price</option>" not in page
