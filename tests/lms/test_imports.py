"""Importing people: what a file would write, writing it, a second time, and taking it back."""

from __future__ import annotations

import itertools
import time
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms.api import (
    LEARNING_ADMINISTRATORS,
    AddressProposal,
    FormerAddress,
    Invitation,
    Location,
    Membership,
    Notice,
    OutgoingMail,
    PeopleImport,
    Team,
    User,
    apply_import,
    choose_columns,
    decline_address,
    forget_files,
    invite_imported,
    look_at_import,
    managers_of,
    move_person,
    open_proposals,
    people_table,
    read_people_file,
    send_invitations,
    take_back_import,
    team_of,
    team_tree,
)
from lms.errors import Changed, Conflict, Invalid, NotAllowed
from lms.rules.spreadsheets import csv_file
from tests.factories import basics, people
from tests.people_files import HEADS, csv_bytes, upload

pytestmark = pytest.mark.django_db

TODAY = basics.NOON.date()
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def learning(db: None) -> User:
    return people.in_group(LEARNING_ADMINISTRATORS)


def row(number: str = "", name: str = "", mail: str = "", job: str = "", team: str = "", manager: str = "",
        entry: str = "", leaves: str = "") -> tuple[str, ...]:  # fmt: skip
    return number, name, mail, job, team, manager, entry, leaves


def new(number: int, **fields: str) -> tuple[str, ...]:
    """Somebody who is not here yet."""
    said = {"name": f"New {number}", "mail": f"new.{number}@example.com", "team": "Ports"} | fields
    return row(str(number), **said)


def read(actor: User, *rows: tuple[str, ...], at: Any = basics.NOON, **choices: Any) -> PeopleImport:
    kept = read_people_file(actor=actor, file=upload(csv_bytes(*rows)), key=basics.key(), at=at)
    if choices:
        choose_columns(actor=actor, import_uid=kept.uid, columns=kept.columns, key=basics.key(), at=at, **choices)
        kept.refresh_from_db()
    return kept


def plan(actor: User, *rows: tuple[str, ...], **choices: Any) -> Any:
    found = look_at_import(read(actor, *rows, **choices), basics.NOON, actor)
    assert found.plan is not None, found.question
    return found.plan


def write(actor: User, kept: PeopleImport, at: Any = basics.NOON, **fields: Any) -> PeopleImport:
    look = look_at_import(kept, at, actor)
    assert look.plan is not None, look.question
    return apply_import(
        actor=people.fresh(actor), import_uid=kept.uid, key=basics.key(), at=at,
        **{"shown": look.plan.fingerprint} | fields,
    )  # fmt: skip


def bring(actor: User, *rows: tuple[str, ...], **fields: Any) -> PeopleImport:
    return write(actor, read(actor, *rows), **fields)


def back(actor: User, kept: PeopleImport, at: Any = basics.NOON + HOUR) -> tuple[str, ...]:
    return take_back_import(actor=people.fresh(actor), import_uid=kept.uid, key=basics.key(), at=at).stays


def sentences(found: Any) -> list[str]:
    return [problem.sentence for problem in found.problems]


def here(number: str, team: Team | None = None, **fields: Any) -> User:
    """Somebody whom the file knows by number."""
    who = people.person(fields.pop("name", f"Here {number}"), employee_number=number, **fields)
    if team:
        Membership.objects.create(person=who, team=team, from_on=date(2026, 1, 1))
    return who


STATE = (User, Team, Membership, AddressProposal, Invitation)


def state() -> dict[str, Any]:
    found = basics.rows(*STATE)
    rows = Membership.objects.values_list("uid", "person", "team", "role", "from_on", "until_on", "acting_for")
    return found | {"Membership": sorted(map(str, rows))}


# --- New people


