"""Who may do what in the record: everybody, every action, every row (``tests.who_may``)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from lms import clock
from lms.api import (
    LEARNING_ADMINISTRATORS,
    Enrolment,
    EnrolmentRule,
    Location,
    Membership,
    Organisation,
    RoleHolding,
    Team,
    User,
    enrolment_policy,
    enrolment_rule_policy,
    location_policy,
    organisation_policy,
    people_policy,
    team_policy,
)
from lms.policies import people_in_admin_policy, photo_policy
from lms.policies.duties import administrators, learning_administrators
from lms.policies.operations import failed_task_policy, outgoing_mail_policy
from tests.factories import basics, failed, paths, people, pictures
from tests.who_may import hold

pytestmark = pytest.mark.django_db

SINCE = date(2026, 1, 1)
LEFT = {"is_active": False, "deactivated_at": basics.MONDAY}


@pytest.fixture
def cast() -> dict[str, User]:
    """The desk below the top, with two managers, one who was and one who will be; a club whose manager plays, too."""
    names = "learner mate manager second chief former coming other elsewhere playing absent moved learning gone boss"
    persons = {name: people.person(name.capitalize()) for name in names.split()}
    top = people.team(manager=persons["chief"])
    desk = people.team(persons["learner"], persons["mate"], persons["absent"], manager=persons["manager"], parent=top)
    people.team(persons["elsewhere"], manager=persons["other"])
    people.team(persons["playing"], manager=persons["playing"])
    today = clock.now().date()

    def belongs(name: str, role: str, from_on: date = SINCE, until_on: date | None = None) -> None:
        Membership.objects.create(person=persons[name], team=desk, role=role, from_on=from_on, until_on=until_on)

    belongs("second", "manager")
    belongs("former", "manager", until_on=today - timedelta(days=1))
    belongs("coming", "manager", from_on=today + timedelta(days=1))
    belongs("moved", "member", until_on=today - timedelta(days=1))
    people.in_group(LEARNING_ADMINISTRATORS, persons["learning"])
    people.in_group(LEARNING_ADMINISTRATORS, persons["gone"])
    people.administrator(persons["boss"])
    people.administrator(persons["absent"])
    for duty in ("learning", "administrator"):
        people.duty_ended(people.with_duty(duty, persons["moved"]), duty)
    User.objects.filter(pk__in=[persons["absent"].pk, persons["gone"].pk]).update(**LEFT)
    return persons


def everybodys(cast: dict[str, User], names: str, but: str = "") -> dict[str, str]:
    return {row: names for row in cast if row not in but.split()}


def test_who_has_a_duty_now(cast: dict[str, User]) -> None:
    assert set(learning_administrators()) == {cast["learning"]}
    assert set(administrators()) == {cast["boss"]}


def test_who_may_view_enrol_invite_and_end_people(cast: dict[str, User]) -> None:
    above = {
        "learner": "manager second chief",
        "mate": "manager second chief",
        "manager": "chief",
        "second": "chief",
        "elsewhere": "other",
    }
    view = {name: f"{name} learning {above.get(name, '')}" for name in cast}
    view |= {"absent": "manager second chief learning", "gone": "learning"}
    record = {name: f"{who} boss" for name, who in view.items()} | {"boss": "boss learning"}
    enrol = {**everybodys(cast, "learning"), **{name: f"{who} learning" for name, who in above.items()}}
    enrol |= {"learning": "", "absent": "", "gone": ""}
    expected = {
        "view": view,
        "record": record,
        "facts": everybodys(cast, "learning boss", but="absent gone"),
        "bring_back": {"absent": "learning boss", "gone": "learning boss"},
        "enrol": enrol,
        "leave": enrol,
        "invite": everybodys(cast, "learning boss"),
        "end": everybodys(cast, "learning", but="learning boss absent gone"),
        "open_door": everybodys(cast, "boss", but="boss absent gone"),
        "erase": everybodys(cast, "boss", but="boss") | {"absent": "boss", "gone": "boss"},
        "photo": everybodys(cast, "learning boss") | {"learning": "boss", "boss": "learning"},
        "join": everybodys(cast, "learning boss") | {"learning": "boss", "boss": "learning"},
        "address": everybodys(cast, "boss", but="boss absent gone"),
        "duties": everybodys(cast, "boss", but="boss absent gone"),
        "see_duties": {name: f"{'' if name in ('absent', 'gone') else name} learning boss" for name in cast},
    }
    hold(people_policy, cast, cast, expected, {"invite": "learning boss"})


def test_who_may_view_and_change_people_in_the_admin(cast: dict[str, User]) -> None:
    expected = {"view": everybodys(cast, "learning boss"), "change": everybodys(cast, "boss"), "delete": {}}
    hold(people_in_admin_policy, cast, cast, expected, {"add": "learning boss"})


def test_whoever_is_here_may_see_photos_and_nobody_more(cast: dict[str, User]) -> None:
    rows = {"one": pictures.photo(cast["learner"])}
    hold(photo_policy, cast, rows, {"view": {"one": " ".join(cast.keys() - {"absent", "gone"})}, "change": {}})


def test_who_may_make_see_and_change_teams(cast: dict[str, User]) -> None:
    open_team, closed = people.team(), people.team()
    Team.objects.filter(pk=closed.pk).update(closed_on=SINCE)
    expected = {
        "view": {"open": "learning boss", "closed": "learning boss"},
        "change": {"open": "learning boss", "closed": ""},
    }
    hold(team_policy, cast, {"open": open_team, "closed": closed}, expected, {"add": "learning boss"})


def test_who_may_see_what_failed_and_try_it_again(cast: dict[str, User]) -> None:
    rows: dict[str, Any] = {"it": failed.task()}
    hold(failed_task_policy, cast, rows, {"view": {"it": "boss"}, "try_again": {"it": "boss"}}, {"view": "boss"})
    rows = {"it": failed.mail()}
    hold(outgoing_mail_policy, cast, rows, {"view": {}, "try_again": {"it": "boss"}}, {})


def test_who_may_change_the_organisation_and_its_locations(cast: dict[str, User]) -> None:
    both = "learning boss"
    rows: dict[str, Any] = {"one": Organisation.objects.get()}
    hold(organisation_policy, cast, rows, {"view": {"one": both}, "change": {"one": both}, "remove": {}}, {})
    rows = {"main": Location.objects.get(), "other": Location.objects.create(name="Porto")}
    expected = {
        "view": {"main": both, "other": both},
        "change": {"main": both, "other": both},
        "remove": {"main": "", "other": both},
    }
    hold(location_policy, cast, rows, expected, {"add": both})


def test_who_may_view_do_and_steer_enrolments(cast: dict[str, User]) -> None:
    path = paths.path(paths.step("practice"))

    def enrol(name: str, **fields: Any) -> Enrolment:
        return paths.enrolment(cast[name], path, **fields)

    def completed(until_on: date | None) -> Enrolment:
        """A path that led to a role which is held, or was until a day."""
        done = enrol("mate", status="completed", ended_at=basics.MONDAY)
        fields = {
            "from_on": basics.MONDAY.date(),
            "until_on": until_on,
            "made_by": cast["boss"],
            "made_at": basics.MONDAY,
        }
        done.role_holding = RoleHolding.objects.create(person=done.person, role_version=done.role_version, **fields)
        done.save()
        return done

    rows = {
        "running": enrol("learner"),
        "ended": enrol("learner", status="withdrawn", ended_at=basics.MONDAY),
        "taken back": enrol(
            "mate", status="taken_back", ended_at=basics.MONDAY, taken_back_by=cast["boss"], taken_back_reason="Typed"
        ),
        "paused": enrol("mate", status="paused"),
        "completed": completed(None),
        "role over": completed(basics.MONDAY.date()),
        "led nowhere": enrol("mate", status="completed", ended_at=basics.MONDAY),
        "higher": enrol("manager"),
        "hers": enrol("learning"),
        "elsewhere": enrol("elsewhere"),
    }
    steered = {
        "running": "manager second chief learning",
        "paused": "manager second chief learning",
        "higher": "chief learning",
        "elsewhere": "other learning",
    }
    view = {
        "running": f"learner {steered['running']}",
        "ended": f"learner {steered['running']}",
        "taken back": f"mate {steered['paused']}",
        "paused": f"mate {steered['paused']}",
        "completed": f"mate {steered['paused']}",
        "role over": f"mate {steered['paused']}",
        "led nowhere": f"mate {steered['paused']}",
        "higher": f"manager {steered['higher']}",
        "hers": "learning",
        "elsewhere": f"elsewhere {steered['elsewhere']}",
    }
    own = {"running": "learner", "higher": "manager", "hers": "learning", "elsewhere": "elsewhere"}
    add = {"add": "manager second chief other playing learning"}
    back = steered | {"taken back": steered["paused"]}
    show = own | {"completed": "mate"}
    acts = {"view": view, "do": own, "show": show, "steer": steered, "take_back": back}
    hold(enrolment_policy, cast, rows, acts, add)


def test_who_may_see_make_and_switch_off_rules(cast: dict[str, User]) -> None:
    rule = EnrolmentRule.objects.create(
        job="Consultant",
        path=paths.path(paths.step("practice")).path,
        joined_from_on=basics.MONDAY.date(),
        switched_on_by=cast["learning"],
        switched_on_at=basics.MONDAY,
    )
    expected = {"view": {"rule": "learning"}, "switch_off": {"rule": "learning"}}
    hold(enrolment_rule_policy, cast, {"rule": rule}, expected, {"add": "learning"})
