"""The demo company: everybody's state, as the people concerned see it on their pages.

One test a kind of ``state`` in curriculum/5-people.yaml; the company is made once for all of them.
"""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as here
from django.core.management import call_command
from django.db import transaction
from django.db.models import Max, Q
from django.test import Client
from django.urls import reverse
from django.utils.formats import date_format
from wagtail.models import Site

from assessments.api import SignOffEvent, invoice_of, rebuild_gates, verify_ledger
from cms.demo.create import create_demo
from cms.models import ScenarioPage
from cms.rules.curriculum import read_curriculum
from cms.services.authoring.review import awaiting_review
from coaching.api import coach_of
from coaching.models import CoachAssignment, CoachProfile
from lms import clock
from lms.addresses import address_of
from lms.api import Enrolment, Notice, Step, User, progress_of
from lms.rules.gates import VALUES
from lms.rules.ladder import SERVED_BY
from tests.cms import reading
from tests.factories import basics

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]  # the same on both databases: once is enough

FOLDER = here.BASE_DIR / "curriculum"
CURRICULUM, _PROBLEMS = read_curriculum(FOLDER)
assert CURRICULUM is not None
PEOPLE = {doc.id: doc for doc in CURRICULUM.people}
KINDS = {doc.state.kind for doc in CURRICULUM.people}
SHOWN: set[str] = set()
"""Kinds of state that a test here is about."""


def shows(*kinds: str) -> Any:
    """Says which kinds of state a test shows."""
    SHOWN.update(kinds)
    return lambda test: test


@pytest.fixture(scope="module")
def misses(django_db_setup: None, django_db_blocker: Any) -> Iterator[list[Any]]:
    """The company with its histories, made once and taken back; where a story was not reached."""
    basics.nothing_kept()
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load_curriculum", verbosity=0)
        yield create_demo(folder=FOLDER, passphrase=basics.PASSPHRASE, seed=1, now=clock.now(), say=lambda text: None)
        transaction.set_rollback(True)
    basics.nothing_kept()


@pytest.fixture(autouse=True)
def company(misses: list[Any]) -> None:
    """Every test here is about the company."""


def who(name: str) -> User:
    return User.objects.get(full_name=PEOPLE[name].name)


def path_of(name: str) -> Enrolment:
    return Enrolment.objects.select_related("person").get(person=who(name))


def client_of(name: str) -> Client:
    client = Client()
    client.force_login(who(name))
    return client


def words(name: str, address: str) -> str:
    """What somebody reads on a page of theirs."""
    answer = client_of(name).get(address, follow=True)
    assert answer.status_code == 200, address
    text = re.sub(r"<(script|style|head)\b.*?</\1>", "", answer.content.decode(), flags=re.S)
    return re.sub(r"\s+", " ", html.unescape(re.sub("<[^>]+>", " ", text)))


def refused(name: str, address: str, **fields: str) -> int:
    answer = client_of(name).post(address, {"key": str(basics.key()), **fields})
    assert answer.status_code in (403, 404)
    return answer.status_code


def day(offset: int) -> Any:
    return (clock.now() + timedelta(days=offset)).date()


def waits(name: str, days: int) -> int:
    """For how many days somebody has waited where they live, who asked so many days (of UTC) ago."""
    return (clock.today(who(name).zone) - day(-days)).days


# --- The whole ----------------------------------------------------------------------------------------------------


def test_every_story_is_reached_and_the_record_holds(misses: list[Any]) -> None:
    assert misses == []
    assert verify_ledger(at=clock.now()).findings == ()
    assert not any(rebuild_gates(check=True))


def test_every_kind_of_state_has_a_test() -> None:
    assert KINDS == SHOWN


def test_nothing_happens_after_now_or_outside_the_services() -> None:
    latest = SignOffEvent.objects.aggregate(at=Max("occurred_at"))["at"]
    assert latest <= clock.now()
    assert Notice.objects.filter(created_at__gt=clock.now()).count() == 0


@pytest.mark.parametrize("name", sorted(name for name, doc in PEOPLE.items() if doc.left_day is None))
def test_everybody_has_a_first_page_with_something_on_it(name: str) -> None:
    assert len(words(name, "/")) > 300


# --- Learners -----------------------------------------------------------------------------------------------------


