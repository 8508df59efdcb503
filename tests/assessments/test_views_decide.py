"""Deciding: claimed, read, signed by who is sure; and what becomes of words that came too late."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments.api import Entrust, NotYet, claim_case, decide_case
from assessments.models import Case, CaseReading, SignOffEvent
from coaching.models import CoachAssignment
from lms import clock
from lms.api import calendars
from lms.errors import Invalid
from lms.rules.days import months_later
from lms.rules.said import full_day
from tests.clients import count_queries, log_in, show_who, words_of
from tests.factories import basics, coaching, judging, people
from tests.page import main_of
from tests.shown import look_and_send, looked, shown_on

pytestmark = pytest.mark.django_db

WHY = "On two visits they reached the cost without help."


def form(**fields: object) -> dict[str, object]:
    return {
        "key": uuid4(),
        "why": WHY,
        "listening-verdict": "entrust",
        "listening-level": "4",
        "business-verdict": "not_yet",
        "business-next_step": "Wait before you play back.",
        "business-retry_on": (clock.now() + timedelta(days=9)).date().isoformat(),
    } | fields


def start() -> tuple[judging.Scene, str]:
    of = judging.scene()
    return of, reverse("case_decide", args=[judging.ready(of).uid])


def test_from_the_queue_to_the_signature() -> None:
    of, url = start()
    client = log_in(of.coach, sure=True)
    claim = client.post(reverse("case_claim", args=[of.case.uid]))
    assert claim.status_code == 302
    assert claim["Location"] == url
    page = main_of(client.get(url))
    assert page.names("heading")[0] == of.learner.full_name
    assert "The case is yours until" in page.text
    rule = page.get("region", "The rule")
    assert rule.get("row", "Different observers").cells == ["Different observers", "2 of 2", "2 of 2"]
    assert len([row for row in rule.all("row") if row.attrs.get("data-testid") == "rule-line"]) == 5
    assert rule.get("row", "So you may entrust").cells[1:] == ["up to “May act alone”"] * 2
    for skill in ("listening", "business"):
        radios = page.get("region", "Your decisions").all("radio")
        offered = [radio for radio in radios if radio.attrs["name"] == f"{skill}-level"]
        assert [radio.name("radio") for radio in offered if "disabled" not in radio.attrs][-1] == "May act alone"
    assert page.names("button")[0] == "Sign all 2 decisions"
    data = form(shown=shown_on(client, url))
    assert client.post(url, data).status_code == 302
    assert client.post(url, data).status_code == 302
    kinds = dict(SignOffEvent.objects.values_list("skill__slug", "kind"))
    assert kinds == {"listening": "SIGNED", "business": "NOT_YET"}
    assert client.get(url)["Location"] == reverse("case", args=[of.case.uid])


def test_form_and_signature_both_ask_who_it_is() -> None:
    of, url = start()
    client = log_in(of.coach)
    answer = client.get(url)
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_reauthenticate"))
    show_who(client)
    assert client.get(url).status_code == 200


def test_words_that_came_too_late_are_kept_and_nothing_is_signed() -> None:
    of, url = start()
    client = log_in(of.coach, sure=True)
    shown = shown_on(client, url)
    session = client.session
    records = session[AUTHENTICATION_METHODS_SESSION_KEY]
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [record | {"at": record["at"] - 301} for record in records]
    session.save()
    data = form(shown=shown)
    answer = client.post(url, data)
    assert answer.status_code == 302
    assert answer["Location"] == f"{reverse('account_reauthenticate')}?next={url.replace('/', '%2F')}"
    assert not SignOffEvent.objects.exists()
    back = client.post(answer["Location"], {"password": basics.PASSPHRASE, "next": url})
    assert back["Location"] == url
    for _n in range(2):  # a reload keeps them as well
        page = words_of(client.get(url))
        assert WHY in page
        assert "Wait before you play back." in page
        assert data["business-retry_on"] in page
        assert re.search(r'name="listening-verdict" value="entrust"[^>]*checked', page)
        assert re.search(r'name="listening-level" value="4"[^>]*checked', page)
    assert look_and_send(client, url, form()).status_code == 302
    assert SignOffEvent.objects.count() == 2
    assert "stashed_form" not in client.session


def test_above_the_ceiling_is_not_offered_and_not_taken() -> None:
    of = judging.scene()
    judging.observed(of, of.coach, 3)
    url = reverse("case_decide", args=[of.case.uid])
    client = log_in(of.coach, sure=True)
    page = words_of(client.get(url))
    disabled = re.findall(r'name="listening-level" value="(\d)"[^>]*disabled', page)
    assert disabled == ["3", "4", "5"]
    assert "Not offered yet" in page
    answer = look_and_send(client, url, form())
    assert answer.status_code == 422
    assert "at most" in words_of(answer)
    assert WHY in words_of(answer)
    assert not SignOffEvent.objects.exists()
    assert look_and_send(client, url, form(**{"listening-level": "2"})).status_code == 302


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"why": ""}, "Say why, in one sentence."),
        ({"business-verdict": ""}, "Decide on Business"),
        ({"listening-level": ""}, "Choose what they may do from now on."),
        ({"business-next_step": ""}, "Say what the next step is."),
        ({"business-retry_on": ""}, "Choose the day"),
        ({"business-retry_on": "2020-01-01"}, "Choose a day from "),
        ({"listening-level": "9"}, "Choose one."),
    ],
)
def test_what_is_missing_is_said_and_the_words_stay(fields: dict[str, str], sentence: str) -> None:
    of, url = start()
    data = form(**fields)
    answer = log_in(of.coach, sure=True).post(url, data)
    page = words_of(answer)
    assert answer.status_code == 422
    assert sentence in page
    assert str(data["key"]) in page
    assert fields.get("business-next_step", "Wait before") in page
    assert not SignOffEvent.objects.exists()


def test_a_service_call_without_every_skill_decides_nothing() -> None:
    of, _url = start()
    only: dict[str, Entrust | NotYet] = {"listening": Entrust(4)}
    with pytest.raises(Invalid) as refused:
        looked(decide_case, actor=of.coach, case_uid=of.case.uid, verdicts=only, why=WHY, key=uuid4(), at=clock.now())
    assert "business-verdict" in refused.value.fields
    assert of.case.status == Case.Status.READY


def test_two_tabs_and_two_people() -> None:
    of, url = start()
    one, two = log_in(of.coach, sure=True), log_in(of.coach, sure=True)
    assert look_and_send(one, url, form()).status_code == 302
    second = form(why="The other tab says it differently.")
    answer = two.post(url, second)
    assert answer.status_code == 409
    page = words_of(answer)
    assert "The other tab says it differently." in page
    assert str(second["key"]) not in page
    assert SignOffEvent.objects.count() == 2


def test_while_another_claims_the_case_nobody_else_decides_it() -> None:
    of, url = start()
    stand_in = judging.granted(coaching.coach("Ana"), *judging.SKILLS)
    judging.assigned(of.enrolment, stand_in, kind="cover")
    claim_case(actor=stand_in, case_uid=of.case.uid, at=clock.now())
    client = log_in(of.coach, sure=True)
    refused = client.post(reverse("case_claim", args=[of.case.uid]))
    assert refused.status_code == 409
    assert "Ana" in words_of(refused)
    assert "is deciding this case" in words_of(client.get(url))
    answer = look_and_send(client, url, form())
    assert answer.status_code == 409
    assert WHY in words_of(answer)
    assert not SignOffEvent.objects.exists()
    Case.objects.update(claimed_until=clock.now() - timedelta(minutes=1))
    assert look_and_send(client, url, form()).status_code == 302


def test_only_the_coach_opens_the_decide_page_and_its_forms() -> None:
    of, url = start()
    other = judging.scene("story", ("listening", "offer"))
    acts = [(url, form()), *((reverse(name, args=[of.case.uid]), {"key": uuid4(), "missing": "More."}) for name in (
        "case_claim", "case_return", "case_read",
    ))]  # fmt: skip
    for who in (of.learner, of.observer, people.in_group("Auditors")):
        client = log_in(who, sure=True)
        assert client.get(url).status_code == 403
        assert [client.post(there, data).status_code for there, data in acts] == [403] * 4
    for who in (of.manager, of.learning, other.coach, other.learner, people.administrator()):
        client = log_in(who, sure=True)
        assert client.get(url).status_code == 404
        assert [client.post(there, data).status_code for there, data in acts] == [404] * 4
    assert not SignOffEvent.objects.exists()


def test_an_ex_coach_with_an_open_form_writes_nothing() -> None:
    of, url = start()
    client = log_in(of.coach, sure=True)
    client.get(url)
    CoachAssignment.objects.update(status="handed_over", ended_at=clock.now())
    answer = look_and_send(client, url, form())
    assert answer.status_code == 403  # they observed, so they still see the case
    assert WHY in words_of(answer)
    assert not SignOffEvent.objects.exists()


def test_the_observations_are_closed_until_one_chooses() -> None:
    of = judging.scene()
    secret = "The sentinel sentence that somebody else wrote down."
    judging.observed(of, of.observer, 4, text=secret)
    url = reverse("case_decide", args=[of.case.uid])
    client = log_in(of.coach, sure=True)
    closed = words_of(client.get(url))
    assert "sentinel" not in closed
    assert "1 observation is closed to you" in closed
    key = uuid4()
    for _n in range(2):
        answer = client.post(reverse("case_read", args=[of.case.uid]), {"key": key})
        assert answer.status_code == 302
    assert CaseReading.objects.count() == 1
    assert "sentinel" in words_of(client.get(url))


def test_a_case_returned_for_more_says_what_is_missing_and_collects_again() -> None:
    of, page = start()
    client, url = log_in(of.coach, sure=True), reverse("case_return", args=[of.case.uid])
    answer = client.post(url, {"key": uuid4(), "missing": " "})
    assert answer.status_code == 422
    assert "Say what is missing." in words_of(answer)
    data = {"key": uuid4(), "missing": "One visit more.", "shown": shown_on(client, page)}
    assert client.post(url, data).status_code == 302
    assert client.post(url, data).status_code == 302
    case = of.case
    assert (case.status, case.return_note) == ("collecting", "One visit more.")
    judging.observed(of, of.coach, 4, days_ago=1)
    assert of.case.status == "ready"


def test_a_flagged_decision_says_that_it_waits() -> None:
    of, url = start()
    people.team(of.learner, manager=of.coach)
    client = log_in(of.coach, sure=True)
    data = form(**{"business-verdict": "entrust", "business-level": "3"})
    answer = look_and_send(client, url, data, follow=True)
    assert "countersigned" in words_of(answer)
    assert set(SignOffEvent.objects.values_list("flags", flat=True)[0]) == {"line_manager"}


def test_queries_stay_the_same_however_much_was_seen() -> None:
    of, url = start()
    client = log_in(of.coach, sure=True)
    before = count_queries(client, url)
    for number in range(8):
        judging.observed(of, judging.granted(people.person(f"Observer {number}"), *judging.SKILLS))
    assert count_queries(client, url) == before
    assert before <= 24


def test_signing_costs_the_same_however_much_was_seen() -> None:
    costs = []
    calendars()  # kept for a minute
    for name, more in (("visit", 0), ("story", 6)):
        of = judging.scene(name)
        judging.ready(of)
        for number in range(more):
            judging.observed(of, judging.granted(people.person(f"Observer {number}"), *judging.SKILLS), days_ago=3)
        client, url = log_in(of.coach, sure=True), reverse("case_decide", args=[of.case.uid])
        both = form(**{"business-verdict": "entrust", "business-level": "4", "shown": shown_on(client, url)})
        with CaptureQueriesContext(connection) as caught:
            assert client.post(url, both).status_code == 302
        costs.append(sum(not query["sql"].startswith(("BEGIN", "SAVEPOINT", "RELEASE")) for query in caught))
    assert costs[0] == costs[1]
    assert costs[0] <= 51  # one asks which accounts are the learner's, 13 write and tell that they are ready


def test_the_page_says_from_when_a_renewal_counts_on_and_it_is_signed_so() -> None:
    """A sign-off of one month is due from its first day on."""
    of = judging.scene(valid_months=1)
    before = judging.decided(of, 3, not_yet=("business",))[0]
    url = reverse("case_decide", args=[judging.ready(of).uid])
    client = log_in(of.coach, sure=True)
    page = words_of(client.get(url))
    assert page.count("It renews the one of before, and counts on from") == 1, "the other was never signed"
    assert f"counts on from {full_day(before.valid_until)}" in page
    sent = {"business-verdict": "entrust", "business-level": "3"}
    assert look_and_send(client, url, form(**sent)).status_code == 302
    after, fresh = SignOffEvent.objects.filter(kind="SIGNED").order_by("-seq")[:2][::-1]
    assert after.valid_until == months_later(before.valid_until, 1)
    assert fresh.valid_until == months_later(clock.now().date(), 1)
