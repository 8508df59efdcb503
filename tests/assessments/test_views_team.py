"""The team and the invoice: who sees whom, what the figures are, and what never shows."""

import csv
import io
import re
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from assessments.models import Attempt, Request, TryFact
from assessments.services.standing.readiness import readiness_of
from lms import clock
from lms.api import Enrolment, Organisation, Pause, Skill, StepCompletion, User, open_gate
from lms.rules.said import short_day
from lms.rules.spreadsheets import harmless
from tests.clients import count_queries, log_in, words_of
from tests.factories import basics, coaching, judging, notices, paths, people, practice
from tests.markup import markup
from tests.page import main_of

pytestmark = pytest.mark.django_db

URL = "/team/"
FIXTURE = (("a", 1, "show"), ("b", 2, "do"), ("c", 2, "show"), ("d", 1, "do"), ("e", 2, "talk"), ("f", 1, "try"),
           ("g", 1, "talk"), ("h", 1, "talk"))  # fmt: skip
BELOW = {"talk": ("talk",), "try": ("talk", "try"), "do": ("talk", "try", "do"), "show": ("talk", "try", "do", "show")}


def opened(who: User, slug: str, *gates: str, level: int = 3, until: date | None = None) -> None:
    for gate in gates:
        shown: dict[str, Any] = {}
        if gate == "show":
            later = (clock.now() + timedelta(days=400)).date()
            shown = {"level": level, "standard_uid": basics.uid(f"standard-{slug}"), "valid_until": until or later}
        skill = Skill.objects.get(slug=slug)
        source = {"do": "commitment", "show": "signoff"}.get(gate, gate)
        open_gate(person_id=who.pk, skill_id=skill.pk, gate=gate, source=f"{source}:{uuid4()}", at=clock.now(), **shown)


def fixture_person(manager: User | None = None) -> User:
    """The unit fixture of PRODUCT as a person: 50.0, 3 of 11, not ready, held by the second requirement."""
    role = paths.role(*(paths.requires(slug, 3, weight, critical=slug in "bc") for slug, weight, _gate in FIXTURE))
    steps = [paths.step("demonstration", f"show-{slug}", skills=(slug,)) for slug, _weight, _gate in FIXTURE]
    steps += [paths.step("external", "elsewhere", title="Site safety")]
    who = people.person("Maximiliane Fixture")
    begun = (clock.now() - timedelta(days=58)).date()
    judging.assigned(paths.enrolment(who, paths.path(*steps, role_version=role), started_on=begun), coaching.coach())
    people.team(who, manager=manager or people.person("Henrike"))
    for slug, _weight, gate in FIXTURE:
        opened(who, slug, *BELOW[gate])
    return who


def part(page: str, testid: str) -> str:
    """The text of one element of the page."""
    return " ".join(page.split(f'data-testid="{testid}"')[1].split("</div>")[0].split())


def test_the_unit_fixture_adds_up() -> None:
    who = fixture_person()
    page = main_of(log_in(who).get(reverse("person_readiness", args=[who.uid])))
    terms = page.get("region", "Every term")
    lines = [row for row in terms.all("row") if row.attrs.get("data-testid", "").startswith("gate-")]
    assert len(lines) == 8
    assert terms.get("row", "Total").cells == ["Total", "11", "", "550"]
    assert terms.get("row", "Progress, 550 divided by 11").cells[-1] == "50.0"
    assert terms.holding("row", "Coverage, weight at 100 divided by all weight: 3 of 11").cells[-1] == "27 %"
    weight, gate, amount = terms.holding("row", "B critical").cells[-3:]
    assert (weight, gate, amount) == ("2", "60", "120")
    tiles = {one.attrs["data-testid"]: one.text for one in page.below() if "data-testid" in one.attrs}
    assert tiles["ready"].startswith("Ready No 1 of 2 critical skills")
    assert "asks for 85 %" in tiles["ready"]
    assert tiles["coverage"].startswith("Coverage 27 % 3 of 11")
    assert tiles["progress"].startswith("Progress 50.0 of 100")
    assert tiles["holder"].startswith("Held by B")


