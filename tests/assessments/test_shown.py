"""H4: what was shown is what is signed. Whatever a signature rests on may change while its page is open."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from assessments.api import (
    add_evidence,
    countersign,
    decide_case,
    publish_standard,
    record_observation,
    return_case,
    revoke_signoff,
    withdraw_evidence,
)
from assessments.models import Case, Evidence, Observation, SignOffEvent
from lms import clock
from lms.api import publish_skill
from lms.errors import Changed
from lms.rules.specs import IndicatorSpec, SkillSpec
from tests.clients import log_in, show_who, words_of
from tests.factories import basics, coaching, decisions, judging, people
from tests.shown import look_and_send, looked, seen, shown_on

pytestmark = pytest.mark.django_db

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
AT = basics.MONDAY + DAY
PDF = b"%PDF-1.4\n%%EOF\n"


@pytest.fixture
def work() -> decisions.DecisionScene:
    made = decisions.decision_scene()
    decisions.enough_evidence(made)
    attach(made, "The notes of the talk.")
    return made


def attach(work: decisions.DecisionScene, text: str = "", **fields: Any) -> Evidence:
    said = {"text": text, **fields}
    return add_evidence(actor=work.learner, case_uid=work.case.uid, key=basics.key(), at=basics.MONDAY, **said)


def take_back(work: decisions.DecisionScene, piece: Evidence) -> None:
    withdraw_evidence(actor=work.learner, evidence_uid=piece.uid, key=basics.key(), at=basics.MONDAY)


def a_file(work: decisions.DecisionScene, content: bytes = PDF, name: str = "notes.pdf") -> Evidence:
    return attach(work, file=SimpleUploadedFile(name, content, "application/pdf"))


# --- The services -----------------------------------------------------------------------------------------------------


def one_more_piece(work: decisions.DecisionScene) -> None:
    attach(work, "I never did any of this. Sign it anyway.")


def one_piece_less(work: decisions.DecisionScene) -> None:
    take_back(work, Evidence.objects.get(text="The notes of the talk."))


def another_of_the_same_words(work: decisions.DecisionScene) -> None:
    one_piece_less(work)
    attach(work, "The notes of the talk.")


def another_file_of_the_same_name(work: decisions.DecisionScene) -> None:
    take_back(work, Evidence.objects.get(kind="file"))
    a_file(work, PDF + b"other")


def the_same_bytes_under_another_name(work: decisions.DecisionScene) -> None:
    take_back(work, Evidence.objects.get(kind="file"))
    a_file(work, name="signed-by-the-customer.pdf")


def somebody_saw_them_again(work: decisions.DecisionScene) -> None:
    decisions.watch(work, work.another(), basics.MONDAY + MINUTE)


def the_signs_are_worded_anew(work: decisions.DecisionScene) -> None:
    slug = work.skills[0]
    levels = {
        band: tuple(IndicatorSpec(f"{band[0].lower()}-{n}", f"Something else, {n}.") for n in (1, 2, 3))
        for band in ("Foundation", "Practitioner", "Lead")
    }
    publish_skill(
        SkillSpec(basics.uid(slug), slug, "Soft", slug, "About it.", levels, "Not that.", "A prompt?"), basics.MONDAY
    )


def somebody_returned_it(work: decisions.DecisionScene) -> None:
    cover = coaching.coach_profile(coaching.observer(*work.skills, name="Cover"))
    coaching.assign(work.enrolment, cover.person, kind="cover")
    said = {"actor": cover.person, "case_uid": work.case.uid, "missing": "The notes."}
    looked(return_case, **said, key=basics.key(), at=AT - MINUTE)


CHANGES = [
    one_more_piece,
    one_piece_less,
    another_of_the_same_words,
    another_file_of_the_same_name,
    the_same_bytes_under_another_name,
    somebody_saw_them_again,
    the_signs_are_worded_anew,
    somebody_returned_it,
]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("act", [decide_case, return_case])
def test_what_changed_since_the_page_was_read_is_not_signed(
    work: decisions.DecisionScene, act: Any, change: Callable[[decisions.DecisionScene], None]
) -> None:
    """H4: evidence, observations, words of the standard, and what others did with the case."""
    a_file(work)
    said = {"actor": work.coach, "case_uid": work.case.uid, "at": AT}
    said |= {"verdicts": decisions.entrust_all(work), "why": "Twice."} if act is decide_case else {"missing": "More."}
    shown = seen(act, **said)
    change(work)
    before = basics.rows(SignOffEvent, Case)
    with pytest.raises(Changed):
        act(**said, shown=shown, key=basics.key())
    assert basics.rows(SignOffEvent, Case) == before
    looked(act, **said, key=basics.key())
    assert basics.rows(SignOffEvent, Case) != before


def test_what_only_the_day_changes_is_not_signed_either(work: decisions.DecisionScene) -> None:
    """H4: the window of the rule closes, and a sign-off would be valid until another day."""
    said = {"actor": work.coach, "case_uid": work.case.uid, "verdicts": decisions.entrust_all(work), "why": "Twice."}
    shown = seen(decide_case, **said, at=AT)
    with pytest.raises(Changed):
        decide_case(**said, shown=shown, key=basics.key(), at=AT + DAY)
    decide_case(**said, shown=shown, key=basics.key(), at=AT + MINUTE)


@pytest.mark.parametrize("shown", ["", "nonsense", "f" * 64])
def test_a_form_that_does_not_say_what_it_showed_signs_nothing(work: decisions.DecisionScene, shown: str) -> None:
    """H4: a form that does not say what it showed signs nothing, by any of these services."""
    (event,) = decisions.sign(work, AT)
    ld = people.in_group("Learning administrators")
    who = work.another()
    acts = [
        partial(revoke_signoff, actor=ld, event_uid=event.uid, reason="Wrong."),
        partial(
            record_observation, actor=who, enrolment_uid=work.enrolment.uid, standard_uid=work.standard_uid,
            seal=decisions.seal(who, work.enrolment.uid, AT), context="on site", occurred_at=AT - MINUTE,
            ratings=dict.fromkeys(work.skills, 4), marks={},
        ),
    ]  # fmt: skip
    for act in acts:
        with pytest.raises(Changed):
            act(shown=shown, key=basics.key(), at=AT)
    assert (SignOffEvent.objects.count(), Observation.objects.count()) == (1, 2)


def test_who_countersigns_and_who_takes_back_have_read_what_followed() -> None:
    """H4: a decision that was countersigned or taken back meanwhile is another one."""
    work = decisions.decision_scene()
    decisions.make_coach_line_manager(work)
    event = decisions.signed(work, AT)
    ld = people.in_group("Learning administrators")
    said = {"actor": ld, "event_uid": event.uid, "at": AT + MINUTE}
    shown = seen(revoke_signoff, **said)
    looked(countersign, **said, agree=True, why="Read it.", key=basics.key())
    with pytest.raises(Changed):
        revoke_signoff(**said, reason="It still waited when I read it.", shown=shown, key=basics.key())
    looked(revoke_signoff, **said, reason="It counts, and should not.", key=basics.key())


def another_standard(work: decisions.DecisionScene) -> None:
    publish_standard(decisions.plain_standard_spec(specification="Something else is shown."), basics.MONDAY)


@pytest.mark.parametrize("change", [the_signs_are_worded_anew, another_standard])
def test_an_observer_rates_the_signs_that_they_read(change: Callable[[decisions.DecisionScene], None]) -> None:
    """H4: the standard, or the words of a sign, were published anew between the page and its form."""
    work = decisions.decision_scene()
    who = work.another()
    where = {"actor": who, "enrolment_uid": work.enrolment.uid, "standard_uid": work.standard_uid, "at": AT}
    shown = seen(record_observation, **where)
    change(work)
    with pytest.raises(Changed):
        decisions.watch(work, who, AT, shown=shown)
    assert not Observation.objects.exists()
    decisions.watch(work, who, AT)


# --- The pages --------------------------------------------------------------------------------------------------------

WHY = "On two visits they reached the cost without help."


def form(**fields: object) -> dict[str, Any]:
    said = {f"{slug}-verdict": "entrust" for slug in judging.SKILLS} | {f"{slug}-level": "3" for slug in judging.SKILLS}
    return {"key": uuid4(), "why": WHY, **said, **fields}


def start() -> tuple[judging.Scene, Client, str]:
    of = judging.scene()
    url = reverse("case_decide", args=[judging.ready(of).uid])
    judge_attach(of, "The confirmed summary.")
    return of, log_in(of.coach, sure=True), url


def judge_attach(of: judging.Scene, text: str) -> Evidence:
    return add_evidence(actor=of.learner, case_uid=of.case.uid, text=text, key=uuid4(), at=clock.now())


def swap(of: judging.Scene) -> None:
    piece = Evidence.objects.get(withdrawn_at=None)
    withdraw_evidence(actor=of.learner, evidence_uid=piece.uid, key=uuid4(), at=clock.now())
    judge_attach(of, "I never did any of this. Sign it anyway.")


def carried(page: str) -> dict[str, str]:
    """What the form of the decision holds: its first key and fingerprint after the evidence."""
    return dict(re.findall(r'name="(key|shown)" value="([^"]+)"', page[page.index('id="evidence"') :])[:2])


def test_the_swapped_evidence_is_shown_and_the_second_press_signs() -> None:
    """H4: 409, the page as it is now, every word kept, a fresh key and a fresh fingerprint."""
    of, client, url = start()
    data = form(shown=shown_on(client, url))
    swap(of)
    answer = client.post(url, data)
    page = words_of(answer)
    assert answer.status_code == 409
    assert "has changed since you opened it" in page
    assert "I never did any of this." in page
    assert WHY in page
    assert re.search(r'name="listening-level" value="3"[^>]*checked', page)
    assert not SignOffEvent.objects.exists()
    fresh = carried(page)
    assert fresh["key"] != str(data["key"])
    assert fresh["shown"] != data["shown"]
    assert client.post(url, data | fresh).status_code == 302
    held = SignOffEvent.objects.first()
    assert held
    (piece,) = Evidence.objects.filter(withdrawn_at=None)
    assert list(held.payload["evidence"]) == [str(piece.uid)]


def test_a_form_without_a_fingerprint_is_shown_the_page() -> None:
    """H4: never signed blind."""
    _of, client, url = start()
    answer = client.post(url, form())
    assert answer.status_code == 409
    assert client.post(url, form() | carried(words_of(answer))).status_code == 302


def test_a_swap_behind_a_mistake_in_the_form_is_found() -> None:
    """H4: a form that comes back for a missing word keeps the fingerprint of the page that was read."""
    of, client, url = start()
    shown = shown_on(client, url)
    swap(of)
    answer = client.post(url, form(shown=shown, why=""))
    assert answer.status_code == 422
    again = carried(words_of(answer))
    assert again["shown"] == shown
    assert client.post(url, form() | again).status_code == 409
    assert not SignOffEvent.objects.exists()


def forget_who(client: Client) -> None:
    """More than five minutes pass."""
    session = client.session
    records = session[AUTHENTICATION_METHODS_SESSION_KEY]
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [record | {"at": record["at"] - 301} for record in records]
    session.save()


def test_a_swap_while_one_is_asked_who_one_is_is_found() -> None:
    """H4: the detour keeps the fingerprint of what was shown before it."""
    of, client, url = start()
    data = form(shown=shown_on(client, url))
    forget_who(client)
    assert client.post(url, data).status_code == 302
    swap(of)
    show_who(client)
    page = words_of(client.get(url))
    assert WHY in page
    back = carried(page)
    assert back["shown"] == data["shown"]
    answer = client.post(url, form() | back)
    assert answer.status_code == 409
    assert not SignOffEvent.objects.exists()
    assert client.post(url, form() | carried(words_of(answer))).status_code == 302


def test_without_a_swap_the_detour_ends_in_a_signature() -> None:
    _of, client, url = start()
    data = form(shown=shown_on(client, url))
    forget_who(client)
    client.post(url, data)
    show_who(client)
    assert client.post(url, form() | carried(words_of(client.get(url)))).status_code == 302


def test_returning_what_changed_keeps_the_words() -> None:
    """H4: the other form of the page."""
    of, client, url = start()
    shown = shown_on(client, url)
    swap(of)
    there = reverse("case_return", args=[of.case.uid])
    answer = client.post(there, {"key": uuid4(), "missing": "The notes of the second visit.", "shown": shown})
    assert answer.status_code == 409
    assert "The notes of the second visit." in words_of(answer)
    assert of.case.status == Case.Status.READY


def test_the_same_form_twice_is_one_decision_and_with_other_words_none() -> None:
    """H22: the key stands for what was said with it."""
    _of, client, url = start()
    data = form(shown=shown_on(client, url))
    answers = [client.post(url, data) for _n in range(2)]
    assert [(answer.status_code, answer["Location"]) for answer in answers] == [(302, answers[0]["Location"])] * 2
    before = basics.rows(SignOffEvent)
    other = client.post(url, data | {"why": "Something else altogether, said too late."})
    assert other.status_code == 409
    assert "Something else altogether, said too late." in words_of(other)
    assert basics.rows(SignOffEvent) == before


def test_another_file_under_the_same_key_is_not_added_and_it_is_said() -> None:
    """H22: the sentence stands in the form, and the first file stands in the case."""
    of, _client, _url = start()
    client, there = log_in(of.learner), reverse("evidence_add", args=[of.case.uid])
    key = uuid4()

    def send(content: bytes) -> Any:
        return client.post(there, {"key": key, "file": SimpleUploadedFile("notes.pdf", content, "application/pdf")})

    assert [send(PDF).status_code for _n in range(2)] == [302, 302]
    answer = send(PDF + b"other")
    assert answer.status_code == 409
    assert "sent before with other content" in words_of(answer)
    assert Evidence.objects.filter(kind="file").count() == 1
    assert look_and_send(client, there, {"key": key, "text": "Other words."}).status_code == 409
