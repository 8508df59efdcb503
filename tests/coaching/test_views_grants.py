"""The pages of coaches and observer grants: one row a person, the second question, taking back, what they cost."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from coaching.api import CoachProfile, ObserverGrant
from lms import clock
from lms.api import Notice, User
from tests.factories import basics, coaching, paths, people
from tests.page import Element, main_of
from tests.shown import _shown_in

pytestmark = pytest.mark.django_db

HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')
COACHES, GRANTS, GIVE = "/people/coach-profile/", "/people/grants/", "/people/grants/give/"


@pytest.fixture
def scene() -> coaching.HelpScene:
    return coaching.help_scene()


@pytest.fixture
def desk(scene: coaching.HelpScene) -> Client:
    """L&D, signed in."""
    client = Client()
    client.force_login(scene.administrator)
    return client


def post(client: Client, url: str, **fields: Any) -> Any:
    return client.post(url, {"key": basics.key(), **fields})


def day(ahead: int) -> Any:
    return clock.now().date() + timedelta(ahead)


def page_of(who: User) -> str:
    return reverse("observer_grants_person", args=[who.uid])


def names_on(page: Element) -> list[str]:
    """Whose rows stand in the first list."""
    return [item.text for item in page.below() if item.attrs.get("class") == "row__title"]


def asked(answer: Any) -> dict[str, Any]:
    """The hidden fields of the question that a page asks."""
    assert answer.status_code == 200
    found: dict[str, list[str]] = defaultdict(list)
    for name, value in HIDDEN.findall(answer.content.decode().partition("<main")[2]):
        found[name].append(value)
    return {name: values if name == "skills" else values[-1] for name, values in found.items()}


def said(answer: Any, client: Client) -> str:
    """What the page says after an act."""
    assert answer.status_code == 302
    return client.get(answer["Location"]).content.decode()


# --- Giving


def test_giving_asks_once_more_and_says_whom_it_concerned(desk: Client, scene: coaching.HelpScene) -> None:
    coaching.grant(scene.outsider, "trust", basis="provisional", until_on=day(20))
    fields = {"person": scene.outsider.uid, "skills": ["trust", "listening"], "reason": "Known for it."}
    before = ObserverGrant.objects.count()
    question = post(desk, GIVE, act="ask", until_on=day(90), **fields)
    words = main_of(question).text
    assert "Let Olga Outsider observe these 2 skills?" in words
    assert "Listening" in words
    assert "(provisional)" in words, "what it replaces"
    assert ObserverGrant.objects.count() == before
    form = asked(question)
    changed = post(desk, GIVE, act="change", **form)
    assert main_of(changed).get("checkbox", "Trust").attrs.get("checked") == ""
    page = said(post(desk, GIVE, act="give", **form), desk)
    assert "Olga Outsider may observe Listening and Trust until" in page
    assert "Take it back" in page
    assert Notice.objects.filter(person=scene.outsider).count() == 1
    assert post(desk, GIVE, act="give", **(form | {"key": basics.key()})).status_code == 409, "they hold it now"


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"reason": " "}, 422),
        ({"skills": []}, 422),
        ({"skills": ["none"]}, 422),
        ({"until_on": "2000-01-01"}, 422),
        ({"person": "nobody"}, 422),
        ({"person": "6f1f7d3a-0000-4000-8000-000000000000"}, 404),
        ({"person": "self"}, 403),
        ({"act": "burn"}, 422),
    ],
)
@pytest.mark.parametrize("act", ["ask", "give"])
def test_what_giving_refuses_is_refused_before_the_question(
    desk: Client, scene: coaching.HelpScene, change: dict[str, Any], status: int, act: str
) -> None:
    fields = {"act": act, "person": scene.outsider.uid, "skills": ["trust"], "reason": "Known for it."} | change
    if fields["person"] == "self":
        fields["person"] = scene.administrator.uid
    assert post(desk, GIVE, **fields).status_code == status
    assert not ObserverGrant.objects.exists()


def test_somebody_who_is_not_among_the_first_is_chosen_all_the_same(desk: Client, scene: coaching.HelpScene) -> None:
    page = desk.get(f"{GIVE}?who=nobody+like+this&person={scene.outsider.uid}").content.decode()
    assert f'value="{scene.outsider.uid}" selected' in page
    assert desk.get(f"{GIVE}?person=nonsense").status_code == 200


# --- Revoking and taking back


def test_revoking_names_person_and_skills_and_can_be_put_right(desk: Client, scene: coaching.HelpScene) -> None:
    coaching.grant_for_long(scene.outsider, "trust", "listening", "plans")
    url, fields = page_of(scene.outsider), {"skills": ["trust", "listening"], "reason": "Left the field."}
    question = post(desk, url, act="ask", **fields)
    words = main_of(question).text
    assert "Shall Olga Outsider observe these 2 skills no more?" in words
    assert "They read your reason: Left the field." in words
    form = asked(question)
    assert set(form["skills"]) == {"trust", "listening"}
    page = said(post(desk, url, act="revoke", **form), desk)
    assert "Olga Outsider observes Listening and Trust no more, and reads why." in page
    gone = [row.uid for row in ObserverGrant.objects.filter(revoked_at__isnull=False)]
    assert all(str(uid) in page for uid in gone)
    page = said(post(desk, url, act="again", grants=gone), desk)
    assert "Olga Outsider may observe Listening and Trust until" in page
    new = ObserverGrant.objects.filter(revoked_at=None, skill__slug__in=["trust", "listening"])
    page = said(post(desk, url, act="take_back", grants=[row.uid for row in new]), desk)
    assert "Taken back: Olga Outsider does not observe Listening and Trust." in page
    assert post(desk, url, act="take_back", grants=[row.uid for row in new]).status_code == 409


def test_taking_back_says_what_holds_as_before(desk: Client, scene: coaching.HelpScene) -> None:
    coaching.grant(scene.outsider, "trust", until_on=day(20), granted_at=clock.now() - timedelta(days=3))
    form = asked(
        post(desk, GIVE, act="ask", person=scene.outsider.uid, skills=["trust", "listening"], reason="Known for it.")
    )
    assert post(desk, GIVE, act="give", **form).status_code == 302
    rows = ObserverGrant.objects.filter(person=scene.outsider, revoked_at=None)
    page = said(post(desk, page_of(scene.outsider), act="take_back", grants=[row.uid for row in rows]), desk)
    assert "Taken back: Olga Outsider does not observe Listening. As before: Olga Outsider may observe Trust" in page


def test_a_stale_question_is_a_conflict_that_keeps_the_words(desk: Client, scene: coaching.HelpScene) -> None:
    coaching.grant_for_long(scene.outsider, "trust", "listening")
    url = page_of(scene.outsider)
    form = asked(post(desk, url, act="ask", skills=["trust", "listening"], reason="Left the field."))
    ended = {"revoked_at": clock.now(), "revoked_by": people.granter(), "revoked_reason": "No."}
    ObserverGrant.objects.filter(skill__slug="trust").update(**ended)
    answer = post(desk, url, act="revoke", **form)
    assert answer.status_code == 409
    assert "has changed since you opened it" in main_of(answer).text
    assert 'value="Left the field."' in answer.content.decode()
    assert ObserverGrant.objects.get(skill__slug="listening").revoked_at is None
    assert post(desk, url, act="revoke", **form | {"shown": ""}).status_code == 409


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"act": "ask", "skills": ["trust"], "reason": " "}, 422),
        ({"act": "ask", "reason": "Left the field."}, 422),
        ({"act": "ask", "skills": ["none"], "reason": "Left the field."}, 422),
        ({"act": "take_back"}, 422),
        ({"act": "again", "grants": ["nonsense"]}, 422),
        ({"act": "burn"}, 422),
    ],
)
def test_a_persons_page_refuses_with_a_sentence(
    desk: Client, scene: coaching.HelpScene, fields: dict[str, Any], status: int
) -> None:
    coaching.grant_for_long(scene.outsider, "trust")
    answer = post(desk, page_of(scene.outsider), **fields)
    assert answer.status_code == status
    assert ObserverGrant.objects.get().revoked_at is None


def test_an_administrator_gives_and_is_told_that_they_do_not_see(scene: coaching.HelpScene) -> None:
    coaching.grant_for_long(scene.outsider, "trust")
    client = Client()
    client.force_login(people.administrator())
    assert "You do not see the grants of others." in main_of(client.get(GRANTS)).text
    assert "Learning administrators see what everybody holds." in main_of(client.get(page_of(scene.outsider))).text
    fields = {"person": scene.outsider.uid, "skills": ["listening"], "reason": "Known for it."}
    form = asked(post(client, GIVE, act="ask", **fields))
    page = said(post(client, GIVE, act="give", **form), client)
    assert "Olga Outsider may observe Listening until" in page
    assert "Take it back" not in page


# --- The lists


def test_the_list_of_observers_has_one_row_a_person_and_filters(desk: Client, scene: coaching.HelpScene) -> None:
    page = main_of(desk.get(GRANTS))
    assert "Nobody may observe yet." in page.text
    coaching.grant(scene.outsider, "trust", "listening", until_on=day(300))
    coaching.grant(scene.coach, "trust", until_on=day(-1))
    page = main_of(desk.get(GRANTS))
    assert names_on(page) == ["Cora Coach", "Olga Outsider"]
    assert ": Listening, Trust" in page.text
    assert "Lapsed on" in page.text
    for query, names in {
        "skill=listening": ["Olga Outsider"],
        "lapse=lapsed": ["Cora Coach"],
        "lapse=soon": [],
        "basis=founding&q=olga": ["Olga Outsider"],
        "skill=nonsense&basis=x&lapse=y": ["Cora Coach", "Olga Outsider"],
    }.items():
        page = main_of(desk.get(f"{GRANTS}?{query}"))
        assert names_on(page) == (names or ["Nobody like this."]), query


def test_the_list_of_coaches_shows_what_one_needs_and_filters(desk: Client, scene: coaching.HelpScene) -> None:
    coaching.grant_for_long(scene.coach, "trust")
    CoachProfile.objects.filter(person=scene.coach).update(capacity=1, languages=["en", "da"])
    away = coaching.coach("Ann Away", away_from=day(0), away_until=day(3), languages=["de"])
    CoachProfile.objects.filter(person=away).update(cover=CoachProfile.objects.get(person=scene.other_coach))
    coaching.coach("Ben Before", ended_on=day(-2))
    page = main_of(desk.get(COACHES))
    assert names_on(page) == ["Ann Away", "Cora Coach", "Otto Other"]
    row = page.holding("listitem", "1 of 1 places taken")
    assert "Coaches: Lea Learner" in row.text
    assert "May observe: Trust." in row.text
    assert "Languages: English, Danish" in row.text
    assert "Otto Other covers." in page.holding("listitem", "Ann Away").text
    for query, names in {
        "show=free": ["Ann Away", "Otto Other"],
        "show=before": ["Ben Before"],
        "presence=here": ["Cora Coach", "Otto Other"],
        "presence=away": ["Ann Away"],
        "language=da": ["Cora Coach"],
        "language=en&show=free": ["Otto Other"],
        "q=otto": ["Otto Other"],
        "language=x&show=y&presence=z": ["Ann Away", "Cora Coach", "Otto Other"],
    }.items():
        assert names_on(main_of(desk.get(f"{COACHES}?{query}"))) == names, query


def test_a_coach_is_made_gets_places_and_ends_by_name(desk: Client, scene: coaching.HelpScene) -> None:
    who = scene.outsider
    page = said(post(desk, COACHES, act="make", person=who.uid, capacity=2, languages="en, da"), desk)
    assert "Olga Outsider coaches, with 2 places." in page
    assert post(desk, COACHES, act="make", person=who.uid, capacity=2).status_code == 409
    assert post(desk, COACHES, act="make", person=basics.key(), capacity=2).status_code == 404
    assert post(desk, COACHES, act="burn", person=who.uid).status_code == 422
    refused = post(desk, f"{COACHES}?q=olga", act="capacity", coach=scene.coach.uid, capacity=0)
    assert refused.status_code == 422
    assert "Cora Coach has 1 learner now." in main_of(refused).text, "although their row is not on this page"
    kept = post(desk, f"{COACHES}?q=olga", act="capacity", coach=who.uid, capacity=1)
    assert kept["Location"].endswith("?q=olga")
    assert "Olga Outsider coaches, with 1 place." in said(kept, desk)
    assert CoachProfile.objects.get(person=who).languages == ["en", "da"]


def test_ending_a_coach_names_the_learners_and_nobody_else(desk: Client, scene: coaching.HelpScene) -> None:
    url = reverse("coach_profiles_end", args=[scene.coach.uid])
    question = desk.get(url)
    assert "Lea Learner has no coach from then on" in main_of(question).text
    form = asked(question) | {"reason": "Moves to another country."}
    assert post(desk, url, **form | {"reason": " "}).status_code == 422
    coaching.assign(paths.enrolment(people.person("Nora Next"), scene.enrolment.path_version), scene.coach)
    stale = post(desk, url, **form)
    assert stale.status_code == 409
    assert "Nora Next has no coach from then on" in main_of(stale).text
    assert 'value="Moves to another country."' in stale.content.decode()
    page = said(post(desk, url, **asked_again(stale, form)), desk)
    assert "Cora Coach coaches no more." in page
    assert desk.get(url).status_code == 409
    assert (
        "Nobody waits for them" in main_of(desk.get(reverse("coach_profiles_end", args=[scene.other_coach.uid]))).text
    )
    assert desk.get(reverse("coach_profiles_end", args=[scene.outsider.uid])).status_code == 404


def asked_again(answer: Any, form: dict[str, Any]) -> dict[str, Any]:
    """The form as the page of a conflict has it."""
    return form | {"shown": _shown_in(answer.content.decode()), "key": basics.key()}


def test_lists_cost_the_same_at_two_and_at_many(
    desk: Client, scene: coaching.HelpScene, django_assert_num_queries: Any
) -> None:
    """One more person, with grants and learners, is no more query; and a page holds fifty."""
    coaching.grant_for_long(scene.coach, "trust")
    costs: dict[str, int] = {}
    for url in (GRANTS, COACHES):
        desk.get(url)
        with CaptureQueriesContext(connection) as found:
            desk.get(url)
        costs[url] = len(found)
    version = scene.enrolment.path_version
    for number in range(51):
        coach = coaching.coach(f"Coach {number:02}")
        coaching.grant_for_long(coach, "trust", "listening")
        if number < 3:
            coaching.assign(paths.enrolment(people.person(), version), coach)
    for url, cost in costs.items():
        assert cost <= 14, url
        with django_assert_num_queries(cost):
            page = main_of(desk.get(url))
        assert len(names_on(page)) == 50
        assert len(names_on(main_of(desk.get(f"{url}?page=2")))) >= 2
