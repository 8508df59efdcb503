"""The tree of teams: making, moving and closing teams, who manages them, who belongs to them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms.api import (
    LEARNING_ADMINISTRATORS,
    Act,
    Membership,
    Notice,
    Team,
    User,
    act_for_manager,
    close_team,
    end_manager,
    make_team,
    managers_of,
    move_person,
    move_team,
    name_manager,
    rename_team,
    take_back_move,
    team_of,
    team_tree,
)
from lms.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from tests.factories import basics, people

pytestmark = pytest.mark.django_db

TODAY = basics.NOON.date()
DAY = timedelta(days=1)


@pytest.fixture
def learning(db: None) -> User:
    return people.in_group(LEARNING_ADMINISTRATORS)


def do(service: Any, actor: User, **fields: Any) -> Any:
    return service(actor=people.fresh(actor), key=basics.key(), at=basics.NOON, **fields)


def refused(error: type[DomainError], service: Any, actor: User, **fields: Any) -> str:
    """The sentence of a refusal that leaves teams and memberships as they were."""
    before = list(Team.objects.order_by("pk").values()), list(Membership.objects.order_by("pk").values())
    with pytest.raises(error) as raised:
        do(service, actor, **fields)
    assert (list(Team.objects.order_by("pk").values()), list(Membership.objects.order_by("pk").values())) == before
    return str(raised.value)


def told(person: User) -> list[str]:
    return list(Notice.objects.filter(person=person).order_by("pk").values_list("kind", flat=True))


# --- Teams themselves


def test_a_team_is_made_below_another_and_is_in_the_tree(learning: User) -> None:
    top = do(make_team, learning, name="  Customer \n teams ")
    low = do(make_team, learning, name="Ports", parent_uid=top.uid)
    assert [(node.team.name, node.depth) for node in team_tree(TODAY)] == [("Customer teams", 0), ("Ports", 1)]
    assert (top.slug, low.slug) == ("customer-teams", "ports")


@pytest.mark.parametrize("name", ["", "  ", "Sales", "sALES"])
def test_a_name_is_needed_and_is_not_that_of_a_team_beside_it(learning: User, name: str) -> None:
    people.team(slug="sales")
    refused(Invalid, make_team, learning, name=name)


def test_the_same_name_may_stand_elsewhere_in_the_tree_with_a_short_name_of_its_own(learning: User) -> None:
    one, two = people.team(slug="one"), people.team(slug="two")
    made = [do(make_team, learning, name="Sales", parent_uid=team.uid) for team in (one, two)]
    assert [team.slug for team in made] == ["sales", "sales-2"]


def test_a_new_name_is_kept_with_the_old_one_in_the_act(learning: User) -> None:
    team = people.team(slug="sales")
    do(rename_team, learning, team_uid=team.uid, name="Revenue")
    team.refresh_from_db()
    assert team.name == "Revenue"
    assert Act.objects.get(name="team.rename").changed == {"name": ["Sales", "Revenue"]}


def test_nobody_else_makes_or_changes_a_team(learning: User) -> None:
    manager = people.person()
    team = people.team(manager=manager)
    refused(NotAllowed, make_team, manager, name="Ports")
    refused(NotFound, rename_team, manager, team_uid=team.uid, name="Ports")
    refused(NotAllowed, move_person, people.person(), person_uid=manager.uid, team_uid=team.uid, from_on=TODAY)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(moves=st.lists(st.tuples(st.integers(0, 5), st.one_of(st.none(), st.integers(0, 5))), max_size=12))
def test_the_tree_stays_a_tree_whatever_is_moved(learning: User, moves: list[tuple[int, int | None]]) -> None:
    teams = [people.team() for _ in range(6)]
    above: dict[int, int | None] = dict.fromkeys(range(6))

    def chain(place: int | None) -> list[int]:
        found: list[int] = []
        while place is not None:
            found.append(place)
            place = above[place]
        return found

    for number, parent in moves:
        fields = {"team_uid": teams[number].uid, "parent_uid": None if parent is None else teams[parent].uid}
        if number in chain(parent):
            refused(Invalid, move_team, learning, **fields)
        else:
            do(move_team, learning, **fields)
            above[number] = parent
    for number, team in enumerate(teams):
        team.refresh_from_db()
        place = above[number]
        assert team.parent_id == (None if place is None else teams[place].pk)
    assert len([node for node in team_tree(TODAY) if node.team in teams]) == 6
    Team.objects.update(parent=None)
    Team.objects.filter(pk__in=[team.pk for team in teams]).delete()


def test_whoever_is_above_manages_who_is_moved_below_them(learning: User) -> None:
    chief, member = people.person(), people.person()
    top, low = people.team(manager=chief), people.team(member)
    assert managers_of(member, TODAY) == []
    do(move_team, learning, team_uid=low.uid, parent_uid=top.uid)
    assert managers_of(member, TODAY) == [chief]


def test_a_team_closes_into_another_with_its_people_and_the_teams_below(learning: User) -> None:
    manager, member, comer, other = (people.person() for _ in range(4))
    child, into = people.team(), people.team(other)
    team = people.team(member, manager=manager)
    Team.objects.filter(pk=child.pk).update(parent=team)
    do(move_person, learning, person_uid=other.uid, team_uid=team.uid, from_on=TODAY + 9 * DAY)
    do(move_person, learning, person_uid=comer.uid, team_uid=team.uid, from_on=TODAY)
    do(close_team, learning, team_uid=team.uid, into_uid=into.uid)
    team.refresh_from_db(), child.refresh_from_db()
    assert (team.closed_on, child.parent_id) == (TODAY, into.pk)
    assert [team_of(who, TODAY) for who in (member, comer, other)] == [into, into, into]
    assert team_of(other, TODAY + 9 * DAY) == into
    assert team_of(member, TODAY - DAY) == team
    assert managers_of(member, TODAY - DAY) == [manager]
    assert managers_of(member, TODAY) == []
    assert told(manager)[-1] == "lms.manages_no_more"
    assert [node.team for node in team_tree(TODAY)] == [into, child] or child.parent_id == into.pk


def test_closing_a_team_leaves_planned_moves_as_they_are(learning: User) -> None:
    team, into, planned = people.team(), people.team(), people.team()
    who = people.person()
    Membership.objects.create(person=who, team=team, from_on=date(2026, 1, 1))
    do(move_person, learning, person_uid=who.uid, team_uid=planned.uid, from_on=TODAY + 5 * DAY)
    do(close_team, learning, team_uid=team.uid, into_uid=into.uid)
    assert [team_of(who, TODAY + n * DAY) for n in (-1, 0, 4, 5, 30)] == [team, into, into, planned, planned]


def test_a_team_with_people_does_not_close_without_saying_where_they_go(learning: User) -> None:
    team = people.team(people.person())
    refused(Invalid, close_team, learning, team_uid=team.uid, into_uid=None)
    refused(Invalid, close_team, learning, team_uid=team.uid, into_uid=team.uid)
    below = people.team(parent=team)
    refused(Invalid, close_team, learning, team_uid=team.uid, into_uid=below.uid)


def test_an_empty_team_closes_alone_and_then_takes_nobody(learning: User) -> None:
    team = people.team()
    do(close_team, learning, team_uid=team.uid, into_uid=None)
    refused(NotAllowed, rename_team, learning, team_uid=team.uid, name="Ports")
    who = people.person()
    refused(NotAllowed, move_person, learning, person_uid=who.uid, team_uid=team.uid, from_on=TODAY)
    refused(Invalid, make_team, learning, name="Ports", parent_uid=team.uid)


# --- Managers


def test_a_manager_is_named_for_days_to_come_and_is_told(learning: User) -> None:
    who, member = people.person(), people.person()
    team = people.team(member)
    do(name_manager, learning, team_uid=team.uid, person_uid=who.uid, from_on=TODAY + DAY, until_on=TODAY + 3 * DAY)
    assert [managers_of(member, TODAY + n * DAY) for n in range(5)] == [[], [who], [who], [who], []]
    assert told(who) == ["lms.manages_team"]


@pytest.mark.parametrize(
    ("begins", "ends"), [(-1, None), (2000, None), (3, 2), (0, 2000), (-400, -300)], ids=lambda value: str(value)
)
def test_days_that_have_passed_or_run_backwards_are_refused(learning: User, begins: int, ends: int | None) -> None:
    team, who = people.team(), people.person()
    until = None if ends is None else TODAY + ends * DAY
    fields = {"team_uid": team.uid, "person_uid": who.uid, "from_on": TODAY + begins * DAY, "until_on": until}
    refused(Invalid, name_manager, learning, **fields)


def test_nobody_manages_a_team_twice_on_one_day(learning: User) -> None:
    who, team = people.person(), people.team()
    do(name_manager, learning, team_uid=team.uid, person_uid=who.uid, from_on=TODAY + 5 * DAY, until_on=TODAY + 9 * DAY)
    again = {"team_uid": team.uid, "person_uid": who.uid}
    refused(Conflict, name_manager, learning, **again, from_on=TODAY)
    refused(Conflict, name_manager, learning, **again, from_on=TODAY, until_on=TODAY + 5 * DAY)
    refused(Conflict, name_manager, learning, **again, from_on=TODAY + 9 * DAY)
    do(name_manager, learning, **again, from_on=TODAY, until_on=TODAY + 4 * DAY)
    do(name_manager, learning, **again, from_on=TODAY + 10 * DAY)


def test_whoever_stands_in_manages_for_these_days_and_passes_nothing_on(learning: User) -> None:
    manager, acting, member = people.person(), people.person(), people.person()
    team = people.team(member, manager=manager)
    row = Membership.objects.get(person=manager)
    days = {"from_on": TODAY + DAY, "until_on": TODAY + 2 * DAY}
    made = do(act_for_manager, learning, manager_uid=row.uid, person_uid=acting.uid, **days)
    assert set(managers_of(member, TODAY + DAY)) == {manager, acting}
    assert managers_of(member, TODAY + 3 * DAY) == [manager]
    third = people.person()
    refused(Invalid, act_for_manager, learning, manager_uid=made.uid, person_uid=third.uid, **days)
    refused(Invalid, act_for_manager, learning, manager_uid=row.uid, person_uid=manager.uid, **days)
    do(end_manager, learning, manager_uid=row.uid, until_on=TODAY + DAY)
    late = {"from_on": TODAY + 5 * DAY, "until_on": TODAY + 6 * DAY}
    refused(Invalid, act_for_manager, learning, manager_uid=row.uid, person_uid=third.uid, **late)
    made.refresh_from_db()
    assert made.until_on == TODAY + DAY, "whoever stands in ends with the manager"
    assert team.pk == made.team_id


def test_when_the_last_manager_ends_learning_is_told_who_answers_then(learning: User) -> None:
    chief, manager, member = people.person("Cora Chief"), people.person(), people.person()
    top = people.team(manager=chief)
    team = people.team(member, manager=manager, parent=top)
    row = Membership.objects.get(person=manager)
    do(end_manager, learning, manager_uid=row.uid, until_on=TODAY + 4 * DAY)
    assert told(learning) == ["lms.team_without_manager"]
    notice = Notice.objects.get(person=learning)
    assert (notice.about, notice.words["stands_in"]) == (team.uid, "Cora Chief")
    assert managers_of(member, TODAY + 4 * DAY) == [manager]
    assert managers_of(member, TODAY + 5 * DAY) == [chief]
    node = next(node for node in team_tree(TODAY) if node.team == team)
    assert (node.unmanaged_from, node.stands_in) == (TODAY + 5 * DAY, chief)


def test_nobody_is_told_where_somebody_follows(learning: User) -> None:
    manager, follows = people.person(), people.person()
    team = people.team(manager=manager)
    do(name_manager, learning, team_uid=team.uid, person_uid=follows.uid, from_on=TODAY + 5 * DAY)
    row = Membership.objects.get(person=manager)
    do(end_manager, learning, manager_uid=row.uid, until_on=TODAY + 4 * DAY)
    assert told(learning) == []
    assert next(node for node in team_tree(TODAY) if node.team == team).unmanaged_from is None


def test_a_manager_who_has_not_begun_is_taken_back(learning: User) -> None:
    who, team = people.person(), people.team()
    made = do(name_manager, learning, team_uid=team.uid, person_uid=who.uid, from_on=TODAY + 5 * DAY)
    do(end_manager, learning, manager_uid=made.uid, until_on=TODAY)
    assert not Membership.objects.filter(pk=made.pk).exists()


def test_whoever_would_stand_in_for_a_manager_taken_back_does_not(learning: User) -> None:
    manager, acting, team = people.person(), people.person(), people.team()
    row = do(name_manager, learning, team_uid=team.uid, person_uid=manager.uid, from_on=TODAY + 5 * DAY)
    days = {"from_on": TODAY + 6 * DAY, "until_on": TODAY + 7 * DAY}
    do(act_for_manager, learning, manager_uid=row.uid, person_uid=acting.uid, **days)
    do(end_manager, learning, manager_uid=row.uid, until_on=TODAY)
    assert not Membership.objects.filter(team=team).exists()


def test_one_who_ended_before_does_not_end_again(learning: User) -> None:
    manager = people.person()
    people.team(manager=manager)
    row = Membership.objects.get(person=manager)
    Membership.objects.filter(pk=row.pk).update(until_on=TODAY - DAY)
    refused(Conflict, end_manager, learning, manager_uid=row.uid, until_on=TODAY)
    refused(Invalid, end_manager, learning, manager_uid=row.uid, until_on=TODAY - DAY)


# --- Who belongs to a team


def test_a_move_changes_the_manager_on_its_day_and_can_be_taken_back_before(learning: User) -> None:
    old_manager, new_manager, who = people.person(), people.person(), people.person()
    old, new = people.team(who, manager=old_manager), people.team(manager=new_manager)
    do(move_person, learning, person_uid=who.uid, team_uid=new.uid, from_on=TODAY + 3 * DAY)
    assert [team_of(who, TODAY + n * DAY) for n in (2, 3)] == [old, new]
    assert [managers_of(who, TODAY + n * DAY) for n in (2, 3)] == [[old_manager], [new_manager]]
    assert told(who) == ["lms.team_changed"]
    assert told(old_manager) == told(new_manager) == ["lms.member_comes"]
    do(take_back_move, learning, person_uid=who.uid)
    assert team_of(who, TODAY + 30 * DAY) == old
    assert Membership.objects.filter(person=who).count() == 1
    refused(Conflict, take_back_move, learning, person_uid=who.uid)


def test_a_move_cannot_be_dated_back_and_goes_to_another_team(learning: User) -> None:
    who = people.person()
    old, new = people.team(who), people.team()
    refused(Invalid, move_person, learning, person_uid=who.uid, team_uid=new.uid, from_on=TODAY - DAY)
    refused(Invalid, move_person, learning, person_uid=who.uid, team_uid=old.uid, from_on=TODAY)


MOVES = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 9)), max_size=10)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(moves=MOVES)
def test_somebody_belongs_to_one_team_on_every_day_whatever_is_planned(
    learning: User, moves: list[tuple[int, int]]
) -> None:
    teams, who = [people.team() for _ in range(4)], people.person()
    Membership.objects.create(person=who, team=teams[0], from_on=date(2026, 1, 1))
    wanted = dict.fromkeys(range(-5, 15), teams[0])
    for number, day in moves:
        later = {wanted[n] for n in wanted if n >= day}
        fields = {"person_uid": who.uid, "team_uid": teams[number].uid, "from_on": TODAY + day * DAY}
        if later == {teams[number]} and not Membership.objects.filter(person=who, from_on__gte=fields["from_on"]):
            refused(Invalid, move_person, learning, **fields)
            continue
        do(move_person, learning, **fields)
        wanted |= {n: teams[number] for n in wanted if n >= day}
    for n, team in wanted.items():
        on = TODAY + n * DAY
        rows = [
            row
            for row in Membership.objects.filter(person=who)
            if row.from_on <= on and (row.until_on is None or row.until_on >= on)
        ]
        assert [row.team_id for row in rows] == [team.pk], f"day {n}"
