"""The pages over HTTP: who gets which status, that text is kept, that nothing leaks, and what a page costs."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from coaching.api import Challenge, CoachAssignment, CoachProfile, Commitment, ObserverGrant, Post, Session, Thread
from lms.api import Act, Enrolment, EnrolmentRule, RoleHolding, StepCompletion, User
from lms.clock import now
from tests.factories import basics, coaching, paths, people
from tests.page import main_of
from tests.shown import look_and_send

pytestmark = pytest.mark.django_db

ROLES = ("learner", "coach", "other_coach", "manager", "other_manager", "administrator", "outsider")
SECRET = "zwijgzaam-7141"


def signed_in(who: User) -> Client:
    client = Client()
    client.force_login(who)
    return client


def post(client: Client, url: str, **fields: Any) -> HttpResponse:
    near = f"post-{fields.get('post', '')}"
    return look_and_send(client, url, {"key": basics.key()} | fields, near)  # type: ignore[no-any-return]


def rows() -> tuple[int, ...]:
    """How much the record holds; a refused request changes none of it."""
    models = (Act, CoachAssignment, CoachProfile, Commitment, ObserverGrant, Post, Session, Thread, Enrolment)
    return tuple(model.objects.count() for model in (*models, StepCompletion))


def live() -> coaching.HelpScene:
    """The scene on a path that began a week before the real clock."""
    scene = coaching.help_scene()
    Enrolment.objects.filter(pk=scene.enrolment.pk).update(started_on=now().date() - timedelta(days=7))
    return scene


def test_anonymous_people_get_the_door() -> None:
    scene = live()
    things = everything(scene)
    for url in things.values():
        door = Client().get(url)
        assert door.status_code == 302, url
        assert door["Location"].startswith("/accounts/login/"), url
        assert post(Client(), url).status_code in (403, 405), url


def wish(scene: coaching.HelpScene) -> Challenge:
    """Somebody's wish to be seen early."""
    known = {"step_uid": basics.uid("show-it"), "about_uid": basics.uid("it"), "title": "It", "why": "Sure."}
    return Challenge.objects.create(enrolment=scene.enrolment, asked_at=now(), **known)


def rule(scene: coaching.HelpScene) -> EnrolmentRule:
    """A rule that enrols."""
    by = {"switched_on_by": scene.administrator, "switched_on_at": basics.MONDAY}
    return EnrolmentRule.objects.create(
        job="Consultant", path=scene.enrolment.path, joined_from_on=basics.MONDAY.date(), **by
    )


def held_role(scene: coaching.HelpScene) -> RoleHolding:
    """A role that the learner holds beside the path, with nobody who stands by."""
    return RoleHolding.objects.create(
        person=scene.learner,
        role_version=scene.enrolment.role_version,
        from_on=now().date(),
        made_by=people.granter(),
        made_at=now(),
    )


def everything(scene: coaching.HelpScene) -> dict[str, str]:
    """Every address of helping, about real rows of the scene."""
    session = coaching.session(scene.enrolment, scene.coach, now() + timedelta(days=1))
    promise = coaching.commitment(scene.enrolment, "trust")
    thread = coaching.question("trust", scene.learner)
    enrolment = f"?enrolment={scene.enrolment.uid}"
    return {
        "exchange": reverse("exchange"),
        "exchange_ask": reverse("exchange_ask"),
        "exchange_example": reverse("exchange_example"),
        "exchange_thread": reverse("exchange_thread", args=[thread.uid]),
        "session_plan": reverse("session_plan") + enrolment,
        "session": reverse("session", args=[session.uid]),
        "commitment_new": reverse("commitment_new") + enrolment,
        "commitment": reverse("commitment", args=[promise.uid]),
        "coach_person": reverse("coach_person", args=[scene.enrolment.uid]),
        "challenge": reverse("challenge", args=[wish(scene).uid]),
        "challenge_new": reverse("challenge_new") + f"{enrolment}&step={basics.uid('show-it')}",
        "coach_propose": reverse("coach_propose", args=[scene.enrolment.uid]),
        "coach_away": reverse("coach_away"),
        "team_enrol": reverse("team_enrol"),
        "team_coach": reverse("team_coach", args=[scene.enrolment.uid]),
        "enrolments_many": reverse("enrolments_many"),
        "enrolments_rules": reverse("enrolments_rules"),
        "enrolments_rule_new": reverse("enrolments_rule_new"),
        "enrolments_rule": reverse("enrolments_rule", args=[rule(scene).uid]),
        "coach_profiles": reverse("coach_profiles"),
        "coach_profiles_end": reverse("coach_profiles_end", args=[scene.coach.uid]),
        "observer_grants": reverse("observer_grants"),
        "observer_grants_give": reverse("observer_grants_give"),
        "observer_grants_person": reverse("observer_grants_person", args=[scene.coach.uid]),
        "people": reverse("people"),
        "role_coach": reverse("role_coach", args=[held_role(scene).uid]),
        "my_people": reverse("my_people"),
    }


