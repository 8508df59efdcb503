"""The second path: what people do who may not, or no longer, or twice. A sentence, the text kept, no row changed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

import pytest

from . import steps
from .rows import changes, nothing_changes, read, rows
from .site import PASSPHRASE, Answer, Person, Site
from .walk import DEMONSTRATION, SKILL, Walked
from .watch import Sent

pytestmark = pytest.mark.browser

WORDS = "They open the door themselves now; last year somebody had to be sent for."
SIGNED_OUT = "You were signed out while you wrote."
SIGN_IN = "account_login"
AT_THE_DOOR = "account_reauthenticate"
"""The one form of the journey for people who have no session."""

FORMS = [
    "account_reauthenticate",
    "case_claim",
    "case_decide",
    "case_read",
    "coach_profiles make",
    "commitment confirm",
    "commitment report",
    "commitment_new",
    "evidence_add",
    "exchange_thread accept",
    "exchange_thread answer",
    "lesson",
    "observe",
    "observe rate",
    "observer_grants_give ask",
    "observer_grants_give give",
    "practice_attempt mark",
    "practice_attempt say",
    "practice_attempt write",
    "practice_brief",
    "recall_answer",
    "request_new",
    "session hold",
    "session_plan",
    "team_enrol",
]
"""Every kind of form that the journey sends; a new one must be added here and meet all that follows."""
IN_WORDS = {
    "case_decide", "commitment report", "commitment_new", "evidence_add", "exchange_thread answer", "observe",
    "observe rate", "observer_grants_give ask", "observer_grants_give give", "practice_attempt write", "request_new",
    "session hold", "session_plan",
}  # fmt: skip
"""Those of them in which somebody writes."""
EVERYBODYS = {"account_reauthenticate", "exchange_thread answer"}
"""Forms that a stranger may send, too: it is still me; and the exchange is for everybody."""

ADDRESSES = [
    ("learner", "case"),
    ("learner", "commitment"),
    ("learner", "commitment_new"),
    ("learner", "course"),
    ("learner", "evidence_file"),
    ("learner", "lesson"),
    ("learner", "person_readiness"),
    ("learner", "practice_attempt"),
    ("learner", "practice_brief"),
    ("learner", "request_new"),
    ("learner", "session"),
    ("learner", "session_plan"),
    ("learner", "signoff"),
    ("learner", "step"),
    ("observer", "observe"),
    ("coach", "case_decide"),
    ("coach", "coach_person"),
    ("manager", "team_coach"),
]
"""Whose addresses are tried by strangers."""
STRANGERS = ["other", "idle"]
"""A learner on another path, with another coach's help; a coach of nobody."""


@dataclass(frozen=True)
class Second:
    """The site after the journey, with strangers on it."""

    walked: Walked
    journeys: set[str]
    """The kinds of form that the journey sent, before anything here was."""

    @property
    def site(self) -> Site:
        return self.walked.site

    def sent(self, kind: str) -> Sent:
        return self.walked.watch.sent[kind]

    def person(self, name: str) -> Person:
        return self.walked.people[name]

    def address(self, owner: str, name: str) -> str:
        return self.walked.watch.opened[(owner, name)]


@pytest.fixture(scope="module")
def second(journey: Callable[[], Walked], browser: object) -> Second:
    walked = journey()
    watch, people = walked.watch, walked.people
    journeys = set(watch.sent)
    ld, manager, coach, learner = (people[name] for name in ("ld", "manager", "coach", "learner"))
    for name in STRANGERS:
        people[name] = Person(browser, walked.site, name).sign_in()
    steps.make_coach(ld, "Ida Roth", 2)
    steps.enrol(manager, "Nils Holt", "Build with customers", "Cora Hasek")
    # What the journey did not open itself: the links to it stand on pages that it did open.
    case = watch.opened["learner", "case"]
    note = watch.opened.setdefault
    note(("learner", "evidence_file"), link(learner, case, "/evidence/"))
    note(("learner", "signoff"), link(learner, f"/skills/{SKILL}/", "/signoffs/"))
    note(("coach", "coach_person"), link(coach, "/coach/", "/coach/people/"))
    step = watch.opened["learner", "step"].strip("/").partition("/")[2]
    note(("learner", "course"), f"/course/{content_of(walked.site, step)}/")
    return Second(walked, journeys)