def test_new_people_are_here_with_teams_and_managers(learning: User) -> None:
    bring(
        learning,
        new(1, name="Chief One", team="Company"),
        new(2, name="Carla Reyes", team="Ports", manager="1"),
        new(3, name="Ana Duarte", team="Ports", manager="NEW.2@example.com", job="Consultant", entry="20.04.2026"),
        new(4, team="Ports", manager="2", entry="2024-02-01"),
    )
    ana, carla = User.objects.get(employee_number="3"), User.objects.get(employee_number="2")
    assert (ana.job, ana.started_on, ana.email) == ("Consultant", date(2026, 4, 20), "new.3@example.com")
    assert not ana.has_usable_password()
    assert managers_of(ana, TODAY) == [carla]
    assert [(node.team.name, node.depth) for node in team_tree(TODAY)] == [("Company", 0), ("Ports", 1)]
    since = dict(Membership.objects.filter(role="member").values_list("person__employee_number", "from_on"))
    assert since == {"1": TODAY, "2": TODAY, "3": TODAY, "4": date(2024, 2, 1)}


def test_without_a_column_of_teams_everybody_belongs_to_the_team_of_their_manager(learning: User) -> None:
    rows = [("1", "Chief One", "one@example.com", ""), ("2", "Carla Reyes", "two@example.com", "1"),
            ("3", "Ana Duarte", "three@example.com", "2")]  # fmt: skip
    content = csv_bytes(*rows, heads=("PersNr", "Name", "Mail", "Manager"))
    kept = read_people_file(actor=learning, file=upload(content), key=basics.key(), at=basics.NOON)
    write(learning, kept)
    teams = {who.employee_number: team_of(who, TODAY) for who in User.objects.exclude(employee_number="")}
    assert {number: team and team.name for number, team in teams.items()} == {
        "1": "Team of Chief One", "2": "Team of Chief One", "3": "Team of Carla Reyes",
    }  # fmt: skip
    assert [(node.team.name, node.depth) for node in team_tree(TODAY)] == [
        ("Team of Chief One", 0), ("Team of Carla Reyes", 1),
    ]  # fmt: skip
    again = read_people_file(actor=learning, file=upload(content), key=basics.key(), at=basics.NOON)
    look = look_at_import(again, basics.NOON, learning)
    assert look.plan is not None
    assert not look.plan.writes


def test_new_people_read_and_count_days_as_the_organisation_says_unless_the_file_does(learning: User) -> None:
    bring(learning, new(1))
    who = User.objects.get(employee_number="1")
    assert (who.time_zone, who.locale) == ("UTC", "en")


def test_who_has_gone_already_is_not_made(learning: User) -> None:
    found = plan(learning, new(1), new(2, leaves="2026-01-31"))
    assert (found.counts["new"], found.counts["same"]) == (1, 1)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": ""}, "Write the name of the person."),
        ({"mail": ""}, "This person is new: write the address to which the invitation goes."),
        ({"number": "", "mail": ""}, "Write an employee number or an address: nobody can be found without."),
        ({"team": ""}, "Say in which team they are, or who manages them."),
        ({"manager": "77"}, "The manager “77” is the employee number or address of nobody here or in the file."),
        ({"manager": "x@example.com"}, "The manager “x@example.com” is nobody here and nobody in the file."),
        ({"manager": "left@example.com"}, "The manager, Lea Left, has left."),
        ({"manager": "dan.whitlock@example.org"},
         "The manager “dan.whitlock@example.org” is nobody here. "
         "Did you mean Dan Whitlock, dan.whitlock@example.com?"),
        ({"mail": "old@example.com"}, "This address was somebody else's within the last 30 days."),
    ],
)  # fmt: skip
def test_a_new_person_with_a_fault_is_a_problem(learning: User, fields: dict[str, str], sentence: str) -> None:
    people.person("Lea Left", email="left@example.com", **people.LEFT)
    dan = people.person("Dan Whitlock", email="dan.whitlock@example.com")
    FormerAddress.objects.create(person=dan, email="old@example.com", until_at=basics.NOON - DAY)
    said = {"number": "1", "name": "Ana", "mail": "ana@example.com", "team": "Ports"} | fields
    assert sentences(plan(learning, row(**said))) == [sentence]


# --- Who is who