# learner, coach, other_coach, manager, other_manager, administrator, outsider
MATRIX = {
    "exchange": (200, 200, 200, 200, 200, 200, 200),
    "exchange_ask": (200, 200, 200, 200, 200, 200, 200),
    "exchange_example": (200, 200, 200, 200, 200, 200, 200),
    "exchange_thread": (200, 200, 200, 200, 200, 200, 200),
    "session_plan": (200, 200, 404, 403, 404, 403, 404),
    "session": (200, 200, 404, 404, 404, 404, 404),
    "commitment_new": (200, 403, 404, 403, 404, 403, 404),
    "commitment": (200, 200, 404, 404, 404, 404, 404),
    "coach_person": (403, 200, 404, 403, 404, 403, 404),
    "challenge": (200, 200, 404, 200, 404, 200, 404),
    "challenge_new": (404, 404, 404, 403, 404, 403, 404),  # there is no such step; with one: test_challenges
    "coach_propose": (403, 200, 404, 403, 404, 403, 404),
    "coach_away": (403, 200, 200, 403, 403, 403, 403),
    "team_enrol": (403, 403, 403, 200, 200, 200, 403),
    "team_coach": (403, 403, 404, 200, 404, 200, 404),
    "enrolments_many": (403, 403, 403, 200, 200, 200, 403),
    "enrolments_rules": (403, 403, 403, 403, 403, 200, 403),
    "enrolments_rule_new": (403, 403, 403, 403, 403, 200, 403),
    "enrolments_rule": (404, 404, 404, 404, 404, 200, 404),
    "coach_profiles": (403, 403, 403, 403, 403, 200, 403),
    "coach_profiles_end": (403, 403, 403, 403, 403, 200, 403),
    "observer_grants": (403, 403, 403, 403, 403, 200, 403),
    "observer_grants_give": (403, 403, 403, 403, 403, 200, 403),
    "observer_grants_person": (403, 403, 403, 403, 403, 200, 403),
    "people": (403, 403, 403, 403, 403, 200, 403),
    "role_coach": (403, 404, 404, 200, 404, 200, 404),
    "my_people": (200, 200, 200, 200, 200, 200, 200),
}


@pytest.mark.parametrize("name", MATRIX)
def test_each_page_answers_each_role_as_the_table_says(name: str) -> None:
    scene = live()
    url = everything(scene)[name]
    found = {role: signed_in(getattr(scene, role)).get(url).status_code for role in ROLES}
    assert found == dict(zip(ROLES, MATRIX[name], strict=True))


WITHOUT_FIELDS = {"exchange", "coach_person", "my_people", "people", "challenge", "challenge_new"}
WITHOUT_FIELDS |= {"enrolments_rules", "enrolments_rule", "observer_grants"}


@pytest.mark.parametrize("name", [name for name in MATRIX if name not in WITHOUT_FIELDS])
def test_an_empty_form_changes_nothing(name: str) -> None:
    """Whoever may not see the page may not post to it either, and an empty form is refused."""
    scene = live()
    url = everything(scene)[name]
    before = rows()
    for role, seen in zip(ROLES, MATRIX[name], strict=True):
        if (name, role) in (("coach_away", "coach"), ("coach_away", "other_coach")):
            continue  # no days is an answer there: the coach is back
        status = post(signed_in(getattr(scene, role)), url).status_code
        assert status == (422 if seen == 200 else seen), role
        assert rows() == before, role