@pytest.fixture(scope="module")
def ghost(second: Second, browser: object) -> Iterator[Person]:
    """A browser whose session has ended."""
    person = Person(browser, second.site, "nobody")
    yield person
    person.leave()


def link(who: Person, page: str, to: str) -> str:
    """The first address on a page that begins like this and names one thing."""
    who.go(page)
    found = [item.get_attribute("href") for item in who.page.locator(f"a[href^='{to}']").all()]
    return next(href for href in found if re.fullmatch(to + r"[0-9a-f-]{36}/", href))


def content_of(site: Site, step: str) -> str:
    """What a step is about (its course, scenario or standard), for addresses that no page shows."""
    row = read(site, "SELECT content_uid FROM lms_step WHERE uid = ?", UUID(step).hex)[0]
    return str(UUID(str(row[0])))


def lost(answer: Answer, words: Iterable[str]) -> list[str]:
    """What somebody wrote and the page does not give back."""
    return [text for text in words if " ".join(text.split()) not in answer.text]


# --- Strangers ----------------------------------------------------------------------------------------------------

HIDDEN = "There is nothing here that you can see. It may have been moved, or the address may be incomplete."
REFUSALS = {
    HIDDEN: 404,
    "There is no such file that you can see.": 404,
    "This lesson is not on your path.": 404,
    "This course is not on your path.": 404,
    "This practice is not on your path.": 404,
    "This step is not on your path.": 404,
    "This is not yours to do.": 403,
    "You can see this, but this is not yours to do.": 403,
}
"""What a stranger is told, and how."""


@pytest.mark.parametrize("name", STRANGERS)
def test_an_address_of_somebody_elses_record_says_one_sentence_only(second: Second, name: str) -> None:
    stranger = second.person(name)
    with nothing_changes(second.site):
        answers = {address: stranger.look(second.address(*address)) for address in ADDRESSES}
    told = {address: answer for address, answer in answers.items() if REFUSALS.get(answer.heading) != answer.status}
    assert told == {}
    assert not [address for address, answer in answers.items() if "Lea" in answer.text]


@pytest.mark.parametrize("name", STRANGERS)
def test_a_form_about_somebody_else_is_refused_and_keeps_its_words(second: Second, name: str) -> None:
    stranger = second.person(name)
    forms = {kind: second.sent(kind).with_new_key() for kind in FORMS if kind not in EVERYBODYS}
    with nothing_changes(second.site):
        answers = {kind: stranger.send(form.path, form.fields, form.enctype) for kind, form in forms.items()}
    assert {kind: answer for kind, answer in answers.items() if REFUSALS.get(answer.heading) != answer.status} == {}
    assert {kind: gone for kind, form in forms.items() if (gone := lost(answers[kind], form.words))} == {}


# --- Locked steps -------------------------------------------------------------------------------------------------


def closed(second: Second) -> dict[str, str]:
    """The first closed step of each kind on the path of Nils, from his own page."""
    nils = second.person("other")
    nils.go("/path/")
    found: dict[str, str] = {}
    for item in nils.page.locator("li.step--closed").all():
        uid = str(item.get_attribute("id")).removeprefix("step-")
        kind = read(second.site, "SELECT kind FROM lms_step WHERE uid = ?", UUID(uid).hex)[0][0]
        found.setdefault(str(kind), uid)
    return found


def lesson_of(site: Site, step: str) -> str:
    """The first lesson of a course step."""
    row = read(site, "SELECT lessons FROM lms_step WHERE uid = ?", UUID(step).hex)[0]
    return str(json.loads(str(row[0]))[0]["uid"])


def says_closed(answer: Answer) -> str:
    """What is wrong with the answer of something that is not open yet; nothing when it says so in a sentence."""
    fine = answer.status == 403 and re.search(r"opens (on|when) .+\.$|^This step is not open yet\.", answer.heading)
    return "" if fine else f"{answer.status} {answer.heading}"