def test_a_higher_asked_level_counts_as_do() -> None:
    who = fixture_person()
    opened(who, "b", "show", level=2)
    page = words_of(log_in(who).get(reverse("person_readiness", args=[who.uid])))
    assert "50.0" in part(page, "progress")
    assert "May act with a coach in the room" in page.split('data-testid="gate-b"')[1][:1200]


def test_the_same_page_for_learner_coach_and_manager() -> None:
    of, other = judging.scene(), judging.scene("story", ("listening", "offer"))
    judging.decided(of)
    url = reverse("person_readiness", args=[of.learner.uid])
    tables = []
    for who in (of.learner, of.coach, of.manager, of.learning):
        answer = log_in(who).get(url)
        assert answer.status_code == 200
        tables.append(words_of(answer).split("<table")[1].split("</table>")[0])
    assert len(set(tables)) == 1
    for who in (of.observer, other.learner, other.coach, other.manager, people.in_group("Auditors"), people.person()):
        assert log_in(who).get(url).status_code == 404


def test_evidence_is_kind_and_day_never_content() -> None:
    of = judging.scene()
    judging.asked(of)
    judging.decided(of, 3, not_yet=("business",))
    page = words_of(log_in(of.manager).get(reverse("person_readiness", args=[of.learner.uid])))
    assert "Signed off" in page
    assert "Observed at work, 2 times" in page
    for content in (judging.SEEN, "On two visits", "not needed"):
        assert content not in page


def test_after_not_yet_all_who_help_read_the_next_step_and_its_day() -> None:
    of = judging.scene()
    judging.decided(of, 3, not_yet=("business",))
    again = short_day((clock.now() + timedelta(days=9)).date())
    for who in (of.learner, of.coach, of.manager):
        page = words_of(log_in(who).get(reverse("person_readiness", args=[of.learner.uid])))
        assert f"Not yet, again by {again}" in page
        assert f"Wait before you play back. Seen again by {again}." in page


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (-8, "Begins on"),
        (0, "On track, day 1"),
        (10, "On track, day 10"),
        (25, "Behind by 5 days, on day 25"),
        (60, "Behind by 40 days, after the last day"),
    ],
)
def test_the_page_that_steers_says_where_somebody_stands_as_the_others_do(days: int, words: str) -> None:
    """Before the first day and after the last the page said "Day -8 of 30" and "Day 60 of 30"."""
    version = paths.path(
        paths.step("commitment", "promise", skills=("listening",), due_day=20),
        role_version=paths.role(paths.requires("listening", 3)),
    )
    started = clock.now().date() - timedelta(days=days)
    enrolment, manager = paths.enrolment(people.person(), version, started_on=started), people.person("Henrike Voss")
    people.team(enrolment.person, manager=manager)
    client, url = log_in(manager), reverse("team_steer", args=[enrolment.uid])

    def everywhere() -> set[str]:
        answers = [client.get(page) for page in (url, reverse("person_readiness", args=[enrolment.person.uid]))]
        steer, invoice = (answer.context for answer in answers)
        (row,) = client.get(URL).context["rows"]
        assert f"{steer['line']}." in words_of(answers[0])
        return {steer["line"], invoice["invoice"].line, row.line}

    (line,) = everywhere()
    assert line.startswith(words)
    assert re.search(r"Day -?\d+ of", words_of(client.get(url))) is None
    Enrolment.objects.update(status="paused")
    Pause.objects.create(enrolment=enrolment, from_on=clock.now().date(), reason="Leave", by=manager)
    (line,) = everywhere()
    assert line.startswith("Begins on" if days < 0 else "Paused")
    assert "No day counts, and nothing becomes overdue." in words_of(client.get(url))
    skill = Skill.objects.get(slug="listening")
    open_gate(
        person_id=enrolment.person_id, skill_id=skill.pk, gate="show", source="x", at=clock.now(), level=3,
        standard_uid=basics.uid("visit"), valid_until=clock.now().date() + timedelta(days=400),
    )  # fmt: skip
    assert everywhere() == {line if days < 0 else "Ready"}


