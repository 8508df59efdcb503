"""Who may see and do what in the record."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db.models import Q

from lms.api import (
    LEARNING_ADMINISTRATORS,
    Enrolment,
    Membership,
    Organisation,
    RowPolicy,
    User,
    duties_now,
    enrolment_policy,
    everybody,
    invite_person,
    managed_by,
    managed_teams,
    managers_of,
    nobody,
    organisations_day,
    people_policy,
)
from lms.errors import NotAllowed, NotFound
from lms.policies import people_in_admin_policy
from tests.factories import basics, paths, people

pytestmark = pytest.mark.django_db
ON = date(2026, 3, 2)


def fresh(who: User) -> User:
    """The person as the next request has them: nothing remembered."""
    return User.objects.get(pk=who.pk)


def managed(who: User) -> set[User]:
    return set(User.objects.filter(managed_by(fresh(who))))


@pytest.fixture
def tree():
    """top > middle > low, with a member in each; middle has no manager of its own."""
    persons = {name: people.person(name.capitalize()) for name in ("chief", "lead", "one", "two", "three", "outside")}
    top = people.team(persons["one"], manager=persons["chief"], slug="top")
    middle = people.team(persons["two"], parent=top, slug="middle")
    people.team(persons["three"], manager=persons["lead"], parent=middle, slug="low")
    people.team(persons["outside"], slug="elsewhere")
    return persons


def test_a_manager_sees_the_members_of_every_team_below(tree):
    assert managed(tree["chief"]) == {tree["one"], tree["two"], tree["three"], tree["lead"]}
    assert managed(tree["lead"]) == {tree["three"]}
    assert managed(tree["one"]) == set()
    assert len(managed_teams(fresh(tree["chief"]))) == 3


def test_a_manager_who_is_a_member_too_does_not_manage_themself(tree):
    top = Membership.objects.get(person=tree["chief"]).team
    Membership.objects.create(person=tree["chief"], team=top, from_on=date(2026, 1, 1))
    assert tree["chief"] not in managed(tree["chief"])


def test_two_managers_of_one_team_do_not_manage_each_other(tree):
    second, top = people.person("Second"), Membership.objects.get(person=tree["chief"]).team
    Membership.objects.create(person=second, team=top, role="manager", from_on=date(2026, 1, 1))
    assert second not in managed(tree["chief"])
    assert tree["chief"] not in managed(second)
    assert tree["lead"] in managed(second)


def test_memberships_count_on_their_days_only(tree):
    Membership.objects.filter(person=tree["lead"]).update(until_on=date(2026, 2, 1))
    assert managed(tree["lead"]) == set()
    Membership.objects.filter(person=tree["three"]).update(until_on=date(2026, 2, 1))
    assert tree["three"] not in managed(tree["chief"])


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Asia/Tokyo", "UTC", "America/Lima", "Pacific/Pago_Pago"])
@pytest.mark.parametrize("hour", [0, 5, 11, 17, 23])
def test_memberships_begin_and_end_at_midnight_of_the_organisation(tree, zone, hour, monkeypatch):
    at = datetime(2026, 3, 2, hour, 30, tzinfo=UTC)
    here = at.astimezone(ZoneInfo(zone)).date()
    Organisation.objects.update(time_zone=zone)
    monkeypatch.setattr("lms.clock.now", lambda: at)
    monkeypatch.setattr("lms.policies.people.now", lambda: at)
    three, lead, comer = tree["three"], tree["lead"], people.person("Comer")
    low = Membership.objects.get(person=three).team
    Membership.objects.filter(person=three).update(until_on=here - timedelta(days=1))
    Membership.objects.create(person=comer, team=low, from_on=here)
    assert managed(lead) == {comer}, "who belongs to the team from today on, and nobody who did until yesterday"
    assert "manager" in duties_now(fresh(lead))
    Membership.objects.filter(person=lead).update(from_on=here + timedelta(days=1))
    assert managed(lead) == set(), "who manages from tomorrow on"
    assert "manager" not in duties_now(fresh(lead))
    Membership.objects.filter(person=lead).update(from_on=date(2026, 1, 1), until_on=here - timedelta(days=1))
    assert managed(lead) == set(), "who managed until yesterday"
    Membership.objects.filter(person=lead).update(until_on=here)
    assert managed(lead) == {comer}, "the last day counts"


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_who_is_invited_belongs_to_the_team_at_once(tree, zone, monkeypatch):
    at = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    Organisation.objects.update(time_zone=zone)
    monkeypatch.setattr("lms.policies.people.now", lambda: at)
    low = Membership.objects.get(person=tree["three"]).team
    learning = people.in_group(LEARNING_ADMINISTRATORS)
    fields = {"email": "new@example.com", "full_name": "New Comer", "team_id": low.pk, "time_zone": zone}
    invited = invite_person(actor=learning, key=basics.key(), at=at, link_for=lambda _person: "", **fields)
    assert Membership.objects.get(person=invited).from_on == organisations_day(at)
    assert invited in managed(tree["lead"])


def test_the_nearest_manager_above_is_the_manager(tree, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert managers_of(tree["three"], ON) == [tree["lead"]]
    assert managers_of(tree["two"], ON) == [tree["chief"]], "a team without a manager looks above"
    assert managers_of(tree["one"], ON) == [tree["chief"]]
    assert managers_of(tree["outside"], ON) == []
    assert managers_of(tree["lead"], ON) == [tree["chief"]], "who manages a team is managed from above"
    assert managers_of(tree["chief"], ON) == []


def test_a_manager_who_left_or_is_the_person_counts_for_nothing(tree):
    User.objects.filter(pk=tree["lead"].pk).update(is_active=False, deactivated_at=basics.MONDAY)
    assert managers_of(tree["three"], ON) == [tree["chief"]]
    low = Membership.objects.get(person=tree["three"]).team
    Membership.objects.create(person=tree["three"], team=low, role="manager", from_on=date(2026, 1, 1))
    assert managers_of(tree["three"], ON) == [tree["chief"]]


def test_two_managers_by_name_and_a_person_who_changes_teams(tree):
    low = Membership.objects.get(person=tree["three"]).team
    second = people.person("Ada")
    Membership.objects.create(person=second, team=low, role="manager", from_on=date(2026, 1, 1))
    assert managers_of(tree["three"], ON) == [second, tree["lead"]]
    elsewhere = Membership.objects.get(person=tree["outside"])
    Membership.objects.create(person=second, team=elsewhere.team, role="manager", from_on=date(2026, 1, 1))
    Membership.objects.filter(pk=elsewhere.pk).update(until_on=ON)
    Membership.objects.create(person=tree["outside"], team=low, from_on=ON)
    assert managers_of(tree["outside"], ON) == [second, tree["lead"]], "each once on the day of both"
    assert managers_of(tree["outside"], ON + timedelta(days=1)) == [second, tree["lead"]]
    assert managers_of(tree["three"], date(2025, 12, 31)) == []


def test_enrolments_are_seen_by_learner_manager_and_learning(tree):
    enrolment = paths.enrolment(tree["three"], paths.path(paths.step("practice", "p")))
    learning = people.in_group(LEARNING_ADMINISTRATORS)
    for who in (tree["three"], tree["lead"], tree["chief"], learning):
        assert enrolment_policy.get(fresh(who), "view", uid=enrolment.uid) == enrolment
    for who in (tree["one"], tree["outside"], people.administrator(), people.in_group("Authors")):
        with pytest.raises(NotFound):
            enrolment_policy.get(fresh(who), "view", uid=enrolment.uid)
        with pytest.raises(NotFound):
            enrolment_policy.get(fresh(who), "steer", uid=enrolment.uid)


def test_steering_is_for_others_and_while_it_is_open(tree):
    enrolment = paths.enrolment(tree["three"], paths.path(paths.step("practice", "p")))
    assert enrolment_policy.get(fresh(tree["lead"]), "steer", uid=enrolment.uid)
    with pytest.raises(NotAllowed):
        enrolment_policy.get(fresh(tree["three"]), "steer", uid=enrolment.uid)
    learning = people.in_group(LEARNING_ADMINISTRATORS)
    own = paths.enrolment(learning, paths.path(paths.step("practice", "q")))
    with pytest.raises(NotAllowed):
        enrolment_policy.get(fresh(learning), "steer", uid=own.uid)
    Enrolment.objects.filter(pk=enrolment.pk).update(status="withdrawn", ended_at=basics.MONDAY)
    with pytest.raises(NotAllowed):
        enrolment_policy.get(fresh(tree["lead"]), "steer", uid=enrolment.uid)
    with pytest.raises(NotAllowed):
        enrolment_policy.get(fresh(tree["three"]), "do", uid=enrolment.uid)


def test_managers_see_their_people_and_learning_administrators_invite(tree):
    learning = people.in_group(LEARNING_ADMINISTRATORS)
    assert set(people_policy.queryset(fresh(tree["lead"]), "view")) == {tree["lead"], tree["three"]}
    assert people_policy.queryset(fresh(learning), "view").count() == User.objects.count()
    people_policy.require(fresh(learning), "invite")
    with pytest.raises(NotAllowed):
        people_policy.require(fresh(tree["chief"]), "invite")
    with pytest.raises(NotAllowed):
        people_policy.get(fresh(learning), "end", uid=learning.uid)
    with pytest.raises(NotFound):
        people_policy.get(fresh(tree["lead"]), "enrol", uid=tree["outside"].uid)


def test_an_inactive_person_may_nothing(tree):
    gone = tree["chief"]
    gone.is_active = False
    assert not people_policy.queryset(gone, "view").exists()
    with pytest.raises(NotFound):
        people_policy.get(gone, "view", uid=gone.uid)
    with pytest.raises(NotAllowed):
        people_policy.require(gone, "invite")


def test_what_wagtail_asks_a_policy(tree: dict[str, Any]) -> None:
    lead, gone = fresh(tree["lead"]), people.administrator(people.person(**people.LEFT))
    strong = people.administrator()
    assert people_in_admin_policy.user_has_permission(strong, "add")
    assert not people_in_admin_policy.user_has_permission(lead, "add")
    assert not people_in_admin_policy.user_has_permission(gone, "add")
    with pytest.raises(NotAllowed):
        people_in_admin_policy.require(gone, "add")
    assert people_policy.user_has_permission_for_instance(lead, "view", tree["three"])
    assert not people_policy.user_has_permission_for_instance(lead, "view", tree["outside"])
    assert set(people_policy.instances_user_has_any_permission_for(lead, ["view", "end"])) == {lead, tree["three"]}
    assert not people_in_admin_policy.instances_user_has_any_permission_for(gone, ["view"]).exists()
    assert set(people_policy.users_with_any_permission(["view"])) == {strong}
    with pytest.raises(NotFound):
        people_policy.get(lead, "view", uid=tree["outside"].uid)


class Generous(RowPolicy[User]):
    """Lets everybody do everything, and does not ask whether they are active."""

    def rows(self, user: User, action: str) -> Q:
        return everybody()

    def may(self, user: User, action: str) -> bool:
        return True


def test_no_policy_has_to_ask_itself_whether_somebody_is_active() -> None:
    policy, here, gone = Generous(User), people.person(), people.person(**people.LEFT)
    policy.require(here, "add")
    assert policy.user_has_permission(here, "add")
    assert policy.instances_user_has_any_permission_for(here, ["view"]).exists()
    with pytest.raises(NotAllowed):
        policy.require(gone, "add")
    assert not policy.user_has_permission(gone, "add")
    assert not policy.instances_user_has_any_permission_for(gone, ["view"]).exists()


def test_everybody_and_nobody_survive_being_combined(tree):
    count = User.objects.count()
    assert User.objects.filter(everybody() | nobody()).count() == count
    assert User.objects.filter(nobody() | everybody()).count() == count
    assert User.objects.filter(everybody() & nobody()).count() == 0


def test_unknown_actions_give_nothing(tree):
    for policy in (enrolment_policy, people_policy):
        assert not policy.queryset(fresh(tree["chief"]), "fly").exists()


def test_a_path_is_walked_by_its_learner_and_nobody_else(tree: dict[str, Any]) -> None:
    enrolment = paths.enrolment(tree["three"], paths.path(paths.step("practice")))
    assert enrolment_policy.get(tree["three"], "do", pk=enrolment.pk) == enrolment
    for who in (tree["lead"], tree["one"], people.in_group(LEARNING_ADMINISTRATORS), people.administrator()):
        assert not enrolment_policy.queryset(who, "do").exists()
    enrolment.status = Enrolment.Status.PAUSED
    enrolment.save()
    assert not enrolment_policy.queryset(tree["three"], "do").exists()
