"""Permanent links, first pages, and the navigation."""

from __future__ import annotations

import pytest
from django.core.cache import cache

from lms import clock
from lms.api import Organisation, duties_of, forget_duties, places
from lms.services.platform import navigation
from tests.clients import log_in
from tests.factories import basics, coaching, judging, learners, paths, people

pytestmark = pytest.mark.django_db


def follow(who, uid):
    answer = log_in(who).get(f"/go/{uid}/")
    return answer.url if answer.status_code == 302 else answer.status_code


# --- Permanent links ----------------------------------------------------------------------------------------------


def test_go_leads_a_learner_to_each_of_their_things():
    life = learners.learner_on_path(1)
    case, session = life.enrolment.cases.get(), life.enrolment.sessions.get()
    commitment = life.enrolment.commitments.get()
    assert follow(life.learner, basics.uid("l0-1")) == f"/lesson/{basics.uid('l0-1')}/"
    assert follow(life.learner, basics.uid("course-0")) == f"/lesson/{basics.uid('l0-1')}/"
    assert follow(life.learner, life.enrolment.uid) == f"/path/?path={life.enrolment.uid}"
    assert follow(life.learner, life.enrolment.path.uid) == f"/path/?path={life.enrolment.uid}"
    assert follow(life.learner, case.uid) == f"/requests/{case.uid}/"
    assert follow(life.learner, session.uid) == f"/sessions/{session.uid}/"
    assert follow(life.learner, commitment.uid) == f"/commitments/{commitment.uid}/"
    assert follow(life.learner, life.learner.notices.get().uid) == "/exchange/"
    assert follow(life.learner, life.learner.uid) == "/today/"
    assert follow(life.learner, basics.uid("skill-0")) == "/skills/skill-0/"
    assert follow(life.learner, basics.uid("later-0")) == 403


def test_the_same_link_leads_coach_and_manager_to_their_own_pages():
    life = learners.learner_on_path(1)
    assert follow(life.coach, life.enrolment.uid) == f"/coach/people/{life.enrolment.uid}/"
    assert follow(life.coach, life.learner.uid) == f"/coach/people/{life.enrolment.uid}/"
    assert follow(life.manager, life.enrolment.uid) == f"/people/{life.learner.uid}/"
    assert follow(life.manager, life.learner.uid) == f"/people/{life.learner.uid}/"


def test_an_observer_is_led_to_the_encounter():
    life = learners.learner_on_path(1)
    request = life.enrolment.cases.get().requests.get()
    assert follow(request.observer, request.uid) == f"/observe/{request.uid}/"
    assert follow(life.learner, request.uid) == f"/requests/{request.case.uid}/"


def test_threads_posts_and_sign_offs():
    writer = people.person()
    thread = coaching.question("listening", writer)
    post = thread.posts.get()
    assert follow(people.person(), thread.uid) == f"/exchange/{thread.uid}/"
    assert follow(people.person(), post.uid) == f"/exchange/{thread.uid}/#post-{post.uid}"
    scene = judging.scene()
    judging.ready(scene)
    event = judging.decided(scene)[0]
    assert follow(scene.learner, event.uid) == f"/signoffs/{event.uid}/"


def test_what_is_nobodys_business_is_not_there():
    life, stranger = learners.learner_on_path(1), people.person()
    theirs = [life.enrolment.uid, life.learner.uid, basics.uid("l0-1"), basics.uid("course-0"), life.enrolment.path.uid]
    theirs += [row.get().uid for row in (life.enrolment.cases, life.enrolment.sessions, life.enrolment.commitments)]
    theirs += [
        life.learner.notices.get().uid,
        life.enrolment.cases.get().requests.get().uid,
        basics.uid("nothing at all"),
    ]
    assert [follow(stranger, uid) for uid in theirs] == [404] * len(theirs)


def test_authors_are_led_to_the_editor(small):
    editor = people.in_group("Authors")
    for page in (small.scenario, small.path, small.standard, small.course, small.lesson):
        assert follow(editor, page.uid) == f"/cms/pages/{page.pk}/edit/"
        assert follow(people.person(), page.uid) == 404


def test_a_link_costs_fewer_queries_than_a_page_may(small, django_assert_max_num_queries):
    """Whatever it names, and when nobody finds anything; who is refused a step reads all that opens it."""
    life, editor = learners.learner_on_path(1), people.in_group("Authors")
    named = [basics.uid(name) for name in ("l0-1", "course-0", "demonstration-0", "skill-0", "nothing")]
    named += [row.get().uid for row in (life.enrolment.cases, life.enrolment.sessions, life.learner.notices)]
    followed = [(life.learner, uid) for uid in [*named, life.enrolment.path.uid]]
    followed += [(life.coach, life.learner.uid), (life.manager, life.enrolment.uid), (editor, small.course.uid)]
    for who, uid in followed:
        client = log_in(who, warm=True)
        with django_assert_max_num_queries(20):
            client.get(f"/go/{uid}/")