def test_the_number_identifies_and_an_address_alone_does_where_no_number_is_known(learning: User) -> None:
    team = people.team(slug="ports")
    one, two = here("1", team), people.person("No Number", email="no@example.com")
    bring(learning, row("1", "New Name", one.email), row("2", "No Number", "No@Example.com"))
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.full_name, two.employee_number) == ("New Name", "2")
    assert User.objects.filter(name_folded__contains="new name").get() == one


def test_number_and_address_of_two_people_are_a_problem(learning: User) -> None:
    one, two = here("1", name="Ana One"), here("2", name="Bo Two")
    found = plan(learning, row("1", "Ana One", two.email), row("9", "Cy", one.email))
    assert sentences(found) == [
        "The employee number is that of Ana One, the address that of Bo Two. Correct one.",
        "The address is that of Ana One, who has the employee number 1.",
    ]


def test_two_rows_about_one_person_are_a_problem(learning: User) -> None:
    one = here("1")
    found = plan(learning, row("1", "Ana"), row("", "Ana", one.email))
    assert sentences(found) == ["Rows 2 and 3 are about the same person here."] * 2


def test_who_left_is_brought_back_first_unless_the_file_says_so_too(learning: User) -> None:
    left: dict[str, Any] = people.LEFT | {"left_on": date(2026, 2, 1)}
    here("1", name="Lea Left", **left), here("2", **left)
    found = plan(learning, row("1"), row("2", leaves="2026-02-01"))
    assert sentences(found) == ["Lea Left left on 1 February 2026. Bring them back first."]
    assert found.counts["same"] == 1


# --- Changes


def test_only_what_is_hrs_is_changed_and_an_empty_cell_says_nothing(learning: User) -> None:
    ports, docks = people.team(slug="ports"), people.team(slug="docks")
    porto = Location.objects.create(name="Porto")
    who = here("1", ports, job="Consultant", preferred_name="Annie", time_zone="Europe/Riga")
    heads = (*HEADS, "Known as", "TZ", "Site", "Language")
    content = csv_bytes((*row("1", "Ana Duarte", who.email, "Partner", "Docks"), "Ana", "Europe/Paris", "porto", "en"),
                        heads=heads)  # fmt: skip
    kept = read_people_file(actor=learning, file=upload(content), key=basics.key(), at=basics.NOON)
    write(learning, kept)
    who.refresh_from_db()
    assert (who.full_name, who.job, who.location) == ("Ana Duarte", "Partner", porto)
    assert (who.preferred_name, who.time_zone) == ("Annie", "Europe/Riga")
    assert [team_of(who, day) for day in (TODAY - DAY, TODAY)] == [ports, docks]
    assert set(Notice.objects.filter(person=who).values_list("kind", flat=True)) == {
        "lms.team_changed", "lms.location_changed",
    }  # fmt: skip
    bring(learning, row("1", "", "", "", "", entry="2026-02-01"))
    who.refresh_from_db()
    assert (who.job, who.started_on) == ("Partner", date(2026, 2, 1))


def test_a_move_that_is_planned_stays_where_the_file_says_either_team(learning: User) -> None:
    ports, docks = people.team(slug="ports"), people.team(slug="docks")
    who = here("1", ports)
    move_person(actor=learning, person_uid=who.uid, team_uid=docks.uid, from_on=TODAY + 9 * DAY, key=basics.key(),
                at=basics.NOON)  # fmt: skip
    for team in ("Ports", "Docks"):
        assert plan(learning, row("1", team=team)).counts["same"] == 1
    bring(learning, row("1", team="Elsewhere"))
    assert [(team_of(who, TODAY + n * DAY) or ports).name for n in (0, 30)] == ["Elsewhere", "Elsewhere"]


def test_a_differing_address_is_proposed_and_never_written(learning: User) -> None:
    who = here("1", email="ana@example.com")
    bring(learning, row("1", mail="ana.duarte@example.com"))
    who.refresh_from_db()
    assert who.email == "ana@example.com"
    proposal = open_proposals().get()
    assert (proposal.person, proposal.email) == (who, "ana.duarte@example.com")
    assert not plan(learning, row("1", mail="ana.duarte@example.com")).writes, "once is enough"
    boss = people.administrator()
    decline_address(actor=boss, proposal_uid=proposal.uid, key=basics.key(), at=basics.NOON)
    assert not open_proposals().exists()
    assert not plan(learning, row("1", mail="ana.duarte@example.com")).writes, "declined is not proposed again"


