"""Rules that enrol: whom they are for, from which day, what they leave alone, and who is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from coaching.api import CoachAssignment, enrol_by_rules, look_at_rule, switch_on_rule
from lms import clock
from lms.api import (
    LEARNING_ADMINISTRATORS,
    Enrolment,
    EnrolmentRule,
    Location,
    Membership,
    Notice,
    PathVersion,
    RuleSpec,
    Team,
    User,
    remove_location,
    rule_spec,
    switch_off_rule,
)
from lms.errors import Changed, Conflict, Invalid, NotAllowed
from lms.models import Path
from lms.rules.groups import PeopleGroup
from lms.rules.said import full_day
from tests.clients import log_in
from tests.factories import basics, coaching, learners, notices, paths, people

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@dataclass
class Company:
    """A team with one below it; Old came long ago, Nia comes in ten days."""

    team: Team
    below: Team
    manager: User
    learning: User
    old: User
    nia: User
    version: PathVersion
    today: date

    def spec(self, **fields: Any) -> RuleSpec:
        group = fields.pop("group", None) or PeopleGroup(self.team.uid)
        return RuleSpec(group, self.version.path.uid, fields.pop("joined_from_on", self.today), fields.pop("days", 0))

    def on(self, spec: RuleSpec | None = None, by: User | None = None, **fields: Any) -> EnrolmentRule:
        spec, by = spec or self.spec(), by or self.learning
        at = fields.pop("at", clock.now())
        fields = {"shown": look_at_rule(by, spec, at).shown, "key": basics.key()} | fields
        return switch_on_rule(actor=by, spec=spec, at=at, **fields)

    def joiner(self, name: str, first_day: date | None, team: Team | None = None, **fields: Any) -> User:
        who = people.person(name, started_on=first_day, **fields)
        Membership.objects.create(person=who, team=team or self.below, from_on=self.today - DAY)
        return who


@pytest.fixture
def company() -> Company:
    today, manager, old, nia = learners.today(), people.person("Max"), people.person("Old"), people.person("Nia")
    User.objects.filter(pk=nia.pk).update(started_on=today + 10 * DAY)
    top = people.team(old, manager=manager)
    below = people.team(nia, parent=top)
    version = paths.path(paths.step("demonstration", skills=("trust",)), paths.step("session", "talk"))
    return Company(top, below, manager, people.in_group(LEARNING_ADMINISTRATORS), old, nia, version, today)


def enrolled() -> dict[str, date]:
    return dict(Enrolment.objects.values_list("person__full_name", "started_on"))


def test_a_look_says_whom_it_enrols_and_whom_it_leaves_alone(company: Company) -> None:
    look = look_at_rule(company.learning, company.spec(days=3), clock.now())
    assert [(start.person, start.started_on) for start in look.starts] == [(company.nia, company.today + 13 * DAY)]
    assert (look.later, look.before) == (0, 1)
    assert enrolled() == {}
    for who in (company.manager, company.nia):
        with pytest.raises(NotAllowed):
            look_at_rule(who, company.spec(), clock.now())


def test_a_rule_enrols_joiners_of_its_group_and_nobody_else(company: Company) -> None:
    rule = company.on()
    assert enrolled() == {"Nia": company.today + 10 * DAY}
    company.joiner("Late", company.today - 4 * DAY)
    company.joiner("Now", company.today, company.team)
    company.joiner("Unknown", None)
    company.joiner("Elsewhere", company.today, people.team())
    company.joiner("Ended", company.today, **people.LEFT)
    company.joiner("Next Year", company.today + 366 * DAY)
    assert enrol_by_rules(clock.now()) == 2
    found = {"Nia": company.today + 10 * DAY, "Now": company.today, "Unknown": company.today}
    assert enrolled() == found
    assert enrol_by_rules(clock.now()) == 0, "once"
    assert set(Enrolment.objects.values_list("rule", flat=True)) == {rule.pk}
    assert set(Enrolment.objects.values_list("enrolled_by", flat=True)) == {company.learning.pk}
    assert enrol_by_rules(clock.now() + 2 * DAY) == 1, "in less than a year now"


def test_a_rule_for_a_location_or_a_job_title(company: Company) -> None:
    porto = Location.objects.create(name="Porto")
    User.objects.filter(pk=company.nia.pk).update(location=porto, job="Consultant")
    company.on(company.spec(group=PeopleGroup(location_uid=porto.uid)))
    assert set(enrolled()) == {"Nia"}
    other = paths.path(paths.step("session", "other"))
    company.version = other
    company.on(company.spec(group=PeopleGroup(job="CONSULTANT")))
    assert Enrolment.objects.filter(person=company.nia).count() == 2, "two rules, two paths"
    User.objects.filter(pk=company.nia.pk).update(location=None)
    remove = {"actor": company.learning, "location_uid": porto.uid, "key": basics.key(), "at": clock.now()}
    with pytest.raises(Conflict, match="A rule that enrols people names Porto"):
        remove_location(**remove)


@pytest.mark.parametrize("status", ["active", "completed", "withdrawn", "taken_back"])
def test_whoever_was_on_the_path_before_is_left_alone(company: Company, status: str) -> None:
    ended = {} if status == "active" else {"ended_at": clock.now()}
    taken = {"taken_back_by": company.manager, "taken_back_reason": "Typed"} if status == "taken_back" else {}
    paths.enrolment(company.nia, company.version, status=status, **ended, **taken)
    company.on()
    assert Enrolment.objects.count() == 1


def test_nobody_is_enrolled_by_a_rule_of_their_own(company: Company) -> None:
    Membership.objects.create(person=company.learning, team=company.team, from_on=company.today)
    User.objects.filter(pk=company.learning.pk).update(started_on=company.today)
    company.on()
    assert set(enrolled()) == {"Nia"}


def test_people_and_managers_are_told_and_a_coach_is_proposed(company: Company) -> None:
    coach = coaching.coach("Cora", capacity=1)
    coaching.grant_for_long(coach, "trust")
    company.joiner("Second", company.today, company.team)
    company.on()
    told = notices.told(company.manager)
    assert sum("by the rule for the team" in text for text in told) == 2
    assert sum("proposes Cora as the coach of" in text for text in told) == 1, "one place, one proposal"
    assert CoachAssignment.objects.get().status == "proposed"
    assert any("You are on the path" in text for text in notices.told(company.nia))
    Membership.objects.filter(role="manager").delete()
    company.joiner("Third", company.today)
    enrol_by_rules(clock.now())
    assert any("Third is on the path" in text for text in notices.told(company.learning)), "where nobody manages them"


def test_a_stale_look_switches_nothing_on(company: Company) -> None:
    shown = look_at_rule(company.learning, company.spec(), clock.now()).shown
    company.joiner("Meanwhile", company.today)
    with pytest.raises(Changed):
        company.on(shown=shown)
    assert (EnrolmentRule.objects.count(), Enrolment.objects.count()) == (0, 0)


def test_a_rule_is_switched_on_once_and_off_once(company: Company) -> None:
    key, at = basics.key(), clock.now()
    shown = look_at_rule(company.learning, company.spec(), at).shown
    rule = company.on(key=key, at=at, shown=shown)
    told = Notice.objects.count()
    assert company.on(key=key, at=at, shown=shown) == rule
    assert Notice.objects.count() == told
    with pytest.raises(Conflict, match="switched on already"):
        company.on()
    off = {"actor": company.learning, "rule_uid": rule.uid, "at": clock.now()}
    switch_off_rule(**off, key=basics.key())
    with pytest.raises(Conflict, match="off already"):
        switch_off_rule(**off, key=basics.key())
    company.joiner("Too Late", company.today)
    assert enrol_by_rules(clock.now()) == 0
    assert set(enrolled()) == {"Nia"}, "whom it enrolled stays enrolled"
    company.on()
    assert set(enrolled()) == {"Nia", "Too Late"}, "another rule begins anew"


def test_a_rule_whose_path_is_gone_enrols_nobody_and_stops_no_other(company: Company) -> None:
    company.on()
    other = paths.path(paths.step("session", "other"))
    gone, company.version = company.version, other
    company.on()
    Path.objects.filter(pk=gone.path_id).update(archived_at=clock.now())
    company.joiner("New", company.today)
    assert enrol_by_rules(clock.now()) == 1
    assert Enrolment.objects.get(person__full_name="New").path == other.path


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"team_uid": None}, ""),
        ({"job": "Consultant"}, ""),
        ({"team_uid": basics.uid("gone")}, "team"),
        ({"team_uid": None, "location_uid": basics.uid("gone")}, "location"),
        ({"days_after": 366}, "days_after"),
        ({"days_after": -1}, "days_after"),
        ({"joined_from_on": date(2001, 1, 1)}, "joined_from_on"),
        ({"path_uid": basics.uid("gone")}, "path"),
    ],
)
def test_what_is_no_rule_is_refused_in_a_sentence(company: Company, change: dict[str, Any], field: str) -> None:
    fields: dict[str, Any] = {
        "team_uid": company.team.uid,
        "location_uid": None,
        "job": "",
        "path_uid": company.version.path.uid,
        "joined_from_on": company.today,
        "days_after": 0,
        "at": clock.now(),
    }
    assert rule_spec(**fields) == company.spec()
    with pytest.raises(Invalid) as caught:
        rule_spec(**fields | change)
    assert set(caught.value.fields) == ({field} if field else set())
    assert str(caught.value).endswith(".")


def test_queries_of_the_sweep_do_not_grow_with_people(company: Company) -> None:
    coach = coaching.coach("Cora", capacity=50)
    coaching.grant_for_long(coach, "trust")
    company.on()
    counts = []
    for number in (1, 50):
        for each in range(number):
            company.joiner(f"Joiner {number} {each}", company.today)
        with CaptureQueriesContext(connection) as asked:
            assert enrol_by_rules(clock.now()) == number
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 28  # four ask who is ready with it


def test_the_pages_look_first_then_switch_on_and_off(company: Company) -> None:
    browser, url = log_in(company.learning), reverse("enrolments_rule_new")
    form = {
        "team": str(company.team.uid),
        "path": str(company.version.path.uid),
        "joined_from_on": str(company.today),
        "days_after": "0",
        "key": str(basics.key()),
    }
    assert browser.get(url).status_code == 200
    assert "No rule is on." in browser.get(reverse("enrolments_rules")).content.decode()
    looked = browser.post(url, form | {"act": "look"})
    page = looked.content.decode()
    assert looked.status_code == 200
    assert "1 person is enrolled as soon as the rule is on:" in page
    assert f"1 person joined before {full_day(company.today)} and is left alone." in page
    assert not EnrolmentRule.objects.exists()
    assert browser.post(url, form | {"act": "do", "shown": "0" * 64}).status_code == 409
    assert browser.post(url, form | {"act": "look", "team": ""}).status_code == 422
    on = browser.post(url, form | {"act": "do", "shown": looked.context["shown"]})
    rule = EnrolmentRule.objects.get()
    assert (on.status_code, on["Location"]) == (302, reverse("enrolments_rule", args=[rule.uid]))
    page = browser.get(on["Location"]).content.decode()
    assert "Nia" in page
    assert browser.post(on["Location"], {"key": str(basics.key())}).status_code == 302
    assert browser.post(on["Location"], {"key": str(basics.key())}).status_code == 409
    listed = browser.get(reverse("enrolments_rules")).content.decode()
    assert "Switched off" in listed
    other = log_in(company.manager)
    pages = (url, reverse("enrolments_rules"), on["Location"])
    assert [other.get(page).status_code for page in pages] == [403, 403, 404]