# --- First pages --------------------------------------------------------------------------------------------------


def test_the_first_page_leads_everybody_to_the_home_of_their_role(client):
    life = learners.learner_on_path(1)
    learner_too = coaching.coach()
    paths.enrolment(learner_too, paths.path(paths.step("practice", "p")))
    homes = {
        life.learner: "/today/",
        life.coach: "/coach/",
        life.manager: "/team/",
        learner_too: "/today/",
        people.in_group("Authors"): "/cms/",
        people.in_group("Learning administrators"): "/team/",
        people.person(): "/today/",
    }
    for who, home in homes.items():
        assert log_in(who).get("/").url == home
    assert client.get("/").url == "/accounts/login/"


def shown(who, url="/skills/"):
    context = log_in(who).get(url).context
    return [str(place["label"]) for place in context["places"]], context


def test_places_are_those_of_ones_duties():
    life = learners.learner_on_path(1)
    assert shown(life.learner)[0] == ["Today", "My path", "My skills", "Exchange"]
    assert shown(life.coach)[0] == ["Queue", "Observe", "Exchange"]
    assert shown(life.manager)[0] == ["Team", "Exchange"]
    assert shown(people.person())[0] == ["Today", "Exchange"]
    assert shown(people.in_group("Authors"))[0] == ["Exchange", "Authoring"]
    assert shown(people.in_group("Learning administrators"))[0] == ["Team", "Exchange", "People", "Teams", "Authoring"]


def test_the_place_of_a_page_is_marked():
    life = learners.learner_on_path(1)
    context = shown(life.learner, "/today/")[1]
    assert [place["current"] for place in context["places"]] == ["page", "", "", ""]
    context = shown(life.learner, "/skills/skill-0/")[1]
    assert [place["current"] for place in context["places"]] == ["", "", "true", ""]
    assert [str(link["label"]) for link in context["menu_links"]][:1] == ["My people"]
    assert "Patterns" not in str(context["menu_links"])


def test_the_organisation_is_named_and_the_time_is_told():
    Organisation.objects.update(name="Aldermoor")
    page = log_in(people.person(), warm=True).get("/skills/").content.decode()
    assert "Vouch for Aldermoor" in page
    assert "As of" in page


def test_administrators_read_which_version_runs(settings):
    settings.VOUCH_VERSION = "9.8.7"
    assert "Version 9.8.7" in log_in(people.administrator(), warm=True).get("/today/").content.decode()
    assert "9.8.7" not in log_in(people.person(), warm=True).get("/today/").content.decode()


def test_patterns_are_for_superusers(client, settings):
    assert client.get("/patterns/")["Location"] == "/accounts/login/?next=/patterns/"
    assert log_in(people.person(), warm=True).get("/patterns/").status_code == 404
    assert log_in(people.administrator(), warm=True).get("/patterns/").status_code == 200
    settings.DEBUG = True
    assert client.get("/patterns/").status_code == 200


# --- Duties -------------------------------------------------------------------------------------------------------


def test_duties_are_read_in_two_queries_and_then_kept(django_assert_num_queries, django_capture_on_commit_callbacks):
    life = learners.learner_on_path(1)
    with django_assert_num_queries(2):  # and one for the day that it is where the organisation is
        assert duties_of(life.coach) == {"coach"}
    with django_assert_num_queries(0):
        assert duties_of(life.coach) == {"coach"}
    life.coach.coach_profile.ended_on = clock.now().date()
    life.coach.coach_profile.save()
    assert duties_of(life.coach) == {"coach"}, "kept for a minute"
    with django_capture_on_commit_callbacks(execute=True):
        forget_duties(life.coach.pk)
    assert duties_of(life.coach) == frozenset()


def test_duties_are_found_for_learner_manager_coach_and_administrators():
    life = learners.learner_on_path(1)
    coaching.grant_for_long(life.coach, "listening")
    assert duties_of(life.learner) == {"learner"}
    assert duties_of(life.manager) == {"manager"}
    cache.clear()
    assert duties_of(life.coach) == {"coach", "observer"}
    assert duties_of(people.in_group("Auditors", people.administrator())) == {"auditor", "administrator"}


def test_every_place_has_an_address():
    from django.urls import reverse

    for place in [*places(), *places(menu=True)]:
        assert reverse(place.name)


def test_a_place_can_be_registered_and_replaced(monkeypatch):
    monkeypatch.setattr(navigation, "_places", dict(navigation._places))
    navigation.register_place("exchange", "Talk", order=1, duties=("manager",))
    assert next(place for place in places() if place.name == "exchange").label == "Talk"
    assert not next(place for place in places() if place.name == "exchange").is_for(frozenset({"coach"}))