@shows("waiting-for-coach")
def test_kofi_waits_nine_days_for_a_coach_while_carla_has_the_proposal() -> None:
    assert "Carla has had the proposal of Hanna Berg as your coach for 9 days." in words("kofi-mensah", "/today/")
    assert "Waits for Carla Reyes, 9 days" in words("carla-reyes", "/team/")
    assert "Carla Reyes, 9 days" in words("carla-reyes", f"/people/{who('kofi-mensah').uid}/")
    page = words("carla-reyes", reverse("team_coach", args=[path_of("kofi-mensah").uid]))
    assert "By Owen Price" in page
    assert "It lies with you." in page


@shows("ex-coach")
def test_what_owen_still_has_open_writes_nothing() -> None:
    mine = path_of("kofi-mensah")
    assert not CoachAssignment.objects.filter(coach__person=who("owen-price"), status="active").exists()
    before = CoachAssignment.objects.count(), Notice.objects.count()
    refused("owen-price", reverse("coach_propose", args=[mine.uid]), coach=str(who("hanna-berg").uid), reason="Old")
    session = mine.sessions.filter(coach=who("owen-price")).first()
    assert session is not None
    refused("owen-price", reverse("session", args=[session.uid]), act="notes", shared_notes="Written late")
    promise = mine.commitments.first()
    if promise is not None:
        refused("owen-price", reverse("commitment", args=[promise.uid]), act="confirm")
    refused("owen-price", reverse("team_coach", args=[mine.uid]), act="accept")
    assert (CoachAssignment.objects.count(), Notice.objects.count()) == before
    assert client_of("owen-price").get("/coach/").status_code == 403
    assert "You are on no path now" in words("owen-price", "/today/")


@shows("challenged")
def test_anton_was_seen_early_in_spite_of_the_lock() -> None:
    mine = path_of("anton-weiss")
    asked = mine.challenges.get()
    assert (asked.status, asked.answered_by) == ("accepted", who("amira-nasser"))
    assert asked.asked_at.date() == day(-23)
    step = Step.objects.get(uid=asked.step_uid, version=mine.path_version)
    then = progress_of(mine, clock.now() - timedelta(days=9)).state(step.uid)
    assert then is not None
    assert not then.decision.open, "the path itself had not opened it"
    assert then.unlocked
    assert "Opened early: Convincing" in words("anton-weiss", "/path/")
    assert "signed by Amira Nasser" in words("anton-weiss", "/requests/")
    assert "For six years" in words("amira-nasser", reverse("challenge", args=[asked.uid]))


@shows("on-leave")
def test_mei_is_on_leave_and_nothing_of_hers_turns_red() -> None:
    page = words("mei-tanaka", "/today/")
    assert "Day 45 of 90" in page
    assert "Your path is paused until" in page
    assert "Parental leave" in page
    assert "overdue" not in page.replace("Nothing becomes overdue", "")
    assert "Paused on day 45" in words("carla-reyes", "/team/")
    assert "Paused" in words("hanna-berg", reverse("coach_person", args=[path_of("mei-tanaka").uid]))


@shows("left")
def test_nora_has_left_and_her_sign_off_is_still_true() -> None:
    nora = who("nora-eskildsen")
    assert (nora.is_active, nora.left_on) == (False, day(-14))
    Client().post("/accounts/login/", {"login": nora.email, "password": basics.PASSPHRASE})
    door = Client()
    door.post("/accounts/login/", {"login": nora.email, "password": basics.PASSPHRASE})
    assert door.get("/today/").status_code == 302
    assert "Has left" in words("ruta-balode", "/people/?q=eskildsen")
    event = SignOffEvent.objects.filter(subject=nora, kind="SIGNED").get()
    assert "Nora Eskildsen" in words("ruta-balode", reverse("signoff", args=[event.uid]))
    assert "Nora Eskildsen" in words("ingrid-solberg", reverse("signoff", args=[event.uid]))
    assert "Nora" not in words("nadia-petrova", "/coach/")
    assert "Nora" not in words("carla-reyes", "/team/")


