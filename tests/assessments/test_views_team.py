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
from assessments.views.team import harmless
from lms import clock
from lms.api import Enrolment, Pause, Skill, StepCompletion, User, open_gate
from lms.rules.said import short_day
from tests import assessment_factories as practice
from tests import factories as make
from tests import judging_factories as judge
from tests.markup import markup

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
            shown = {"level": level, "standard_uid": make.uid(f"standard-{slug}"), "valid_until": until or later}
        skill = Skill.objects.get(slug=slug)
        source = {"do": "commitment", "show": "signoff"}.get(gate, gate)
        open_gate(person_id=who.pk, skill_id=skill.pk, gate=gate, source=f"{source}:{uuid4()}", at=clock.now(), **shown)


def fixture_person(manager: User | None = None) -> User:
    """The unit fixture of PRODUCT as a person: 50.0, 3 of 11, not ready, held by the second requirement."""
    role = make.role(*(make.requires(slug, 3, weight, critical=slug in "bc") for slug, weight, _gate in FIXTURE))
    steps = [make.step("demonstration", f"show-{slug}", skills=(slug,)) for slug, _weight, _gate in FIXTURE]
    steps += [make.step("external", "elsewhere", title="Site safety")]
    who = make.person("Maximiliane Fixture")
    begun = (clock.now() - timedelta(days=58)).date()
    judge.assign(make.enrolment(who, make.path(*steps, role_version=role), started_on=begun), judge.coach())
    make.team(who, manager=manager or make.person("Henrike"))
    for slug, _weight, gate in FIXTURE:
        opened(who, slug, *BELOW[gate])
    return who


def part(page: str, testid: str) -> str:
    """The text of one element of the page."""
    return " ".join(page.split(f'data-testid="{testid}"')[1].split("</div>")[0].split())


def test_the_unit_fixture_adds_up() -> None:
    who = fixture_person()
    page = judge.words_of(judge.log_in(who).get(reverse("person_readiness", args=[who.uid])))
    assert "50.0" in part(page, "progress")
    assert "27 %" in part(page, "coverage")
    assert "3 of 11" in part(page, "coverage")
    ready = part(page, "ready")
    assert ">No<" in ready
    assert "1 of 2 critical skills" in ready
    assert "asks for 85 %" in ready
    assert "Held by B" in page.split('data-testid="holder"')[1][:200]
    assert page.count('data-testid="gate-') == 8
    assert ">550<" in page


def test_a_higher_asked_level_counts_as_do() -> None:
    who = fixture_person()
    opened(who, "b", "show", level=2)
    page = judge.words_of(judge.log_in(who).get(reverse("person_readiness", args=[who.uid])))
    assert "50.0" in part(page, "progress")
    assert "May act with a coach in the room" in page.split('data-testid="gate-b"')[1][:1200]


def test_the_same_page_for_learner_coach_and_manager() -> None:
    of, other = judge.scene(), judge.scene("story", ("listening", "offer"))
    judge.decided(of)
    url = reverse("person_readiness", args=[of.learner.uid])
    tables = []
    for who in (of.learner, of.coach, of.manager, of.learning):
        answer = judge.log_in(who).get(url)
        assert answer.status_code == 200
        tables.append(judge.words_of(answer).split("<table")[1].split("</table>")[0])
    assert len(set(tables)) == 1
    for who in (of.observer, other.learner, other.coach, other.manager, make.in_group("Auditors"), make.person()):
        assert judge.log_in(who).get(url).status_code == 404


def test_evidence_is_kind_and_day_never_content() -> None:
    of = judge.scene()
    judge.asked(of)
    judge.decided(of, 3, not_yet=("business",))
    page = judge.words_of(judge.log_in(of.manager).get(reverse("person_readiness", args=[of.learner.uid])))
    assert "Signed off" in page
    assert "Observed at work, 2 times" in page
    for content in (judge.SEEN, "On two visits", "not needed"):
        assert content not in page


