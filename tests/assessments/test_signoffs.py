"""After the decision: countersigning, revoking, and what a sign-off is on a day (invariants 1, 3, 4, 8, 9)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Model

from assessments.api import countersign, revoke_signoff, signoff_policy, standings_on
from assessments.models import Case, SignOffEvent, SignOffText
from assessments.services.ledger import signoffs
from assessments.services.ledger.signoffs import status_on
from coaching.models import CoachAssignment, ObserverGrant
from lms.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from lms.models import Act, Notice, SkillGate, StepCompletion, User
from tests.factories import basics, coaching, decisions, notices, paths, people
from tests.shown import looked

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
TABLES: list[type[Model]] = [Case, SignOffEvent, SignOffText, SkillGate, StepCompletion, Act, Notice]
LEARNING = "Learning administrators"
TODAY = basics.MONDAY.date()


@pytest.fixture
def work() -> decisions.DecisionScene:
    """A learner whose coach is their line manager: every sign-off waits for a countersign."""
    work = decisions.decision_scene()
    decisions.make_coach_line_manager(work)
    return work


@pytest.fixture
def waiting(work: decisions.DecisionScene) -> SignOffEvent:
    return decisions.signed(work)


@pytest.fixture
def standing() -> tuple[decisions.DecisionScene, SignOffEvent]:
    work = decisions.decision_scene()
    return work, decisions.signed(work)


def answer(event: SignOffEvent, who: User, **fields: Any) -> SignOffEvent:
    values = {
        "event_uid": event.uid,
        "agree": True,
        "why": "Read both observations.",
        "key": basics.key(),
        "at": basics.MONDAY,
    }
    return looked(countersign, actor=who, **values | fields)


def take_back(event: SignOffEvent, who: User, **fields: Any) -> SignOffEvent:
    values = {
        "event_uid": event.uid,
        "reason": "The customer was not a real one.",
        "key": basics.key(),
        "at": basics.MONDAY,
    }
    return looked(revoke_signoff, actor=who, **values | fields)


def refused(error: type[DomainError], act: Callable[..., object], *args: Any, **fields: Any) -> DomainError:
    """The act is refused with a sentence, and no row changed."""
    before = basics.rows(*TABLES)
    with pytest.raises(error) as raised, transaction.atomic():
        act(*args, **fields)
    assert str(raised.value).strip().endswith(".")
    assert basics.rows(*TABLES) == before
    return raised.value


def status(event: SignOffEvent, on: date = TODAY) -> str:
    found = {item.event.uid: item.status for item in standings_on([event.subject_id], on)[event.subject_id]}
    return found[event.uid]


def shown(event: SignOffEvent) -> bool:
    return SkillGate.objects.filter(person=event.subject, gate="show").exists()


# --- Countersigning -----------------------------------------------------------------------------------------------


def an_observer_of_the_skill(work: decisions.DecisionScene) -> User:
    return coaching.observer(*work.skills)


def learning_and_development(work: decisions.DecisionScene) -> User:
    return people.in_group(LEARNING)


@pytest.mark.parametrize("who", [an_observer_of_the_skill, learning_and_development], ids=lambda find: find.__name__)
def test_a_second_person_stands_behind_it_and_it_counts(
    work: decisions.DecisionScene, waiting: SignOffEvent, who: Callable[[decisions.DecisionScene], User]
) -> None:
    actor = who(work)
    assert (status(waiting), shown(waiting)) == ("awaiting", False)
    follow_up = answer(waiting, actor, at=basics.MONDAY + DAY)
    assert (follow_up.kind, follow_up.about, follow_up.signer) == ("COUNTERSIGNED", waiting, actor)
    assert status(waiting) == "active"
    assert SkillGate.objects.get(gate="show").opened_at == basics.MONDAY + DAY
    done = StepCompletion.objects.get()
    assert (done.completed_at, done.by) == (basics.MONDAY + DAY, actor)


def test_a_refusal_needs_a_reason_and_leaves_nothing_open(work: decisions.DecisionScene, waiting: SignOffEvent) -> None:
    who = an_observer_of_the_skill(work)
    refused(Invalid, answer, waiting, who, agree=False, why=" ")
    refused(Invalid, answer, waiting, who, agree=True, why="")
    follow_up = answer(waiting, who, agree=False, why="Only one place was seen.")
    assert follow_up.kind == "COUNTERSIGN_REFUSED"
    assert (status(waiting), shown(waiting), StepCompletion.objects.count()) == ("refused", False, 0)
    refused(Conflict, answer, waiting, learning_and_development(work))
    refused(Conflict, take_back, waiting, work.coach)


def test_of_two_that_wait_the_older_may_count_until_the_newer_does(
    work: decisions.DecisionScene, waiting: SignOffEvent
) -> None:
    newer = decisions.signed(work, basics.MONDAY + DAY, 4)
    who = learning_and_development(work)
    answer(waiting, who, at=basics.MONDAY + 2 * DAY)
    assert (status(waiting), status(newer)) == ("active", "awaiting")
    answer(newer, who, at=basics.MONDAY + 3 * DAY)
    assert (status(waiting), status(newer)) == ("superseded", "active")
    assert SkillGate.objects.get(gate="show").level == 4


def the_learner(work: decisions.DecisionScene) -> User:
    coaching.grant(work.learner, *work.skills)
    return people.in_group(LEARNING, work.learner)


def the_signer(work: decisions.DecisionScene) -> User:
    return people.in_group(LEARNING, work.coach)


def an_observer_of_the_evidence(work: decisions.DecisionScene) -> User:
    return people.in_group(LEARNING, work.observers[0])


def a_superuser_who_observed(work: decisions.DecisionScene) -> User:
    people.administrator(work.observers[0])
    return User.objects.get(pk=work.observers[0].pk)


def a_superuser_who_signed(work: decisions.DecisionScene) -> User:
    people.administrator(work.coach)
    return User.objects.get(pk=work.coach.pk)


def a_superuser_who_learns(work: decisions.DecisionScene) -> User:
    people.administrator(work.learner)
    return User.objects.get(pk=work.learner.pk)


def another_coach_without_a_grant(work: decisions.DecisionScene) -> User:
    profile = coaching.coach_profile()
    coaching.assign(work.enrolment, profile.person, kind="cover")
    return profile.person


def somebody(work: decisions.DecisionScene) -> User:
    return people.person()


def a_superuser(work: decisions.DecisionScene) -> User:
    return people.administrator()


def with_a_lapsed_grant(work: decisions.DecisionScene) -> User:
    return coaching.observer(*work.skills, until_on=date(2026, 3, 1))


def with_a_revoked_grant(work: decisions.DecisionScene) -> User:
    who = an_observer_of_the_skill(work)
    ObserverGrant.objects.filter(person=who).update(
        revoked_at=basics.MONDAY, revoked_by=work.coach, revoked_reason="Gone."
    )
    return who


def with_a_grant_for_another_skill(work: decisions.DecisionScene) -> User:
    paths.skill("other")
    return coaching.observer("other")


def ended(work: decisions.DecisionScene) -> User:
    who = learning_and_development(work)
    User.objects.filter(pk=who.pk).update(is_active=False, deactivated_at=basics.MONDAY)
    return User.objects.get(pk=who.pk)


def ended_while_the_page_was_open(work: decisions.DecisionScene) -> User:
    who = learning_and_development(work)
    User.objects.filter(pk=who.pk).update(is_active=False, deactivated_at=basics.MONDAY)
    return who


MAY_NOT: list[tuple[Callable[[decisions.DecisionScene], User], type[DomainError]]] = [
    (the_learner, NotAllowed),
    (the_signer, NotAllowed),
    (an_observer_of_the_evidence, NotAllowed),
    (a_superuser_who_learns, NotAllowed),
    (a_superuser_who_signed, NotAllowed),
    (a_superuser_who_observed, NotFound),
    (another_coach_without_a_grant, NotAllowed),
    (somebody, NotFound),
    (a_superuser, NotFound),
    (with_a_lapsed_grant, NotFound),
    (with_a_revoked_grant, NotFound),
    (with_a_grant_for_another_skill, NotFound),
    (ended, NotFound),
    (ended_while_the_page_was_open, NotAllowed),
]


@pytest.mark.parametrize(("who", "error"), MAY_NOT, ids=lambda item: getattr(item, "__name__", ""))
def test_whoever_is_not_entitled_cannot_countersign(
    work: decisions.DecisionScene,
    waiting: SignOffEvent,
    who: Callable[[decisions.DecisionScene], User],
    error: type[DomainError],
) -> None:
    actor = who(work)
    refused(error, answer, waiting, actor)
    refused(error, answer, waiting, actor, agree=False)


def test_a_decision_without_a_flag_waits_for_nobody(standing: tuple[decisions.DecisionScene, SignOffEvent]) -> None:
    _work, event = standing
    refused(NotAllowed, answer, event, people.in_group(LEARNING))


@pytest.mark.parametrize("agree", [True, False])
def test_one_key_is_one_countersign_and_the_same_answer(
    work: decisions.DecisionScene, waiting: SignOffEvent, agree: bool
) -> None:
    """Also for an observer, who sees the decision only because it waited for them."""
    for actor in (an_observer_of_the_skill(work), learning_and_development(work)):
        key = basics.key()
        if SignOffEvent.objects.filter(about=waiting).exists():
            refused(Conflict, answer, waiting, actor, key=key, agree=agree)
            continue
        first = answer(waiting, actor, key=key, agree=agree)
        before = basics.rows(*TABLES)
        assert answer(waiting, actor, key=key, agree=agree) == first
        assert basics.rows(*TABLES) == before


def test_who_countersigned_still_sees_what_they_countersigned(
    work: decisions.DecisionScene, waiting: SignOffEvent
) -> None:
    who = an_observer_of_the_skill(work)
    answer(waiting, who)
    ObserverGrant.objects.filter(person=who).update(until_on=date(2026, 3, 1))
    assert signoff_policy.get(who, "view", uid=waiting.uid) == waiting


def test_without_the_guards_of_the_service_the_database_takes_one_answer(
    work: decisions.DecisionScene, waiting: SignOffEvent, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(waiting, an_observer_of_the_skill(work))
    before = basics.rows(*TABLES)
    monkeypatch.setattr(signoffs, "SETTLED", ())
    monkeypatch.setattr(signoffs, "signoff_policy", OpenPolicy())
    with pytest.raises(IntegrityError, match=r"signoff_countersigned_once|append-only"), transaction.atomic():
        answer(waiting, learning_and_development(work))
    assert basics.rows(SignOffEvent, SignOffText, SkillGate) == {
        name: before[name] for name in ("SignOffEvent", "SignOffText", "SkillGate")
    }


def test_the_database_refuses_the_learner_without_the_services_guards(
    work: decisions.DecisionScene, waiting: SignOffEvent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signoffs, "signoff_policy", OpenPolicy())
    for act in (answer, take_back):
        with pytest.raises(DomainError if act is take_back else IntegrityError) as error, transaction.atomic():
            act(waiting, work.learner)
        assert act is take_back or "signoff_never_of_oneself" in str(error.value)
    assert SignOffEvent.objects.count() == 1


@pytest.mark.parametrize("who", [lambda work: work.coach, lambda work: work.observers[0]], ids=["signer", "observer"])
@pytest.mark.parametrize("agree", [True, False])
def test_the_database_wants_a_third_person_without_the_services_guards(
    work: decisions.DecisionScene,
    waiting: SignOffEvent,
    monkeypatch: pytest.MonkeyPatch,
    who: Callable[[decisions.DecisionScene], User],
    agree: bool,
) -> None:
    monkeypatch.setattr(signoffs, "signoff_policy", OpenPolicy())
    with pytest.raises(IntegrityError, match="does not countersign"), transaction.atomic():
        answer(waiting, who(work), agree=agree)
    assert SignOffEvent.objects.count() == 1


class OpenPolicy:
    """Lets everybody do everything."""

    def get(self, actor: User, action: str, *, uid: Any, **_rest: Any) -> SignOffEvent:
        return SignOffEvent.objects.select_related("case__learner", "case__version", "version", "subject").get(uid=uid)


# --- Revoking -----------------------------------------------------------------------------------------------------


def test_the_coach_takes_back_with_a_reason(standing: tuple[decisions.DecisionScene, SignOffEvent]) -> None:
    work, event = standing
    assert shown(event)
    refused(Invalid, take_back, event, work.coach, reason=" ")
    follow_up = take_back(event, work.coach)
    assert (follow_up.kind, follow_up.about) == ("REVOKED", event)
    assert dict(follow_up.texts.values_list("name", "value"))["why"] == "The customer was not a real one."
    assert (status(event), shown(event)) == ("revoked", False)
    assert StepCompletion.objects.count() == 1, "what was completed stays done"
    assert sum("took back" in text for text in notices.told(work.learner)) == 1


def test_learning_and_development_may_take_back(standing: tuple[decisions.DecisionScene, SignOffEvent]) -> None:
    work, event = standing
    follow_up = take_back(event, learning_and_development(work))
    assert (follow_up.authority, status(event)) == ("learning administrator", "revoked")


def test_taking_back_what_waits_for_a_countersign_ends_the_wait(
    work: decisions.DecisionScene, waiting: SignOffEvent
) -> None:
    take_back(waiting, work.coach)
    assert (status(waiting), shown(waiting)) == ("revoked", False)
    refused(Conflict, answer, waiting, learning_and_development(work))
    assert not shown(waiting)


def test_a_revoked_sign_off_is_revoked_once(standing: tuple[decisions.DecisionScene, SignOffEvent]) -> None:
    work, event = standing
    key = basics.key()
    first = take_back(event, work.coach, key=key)
    before = basics.rows(*TABLES)
    assert take_back(event, work.coach, key=key) == first
    assert basics.rows(*TABLES) == before
    refused(Conflict, take_back, event, work.coach)
    refused(Conflict, take_back, event, learning_and_development(work))


def test_without_the_fold_the_database_takes_one_revocation(
    standing: tuple[decisions.DecisionScene, SignOffEvent], monkeypatch: pytest.MonkeyPatch
) -> None:
    work, event = standing
    take_back(event, work.coach)
    active = signoffs.folded([event])
    monkeypatch.setattr(signoffs, "folded", lambda _events: active)
    refused(Conflict, take_back, event, work.coach)


def an_ex_coach(work: decisions.DecisionScene) -> User:
    CoachAssignment.objects.update(status="handed_over", ended_at=basics.MONDAY)
    return work.coach


def another_coach(work: decisions.DecisionScene) -> User:
    profile = coaching.coach_profile(coaching.observer(*work.skills))
    coaching.assign(work.enrolment, profile.person, kind="cover")
    return profile.person


def the_line_manager(work: decisions.DecisionScene) -> User:
    who = people.person()
    people.team(work.learner, manager=who)
    return who


def an_auditor(work: decisions.DecisionScene) -> User:
    return people.in_group("Auditors")


def ended_coach(work: decisions.DecisionScene) -> User:
    User.objects.filter(pk=work.coach.pk).update(is_active=False, deactivated_at=basics.MONDAY)
    return work.coach


@pytest.mark.parametrize(
    ("who", "error"),
    [
        (the_learner, NotAllowed),
        (a_superuser_who_learns, NotAllowed),
        (an_ex_coach, NotAllowed),
        (another_coach, NotAllowed),
        (the_line_manager, NotAllowed),
        (an_auditor, NotAllowed),
        (an_observer_of_the_skill, NotFound),
        (somebody, NotFound),
        (a_superuser, NotFound),
        (ended, NotFound),
        (ended_while_the_page_was_open, NotAllowed),
        (ended_coach, NotAllowed),
    ],
    ids=lambda item: getattr(item, "__name__", ""),
)
def test_whoever_is_not_entitled_cannot_take_a_sign_off_back(
    standing: tuple[decisions.DecisionScene, SignOffEvent],
    who: Callable[[decisions.DecisionScene], User],
    error: type[DomainError],
) -> None:
    work, event = standing
    refused(error, take_back, event, who(work))
    assert shown(event)


def test_not_yet_and_follow_ups_are_not_taken_back(standing: tuple[decisions.DecisionScene, SignOffEvent]) -> None:
    work, event = standing
    decisions.enough_evidence(work, basics.MONDAY + DAY)
    (later,) = decisions.sign(work, basics.MONDAY + DAY, verdicts=decisions.not_yet_on_all(work, basics.MONDAY + DAY))
    revoked = take_back(event, work.coach)
    for one in (later, revoked):
        refused(NotAllowed, take_back, one, work.coach)


def test_signing_again_after_a_revocation_opens_show_again(
    standing: tuple[decisions.DecisionScene, SignOffEvent],
) -> None:
    work, event = standing
    take_back(event, work.coach)
    again = decisions.signed(work, basics.MONDAY + DAY)
    assert (status(event), status(again), shown(again)) == ("revoked", "active", True)
    assert not SignOffEvent.objects.filter(kind="SUPERSEDED").exists()


# --- On a day -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "expected"), [(61, "active"), (60, "due"), (1, "due"), (0, "due"), (-1, "expired"), (-400, "expired")]
)
def test_a_sign_off_is_due_sixty_days_before_its_end_and_expires_after_it(
    standing: tuple[decisions.DecisionScene, SignOffEvent], days: int, expected: str
) -> None:
    _work, event = standing
    assert event.valid_until is not None
    assert status(event, event.valid_until - timedelta(days=days)) == expected


def test_only_an_active_sign_off_becomes_due_or_expires(standing: tuple[decisions.DecisionScene, SignOffEvent]) -> None:
    work, event = standing
    take_back(event, work.coach)
    assert event.valid_until is not None
    assert status(event, event.valid_until + DAY) == "revoked"
    (item,) = standings_on([work.learner.pk], basics.MONDAY.date())[work.learner.pk]
    assert status_on(item.signoff, event.valid_until, 60) == "revoked"


def test_standings_are_newest_first_and_of_the_people_asked_for(
    standing: tuple[decisions.DecisionScene, SignOffEvent],
) -> None:
    work, event = standing
    new = decisions.signed(work, basics.MONDAY + DAY)
    other = people.person()
    found = standings_on([work.learner.pk, other.pk], basics.MONDAY.date())
    assert [item.event.uid for item in found[work.learner.pk]] == [new.uid, event.uid]
    assert found[other.pk] == []
