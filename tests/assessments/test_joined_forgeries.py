"""Joinings that somebody forges, and what one human does by two accounts past the application: found, and named."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from assessments.api import join_accounts
from assessments.models import Erasure, SignOffEvent
from assessments.services.ledger.chain import gate_source
from coaching.models import CoachAssignment, CommitmentSkill, ObserverGrant
from lms.models import DutyHolding, LogEntry, Parting, SamePerson, SkillGate, User
from tests.assessments import forging
from tests.assessments.forged_sets import Forger
from tests.assessments.forging import KEY, NOT_THE_KEY, NOW, Scene, copy_of, enter
from tests.factories import basics, coaching, decisions, humans, people
from tests.shown import looked

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


@pytest.fixture
def scene(scene: Scene) -> Scene:
    assert forging.found() == []
    return scene


def twin_of(scene: Scene, person: User) -> User:
    """Another account of somebody, with all that work knows of it; nothing is wrong with that."""
    twin = people.person("Twin")
    join(scene, person, twin)
    return twin


def join(scene: Scene, one: User, other: User) -> None:
    fields = {"person_uid": one.uid, "other_uid": other.uid, "reason": "One person.", "key": basics.key(), "at": NOW}
    looked(join_accounts, actor=scene.learning, **fields)


def joining(scene: Scene, one: User, other: User, **fields: Any) -> SamePerson:
    """A row past the application."""
    first, second = sorted((one, other), key=lambda who: who.pk)
    values = {"joined_by": scene.learning, "joined_at": NOW, "reason": "Quietly.", **fields}
    return SamePerson.objects.create(first=first, second=second, **values)


def found_after(forge: Callable[[], object]) -> list[str]:
    problems = forging.after(forge)
    assert problems is not None, "the database refused it"
    return problems


def say(problems: list[str], words: str) -> None:
    assert [problem for problem in problems if words in problem], problems


# --- The rows themselves


def test_a_joining_past_the_application_is_found(scene: Scene) -> None:
    row = found_after(lambda: joining(scene, scene.nobody, scene.work.learner))
    say(row, "does not stand in the log: it was written past the application")


def test_a_joining_with_a_guessed_key_is_found(scene: Scene) -> None:
    say(
        found_after(lambda: enter(joining(scene, scene.nobody, scene.work.learner), NOT_THE_KEY)),
        "is not vouched for by the key",
    )


def test_a_joining_can_neither_be_changed_nor_removed(scene: Scene) -> None:
    """Nor a parting; by the tables' owner they can, and that is found."""
    row = humans.one_human(scene.nobody, scene.work.learner, at=NOW, joined_by=scene.learning)
    end = humans.parted(row, at=NOW, parted_by=scene.learning)
    for refused in (
        lambda: forging.change(row, reason="Other."),
        lambda: forging.change(end, reason="Other."),
        lambda: Parting.objects.filter(pk=end.pk)._raw_delete("default"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            refused()
    with decisions.guards_away():
        Parting.objects.filter(pk=end.pk)._raw_delete("default")
    say(forging.found_in_rows(), f"(parting {end.uid}): what it is about is gone, or is not what it was")
    with decisions.guards_away():
        SamePerson.objects.filter(pk=row.pk)._raw_delete("default")
    say(forging.found_in_rows(), f"(same person {row.uid}): what it is about is gone, or is not what it was")


def joined_by_nobody(scene: Scene) -> None:
    enter(joining(scene, scene.other.learner, scene.work.learner, joined_by=scene.nobody), KEY)


def joined_by_itself(scene: Scene) -> None:
    people.with_duty("learning", scene.nobody, NOW)
    twin = twin_of(scene, scene.nobody)
    enter(joining(scene, twin, scene.work.learner, joined_by=scene.nobody), KEY)


def joined_twice(scene: Scene) -> None:
    twin_of(scene, scene.nobody)
    row = SamePerson.objects.get()
    enter(copy_of(row, number=2), KEY)


def joined_with_one_of_two(scene: Scene) -> None:
    twin = twin_of(scene, scene.nobody)
    enter(joining(scene, twin, people.person()), KEY)


def parted_by_nobody(scene: Scene) -> None:
    twin_of(scene, scene.nobody)
    row = Parting(joining=SamePerson.objects.get(), parted_by=scene.work.coach, parted_at=NOW, reason="Quietly.")
    row.save(force_insert=True)
    enter(row, KEY)


def parted_by_itself(scene: Scene) -> None:
    twin_of(scene, scene.nobody)
    people.with_duty("learning", scene.nobody, NOW)
    row = Parting(joining=SamePerson.objects.get(), parted_by=scene.nobody, parted_at=NOW, reason="Quietly.")
    row.save(force_insert=True)
    enter(row, KEY)


def parted_before_it_was_joined(scene: Scene) -> None:
    row = joining(scene, scene.nobody, scene.work.learner)
    end = Parting(joining=row, parted_by=scene.learning, parted_at=NOW, reason="Quietly.")
    end.save(force_insert=True)
    enter(end, KEY)
    enter(row, KEY)


def joined_and_nothing_taken_back(scene: Scene) -> None:
    enter(joining(scene, scene.other.learner, scene.other.coach), KEY)


def joined_and_evidence_kept(scene: Scene) -> None:
    enter(joining(scene, scene.other.learner, scene.other.observers[0]), KEY)


def joined_and_second_signature_kept(scene: Scene) -> None:
    boss = people.administrator(at=NOW)
    enter(joining(scene, scene.work.learner, scene.learning, joined_by=boss), KEY)


# --- What one human did by two accounts


def granted(scene: Scene) -> None:
    learning = User.objects.get(pk=scene.learning.pk)
    boss = people.administrator(at=NOW)
    twin = people.person("Twin")
    fields = {"person_uid": learning.uid, "other_uid": twin.uid, "reason": "One.", "key": basics.key(), "at": NOW}
    looked(join_accounts, actor=boss, **fields)
    like = ObserverGrant.objects.filter(person=scene.other.coach).first()
    assert like
    given = {"granted_at": NOW, "granted_by_id": learning.pk, "person_id": twin.pk}
    enter(copy_of(like, **given), KEY)


def given_a_duty(scene: Scene) -> None:
    boss = people.administrator(at=NOW)
    twin = twin_of(scene, boss)
    like = DutyHolding.objects.filter(duty="learning").first()
    assert like
    enter(copy_of(like, person_id=twin.pk, given_by_id=boss.pk, from_at=NOW), KEY)


def coached(scene: Scene) -> None:
    work = scene.other
    twin = twin_of(scene, work.learner)
    f = Forger(scene, KEY)
    f.assignment(twin)


def assigned(scene: Scene) -> None:
    people.with_duty("learning", scene.nobody, NOW)
    join(scene, scene.other.learner, scene.nobody)
    Forger(scene, KEY).assignment(people.person("Otto"), assigned_by_id=scene.nobody.pk)


def observed(scene: Scene) -> None:
    f = Forger(scene, KEY)
    observer = f.work.another()
    join(scene, f.work.learner, observer)
    f.observation(f.case(), observer)


def confirmed(scene: Scene) -> None:
    like = CommitmentSkill.objects.get(confirmed_at__isnull=False)
    join(scene, scene.work.learner, scene.work.coach)
    other = coaching.commitment(scene.work.enrolment, status="done")
    enter(copy_of(like, commitment_id=other.pk, confirmed_at=NOW), KEY)


def signed(scene: Scene) -> None:
    f = Forger(scene, KEY)
    case = f.case()
    seen = f.seen(case)
    join(scene, f.work.learner, f.work.coach)
    f.sign(case, seen)


def countersigned(scene: Scene, other: User) -> None:
    """By another account of somebody, which has a grant."""
    f = Forger(scene, KEY)
    twin = people.person("Twin")
    grant = f.grant(twin)
    join(scene, other, twin)
    case = f.case()
    event = f.sign(case, f.seen(case), flags=["line_manager"])
    f.follow(event, "COUNTERSIGNED", twin, "observer", {"grants": {"margins": str(grant.uid)}})


def two_are_one(scene: Scene) -> None:
    """Two observers who are one human, taken for two."""
    f = Forger(scene, KEY)
    join(scene, *f.work.observers[:2])
    case = f.case()
    f.sign(case, f.seen(case))


def erased(scene: Scene) -> None:
    one, other = people.administrator(at=NOW), people.administrator(at=NOW)
    join(scene, one, other)
    row = Erasure(person=scene.nobody, asked_by=one, agreed_by=other, reason="Quietly.", erased_at=NOW)
    row.save(force_insert=True)
    enter(row, KEY)


def erased_of_oneself(scene: Scene) -> None:
    one, other = people.administrator(at=NOW), people.administrator(at=NOW)
    join(scene, one, scene.nobody)
    row = Erasure(person=scene.nobody, asked_by=one, agreed_by=other, reason="Quietly.", erased_at=NOW)
    row.save(force_insert=True)
    enter(row, KEY)


def taken_back_by_an_administrator(scene: Scene) -> None:
    """Who is no learning administrator takes back by a joining only, and only what it is about."""
    boss = people.administrator(at=NOW)
    row = joining(scene, scene.nobody, people.person(), joined_by=boss)
    enter(row, KEY)
    event = SignOffEvent.objects.get(kind="SIGNED", subject=scene.other.learner)
    f = Forger(scene, KEY)
    f.follow(event, "REVOKED", boss, "administrator", {"duty": "administrator", "joining": str(row.uid)})
    SkillGate.objects.filter(source=gate_source(event)).delete()


SAID: dict[str, tuple[Callable[[Scene], object], str]] = {
    "by nobody": (joined_by_nobody, "was joined by somebody who was no administrator then"),
    "by itself": (joined_by_itself, "was joined by one of its own accounts"),
    "twice": (joined_twice, "joins two accounts that were joined already"),
    "with one of two": (joined_with_one_of_two, "leaves out another account of the same human"),
    "parted by nobody": (parted_by_nobody, "was parted by somebody who was no administrator then"),
    "parted by itself": (parted_by_itself, "was parted by one of its own accounts"),
    "parted before": (parted_before_it_was_joined, "parts accounts that were not joined then"),
    "signature kept": (joined_and_nothing_taken_back, "and is signed by another account of the learner"),
    "evidence kept": (joined_and_evidence_kept, "and rests on what another account of the learner saw"),
    "second signature kept": (joined_and_second_signature_kept, "and is countersigned by another account of the"),
    "granted": (granted, "was given by another account of who holds it"),
    "duty": (given_a_duty, "was given by another account of who has it"),
    "coached": (coached, "makes another account of the learner their coach"),
    "assigned": (assigned, "was made by another account of the learner"),
    "observed": (observed, "is by another account of the learner"),
    "confirmed": (confirmed, "was confirmed by another account of the learner"),
    "signed": (signed, "was signed by another account of the learner"),
    "countersigned, signer": (lambda s: countersigned(s, s.other.coach), "by another account of who signed"),
    "countersigned, observer": (lambda s: countersigned(s, s.other.observers[0]), "an observer of its evidence"),
    "two are one": (two_are_one, "counts the evidence otherwise than the rule"),
    "erased": (erased, "is by two accounts of one human"),
    "erased of oneself": (erased_of_oneself, "is by another account of the person"),
    "taken back": (taken_back_by_an_administrator, "is taken back by somebody without the right to"),
}


@pytest.mark.parametrize("name", SAID)
def test_what_breaks_a_rule_about_one_human_is_found(scene: Scene, name: str) -> None:
    """With the key: everything is vouched for, and in order."""
    forge, words = SAID[name]
    say(found_after(lambda: forge(scene)), words)


def test_what_was_done_before_the_joining_or_after_the_parting_is_no_finding(scene: Scene) -> None:
    """But for what still stands."""
    twin = people.person("Twin")
    row = humans.one_human(scene.other.learner, twin, at=NOW, joined_by=scene.learning)
    humans.parted(row, at=NOW + MINUTE, parted_by=scene.learning)
    f = Forger(scene, KEY)
    f.at = NOW + 2 * MINUTE
    f.grant(twin, granted_at=f.at)
    case = f.case()
    f.sign(case, [*f.seen(case)])
    assert forging.found_in_rows() == []
    assert LogEntry.objects.filter(kind="parting").count() == 1
    assert not CoachAssignment.objects.filter(coach__person=twin).exists()
