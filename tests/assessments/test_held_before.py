"""The opening balance: what people held before Vouch, attested by two members of Learning."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from assessments.api import (
    Attest,
    HeldBefore,
    SignOffEvent,
    confirm_held_before,
    end_person,
    held_before_policy,
    join_accounts,
    rebuild_gates,
    refuse_held_before,
    revoke_signoff,
    signoff_policy,
    skills_to_attest,
    standings_on,
    verify_ledger,
)
from coaching.api import standing_coaches
from lms import clock
from lms.api import RoleHolding, SkillGate, User, gates_of, people_policy, role_holding_policy
from lms.errors import Conflict, Invalid, NotAllowed, NotFound
from lms.rules.days import months_later
from tests.factories import basics, decisions, humans, judging, notices, opening, paths, people
from tests.factories.opening import SINCE, SOURCE, Opening
from tests.shown import looked

pytestmark = pytest.mark.django_db


@pytest.fixture
def start() -> Opening:
    return opening.opening()


def findings() -> list[str]:
    return [finding.problem for finding in verify_ledger(at=clock.now() + timedelta(minutes=1)).findings]


# --- Recorded by one, confirmed by another ------------------------------------------------------------------------


def test_what_is_recorded_counts_for_nothing_until_confirmed(start: Opening) -> None:
    entry = start.recorded()
    assert (entry.status, entry.recorded_by, entry.source) == ("waiting", start.recorder, SOURCE)
    assert not SignOffEvent.objects.exists()
    assert not RoleHolding.objects.exists()
    assert not SkillGate.objects.exists()
    assert findings() == []


def test_confirmed_it_is_a_role_and_events_of_the_ledger(start: Opening) -> None:
    entry = start.recorded()
    events = start.confirmed(entry)
    held = RoleHolding.objects.get()
    assert (held.person, held.role_version, held.from_on, held.until_on) == (start.person, start.role, SINCE, None)
    assert [(event.skill.slug, event.level, event.signer) for event in events] == [
        ("listening", 3, start.confirmer),
        ("business", 3, start.confirmer),
    ]
    until = months_later(entry.recorded_at.date(), 12)
    assert {(event.case, event.valid_until, event.authority) for event in events} == {
        (None, until, "learning administrator")
    }
    assert {text.value for event in events for text in event.texts.filter(name="source")} == {SOURCE}
    gates = gates_of([start.person.pk])[start.person.pk]
    assert {(gate.skill, gate.level, gate.standard, gate.held_before) for gate in gates} == {
        (skill, 3, start.visit.standard_uid, True) for skill in judging.SKILLS
    }
    assert rebuild_gates(check=True) == ([], [])
    assert findings() == []
    assert notices.told(start.person) == [
        f"It is written down that you hold the role “{start.role.profile.title}”, as Ruta First recorded it"
    ]


def test_a_standard_that_is_valid_for_less_bounds_it(start: Opening) -> None:
    short = judging.standard(judging.standard_spec("brief", ("business",), valid_months=5))
    entry = start.recorded([Attest("business", short.standard_uid, 3)])
    assert [event.valid_until for event in start.confirmed(entry)] == [months_later(entry.recorded_at.date(), 5)]
    assert findings() == []


def test_whoever_recorded_it_does_not_confirm_it(start: Opening) -> None:
    entry = start.recorded()
    with pytest.raises(NotAllowed):
        start.confirmed(entry, by=start.recorder)
    assert HeldBefore.objects.get().status == "waiting"


def test_nobody_confirms_or_records_for_themself(start: Opening) -> None:
    people.in_group("Learning administrators", start.person)
    with pytest.raises((NotAllowed, NotFound)):
        start.recorded(actor=people.fresh(start.person))
    entry = start.recorded()
    with pytest.raises((NotAllowed, NotFound)):
        start.confirmed(entry, by=people.fresh(start.person))


@pytest.mark.parametrize("who", ["manager", "nobody"])
def test_only_learning_records_and_confirms(start: Opening, who: str) -> None:
    stranger = people.person("Somebody")
    if who == "manager":
        people.team(start.person, manager=stranger)
    with pytest.raises((NotAllowed, NotFound)):
        start.recorded(actor=stranger)
    entry = start.recorded()
    with pytest.raises((NotAllowed, NotFound)):
        confirm_held_before(actor=stranger, entry_uids=[entry.uid], key=basics.key(), at=clock.now())


def test_twice_the_same_form_confirms_once(start: Opening) -> None:
    entry, key = start.recorded(), basics.key()
    for _time in range(2):
        confirm_held_before(actor=start.confirmer, entry_uids=[entry.uid], key=key, at=clock.now())
    assert SignOffEvent.objects.count() == 2
    with pytest.raises(Conflict):
        confirm_held_before(actor=start.confirmer, entry_uids=[entry.uid], key=basics.key(), at=clock.now())


def test_many_are_confirmed_at_once(start: Opening) -> None:
    entries = [start.recorded(person_uid=people.person(f"Nr {number}").uid) for number in range(3)]
    assert len(start.confirmed(*entries)) == 6
    assert findings() == []


def test_a_refusal_is_told_to_whoever_recorded_it(start: Opening) -> None:
    entry = start.recorded()
    refuse_held_before(
        actor=start.confirmer, entry_uid=entry.uid, reason="No such list.", key=basics.key(), at=clock.now()
    )
    assert HeldBefore.objects.get().status == "refused"
    assert notices.told(start.recorder) == ["Sven Second did not confirm what you recorded of Olga Held: No such list."]
    with pytest.raises(Conflict):
        start.confirmed(entry)
    assert findings() == []
    assert start.recorded().status == "waiting"


def test_whoever_recorded_it_takes_it_back(start: Opening) -> None:
    entry = start.recorded()
    refuse_held_before(
        actor=start.recorder, entry_uid=entry.uid, reason="Wrong person.", key=basics.key(), at=clock.now()
    )
    assert HeldBefore.objects.get().status == "taken_back"
    assert notices.told(start.recorder) == []


# --- What can be attested -----------------------------------------------------------------------------------------


def test_a_high_risk_standard_is_never_attested(start: Opening) -> None:
    choices = {choice.slug: choice for choice in skills_to_attest(start.role, start.person)}
    assert choices["repair"].closed == "High risk: it has to be seen here."
    with pytest.raises(Invalid) as refused:
        start.recorded([Attest("repair", start.audit.standard_uid, 3)])
    assert "repair" in refused.value.fields


def test_the_database_holds_no_high_risk_attestation(start: Opening) -> None:
    (event, *_rest) = start.confirmed(start.recorded())
    forged = decisions.raw_event(event, skill_id=start.audit.skills.get().pk, version_id=start.audit.pk)
    with pytest.raises(IntegrityError, match="attested"), transaction.atomic():
        forged.save(force_insert=True)


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"source": "  "}, "source"),
        ({"since": clock.now().date() + timedelta(days=2)}, "since"),
        ({"role_version_uid": basics.uid("no role")}, "role"),
        ({"coach_uid": basics.uid("nobody")}, "coach"),
        ({"skills": [Attest("listening", basics.uid("visit"), 5)]}, "listening"),
        ({"skills": [Attest("listening", basics.uid("other"), 3)]}, "listening"),
        ({"skills": [Attest("unknown", basics.uid("visit"), 3)]}, "unknown"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(start: Opening, fields: dict, problem: str) -> None:
    with pytest.raises(Invalid) as refused:
        start.recorded(**fields)
    assert problem in refused.value.fields
    assert not HeldBefore.objects.exists()


def test_a_role_is_recorded_once(start: Opening) -> None:
    start.recorded()
    with pytest.raises(Conflict):
        start.recorded([])


def test_a_critical_skill_takes_only_the_standard_that_is_asked(start: Opening) -> None:
    judging.standard(judging.standard_spec("brief", ("listening",)))
    role = paths.role(paths.requires("listening", 3, critical=True, standard=start.visit.standard_uid))
    (choice,) = skills_to_attest(role, start.person)
    assert [standard.title for standard in choice.standards] == ["Lead a visit"]


def test_nothing_is_attested_that_was_decided_here() -> None:
    work = judging.scene()
    judging.decided(work)
    start = opening.opening("Somebody Else")
    role = paths.role(paths.requires("listening", 3))
    (choice,) = skills_to_attest(role, work.learner)
    assert choice.closed == "Decided here before: that counts."
    with pytest.raises(Invalid):
        start.recorded(start.attests(3, "listening"), person_uid=work.learner.uid, role_version_uid=role.uid)


def test_what_was_decided_meanwhile_is_left_out() -> None:
    work, start = judging.scene(), opening.opening("Somebody Else")
    entry = start.recorded(person_uid=work.learner.uid)
    judging.decided(work)
    assert start.confirmed(entry) == []
    assert RoleHolding.objects.get().person == work.learner
    assert findings() == []


# --- What ends it -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("level", "not_yet"), [(1, ()), (3, ("listening",)), (4, ())])
def test_the_first_decision_takes_its_place(level: int, not_yet: tuple[str, ...]) -> None:
    work, start = judging.scene(), opening.opening("Somebody Else")
    start.confirmed(start.recorded(person_uid=work.learner.uid))
    judging.decided(work, level, not_yet)
    gates = [gate for gate in gates_of([work.learner.pk])[work.learner.pk] if gate.gate == "show"]
    assert {gate.skill for gate in gates} == set(judging.SKILLS) - set(not_yet)
    assert {(gate.level, gate.held_before) for gate in gates} == {(level, False)}
    rows = standings_on([work.learner.pk], clock.now().date())[work.learner.pk]
    assert {row.status for row in rows if row.event.kind == "HELD_BEFORE"} == {"superseded"}
    assert rebuild_gates(check=True) == ([], [])
    assert findings() == []


def test_learning_takes_it_back(start: Opening) -> None:
    event = start.confirmed(start.recorded())[0]
    looked(
        revoke_signoff, actor=start.recorder, event_uid=event.uid, reason="A forged list.", key=basics.key(),
        at=clock.now(),
    )  # fmt: skip
    assert {gate.skill for gate in gates_of([start.person.pk])[start.person.pk]} == {"business"}
    assert rebuild_gates(check=True) == ([], [])
    assert findings() == []


def test_it_ends_by_its_last_day(start: Opening) -> None:
    event = start.confirmed(start.recorded())[0]
    days = [event.valid_until, event.valid_until + timedelta(days=1)]
    found = [standings_on([start.person.pk], day)[start.person.pk] for day in days]
    assert [{row.status for row in rows} for rows in found] == [{"due"}, {"expired"}]


def test_an_entry_that_lay_too_long_is_not_confirmed(start: Opening) -> None:
    entry = start.recorded(at=clock.now() - timedelta(days=400))
    with pytest.raises(Conflict):
        start.confirmed(entry)


def test_of_somebody_who_left_nothing_is_confirmed(start: Opening) -> None:
    entry = start.recorded()
    end_person(
        actor=start.recorder, person_uid=start.person.uid, last_day=clock.now().date(), reason="Left.",
        key=basics.key(), at=clock.now(),
    )  # fmt: skip
    with pytest.raises(Conflict):
        start.confirmed(entry)


# --- Who may ------------------------------------------------------------------------------------------------------


def test_who_may_view_answer_and_confirm_entries(start: Opening) -> None:
    """L&D, but for what is about themself; nobody confirms what they recorded, or what was answered."""
    waits = start.recorded()
    done = start.recorded(person_uid=people.person("Done").uid)
    start.confirmed(done)
    own = start.recorded(person_uid=start.confirmer.uid)
    nobody, everything = set(), {waits, done, own}
    expected = {
        start.recorder: (everything, {waits, own}, nobody),
        start.confirmer: ({waits, done}, {waits}, {waits}),
        start.person: (nobody, nobody, nobody),
        people.with_duty("auditor"): (nobody, nobody, nobody),
    }
    for who, rows in expected.items():
        found = [set(held_before_policy.queryset(people.fresh(who), act)) for act in ("view", "answer", "confirm")]
        assert found == list(rows), who
        assert held_before_policy.may(people.fresh(who), "add") == bool(rows[0])
        assert not held_before_policy.may(people.fresh(who), "view")


def test_who_may_attest_whom(start: Opening) -> None:
    gone = people.person("Gone")
    end_person(
        actor=start.recorder, person_uid=gone.uid, last_day=clock.now().date(), reason="Left.", key=basics.key(),
        at=clock.now(),
    )  # fmt: skip
    found = set(people_policy.queryset(people.fresh(start.recorder), "attest"))
    assert {start.person, start.confirmer} <= found
    assert not {start.recorder, gone} & found
    assert not people_policy.queryset(people.fresh(start.person), "attest").exists()


def test_who_may_see_a_role_and_end_it(start: Opening) -> None:
    coach = people.person("Standing Coach")
    start.confirmed(start.recorded(coach_uid=coach.uid))
    third = people.in_group("Learning administrators", people.person("Third"))
    start.confirmed(start.recorded(person_uid=start.recorder.uid, actor=third))
    ended = people.person("Ended")
    start.confirmed(start.recorded(person_uid=ended.uid, coach_uid=coach.uid))
    RoleHolding.objects.filter(person=ended).update(until_on=SINCE)
    rows = {row.person: row for row in RoleHolding.objects.all()}
    mine, own, over = rows[start.person], rows[start.recorder], rows[ended]
    manager = User.objects.get(full_name="Henrike Manager")
    expected = {
        start.person: ({mine}, set()),
        ended: ({over}, set()),
        coach: (set(), set()),
        manager: ({mine}, set()),
        start.recorder: ({mine, own, over}, {mine, over}),
        people.with_duty("auditor"): ({mine, own, over}, set()),
        people.person("Nobody"): (set(), set()),
    }
    for who, (sees, ends) in expected.items():
        assert set(role_holding_policy.queryset(people.fresh(who), "view")) == sees, who
        assert set(role_holding_policy.queryset(people.fresh(who), "end")) == ends, who


def test_the_coach_sees_what_their_learner_held_before() -> None:
    """Of learners whom they coach now, and of cases of nobody else."""
    work, start = judging.scene(), opening.opening("Somebody Else")
    start.confirmed(start.recorded(person_uid=work.learner.uid))
    start.confirmed(start.recorded())
    other = judging.scene("other")
    start.confirmed(start.recorded(person_uid=other.learner.uid))
    elsewhere = replace(
        other, learner=work.learner, enrolment=paths.enrolment(work.learner, other.enrolment.path_version)
    )
    judging.assigned(elsewhere.enrolment, other.coach)
    judging.decided(elsewhere)
    seen = signoff_policy.queryset(people.fresh(work.coach), "view")
    assert {(event.subject, event.kind) for event in seen} == {(work.learner, "HELD_BEFORE")}
    assert not signoff_policy.queryset(people.fresh(work.coach), "revoke").exists()
    assert signoff_policy.queryset(people.fresh(start.recorder), "revoke").filter(kind="HELD_BEFORE").count() == 6


# --- Accounts of one human ----------------------------------------------------------------------------------------


def test_two_accounts_of_one_human_do_not_record_and_confirm(start: Opening) -> None:
    entry = start.recorded()
    humans.one_human(start.recorder, start.confirmer)
    with pytest.raises(NotAllowed):
        start.confirmed(entry)


@pytest.mark.parametrize("who", ["recorder", "confirmer"])
def test_what_the_other_account_attested_is_taken_back(start: Opening, who: str) -> None:
    start.confirmed(start.recorded())
    third = people.in_group("Learning administrators", people.person("Third"))
    looked(
        join_accounts, actor=third, person_uid=start.person.uid, other_uid=getattr(start, who).uid,
        reason="One person, entered twice.", key=basics.key(), at=clock.now(),
    )  # fmt: skip
    assert {row.status for row in standings_on([start.person.pk], clock.now().date())[start.person.pk]} == {"revoked"}
    assert gates_of([start.person.pk]).get(start.person.pk, []) == []
    assert findings() == []


def test_what_others_attested_stands(start: Opening) -> None:
    start.confirmed(start.recorded())
    third = people.in_group("Learning administrators", people.person("Third"))
    looked(
        join_accounts, actor=third, person_uid=start.person.uid, other_uid=people.person("Twin").uid,
        reason="One person, entered twice.", key=basics.key(), at=clock.now(),
    )  # fmt: skip
    assert len(gates_of([start.person.pk])[start.person.pk]) == 2
    assert findings() == []


def test_a_standing_coach_who_is_the_same_human_is_none(start: Opening) -> None:
    coach = people.person("Twin")
    start.confirmed(start.recorded(coach_uid=coach.uid))
    assert standing_coaches([RoleHolding.objects.get().pk]) == {RoleHolding.objects.get().pk: coach}
    third = people.in_group("Learning administrators", people.person("Third"))
    looked(
        join_accounts, actor=third, person_uid=start.person.uid, other_uid=coach.uid,
        reason="One person, entered twice.", key=basics.key(), at=clock.now(),
    )  # fmt: skip
    assert standing_coaches([RoleHolding.objects.get().pk]) == {}