def test_after_not_yet_everybody_who_helps_reads_the_next_step_and_its_day() -> None:
    of = judge.scene()
    judge.decided(of, 3, not_yet=("business",))
    again = short_day((clock.now() + timedelta(days=9)).date())
    for who in (of.learner, of.coach, of.manager):
        page = judge.words_of(judge.log_in(who).get(reverse("person_readiness", args=[of.learner.uid])))
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
    version = make.path(
        make.step("commitment", "promise", skills=("listening",), due_day=20),
        role_version=make.role(make.requires("listening", 3)),
    )
    started = clock.now().date() - timedelta(days=days)
    enrolment, manager = make.enrolment(make.person(), version, started_on=started), make.person("Henrike Voss")
    make.team(enrolment.person, manager=manager)
    client, url = judge.log_in(manager), reverse("team_steer", args=[enrolment.uid])

    def everywhere() -> set[str]:
        answers = [client.get(page) for page in (url, reverse("person_readiness", args=[enrolment.person.uid]))]
        steer, invoice = (answer.context for answer in answers)
        (row,) = client.get(URL).context["rows"]
        assert f"{steer['line']}." in judge.words_of(answers[0])
        return {steer["line"], invoice["invoice"].line, row.line}

    (line,) = everywhere()
    assert line.startswith(words)
    assert re.search(r"Day -?\d+ of", judge.words_of(client.get(url))) is None
    Enrolment.objects.update(status="paused")
    Pause.objects.create(enrolment=enrolment, from_on=clock.now().date(), reason="Leave", by=manager)
    (line,) = everywhere()
    assert line.startswith("Begins on" if days < 0 else "Paused")
    assert "No day counts, and nothing becomes overdue." in judge.words_of(client.get(url))
    skill = Skill.objects.get(slug="listening")
    open_gate(
        person_id=enrolment.person_id, skill_id=skill.pk, gate="show", source="x", at=clock.now(), level=3,
        standard_uid=make.uid("visit"), valid_until=clock.now().date() + timedelta(days=400),
    )  # fmt: skip
    assert everywhere() == {line if days < 0 else "Ready"}


def test_what_waits_since_today_is_not_counted() -> None:
    """Asked an hour ago: the invoice said "Priya has it, for 0 days."."""
    of = judge.scene(skills=("listening",))
    made = judge.asked(of)
    client, url = judge.log_in(of.manager), reverse("person_readiness", args=[of.learner.uid])
    for days, held, cell in (
        (0, "since today.", ", since today"),
        (1, "for 1 day.", ", 1 day"),
        (3, "for 3 days.", ", 3 days"),
    ):
        Request.objects.filter(pk=made.pk).update(made_at=clock.now() - timedelta(days=days))
        page = judge.words_of(client.get(url))
        assert f"Held by Listening: {of.observer.full_name} has it{'' if not days else ','} {held}" in page
        assert f"{of.observer.full_name}{cell}" in page
        assert "0 days" not in page


def test_practice_changes_no_byte_for_anybody_else() -> None:
    of = judge.scene()
    version = practice.scenario(practice.scenario_spec("quay", ("listening",)))
    urls = [URL, reverse("person_readiness", args=[of.learner.uid]), reverse("coach_queue"), reverse("team_csv")]
    clients = [(judge.log_in(of.manager), urls[:2] + urls[3:]), (judge.log_in(of.coach), urls[1:3])]

    def read() -> list[str]:
        pages = [judge.words_of(client.get(url)) for client, wanted in clients for url in wanted]
        return [_without_keys(page) for page in pages]

    before = read()
    at = clock.now()
    Attempt.objects.bulk_create(
        Attempt(person=of.learner, version=version, seed=n, node="won", started_at=at, finished_at=at, result={})
        for n in range(1000)
    )
    step = of.enrolment.path_version.steps.get(uid=make.uid("practise-visit"))
    StepCompletion.objects.create(enrolment=of.enrolment, step=step, by=of.learner, completed_at=at)
    assert read() == before
    TryFact.objects.create(person=of.learner, skill=Skill.objects.get(slug="listening"), opened_at=at)
    opened(of.learner, "listening", "try")
    assert read() != before


def _without_keys(page: str) -> str:
    page = re.sub(r'name="(key|csrfmiddlewaretoken)" value="[^"]+"', "", page)
    return re.sub(r'(As of.*?</time>|datetime="[^"]+"|nonce="[^"]+")', "", page)