def test_what_waits_since_today_is_not_counted() -> None:
    """Asked an hour ago: the invoice said "Priya has it, for 0 days."."""
    of = judging.scene(skills=("listening",))
    made = judging.asked(of)
    client, url = log_in(of.manager), reverse("person_readiness", args=[of.learner.uid])
    for days, held, cell in (
        (0, "since today.", ", since today"),
        (1, "for 1 day.", ", 1 day"),
        (3, "for 3 days.", ", 3 days"),
    ):
        Request.objects.filter(pk=made.pk).update(made_at=clock.now() - timedelta(days=days))
        page = words_of(client.get(url))
        assert f"Held by Listening: {of.observer.full_name} has it{'' if not days else ','} {held}" in page
        assert f"{of.observer.full_name}{cell}" in page
        assert "0 days" not in page


def test_practice_changes_no_byte_for_anybody_else() -> None:
    of = judging.scene()
    version = practice.scenario(practice.scenario_spec("quay", ("listening",)))
    urls = [URL, reverse("person_readiness", args=[of.learner.uid]), reverse("coach_queue"), reverse("team_csv")]
    clients = [(log_in(of.manager), urls[:2] + urls[3:]), (log_in(of.coach), urls[1:3])]

    def read() -> list[str]:
        pages = [words_of(client.get(url)) for client, wanted in clients for url in wanted]
        return [_without_keys(page) for page in pages]

    before = read()
    at = clock.now()
    Attempt.objects.bulk_create(
        Attempt(person=of.learner, version=version, seed=n, node="won", started_at=at, finished_at=at, result={})
        for n in range(1000)
    )
    step = of.enrolment.path_version.steps.get(uid=basics.uid("practise-visit"))
    StepCompletion.objects.create(enrolment=of.enrolment, step=step, by=of.learner, completed_at=at)
    assert read() == before
    TryFact.objects.create(person=of.learner, skill=Skill.objects.get(slug="listening"), opened_at=at)
    opened(of.learner, "listening", "try")
    assert read() != before


def _without_keys(page: str) -> str:
    page = re.sub(r'name="(key|csrfmiddlewaretoken)" value="[^"]+"', "", page)
    return re.sub(r'(As of.*?</time>|datetime="[^"]+"|nonce="[^"]+")', "", page)


def test_a_manager_sees_their_teams_and_l_and_d_everybody() -> None:
    of, other = judging.scene(), judging.scene("story", ("listening", "offer"))
    page = words_of(log_in(of.manager).get(URL))
    assert of.learner.full_name in page
    assert other.learner.full_name not in page
    everybody = words_of(log_in(of.learning).get(URL))
    assert of.learner.full_name in everybody
    assert other.learner.full_name in everybody
    for who in (of.learner, of.coach, of.observer, people.in_group("Auditors"), people.person()):
        for url in (URL, reverse("team_csv"), reverse("team_xlsx")):
            assert log_in(who).get(url).status_code == 403


def test_a_manager_of_nobody_is_told_what_to_do() -> None:
    manager = people.person()
    people.team(manager=manager)
    assert "No one of yours is on a path yet." in words_of(log_in(manager).get(URL))


def test_the_team_is_put_into_buckets_and_filtered_by_bucket_and_name() -> None:
    manager = people.person("Henrike")
    who = fixture_person(manager)
    page_of = log_in(manager)
    page = words_of(page_of.get(URL))
    assert page.count('data-testid="team-row"') == 1
    assert 'data-bucket="on_track"' in page or 'data-bucket="behind"' in page
    for slug in "bd":
        opened(who, slug, "show")
    for slug in "efgh":
        opened(who, slug, "try", "do", "show")
    ready = words_of(page_of.get(URL))
    assert 'data-bucket="ready"' in ready
    assert "1 of 1 person is ready for the role" in ready
    assert 'data-testid="team-row"' in words_of(page_of.get(URL, {"bucket": "ready"}))
    assert 'data-testid="team-row"' not in words_of(page_of.get(URL, {"bucket": "behind"}))
    assert 'data-testid="team-row"' in words_of(page_of.get(URL, {"q": "MAXI"}))
    assert "Nobody is left." in words_of(page_of.get(URL, {"q": "nobody"}))
    for odd in ({"bucket": "odd"}, {"sort": "odd"}, {"team": "odd"}, {"path": "odd"}, {"page": "odd"}):
        assert page_of.get(URL, odd).status_code == 200


