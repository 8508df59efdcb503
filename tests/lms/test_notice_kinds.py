"""Kinds of notices: each says its sentence, leads to a page, and is told somewhere."""

from __future__ import annotations

import ast
from datetime import UTC, tzinfo
from pathlib import Path
from types import ModuleType
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings

from assessments.rules import notices as judging
from cms.rules import notices as authoring
from coaching.rules import notices as helping
from lms.addresses import registered_addresses
from lms.api import all_kinds
from lms.rules import notices as record
from lms.rules.notice_kind import LONGEST, NoticeKind, plain_words
from tests.factories import basics

APPS: dict[str, ModuleType] = {"lms": record, "coaching": helping, "assessments": judging, "cms": authoring}
KINDS = {kind.code: kind for module in APPS.values() for kind in module.KINDS}
AT = "2026-03-02T09:00:00+00:00"
MEETING = {"who": "Cora Oak", "when": AT, "title": "First talk", "reason": "Ill, 100%"}
DUTY = {"admin": "Ada Quist", "name": "Cora Oak", "duty": "auditor", "reason": "Asked to."}

# Every code that is stored, the words that are stored with it, and what somebody in Riga reads.
STANDING = {"name": "Lea", "coach": "Cora Oak", "role": "Consultant", "reason": "Moved on."}
SAYS: dict[str, tuple[dict[str, Any], str]] = {
    "lms.second_factor_removed": (DUTY, "Ada Quist removed the second factor of Cora Oak: Asked to."),
    "lms.address_changed": (DUTY | {"factor": False}, "Ada Quist changed the address of Cora Oak: Asked to."),
    "assessments.accounts_joined": (
        {"admin": "Ada Quist", "accounts": "Lea (a@b.example) / Lea (c@d.example)", "reason": "Entered twice."},
        "Ada Quist wrote down that Lea (a@b.example) / Lea (c@d.example) are accounts of one person: Entered twice.",
    ),
    "assessments.accounts_parted": (
        {"admin": "Ada Quist", "accounts": "Lea (a@b.example) / Lea (c@d.example)", "reason": "Two sisters."},
        "Ada Quist wrote down that Lea (a@b.example) / Lea (c@d.example) are not accounts of one person: Two sisters.",
    ),
    "lms.duty_given": (DUTY, "Ada Quist gave Cora Oak a duty, “Auditor”: Asked to."),
    "lms.duty_given_to_you": (DUTY, "Ada Quist gave you a duty, “Auditor”: Asked to."),
    "lms.duty_ended": (DUTY, "Ada Quist ended the duty “Auditor” of Cora Oak: Asked to."),
    "lms.your_duty_ended": (DUTY, "Ada Quist ended your duty “Auditor”: Asked to."),
    "lms.administrator_replaced": (DUTY, "Cora Oak was made administrator on the machine, in your place."),
    "lms.administrator_made": (DUTY, "Cora Oak was made administrator on the machine itself."),
    "lms.path_paused": (
        {"from": "2026-03-03", "until": "2026-03-09", "reason": "A leave"},
        "Your path is paused from 3 March 2026 until 9 March 2026: A leave",
    ),
    "lms.path_resumed": ({}, "Your path goes on. Its days count again."),
    "lms.time_given": ({"day": "2026-03-09", "reason": "Ill"}, "You have more time, until 9 March 2026: Ill"),
    "lms.step_waived": ({"step": "Visit", "reason": "Did it"}, "You need not do “Visit”: Did it"),
    "lms.first_day_changed": ({"day": "2026-03-09", "reason": "Typed"}, "Your path begins on 9 March 2026: Typed"),
    "lms.enrolled": ({"path": "Visits", "day": "2026-03-09"}, "You are on the path “Visits” from 9 March 2026 on."),
    "lms.enrolled_by_rule": (
        {"learner": "Lea", "path": "Visits", "day": "2026-03-09", "kind": "team", "group": "Sales"},
        "Lea is on the path “Visits” from 9 March 2026 on, by the rule for the team Sales.",
    ),
    "lms.path_taken_back": (
        {"path": "Visits", "reason": "The wrong Lea"},
        "Your path “Visits” is taken back: The wrong Lea",
    ),
    "lms.path_taken_back_of": (
        {"name": "Ada Quist", "learner": "Lea", "path": "Visits", "reason": "The wrong Lea"},
        "Ada Quist took back the path “Visits” of Lea: The wrong Lea",
    ),
    "lms.path_given_back": ({"path": "Visits"}, "Your path “Visits” goes on: taking it back was undone."),
    "lms.holds_no_more": (
        {"role": "Consultant", "day": "2026-03-09", "reason": "Moved to Sales"},
        "The role “Consultant” is yours until 9 March 2026: Moved to Sales",
    ),
    "assessments.held_before_confirmed": (
        {"role": "Consultant", "name": "Lea", "recorder": "Ada Quist"},
        "It is written down that you hold the role “Consultant”, as Ada Quist recorded it",
    ),
    "assessments.held_before_refused": (
        {"name": "Lea", "by": "Ada Quist", "reason": "No such list"},
        "Ada Quist did not confirm what you recorded of Lea: No such list",
    ),
    "assessments.ready": (
        {"name": "Lea", "role": "Consultant"},
        "You are ready for the role Consultant: everything critical is vouched for.",
    ),
    "assessments.ready_of": ({"name": "Lea", "role": "Consultant"}, "Lea is ready for the role Consultant."),
    "assessments.ready_no_more": (
        {"name": "Lea", "role": "Consultant", "why": "lapsed", "skill": "Listening"},
        "You are no longer ready for the role Consultant. The sign-off of Listening has run out.",
    ),
    "assessments.ready_no_more_of": (
        {"name": "Lea", "role": "Consultant", "why": "taken_back", "skill": "Listening"},
        "Lea is no longer ready for the role Consultant. "
        "Listening is no longer vouched for at the level that the role asks for.",
    ),
    "assessments.signoff_ends": (
        {"name": "Lea", "skill": "Listening", "day": "2027-03-02", "left": 30},
        "Your sign-off of Listening ends in 30 days, on 2 March 2027. Ask to be seen again.",
    ),
    "assessments.signoff_ends_of": (
        {"name": "Lea", "skill": "Listening", "day": "2027-03-02", "left": 1},
        "The sign-off of Listening of Lea ends in 1 day, on 2 March 2027.",
    ),
    "assessments.seen_again_due": (
        {"name": "Lea", "skills": "Listening, Numbers", "standard": "Visit"},
        "Today you were to be seen again in Listening, Numbers: ask somebody to watch “Visit”.",
    ),
    "assessments.seen_again_due_of": (
        {"name": "Lea", "skills": "Listening", "standard": "Visit"},
        "Today Lea was to be seen again in Listening, and has asked nobody yet.",
    ),
    "assessments.standing_coach_missing": (
        {"name": "Lea", "skill": "Listening", "day": "2027-03-02", "role": "Consultant"},
        "The sign-off of Listening of Lea ends on 2 March 2027, and nobody may decide on it. "
        "Name a standing coach for the role Consultant.",
    ),
    "coaching.standing_coach": (STANDING, "Cora Oak is your standing coach in the role Consultant."),
    "coaching.standing_begins": (STANDING, "You are the standing coach of Lea in the role Consultant."),
    "coaching.standing_ended": (STANDING, "Cora Oak is no longer the standing coach of Lea: Moved on."),
    "coaching.standing_needed": (
        STANDING,
        "Cora Oak is no longer the standing coach of Lea. Name somebody else for the role Consultant.",
    ),
    "lms.path_completed": (
        {"path": "Visits", "role": "Consultant"},
        "You have completed the path “Visits”. From today on you hold the role Consultant.",
    ),
    "lms.path_completed_of": (
        {"learner": "Lea", "path": "Visits", "role": "Consultant"},
        "Lea has completed the path “Visits” and holds the role Consultant from today on.",
    ),
    "assessments.attested_taken_back": (
        {"name": "Ada Quist", "meaning": "Held before: Listening: May act alone"},
        "Ada Quist took back: Held before: Listening: May act alone",
    ),
    "lms.manages_team": (
        {"admin": "Ada Quist", "team": "Sales", "from": "2026-03-03", "until": None, "for": ""},
        "Ada Quist made you manager of Sales from 3 March 2026 on.",
    ),
    "lms.manages_no_more": (
        {"team": "Sales", "until": "2026-03-09"},
        "You manage Sales until 9 March 2026, and not after that.",
    ),
    "lms.team_changed": ({"team": "Sales", "from": "2026-03-03"}, "You belong to Sales from 3 March 2026 on."),
    "lms.member_comes": (
        {"name": "Cora Oak", "team": "Sales", "from": "2026-03-03"},
        "Cora Oak belongs to Sales from 3 March 2026 on.",
    ),
    "lms.members_come": (
        {"n": 2, "team": "Sales", "from": "2026-03-03"},
        "2 people belong to Sales from 3 March 2026 on.",
    ),
    "lms.import_taken_back": (
        {"admin": "Ada Quist"},
        "Ada Quist took back what a file of today had changed about you: it is as it was before.",
    ),
    "lms.location_changed": (
        {"location": "Porto"},
        "Your location is now Porto: its days off are yours, and what is due follows them.",
    ),
    "lms.team_without_manager": (
        {"team": "Sales", "day": "2026-03-10", "stands_in": "Ada Quist"},
        "Sales has no manager from 10 March 2026 on. Until you name one, Ada Quist answers for it.",
    ),
    "lms.facts_changed": (
        {"admin": "Ada Quist", "facts": "name, first day"},
        "Ada Quist changed what is written down about you: name, first day.",
    ),
    "lms.your_leave": (
        {"from": "2026-03-10", "until": "2026-05-10"},
        "You are on leave from 10 March 2026 until 10 May 2026. Your paths stand still.",
    ),
    "lms.goes_on_leave": (
        {"name": "Ada Quist", "from": "2026-03-10", "until": None},
        "Ada Quist is on leave from 10 March 2026 on. Their paths stand still.",
    ),
    "lms.your_leave_called_off": (
        {"name": "Ada Quist", "day": "2026-03-10"},
        "Your leave from 10 March 2026 on does not take place.",
    ),
    "lms.leave_called_off": (
        {"name": "Ada Quist", "day": "2026-03-10"},
        "The leave of Ada Quist from 10 March 2026 on does not take place.",
    ),
    "lms.return_not_written": (
        {"name": "Ada Quist", "from": "2026-01-10", "until": "2026-03-10"},
        "Ada Quist was on leave until 10 March 2026. Write down the day on which they are back.",
    ),
    "lms.back_from_leave": (
        {"name": "Ada Quist", "day": "2026-03-10"},
        "Ada Quist is back from leave since 10 March 2026. Their paths go on.",
    ),
    "lms.you_leave": (
        {"day": "2026-03-10"},
        "Your last day here is 10 March 2026. Your account closes when it is over.",
    ),
    "lms.leaves": (
        {"name": "Ada Quist", "day": "2026-03-10"},
        "Ada Quist leaves on 10 March 2026. Look at what they hold, and who takes it over.",
    ),
    "lms.you_leave_not": ({}, "You stay: your last day was called off."),
    "lms.leaves_not": ({"name": "Ada Quist"}, "Ada Quist stays: the last day was called off."),
    "lms.came_back": ({"name": "Ada Quist", "day": "2026-03-10"}, "Ada Quist works here again from 10 March 2026 on."),
    "lms.closed_by_mistake": (
        {"name": "Ada Quist"},
        "The account of Ada Quist was closed by mistake and is open again.",
    ),
    "lms.photo_removed": (DUTY, "Ada Quist removed your photo: Asked to."),
    "coaching.session_planned": (
        MEETING,
        "Cora Oak planned a session with you on 2 March, 11:00: First talk",
    ),
    "coaching.session_moved": (MEETING, "Cora Oak moved your session to 2 March, 11:00: First talk"),
    "coaching.session_cancelled": (MEETING, "Cora Oak cancelled your session on 2 March, 11:00: Ill, 100%"),
    "coaching.session_without_coach": (
        MEETING,
        "Your session on 2 March, 11:00 is cancelled, because the coach changes: First talk",
    ),
    "coaching.session_missed": (
        MEETING,
        "Your session of 2 March, 11:00 did not take place. Plan another: First talk",
    ),
    "coaching.session_held": (MEETING, "Cora Oak wrote down your session of 2 March, 11:00: First talk"),
    "coaching.session_soon": (MEETING, "Your session with Cora Oak is on 2 March, 11:00: First talk"),
    "coaching.challenge_asked": ({"learner": "Lea", "title": "Visit"}, "Lea asks to be seen early: Visit"),
    "coaching.challenge_answered": (
        {"accepted": True, "title": "Visit", "words": "Convincing."},
        "You may be seen early: Visit. Convincing.",
    ),
    "coaching.coach_ended": (
        {"coach": "Carl", "learner": "Lea", "reason": "Moved"},
        "Carl is no longer the coach of Lea: Moved",
    ),
    "coaching.coach_declined": (
        {"coach": "Carl", "learner": "Lea", "reason": "Full"},
        "Carl does not become the coach of Lea: Full",
    ),
    "coaching.coach_found": ({"coach": "Carl"}, "Carl is your coach now."),
    "coaching.learner_found": ({"learner": "Lea"}, "You are the coach of Lea now."),
    "coaching.handed_over": (
        {"learner": "Lea", "coach": "Carl", "reason": "Nearer."},
        "Lea is handed over to Carl. Nearer.",
    ),
    "coaching.coach_proposed": (
        {"actor": "Ada", "coach": "Carl", "learner": "Lea"},
        "Ada proposes Carl as the coach of Lea. You decide.",
    ),
    "coaching.coach_needed": (
        {"coach": "Carl", "learner": "Lea"},
        "Carl coaches no more: Lea needs another coach. You choose.",
    ),
    "coaching.coach_made": ({"n": 4}, "You are a coach now, for up to 4 learners."),
    "coaching.covers": (
        {"coach": "Carl", "from": "2026-03-03", "until": "2026-03-09"},
        "You cover for Carl from 3 March 2026 to 9 March 2026.",
    ),
    "coaching.may_observe": (
        {"skills": "Listening, Trust", "until": "2027-03-02"},
        "You may observe until 2 March 2027: Listening, Trust",
    ),
    "coaching.observes_no_more": (
        {"skills": "Listening, Trust", "reason": "Changed work"},
        "You no longer observe Listening, Trust: Changed work",
    ),
    "coaching.example_accepted": (
        {"who": "Carl", "title": "A cutter"},
        "Carl accepted your example: A cutter",
    ),
    "coaching.answer_accepted": ({"who": "Carl", "title": "How?"}, "Carl accepted your answer: How?"),
    "coaching.question_answered": ({"who": "Carl", "title": "How?"}, "Carl answered your question: How?"),
    "coaching.post_hidden": ({"title": "How?", "reason": "A name"}, "A moderator hid your post in “How?”: A name"),
    "coaching.promise_kept": (
        {"learner": "Lea", "what": "Ask twice"},
        "Lea has kept a promise and asks you to confirm it: Ask twice",
    ),
    "coaching.promise_confirmed": ({"coach": "Carl", "skills": "Listening"}, "Carl confirmed: Listening"),
    "coaching.promise_sent_back": ({"coach": "Carl", "what": "Ask twice"}, "Not yet, says Carl: Ask twice"),
    "assessments.learner_seen": ({"observer": "Olga", "standard": "Visit"}, "Olga wrote down what they saw: Visit"),
    "assessments.your_learner_seen": (
        {"observer": "Olga", "learner": "Lea", "standard": "Visit"},
        "Olga observed Lea: Visit",
    ),
    "assessments.asked_to_watch": ({"learner": "Lea", "standard": "Visit"}, "Lea asks you to watch: Visit"),
    "assessments.request_answered": (
        {"name": "Olga", "standard": "Visit", "accepted": False},
        "Olga cannot watch: Visit",
    ),
    "assessments.watches_instead": (
        {"name": "Carl", "before": "Olga", "standard": "Visit"},
        "Carl watches in place of Olga: Visit",
    ),
    "assessments.asked_no_more": (
        {"learner": "Lea", "standard": "Visit"},
        "Lea no longer asks you to watch: Visit",
    ),
    "assessments.observer_left": (
        {"name": "Olga", "standard": "Visit"},
        "Olga has left and cannot watch: Visit. Ask somebody else.",
    ),
    "assessments.decided": ({"coach": "Carl", "standard": "Visit"}, "Carl decided: Visit"),
    "assessments.more_asked": ({"coach": "Carl", "standard": "Visit"}, "Carl asks for more evidence: Visit"),
    "assessments.countersigned": (
        {"name": "Vera", "meaning": "May act alone", "agreed": True},
        "Vera countersigned: May act alone",
    ),
    "assessments.taken_back": ({"name": "Carl", "meaning": "May act alone"}, "Carl took back: May act alone"),
    "assessments.erasure_asked": (DUTY, "Ada Quist asks to erase the texts of the sign-offs of Cora Oak: Asked to."),
    "assessments.calibration_passed": (
        {"name": "Olga", "kappa": "0.71", "skill": "Listening"},
        "Olga passed a calibration (agreement 0.71). A grant for Listening is yours to give.",
    ),
    "assessments.ledger_found": (
        {"n": 2, "first": "grant 7: no duty"},
        "Verifying the ledger of sign-offs found 2 things that are not as they were written. First: grant 7: no duty",
    ),
    "cms.not_published": (
        {"title": "Visit"},
        "“Visit” did not go live at its time. The home page of authoring says why.",
    ),
    "cms.not_expired": (
        {"title": "Visit"},
        "“Visit” did not leave the site at its time. The home page of authoring says why.",
    ),
}
OTHERWISE = [
    ("assessments.signoff_ends", {"name": "Lea", "skill": "Listening", "day": "2027-03-02", "left": 0},
     "Your sign-off of Listening ends today. Ask to be seen again."),
    ("assessments.ready_no_more", {"name": "Lea", "role": "Consultant", "why": "asks_more", "skill": ""},
     "You are no longer ready for the role Consultant. The role asks for more now."),
    ("assessments.ready_no_more_of", {"name": "Lea", "role": "Consultant", "why": "no_role", "skill": ""},
     "Lea is no longer ready for the role Consultant. The role has ended."),
    ("lms.address_changed", DUTY | {"factor": True},
     "Ada Quist changed the address of Cora Oak and removed the second factor: Asked to."),
    ("lms.path_paused", {"from": "2026-03-03", "until": None, "reason": "A leave"},
     "Your path is paused from 3 March 2026: A leave"),
    ("coaching.challenge_answered", {"accepted": False, "title": "Visit", "words": "Too soon."},
     "Not early: Visit. Too soon."),
    ("coaching.observes_no_more", {"skills": "Listening", "reason": ""},
     "You do not observe Listening after all. The grant was a mistake."),
    ("assessments.request_answered", {"name": "Olga", "standard": "Visit", "accepted": True},
     "Olga will watch: Visit"),
    ("assessments.countersigned", {"name": "Vera", "meaning": "May act alone", "agreed": False},
     "Vera did not countersign: May act alone"),
    ("assessments.ledger_found", {"n": 1, "first": "grant 7: no duty"},
     "Verifying the ledger of sign-offs found 1 thing that is not as it was written. grant 7: no duty"),
]  # fmt: skip


