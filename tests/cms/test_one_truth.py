"""Learner, coach, manager, export and invoice read one word of every skill (whole.md fact 4, PRODUCT invariant 15).

Standings and requirements are drawn at random; what is met is computed here once more, from the rows alone.
"""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, timedelta
from typing import Any
from unittest.mock import patch
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessments.models import Request
from lms import clock
from lms.api import Skill, SkillGate
from lms.rules.gates import GATES
from lms.rules.standing import Verdict
from tests.clients import log_in
from tests.factories import basics, judging, paths

pytestmark = pytest.mark.django_db

CALM = settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))
VISIT, MEETING = basics.uid("visit"), basics.uid("meeting")
SKILLS = judging.SKILLS

any_gate = st.tuples(
    st.sampled_from(SKILLS),
    st.sampled_from(GATES),
    st.integers(1, 5),
    st.sampled_from([VISIT, MEETING]),
    st.sampled_from([-40, -1, 0, 30, 60, 61, 400]),
)
any_line = st.tuples(st.integers(1, 5), st.sampled_from([None, VISIT, MEETING]))
any_verdict = st.one_of(
    st.none(),
    st.tuples(st.sampled_from(["awaiting", "refused", "revoked", "not_yet"]), st.sampled_from([VISIT, MEETING])),
)
Gate = tuple[str, str, int, UUID, int]
Line = tuple[int, UUID | None]
Said = tuple[str, UUID] | None


def test_one_word_of_every_skill_on_every_screen() -> None:
    of = judging.scene()
    judging.standard(judging.standard_spec("meeting", SKILLS))
    asked = judging.asked(of)
    readers = Readers(of)
    today = clock.now().date()

    @CALM
    @given(
        st.lists(any_gate, max_size=8),
        st.tuples(any_line, any_line),
        st.tuples(any_verdict, any_verdict),
        st.booleans(),
    )
    def check(gates: list[Gate], lines: tuple[Line, Line], said: tuple[Said, Said], waits: bool) -> None:
        stand(of, gates, today)
        ask(of, lines)
        Request.objects.filter(pk=asked.pk).update(status="open" if waits else "withdrawn")
        verdicts = {of.learner.pk: verdicts_of(said, today)}
        with patch("assessments.services.standing.readiness.verdicts_of_people", return_value=verdicts):
            words = readers.words()
        first = words.pop("invoice")
        for screen, read in words.items():
            assert read == first, screen
        for skill, line in zip(SKILLS, lines, strict=True):
            assert (first[skill][1] in ("vouched", "due")) == met(skill, line, gates), skill

    check()


def met(skill: str, line: Line, gates: list[Gate]) -> bool:
    level, standard = line
    shown = [gate for gate in gates if gate[0] == skill and gate[1] == "show" and gate[4] >= 0]
    return any(gate[2] >= level and standard in (None, gate[3]) for gate in shown)


def stand(of: judging.Scene, gates: list[Gate], today: date) -> None:
    SkillGate.objects.filter(person=of.learner).delete()
    skills = {skill.slug: skill for skill in Skill.objects.filter(slug__in=SKILLS)}
    for number, (slug, gate, level, standard, days) in enumerate(gates):
        shown: dict[str, Any] = {}
        if gate == "show":
            shown = {"level": level, "standard_uid": standard, "valid_until": today + timedelta(days)}
        SkillGate.objects.create(
            person=of.learner, skill=skills[slug], gate=gate, source=f"test:{number}", opened_at=clock.now(), **shown
        )


def ask(of: judging.Scene, lines: tuple[Line, Line]) -> None:
    of.enrolment.role_version = paths.role(
        *(
            paths.requires(skill, level, critical=standard is not None, standard=standard)
            for skill, (level, standard) in zip(SKILLS, lines, strict=True)
        )
    )
    of.enrolment.save()


def verdicts_of(said: tuple[Said, Said], today: date) -> dict[str, list[Verdict]]:
    at: datetime = clock.now()
    found = {}
    for skill, one in zip(SKILLS, said, strict=True):
        if one:
            kind, standard = one
            again = ("Wait.", today + timedelta(9)) if kind == "not_yet" else ()
            found[skill] = [Verdict(kind, at, today, standard, *again)]
    return found


class Readers:
    """Everybody who may read how one person stands, each in a browser; what they read as (word, state), by skill."""

    def __init__(self, of: judging.Scene) -> None:
        self.of = of
        self.learner, self.coach, self.manager = (log_in(who) for who in (of.learner, of.coach, of.manager))

    def words(self) -> dict[str, dict[str, tuple[str, str]]]:
        invoice = reverse("person_readiness", args=[self.of.learner.uid])
        mine = self.read(self.learner, reverse("skills"))["page"].mine
        lines = self.read(self.learner, invoice)["invoice"].lines
        theirs = self.read(self.manager, invoice)["invoice"].lines
        beside = self.read(self.coach, reverse("coach_person", args=[self.of.enrolment.uid]))["skills"]
        (grid,) = self.read(self.manager, reverse("team"))["grids"]
        found = {
            "invoice": {line.skill: (line.look.word, line.look.state) for line in lines},
            "the same for the manager": {line.skill: (line.look.word, line.look.state) for line in theirs},
            "my skills": {row.slug: (row.ladder.word, row.ladder.state) for row in mine},
            "coach": {line.skill: (look.word, look.state) for line, _title, look, _move in beside},
            "team": {
                slug: (look.word, look.state)
                for (slug, _title, _critical), look in zip(grid.skills, grid.rows[0][1], strict=True)
            },
        }
        notes = {line.skill: line.look.note for line in lines}
        found["export"] = {
            skill: (word.removesuffix(f". {notes[skill]}" if notes[skill] else ""), found["invoice"][skill][1])
            for skill, word in self.exported(grid.skills).items()
        }
        return found

    def exported(self, skills: Any) -> dict[str, str]:
        text = self.manager.get(reverse("team_csv")).content.decode("utf-8-sig")
        heads, row = csv.reader(io.StringIO(text))
        return {slug: row[heads.index(title)] for slug, title, _critical in skills}

    @staticmethod
    def read(client: Client, url: str) -> Any:
        answer = client.get(url)
        assert answer.status_code == 200, url
        return answer.context
