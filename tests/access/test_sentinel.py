"""Practice is private, and so are a coach's notes: not one byte of them reaches anybody who may not read them.

Everything that test_matrix.py opens and sends is looked through here: bodies, headers and cookies, exports unpacked;
then log lines, notices and mail.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.urls import reverse

from assessments.api import choose_in_attempt, mark_response, start_attempt, write_response
from assessments.models import Attempt, AttemptChoice, OpenResponse, TryFact
from lms import clock
from lms.api import Act, SkillGate, StepCompletion, personal_lines
from lms.rules import privacy
from tests.clients import log_in, words_of
from tests.factories import basics, paths, people, practice

from .admin import Admin
from .walk import Walked, differences, fingerprint, tables

pytestmark = pytest.mark.django_db  # the walks need it, and run beside the others that do

PRACTICE = ("open response", "attempt", "attempt, as hex", "reason of the choice", "marked line")
NOTES = ("note of the coach", "note of the coach before")
KEYS = ("reason of a recall question", "right option of a question on no path")


def readers_of(walked: Walked, name: str) -> set[str]:
    """Who met a sentinel anywhere on our own addresses."""
    return {cell.role for cell, got in walked.cells.items() if name in got.found}


@pytest.mark.parametrize("name", PRACTICE)
def test_practice_is_met_by_the_learner_and_by_nobody_else(walked: Walked, name: str) -> None:
    allowed = {"NH"} if name != "attempt, as hex" else set()
    assert readers_of(walked, name) == allowed


@pytest.mark.parametrize(("name", "who"), [(NOTES[0], "CO"), (NOTES[1], "XC")])
def test_a_private_note_is_met_by_who_wrote_it(walked: Walked, name: str, who: str) -> None:
    assert readers_of(walked, name) == {who}


def test_who_was_asked_to_watch_meets_no_word_of_who_watched_before(walked: Walked) -> None:
    """Invariant 5, on every page there is. The coach, too, until they write their own or say that they will not."""
    assert readers_of(walked, "observation") == {"NH"}


def test_evidence_is_met_by_those_who_judge_it(walked: Walked) -> None:
    assert readers_of(walked, "evidence") == {"NH", "CO", "OB", "AU"}


@pytest.mark.parametrize("name", KEYS)
def test_no_key_is_met_before_answering(walked: Walked, name: str) -> None:
    """Who sends an answer reads its reason afterwards; nobody reads one on a page."""
    met = {cell.probe for cell, got in walked.cells.items() if name in got.found}
    assert met == set()


def test_the_admin_shows_nothing_of_anybody(admin: Admin) -> None:
    """Authors read their own keys there, and nobody anything of a learner."""
    met = {(name, one.role) for one, got in admin.answers.items() for name in got.found}
    assert met <= {(name, role) for name in KEYS for role in ("ED", "LD", "SU")}
    assert ("reason of a recall question", "SU") in met


@pytest.mark.parametrize("place", ["a log line", "a notice or a mail"])
def test_nothing_of_it_is_in_logs_or_mail(walked: Walked, place: str) -> None:
    """A refused address stands in the log as it was asked for, the uid of an attempt with it; no words, and no name."""
    met = walked.elsewhere[place]
    assert met <= ({"attempt"} if place == "a log line" else set())


def test_a_hundred_attempts_change_no_byte_of_anybody_elses_pages(walked: Walked) -> None:
    assert walked.other_bytes["a hundred attempts"] == []


def test_an_open_gate_does_change_them(walked: Walked) -> None:
    """The control of the test above, and the one thing that others see."""
    assert "MG GET person_readiness near" in walked.other_bytes["the Try gate"]


# --- Deleting -------------------------------------------------------------------------------------------------------


def played(who: Any, at: Any) -> Attempt:
    """To the end, with everything right."""
    attempt = start_attempt(actor=who, scenario_uid=basics.uid("quay"), restart=True, key=uuid4(), at=at)
    turn = {"actor": who, "attempt_uid": attempt.uid, "at": at}
    for node in ("first", "second", "third"):
        choose_in_attempt(**turn, node=node, choice=f"{node}-best", confidence="sure", key=uuid4())
    write_response(**turn, node="write", text="Something of mine.", key=uuid4())
    mark_response(**turn, node="write", ticks=["look-1"], key=uuid4())
    return attempt


@pytest.mark.django_db
def test_deleting_ones_attempts_leaves_the_gates_and_nothing_else() -> None:
    practice.scenario()
    practised = paths.step("practice", "practise", content="quay", skills=["listening", "repair"])
    path = paths.path(practised, paths.step("external", "elsewhere"))  # the path goes on
    who = people.person("Dora Deletes")
    paths.enrolment(who, path, started_on=(clock.now() - timedelta(days=9)).date())
    start_of_all = fingerprint(tables())
    for day in range(5):
        played(who, clock.now() - timedelta(days=6 - day))
    assert {row.gate for row in SkillGate.objects.all()} == {"try"}
    browser = log_in(who)
    for attempt in Attempt.objects.all():
        page = words_of(browser.get(reverse("practice_attempt", args=[attempt.uid])))
        assert reverse("practice_delete", args=[attempt.uid]) in page
        answer = browser.post(reverse("practice_delete", args=[attempt.uid]), {"key": uuid4()})
        assert (answer.status_code, answer["Location"]) == (302, reverse("practice"))
        assert browser.get(reverse("practice_attempt", args=[attempt.uid])).status_code == 404
    assert "You have not practised yet." in words_of(browser.get(reverse("practice")))
    assert [model.objects.count() for model in (Attempt, AttemptChoice, OpenResponse)] == [0, 0, 0]
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM assessments_attempt")
        assert cursor.fetchone() == (0,)
    # What stays: that Try opened and when, that the step is done, and that a form was sent (never what it said).
    stays = {model._meta.db_table for model in (SkillGate, TryFact, StepCompletion, Act)}
    bookkeeping = {"lms_user"}
    assert differences(start_of_all, fingerprint(tables())) - bookkeeping == stays
    assert TryFact.objects.filter(person=who).count() == SkillGate.objects.filter(person=who).count() == 2


def test_the_registry_says_that_attempts_can_be_deleted() -> None:
    """The table that one can empty oneself is the one that the page says so of."""
    (line,) = [line for line in personal_lines() if line.model == "assessments.Attempt"]
    assert (line.seen_by, line.erased) == ((), privacy.DELETED)
    assert {"assessments.AttemptChoice", "assessments.OpenResponse"} == set(line.along)
    assert "delete" in str(line.kept)