class InRiga:
    """Somebody who reads two hours ahead of UTC."""

    zone: tzinfo = ZoneInfo("Europe/Riga")


class InUTC:
    zone: tzinfo = UTC


def test_every_kind_that_is_registered_is_listed_here_and_no_other() -> None:
    assert {kind.code for kind in all_kinds()} - {"tests.said", "tests.collected", "tests.urgent"} == set(SAYS)
    assert set(KINDS) == set(SAYS)
    assert all(kind.code.startswith(f"{app}.") for app, module in APPS.items() for kind in module.KINDS)


@pytest.mark.parametrize("code", SAYS)
def test_each_kind_says_its_sentence(code: str) -> None:
    words, said = SAYS[code]
    assert KINDS[code].text(words, InRiga()) == said


@pytest.mark.parametrize(("code", "words", "said"), OTHERWISE)
def test_a_kind_with_two_sentences_says_the_right_one(code: str, words: dict[str, Any], said: str) -> None:
    assert KINDS[code].text(words, InRiga()) == said


def test_times_are_those_of_the_readers_own_clock() -> None:
    assert "9:00" in KINDS["coaching.session_planned"].text(MEETING, InUTC())


@pytest.mark.parametrize("code", SAYS)
def test_each_kind_leads_to_a_page(code: str) -> None:
    assert KINDS[code].leads_to in registered_addresses()


def test_a_text_is_one_short_line_whatever_is_in_it() -> None:
    kind = NoticeKind("tests.long", "%(text)s", "exchange")
    said = kind.text({"text": "one\r\ntwo\u202e " + "long " * 200}, InUTC())
    assert said.startswith("one two long")
    assert len(said) <= LONGEST
    assert "\n" not in said


def test_days_and_instants_are_kept_as_text() -> None:
    kept = plain_words({"day": basics.MONDAY.date(), "at": basics.MONDAY, "uid": basics.uid("x"), "n": 3, "ok": True})
    assert kept == {
        "day": "2026-03-02",
        "at": basics.MONDAY.isoformat(),
        "uid": str(basics.uid("x")),
        "n": 3,
        "ok": True,
    }


@pytest.mark.parametrize("app", APPS)
def test_each_kind_is_told_by_a_service_of_its_app(app: str) -> None:
    """A kind that nobody tells is dead; one that another app tells is in the wrong place."""
    constants = {name: value for name, value in vars(APPS[app]).items() if isinstance(value, NoticeKind)}
    used = {
        node.id
        for file in (Path(settings.BASE_DIR) / app / "services").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Name)
    }
    assert set(constants) - used == set()
    assert set(constants.values()) == set(APPS[app].KINDS)
