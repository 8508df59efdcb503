"""Commitments: promised, reported, confirmed skill by skill."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from coaching.api import (
    Commitment,
    CommitmentSkill,
    assign_coach,
    confirm_commitment,
    do_facts,
    drop_commitment,
    make_commitment,
    report_commitment,
    send_back_commitment,
)
from lms.api import Customer, Notice, SkillGate, StepCompletion, User
from lms.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from tests.factories import basics, coaching, paths, people
from tests.shown import looked

pytestmark = pytest.mark.django_db


def make(scene: coaching.HelpScene, who: User, **changes: Any) -> Commitment:
    fields = {
        "actor": who,
        "enrolment_uid": scene.enrolment.uid,
        "step_uid": basics.uid("promise"),
        "what": "Play back before I propose.",
        "customer_uid": scene.customer.uid,
        "by_on": coaching.soon(240).date(),
        "key": basics.key(),
        "at": basics.NOON,
    }
    return make_commitment(**(fields | changes))


def state() -> tuple[Any, ...]:
    return (
        list(Commitment.objects.order_by("pk").values_list("pk", "status", "report", "note", "closed_at")),
        list(CommitmentSkill.objects.order_by("pk").values_list("pk", "confirmed_at", "confirmed_by")),
        SkillGate.objects.count(),
        StepCompletion.objects.count(),
        Notice.objects.count(),
    )


def refused(kind: type[DomainError], act: Callable[[], Any]) -> None:
    before = state()
    with pytest.raises(kind) as caught:
        act()
    assert str(caught.value)
    assert state() == before


def doing(scene: coaching.HelpScene, *skills: str, **fields: Any) -> Commitment:
    """A reported commitment on the path's step."""
    return coaching.commitment(scene.enrolment, *(skills or ("listening", "trust")), status="done",
                        step_uid=basics.uid("promise"), customer=scene.customer, **fields)  # fmt: skip


def confirm(who: User, row: Commitment, *slugs: str, **changes: Any) -> Commitment:
    fields = {"commitment_uid": row.uid, "skill_slugs": slugs, "key": basics.key(), "at": coaching.soon()}
    return looked(confirm_commitment, actor=who, **(fields | changes))


def test_a_promise_takes_the_skills_of_its_step() -> None:
    scene = coaching.help_scene()
    key = basics.key()
    made = make(scene, scene.learner, key=key)
    assert {line.skill.slug for line in made.skills.all()} == {"listening", "trust"}
    assert (made.status, made.customer, made.uid) == ("open", scene.customer, key)
    before = state()
    assert make(scene, scene.learner, key=key) == made
    assert state() == before
    refused(Conflict, lambda: make(scene, scene.learner))


@pytest.mark.parametrize(
    ("role", "error"),
    [("coach", NotAllowed), ("manager", NotAllowed), ("other_coach", NotFound), ("outsider", NotFound)],
)
def test_nobody_promises_for_somebody_else(role: str, error: type[DomainError]) -> None:
    scene = coaching.help_scene()
    refused(error, lambda: make(scene, getattr(scene, role)))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("what", "  "),
        ("what", "x" * 301),
        ("by_on", coaching.soon(-24).date()),
        ("customer_uid", None),
        ("customer_uid", basics.uid("no such customer")),
        ("skills", ["no-such-skill"]),
        ("step_uid", basics.uid("talk-it-over")),
    ],
)
def test_a_promise_with_a_wrong_field_is_refused(field: str, value: Any) -> None:
    scene = coaching.help_scene()
    refused(Invalid, lambda: make(scene, scene.learner, **{field: value}))


def test_nobody_is_sent_to_a_closed_customer() -> None:
    scene = coaching.help_scene()
    closed = people.customer("brant", closed=True)
    refused(Invalid, lambda: make(scene, scene.learner, customer_uid=closed.uid))
    Customer.objects.update(closed=True)
    assert make(scene, scene.learner, customer_uid=None).customer is None


def test_a_promise_without_a_step_names_its_skills() -> None:
    scene = coaching.help_scene()
    refused(Invalid, lambda: make(scene, scene.learner, step_uid=None))
    made = make(scene, scene.learner, step_uid=None, skills=["trust"])
    assert [line.skill.slug for line in made.skills.all()] == ["trust"]


def test_reporting_tells_the_coach() -> None:
    scene = coaching.help_scene()
    row = coaching.commitment(scene.enrolment, "listening")
    fields = {"commitment_uid": row.uid, "at": basics.NOON}
    refused(Invalid, lambda: report_commitment(actor=scene.learner, report=" ", key=basics.key(), **fields))
    refused(NotAllowed, lambda: report_commitment(actor=scene.coach, report="Done", key=basics.key(), **fields))
    report_commitment(actor=scene.learner, report="They called back.", key=basics.key(), **fields)
    row.refresh_from_db()
    assert (row.status, row.done_at) == ("done", basics.NOON)
    assert Notice.objects.get().person == scene.coach
    refused(Conflict, lambda: report_commitment(actor=scene.learner, report="Again", key=basics.key(), **fields))