def test_an_address_that_was_theirs_is_not_proposed_and_nobody_else_declines(learning: User) -> None:
    who = here("1")
    FormerAddress.objects.create(person=who, email="before@example.com", until_at=basics.NOON - 99 * DAY)
    assert not plan(learning, row("1", mail="before@example.com")).writes
    bring(learning, row("1", mail="other@example.com"))
    with pytest.raises(NotAllowed):
        decline_address(actor=learning, proposal_uid=open_proposals().get().uid, key=basics.key(), at=basics.NOON)


# --- Teams and managers


def test_a_team_is_found_by_its_path_and_an_ambiguous_name_is_a_problem(learning: User) -> None:
    north, south = people.team(slug="north"), people.team(slug="south")
    for above in (north, south):
        Team.objects.create(slug=f"ports-{above.pk}", name="Ports", parent=above)
    found = plan(learning, new(1, team="Ports"), new(2, team="South > Ports"))
    assert sentences(found) == ["There are 2 teams “Ports”. Write the one above before it: North > Ports."]
    bring(learning, new(2, team="south>ports"), new(3, team="South > Ports > Quay"))
    assert team_of(User.objects.get(employee_number="2"), TODAY).parent == south  # type: ignore[union-attr]
    assert team_of(User.objects.get(employee_number="3"), TODAY).parent.name == "Ports"  # type: ignore[union-attr]


def test_a_manager_is_replaced_only_where_the_file_has_everybody_of_the_team(learning: User) -> None:
    old, new_one = here("8", name="Dan Old"), here("9", name="Carla New")
    team = people.team(slug="ports", manager=old)
    one, _two = here("1", team), here("2", team)
    part = row("1", manager="9")
    bring(learning, part)
    assert set(managers_of(one, TODAY)) == {old, new_one}
    assert not plan(learning, part).writes
    whole = (row("1", manager="9"), row("2", manager="9"))
    assert not plan(learning, *whole).writes, "both manage it, and the file names one of them"
    Membership.objects.filter(person=new_one, role="manager").delete()
    bring(learning, *whole)
    assert managers_of(one, TODAY) == [new_one]
    assert managers_of(one, TODAY - DAY) == [old]
    assert Notice.objects.filter(person=old, kind="lms.manages_no_more").exists()
    assert Notice.objects.filter(person=new_one, kind="lms.manages_team").exists()


def test_who_manages_from_above_does_not_manage_the_team_below_too(learning: User) -> None:
    chief = here("9")
    top = people.team(slug="top", manager=chief)
    here("1", people.team(slug="low", parent=top))
    assert not plan(learning, row("1", team="Low", manager="9")).writes


def test_who_leads_a_team_from_inside_reports_to_above_without_its_manager_getting_the_team(learning: User) -> None:
    bring(
        learning,
        new(1, name="Chief", team="Company"),
        new(2, name="Lead", team="Ports", manager="1"),
        new(3, team="Ports", manager="2"),
    )
    managing = Membership.objects.filter(role="manager").values_list("person__full_name", "team__name")
    assert set(managing) == {("Lead", "Ports")}
    assert Team.objects.get(name="Ports").parent == Team.objects.get(name="Company")


def test_people_who_report_in_a_circle_and_who_report_to_a_problem_are_problems(learning: User) -> None:
    found = plan(
        learning, new(1, manager="2"), new(2, manager="3"), new(3, manager="1"), new(4, manager="3"), new(5, name=""),
        new(6, manager="5"), new(7, manager="7"),
    )  # fmt: skip
    assert [problem.line for problem in found.problems] == [2, 3, 4, 5, 6, 7]
    assert sentences(found)[0] == "They report to somebody who reports to them. Correct one of these rows."
    assert sentences(found)[3] == "Their manager is in row 4, which cannot be read. Correct that one."
    assert "Write the name" in sentences(found)[4]
    assert [each.line for each in found.of_kind("new")] == [8], "whoever is their own manager has none"


