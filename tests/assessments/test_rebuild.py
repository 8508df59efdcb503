"""Gates follow from the events alone: rebuilt equals kept, after anything that people do (invariant 7)."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from assessments.api import countersign, rebuild_gates, revoke_signoff, verify_ledger
from assessments.models import Case, SignOffEvent
from assessments.services.cases.decisions import Entrust
from assessments.services.standing.rebuild import expected_gates
from coaching.api import confirm_commitment, drop_commitment, make_commitment, report_commitment, send_back_commitment
from coaching.models import Commitment
from lms.api import complete_lesson, kept_gates, record_example, record_recall
from lms.errors import DomainError
from lms.models import Membership, Skill, SkillGate
from lms.services.record.talk import talk_opens
from tests.factories import basics, decisions, paths, people
from tests.shown import looked

SKILLS = ("listening", "numbers")
LESSONS = {"welcome": ("listening",), "sums": ("numbers",), "both": SKILLS, "plain": ()}
ASKED = ("sums", "both")


def world() -> decisions.DecisionScene:
    """A path with lessons, a commitment and a standard of two skills; two observers; a coach who may be the manager."""
    lessons = tuple(paths.lesson(name, *skills, recalls=name in ASKED) for name, skills in LESSONS.items())
    course = paths.step("course", "course", lessons=lessons, skills=SKILLS)
    promise = paths.step("commitment", "promise", skills=SKILLS)
    work = decisions.decision_scene("visit", *SKILLS, steps=[course, promise])
    work.another()
    work.another()
    decisions.make_coach_line_manager(work)
    return work


class Walk:
    """Random acts, each through a service; what a service refuses changes nothing."""

    def __init__(self, work: decisions.DecisionScene, seed: int) -> None:
        self.work, self.chance, self.at = work, random.Random(seed), basics.MONDAY
        self.learning = people.in_group("Learning administrators")
        self.done: list[str] = []

    def step(self) -> None:
        self.at += timedelta(minutes=self.chance.randint(1, 3000))
        act: Callable[[], object] = self.chance.choice(self.acts)
        try:
            with transaction.atomic():
                act()
            self.done.append(act.__name__)
        except DomainError:
            pass

    @property
    def acts(self) -> list[Callable[[], object]]:
        return [
            *[self.read, self.recall, self.example, self.promise, self.report, self.confirm, self.drop],
            *[self.observe, self.observe, self.observe, self.decide, self.decide, self.countersign, self.revoke],
            self.change_manager,
        ]

    def common(self, actor: Any) -> dict[str, Any]:
        return {"actor": actor, "key": basics.key(), "at": self.at}

    def read(self) -> None:
        complete_lesson(**self.common(self.work.learner), lesson_uid=basics.uid(self.chance.choice([*LESSONS])))

    def recall(self) -> None:
        uid = basics.uid(self.chance.choice(ASKED))
        record_recall(person=self.work.learner, lesson_uid=uid, all_right=self.chance.random() < 0.6, at=self.at)

    def example(self) -> None:
        skill = Skill.objects.get(slug=self.chance.choice(SKILLS))
        record_example(person=self.work.learner, skill_id=skill.pk, at=self.at)

    def commitment(self, status: str) -> Commitment:
        row = Commitment.objects.filter(status=status).order_by("?").first()
        if row is None:
            raise DomainError("None.")
        return row

    def promise(self) -> None:
        make_commitment(
            **self.common(self.work.learner),
            enrolment_uid=self.work.enrolment.uid,
            step_uid=self.chance.choice([None, basics.uid("promise")]),
            what="Ask first.",
            customer_uid=None,
            by_on=(self.at + timedelta(days=3)).date(),
            skills=self.chance.sample(SKILLS, self.chance.randint(1, 2)),
        )

    def report(self) -> None:
        report_commitment(
            **self.common(self.work.learner), commitment_uid=self.commitment("open").uid, report="Did it on Tuesday."
        )

    def confirm(self) -> None:
        fields = self.common(self.work.coach) | {"commitment_uid": self.commitment("done").uid}
        if self.chance.random() < 0.3:
            looked(send_back_commitment, **fields, note="Say more.")
        else:
            looked(confirm_commitment, **fields, skill_slugs=self.chance.sample(SKILLS, self.chance.randint(1, 2)))

    def drop(self) -> None:
        row = self.commitment(self.chance.choice(["open", "done"]))
        drop_commitment(**self.common(self.work.learner), commitment_uid=row.uid)

    def observe(self) -> None:
        decisions.watch(
            self.work,
            self.chance.choice([*self.work.observers, self.work.coach]),
            self.at,
            {skill: self.chance.choice([2, 3, 4, 5, 5]) for skill in SKILLS},
            context=self.chance.choice(["on site", "on the phone"]),
        )

    def decide(self) -> None:
        if not Case.objects.exists():
            raise DomainError("None.")
        later = decisions.not_yet_on_all(self.work, self.at)
        chosen = [Entrust(self.chance.randint(1, 4)), Entrust(2)]
        verdicts = {skill: self.chance.choice([*chosen, later[skill]]) for skill in SKILLS}
        decisions.sign(self.work, self.at, verdicts=verdicts)

    def signed(self) -> UUID:
        events = list(SignOffEvent.objects.filter(kind="SIGNED").order_by("pk"))
        if not events:
            raise DomainError("None.")
        return self.chance.choice(events).uid

    def countersign(self) -> None:
        agree = self.chance.random() < 0.8
        looked(countersign, **self.common(self.learning), event_uid=self.signed(), agree=agree, why="Read it.")

    def revoke(self) -> None:
        actor = self.chance.choice([self.learning, self.work.coach])
        looked(revoke_signoff, **self.common(actor), event_uid=self.signed(), reason="Wrong one.")

    def change_manager(self) -> None:
        """Whether decisions are flagged from now on: from the next day, as memberships are of days."""
        self.at += timedelta(days=1)
        today = self.at.date()
        row = Membership.objects.filter(person=self.work.coach).latest("pk")
        if row.until_on is None:
            row.until_on = today - timedelta(days=1)
            row.save()
        else:
            Membership.objects.create(person=row.person, team=row.team, role=row.role, from_on=today)


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(6))
def test_rebuilt_equals_kept_after_any_sequence_of_acts(seed: int) -> None:
    walk = Walk(world(), seed)
    for _number in range(45):
        walk.step()
        assert rebuild_gates(check=True) == ([], []), walk.done
    assert verify_ledger(at=basics.AFTERWARDS).findings == ()
    kept = kept_gates()
    SkillGate.objects.all().delete()
    missing, extra = rebuild_gates(check=False)
    assert (set(missing), extra, kept_gates()) == (kept, [], kept)
    assert rebuild_gates(check=True) == ([], [])


@pytest.mark.django_db
def test_the_walks_reach_everything_worth_walking_to() -> None:
    walk = Walk(world(), 3)
    for _number in range(150):
        walk.step()
    kinds = set(SignOffEvent.objects.values_list("kind", flat=True))
    assert set(walk.done) == {act.__name__ for act in walk.acts}
    assert {"SIGNED", "NOT_YET", "COUNTERSIGNED", "REVOKED"} <= kinds
    assert {gate.gate for gate in kept_gates()} >= {"talk", "do"}
    assert rebuild_gates(check=True) == ([], [])


@pytest.mark.django_db
def test_a_gate_that_is_missing_altered_or_made_up_is_said_and_mended() -> None:
    work = decisions.decision_scene()
    event = decisions.signed(work)
    good = expected_gates()
    show = SkillGate.objects.filter(gate="show")
    show.update(level=5)
    SkillGate.objects.filter(gate="do").first().delete()
    SkillGate.objects.create(
        person=work.learner, skill=event.skill, gate="try", source="nobody:knows", opened_at=basics.MONDAY
    )
    missing, extra = rebuild_gates(check=True)
    assert ({gate.gate for gate in missing}, {gate.gate for gate in extra}) == ({"show", "do"}, {"show", "try"})
    assert kept_gates() != good, "checking changes nothing"
    assert rebuild_gates(check=False) == (missing, extra)
    assert kept_gates() == good
    assert rebuild_gates(check=False) == ([], [])


@pytest.mark.django_db
def test_a_revoked_sign_off_is_not_rebuilt() -> None:
    work = decisions.decision_scene()
    event = decisions.signed(work)
    looked(
        revoke_signoff, actor=work.coach, event_uid=event.uid, reason="Wrong one.", key=basics.key(), at=basics.MONDAY
    )
    SkillGate.objects.all().delete()
    rebuild_gates(check=False)
    assert not SkillGate.objects.filter(gate="show").exists()


# --- Talk, by itself ----------------------------------------------------------------------------------------------


def minute(number: int | None) -> datetime | None:
    return None if number is None else basics.MONDAY + timedelta(minutes=number)


spans = st.lists(st.tuples(st.integers(0, 12), st.integers(1, 6)), max_size=3).map(
    lambda rows: [(minute(start), minute(start + long)) for start, long in rows]
)
open_spans = st.tuples(spans, st.none() | st.integers(0, 12)).map(
    lambda pair: [*pair[0], *([(minute(pair[1]), None)] if pair[1] is not None else [])]
)


@basics.CALM
@given(st.integers(0, 12), st.none() | st.integers(0, 12), st.lists(open_spans, max_size=3), st.integers(0, 12))
def test_talk_opens_at_the_first_minute_at_which_its_condition_holds(
    read: int, example: int | None, asked: list[Any], enrolled: int
) -> None:
    """Against looking at every minute in turn."""

    def holds(now: datetime) -> bool:
        stand = [any(start <= now and (end is None or now < end) for start, end in times) for times in asked]
        known = (example is not None and minute(example) <= now) or (bool(asked) and all(stand))
        return minute(read) <= now and minute(enrolled) <= now and known

    first = next((minute(number) for number in range(40) if holds(minute(number))), None)
    assert talk_opens(minute(read), minute(example), asked, minute(enrolled)) == first