@shows("overdue", "coach-away", "covering")
def test_elena_waits_for_nadia_who_is_away_and_samir_may_take_it_over() -> None:
    page, days = words("elena-popa", "/today/"), waits("elena-popa", 10)
    assert f"Waits for Nadia Petrova, {days} days" in page, "as her manager reads it"
    assert f"Nadia has had your request for {days} days." in page
    queue = words("samir-haddad", "/coach/")
    assert f"Asked of Nadia Petrova {days} days ago" in queue
    assert "Take it over" in queue
    assert "Lucia Moreno" in queue, "learners of whom he covers for"
    assert f"Waits for Nadia Petrova, {days} days" in words("carla-reyes", "/team/")
    own = words("nadia-petrova", "/coach/")
    assert "You are away from" in own
    assert "Samir Haddad covers for you" in own
    assert "Covers for Nadia" in words("lucia-moreno", "/my-people/")


@shows("expiring")
def test_lucia_is_ready_for_forty_more_days_and_all_concerned_see_it() -> None:
    ends = day(40)
    said = date_format(ends, "j F")
    page = words("lucia-moreno", "/today/")
    assert f"ready until {said}" in page
    assert f"Due {said}" in page
    assert "Ask to be seen again" in page
    assert str(ends.year) in words("lucia-moreno", "/skills/")
    assert f"Ready until {said}" in words("carla-reyes", "/team/")
    assert f"ready until {said}" in words("samir-haddad", "/coach/")


@shows("revoked")
def test_davids_sign_off_was_revoked_by_ruta_with_the_reason() -> None:
    reason = str(PEOPLE["david-kimani"].state.details["reason"])
    event = SignOffEvent.objects.get(subject=who("david-kimani"), kind="REVOKED")
    assert event.signer == who("ruta-balode")
    signed = SignOffEvent.objects.get(subject=who("david-kimani"), kind="SIGNED", skill=event.skill)
    page = words("david-kimani", reverse("signoff", args=[signed.uid]))
    assert reason in page
    assert "Ruta Balode" in page
    assert "93.3" in words("carla-reyes", f"/people/{who('david-kimani').uid}/")


@shows("not-yet")
def test_jonas_reads_not_yet_with_a_next_step_and_a_date() -> None:
    page = words("jonas-frey", "/requests/")
    assert "not yet. Practise the play-back once with Samir" in page
    assert f"Seen again by {date_format(day(4), 'j F')}" in page


@shows("ready", "invoice-example")
def test_the_figures_that_the_curriculum_expects() -> None:
    for name, doc in PEOPLE.items():
        if doc.expect is None:
            continue
        page = words(name, f"/people/{who(name).uid}/")
        assert f"{doc.expect.progress} of 100" in page, name
        assert f"Coverage {doc.expect.coverage} %" in page, name
        assert f"Ready {'Yes' if doc.expect.ready else 'No'} " in page, name
    assert "Ready" in words("marta-lind", f"/people/{who('marta-lind').uid}/")


@shows("just-started")
def test_bruno_has_read_one_lesson_and_booked_his_talk() -> None:
    page = words("bruno-silva", "/today/")
    assert "Lesson 2 of 3" in page
    assert "With Amira Nasser" in page


@shows("on-track")
def test_felix_and_tariq_are_on_their_way() -> None:
    assert f"by {date_format(day(1), 'l j F')}" in words("felix-braun", "/today/")
    assert f"has had your request for {waits('tariq-aman', 4)} days" in words("tariq-aman", "/today/")
    assert "observers 1 of 2" in words("hanna-berg", "/coach/")
    assert "On track" in words("devi-rao", "/coach/")


@shows("coach-in-training")
def test_ana_learns_to_coach_and_her_grant_is_provisional() -> None:
    assert "Rate the vignettes" in words("ana-duarte", "/today/")
    page = words("ruta-balode", "/people/grants/?q=ana+duarte")
    assert re.search(r"Ana Duarte Until [^:]*: Listening and discovery \(provisional\)", page)


# --- Those around them --------------------------------------------------------------------------------------------


@shows("coach-full", "coach-with-room", "observer-only")
def test_how_much_room_coaches_have() -> None:
    full = CoachProfile.objects.get(person=who("amira-nasser"))
    assert full.load == full.capacity == 3
    assert "3 of 3 places" in words("amira-nasser", "/coach/")
    for name in ("hanna-berg", "devi-rao", "ruta-balode"):
        profile = CoachProfile.objects.get(person=who(name))
        assert 0 < profile.load < profile.capacity, name
    page = words("carla-reyes", reverse("team_coach", args=[path_of("kofi-mensah").uid]))
    assert "3 of 3 places taken, so cannot be chosen" in page
    assert not CoachProfile.objects.filter(person=who("noor-aziz")).exists()
    assert client_of("noor-aziz").get("/observe/").status_code == 200