def test_every_address_of_ours_is_in_the_matrix() -> None:
    from coaching.urls import urlpatterns

    # The coach's page of a person is judging's address: it tells how they stand.
    assert {pattern.name for pattern in urlpatterns} == set(MATRIX) - {"coach_person"}


def test_a_form_without_a_key_is_refused_with_its_text() -> None:
    scene = live()
    paths.skill("trust")
    response = signed_in(scene.learner).post(
        reverse("exchange_ask"), {"skill": "trust", "title": "How?", "body": "A long enough story to be kept."}
    )
    assert response.status_code == 422
    assert b"A long enough story to be kept." in response.content
    assert not Thread.objects.exists()


def test_a_question_is_asked_answered_accepted_and_its_answer_hidden() -> None:
    scene = live()
    paths.skill("trust")
    client = signed_in(scene.learner)
    key = basics.key()
    fields = {"skill": "trust", "title": "How do I start?", "body": "<b>I tried.</b>\n\nTwice.", "key": key}
    for _ in range(2):
        response = client.post(reverse("exchange_ask"), fields)
        assert response.status_code == 302
    thread = Thread.objects.get()
    page = main_of(client.get(response["Location"]))
    assert page.names("heading")[0] == "How do I start?"
    (question,) = page.all("article")
    assert "Lea Learner" in question.text
    assert "<b>I tried.</b> Twice." in question.text, "words, and no markup"
    assert client.post(reverse("exchange_example"), fields).status_code == 422
    url = reverse("exchange_thread", args=[thread.uid])
    helper = signed_in(scene.outsider)
    assert post(helper, url, kind="answer", body="Ask them.").status_code == 302
    answer = Post.objects.get(kind="answer")
    assert post(helper, url, act="accept", post=answer.uid).status_code == 403
    said = main_of(client.get(url)).holding("article", "Ask them.")
    assert said.names("button") == [f"Accept this answer: {scene.outsider.full_name}"]
    assert main_of(helper.get(url)).holding("article", "Ask them.").names("button") == []
    assert post(client, url, act="accept", post=answer.uid).status_code == 302
    assert post(client, url, act="accept", post=answer.uid).status_code == 409
    assert post(client, url, act="burn", post=answer.uid).status_code == 422
    assert "Accepted by Lea" in main_of(client.get(url)).holding("article", "Ask them.").text
    administrator = signed_in(scene.administrator)
    assert post(client, url, act="hide", post=answer.uid, reason="x").status_code == 403
    assert post(administrator, url, act="hide", post=answer.uid, reason="").status_code == 422
    assert post(administrator, url, act="hide", post=answer.uid, reason="Names somebody").status_code == 302
    assert "Ask them." not in main_of(client.get(url)).text
    assert post(administrator, url, act="show", post=answer.uid).status_code == 302


def test_text_is_kept_when_a_key_was_used_before() -> None:
    scene = live()
    thread = coaching.question("trust", scene.learner)
    url, key = reverse("exchange_thread", args=[thread.uid]), basics.key()
    client = signed_in(scene.outsider)
    Act.objects.create(key=key, actor=scene.outsider, name="something.else", about=basics.key(), at=basics.NOON)
    response = client.post(url, {"key": key, "kind": "answer", "body": "My careful words."})
    assert response.status_code == 409
    page = response.content.decode()
    assert "My careful words." in page
    found = re.search(r'name="key" value="([^"]+)"', page)
    assert found
    assert UUID(found[1]) != key


def in_field(moment: Any) -> str:
    return str(moment.strftime("%Y-%m-%dT%H:%M"))


