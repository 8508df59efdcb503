"""The practice player over HTTP: post and redirect, what is shown and above all what is not, and what it costs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assessments import api
from assessments.models import Attempt, AttemptChoice, OpenResponse, TryFact
from assessments.rules.specs import ChoiceSpec, LookForSpec, MeterSpec, NodeSpec, ScenarioSpec
from lms import clock
from lms.api import AUDITORS, LEARNING_ADMINISTRATORS, Enrolment, SkillGate, StepCompletion, User
from tests.assessments.test_practice import BEST, learner, mark, play, say, start, write
from tests.factories import basics, paths, people, practice
from tests.markup import markup

pytestmark = pytest.mark.django_db


def client_of(who: User) -> Client:
    client = Client()
    client.force_login(who)
    return client


def attempt_url(attempt: Attempt) -> str:
    return f"/practice/attempt/{attempt.uid}/"


def post(client: Client, attempt: Attempt, turn: str = "say", **fields: Any) -> Any:
    attempt.refresh_from_db()
    values = {"turn": turn, "node": attempt.node, "key": basics.key(), **fields}
    return client.post(attempt_url(attempt), values)


def option(client: Client, attempt: Attempt, text: str) -> str:
    """The sign beside a text on the page."""
    page = markup(client.get(attempt_url(attempt)))
    found = {words: sign for sign, words in re.findall(r'value="(\w{16})"[^>]*><span>([^<]*)</span>', page)}
    return found[text]


# --- The way through ------------------------------------------------------------------------------------------------


def test_from_the_list_to_the_end_without_a_script() -> None:
    who = learner("quay")
    client = client_of(who)
    listed = markup(client.get("/practice/"))
    assert f'href="/practice/{basics.uid("quay")}/"' in listed
    brief = client.get(f"/practice/{basics.uid('quay')}/")
    assert brief.status_code == 200
    assert "Only you can see this." in markup(brief)
    assert "0.70" in markup(brief)
    key = brief.context["key"]
    begun = client.post(f"/practice/{basics.uid('quay')}/", {"key": key})
    assert (begun.status_code, begun["Location"]) == (302, f"/practice/attempt/{key}/")
    attempt = Attempt.objects.get(uid=key)
    for name in ("first", "second", "third"):
        sign = option(client, attempt, f"Text of {name}-best.")
        taken = post(client, attempt, choice=sign, confidence="sure")
        assert (taken.status_code, taken["Location"]) == (302, attempt_url(attempt))
        page = markup(client.get(attempt_url(attempt)))
        assert f"Reason of {name}-best." in page
        assert "Trust is rising." in page or name == "third"
    assert post(client, attempt, "write", text="One promise.").status_code == 302
    page = markup(client.get(attempt_url(attempt)))
    assert "One promise." in page
    assert "Look-for 4." in page
    assert post(client, attempt, "mark", ticks=["look-1", "look-2"]).status_code == 302
    end = markup(client.get(attempt_url(attempt)))
    for words in (
        "End at won.",
        "Debrief at won.",
        "1.00 of 1",
        "Over 3 decisions.",
        "/commitments/new/?skill=listening",
    ):
        assert words in end
    assert "Played to the end 1 time." in markup(client.get("/practice/"))
    assert "2 of 2 skills to standard." in markup(client.get("/practice/"))


def test_pages_are_kept_out_of_every_cache() -> None:
    attempt = start(learner("quay"))
    response = client_of(attempt.person).get(attempt_url(attempt))
    assert response["Cache-Control"] == "private, no-store"


def test_going_on_beginning_again_and_replaying() -> None:
    who = learner("quay")
    client, uid = client_of(who), basics.uid("quay")
    first = start(who)
    assert client.post(f"/practice/{uid}/", {"key": basics.key()})["Location"] == attempt_url(first)
    brief = markup(client.get(f"/practice/{uid}/"))
    assert "Go on where I left" in brief
    key = basics.key()
    assert client.post(f"/practice/{uid}/", {"key": key, "restart": "on"})["Location"] == f"/practice/attempt/{key}/"


def test_a_choice_left_out_is_422_with_the_rest_kept() -> None:
    attempt = start(learner("quay"))
    client, key = client_of(attempt.person), basics.key()
    refused = post(client, attempt, confidence="guess", key=key)
    page = markup(refused)
    assert refused.status_code == 422
    assert 'data-testid="error-summary"' in page
    assert 'href="#id_choice"' in page
    assert 'value="guess" checked' in page
    assert f'name="key" value="{key}"' in page
    sign = option(client, attempt, "Text of first-weak.")
    refused = post(client, attempt, choice=sign)
    assert refused.status_code == 422
    assert f'value="{sign}" checked' in markup(refused)
    assert 'id="id_confidence_error"' in markup(refused)
    assert not AttemptChoice.objects.exists()


def test_a_long_answer_is_422_and_the_text_is_still_there() -> None:
    attempt = start(learner("quay"))
    for choice in BEST:
        say(attempt, choice)
    words = "word " * 1000
    refused = post(client_of(attempt.person), attempt, "write", text=words)
    assert refused.status_code == 422
    assert words.strip() in markup(refused)


@pytest.mark.parametrize("key", ["", "no uuid"])
def test_a_page_without_a_key_is_422(key: str) -> None:
    attempt = start(learner("quay"))
    client = client_of(attempt.person)
    assert post(client, attempt, choice="first-best", confidence="sure", key=key).status_code == 422
    assert client.post(f"/practice/{basics.uid('quay')}/", {"key": key}).status_code == 422
    assert client.post(f"{attempt_url(attempt)}delete/", {"key": key}).status_code == 422
    assert Attempt.objects.count() == 1


def test_a_second_tab_is_409_with_where_one_stands_and_a_fresh_key() -> None:
    attempt = start(learner("quay"))
    client = client_of(attempt.person)
    say(attempt, "best")
    late, key = basics.key(), basics.key()
    refused = client.post(
        attempt_url(attempt), {"turn": "say", "node": "first", "choice": "x", "confidence": "sure", "key": late}
    )
    page = markup(refused)
    assert refused.status_code == 409
    assert "You have answered this already." in page
    assert "Words at second." in page
    assert str(late) not in page
    for _ in range(2):
        assert post(client, attempt, choice="second-best", key=key, node="second").status_code == 302
    assert AttemptChoice.objects.count() == 2


def test_what_a_late_tab_wrote_is_not_lost() -> None:
    attempt = start(learner("quay"))
    for choice in BEST:
        say(attempt, choice)
    write(attempt, "First tab.")
    refused = post(client_of(attempt.person), attempt, "write", text="Second tab <b>words</b>.")
    assert refused.status_code == 409
    assert "Second tab &lt;b&gt;words&lt;/b&gt;." in markup(refused)


def test_an_unknown_turn_is_taken_for_a_choice() -> None:
    attempt = start(learner("quay"))
    assert post(client_of(attempt.person), attempt, "fly").status_code == 422


def test_deleting_says_what_stays_and_happens_once() -> None:
    attempt = play(learner("quay"))
    client, key = client_of(attempt.person), basics.key()
    assert client.get(f"{attempt_url(attempt)}delete/").status_code == 405
    for _ in range(2):
        assert client.post(f"{attempt_url(attempt)}delete/", {"key": key})["Location"] == "/practice/"
    assert not Attempt.objects.exists()
    assert client.get(attempt_url(attempt)).status_code == 404


def test_nothing_changes_on_get() -> None:
    who = learner("quay")
    attempt = start(who)
    client = client_of(who)
    before = list(Attempt.objects.values())
    for url in ("/practice/", f"/practice/{basics.uid('quay')}/?restart=on&key={uuid4()}", attempt_url(attempt)):
        assert client.get(url).status_code == 200
    assert list(Attempt.objects.values()) == before


def test_a_locked_practice_is_403_and_one_elsewhere_404() -> None:
    client = client_of(learner("quay", start_day=20_000, due_day=20_001))
    assert client.get(f"/practice/{basics.uid('quay')}/").status_code == 403
    assert client.post(f"/practice/{basics.uid('quay')}/", {"key": basics.key()}).status_code == 403
    assert "Not open yet" in markup(client.get("/practice/"))
    assert client.get(f"/practice/{basics.uid('other')}/").status_code == 404


def test_the_list_keeps_the_path_order_and_counts_an_open_step_first() -> None:
    who = people.person()
    for slug in ("quay", "yard"):
        practice.scenario(slug=slug)
    late = {"start_day": 20_000, "due_day": 20_001}
    paths.enrolment(
        who,
        paths.path(paths.step("practice", "a", content="quay", **late), paths.step("practice", "b", content="yard")),
    )
    paths.enrolment(who, paths.path(paths.step("practice", "c", content="quay", title="Open quay")))
    offers = client_of(who).get("/practice/").context["offers"]
    assert {offer.uid: offer.status for offer in offers} == {basics.uid("quay"): "open", basics.uid("yard"): "open"}
    Enrolment.objects.filter(path_version__steps__uid=basics.uid("c")).delete()
    offers = client_of(who).get("/practice/").context["offers"]
    assert [(offer.uid, offer.status) for offer in offers] == [
        (basics.uid("quay"), "locked"),
        (basics.uid("yard"), "open"),
    ]


def test_an_empty_practice_list_says_what_will_stand_there() -> None:
    page = markup(client_of(people.person()).get("/practice/"))
    assert "No practice on your path yet." in page
    assert "You have not practised yet." in page


def test_without_log_in_there_is_only_the_log_in_page() -> None:
    attempt = start(learner("quay"))
    for url in (
        "/practice/",
        f"/practice/{basics.uid('quay')}/",
        attempt_url(attempt),
        f"{attempt_url(attempt)}delete/",
    ):
        door = Client().get(url)
        assert (door.status_code, door["Location"].split("?")[0]) == (302, "/accounts/login/")
        assert Client().post(url).status_code == 403


# --- Nobody else ----------------------------------------------------------------------------------------------------


def test_a_sentinel_in_practice_is_in_no_byte_of_anybody_elses() -> None:
    who = learner("quay")
    sentinel = "sentinel-" + uuid4().hex
    attempt = start(who)
    for choice in BEST:
        say(attempt, choice)
    write(attempt, sentinel)
    others = [people.administrator(), people.in_group(AUDITORS), people.in_group(LEARNING_ADMINISTRATORS)]
    people.team(who, manager=others[1])
    paths.enrolment(others[0], Enrolment.objects.get(person=who).path_version)
    for other in others:
        client = client_of(other)
        for url in (
            "/practice/",
            f"/practice/{basics.uid('quay')}/",
            attempt_url(attempt),
            f"{attempt_url(attempt)}delete/",
        ):
            for answer in (client.get(url), client.post(url, {"key": basics.key(), "turn": "mark", "node": "write"})):
                assert sentinel.encode() not in answer.content
                assert str(attempt.uid).encode() not in answer.content or answer.status_code == 404
        assert client.get(attempt_url(attempt)).status_code == 404
        assert (
            client.post(attempt_url(attempt), {"turn": "mark", "node": "write", "key": basics.key()}).status_code == 404
        )
        assert client.post(f"{attempt_url(attempt)}delete/", {"key": basics.key()}).status_code == 404
    assert OpenResponse.objects.get().marks is None


def test_practice_that_opens_no_gate_changes_nothing_that_others_read() -> None:
    who = learner("quay")
    play(who, says=["bad"])
    before = list(SkillGate.objects.values()), list(StepCompletion.objects.values())
    for day in range(1, 6):
        play(who, says=["bad"], at=basics.MONDAY + timedelta(days=day))
    assert (list(SkillGate.objects.values()), list(StepCompletion.objects.values())) == before
    assert not TryFact.objects.exists()


# --- Not before it is earned ------------------------------------------------------------------------------------------


def sealed(text: str) -> str:
    """A text that cannot be there by chance."""
    return f"{text}-{uuid4().hex}"


def sealed_scenario() -> tuple[ScenarioSpec, dict[str, dict[str, list[str]]]]:
    """A scenario of sentinels, and by node: what its page shows, and what a choice (by its id) shows besides."""
    nodes, texts = [], {}
    for name, ways in (("n1", "n2 n3 n9"), ("n2", "n4 n4 n4"), ("n3", "n4 n4 n9"), ("n4", "n5 n5 n5")):
        options = tuple(
            ChoiceSpec(
                id=sealed(f"id{place}"),
                text=sealed("text"),
                to=to,
                score={"listening": 2 - 2 * place},
                state={"trust": 1 - place},
                why=sealed("why"),
                critical=place == 2,
            )
            for place, to in enumerate(ways.split())
        )
        nodes.append(NodeSpec(id=name, speaker="ines", says=sealed("says"), ask_confidence=True, choices=options))
        texts[name] = {"page": [nodes[-1].says, *(item.text for item in options)]}
        texts[name] |= {item.id: [item.why] for item in options}
    looks = tuple(LookForSpec(f"l{n}", sealed("look")) for n in range(4))
    nodes.append(NodeSpec(id="n5", open=sealed("task"), look_for=looks, to="n8"))
    texts["n5"] = {"page": [nodes[-1].open], "looks": [item.text for item in looks]}
    nodes.append(
        NodeSpec(id="n8", end=sealed("end"), debrief=sealed("debrief"), pass_at=0.7, otherwise=sealed("otherwise"))
    )
    texts["n8"] = {"page": [nodes[-1].debrief], "passed": [nodes[-1].end], "failed": [nodes[-1].otherwise]}
    nodes.append(NodeSpec(id="n9", end=sealed("end"), debrief=sealed("debrief")))
    texts["n9"] = {"page": [nodes[-1].end, nodes[-1].debrief]}
    spec = practice.scenario_spec("sealed", ("listening",), nodes=tuple(nodes), start="n1")
    return spec, texts


def bytes_of(response: Any) -> str:
    """Everything that goes over the wire, as text."""
    cookies = response.cookies.output()
    return unescape(markup(response)) + str(response.headers) + cookies


@pytest.mark.parametrize("way", [(0, 0, 0), (1, 1, 1), (1, 0, 2), (2,), (1, 2)])
def test_no_byte_of_score_reason_or_unvisited_node_before_it_is_earned(way: tuple[int, ...]) -> None:
    spec, texts = sealed_scenario()
    practice.scenario(spec)
    who = people.person("Sealed Reader")
    paths.enrolment(who, paths.path(paths.step("practice", "sealed step", content="sealed")))
    client = client_of(who)
    everything = {text for groups in texts.values() for group in groups.values() for text in group}
    author = {choice.id for node in spec.nodes for choice in node.choices}
    earned: set[str] = set()
    over = False

    def look(response: Any) -> Any:
        wire = bytes_of(response)
        assert {text for text in everything - earned if text in wire} == set()
        assert {name for name in author if name in wire} == set()
        if not over:
            assert not re.search(r"pass_at|[\"']critical|\d\.\d\d of 1\b|\d of 1 skill", wire)
        return response

    look(client.get("/practice/"))
    brief = look(client.get(f"/practice/{spec.uid}/"))
    begun = look(client.post(f"/practice/{spec.uid}/", {"key": brief.context["key"]}))
    attempt = Attempt.objects.get()
    where = begun["Location"]
    for place in way:
        attempt.refresh_from_db()
        node = spec.node(attempt.node)
        earned |= set(texts[node.id]["page"])
        page = look(client.get(where))
        chosen = node.choices[place]
        sign = next(item.sign for item in page.context["moment"].options if item.text == chosen.text)
        look(client.post(where, {"turn": "say", "node": node.id, "key": basics.key()}))
        look(client.post(where, {"turn": "say", "node": node.id, "choice": sign, "key": basics.key()}))
        data = {"turn": "say", "node": node.id, "choice": sign, "confidence": "sure", "key": basics.key()}
        assert look(client.post(where, data)).status_code == 302
        earned |= set(texts[node.id][chosen.id])
        late = look_after(spec, attempt, texts, earned)
        data["key"] = str(basics.key())
        earned |= late
        over = Attempt.objects.get().finished_at is not None
        assert look(client.post(where, data)).status_code == 409
    attempt.refresh_from_db()
    if attempt.node == "n5":
        look(client.get(where))
        look(client.post(where, {"turn": "mark", "node": "n5", "key": basics.key()}))
        look(client.post(where, {"turn": "write", "node": "n5", "text": "", "key": basics.key()}))
        look(client.post(where, {"turn": "write", "node": "n5", "text": "Mine.", "key": basics.key()}))
        earned |= set(texts["n5"]["looks"])
        look(client.get(where))
        look(client.post(where, {"turn": "mark", "node": "n5", "ticks": ["l0"], "key": basics.key()}))
        attempt.refresh_from_db()
        earned |= look_after(spec, attempt, texts, earned)
    over = True
    end = look(client.get(where))
    assert spec.node(attempt.node).debrief in bytes_of(end)
    look(client.get("/practice/"))
    look(client.get(f"/practice/{spec.uid}/"))


def look_after(
    spec: ScenarioSpec, attempt: Attempt, texts: dict[str, dict[str, list[str]]], earned: set[str]
) -> set[str]:
    """What the node on which the attempt has come to stand entitles to."""
    attempt.refresh_from_db()
    groups = texts[attempt.node]
    shown = set(groups["page"])
    if attempt.result and "passed" in groups:
        shown |= set(groups["passed" if attempt.result["passed"] else "failed"])
    return shown


def test_the_order_on_the_page_is_the_attempts_own_and_not_the_authors() -> None:
    who = learner("quay")
    client = client_of(who)
    orders = set()
    for _ in range(24):
        attempt = start(who, restart=True)
        page = markup(client.get(attempt_url(attempt)))
        order = tuple(re.findall(r"<span>Text of first-(\w+)\.</span>", page))
        assert order == tuple(
            re.findall(r"<span>Text of first-(\w+)\.</span>", markup(client.get(attempt_url(attempt))))
        )
        orders.add(order)
    assert len(orders) == 6


def test_what_people_and_authors_write_is_text_and_not_markup() -> None:
    spec = practice.scenario_spec(brief="<script>alert(1)</script>", title="<i>Quay</i>")
    practice.scenario(spec)
    who = learner("quay")
    practice.scenario(spec)
    client = client_of(who)
    attempt = start(who)
    assert "<script>alert" not in markup(client.get(attempt_url(attempt)))
    for choice in BEST:
        say(attempt, choice)
    write(attempt, "<img src=x onerror=alert(1)>")
    assert "<img src=x" not in markup(client.get(attempt_url(attempt)))


def test_portraits_stand_in_the_drawing() -> None:
    attempt = start(learner("quay"))
    page = markup(client_of(attempt.person).get(attempt_url(attempt)))
    assert "img/portraits.svg#ines-calder-cold" in page


# --- The real scenarios -----------------------------------------------------------------------------------------------


def walks(spec: ScenarioSpec) -> Iterator[list[int]]:
    """The best way and the worst."""
    yield [0] * 20
    yield [2] * 20


@pytest.mark.parametrize("spec", practice.curriculum_scenarios(), ids=lambda spec: spec.slug)
def test_the_curriculum_can_be_played_to_an_end(spec: ScenarioSpec) -> None:
    practice.scenario(spec)
    who = people.person()
    paths.enrolment(who, paths.path(paths.step("practice", spec.slug + " step", content=spec.slug)))
    client = client_of(who)
    for way in walks(spec):
        attempt = start(who, spec.slug, restart=True)
        for place in way:
            page = client.get(attempt_url(attempt))
            assert page.status_code == 200
            moment = page.context["moment"]
            if moment.end:
                break
            if moment.kind == "open":
                assert post(client, attempt, "write", text="A note.").status_code == 302
            elif moment.kind == "mark":
                assert post(client, attempt, "mark").status_code == 302
            else:
                choice = spec.node(moment.node).choices[place]
                answer = post(client, attempt, choice=api_sign(moment, choice.text), confidence="think")
                assert answer.status_code == 302
        end = page.context["moment"].end
        assert end is not None
        assert all(line.share in (0, 1, None) or place for line in end.skills)
        assert end.passed is (place == 0)


def api_sign(moment: api.Moment, text: str) -> str:
    return next(item.sign for item in moment.options if item.text == text)


# --- What it costs ----------------------------------------------------------------------------------------------------


def counted(act: Any) -> int:
    """How many queries an act takes; BEGIN and SAVEPOINT are not counted."""
    with CaptureQueriesContext(connection) as caught:
        act()
    ignored = ("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK", "COMMIT")
    return len([query for query in caught if not query["sql"].startswith(ignored)])


def ready_to_finish(who: User, at: Any, slug: str = "quay") -> Attempt:
    attempt = start(who, slug, at, restart=True)
    for choice in BEST:
        say(attempt, choice, at)
    write(attempt, at=at)
    attempt.refresh_from_db()
    return attempt


def cost_of_finishing(earlier: int) -> int:
    now = clock.now()
    who = people.person()
    step, goes_on = paths.step("practice", f"quay step {earlier}", content="quay"), paths.step("external", "goes-on")
    paths.enrolment(who, paths.path(step, goes_on))
    for number in range(earlier):
        play(who, at=now - timedelta(days=40 - number), says=["weak", "best", "best", "weak"], seed=number)
    attempt, client = ready_to_finish(who, now), client_of(who)
    cost = counted(lambda: post_mark(client, attempt))
    attempt.refresh_from_db()
    assert attempt.result["to_standard"]
    return cost


def post_mark(client: Client, attempt: Attempt) -> None:
    data = {"turn": "mark", "node": "write", "ticks": ["look-1"], "key": basics.key()}
    answer = client.post(attempt_url(attempt), data)
    assert answer.status_code == 302


def test_finishing_takes_at_most_14_queries_however_much_was_practised() -> None:
    practice.scenario(slug="quay")
    first, second, many = (cost_of_finishing(earlier) for earlier in (0, 1, 30))
    assert first <= 14  # it also completes the step, and asks whether the path is done
    assert second == many <= 10


@pytest.mark.parametrize(("skills", "budget"), [(1, 12), (2, 13), (3, 14)])
@pytest.mark.parametrize("earlier", [1, 30])
def test_opening_gates_costs_a_constant_and_one_for_each_gate(skills: int, budget: int, earlier: int) -> None:
    now = clock.now()
    practice.scenario(slug="quay", skills=tuple(f"skill-{n}" for n in range(skills)))
    who = people.person()
    paths.enrolment(who, paths.path(paths.step("practice", "quay step", content="quay")))
    for number in range(earlier):
        play(who, at=now - timedelta(days=2, minutes=number), seed=1)
    attempt, client = ready_to_finish(who, now), client_of(who)
    assert counted(lambda: post_mark(client, attempt)) == budget
    assert SkillGate.objects.filter(person=who, gate="try").count() == skills


def test_finishing_by_a_choice_costs_the_same() -> None:
    attempt = start(learner("quay"))
    client = client_of(attempt.person)
    data = {"turn": "say", "node": "first", "choice": "first-bad", "confidence": "sure", "key": basics.key()}
    assert counted(lambda: client.post(attempt_url(attempt), data)) <= 30, (
        "Try opens, too, and the path is completed with it"
    )
    attempt.refresh_from_db()
    assert attempt.finished_at


def test_pages_cost_the_same_with_1_and_30_attempts() -> None:
    who = learner("quay")
    client = client_of(who)
    play(who)
    client.get("/practice/")
    costs = []
    for more in (0, 29):
        for number in range(more):
            play(who, at=basics.MONDAY + timedelta(days=number), says=["bad"])
        attempt = play(who, says=["weak", "best", "best", "weak"])
        pages = ("/practice/", f"/practice/{basics.uid('quay')}/", attempt_url(attempt))
        costs.append([counted(lambda url=url: client.get(url)) for url in pages])  # type: ignore[misc]
    assert costs[0] == costs[1]
    assert max(costs[0]) <= 24


def test_a_choice_on_the_way_costs_six(django_assert_num_queries: Any) -> None:
    attempt = start(learner("quay"))
    client = client_of(attempt.person)
    data = {"turn": "say", "node": "first", "choice": "first-best", "confidence": "sure", "key": basics.key()}
    assert counted(lambda: client.post(attempt_url(attempt), data)) == 6


def test_ids_of_others_in_a_form_change_nothing() -> None:
    mine, theirs = start(learner("quay")), start(learner("quay", who=people.person()))
    client = client_of(mine.person)
    data = {"turn": "say", "node": "first", "choice": "first-best", "confidence": "sure", "key": basics.key()}
    client.post(attempt_url(mine), {**data, "attempt": theirs.uid, "person": theirs.person_id, "result": "{}"})
    theirs.refresh_from_db()
    mine.refresh_from_db()
    assert (theirs.position, mine.position, mine.result) == (0, 1, None)
    assert UUID(str(mine.uid)) != theirs.uid
    mark(ready_to_finish(mine.person, basics.MONDAY))


def test_meters_are_drawn_as_words() -> None:
    spec = practice.scenario_spec(
        meters={"trust": MeterSpec(0, -4, 4, ("gone", "thin", "cautious", "growing", "solid"))}
    )
    practice.scenario(spec)
    attempt = start(learner("quay"))
    say(attempt, "best")
    page = markup(client_of(attempt.person).get(attempt_url(attempt)))
    assert "growing, and rising" in page
    assert "Trust is rising." in page