@shows("manager-with-need")
def test_both_managers_see_their_own_people_and_not_each_others() -> None:
    for name, other in (("dan-whitlock", "carla-reyes"), ("carla-reyes", "dan-whitlock")):
        page, people = words(name, "/team/"), [doc for doc in PEOPLE.values() if doc.path and doc.left_day is None]
        for doc in people:
            assert (doc.name in page) == (doc.manager == name), doc.id
        assert words(other, "/team/") != page


@shows("author-with-draft")
def test_senas_change_waits_for_ruta() -> None:
    page = ScenarioPage.objects.get(slug=str(PEOPLE["sena-okafor"].state.details["scenario"]))
    assert [waiting.pk for waiting in awaiting_review()] == [page.pk]
    assert page.has_unpublished_changes
    home = words("ruta-balode", "/cms/")
    assert "Awaiting your review" in home
    assert page.title in home
    assert "in a workflow" in words("sena-okafor", "/cms/")
    assert Site.objects.get(is_default_site=True).site_name == "Aldermoor"


@shows("auditor", "administrator")
def test_who_inspects_and_who_keeps_it_running() -> None:
    event = SignOffEvent.objects.filter(kind="SIGNED").order_by("pk").first()
    assert event is not None
    assert client_of("ingrid-solberg").get(reverse("signoff", args=[event.uid])).status_code == 200
    assert client_of("ilse-novak").get("/cms/").status_code == 200
    refused("ilse-novak", reverse("revoke", args=[event.uid]), reason="Because I can")
    assert "/cms/" in client_of("ilse-novak").get("/")["Location"]


# --- One truth about a skill --------------------------------------------------------------------------------------


def on_paths() -> list[Enrolment]:
    """Open paths, and completed ones whose role is held."""
    found = Enrolment.objects.filter(
        Q(status__in=Enrolment.OPEN) | Q(role_holding__isnull=False), person__is_active=True
    )
    return list(found.select_related("person", "path", "role_version__profile").order_by("person__full_name"))


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_learner_coach_team_export_and_invoice_agree_about_everybody() -> None:
    """whole.md fact 4, screens L16 and T3: every learner of the company, through their pages."""
    learning = client_of("ruta-balode")
    team = reading.team_words(reading.main_of(learning, "/team/"))
    heads, *rows = csv.reader(io.StringIO(learning.get(reverse("team_csv")).content.decode("utf-8-sig")))
    exported = {
        (row[heads.index("Person")], row[heads.index("Path")]): dict(zip(heads, row, strict=True)) for row in rows
    }
    compared = completed = 0
    for enrolment in on_paths():
        person, chosen = enrolment.person, f"?path={enrolment.uid}"
        learner, invoice = signed_in(person), f"/people/{person.uid}/{chosen}"
        page = reading.main_of(learner, invoice)
        words = reading.words_of(page)
        assert words, person
        mine = reading.words_of(reading.main_of(learner, f"/skills/{chosen}"))
        assert {title: mine[title] for title in words} == words, person
        notes = {line.title: line.look.note for line in invoice_of(enrolment, clock.now(), own=True).lines}
        coach = coach_of(enrolment)
        if coach is not None:
            beside = reading.main_of(signed_in(coach), reverse("coach_person", args=[enrolment.uid]))
            assert reading.words_of(beside) == words, person
        if enrolment.is_completed:
            told_today = reading.text(reading.main_of(learner, f"/today/{chosen}"))
            said = re.search(r"Completed on [^.]*", told_today)
            assert said, person
            assert said[0] in reading.text(page), person
            completed += 1
            continue
        lines = [line for (address, line), told in team.items() if address == invoice and told == words]
        if person.full_name != PEOPLE["ruta-balode"].name:
            assert len(lines) == 1, person
            row = exported[person.full_name, enrolment.path.title]
            told = {title: f"{word}. {notes[title]}" if notes[title] else word for title, word in words.items()}
            assert {title: row[title] for title in words} == told, person
            assert row["Where they stand"] == lines[0]
            assert lines[0] in reading.text(page), person
            assert lines[0] in reading.text(reading.main_of(learner, f"/today/{chosen}")), person
            compared += 1
    assert compared >= 11
    assert completed >= 2