def test_a_session_is_planned_moved_held_and_its_notes_written() -> None:
    scene = live()
    User.objects.filter(pk=scene.learner.pk).update(time_zone="Europe/Copenhagen")
    learner, coach = signed_in(scene.learner), signed_in(scene.coach)
    plan = reverse("session_plan") + f"?step={basics.uid('talk-it-over')}"
    tomorrow = (now() + timedelta(days=1)).replace(hour=10, minute=0, second=0, microsecond=0)
    local = tomorrow.astimezone(people.fresh(scene.learner).zone)
    assert b"Talk it over" in learner.get(plan).content
    response = post(learner, plan, title="First talk", planned_at=in_field(local), minutes=40, place="Room 4")
    session = Session.objects.get()
    assert (session.planned_at, session.step_uid) == (tomorrow, basics.uid("talk-it-over"))
    url = response["Location"]
    assert local.strftime("%H:%M") in learner.get(url).content.decode()
    assert "10:00" in coach.get(url).content.decode()
    assert post(learner, plan, planned_at=in_field(local), minutes=40).status_code == 409
    assert post(learner, reverse("session_plan"), planned_at=in_field(local), minutes=40).status_code == 409
    assert post(learner, reverse("session_plan"), planned_at="2020-01-01T10:00", minutes=40).status_code == 422
    locked = reverse("session_plan") + f"?step={basics.uid('later')}"
    assert post(learner, locked, planned_at=in_field(local + timedelta(hours=4)), minutes=40).status_code == 403
    later = in_field(tomorrow + timedelta(hours=2))
    assert post(coach, url, act="move", planned_at=later, minutes=40, place="").status_code == 302
    assert post(learner, url, act="hold", held_at=in_field(now())).status_code == 403
    assert post(coach, url, act="hold", held_at=later).status_code == 422
    response = post(coach, url, act="hold", held_at=in_field(now()), shared_notes="Ours", private_notes="Mine")
    assert response.status_code == 302
    assert StepCompletion.objects.get().step.uid == basics.uid("talk-it-over")
    assert post(coach, url, act="cancel", reason="Too late").status_code == 409
    assert post(coach, url, act="burn").status_code == 422
    assert post(coach, url, act="notes", shared_notes="Ours, better", private_notes="Mine").status_code == 302


def test_private_notes_reach_nobody_else() -> None:
    scene = live()
    things = everything(scene)
    held = coaching.session(
        scene.enrolment, scene.coach, now() - timedelta(days=1), status="held", held_at=now(), private_notes=SECRET,
        shared_notes="Count to three.",
    )  # fmt: skip
    own = reverse("session", args=[held.uid])
    pages = [*things.values(), own]
    author = signed_in(scene.coach)
    assert SECRET in author.get(own).content.decode()
    assert SECRET in author.get(things["coach_person"]).content.decode()
    hand_over(scene)
    everybody = [getattr(scene, role) for role in ROLES if role != "coach"] + [people.administrator()]
    for who in everybody:
        client = signed_in(who)
        for url in pages:
            assert SECRET not in client.get(url).content.decode(), (who, url)
            assert SECRET not in post(client, url).content.decode(), (who, url)
    left = author.get(own)
    assert left.status_code == 200
    assert SECRET in left.content.decode()
    assert "Count to three." not in left.content.decode()
    assert author.get(things["session"]).status_code == 404


def hand_over(scene: coaching.HelpScene) -> None:
    response = post(
        signed_in(scene.manager), reverse("team_coach", args=[scene.enrolment.uid]), act="assign",
        coach=scene.other_coach.uid, reason="Cora goes away.",
    )  # fmt: skip
    assert response.status_code == 302


def test_an_ex_coach_with_open_forms_writes_nothing() -> None:
    scene = live()
    things = everything(scene)
    Commitment.objects.update(status="done")
    client = signed_in(scene.coach)
    for name in ("session", "commitment", "session_plan"):
        assert client.get(things[name]).status_code == 200
    hand_over(scene)
    before = rows()
    soon = in_field(now() + timedelta(days=2))
    forms: list[tuple[str, dict[str, Any]]] = [
        ("session", {"act": "hold", "held_at": in_field(now()), "shared_notes": "x"}),
        ("session", {"act": "cancel", "reason": "x"}),
        ("session", {"act": "move", "planned_at": soon, "minutes": 30}),
        ("session_plan", {"planned_at": soon, "minutes": 30}),
        ("commitment", {"act": "confirm", "skills": ["trust"]}),
        ("commitment", {"act": "send_back", "skills": [], "note": "x"}),
    ]
    for name, fields in forms:
        assert post(client, things[name], **fields).status_code == 404, name
    assert rows() == before
    assert Session.objects.get().status == "planned"


