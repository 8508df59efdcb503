"""What comes next for a skill (whole.md, screens that are wrong): done now, or from a day, or why not; never a lock."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from assessments.api import Move, invoice_of, revoke_signoff
from lms import clock
from lms.addresses import address_of
from lms.api import Enrolment, Pause, Skill, StepCompletion, open_gate
from tests.clients import log_in, words_of
from tests.factories import basics, coaching, judging, paths, people
from tests.shown import looked

pytestmark = pytest.mark.django_db

SKILL = "listening"


def on_path(*steps: Any, days_ago: int = 10, coached: bool = True, slug: str = "", **line: Any) -> Enrolment:
    """Somebody on day ten of a path of these steps, towards a role that asks for one skill."""
    version = paths.path(*steps, role_version=paths.role(paths.requires(SKILL, 3, **line)), slug=slug)
    enrolment = paths.enrolment(people.person(), version, started_on=(clock.now() - timedelta(days=days_ago)).date())
    people.team(enrolment.person, manager=people.person("Henrike Voss"))
    if coached:
        judging.assigned(enrolment, coaching.coach("Sam Okafor"))
    return enrolment


def shows(name: str = "show", **fields: Any) -> Any:
    return paths.step("demonstration", name, skills=(SKILL,), **fields)


def move_of(enrolment: Enrolment, own: bool = False) -> Move:
    enrolment = Enrolment.objects.select_related("person", "path", "role_version__profile").get(pk=enrolment.pk)
    return invoice_of(enrolment, clock.now(), own=own).lines[0].move


def opened(enrolment: Enrolment, gate: str, **fields: Any) -> None:
    skill = Skill.objects.get(slug=SKILL)
    open_gate(
        person_id=enrolment.person_id,
        skill_id=skill.pk,
        gate=gate,
        source=f"t:{basics.key()}",
        at=clock.now(),
        **fields,
    )


def done(enrolment: Enrolment, name: str) -> None:
    step = enrolment.path_version.steps.get(uid=basics.uid(name))
    StepCompletion.objects.create(enrolment=enrolment, step=step, by=enrolment.person, completed_at=clock.now())


def after(name: str) -> dict[str, Any]:
    return {"unlock": {"all": [{"step": str(basics.uid(name))}]}}


def test_a_lock_leads_to_what_opens_it_however_long_the_chain() -> None:
    steps = [paths.step("session", "talk"), paths.step("commitment", "promise", skills=(SKILL,), **after("talk"))]
    enrolment = on_path(*steps, shows(**after("promise")))
    assert address_of(move_of(enrolment).target) == reverse("step", args=[basics.uid("talk")])
    done(enrolment, "talk")
    assert address_of(move_of(enrolment).target) == reverse("step", args=[basics.uid("promise")])
    done(enrolment, "promise")
    assert address_of(move_of(enrolment).target) == reverse("request_new", args=[basics.uid("show")])


def test_time_alone_is_said_as_a_day() -> None:
    move = move_of(on_path(shows(unlock={"all": [{"day": 20}]})))
    assert move.on == (clock.now() + timedelta(days=10)).date()
    assert not move.target


def test_a_circle_of_locks_ends_with_the_coach_or_with_the_author() -> None:
    own = {"unlock": {"all": [{"skill": SKILL, "gate": "do"}]}}
    coached = move_of(on_path(shows(**own)))
    assert address_of(coached.target).startswith(reverse("challenge_new"))
    promise = paths.step("commitment", "closed", skills=(SKILL,), **own)
    assert move_of(on_path(promise)).dead


@pytest.mark.parametrize(
    ("days_ago", "status", "said"),
    [(-8, "active", "The path begins on"), (10, "paused", "The path is paused until"), (10, "withdrawn", "has ended")],
)
def test_a_path_that_does_not_run_says_until_when(days_ago: int, status: str, said: str) -> None:
    enrolment = on_path(shows(), days_ago=days_ago)
    today = clock.now().date()
    if status == "paused":
        begin, end = today - timedelta(2), today + timedelta(9)
        Pause.objects.create(enrolment=enrolment, from_on=begin, until_on=end, reason="x", by=enrolment.enrolled_by)
    ended = clock.now() if status == "withdrawn" else None
    Enrolment.objects.filter(pk=enrolment.pk).update(status=status, ended_at=ended)
    move = move_of(enrolment)
    assert said in move.sentence
    assert not move.target
    assert (move.on is None) == (status == "withdrawn")


def test_a_path_that_offers_nothing_is_its_authors() -> None:
    assert "Its author adds" in move_of(on_path(paths.step("session", "only"))).sentence


def test_without_a_coach_the_manager_has_it_and_the_learner_still_goes_on() -> None:
    enrolment = on_path(paths.step("commitment", "promise", skills=(SKILL,)), shows(), coached=False)
    move = move_of(enrolment)
    assert move.text.startswith("Henrike Voss chooses a coach. Make and keep the promise")
    assert move.target


def test_a_lower_sign_off_leads_to_being_seen_again() -> None:
    enrolment = on_path(shows(content="visit"))
    until = (clock.now() + timedelta(days=400)).date()
    opened(enrolment, "show", level=2, standard_uid=basics.uid("content of visit"), valid_until=until)
    done(enrolment, "show")
    move = move_of(enrolment)
    assert "this role asks for “May act with a coach on call”" in move.text
    assert address_of(move.target) == reverse("request_new", args=[basics.uid("show")])


def test_a_sign_off_on_another_standard_names_the_one_that_is_asked_for() -> None:
    """Fact 4: Sofia read "Signed off, gate 60" and no reason."""
    judging.standard(judging.standard_spec("meeting", (SKILL,), title="Difficult meeting"))
    asked = basics.uid("meeting")
    steps = [shows("other", content_uid=basics.uid("x")), shows("right", content_uid=asked)]
    enrolment = on_path(*steps, standard=asked, critical=True)
    until = (clock.now() + timedelta(days=400)).date()
    opened(enrolment, "show", level=5, standard_uid=basics.uid("x"), valid_until=until)
    move = move_of(enrolment)
    assert "Signed, but this role asks for it on “Difficult meeting”." in move.text
    assert address_of(move.target) == reverse("request_new", args=[basics.uid("right")])


def test_after_a_revocation_one_may_ask_again_and_not_before() -> None:
    """whole.md row 25: after a revocation there was no way to ask again."""
    of = judging.scene()
    events = judging.decided(of, 3)
    client = log_in(of.learner)
    again = reverse("request_new", args=[of.step])
    assert again not in words_of(client.get(reverse("requests")))
    looked(
        revoke_signoff, actor=of.coach, event_uid=events[0].uid, reason="Not theirs.", key=basics.key(), at=clock.now()
    )
    assert again in words_of(client.get(reverse("requests")))
    assert again in words_of(client.get(reverse("case", args=[of.case.uid])))
    assert judging.asked(of).case.round == 2


def test_a_level_below_what_the_role_asks_for_can_be_asked_for_again() -> None:
    of = judging.scene()
    judging.decided(of, 2)
    assert judging.asked(of).case.round == 2


# --- Private practice ---------------------------------------------------------------------------------------------


def test_practice_changes_no_byte_for_others_even_where_a_lock_waits() -> None:
    """PRODUCT invariant 12: a lock that waits for a practice told others that it had been done."""
    practice = paths.step("practice", "practise", skills=(SKILL,), due_day=3)
    enrolment = on_path(practice, shows(**after("practise")), paths.step("session", "s", **after("practise")))
    coach = enrolment.coach_assignments.get().coach.person
    manager = people.person("Dan Whitlock")
    people.team(enrolment.person, manager=manager)
    pages = {
        reverse("team"): manager,
        reverse("team_csv"): manager,
        reverse("person_readiness", args=[enrolment.person.uid]): coach,
        reverse("coach_person", args=[enrolment.uid]): coach,
        reverse("coach_queue"): coach,
    }
    clients = {url: log_in(who) for url, who in pages.items()}

    def read() -> dict[str, str]:
        return {url: _still(words_of(client.get(url))) for url, client in clients.items()}

    before = read()
    assert move_of(enrolment).step == basics.uid("practise")
    done(enrolment, "practise")
    assert read() == before
    assert address_of(move_of(enrolment, own=True).target) == reverse("request_new", args=[basics.uid("show")]), (
        "their own to know"
    )
    opened(enrolment, "try")
    assert address_of(move_of(enrolment).target) == reverse("request_new", args=[basics.uid("show")]), (
        "Try is open, as others may know"
    )


def _still(page: str) -> str:
    page = re.sub(r'name="(key|csrfmiddlewaretoken)" value="[^"]+"', "", page)
    return re.sub(r'(As of.*?</time>|datetime="[^"]+"|nonce="[^"]+")', "", page)
