"""Asking to be seen, and the page of a case."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from assessments.api import return_case, revoke_signoff
from assessments.models import Request
from coaching.models import ObserverGrant
from lms import clock
from lms.api import Enrolment
from tests.clients import count_queries, log_in, words_of
from tests.factories import basics, judging, paths, people
from tests.shown import looked

pytestmark = pytest.mark.django_db


def form(of: judging.Scene, **fields: object) -> dict[str, object]:
    return {
        "key": uuid4(),
        "observer_uid": of.observer.uid,
        "context": "live customer",
        "planned_on": clock.now().date().isoformat(),
        "customer_uid": "",
        "note": "In ward 4.",
        "own_work": "on",
    } | fields


def test_the_standard_is_shown_in_all_its_parts() -> None:
    of = judging.scene()
    page = words_of(log_in(of.learner).get(reverse("request_new", args=[of.step])))
    for part in (
        "About visit.", "Specification of visit.", "Limits of visit.", "Risk of visit.",
        "Foundation sign 1 of listening.",
        "Practitioner sign 1 of business.", "Not this.", "Visit notes", "The confirmed summary", "May act alone",
        "by day 20", "18 months", "once in every 6 months", "version 1",
    ):  # fmt: skip
        assert part in page, part
    assert page.count('data-testid="rule-line"') == 4
    assert "Priya Visit" in page
    assert "Sam Visit, your coach" in page
    assert f'value="{of.learner.uid}"' not in page


def test_asking_opens_the_case_and_twice_is_once() -> None:
    of = judging.scene()
    client, data = log_in(of.learner), form(of)
    first = client.post(reverse("request_new", args=[of.step]), data)
    assert first.status_code == 302
    assert first["Location"] == reverse("case", args=[of.case.uid])
    assert client.post(reverse("request_new", args=[of.step]), data).status_code == 302
    assert Request.objects.get().uid == data["key"]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"own_work": ""}, "Tick this when it is so."),
        ({"observer_uid": ""}, "Choose one."),
        ({"observer_uid": str(uuid4())}, "Choose one."),
        ({"context": "the moon"}, "Choose one."),
        ({"planned_on": "2020-01-01"}, "Choose a day from "),
        ({"planned_on": "soon"}, "Choose a day."),
    ],
)
def test_what_cannot_be_asked_is_said_beside_the_field_and_the_words_stay(
    fields: dict[str, object], sentence: str
) -> None:
    of = judging.scene()
    data = form(of, note="A word that stays.", **fields)
    answer = log_in(of.learner).post(reverse("request_new", args=[of.step]), data)
    assert answer.status_code == 422
    page = words_of(answer)
    assert sentence in page
    assert "A word that stays." in page
    assert str(data["key"]) in page
    assert not Request.objects.exists()


def test_a_grant_that_lapsed_while_the_page_was_open_counts() -> None:
    of = judging.scene()
    client = log_in(of.learner)
    client.get(reverse("request_new", args=[of.step]))
    ObserverGrant.objects.filter(person=of.observer).update(until_on=(clock.now() - timedelta(days=1)).date())
    assert client.post(reverse("request_new", args=[of.step]), form(of)).status_code == 422


def test_two_tabs_ask_the_same_person_for_the_same_day() -> None:
    of = judging.scene()
    client = log_in(of.learner)
    url, first = reverse("request_new", args=[of.step]), form(of)
    assert client.post(url, first).status_code == 302
    second = form(of, note="Kept, though.")
    answer = client.post(url, second)
    assert answer.status_code == 409
    page = words_of(answer)
    assert "Kept, though." in page
    assert str(second["key"]) not in page
    assert Request.objects.count() == 1


def test_a_locked_step_is_a_sentence() -> None:
    of = judging.scene()
    unlock = {"all": [{"day": 80}]}
    later = paths.step("demonstration", "later", content="visit", skills=judging.SKILLS, unlock=unlock)
    path = paths.path(later)
    paths.enrolment(of.learner, path, started_on=(clock.now() - timedelta(days=3)).date())
    client = log_in(of.learner)
    for answer in (
        client.get(reverse("request_new", args=[later.uid])),
        client.post(reverse("request_new", args=[later.uid]), form(of)),
    ):
        assert answer.status_code == 403
        assert "not open yet" in words_of(answer)


def test_others_do_not_find_the_step_and_a_practice_is_no_demonstration() -> None:
    of, other = judging.scene(), judging.scene("story", ("listening", "offer"))
    client = log_in(of.learner)
    assert client.get(reverse("request_new", args=[other.step])).status_code == 404
    assert client.get(reverse("request_new", args=[basics.uid("practise-visit")])).status_code == 404
    assert log_in(of.coach).get(reverse("request_new", args=[of.step])).status_code == 404


def test_after_a_revocation_one_may_ask_again_and_before_it_not() -> None:
    of = judging.scene()
    (event, _other) = judging.decided(of)
    client, url = log_in(of.learner), reverse("request_new", args=[of.step])
    assert client.post(url, form(of)).status_code == 409
    looked(revoke_signoff, actor=of.coach, event_uid=event.uid, reason="Wrong person.", key=uuid4(), at=clock.now())
    assert client.post(url, form(of)).status_code == 302
    assert of.case.round == 2


def test_a_case_is_seen_by_those_in_it_and_auditors_only() -> None:
    of, other = judging.scene(), judging.scene("story", ("listening", "offer"))
    judging.asked(of)
    url = reverse("case", args=[of.case.uid])
    seen = {
        "learner": of.learner, "coach": of.coach, "observer": of.observer,
        "auditor": people.in_group("Auditors"),
    }  # fmt: skip
    for who in seen.values():
        assert log_in(who).get(url).status_code == 200
    for who in (of.manager, of.learning, other.learner, other.coach, other.observer, other.manager, people.person()):
        assert log_in(who).get(url).status_code == 404


def test_a_blind_observer_reads_no_byte_of_the_others() -> None:
    of = judging.scene()
    judging.asked(of)
    secret = "The sentinel sentence that somebody else wrote down before."
    judging.observed(of, of.coach, 2, "joint call", text=secret)
    client, url = log_in(of.observer), reverse("case", args=[of.case.uid])
    answer = client.get(url)
    page = words_of(answer)
    assert "sentinel" not in page
    assert "Sam Visit" not in page
    assert "I led them through it" not in page
    assert "of 2</span>" not in page
    for name in ("observe_index", "coach_queue"):
        assert b"sentinel" not in client.get(reverse(name)).content
    judging.observed(of, of.observer, 4)
    assert "sentinel" in words_of(client.get(url))


def test_only_the_learner_withdraws_a_request() -> None:
    of = judging.scene()
    ask = judging.asked(of)
    url, data = reverse("request_withdraw", args=[ask.uid]), {"key": uuid4()}
    assert log_in(of.coach).post(url, data).status_code == 403
    assert log_in(of.manager).post(url, data).status_code == 404
    client = log_in(of.learner)
    assert client.post(url, data).status_code == 302
    assert client.post(url, data).status_code == 302
    assert client.post(url, {"key": uuid4()}).status_code == 403
    ask.refresh_from_db()
    assert ask.status == "withdrawn"
    assert client.get(url).status_code == 405


def test_not_yet_has_the_same_dignity() -> None:
    of = judging.scene()
    judging.decided(of, 4, not_yet=("business",))
    page = words_of(log_in(of.learner).get(reverse("case", args=[of.case.uid])))
    assert page.count('class="result"') == 2
    assert page.count("rosette") >= 2
    assert "vouches for you" in page
    assert "Wait before you play back." in page
    assert page.count(reverse("request_new", args=[of.step])) == 1
    assert "On two visits they reached the cost." in page


def test_a_returned_case_says_what_is_missing() -> None:
    of = judging.scene()
    judging.ready(of)
    looked(return_case, actor=of.coach, case_uid=of.case.uid, missing="One visit more.", key=uuid4(), at=clock.now())
    client = log_in(of.learner)
    assert "One visit more." in words_of(client.get(reverse("case", args=[of.case.uid])))
    assert "One visit more." in words_of(client.get(reverse("requests")))


def test_my_list_names_what_waits_and_what_can_be_asked() -> None:
    of = judging.scene()
    client = log_in(of.learner)
    assert reverse("request_new", args=[of.step]) in words_of(client.get(reverse("requests")))
    judging.asked(of)
    page = words_of(client.get(reverse("requests")))
    assert reverse("case", args=[of.case.uid]) in page
    assert "Priya Visit is asked" in page
    nobody = words_of(log_in(people.person()).get(reverse("requests")))
    assert "Nothing to show yet." in nobody


def on_two_paths(*, locked_is_newer: bool) -> judging.Scene:
    """A learner on two paths with the same demonstration, which is locked on one of them; the scene is the other."""
    of = judging.scene(skills=("listening",))
    Enrolment.objects.update(status="withdrawn", ended_at=clock.now())
    lock = {"all": [{"day": 25}]}
    for name, days, locked in (("older", 12, not locked_is_newer), ("newer", 5, locked_is_newer)):
        step = paths.step(
            "demonstration", f"show-{name}", content_uid=of.version.standard_uid, skills=of.skills,
            unlock=lock if locked else None,
        )  # fmt: skip
        enrolment = paths.enrolment(
            of.learner, paths.path(step), started_on=(clock.now() - timedelta(days=days)).date()
        )
        if not locked:
            of.step, of.enrolment = step.uid, enrolment
    judging.assigned(of.enrolment, of.coach)
    return of


@pytest.mark.parametrize("locked_is_newer", [True, False])
def test_of_two_paths_with_one_demonstration_the_open_one_is_offered(locked_is_newer: bool) -> None:
    """Two paths share a standard, and on one it is locked: that one was listed, and nothing could be asked."""
    of = on_two_paths(locked_is_newer=locked_is_newer)
    answer = log_in(of.learner).get(reverse("requests"))
    assert [state.step.uid for _title, state in answer.context["ready_to_ask"]] == [of.step]
    assert answer.context["closed"] == []
    assert reverse("request_new", args=[of.step]) in words_of(answer)
    judging.decided(of, 4, not_yet=of.skills)
    page = words_of(log_in(of.learner).get(reverse("requests")))
    assert "Ask to be seen again" in page
    assert reverse("request_new", args=[of.step]) in page


@pytest.mark.parametrize("waived_is_newer", [True, False])
def test_of_two_paths_one_is_asked_again_where_the_step_is_still_open(waived_is_newer: bool) -> None:
    """On one of the two paths the demonstration is left out; to be seen again is for the other one."""
    of = on_two_paths(locked_is_newer=waived_is_newer)
    other = of.learner.enrolments.filter(status="active").exclude(pk=of.enrolment.pk).get()
    step = other.path_version.steps.get()
    other.waivers.create(step=step, reason="Did it.", by=of.manager, waived_at=clock.now())
    judging.decided(of, 4, not_yet=of.skills)
    page = words_of(log_in(of.learner).get(reverse("requests")))
    assert reverse("request_new", args=[of.step]) in page
    assert reverse("request_new", args=[step.uid]) not in page


def test_strangers_are_sent_to_the_door(client: Client) -> None:
    of = judging.scene()
    judging.asked(of)
    for url in (reverse("requests"), reverse("request_new", args=[of.step]), reverse("case", args=[of.case.uid])):
        answer = client.get(url)
        assert answer.status_code == 302
        assert "/accounts/login/" in answer["Location"]


def test_queries_stay_the_same_however_much_has_gathered() -> None:
    of = judging.scene()
    judging.asked(of)
    judging.observed(of, of.coach, days_ago=2)
    client = log_in(of.learner)
    urls = [reverse("requests"), reverse("case", args=[of.case.uid]), reverse("request_new", args=[of.step])]
    before = [count_queries(client, url) for url in urls]
    for number in range(8):
        other = judging.granted(people.person(f"Observer {number}"), *judging.SKILLS)
        judging.asked(of, other)
        judging.observed(of, other, days_ago=1)
    after = [count_queries(client, url) for url in urls]
    assert after == before
    assert max(before) <= 24
