"""The record of a sign-off, its countersign and its end."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from uuid import uuid4

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.urls import reverse

from assessments.models import SignOffEvent
from lms import clock
from lms.api import SkillGate
from tests.clients import count_queries, log_in, show_who, words_of
from tests.factories import judging, people
from tests.shown import look_and_send, shown_on

pytestmark = pytest.mark.django_db

AGREE = {"answer": "agree", "why": "Read both observations and the notes."}
BACK = {"reason": "Signed for the wrong person.", "meant": "on"}


def flagged() -> tuple[judging.Scene, SignOffEvent]:
    of = judging.scene()
    people.second_manager(of.coach, of.learner)
    return of, judging.decided(of)[0]


def test_the_record_says_what_was_signed() -> None:
    of = judging.scene()
    (event, _other) = judging.decided(of)
    page = words_of(log_in(of.learner).get(reverse("signoff", args=[event.uid])))
    for part in (
        "Listening: May act with a coach on call", "Sam Visit", "Leonie Visit", "On two visits they reached the cost.",
        "Lead a visit, version 1", "Joint call, seen by Priya Visit", "I was there and was not needed", event.this_hash,
        "signed as coach", "Valid until", "It counts.",
    ):  # fmt: skip
        assert part in page, part
    assert judging.SEEN not in page


@pytest.mark.parametrize(
    ("zone", "hour", "days", "counts"),
    [
        ("Pacific/Auckland", 10, 0, True),
        ("Pacific/Auckland", 14, 0, False),  # the day after has begun there
        ("America/Los_Angeles", 23, 0, True),
        ("America/Los_Angeles", 5, 1, True),  # the last day is not over there
        ("America/Los_Angeles", 9, 1, False),
        ("UTC", 23, 0, True),
        ("UTC", 0, 1, False),
    ],
)
def test_a_sign_off_ends_with_its_last_day_where_the_learner_lives(
    zone: str, hour: int, days: int, counts: bool, move_clock: Callable[[float], None]
) -> None:
    """The last day of a sign-off: My skills said lapsed, while its record and its case went by the day in UTC."""
    of = judging.scene(skills=("listening",))
    (event,) = judging.decided(of)
    of.learner.time_zone = zone
    of.learner.save()
    assert event.valid_until is not None
    last = datetime.combine(event.valid_until, time(hour), UTC) + timedelta(days=days)
    move_clock((last - clock.now()).total_seconds())
    record = reverse("signoff", args=[event.uid])
    for who in (of.learner, of.manager):
        assert ("It counts." in words_of(log_in(who).get(record))) == counts
    mine = log_in(of.learner)
    (verdict,) = mine.get(reverse("case", args=[of.case.uid])).context["verdicts"]
    assert (verdict.status == "due") == counts
    assert mine.get("/skills/").context["page"].mine[0].ladder.vouched == counts


def test_a_record_is_seen_by_learner_coach_manager_learning_and_auditors() -> None:
    of, other = judging.scene(), judging.scene("story", ("listening", "offer"))
    (event, _other) = judging.decided(of)
    url = reverse("signoff", args=[event.uid])
    for who in (of.learner, of.coach, of.manager, of.learning, people.in_group("Auditors")):
        assert log_in(who).get(url).status_code == 200
    for who in (of.observer, other.learner, other.coach, other.manager, people.administrator()):
        assert log_in(who).get(url).status_code == 404
    assert log_in(of.learner).get(reverse("signoff", args=[uuid4()])).status_code == 404


def test_a_countersign_makes_it_count_and_its_giver_still_sees_it() -> None:
    of, event = flagged()
    other = judging.granted(people.person("Ana"), "listening")
    client, url = log_in(other, sure=True), reverse("countersign", args=[event.uid])
    assert not SkillGate.objects.filter(gate="show").exists()
    assert "line manager" in words_of(client.get(url))
    data = AGREE | {"key": uuid4(), "shown": shown_on(client, url)}
    answer = client.post(url, data)
    assert answer.status_code == 302
    assert client.post(url, data).status_code == 302
    assert client.get(answer["Location"]).status_code == 200
    assert SkillGate.objects.filter(gate="show", skill__slug="listening").exists()
    record = log_in(of.learner).get(reverse("signoff", args=[event.uid]))
    assert "Read both observations" in words_of(record)
    follow_up = SignOffEvent.objects.get(kind="COUNTERSIGNED")
    assert client.get(reverse("signoff", args=[follow_up.uid]))["Location"] == reverse("signoff", args=[event.uid])
    assert look_and_send(client, url, AGREE | {"key": uuid4()}).status_code == 409


def test_a_refusal_weighs_the_same() -> None:
    of, event = flagged()
    client, url = log_in(of.learning, sure=True), reverse("countersign", args=[event.uid])
    assert look_and_send(client, url, {"key": uuid4(), "answer": "refuse", "why": "No notes."}).status_code == 302
    page = words_of(log_in(of.learner).get(reverse("case", args=[of.case.uid])))
    assert "Not countersigned" in page
    assert "No notes." in page
    assert not SkillGate.objects.filter(gate="show").exists()


@pytest.mark.parametrize("fields", [{"why": ""}, {"answer": ""}, {"answer": "maybe"}])
def test_an_incomplete_countersign_writes_nothing(fields: dict[str, str]) -> None:
    of, event = flagged()
    client = log_in(of.learning, sure=True)
    answer = look_and_send(client, reverse("countersign", args=[event.uid]), AGREE | {"key": uuid4()} | fields)
    assert answer.status_code == 422
    assert fields.get("why", AGREE["why"]) in words_of(answer)
    assert not SignOffEvent.objects.filter(kind="COUNTERSIGNED").exists()


def test_those_who_may_not_countersign_get_403_or_404() -> None:
    of, event = flagged()
    url = reverse("countersign", args=[event.uid])
    for who in (of.learner, of.coach, of.manager):
        client = log_in(who, sure=True)
        assert client.get(url).status_code == 403
        assert look_and_send(client, url, AGREE | {"key": uuid4()}).status_code == 403
    for who in (of.observer, judging.granted(people.person(), "business"), people.person()):
        client = log_in(who, sure=True)
        assert client.get(url).status_code == 404
        assert look_and_send(client, url, AGREE | {"key": uuid4()}).status_code == 404
    assert SignOffEvent.objects.count() == 2


def test_taking_back_by_the_signer() -> None:
    of = judging.scene()
    (event, _other) = judging.decided(of)
    client, url = log_in(of.coach, sure=True), reverse("revoke", args=[event.uid])
    assert "cannot be undone" in words_of(client.get(url))
    for missing in ("reason", "meant"):
        answer = look_and_send(client, url, BACK | {"key": uuid4(), missing: ""})
        assert answer.status_code == 422
    data = BACK | {"key": uuid4(), "shown": shown_on(client, url)}
    for _n in range(2):
        assert client.post(url, data).status_code == 302
    gone = SignOffEvent.objects.get(kind="REVOKED")
    assert (gone.about, gone.authority) == (event, "coach")
    assert not SkillGate.objects.filter(gate="show", skill__slug="listening").exists()
    page = words_of(log_in(of.learner).get(reverse("signoff", args=[event.uid])))
    assert "It was taken back and does not count." in page
    assert "Signed for the wrong person." in page
    again = look_and_send(client, url, BACK | {"key": uuid4()})
    assert again.status_code == 409
    assert "Signed for the wrong person." in words_of(again)


def test_those_who_may_not_take_a_sign_off_back_get_403_or_404() -> None:
    of, other = judging.scene(), judging.scene("story", ("listening", "offer"))
    (event, _other) = judging.decided(of)
    url = reverse("revoke", args=[event.uid])
    for who in (of.learner, of.manager, people.in_group("Auditors")):
        client = log_in(who, sure=True)
        assert client.get(url).status_code == 403
        assert look_and_send(client, url, BACK | {"key": uuid4()}).status_code == 403
    for who in (of.observer, other.coach, other.manager, people.administrator()):
        client = log_in(who, sure=True)
        assert client.get(url).status_code == 404
        assert look_and_send(client, url, BACK | {"key": uuid4()}).status_code == 404
    assert not SignOffEvent.objects.filter(kind="REVOKED").exists()
    assert look_and_send(log_in(of.learning, sure=True), url, BACK | {"key": uuid4()}).status_code == 302


@pytest.mark.parametrize(("name", "data"), [("countersign", AGREE), ("revoke", BACK)])
def test_both_ask_who_it_is_and_keep_the_words(name: str, data: dict[str, str]) -> None:
    of, event = flagged()
    client, url = log_in(of.learning), reverse(name, args=[event.uid])
    assert client.get(url)["Location"].startswith(reverse("account_reauthenticate"))
    answer = look_and_send(client, url, data | {"key": uuid4()})
    assert answer["Location"].startswith(reverse("account_reauthenticate"))
    assert SignOffEvent.objects.count() == 2
    show_who(client)
    page = words_of(client.get(url))
    for text in data.values():
        assert text in page or re.search(r"checked", page)
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = []
    session.save()
    assert client.get(url).status_code == 302


def test_an_expired_sign_off_says_so(move_clock: object) -> None:
    of = judging.scene()
    (event, _other) = judging.decided(of)
    move_clock(timedelta(days=700).total_seconds())  # type: ignore[operator]
    page = words_of(log_in(of.learner).get(reverse("signoff", args=[event.uid])))
    assert "Its time has run out." in page
    assert clock.now().date() > event.valid_until


def test_the_page_of_a_sign_off_takes_at_most_15_queries() -> None:
    of = judging.scene()
    (event, _other) = judging.decided(of)
    assert count_queries(log_in(of.learner), reverse("signoff", args=[event.uid])) <= 15