def test_the_team_is_sorted_by_name_and_by_readiness() -> None:
    of = judging.scene()
    ahead = people.person("Zoe Ahead")
    paths.enrolment(ahead, of.enrolment.path_version, started_on=of.enrolment.started_on)
    people.team(ahead, manager=of.manager)
    opened(ahead, "business", "talk", "try", "do", "show")
    client = log_in(of.manager)

    def order(sort: str) -> list[str]:
        page = words_of(client.get(URL, {"sort": sort}))
        return [name for name in _names(page) if name in ("Zoe Ahead", of.learner.full_name)]

    assert order("name") == [of.learner.full_name, "Zoe Ahead"]
    assert order("readiness") == ["Zoe Ahead", of.learner.full_name]


def _names(page: str) -> list[str]:
    return re.findall(r'<a class="who-name" href="[^"]+">([^<]+)</a>', page)


def test_a_skill_is_called_what_it_is_called_today() -> None:
    manager = people.person("Henrike")
    fixture_person(manager)
    client = log_in(manager)
    assert '<th scope="col">A</th>' in markup(client.get("/team/"))
    skill = Skill.objects.get(slug="a")
    skill.title = "Asking well"
    skill.save()
    assert '<th scope="col">Asking well</th>' in markup(client.get("/team/"))


def test_paused_and_not_yet_started() -> None:
    of = judging.scene()
    opened(of.learner, "listening", "talk")
    today = clock.now().date()
    Pause.objects.create(enrolment=of.enrolment, from_on=today - timedelta(days=10), reason="Leave", by=of.manager)
    of.enrolment.status = "paused"
    of.enrolment.save()
    assert "Paused on day 10" in words_of(log_in(of.manager).get(URL))
    of.enrolment.pauses.all().delete()
    of.enrolment.status, of.enrolment.started_on = "active", today + timedelta(days=4)
    of.enrolment.save()
    of.learner.skill_gates.all().delete()
    page = words_of(log_in(of.manager).get(URL))
    assert f"Begins on {short_day(of.enrolment.started_on)}" in page
    assert "No data" in page


def test_who_has_waited_long_for_another_is_shown_as_blocked() -> None:
    of = judging.scene()
    opened(of.learner, "listening", "talk", "try", "do")
    judging.asked(of, at=clock.now() - timedelta(days=9))
    page = main_of(log_in(of.manager).get(URL))
    row = page.get("region", "People and skills").holding("row", of.learner.full_name)
    assert row.attrs["data-bucket"] == "blocked"
    assert row.cells[0] == f"{of.learner.full_name} Waits for Priya Visit, 9 days"
    assert row.cells[1] == f"Show waits for Priya Visit: Listening, {of.learner.full_name}"
    blocked = [link.text for link in page.all("link") if link.attrs.get("data-testid") == "bucket-blocked"]
    assert blocked == ["1Blocked"]


def test_exports_hold_everybody_and_compute_nothing() -> None:
    of = judging.scene()
    evil = people.person("=HYPERLINK(1)")
    paths.enrolment(evil, of.enrolment.path_version, started_on=of.enrolment.started_on)
    people.team(evil, manager=of.manager)
    client = log_in(of.manager)
    answer = client.get(reverse("team_csv"), {"q": "nobody"})
    assert answer["Content-Disposition"].startswith("attachment; filename=")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 3
    assert {row[0] for row in rows[1:]} == {"'=HYPERLINK(1)", of.learner.full_name}
    book = load_workbook(io.BytesIO(client.get(reverse("team_xlsx")).content))
    cells = [cell for row in book.active.iter_rows() for cell in row]
    assert "'=HYPERLINK(1)" in {cell.value for cell in cells}
    assert not [cell for cell in cells if cell.data_type == "f"]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", "\x00=1", "\x00\t=1"])
def test_a_text_that_a_sheet_would_compute_gets_a_quote_in_front(text: str) -> None:
    assert str(harmless(text)).startswith("'")


@pytest.mark.parametrize("value", [-1, 2.5, "", "Leonie", None])
def test_numbers_and_names_stay_as_they_are_in_exports(value: object) -> None:
    assert harmless(value) == value


