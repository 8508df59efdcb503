"""Deciding: by whom, on what, once, and what follows from it (invariants 1, 2, 3, 8, 9, 10)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Model
from django.test.utils import CaptureQueriesContext

from assessments.api import countersign, read_observations, standings_on
from assessments.errors import AlreadyDecided, EvidenceMissing
from assessments.models import Case, SignOffEvent, SignOffText
from assessments.rules.evidence import EvidenceFinding
from assessments.rules.specs import EvidenceRule
from assessments.services.cases import decisions as decisions_service
from assessments.services.cases.decisions import Entrust, NotYet, Verdict, decide_case
from assessments.services.ledger import chain as ledger
from assessments.services.ledger.authority import Authority
from coaching.models import Absence, CoachAssignment, CoachProfile, ObserverGrant
from lms.api import calendars
from lms.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from lms.models import Act, Membership, Notice, SkillGate, StepCompletion, User
from lms.rules.days import months_later
from tests.factories import basics, coaching, decisions, paths, people
from tests.shown import looked, seen

pytestmark = pytest.mark.django_db

DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)
TABLES: list[type[Model]] = [Case, SignOffEvent, SignOffText, SkillGate, StepCompletion, Act, Notice]


@pytest.fixture
def work() -> decisions.DecisionScene:
    """A case with just enough evidence."""
    work = decisions.decision_scene()
    decisions.enough_evidence(work, basics.MONDAY - timedelta(hours=1))
    return work


def refused(error: type[DomainError], work: decisions.DecisionScene, **fields: Any) -> DomainError:
    """The decision is refused with a sentence, and no row changed."""
    before = basics.rows(*TABLES)
    with pytest.raises(error) as raised, transaction.atomic():
        decisions.sign(work, **fields)
    assert str(raised.value).strip().endswith(".")
    assert basics.rows(*TABLES) == before
    return raised.value


def shown(work: decisions.DecisionScene) -> list[tuple[str, int | None, date | None]]:
    gates = SkillGate.objects.filter(person=work.learner, gate="show").order_by("skill__slug", "level")
    return list(gates.values_list("skill__slug", "level", "valid_until"))


# --- What a decision makes ----------------------------------------------------------------------------------------


def test_a_sign_off_opens_show_and_completes_the_step(work: decisions.DecisionScene) -> None:
    (event,) = decisions.sign(work, level=4)
    end = date(2027, 3, 2)
    assert (event.kind, event.level, event.valid_until, event.flags) == ("SIGNED", 4, end, [])
    assert (event.subject, event.signer, event.authority) == (work.learner, work.coach, "coach")
    assert shown(work) == [("discovery", 4, end)]
    gate = SkillGate.objects.get(gate="show")
    assert (gate.source, gate.standard_uid, gate.opened_at) == (
        f"signoff:{event.uid}",
        work.standard_uid,
        basics.MONDAY,
    )
    done = StepCompletion.objects.get()
    assert (done.step.uid, done.by, done.completed_at) == (work.step_uid, work.coach, basics.MONDAY)
    assert (work.case.status, work.case.decided_at) == ("decided", basics.MONDAY)
    assert Notice.objects.filter(person=work.learner).latest("pk").text.startswith("Coach decided")


def test_not_yet_says_the_next_step_and_opens_nothing(work: decisions.DecisionScene) -> None:
    (event,) = decisions.sign(work, verdicts=decisions.not_yet_on_all(work))
    assert (event.kind, event.level, event.valid_until) == ("NOT_YET", None, None)
    texts = dict(event.texts.values_list("name", "value"))
    assert texts["next_step"] == "Ask once more before you answer."
    assert texts["retry_on"] == "2026-03-16"
    assert (shown(work), StepCompletion.objects.count(), work.case.status) == ([], 0, "decided")


def test_a_step_is_done_only_when_every_skill_of_its_standard_is_signed() -> None:
    work = decisions.decision_scene("visit", "listening", "numbers")
    decisions.enough_evidence(work, basics.MONDAY - DAY)
    mixed: dict[str, Verdict] = {"listening": Entrust(3), **decisions.not_yet_on_all(work)}
    mixed["listening"] = Entrust(3)
    first, second = decisions.sign(work, verdicts=mixed)
    assert [(event.skill.slug, event.kind) for event in (first, second)] == [
        ("listening", "SIGNED"),
        ("numbers", "NOT_YET"),
    ]
    assert first.key == second.key
    assert ([row[0] for row in shown(work)], StepCompletion.objects.count()) == (["listening"], 0)
    decisions.enough_evidence(work, basics.MONDAY + DAY)
    decisions.sign(work, basics.MONDAY + DAY)
    assert ([row[0] for row in shown(work)], StepCompletion.objects.count()) == (["listening", "numbers"], 1)


# --- Invariant 2: the evidence rule at that moment ----------------------------------------------------------------


def test_the_decision_keeps_what_it_rested_on(work: decisions.DecisionScene) -> None:
    seen = {str(row.uid) for row in work.case.observations.all()}
    (event,) = decisions.sign(work)
    assert set(event.payload["satisfying"]) == set(event.payload["observations"]) == seen
    assert event.payload["by_exception"] is False
    assert event.payload["rule"] == {
        "observations": [2, 2],
        "observers": [2, 2],
        "contexts": [2, 2],
        "latest": [2, 2],
        "from_coach": [0, 1],
    }
    assert event.version == work.version


def test_without_evidence_there_is_no_sign_off() -> None:
    work = decisions.decision_scene()
    decisions.watch(work, work.another())
    error = refused(EvidenceMissing, work, level=1)
    assert list(error.fields) == ["discovery-level"]
    decisions.sign(work, verdicts=decisions.not_yet_on_all(work))


@pytest.mark.parametrize("level", [0, 5, 6, -1])
def test_no_level_beyond_what_the_standard_grants(work: decisions.DecisionScene, level: int) -> None:
    refused(EvidenceMissing, work, level=level)
    decisions.sign(work, level=4)


def test_evidence_that_was_enough_may_be_too_old_when_deciding(work: decisions.DecisionScene) -> None:
    assert work.case.status == "ready"
    refused(EvidenceMissing, work, at=basics.MONDAY + 60 * DAY, level=1)
    decisions.sign(work, basics.MONDAY + 59 * DAY)


def test_one_prompted_observation_by_the_coach_allows_level_two() -> None:
    work = decisions.decision_scene()
    decisions.watch(work, work.coach, supervision=3)
    refused(EvidenceMissing, work, at=basics.MONDAY + DAY, level=3)
    (event,) = decisions.sign(work, basics.MONDAY + DAY, 2)
    assert (event.level, event.payload["by_exception"]) == (2, True)


def test_the_exception_is_the_deciding_coachs_own() -> None:
    work = decisions.decision_scene()
    decisions.watch(work, work.another(), supervision=5)
    refused(EvidenceMissing, work, at=basics.MONDAY + DAY, level=2)


def test_there_is_no_exception_on_a_high_risk_standard() -> None:
    work = decisions.decision_scene(risk="high")
    decisions.watch(work, work.coach, supervision=5)
    refused(EvidenceMissing, work, at=basics.MONDAY + DAY, level=1)


def test_a_high_risk_standard_wants_two_observers_whatever_its_rule_says() -> None:
    work = decisions.decision_scene(risk="high", rule=EvidenceRule(1, 1, 1, 3, 1, 60, 1))
    decisions.watch(work, work.another())
    refused(EvidenceMissing, work, at=basics.MONDAY + DAY, level=1)
    decisions.watch(work, work.another())
    decisions.sign(work, basics.MONDAY + DAY, 4)


def test_one_skill_without_evidence_holds_back_the_whole_decision() -> None:
    work = decisions.decision_scene("visit", "listening", "numbers")
    decisions.watch(work, work.another(), supervision={"listening": 4, "numbers": 2})
    decisions.watch(work, work.another(), supervision={"listening": 4, "numbers": 2}, context="on the phone")
    error = refused(EvidenceMissing, work, at=basics.MONDAY + DAY)
    assert list(error.fields) == ["numbers-level"]


def test_a_case_is_decided_by_the_version_that_it_was_opened_on(work: decisions.DecisionScene) -> None:
    decisions.plain_standard(rule=EvidenceRule(9, 9, 3, 5, 9, 1, 0), at=basics.MONDAY)
    (event,) = decisions.sign(work)
    assert event.version == work.version


# --- Words --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("why", {"why": "  "}),
        ("discovery-next_step", {"verdicts": {"discovery": NotYet(" ", basics.MONDAY.date() + DAY)}}),
        ("discovery-retry_on", {"verdicts": {"discovery": NotYet("Ask again.", basics.MONDAY.date())}}),
        ("discovery-verdict", {"verdicts": {}}),
        ("discovery-verdict", {"verdicts": {"other": Entrust(3)}}),
    ],
)
def test_a_decision_says_why_and_decides_every_skill(
    work: decisions.DecisionScene, field: str, fields: dict[str, Any]
) -> None:
    assert field in refused(Invalid, work, **fields).fields


# --- Invariants 1 and 3: who may decide ---------------------------------------------------------------------------


def the_learner(work: decisions.DecisionScene) -> User:
    coaching.grant(work.learner, *work.skills)
    return work.learner


def the_learner_as_their_own_coach(work: decisions.DecisionScene) -> User:
    CoachProfile.objects.filter(person=work.coach).update(person=the_learner(work))
    return User.objects.get(pk=work.learner.pk)


def the_learner_as_superuser(work: decisions.DecisionScene) -> User:
    people.administrator(the_learner(work))
    return User.objects.get(pk=work.learner.pk)


def a_superuser(work: decisions.DecisionScene) -> User:
    who = coaching.observer(*work.skills)
    people.administrator(who)
    return User.objects.get(pk=who.pk)


def a_learning_administrator(work: decisions.DecisionScene) -> User:
    return people.in_group("Learning administrators", coaching.observer(*work.skills))


def the_manager(work: decisions.DecisionScene) -> User:
    who = coaching.observer(*work.skills)
    people.team(work.learner, manager=who)
    return who


def an_observer_of_the_case(work: decisions.DecisionScene) -> User:
    return work.observers[0]


def an_ex_coach(work: decisions.DecisionScene) -> User:
    CoachAssignment.objects.update(status="handed_over", ended_at=basics.MONDAY)
    return work.coach


def an_ex_coach_who_observed(work: decisions.DecisionScene) -> User:
    decisions.watch(work, work.coach, basics.MONDAY - SECOND, context="on video")
    return an_ex_coach(work)


def a_coach_who_coaches_nobody_any_more(work: decisions.DecisionScene) -> User:
    CoachProfile.objects.update(ended_on=date(2026, 1, 1))
    return work.coach


def a_coach_proposed_but_not_active(work: decisions.DecisionScene) -> User:
    CoachAssignment.objects.update(status="proposed")
    return work.coach


def with_a_lapsed_grant(work: decisions.DecisionScene) -> User:
    ObserverGrant.objects.filter(person=work.coach).update(until_on=basics.MONDAY.date() - DAY)
    return work.coach


def with_a_revoked_grant(work: decisions.DecisionScene) -> User:
    grants = ObserverGrant.objects.filter(person=work.coach)
    grants.update(revoked_at=basics.MONDAY, revoked_by=work.learner, revoked_reason="Moved away.")
    return work.coach


def with_a_grant_from_later(work: decisions.DecisionScene) -> User:
    ObserverGrant.objects.filter(person=work.coach).update(granted_at=basics.MONDAY + SECOND)
    return work.coach


def ended_while_the_form_was_open(work: decisions.DecisionScene) -> User:
    """Their row says so; the object that the request holds was read before."""
    User.objects.filter(pk=work.coach.pk).update(is_active=False, deactivated_at=basics.MONDAY)
    return work.coach


def ended(work: decisions.DecisionScene) -> User:
    ended_while_the_form_was_open(work)
    return User.objects.get(pk=work.coach.pk)


NOT_THEIRS: list[tuple[Callable[[decisions.DecisionScene], User], type[DomainError]]] = [
    (the_learner, NotAllowed),
    (the_learner_as_their_own_coach, NotAllowed),
    (the_learner_as_superuser, NotAllowed),
    (a_superuser, NotFound),
    (a_learning_administrator, NotFound),
    (the_manager, NotFound),
    (an_observer_of_the_case, NotAllowed),
    (an_ex_coach, NotFound),
    (an_ex_coach_who_observed, NotAllowed),
    (a_coach_who_coaches_nobody_any_more, NotFound),
    (a_coach_proposed_but_not_active, NotFound),
    (with_a_lapsed_grant, NotAllowed),
    (with_a_revoked_grant, NotAllowed),
    (with_a_grant_from_later, NotAllowed),
    (ended_while_the_form_was_open, NotAllowed),
    (ended, NotFound),
]


@pytest.mark.parametrize(("who", "error"), NOT_THEIRS, ids=lambda item: getattr(item, "__name__", ""))
def test_only_the_present_coach_with_a_grant_decides(
    work: decisions.DecisionScene, who: Callable[[decisions.DecisionScene], User], error: type[DomainError]
) -> None:
    actor = who(work)
    refused(error, work, actor=actor)
    refused(error, work, actor=actor, verdicts=decisions.not_yet_on_all(work))


def test_a_grant_is_needed_for_every_skill_of_the_standard() -> None:
    work = decisions.decision_scene("visit", "listening", "numbers")
    decisions.enough_evidence(work, basics.MONDAY - DAY)
    ObserverGrant.objects.filter(person=work.coach, skill__slug="numbers").delete()
    error = refused(NotAllowed, work)
    assert "Numbers" in str(error)


def test_the_stand_in_decides_while_the_coach_is_away(work: decisions.DecisionScene) -> None:
    cover = coaching.coach_profile(coaching.observer(*work.skills, name="Cover"), load=0)
    refused(NotFound, work, actor=cover.person)
    away = CoachProfile.objects.get(person=work.coach)
    days = {"from_on": date(2026, 1, 1), "until_on": decisions.LATER}
    basics.logged(Absence.objects.create(coach=away, cover=cover, said_at=basics.MONDAY - HOUR, **days))
    away.cover, away.away_from, away.away_until = cover, days["from_on"], days["until_on"]
    away.save()
    (event,) = decisions.sign(work, actor=cover.person)
    assert (event.signer, event.authority) == (cover.person, "stand-in of the coach")


def test_a_locked_demonstration_is_not_decided() -> None:
    decisions.plain_standard()
    step = decisions.demonstration_step(unlock={"all": [{"skill": "discovery", "gate": "try"}]})
    path = paths.path(step, role_version=paths.role(paths.requires("discovery")))
    enrolment = paths.enrolment(people.person("Learner"), path)
    profile = coaching.coach_profile(coaching.observer("discovery"))
    assignment = coaching.assign(enrolment, profile.person)
    work = decisions.DecisionScene(decisions.plain_standard(), enrolment, profile.person, assignment)
    skill = paths.skill("discovery")
    decisions.enough_evidence(work, basics.MONDAY - DAY)
    SkillGate.objects.filter(gate="do").delete()
    refused(NotAllowed, work)
    SkillGate.objects.create(person=work.learner, skill=skill, gate="try", source="try:1", opened_at=basics.MONDAY)
    decisions.sign(work)


# --- Invariant 3: flags -------------------------------------------------------------------------------------------


def provisional(work: decisions.DecisionScene) -> None:
    ObserverGrant.objects.filter(person=work.coach).update(basis="provisional")


def reports_to_learner(work: decisions.DecisionScene) -> None:
    people.team(work.coach, manager=work.learner)


def reciprocal(work: decisions.DecisionScene) -> None:
    """The learner signed the coach an hour before MONDAY."""
    other = decisions.decision_scene("other")
    CoachProfile.objects.filter(person=other.coach).update(person=work.learner)
    coaching.grant(work.learner, "other")
    other.coach = work.learner
    type(other.enrolment).objects.filter(pk=other.enrolment.pk).update(person=work.coach)
    other.enrolment.refresh_from_db()
    decisions.signed(other, basics.MONDAY - HOUR)


FLAGS = {
    "provisional": provisional,
    "line_manager": decisions.make_coach_line_manager,
    "reports_to_learner": reports_to_learner,
    "reciprocal": reciprocal,
}


@pytest.mark.parametrize("flag", FLAGS)
def test_a_decision_that_may_be_partial_waits_for_a_countersign(work: decisions.DecisionScene, flag: str) -> None:
    FLAGS[flag](work)
    (event,) = decisions.sign(work)
    assert event.flags == [flag]
    assert (shown(work), StepCompletion.objects.filter(enrolment=work.enrolment).count()) == ([], 0)
    (standing,) = standings_on([work.learner.pk], basics.MONDAY.date())[work.learner.pk]
    assert standing.status == "awaiting"


def test_what_is_long_past_is_not_reciprocal(work: decisions.DecisionScene) -> None:
    reciprocal(work)
    at = basics.MONDAY - HOUR + 90 * DAY
    assert decisions.signed(work, at).flags == ["reciprocal"]
    assert decisions.signed(work, at + SECOND).flags == []


def test_a_manager_of_the_past_is_no_line_manager(work: decisions.DecisionScene) -> None:
    decisions.make_coach_line_manager(work)
    Membership.objects.filter(person=work.coach).update(until_on=basics.MONDAY.date() - DAY)
    (event,) = decisions.sign(work)
    assert event.flags == []


def test_not_yet_needs_no_countersign(work: decisions.DecisionScene) -> None:
    decisions.make_coach_line_manager(work)
    (event,) = decisions.sign(work, verdicts=decisions.not_yet_on_all(work))
    assert event.flags == []


# --- Invariant 8: once --------------------------------------------------------------------------------------------


def test_the_same_key_is_one_decision_and_the_same_answer(work: decisions.DecisionScene) -> None:
    key, case = basics.key(), work.case
    fields = {"actor": work.coach, "case_uid": case.uid, "why": "Seen.", "key": key, "at": basics.MONDAY}
    first = looked(decide_case, **fields, verdicts=decisions.entrust_all(work))
    before = basics.rows(*TABLES)
    assert looked(decide_case, **fields, verdicts=decisions.entrust_all(work)) == first
    for other in (
        {"verdicts": decisions.not_yet_on_all(work)},
        {"verdicts": decisions.entrust_all(work), "why": "Otherwise."},
    ):
        with pytest.raises(AlreadyDecided, match="other content"):
            looked(decide_case, **fields | other)
    assert basics.rows(*TABLES) == before


def test_a_key_of_another_decision_is_refused_and_changes_nothing(work: decisions.DecisionScene) -> None:
    (first,) = decisions.sign(work)
    elsewhere = decisions.decision_scene("story", "stories")
    decisions.enough_evidence(elsewhere, basics.MONDAY + DAY)
    read_observations(actor=elsewhere.coach, case_uid=elsewhere.case.uid, key=basics.key(), at=basics.MONDAY + DAY)
    before = basics.rows(*TABLES)
    with pytest.raises(Conflict, match="already used for something else"):
        decisions.sign(elsewhere, basics.MONDAY + DAY, key=first.key)
    assert basics.rows(*TABLES) == before


def test_another_key_finds_the_case_decided(work: decisions.DecisionScene) -> None:
    decisions.sign(work)
    refused(AlreadyDecided, work)
    refused(AlreadyDecided, work, verdicts=decisions.not_yet_on_all(work))


def test_somebody_elses_key_gives_nothing_away(work: decisions.DecisionScene) -> None:
    (event,) = decisions.sign(work)
    with pytest.raises(NotFound), transaction.atomic():
        decisions.sign(work, actor=people.person(), key=event.key)


# --- Invariant 10: renewal ----------------------------------------------------------------------------------------


def test_a_newer_sign_off_takes_the_place_of_the_older_and_history_stays(work: decisions.DecisionScene) -> None:
    (old,) = decisions.sign(work, level=2)
    new = decisions.signed(work, basics.MONDAY + DAY, 4)
    assert [(row[1]) for row in shown(work)] == [4]
    assert list(SignOffEvent.objects.values_list("kind", "about__uid")) == [
        ("SIGNED", None),
        ("SIGNED", None),
        ("SUPERSEDED", old.uid),
    ]
    assert SignOffEvent.objects.get(uid=old.uid).level == 2
    statuses = {
        item.event.uid: item.status for item in standings_on([work.learner.pk], basics.MONDAY.date())[work.learner.pk]
    }
    assert statuses == {old.uid: "superseded", new.uid: "active"}


def test_a_sign_off_on_another_standard_stands_beside_it() -> None:
    first, second = decisions.decision_scene("phone", "listening"), decisions.decision_scene("visit", "listening")
    path = paths.path(
        decisions.demonstration_step("visit", "listening"), role_version=paths.role(paths.requires("listening"))
    )
    second.enrolment = paths.enrolment(first.learner, path)
    coaching.assign(second.enrolment, second.coach)
    decisions.signed(first, level=2)
    decisions.signed(second, basics.MONDAY + DAY, 4)
    assert [row[1] for row in shown(first)] == [2, 4]


def test_the_old_level_stays_valid_until_the_new_decision_counts(work: decisions.DecisionScene) -> None:
    (old,) = decisions.sign(work, level=2)
    decisions.make_coach_line_manager(work)
    new = decisions.signed(work, basics.MONDAY + DAY, 4)
    assert [row[1] for row in shown(work)] == [2], "the new one still waits for a countersign"
    ld = people.in_group("Learning administrators")
    looked(
        countersign,
        actor=ld,
        event_uid=new.uid,
        agree=True,
        why="Read the notes.",
        key=basics.key(),
        at=basics.MONDAY + DAY,
    )
    assert [row[1] for row in shown(work)] == [4]
    assert SignOffEvent.objects.get(kind="SUPERSEDED").about == old


def test_not_yet_on_a_renewal_leaves_the_old_sign_off_valid(work: decisions.DecisionScene) -> None:
    decisions.sign(work, level=3)
    decisions.enough_evidence(work, basics.MONDAY + DAY)
    decisions.sign(work, basics.MONDAY + DAY, verdicts=decisions.not_yet_on_all(work, basics.MONDAY + DAY))
    assert [row[1] for row in shown(work)] == [3]


def test_what_waited_for_a_countersign_cannot_push_out_what_is_newer(work: decisions.DecisionScene) -> None:
    """Signed low and flagged; signed higher by somebody without a flag; then the first is countersigned."""
    decisions.make_coach_line_manager(work)
    (low,) = decisions.sign(work, level=2)
    Membership.objects.filter(person=work.coach).delete()
    high = decisions.signed(work, basics.MONDAY + DAY, 4)
    ld = people.in_group("Learning administrators")
    with pytest.raises(Conflict), transaction.atomic():
        looked(
            countersign,
            actor=ld,
            event_uid=low.uid,
            agree=True,
            why="Read it.",
            key=basics.key(),
            at=basics.MONDAY + DAY,
        )
    assert [row[1] for row in shown(work)] == [4]
    statuses = {
        item.event.uid: item.status for item in standings_on([work.learner.pk], basics.MONDAY.date())[work.learner.pk]
    }
    assert statuses == {low.uid: "superseded", high.uid: "active"}


def test_validity_ends_on_the_day_that_the_standard_gives() -> None:
    work = decisions.decision_scene(valid_months=6)
    event = decisions.signed(work, basics.MONDAY)
    assert event.valid_until == months_later(basics.MONDAY.date(), 6) == date(2026, 9, 2)


# --- With the guard of the service taken away, the database's own still stands ------------------------------------


def without(monkeypatch: pytest.MonkeyPatch, **guards: Callable[..., Any]) -> None:
    """Take guards of ``decide`` away."""
    for name, instead in guards.items():
        monkeypatch.setattr(decisions_service, name, instead)


class OpenPolicy:
    """Lets everybody do everything."""

    def get(self, actor: User, action: str, *, uid: Any, **_rest: Any) -> Case:
        return Case.objects.select_related("learner", "enrolment__person", "version").get(uid=uid)


def database_refuses(name: str, act: Callable[[], object]) -> None:
    before = basics.rows(*TABLES)
    with pytest.raises(IntegrityError, match=f"{name}|append-only"), transaction.atomic():
        act()
    assert basics.rows(*TABLES) == before


def test_without_the_policy_the_service_still_refuses_ones_own_sign_off(
    work: decisions.DecisionScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    without(monkeypatch, case_policy=OpenPolicy())
    assert "Nobody signs for themselves." in str(refused(NotAllowed, work, actor=the_learner(work)))


def test_without_the_policy_the_database_refuses_ones_own_sign_off(
    work: decisions.DecisionScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    without(
        monkeypatch,
        case_policy=OpenPolicy(),
        _check_authority=lambda *_rest: None,
        to_decide=lambda *_rest: Authority("coach", {}),
    )
    database_refuses("signoff_never_of_oneself", lambda: decisions.sign(work, actor=work.learner))


def test_the_database_refuses_a_second_decision_without_conditional_close(
    work: decisions.DecisionScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    decisions.sign(work)
    without(monkeypatch, _close=lambda *_rest: None, _check_shown=lambda *_rest: None)
    database_refuses("signoff_decided_once", lambda: decisions.sign(work))


def test_without_reading_the_key_the_database_refuses_it(
    work: decisions.DecisionScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    (event,) = decisions.sign(work)
    decisions.enough_evidence(work, basics.MONDAY + DAY)
    without(monkeypatch, _made_with=lambda *_rest: [], _check_shown=lambda *_rest: None)
    database_refuses("signoff_key_once_per_skill", lambda: decisions.sign(work, basics.MONDAY + DAY, key=event.key))


def test_without_the_rule_the_database_still_wants_a_level_of_the_scale(
    work: decisions.DecisionScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = decisions_service.grounds_of

    def generous(*args: Any) -> Any:
        grounds = real(*args)
        for slug in grounds.finding.findings:
            grounds.finding.findings[slug] = EvidenceFinding((), met=True, ceiling=99, satisfying=())
        return grounds

    unlooked = {"_check_shown": lambda *_rest: None, "ENTRUSTMENT": dict.fromkeys(range(100), "x")}
    without(monkeypatch, grounds_of=generous, **unlooked)
    monkeypatch.setattr(ledger, "meaning_of", lambda *_rest: "entrusted.5")
    monkeypatch.setattr(ledger, "_words", lambda *_rest: "x")
    database_refuses("signoff_level_only_when_signed", lambda: decisions.sign(work, level=6))


def test_deciding_two_skills_costs_the_same_however_much_was_seen() -> None:
    costs = []
    calendars()  # kept for a minute
    for extra in (0, 6):
        work = decisions.decision_scene(f"visit-{extra}", f"visit-{extra}", f"figures-{extra}")
        case = decisions.enough_evidence(work)
        for number in range(extra):
            decisions.watch(work, work.another(), basics.MONDAY + timedelta(minutes=number))
        verdicts, at = decisions.entrust_all(work), basics.MONDAY + timedelta(days=1)
        said: dict[str, Any] = {"actor": work.coach, "case_uid": case.uid}
        shown = seen(decide_case, **said, at=at)
        with CaptureQueriesContext(connection) as captured:
            decide_case(**said, verdicts=verdicts, why="Twice.", shown=shown, key=basics.key(), at=at)
        costs.append(sum("SAVEPOINT" not in query["sql"] for query in captured.captured_queries))
    assert costs[0] == costs[1]
    assert costs[0] <= 50, "with whoever is told that the learner is ready; two more are the session and the user"