def test_managers_who_are_here_are_told_how_many_come(learning: User) -> None:
    boss = here("9")
    people.team(slug="ports", manager=boss)
    bring(learning, *(new(n) for n in range(1, 4)))
    notice = Notice.objects.get(person=boss)
    assert notice.text == f"3 people belong to Ports from {TODAY.day} March 2026 on."
    assert not Notice.objects.exclude(person=boss).exists(), "who is new gets an invitation"


# --- Leaving


def test_a_last_day_in_the_file_is_kept_and_nobody_leaves_when_that_is_chosen(learning: User) -> None:
    who = here("1", people.team(slug="ports"))
    rows = (row("1", leaves="2026-04-30"),)
    assert not plan(learning, *rows, leave="nobody").writes
    bring(learning, *rows)
    who.refresh_from_db()
    assert (who.left_on, who.is_active) == (date(2026, 4, 30), True)
    assert not plan(learning, *rows).writes
    assert not plan(learning, row("1")).writes, "an empty cell does not bring them back"


def test_who_has_a_duty_or_brings_the_file_does_not_leave_by_it(learning: User) -> None:
    User.objects.filter(pk=learning.pk).update(employee_number="1")
    people.administrator(here("2", name="Ada Quist"))
    found = plan(learning, row("1", leaves="2026-04-30"), row("2", leaves="2026-04-30"))
    assert sentences(found) == [
        "This is you: nobody ends their own account.", "Ada Quist has a duty here. End it at Duties first.",
    ]  # fmt: skip


def test_who_is_missing_leaves_only_when_asked_and_inside_the_teams_of_the_file(learning: User) -> None:
    ports, docks = people.team(slug="ports"), people.team(slug="docks")
    inside, outside = here("2", ports), here("3", docks)
    here("1", ports), here("4", ports, started_on=TODAY + 30 * DAY)
    silent = plan(learning, row("1", team="Ports"))
    assert (silent.missing, silent.writes) == ((inside.pk,), False)
    kept = read(learning, row("1", team="Ports"), leave="missing")
    write(learning, kept)
    inside.refresh_from_db()
    outside.refresh_from_db()
    assert (inside.left_on, outside.left_on) == (TODAY, None)


def test_nobody_is_missing_while_a_row_cannot_be_read_or_no_team_is_named(learning: User) -> None:
    here("1", people.team(slug="ports"))
    found = plan(learning, new(9, name=""), new(8), leave="missing")
    assert found.counts["leaving"] == 0
    assert "Nobody leaves for being missing" in found.notes[0]
    assert "nobody can be missing" in plan(learning, row("1"), leave="missing").notes[0]


def test_many_leave_only_when_their_number_is_typed(learning: User) -> None:
    team = people.team(slug="ports")
    for number in range(1, 4):
        here(str(number), team)
    rows = [row(str(number), leaves="2026-04-30") for number in range(1, 4)]
    kept = read(learning, *rows)
    before = state()
    for typed in ("", "2"):
        with pytest.raises(Invalid, match="type how many: 3"):
            write(learning, kept, typed=typed)
    assert state() == before
    write(learning, kept, typed="3")
    assert User.objects.exclude(left_on=None).count() == 3
    assert not plan(learning, row("1", leaves="2026-05-01")).to_type, "one is never many"


# --- Writing


def test_all_or_nothing_unless_chosen_otherwise_and_what_is_left_out_is_kept(learning: User) -> None:
    kept = read(learning, new(1), new(2, name="=Evil", team="", manager="77"))
    before = state()
    with pytest.raises(Invalid, match="1 row cannot be read"):
        write(learning, kept)
    assert state() == before
    done = write(learning, kept, leave_out=True)
    assert User.objects.filter(employee_number="1").exists()
    assert (done.content, done.counts["new"], done.counts["problem"]) == (None, 1, 1)
    out = bytes(done.left_out or b"").decode("utf-8-sig").splitlines()
    assert out[0].endswith("Why this row is not written")
    assert "'=Evil" in out[1]
    assert "77" in out[1]
    forget_files(basics.NOON + 25 * HOUR)
    done.refresh_from_db()
    assert done.left_out is None