def test_what_comes_next_can_be_done_or_names_a_day() -> None:
    """whole.md, screens that are wrong: never a locked step, never "ask the coach"."""
    followed: dict[tuple[int, str], str] = {}
    for enrolment in on_paths():
        learner, chosen = signed_in(enrolment.person), f"?path={enrolment.uid}"
        today = reading.main_of(learner, f"/today/{chosen}")
        own = reading.main_of(learner, f"/people/{enrolment.person.uid}/{chosen}")
        card = reading.next_card(today)
        told = [*reading.moves_of(today), *reading.moves_of(own), ("The card", card)]
        told += reading.moves_of(reading.main_of(learner, f"/skills/{chosen}"))
        for sentence, url in told:
            if url and (enrolment.person_id, url) not in followed:
                followed[enrolment.person_id, url] = sentence
                assert reading.can_be_done(reading.main_of(learner, url)), (enrolment.person, sentence, url)
        held = {line.move.sentence: line.holder for line in invoice_of(enrolment, clock.now(), own=True).lines}
        for sentence, url in reading.moves_of(own):
            holder = held[sentence]
            if not url and holder and holder.who == "learner":
                assert reading.NAMED_DAY.search(sentence), (enrolment.person, sentence)
    assert len(followed) >= 30


def test_next_card_and_invoice_agree_about_the_skills_that_it_moves() -> None:
    """whole.md, screens that are wrong: Felix, whose two pages named two steps."""
    agreed = 0
    for enrolment in on_paths():
        card = reading.next_card(reading.main_of(signed_in(enrolment.person), f"/today/?path={enrolment.uid}"))
        lines = invoice_of(enrolment, clock.now(), own=True).lines
        step = next((step for step in progress_of(enrolment).steps if card.endswith(f"/{step.step.uid}/")), None)
        again = {address_of(line.move.target) for line in lines if line.look.state == "not_yet"}
        if step is None or card in again:
            continue
        for line in lines:
            if line.holder is None or line.holder.who != "learner":
                continue
            gates = [gate for gate, kinds in SERVED_BY.items() if step.step.kind in kinds and gate != "talk"]
            ahead = [gate for gate in gates if VALUES[gate] > line.term.value]
            if ahead and line.skill in step.step.skills:
                assert line.move.step == step.step.uid, (enrolment.person, line.title, line.move.sentence)
                agreed += 1
    assert agreed >= 5


def test_after_not_yet_the_next_step_stands_wherever_jonas_is_spoken_of() -> None:
    """whole.md fact 5, screens L10."""
    step, again = "Practise the play-back once with Samir", date_format(day(4), "j F")
    own = path_of("jonas-frey")
    coach = CoachAssignment.objects.get(enrolment=own, status="active", kind="primary").coach.person
    pages = {
        "/today/": signed_in(own.person),
        "/skills/": signed_in(own.person),
        "/skills/discovery/": signed_in(own.person),
        f"/people/{own.person.uid}/": signed_in(coach),
        reverse("coach_person", args=[own.uid]): signed_in(coach),
        "/coach/": signed_in(coach),
    }
    for url, client in pages.items():
        page = reading.text(reading.main_of(client, url))
        assert step in page, url
        assert f"Seen again by {again}" in page or f"by {again}" in page or f"{again}." in page, url
    assert "Not yet, said" in words("jonas-frey", "/skills/discovery/")


@pytest.mark.parametrize("name", ["david-kimani", "lucia-moreno"])
def test_what_was_taken_back_or_ends_soon_can_be_asked_for_again(name: str) -> None:
    """whole.md fact 2 and the row of David: no page led to the form."""
    client = signed_in(who(name))
    page = reading.main_of(client, "/requests/")
    links = re.findall(r'href="(/requests/new/[^"]+)">(?:(?!</a>).)*Ask to be seen again', page, re.S)
    assert links
    own = path_of(name)
    for link in links:
        form = client.get(link)
        fields = {
            "key": str(basics.key()),
            "observer_uid": str(form.context["watchers"][0].person.uid),
            "context": form.context["spec"].where[0],
            "planned_on": day(3).isoformat(),
            "own_work": "on",
        }
        asked = client.post(link, fields)
        assert asked.status_code == 302, (link, reading.text(asked.content.decode())[:400])
    assert own.cases.filter(status="collecting").count() == len(links)