def test_a_locked_step_says_what_opens_it_and_takes_no_form(second: Second) -> None:
    nils, steps_ = second.person("other"), closed(second)
    course, scenario = (content_of(second.site, steps_[kind]) for kind in ("course", "practice"))
    looks = [f"/step/{uid}/" for uid in steps_.values()]
    looks += [f"/course/{course}/", f"/practice/{scenario}/", f"/requests/new/{steps_['demonstration']}/"]
    with nothing_changes(second.site):
        answers = {path: nils.look(path) for path in looks}
    assert {path: answer for path, answer in answers.items() if says_closed(answer)} == {}
    forms = {
        "lesson": f"/lesson/{lesson_of(second.site, steps_['course'])}/",
        "practice_brief": f"/practice/{scenario}/",
        "request_new": f"/requests/new/{steps_['demonstration']}/",
        "commitment_new": f"/commitments/new/?step={steps_['commitment']}",
        "session_plan": f"/sessions/plan/?step={steps_['session']}",
    }
    for kind, path in forms.items():
        form = second.sent(kind).with_new_key()
        fields = [*(pair for pair in form.fields if pair[0] != "skills"), ("skills", "co-creation")]
        with nothing_changes(second.site):
            answer = nils.send(path, fields, form.enctype)
        assert not says_closed(answer), (kind, answer)
        assert lost(answer, form.words) == []


# --- The session has ended ----------------------------------------------------------------------------------------


def test_every_form_of_the_journey_is_known_here(second: Second) -> None:
    assert second.journeys == {*FORMS, SIGN_IN}
    assert {kind for kind in FORMS if second.sent(kind).words} == IN_WORDS


@pytest.mark.parametrize("kind", FORMS)
def test_a_form_that_comes_after_the_session_ended_gives_the_words_back(
    second: Second, ghost: Person, kind: str
) -> None:
    form = second.sent(kind).with_new_key()
    ghost.context.clear_cookies()
    ghost.context.add_cookies(
        [item for item in second.person(form.by).context.cookies() if item["name"] != "sessionid"]
    )
    with nothing_changes(second.site):
        answer = ghost.send(form.path, form.fields, form.enctype)
    if kind == AT_THE_DOOR:  # it holds a passphrase and nothing else: log in, and be asked again
        assert (answer.status, ghost.page.url.partition("?")[0]) == (200, f"{second.site.url}/accounts/login/")
    else:
        assert (answer.status, answer.heading) == (403, SIGNED_OUT)
        assert "Nothing was sent and nothing was written." in answer.text
    assert lost(answer, form.words) == []
    assert PASSPHRASE not in answer.text
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-", answer.text), "what a form puts in itself is nobody's words"


def test_a_new_passphrase_is_on_no_page(second: Second, ghost: Person) -> None:
    fields = [(name, PASSPHRASE) for name in ("oldpassword", "password1", "password2")]
    ghost.context.clear_cookies()
    ghost.look("/accounts/login/")
    answer = ghost.send("/accounts/password/change/", fields)
    assert ghost.page.url.startswith(f"{second.site.url}/accounts/login/")
    assert PASSPHRASE not in answer.text
    assert PASSPHRASE not in ghost.page.content()


def ask(who: Person, words: str) -> None:
    """Open the form for a question and write, but do not send."""
    who.go("/exchange/ask/?skill=discovery")
    who.page.fill("[name=title]", "How do you open a closed door?")
    who.page.fill("textarea[name=body]", words)


def test_a_form_sent_without_session_brings_the_words_back_after_log_in(second: Second) -> None:
    nils, words = second.person("other"), f"Who asked first? {WORDS}"
    ask(nils, words)
    nils.page.get_by_text("Kept on this device").wait_for()
    with nothing_changes(second.site):
        nils.context.clear_cookies(name="sessionid")
        answer = nils.answer_of(nils.page.get_by_role("button", name="Ask it").click)
    assert (answer.status, answer.heading) == (403, SIGNED_OUT)
    assert lost(answer, [words]) == []
    nils.page.get_by_role("link", name="Sign in").click()
    nils.give_passphrase()
    assert nils.page.url == f"{second.site.url}/exchange/ask/"
    assert nils.page.input_value("textarea[name=body]") == words


