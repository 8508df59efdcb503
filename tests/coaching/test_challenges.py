"""Challenges: asking to be seen early; a yes opens that demonstration and nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from coaching.api import answer_challenge, ask_challenge, set_away, withdraw_challenge
from coaching.models import Challenge
from lms.api import LEARNING_ADMINISTRATORS, Act, Notice, User, pause_path, progress_of
from lms.clock import now
from lms.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from lms.models import Opening
from tests.factories import basics, coaching, notices, paths, people
from tests.shown import look_and_send, looked

pytestmark = pytest.mark.django_db

WHY = "For six years I did nothing else."


class Scene:
    """A learner before two closed demonstrations, with a coach, and others who are none of theirs."""

    def __init__(self) -> None:
        lock = {"all": [{"step": str(basics.uid("learn"))}]}
        version = paths.path(
            paths.step("session", "learn", skills=("listening",)),
            paths.step("demonstration", "visit", content="visit", skills=("listening",), unlock=lock),
            paths.step("demonstration", "story", content="story", skills=("listening",), unlock={"all": [{"day": 60}]}),
            paths.step("demonstration", "open", content="open", skills=("listening",)),
        )
        self.learner, self.manager, self.outsider = people.person("Lea"), people.person("Max"), people.person("Out")
        people.team(self.learner, manager=self.manager)
        self.coach, self.other = coaching.coach("Cora"), coaching.coach("Otto")
        self.learning = people.in_group(LEARNING_ADMINISTRATORS)
        self.enrolment = paths.enrolment(self.learner, version, started_on=now().date() - timedelta(days=3))
        coaching.assign(self.enrolment, self.coach)

    def ask(self, who: User | None = None, step: str = "visit", **fields: Any) -> Challenge:
        values = {"actor": who or self.learner, "enrolment_uid": self.enrolment.uid, "step_uid": basics.uid(step)}
        return ask_challenge(**values | {"why": WHY, "key": basics.key(), "at": now()} | fields)

    def answer(self, row: Challenge, who: User | None = None, **fields: Any) -> Challenge:
        values = {"actor": who or self.coach, "challenge_uid": row.uid, "accept": True, "words": "Convincing."}
        return looked(answer_challenge, **values | {"key": basics.key(), "at": now()} | fields)

    def status(self, step: str) -> str:
        state = progress_of(self.enrolment).state(basics.uid(step))
        assert state is not None
        return state.status


@pytest.fixture
def scene() -> Scene:
    return Scene()


def refused(kind: type[DomainError], act: Any) -> None:
    def rows() -> Any:
        return Act.objects.count(), Opening.objects.count(), list(Challenge.objects.values_list("status", "answer"))

    before = rows()
    with pytest.raises(kind) as caught:
        act()
    assert str(caught.value)
    assert rows() == before


def test_a_yes_opens_that_demonstration_and_no_other(scene: Scene) -> None:
    row = scene.ask()
    assert scene.status("visit") == "locked", "asking opens nothing"
    assert Notice.objects.get(person=scene.coach).text.startswith("Lea asks to be seen early")
    scene.answer(row)
    assert (scene.status("visit"), scene.status("story")) == ("open", "locked")
    assert Notice.objects.get(person=scene.learner).text.endswith("Convincing.")
    row.refresh_from_db()
    assert (row.status, row.answered_by, row.answer) == ("accepted", scene.coach, "Convincing.")


def test_a_no_opens_nothing_and_one_may_ask_again(scene: Scene) -> None:
    row = scene.ask()
    scene.answer(row, accept=False, words="Wait for your first visit.")
    assert scene.status("visit") == "locked"
    assert scene.ask().uid != row.uid


def test_a_challenge_without_reason_or_right_or_sent_again_is_refused(scene: Scene) -> None:
    refused(Invalid, lambda: scene.ask(why="  "))
    refused(Conflict, lambda: scene.ask(step="open"))
    refused(NotFound, lambda: scene.ask(step="learn"))
    refused(NotFound, lambda: scene.ask(step="nowhere"))
    for who in (scene.outsider, scene.coach, scene.other):
        refused(NotFound, lambda who=who: scene.ask(who))
    refused(NotAllowed, lambda: scene.ask(scene.manager))
    scene.ask()
    refused(Conflict, lambda: scene.ask())


def test_nobody_asks_on_a_path_that_stands_still_or_without_a_coach(scene: Scene) -> None:
    lone = paths.enrolment(people.person(), scene.enrolment.path_version, started_on=now().date())
    refused(Conflict, lambda: scene.ask(lone.person, enrolment_uid=lone.uid))
    ahead = paths.enrolment(people.person(), scene.enrolment.path_version, started_on=now().date() + timedelta(days=9))
    coaching.assign(ahead, scene.coach)
    refused(Conflict, lambda: scene.ask(ahead.person, enrolment_uid=ahead.uid))
    known = {"actor": scene.manager, "enrolment_uid": scene.enrolment.uid, "key": basics.key(), "at": now()}
    looked(pause_path, from_on=now().date(), reason="A leave", **known)
    refused(NotAllowed, lambda: scene.ask())


@pytest.mark.parametrize(
    ("role", "kind"),
    [
        ("learner", NotAllowed),
        ("manager", NotAllowed),
        ("learning", NotAllowed),
        ("other", NotFound),
        ("outsider", NotFound),
    ],
)
def test_only_the_present_coach_answers(scene: Scene, role: str, kind: type[DomainError]) -> None:
    row = scene.ask()
    refused(kind, lambda: scene.answer(row, getattr(scene, role)))


def test_the_cover_answers_while_the_coach_is_away(scene: Scene) -> None:
    today = now().date()
    known = {"person_uid": scene.coach.uid, "away_from": today, "away_until": today, "cover_uid": scene.other.uid}
    set_away(actor=scene.coach, key=basics.key(), at=now(), **known)
    row = scene.ask()
    assert any(text.startswith("Lea asks") for text in notices.told(scene.other))
    assert scene.answer(row, scene.other).status == "accepted"


def test_an_answer_needs_words_comes_once_and_a_double_submit_is_one(scene: Scene) -> None:
    row = scene.ask()
    refused(Invalid, lambda: scene.answer(row, words=" "))
    key = basics.key()
    scene.answer(row, key=key)
    scene.answer(row, key=key)
    assert Opening.objects.count() == 1
    assert Notice.objects.filter(person=scene.learner).count() == 1
    refused(Conflict, lambda: scene.answer(row, accept=False))


def test_only_the_learner_takes_a_challenge_back_and_then_none_answers(scene: Scene) -> None:
    row = scene.ask()
    refused(
        NotAllowed, lambda: withdraw_challenge(actor=scene.coach, challenge_uid=row.uid, key=basics.key(), at=now())
    )
    withdraw_challenge(actor=scene.learner, challenge_uid=row.uid, key=basics.key(), at=now())
    refused(Conflict, lambda: scene.answer(row))


# --- Pages --------------------------------------------------------------------------------------------------------


def sign_in(who: User) -> Client:
    client = Client()
    client.force_login(who)
    return client


def test_from_the_path_to_the_answer_and_back(scene: Scene) -> None:
    mine, theirs = sign_in(scene.learner), sign_in(scene.coach)
    page = mine.get("/path/").content.decode()
    address = f"{reverse('challenge_new')}?enrolment={scene.enrolment.uid}&amp;step={basics.uid('visit')}"
    assert address in page
    assert page.count("challenges/new/") == 2, "closed demonstrations only"
    url = address.replace("&amp;", "&")
    assert mine.get(url).status_code == 200
    assert mine.post(url, {"key": str(basics.key()), "why": ""}).status_code == 422
    answer = mine.post(url, {"key": str(basics.key()), "why": WHY})
    row = Challenge.objects.get()
    assert answer["Location"] == reverse("challenge", args=[row.uid])
    assert address not in mine.get("/path/").content.decode()
    assert "Waits for Cora" in mine.get("/path/").content.decode()
    assert "Cora knows since today that you want to be seen early." in mine.get("/today/").content.decode()
    queue = theirs.get("/coach/").content.decode()
    assert 'data-kind="challenge"' in queue
    here = reverse("challenge", args=[row.uid])
    assert here in queue
    assert WHY in theirs.get(here).content.decode()
    assert look_and_send(theirs, here, {"key": str(basics.key()), "act": "accept", "words": ""}).status_code == 422
    assert (
        look_and_send(theirs, here, {"key": str(basics.key()), "act": "accept", "words": "Show me."}).status_code == 302
    )
    assert "Opened early: Show me." in mine.get("/path/").content.decode()
    assert 'data-kind="challenge"' not in theirs.get("/coach/").content.decode()


def test_who_sees_the_page_of_a_challenge(scene: Scene) -> None:
    row = scene.ask()
    url = reverse("challenge", args=[row.uid])
    seen = {
        role: sign_in(getattr(scene, role)).get(url).status_code
        for role in ("learner", "coach", "manager", "learning", "other", "outsider")
    }
    assert seen == {
        "learner": 200, "coach": 200, "manager": 200, "learning": 200, "other": 404, "outsider": 404
    }  # fmt: skip
    form = {"key": str(basics.key()), "act": "accept", "words": "x"}
    assert look_and_send(sign_in(scene.manager), url, form).status_code == 403