def test_each_confirmed_skill_opens_do_and_the_last_closes_it() -> None:
    scene = coaching.help_scene()
    row = doing(scene)
    key = basics.key()
    confirm(scene.coach, row, "listening", key=key)
    gate = SkillGate.objects.get()
    assert (gate.person, gate.skill.slug, gate.gate) == (scene.learner, "listening", "do")
    assert (gate.source, gate.opened_at) == (f"commitment:{row.uid}", coaching.soon())
    row.refresh_from_db()
    assert row.status == "done"
    assert not StepCompletion.objects.exists()
    before = state()
    confirm(scene.coach, row, "listening", key=key)
    assert state() == before
    confirm(scene.coach, row, "listening", "trust", note="Well played back.")
    row.refresh_from_db()
    assert (row.status, row.closed_at, row.note) == ("confirmed", coaching.soon(), "Well played back.")
    assert SkillGate.objects.count() == 2
    assert StepCompletion.objects.get().step.uid == basics.uid("promise")
    refused(Conflict, lambda: confirm(scene.coach, row, "trust"))


@pytest.mark.parametrize(
    ("role", "error"),
    [
        ("learner", NotAllowed),
        ("other_coach", NotFound),
        ("manager", NotFound),
        ("administrator", NotFound),
        ("outsider", NotFound),
    ],
)
def test_nobody_but_the_coach_confirms_or_sends_back_a_commitment(role: str, error: type[DomainError]) -> None:
    scene = coaching.help_scene()
    row = doing(scene)
    refused(error, lambda: confirm(getattr(scene, role), row, "trust"))
    refused(error, lambda: looked(send_back_commitment,
        actor=getattr(scene, role), commitment_uid=row.uid, note="No", key=basics.key(), at=basics.NOON))  # fmt: skip


def test_a_coach_never_confirms_their_own() -> None:
    """Not even when an assignment says that they coach themself, which no service writes."""
    scene = coaching.help_scene()
    own = paths.enrolment(scene.coach, scene.enrolment.path_version)
    coaching.assign(own, scene.coach)
    row = coaching.commitment(own, "trust", status="done")
    refused(NotAllowed, lambda: confirm(scene.coach, row, "trust"))


def test_an_ex_coach_with_an_open_form_confirms_nothing() -> None:
    scene = coaching.help_scene()
    row = doing(scene)
    looked(
        assign_coach,
        actor=scene.manager,
        enrolment_uid=scene.enrolment.uid,
        coach_uid=scene.other_coach.uid,
        key=basics.key(),
        at=basics.NOON,
    )
    refused(NotFound, lambda: confirm(people.fresh(scene.coach), row, "trust"))
    assert confirm(scene.other_coach, row, "trust")


def test_only_what_was_promised_and_reported_can_be_confirmed() -> None:
    scene = coaching.help_scene()
    row = doing(scene, "trust")
    refused(Invalid, lambda: confirm(scene.coach, row))
    refused(Invalid, lambda: confirm(scene.coach, row, "trust", "listening"))
    open_ = coaching.commitment(scene.enrolment, "trust")
    refused(Conflict, lambda: confirm(scene.coach, open_, "trust"))


def test_not_yet_opens_it_again_and_keeps_what_was_confirmed() -> None:
    scene = coaching.help_scene()
    row = doing(scene)
    confirm(scene.coach, row, "trust")
    fields = {"actor": scene.coach, "commitment_uid": row.uid, "at": coaching.soon()}
    refused(Invalid, lambda: looked(send_back_commitment, note="", key=basics.key(), **fields))
    looked(send_back_commitment, note="Play it back once more.", key=basics.key(), **fields)
    row.refresh_from_db()
    assert (row.status, row.done_at, row.note) == ("open", None, "Play it back once more.")
    assert SkillGate.objects.count() == 1


def test_dropping_leaves_room_for_another_and_gates_open() -> None:
    scene = coaching.help_scene()
    row = doing(scene)
    confirm(scene.coach, row, "trust")
    refused(
        NotAllowed, lambda: drop_commitment(actor=scene.coach, commitment_uid=row.uid, key=basics.key(), at=basics.NOON)
    )
    drop_commitment(actor=scene.learner, commitment_uid=row.uid, key=basics.key(), at=basics.NOON)
    refused(
        Conflict, lambda: drop_commitment(actor=scene.learner, commitment_uid=row.uid, key=basics.key(), at=basics.NOON)
    )
    assert make(scene, scene.learner)
    assert SkillGate.objects.count() == 1


def test_gates_rebuilt_from_facts_are_the_gates_kept() -> None:
    scene = coaching.help_scene()
    confirm(scene.coach, doing(scene), "trust", "listening")
    dropped = coaching.commitment(scene.enrolment, "trust", status="done")
    confirm(scene.coach, dropped, "trust")
    kept = SkillGate.objects.values_list("person_id", "skill_id", "source", "opened_at")
    assert sorted(do_facts()) == sorted(kept)
    assert sorted(do_facts([scene.learner.pk])) == sorted(kept)
    assert list(do_facts([scene.coach.pk])) == []