def test_as_many_queries_for_one_person_as_for_ten() -> None:
    costs = {_costs_of(persons) for persons in (1, 10)}
    assert len(costs) == 1
    assert max(costs.pop()) <= 24


def _costs_of(persons: int) -> tuple[int, int, int]:
    of = judging.scene(f"visit-{persons}", (f"listening-{persons}", f"business-{persons}"))
    for number in range(persons - 1):
        who = people.person(f"Person {number}")
        enrolment = paths.enrolment(who, of.enrolment.path_version, started_on=of.enrolment.started_on)
        people.team(who, manager=of.manager)
        judging.assigned(enrolment, coaching.coach())
        opened(who, of.skills[0], "talk", "try")
        Pause.objects.create(
            enrolment=enrolment, from_on=clock.now().date(), until_on=clock.now().date(), reason="x", by=of.manager
        )
        for reader in (of.manager, of.learning):
            notices.said(reader, f"News {number}")
    invoice = reverse("person_readiness", args=[of.learner.uid])
    readers = ((of.manager, URL), (of.learning, URL), (of.manager, invoice))
    costs = [count_queries(log_in(who), url) for who, url in readers]
    return costs[0], costs[1], costs[2]


def test_training_elsewhere_is_marked_by_who_steers() -> None:
    of, other = judging.scene(), judging.scene("story", ("listening", "offer"))
    url, here = (reverse(name, args=[of.learner.uid]) for name in ("external_done", "person_readiness"))
    step = basics.uid("elsewhere-visit")
    data = {"key": uuid4(), "enrolment": of.enrolment.uid, "step": step}
    assert "Mark as done" in words_of(log_in(of.manager).get(here))
    assert "Mark as done" not in words_of(log_in(of.learner).get(here))
    assert log_in(of.learner).post(url, data).status_code == 403
    for who in (other.manager, other.learner, of.coach):
        assert log_in(who).post(url, data).status_code == 404
    client = log_in(of.manager)
    assert client.post(url, data | {"step": basics.uid("practise-visit")}).status_code == 404
    assert client.post(url, data | {"enrolment": other.enrolment.uid}).status_code == 404
    assert client.post(url, {"key": uuid4()}).status_code == 404
    for _n in range(2):
        assert client.post(url, data).status_code == 302
    assert StepCompletion.objects.count() == 1
    assert "Mark as done" not in words_of(client.get(here))
    assert client.get(url).status_code == 405


def test_readiness_is_told_by_path_and_without_a_path_says_so() -> None:
    of = judging.scene()
    second = paths.path(paths.step("course", "more"), slug="another-path")
    enrolment = paths.enrolment(of.learner, second, started_on=clock.now().date())
    client, url = log_in(of.learner), reverse("person_readiness", args=[of.learner.uid])
    assert "Another-path" in words_of(client.get(url))
    first = words_of(client.get(url, {"path": of.enrolment.uid}))
    assert 'data-testid="gate-listening"' in first
    assert 'data-testid="gate-listening"' not in words_of(client.get(url, {"path": enrolment.uid}))
    nobody = people.person()
    page = log_in(nobody).get(reverse("person_readiness", args=[nobody.uid]))
    assert "You are on no path yet." in words_of(page)
    assert client.get(reverse("person_readiness", args=[nobody.uid])).status_code == 404
    assert client.get(reverse("person_readiness", args=[uuid4()])).status_code == 404


@pytest.mark.parametrize(("days", "bucket", "state"), [(60, "expiring", "due"), (30, "ready", "vouched")])
def test_the_organisation_says_when_a_sign_off_is_due(days: int, bucket: str, state: str) -> None:
    Organisation.objects.update_or_create(pk=1, defaults={"name": "Aldermoor", "expiring_days": days})
    role = paths.role(paths.requires("listening", 3, 1))
    who = people.person()
    version = paths.path(paths.step("demonstration", "show-it", skills=("listening",)), role_version=role)
    enrolment = paths.enrolment(who, version, started_on=(clock.now() - timedelta(days=58)).date())
    opened(who, "listening", *BELOW["show"], until=(clock.now() + timedelta(days=45)).date())
    (found,) = readiness_of([enrolment])
    assert (found.bucket, found.look("listening").state) == (bucket, state)