def test_a_promise_from_first_to_last() -> None:
    scene = live()
    learner, coach = signed_in(scene.learner), signed_in(scene.coach)
    new = reverse("commitment_new") + f"?step={basics.uid('promise')}"
    fields = {"what": "Play back first.", "customer": scene.customer.uid, "skills": ["listening", "trust"]}
    assert post(learner, new, **fields, by_on="2020-01-01").status_code == 422
    response = post(learner, new, **fields, by_on=now().date().isoformat())
    assert response.status_code == 302
    assert post(learner, new, **fields, by_on=now().date().isoformat()).status_code == 409
    url = response["Location"]
    assert post(coach, url, act="confirm", skills=["trust"]).status_code == 409
    response = post(learner, url, act="report", report=" ")
    assert response.status_code == 422
    assert post(coach, url, act="report", report="For them").status_code == 403
    assert post(learner, url, act="report", report="They called back.").status_code == 302
    assert post(learner, url, act="confirm", skills=["trust"]).status_code == 403
    assert post(coach, url, act="confirm", note="A word").status_code == 422
    assert post(coach, url, act="send_back", note="").status_code == 422
    assert post(coach, url, act="confirm", skills=["trust"]).status_code == 302
    assert post(coach, url, act="send_back", note="Once more.").status_code == 302
    assert "Once more." in learner.get(url).content.decode()
    assert post(learner, url, act="report", report="Again.").status_code == 302
    assert post(coach, url, act="confirm", skills=["listening"]).status_code == 302
    assert Commitment.objects.get().status == "confirmed"
    assert post(learner, url, act="drop").status_code == 409
    assert post(learner, url, act="burn").status_code == 422


def test_only_the_learner_drops_a_promise() -> None:
    scene = live()
    row = coaching.commitment(scene.enrolment, "trust")
    url = reverse("commitment", args=[row.uid])
    assert post(signed_in(scene.coach), url, act="drop").status_code == 403
    assert post(signed_in(scene.learner), url, act="drop").status_code == 302
    row.refresh_from_db()
    assert row.status == "dropped"


def test_enrolling_shows_room_and_keeps_what_was_chosen() -> None:
    scene = live()
    new = people.person("Nina New")
    people.team(new, manager=scene.manager)
    full = coaching.coach("Fay Full", capacity=1, load=1)
    client = signed_in(scene.manager)
    page = client.get(reverse("team_enrol") + f"?person={new.uid}").content.decode()
    assert "0 of 6 places taken" in page
    assert "1 of 1 places taken, so cannot be chosen" in page
    assert "Olga Outsider" not in page, "not theirs to enrol"
    fields = {
        "person": new.uid,
        "path": scene.enrolment.path.uid,
        "started_on": "2026-12-01",
        "background": "graduate",
        "coach": full.uid,
    }
    response = post(client, reverse("team_enrol"), **fields)
    assert response.status_code == 409
    assert "Fay Full has no room" in response.content.decode()
    assert f'value="{new.uid}" selected' in response.content.decode()
    assert not Enrolment.objects.filter(person=new).exists()
    assert post(client, reverse("team_enrol"), **(fields | {"person": scene.outsider.uid})).status_code == 404
    assert post(client, reverse("team_enrol"), **(fields | {"path": basics.key()})).status_code == 422
    response = post(client, reverse("team_enrol"), **(fields | {"coach": ""}))
    assert response.status_code == 302
    assert "Nina New is on the path" in client.get(response["Location"]).content.decode()
    url = response["Location"]
    assert post(client, url, act="assign", coach=scene.other_coach.uid).status_code == 302
    assert post(client, url, act="assign", coach=scene.coach.uid, reason="").status_code == 422
    assert post(client, url, act="end", reason="").status_code == 422
    assert post(client, url, act="end", reason="She decides herself").status_code == 302
    assert not CoachAssignment.objects.filter(enrolment__person=new, status="active").exists()