def test_a_manager_sees_their_teams_and_l_and_d_everybody() -> None:
    of, other = judge.scene(), judge.scene("story", ("listening", "offer"))
    page = judge.words_of(judge.log_in(of.manager).get(URL))
    assert of.learner.full_name in page
    assert other.learner.full_name not in page
    everybody = judge.words_of(judge.log_in(of.learning).get(URL))
    assert of.learner.full_name in everybody
    assert other.learner.full_name in everybody
    for who in (of.learner, of.coach, of.observer, make.in_group("Auditors"), make.person()):
        for url in (URL, reverse("team_csv"), reverse("team_xlsx")):
            assert judge.log_in(who).get(url).status_code == 403


def test_a_manager_of_nobody_is_told_what_to_do() -> None:
    manager = make.person()
    make.team(manager=manager)
    assert "No one of yours is on a path yet." in judge.words_of(judge.log_in(manager).get(URL))


def test_buckets_filters_and_order() -> None:
    manager = make.person("Henrike")
    who = fixture_person(manager)
    page_of = judge.log_in(manager)
    page = judge.words_of(page_of.get(URL))
    assert page.count('data-testid="team-row"') == 1
    assert 'data-bucket="on_track"' in page or 'data-bucket="behind"' in page
    for slug in "bd":
        opened(who, slug, "show")
    for slug in "efgh":
        opened(who, slug, "try", "do", "show")
    ready = judge.words_of(page_of.get(URL))
    assert 'data-bucket="ready"' in ready
    assert "1 of 1 person is ready for the role" in ready
    assert 'data-testid="team-row"' in judge.words_of(page_of.get(URL, {"bucket": "ready"}))
    assert 'data-testid="team-row"' not in judge.words_of(page_of.get(URL, {"bucket": "behind"}))
    assert 'data-testid="team-row"' in judge.words_of(page_of.get(URL, {"q": "MAXI"}))
    assert "Nobody is left." in judge.words_of(page_of.get(URL, {"q": "nobody"}))
    for odd in ({"bucket": "odd"}, {"sort": "odd"}, {"team": "odd"}, {"path": "odd"}, {"page": "odd"}):
        assert page_of.get(URL, odd).status_code == 200


def test_sorting() -> None:
    of = judge.scene()
    ahead = make.person("Zoe Ahead")
    make.enrolment(ahead, of.enrolment.path_version, started_on=of.enrolment.started_on)
    make.team(ahead, manager=of.manager)
    opened(ahead, "business", "talk", "try", "do", "show")
    client = judge.log_in(of.manager)

    def order(sort: str) -> list[str]:
        page = judge.words_of(client.get(URL, {"sort": sort}))
        return [name for name in _names(page) if name in ("Zoe Ahead", of.learner.full_name)]

    assert order("name") == [of.learner.full_name, "Zoe Ahead"]
    assert order("readiness") == ["Zoe Ahead", of.learner.full_name]


def _names(page: str) -> list[str]:
    return re.findall(r'<th scope="row">\s*<a class="who-name" href="[^"]+">([^<]+)</a>', page)


def test_a_skill_is_called_what_it_is_called_today() -> None:
    manager = make.person("Henrike")
    fixture_person(manager)
    client = judge.log_in(manager)
    assert '<th scope="col">A</th>' in markup(client.get("/team/"))
    skill = Skill.objects.get(slug="a")
    skill.title = "Asking well"
    skill.save()
    assert '<th scope="col">Asking well</th>' in markup(client.get("/team/"))


def test_paused_and_not_yet_started() -> None:
    of = judge.scene()
    opened(of.learner, "listening", "talk")
    today = clock.now().date()
    Pause.objects.create(enrolment=of.enrolment, from_on=today - timedelta(days=10), reason="Leave", by=of.manager)
    of.enrolment.status = "paused"
    of.enrolment.save()
    assert "Paused on day 10" in judge.words_of(judge.log_in(of.manager).get(URL))
    of.enrolment.pauses.all().delete()
    of.enrolment.status, of.enrolment.started_on = "active", today + timedelta(days=4)
    of.enrolment.save()
    of.learner.skill_gates.all().delete()
    page = judge.words_of(judge.log_in(of.manager).get(URL))
    assert f"Begins on {short_day(of.enrolment.started_on)}" in page
    assert "No data" in page


def test_somebody_who_waits_blocks() -> None:
    of = judge.scene()
    opened(of.learner, "listening", "talk", "try", "do")
    judge.asked(of, at=clock.now() - timedelta(days=9))
    page = judge.words_of(judge.log_in(of.manager).get(URL))
    assert 'data-bucket="blocked"' in page
    assert "Waits for Priya Visit, 9 days" in page
    assert "Show waits for Priya Visit" in page