def test_a_plan_that_is_stale_a_second_time_and_nobody_else_is_refused(learning: User) -> None:
    kept = read(learning, new(1))
    look = look_at_import(kept, basics.NOON, learning)
    assert look.plan is not None
    here("1", name="New 1", email="new.1@example.com")
    before = state()
    with pytest.raises(Changed):
        write(learning, kept, shown=look.plan.fingerprint)
    with pytest.raises(NotAllowed):
        read(people.person(), new(1))
    with pytest.raises(NotAllowed):
        write(people.person(), kept)
    assert state().keys() == before.keys()
    assert User.objects.filter(employee_number="1").count() == 1
    write(learning, kept)
    with pytest.raises(Conflict, match="written already"):
        apply_import(actor=learning, import_uid=kept.uid, shown="", key=basics.key(), at=basics.NOON)


def test_the_same_key_again_is_the_same_act(learning: User) -> None:
    kept = read(learning, new(1))
    look = look_at_import(kept, basics.NOON, learning)
    assert look.plan is not None
    fields: dict[str, Any] = {
        "import_uid": kept.uid, "shown": look.plan.fingerprint, "key": basics.key(), "at": basics.NOON,
    }  # fmt: skip
    apply_import(actor=learning, **fields)
    before = state()
    apply_import(actor=people.fresh(learning), **fields)
    assert state() == before


def test_a_file_is_kept_for_a_day(learning: User) -> None:
    kept = read(learning, new(1))
    assert forget_files(basics.NOON + 23 * HOUR) == 0
    assert forget_files(basics.NOON + 25 * HOUR) == 1
    with pytest.raises(Conflict, match="kept for a day"):
        apply_import(actor=learning, import_uid=kept.uid, shown="", key=basics.key(), at=basics.NOON + 25 * HOUR)


def test_kept_columns_are_found_by_name_or_by_the_names_of_the_columns(learning: User) -> None:
    first = read(learning, new(1))
    columns = dict(first.columns) | {"Function": ""}
    choose_columns(
        actor=learning, import_uid=first.uid, columns=columns, order="dmy", keep_as=" HR \n list ", key=basics.key(),
        at=basics.NOON,
    )  # fmt: skip
    again = read(learning, new(2))
    assert (again.columns["Function"], again.order) == ("", "dmy")
    content = csv_bytes(("5", "Consultant"), heads=("PersNr", "Function"))
    named = read_people_file(actor=learning, file=upload(content), mapping="hr LIST", key=basics.key(), at=basics.NOON)
    assert named.columns == {"PersNr": "employee_number", "Function": ""}
    with pytest.raises(Invalid, match="No mapping is kept"):
        read_people_file(actor=learning, file=upload(content), mapping="other", key=basics.key(), at=basics.NOON)


def test_a_kept_encoding_that_does_not_fit_a_file_is_left_away(learning: User) -> None:
    first = read(learning, new(1, name="Åse"))
    choose_columns(
        actor=learning, import_uid=first.uid, columns=first.columns, charset="utf_8", keep_as="HR", key=basics.key(),
        at=basics.NOON,
    )  # fmt: skip
    content = csv_bytes(new(1, name="Åse"), charset="cp1252")
    kept = read_people_file(actor=learning, file=upload(content), key=basics.key(), at=basics.NOON)
    assert kept.charset == ""
    assert look_at_import(kept, basics.NOON, learning).table.lines[0].cells[1] == "Åse"


def test_columns_that_name_nobody_are_refused(learning: User) -> None:
    kept = read(learning, new(1))
    for columns in ({"Name": "full_name"}, {"Name": "email", "Mail": "email"}):
        with pytest.raises(Invalid):
            choose_columns(actor=learning, import_uid=kept.uid, columns=columns, key=basics.key(), at=basics.NOON)