def test_people_are_found_by_a_part_of_the_name() -> None:
    scene = live()
    page = signed_in(scene.administrator).get(reverse("team_enrol") + "?who=outs").content.decode()
    assert "Olga Outsider" in page
    assert "Lea Learner" not in page


def test_a_coach_says_when_they_are_away() -> None:
    scene = live()
    client, url = signed_in(scene.coach), reverse("coach_away")
    first, last = (str(now().date() + timedelta(days)) for days in (3, 10))
    fields = {"away_from": first, "away_until": last, "cover": scene.other_coach.uid}
    assert post(client, url, **(fields | {"away_until": ""})).status_code == 422
    assert post(client, url, **fields).status_code == 302
    assert f'value="{first}"' in client.get(url).content.decode()
    assert first not in client.get(reverse("my_people")).content.decode()


# --- What a page costs --------------------------------------------------------------------------------------------


def cost(get: Callable[[], HttpResponse]) -> int:
    """Queries of one request, session and user included; transactions and savepoints are not counted."""
    get()
    with CaptureQueriesContext(
        connection,
    ) as found:
        assert get().status_code == 200
    return len([row for row in found if not row["sql"].startswith(("BEGIN", "SAVEPOINT", "RELEASE", "COMMIT"))])


@pytest.mark.parametrize("role", ["learner", "coach", "administrator"])
def test_a_thread_costs_the_same_at_any_length(role: str) -> None:
    scene = live()
    thread = coaching.question("trust", scene.learner)
    coaching.grant_for_long(scene.coach, "trust")
    client = signed_in(getattr(scene, role))
    costs = []
    for number in (1, 9, 30, 60):
        for _ in range(number):
            coaching.post(thread, people.person(), kind="example")
            coaching.question("trust", people.person())
        costs.append(cost(lambda: client.get(reverse("exchange_thread", args=[thread.uid]))))  # type: ignore[arg-type,return-value]
        cache.clear()
    assert max(costs) <= 24
    assert costs[0] == costs[-1]


def test_the_list_costs_the_same_at_any_length() -> None:
    scene = live()
    client = signed_in(scene.learner)
    costs = []
    for number in (1, 9, 90):
        for _ in range(number):
            coaching.post(coaching.question("trust", people.person()), people.person())
        costs.append(cost(lambda: client.get(reverse("exchange"))))  # type: ignore[arg-type,return-value]
    assert max(costs) <= 24
    assert costs[0] == costs[-1]


def test_the_coach_s_page_costs_the_same_at_any_length() -> None:
    scene = live()
    client = signed_in(scene.coach)
    costs = []
    for number in (1, 9, 90):
        for _ in range(number):
            coaching.commitment(scene.enrolment, "trust", "listening")
            coaching.session(scene.enrolment, scene.coach, now(), status="held", held_at=now(), shared_notes="x")
        costs.append(cost(lambda: client.get(reverse("coach_person", args=[scene.enrolment.uid]))))  # type: ignore[arg-type,return-value]
    assert max(costs) <= 24
    assert costs[0] == costs[-1]


def test_a_thread_of_sixty_answers_has_two_pages() -> None:
    scene = live()
    thread = coaching.question("trust", scene.learner)
    for number in range(60):
        coaching.post(thread, scene.outsider, body=f"Answer number {number}.")
    url = reverse("exchange_thread", args=[thread.uid])
    client = signed_in(scene.learner)
    first, second = (client.get(f"{url}?page={page}").content.decode() for page in (1, 2))
    assert "Answer number 0." in first
    assert "Answer number 59." not in first
    assert "Answer number 59." in second
    assert "Answer number 0." in client.get(f"{url}?page=99").content.decode()
    assert client.get(f"{url}?page=rubbish").status_code == 200
