"""Enrolling many at once: who comes, who does not and why, with which coach; all or nothing, and once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from coaching.api import CoachAssignment, CoachProfile, enrol_many, plan_many
from coaching.rules.many import Many
from lms import clock
from lms.api import LEARNING_ADMINISTRATORS, Act, Enrolment, Location, Notice, PathVersion, Team, User
from lms.errors import Changed, Invalid, NotAllowed
from lms.rules.groups import PeopleGroup
from tests.clients import log_in
from tests.factories import basics, coaching, learners, notices, paths, people

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@dataclass
class Sales:
    """A team with one below it, a manager, L&D, and a path that asks to show two skills."""

    team: Team
    manager: User
    learning: User
    ann: User
    ben: User
    cleo: User
    stranger: User
    version: PathVersion

    def wanted(self, *who: User, **fields: Any) -> Many:
        return Many(self.version.path.uid, tuple(person.uid for person in who), **fields)

    def plan(self, wanted: Many, by: User | None = None) -> Any:
        return plan_many(by or self.manager, wanted, clock.now())

    def enrol(self, wanted: Many, by: User | None = None, **fields: Any) -> list[Enrolment]:
        by = by or self.manager
        fields = {"shown": self.plan(wanted, by).shown, "key": basics.key(), "at": clock.now()} | fields
        return enrol_many(actor=by, wanted=wanted, **fields)


@pytest.fixture
def sales() -> Sales:
    version = paths.path(paths.step("demonstration", skills=("listening", "trust")), paths.step("session", "talk"))
    ann, ben, cleo, stranger = (people.person(name) for name in ("Ann", "Ben", "Cleo", "Zoe Stranger"))
    manager = people.person("Max Manager")
    top = people.team(ann, ben, manager=manager)
    people.team(cleo, parent=top)
    people.team(stranger)
    return Sales(top, manager, people.in_group(LEARNING_ADMINISTRATORS), ann, ben, cleo, stranger, version)


def lines(plan: Any) -> dict[str, str]:
    return {line.said: line.problem for line in plan.lines}


NOBODYS = "Nobody whom you can enrol has this address."


def test_a_pasted_column_says_of_each_line_what_becomes_of_it(sales: Sales) -> None:
    pasted = f"E-mail\n{sales.ann.email.upper()}\r\nBen <{sales.ben.email}>; {sales.cleo.email}\n\nnobody@example.com\n"
    plan = sales.plan(sales.wanted(sales.ann, addresses=pasted + sales.stranger.email))
    assert lines(plan) == {
        "Ann": "",
        "Ben": "",
        "Cleo": "",
        "E-mail": "There is no address in this line.",
        "nobody@example.com": NOBODYS,
        sales.stranger.email: NOBODYS,
    }


def test_a_group_is_who_belongs_to_all_that_is_given(sales: Sales) -> None:
    porto = Location.objects.create(name="Porto")
    there = User.objects.filter(pk__in=[sales.ann.pk, sales.cleo.pk, sales.stranger.pk])
    there.update(location=porto, job="Consultant")
    User.objects.filter(pk=sales.cleo.pk).update(job="Engineer")

    def named(by: User, **group: Any) -> set[str]:
        return set(lines(sales.plan(sales.wanted(group=PeopleGroup(**group)), by)))

    assert named(sales.manager, team_uid=sales.team.uid) == {"Ann", "Ben", "Cleo"}, "with the team below"
    assert named(sales.learning, location_uid=porto.uid) == {"Ann", "Cleo", "Zoe Stranger"}
    assert named(sales.manager, location_uid=porto.uid) == {"Ann", "Cleo"}, "of their own people only"
    assert named(sales.learning, team_uid=sales.team.uid, location_uid=porto.uid, job="consultant") == {"Ann"}
    main = Location.objects.get(is_main=True).uid
    assert named(sales.manager, location_uid=main) == {"Ben"}, "who has no location works at the main one"
    assert named(sales.learning, team_uid=basics.uid("gone")) == set()


def test_who_is_or_was_on_the_path_is_a_problem(sales: Sales) -> None:
    paths.enrolment(sales.ann, sales.version)
    paths.enrolment(sales.ben, sales.version, status="completed", ended_at=clock.now())
    plan = sales.plan(sales.wanted(sales.ann, sales.ben, sales.cleo))
    assert lines(plan) == {
        "Ann": "Is on this path already.",
        "Ben": "Was on this path before. If it is meant, enrol this person alone.",
        "Cleo": "",
    }


def test_all_or_nothing_unless_others_are_left_out(sales: Sales) -> None:
    paths.enrolment(sales.ann, sales.version)
    wanted = sales.wanted(sales.ann, sales.ben, sales.cleo)
    with pytest.raises(Invalid) as caught:
        sales.enrol(wanted)
    assert "leave_out" in caught.value.fields
    assert (Enrolment.objects.count(), Act.objects.count()) == (1, 0)
    assert {row.person for row in sales.enrol(wanted, leave_out=True)} == {sales.ben, sales.cleo}
    with pytest.raises(Invalid):
        sales.enrol(wanted, leave_out=True)
    with pytest.raises(Invalid, match="Say who"):
        sales.plan(sales.wanted())


def test_a_manager_enrols_their_own_people_only(sales: Sales) -> None:
    nobody = sales.plan(sales.wanted(sales.stranger, sales.manager))
    assert nobody.lines == ()
    made = sales.enrol(sales.wanted(sales.stranger, sales.ann))
    assert [row.person for row in made] == [sales.ann]
    with pytest.raises(NotAllowed):
        sales.plan(sales.wanted(sales.ann), sales.ann)


def test_each_begins_on_their_own_first_day_unless_one_is_given(sales: Sales) -> None:
    today = learners.today()
    User.objects.filter(pk=sales.ann.pk).update(started_on=today + 20 * DAY)
    User.objects.filter(pk=sales.ben.pk).update(started_on=today - 20 * DAY)
    User.objects.filter(pk=sales.cleo.pk).update(started_on=today + 400 * DAY)
    who = (sales.ann, sales.ben, sales.cleo)
    plan = sales.plan(sales.wanted(*who))
    assert [(line.said, line.started_on) for line in plan.coming] == [("Ann", today + 20 * DAY), ("Ben", today)]
    assert "Choose a day from" in plan.problems[0].problem
    same = sales.plan(sales.wanted(*who, started_on=today + 3 * DAY))
    assert {line.started_on for line in same.coming} == {today + 3 * DAY}
    (made,) = sales.enrol(sales.wanted(sales.ann, background="graduate"))
    assert (made.started_on, made.background, made.enrolled_by) == (today + 20 * DAY, "graduate", sales.manager)
    assert any("You are on the path" in text for text in notices.told(sales.ann))


def test_coaches_are_given_by_grants_and_free_places(sales: Sales) -> None:
    one, both = coaching.coach("Olga One", capacity=5), coaching.coach("Boris Both", capacity=1)
    coaching.coach("Nora None", capacity=9)
    away = coaching.coach("Abe Away", capacity=9)
    for who, skills in ((one, ["trust"]), (both, ["listening", "trust"]), (away, ["listening", "trust"])):
        coaching.grant_for_long(who, *skills)
    today = learners.today()
    CoachProfile.objects.filter(person=away).update(away_from=today, away_until=today)
    wanted = sales.wanted(sales.ann, sales.ben, sales.cleo)
    plan = sales.plan(wanted)
    given = {line.said: line.coach.person for line in plan.coming}
    assert given == {"Ann": both, "Ben": one, "Cleo": one}
    sales.enrol(wanted)
    active = CoachAssignment.objects.filter(status="active")
    assert {row.enrolment.person.full_name: row.coach.person for row in active} == given
    assert dict(CoachProfile.objects.values_list("person", "load"))[one.pk] == 2
    assert any("coach of Ben" in text for text in notices.told(one))
    assert any("Olga One is your coach" in text for text in notices.told(sales.ben))


def test_nobody_coaches_themself_and_without_places_nobody_does(sales: Sales) -> None:
    profile = coaching.coach_profile(sales.ann, capacity=1)
    coaching.grant_for_long(sales.ann, "trust")
    plan = sales.plan(sales.wanted(sales.ann, sales.ben, sales.cleo))
    assert [line.coach for line in plan.coming] == [None, profile, None]
    assert plan.without_coach == 2
    assert sales.plan(sales.wanted(sales.ben, with_coaches=False)).coming[0].coach is None


def test_a_stale_dry_run_enrols_nobody(sales: Sales) -> None:
    coach = coaching.coach("Cora Coach", capacity=2)
    coaching.grant_for_long(coach, "trust")
    wanted = sales.wanted(sales.ann, sales.ben)
    shown = sales.plan(wanted).shown
    CoachProfile.objects.update(capacity=1)
    with pytest.raises(Changed):
        sales.enrol(wanted, shown=shown)
    assert not Enrolment.objects.exists()
    assert not Act.objects.exists()


def test_the_same_form_twice_enrols_once(sales: Sales) -> None:
    wanted, key = sales.wanted(sales.ann, sales.ben), basics.key()
    shown = sales.plan(wanted).shown
    first = sales.enrol(wanted, shown=shown, key=key)
    told = Notice.objects.count()
    again = sales.enrol(wanted, shown=shown, key=key)
    assert {row.uid for row in again} == {row.uid for row in first}
    assert (Enrolment.objects.count(), Notice.objects.count()) == (2, told)


def test_more_than_five_hundred_are_refused_in_a_sentence(sales: Sales) -> None:
    pasted = "\n".join(f"p{number}@example.com" for number in range(501))
    with pytest.raises(Invalid, match="more than 500"):
        sales.plan(sales.wanted(addresses=pasted))


def test_queries_do_not_grow_with_people(sales: Sales) -> None:
    """One and fifty, each with a coach and a demonstration that is done already."""
    coach = coaching.coach("Cora Coach", capacity=50)
    coaching.coach("Carl Coach", capacity=50)
    for profile in CoachProfile.objects.all():
        coaching.grant_for_long(profile.person, "trust")
    many = [people.person() for _ in range(50)]
    people.team(*many, manager=sales.manager)
    assert coach
    counts = []
    for who in (many[:1], [sales.ann], many[1:]):  # the first keeps what the role asks for
        wanted = sales.wanted(*who)
        manager = people.fresh(sales.manager)
        plan = sales.plan(wanted, manager)
        with CaptureQueriesContext(connection) as asked:
            made = sales.enrol(wanted, people.fresh(sales.manager), shown=plan.shown)
        counts.append(len(asked))
        assert len(made) == len(who)
    assert counts[1] == counts[2]
    assert counts[2] <= 50  # two ask which accounts are of one human, one what day it is, four who is ready with it


def test_the_page_shows_who_comes_before_anything_is_done(sales: Sales) -> None:
    browser, url = log_in(sales.manager), reverse("enrolments_many")
    form = {
        "path": str(sales.version.path.uid),
        "background": "other",
        "addresses": f"{sales.ann.email}\nnobody@example.com",
        "with_coaches": "on",
        "key": str(basics.key()),
    }
    assert browser.get(url).status_code == 200
    looked = browser.post(url, form | {"act": "look"})
    assert looked.status_code == 200
    page = looked.content.decode()
    assert NOBODYS in page
    assert not Enrolment.objects.exists()
    shown = looked.context["shown"]
    refused = browser.post(url, form | {"act": "do", "shown": shown})
    assert refused.status_code == 422
    assert "Leave them out, or correct the list." in refused.content.decode()
    stale = browser.post(url, form | {"act": "do", "shown": "0" * 64, "leave_out": "on"})
    assert stale.status_code == 409
    assert browser.post(url, form | {"act": "do", "shown": shown, "leave_out": "on"}).status_code == 302
    assert Enrolment.objects.get().person == sales.ann
    assert browser.post(url, form | {"act": "fly"}).status_code == 422
    assert browser.post(url, {"act": "look", "key": str(basics.key())}).status_code == 422
    nobody = browser.post(url, form | {"act": "look", "addresses": ""})
    assert (nobody.status_code, "Say who" in nobody.content.decode()) == (422, True)
    assert log_in(sales.ann).get(url).status_code == 403