def test_exports_hold_everybody_and_compute_nothing() -> None:
    of = judge.scene()
    evil = make.person("=HYPERLINK(1)")
    make.enrolment(evil, of.enrolment.path_version, started_on=of.enrolment.started_on)
    make.team(evil, manager=of.manager)
    client = judge.log_in(of.manager)
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
def test_a_formula_is_harmless(text: str) -> None:
    assert str(harmless(text)).startswith("'")


@pytest.mark.parametrize("value", [-1, 2.5, "", "Leonie", None])
def test_numbers_and_names_stay(value: object) -> None:
    assert harmless(value) == value


def test_as_many_queries_for_one_person_as_for_ten() -> None:
    costs = {_costs_of(people) for people in (1, 10)}
    assert len(costs) == 1
    assert max(costs.pop()) <= 24


def _costs_of(people: int) -> tuple[int, int, int]:
    of = judge.scene(f"visit-{people}", (f"listening-{people}", f"business-{people}"))
    for number in range(people - 1):
        who = make.person(f"Person {number}")
        enrolment = make.enrolment(who, of.enrolment.path_version, started_on=of.enrolment.started_on)
        make.team(who, manager=of.manager)
        judge.assign(enrolment, judge.coach())
        opened(who, of.skills[0], "talk", "try")
        Pause.objects.create(
            enrolment=enrolment, from_on=clock.now().date(), until_on=clock.now().date(), reason="x", by=of.manager
        )
        for reader in (of.manager, of.learning):
            reader.notices.create(text=f"News {number}", url="/exchange/", created_at=clock.now())
    invoice = reverse("person_readiness", args=[of.learner.uid])
    readers = ((of.manager, URL), (of.learning, URL), (of.manager, invoice))
    costs = [judge.cost(judge.log_in(who), url) for who, url in readers]
    return costs[0], costs[1], costs[2]


def test_training_elsewhere_is_marked_by_who_steers() -> None:
    of, other = judge.scene(), judge.scene("story", ("listening", "offer"))
    url, here = (reverse(name, args=[of.learner.uid]) for name in ("external_done", "person_readiness"))
    step = make.uid("elsewhere-visit")
    data = {"key": uuid4(), "enrolment": of.enrolment.uid, "step": step}
    assert "Mark as done" in judge.words_of(judge.log_in(of.manager).get(here))
    assert "Mark as done" not in judge.words_of(judge.log_in(of.learner).get(here))
    assert judge.log_in(of.learner).post(url, data).status_code == 403
    for who in (other.manager, other.learner, of.coach):
        assert judge.log_in(who).post(url, data).status_code == 404
    client = judge.log_in(of.manager)
    assert client.post(url, data | {"step": make.uid("practise-visit")}).status_code == 404
    assert client.post(url, data | {"enrolment": other.enrolment.uid}).status_code == 404
    assert client.post(url, {"key": uuid4()}).status_code == 404
    for _n in range(2):
        assert client.post(url, data).status_code == 302
    assert StepCompletion.objects.count() == 1
    assert "Mark as done" not in judge.words_of(client.get(here))
    assert client.get(url).status_code == 405


def test_several_paths_and_none() -> None:
    of = judge.scene()
    second = make.path(make.step("course", "more"), slug="another-path")
    enrolment = make.enrolment(of.learner, second, started_on=clock.now().date())
    client, url = judge.log_in(of.learner), reverse("person_readiness", args=[of.learner.uid])
    assert "Another-path" in judge.words_of(client.get(url))
    first = judge.words_of(client.get(url, {"path": of.enrolment.uid}))
    assert 'data-testid="gate-listening"' in first
    assert 'data-testid="gate-listening"' not in judge.words_of(client.get(url, {"path": enrolment.uid}))
    nobody = make.person()
    page = judge.log_in(nobody).get(reverse("person_readiness", args=[nobody.uid]))
    assert "You are on no path yet." in judge.words_of(page)
    assert client.get(reverse("person_readiness", args=[nobody.uid])).status_code == 404
    assert client.get(reverse("person_readiness", args=[uuid4()])).status_code == 404