# --- Again, and out


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_second_run_writes_nothing_whatever_the_file_says(learning: User, data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 7))
    start = next(_runs) * 100
    numbers = [start + n for n in range(size)]
    rows = [
        new(
            number,
            team=data.draw(st.sampled_from(["", "Ports", "Docks", "Ports > Quay", "Docks > Quay"])),
            manager=data.draw(st.sampled_from(["", *map(str, numbers)])),
            job=data.draw(st.sampled_from(["", "Partner"])),
            leaves=data.draw(st.sampled_from(["", "2026-05-01"])),
        )
        for number in numbers
    ]
    kept = read(learning, *rows)
    look = look_at_import(kept, basics.NOON, learning)
    assert look.plan is not None
    if look.plan.writes:
        write(learning, kept, leave_out=True, typed=str(look.plan.to_type))
    again = look_at_import(read(learning, *rows), basics.NOON, learning).plan
    assert again is not None
    assert not again.writes
    for node in team_tree(TODAY):
        assert len({team.pk for team in _above(node.team)}) == len(_above(node.team))
    User.objects.filter(employee_number__in=map(str, numbers)).update(employee_number="")


_runs = itertools.count(10)


def _above(team: Team) -> list[Team]:
    found: list[Team] = []
    here: Team | None = team
    while here is not None and len(found) < 50:
        found.append(here)
        here = here.parent
    return found


def test_what_goes_out_comes_in_without_a_change(learning: User) -> None:
    chief, lead = (
        here("8", name="Chief, the first", email="chief@example.com"),
        here("9", name='=Lead "two"', email="lead@example.com"),
    )
    top = people.team(lead, slug="top", manager=chief)
    low = people.team(slug="low", manager=lead, parent=top)
    Team.objects.create(slug="low-2", name="Low")
    here("1", low, job="Partner", location=Location.objects.create(name="Porto"), left_on=date(2026, 6, 1))
    here("2", low, preferred_name="Two")
    content = csv_file(people_table(basics.NOON))
    kept = read_people_file(actor=learning, file=upload(content), key=basics.key(), at=basics.NOON)
    look = look_at_import(kept, basics.NOON, learning)
    assert look.plan is not None
    assert (look.plan.writes, look.plan.problems) == (False, ())
    assert look.plan.same == User.objects.filter(is_active=True).count()


# --- Taking back


def test_an_import_is_taken_back_to_what_was_before(learning: User) -> None:
    ports, docks = people.team(slug="ports", manager=here("8")), people.team(slug="docks")
    here("1", ports, job="Consultant"), here("2", ports), here("3", docks), here("9")
    mover = here("4", ports)
    move_person(actor=learning, person_uid=mover.uid, team_uid=docks.uid, from_on=TODAY + 9 * DAY, key=basics.key(),
                at=basics.NOON)  # fmt: skip
    before = state()
    kept = bring(
        learning,
        row("1", "Ana Duarte", job="Partner", team="Docks", entry="2026-02-02"),
        row("2", mail="other@example.com", manager="9"),
        row("3", leaves="2026-05-01"),
        row("4", team="Quay", manager="8"),
        new(5, team="Company > Fleet", manager="6"),
        new(6, team="Company"),
        invitations="now",
    )
    assert state() != before
    assert back(learning, kept, basics.NOON - HOUR) == (), "where the clock was set back"
    assert state() == before
    with pytest.raises(Conflict, match="taken back already"):
        back(learning, kept)


def test_what_somebody_changed_since_stays_and_is_named(learning: User) -> None:
    ports = people.team(slug="ports")
    one, two = here("1", ports, name="Ana One"), here("2", ports, name="Bo Two")
    kept = bring(learning, row("1", "Ana New", job="Partner"), row("2", team="Docks"), new(3), new(4, name="Cy Four"))
    User.objects.filter(pk=one.pk).update(job="Chief")
    third, fourth = User.objects.get(employee_number="3"), User.objects.get(employee_number="4")
    third.set_password("has been here")
    third.save(update_fields=["password"])
    people.team(manager=fourth, slug="theirs")
    move_person(actor=learning, person_uid=two.uid, team_uid=ports.uid, from_on=TODAY + DAY, key=basics.key(),
                at=basics.NOON)  # fmt: skip
    assert set(back(learning, kept)) == {"Ana New", "Bo Two", "New 3", "Cy Four", "Docks"}
    one.refresh_from_db()
    assert (one.full_name, one.job) == ("Ana One", "Chief")
    assert User.objects.filter(pk__in=[third.pk, fourth.pk]).count() == 2