def test_a_form_from_before_signing_in_again_gives_the_words_back(second: Second) -> None:
    nils, words = second.person("other"), f"And who asked last? {WORDS}"
    ask(nils, words)
    nils.context.clear_cookies(name="sessionid")
    elsewhere = nils.another_tab().sign_in()
    with nothing_changes(second.site):
        answer = nils.answer_of(nils.page.get_by_role("button", name="Ask it").click)
    elsewhere.page.close()
    assert (answer.status, answer.heading) == (403, "This form was open for too long.")
    assert lost(answer, [words]) == []


# --- Twice --------------------------------------------------------------------------------------------------------


def test_no_form_of_the_journey_counts_twice(second: Second) -> None:
    forms = [second.sent(kind) for kind in FORMS if kind != "account_reauthenticate"]
    with nothing_changes(second.site):
        answers = {form.kind: second.person(form.by).send(form.path, form.fields, form.enctype) for form in forms}
    decided = {"case_claim": 409, "evidence_add": 403}
    assert {kind: answer for kind, answer in answers.items() if answer.status != decided.get(kind, 200)} == {}
    assert answers["case_claim"].heading == "This case is decided already."
    assert lost(answers["evidence_add"], second.sent("evidence_add").words) == []


def test_the_same_form_twice_is_one_question_with_one_answer(second: Second) -> None:
    nils, watch = second.person("other"), second.walked.watch
    watch.follow(nils)
    ask(nils, WORDS)
    before = rows(second.site)
    first = nils.answer_of(nils.page.get_by_role("button", name="Ask it").click)
    thread = nils.page.url
    came = {table: new - gone for table, (new, gone) in changes(before, rows(second.site)).items() if new > gone}
    assert came == {"coaching_thread": 1, "coaching_post": 1, "lms_act": 1}
    form = watch.sent["exchange_ask"]
    with nothing_changes(second.site):
        again = nils.send(form.path, form.fields)
    assert (again, nils.page.url) == (first, thread)


def test_back_to_a_lesson_that_is_read_finds_no_form_to_send_again(second: Second) -> None:
    nils = second.person("other")
    steps.open_step(nils, "Hear before you speak")
    lesson = nils.page.url
    button = nils.page.locator("form:has(button:has-text('I have read')) button")
    nils.answer_of(button.click)
    with nothing_changes(second.site), nils.page.expect_navigation():
        nils.page.go_back()
    assert nils.page.url == lesson
    assert button.count() == 0


def test_back_and_send_again_is_still_one_question(second: Second) -> None:
    nils = second.person("other")
    ask(nils, f"Once and only once: {WORDS}")
    nils.answer_of(nils.page.get_by_role("button", name="Ask it").click)
    thread = nils.page.url
    with nils.page.expect_navigation():
        nils.page.go_back()
    with nothing_changes(second.site):
        nils.answer_of(nils.page.get_by_role("button", name="Ask it").click)
    assert nils.page.url == thread


# --- An ex-coach --------------------------------------------------------------------------------------------------


def test_an_ex_coachs_open_form_signs_nothing_and_keeps_every_word(second: Second) -> None:
    coach, manager = second.person("coach"), second.person("manager")
    steps.just_saw(coach, "Lea Rinne", DEMONSTRATION, WORDS, 4)
    steps.open_decision(coach)
    why, next_step = "Two questions of five were hers; the rest were ours.", "Let the customer draw the hour."
    coach.page.fill("textarea[name=why]", why)
    steps.write_not_yet(coach, SKILL, next_step)
    steps.hand_over(manager, second.site.url + second.address("manager", "team_coach"), "Ida Roth")
    with nothing_changes(second.site):
        answer = coach.answer_of(coach.page.get_by_role("button", name=re.compile("^Sign")).click)
    assert (answer.status, answer.heading) == (403, "You can see this, but this is not yours to do.")
    assert lost(answer, [why, next_step]) == []