def test_after_a_day_nothing_is_taken_back(learning: User) -> None:
    kept = bring(learning, new(1))
    with pytest.raises(Conflict, match="that is over"):
        back(learning, kept, basics.NOON + 25 * HOUR)
    with pytest.raises(NotAllowed):
        back(people.person(), kept)


# --- Invitations


def invited(at: Any) -> list[str]:
    OutgoingMail.objects.all().delete()
    while send_invitations(at):
        pass
    return sorted(mail.recipients[0] for mail in OutgoingMail.objects.all())


def test_invitations_go_out_at_once_later_or_by_the_first_day(learning: User) -> None:
    bring(learning, new(1), invitations="now")
    assert invited(basics.NOON) == ["new.1@example.com"]
    assert invited(basics.NOON) == []
    bring(learning, new(2, entry="2026-03-20"), new(3, entry="2026-01-01"), new(4), invitations="first_day")
    assert invited(basics.NOON) == ["new.3@example.com", "new.4@example.com"]
    assert invited(basics.NOON.replace(day=19, hour=6)) == []
    assert invited(basics.NOON.replace(day=19, hour=7)) == ["new.2@example.com"]
    kept = bring(learning, new(5), new(6))
    assert invited(basics.NOON + 90 * DAY) == []
    User.objects.filter(employee_number="6").update(password="pbkdf2_sha256$1$a$b")
    invite_imported(actor=learning, import_uid=kept.uid, key=basics.key(), at=basics.NOON)
    assert invited(basics.NOON) == ["new.5@example.com"]


def test_the_link_in_an_invitation_opens_the_way_in(learning: User, client: Any) -> None:
    bring(learning, new(1), invitations="now")
    invited(basics.NOON)
    message = OutgoingMail.objects.get().message
    link = message[message.index("http") :].split()[0]
    page = client.get(link.partition("testserver")[2] or "/" + link.split("/", 3)[3], follow=True)
    assert 'name="password1"' in page.content.decode()


# --- What it costs


def many(actor: User, count: int, start: int) -> PeopleImport:
    rows = [new(start, team=f"Team {start}", name="Chief")]
    rows += [new(start + n, team=f"Team {start}", manager=str(start)) for n in range(1, count)]
    return read(actor, *rows)


def test_the_number_of_queries_grows_with_batches_and_not_with_rows(learning: User) -> None:
    counted = []
    for count, start in ((10, 1000), (400, 2000), (1000, 3000)):
        kept = many(learning, count, start)
        with CaptureQueriesContext(connection) as queries:
            write(learning, kept, invitations="now")
        added = sum(query["sql"].startswith("INSERT") for query in queries)
        counted.append((len(queries) - added, added))
    assert {rest for rest, _added in counted} == {counted[0][0]}
    assert [added <= 12 + 4 * count // 40 for (_rest, added), count in zip(counted, (10, 400, 1000), strict=True)] == [
        True, True, True,
    ], "a statement takes 1,000 values at most where the database says so"  # fmt: skip


@pytest.mark.long
def test_ten_thousand_people_come_in_and_a_second_time_nothing_changes(learning: User, capsys: Any) -> None:
    """Prints the processor time of this process; the statements that it sends are what is held."""
    rows = [new(0, team="Team 0")]
    rows += [
        new(n, team=f"Team {n // 20}", manager=str(n // 20 * 20) if n % 20 else "0", entry=f"{1 + n % 28:02}.01.2024")
        for n in range(1, 10_000)
    ]
    began = time.process_time()
    bring(learning, *rows)
    first = time.process_time()
    found = plan(learning, *rows)
    with capsys.disabled():
        print(f"10,000 people: {first - began:.1f} s, again {time.process_time() - first:.1f} s of this process")
    assert not found.writes
    assert found.counts["same"] == 10_000
    assert Membership.objects.filter(role="manager").count() == 500
