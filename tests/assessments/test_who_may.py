"""Who may do what in judging: everybody, every action, every row (``tests.who_may``)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from assessments.models import Attempt, Case, Request, SignOffEvent
from assessments.policies import attempt_policy, case_policy, cases, request_policy, signoff_policy
from coaching.models import CoachProfile
from lms import clock
from lms.api import AUDITORS, LEARNING_ADMINISTRATORS, User, everybody
from tests.factories import basics, coaching, decisions, paths, people, practice
from tests.who_may import hold

pytestmark = pytest.mark.django_db

NAMES = "asked takenback ex cover away resting coming abroad granted stander lapsed revoked chief moa boss gone"
DAY = timedelta(days=1)
COACHES = "coach cover"
ALL_SEE = "learning training auditor"
STAND_BEHIND = "granted stander ex"
"""Who has a grant for the skill, and neither signed nor observed. ``ex`` was the coach."""


@pytest.fixture
def work() -> decisions.DecisionScene:
    """The coach is the learner's line manager too, so that decisions wait for a countersign."""
    return decisions.decision_scene()


@pytest.fixture
def cast(work: decisions.DecisionScene) -> dict[str, User]:
    persons = {name: people.person(name.capitalize()) for name in NAMES.split()}
    persons |= {"learner": work.learner, "coach": work.coach, "seer": work.another(), "watcher": work.another()}
    for name in ("learning", "training", "gone"):
        persons[name] = people.in_group(LEARNING_ADMINISTRATORS, persons.get(name))
    persons["auditor"] = people.in_group(AUDITORS)
    people.administrator(persons["boss"])
    User.objects.filter(pk=persons["gone"].pk).update(is_active=False, deactivated_at=basics.MONDAY)
    people.team(work.learner, manager=work.coach, parent=people.team(manager=persons["chief"]))
    people.team(manager=persons["moa"])
    for name in (*STAND_BEHIND.split(), "gone"):
        coaching.grant(persons[name], *work.skills)
    coaching.grant(persons["lapsed"], *work.skills, until_on=clock.now().date() - DAY)
    revoked = {"revoked_at": basics.MONDAY, "revoked_by": work.coach, "revoked_reason": "Left the field."}
    coaching.grant(persons["revoked"], *work.skills, **revoked)
    profiles = {name: coaching.coach_profile(persons[name]) for name in ("ex", "cover", "granted")}
    coaching.assign(work.enrolment, profiles["cover"].person, kind="cover")
    coaching.assign(work.enrolment, profiles["ex"].person, status="ended", ended_at=basics.MONDAY)
    today = clock.now().date()
    away = {
        "away": (today, today, "cover"),
        "resting": (today - DAY, today - DAY, "cover"),
        "coming": (today + DAY, today + DAY, "cover"),
        "abroad": (today, today, "granted"),
    }
    for name, (away_from, away_until, by) in away.items():
        coaching.coach_profile(persons[name], away_from=away_from, away_until=away_until, cover=profiles[by])
    return persons


@pytest.fixture
def open_cases(work: decisions.DecisionScene, cast: dict[str, User]) -> dict[str, Case]:
    """A collecting and a ready one, and one on a path that stands still."""
    return {
        "collecting": a_case(work),
        "ready": a_case(work, status="ready"),
        "paused": a_case(work, paths.enrolment(work.learner, paths.path(paths.step("practice")), status="paused")),
    }


@pytest.fixture
def events(work: decisions.DecisionScene, cast: dict[str, User]) -> dict[str, SignOffEvent]:
    """One of each kind that a rule tells apart, each in a case of its own."""
    for name in ("seer", "watcher"):
        decisions.watch(work, cast[name], context="on site" if name == "seer" else "on the phone")
    waiting = decisions.sign(work)[0]

    def happened(who: str, enrolment: Any = None, **fields: Any) -> SignOffEvent:
        case = fields.pop("case_id", 0) or a_case(work, enrolment, status="decided", decided_at=basics.MONDAY).pk
        values = {"case_id": case, "signer_id": cast[who].pk, "flags": [], "this_hash": 2 * uuid4().hex}
        made = decisions.raw_event(waiting, **values | fields)
        made.save(force_insert=True)
        return made

    flagged = {"flags": ["line_manager"]}
    nothing = {"level": None, "valid_until": None}
    settled = happened("coach", **flagged)
    own = paths.enrolment(cast["learning"], paths.path(paths.step("practice")))
    return {
        "waiting": waiting,
        "plain": happened("coach"),
        "of ex": happened("ex"),
        "settled": settled,
        "answer": happened("stander", kind="COUNTERSIGNED", about_id=settled.pk, case_id=settled.case_id, **nothing),
        "not yet": happened("coach", kind="NOT_YET", **nothing, **flagged),
        "hers": happened("coach", own, subject_id=cast["learning"].pk, **flagged),
    }


def a_case(work: decisions.DecisionScene, enrolment: Any = None, **fields: Any) -> Case:
    enrolment = enrolment or work.enrolment
    about = {"version": work.version, "standard_uid": uuid4(), "opened_at": basics.MONDAY}
    return Case.objects.create(enrolment=enrolment, learner=enrolment.person, **about | fields)


def asks(case: Case, who: User, **fields: Any) -> Request:
    number = Request.objects.count()
    planned = {"planned_on": basics.MONDAY.date() + number * DAY, "context": "on site", "made_at": basics.MONDAY}
    return Request.objects.create(case=case, observer=who, **planned | fields)


def test_who_may_view_feed_and_decide_cases(
    cast: dict[str, User], open_cases: dict[str, Case], events: dict[str, SignOffEvent]
) -> None:
    asks(open_cases["collecting"], cast["asked"])
    asks(open_cases["collecting"], cast["takenback"], status="withdrawn")
    decided = {name: event.case for name, event in events.items() if name != "answer"}
    rows = open_cases | decided
    theirs = dict.fromkeys(rows, f"learner {COACHES} auditor")
    expected = {
        "view": theirs
        | {
            "collecting": f"{theirs['collecting']} asked",
            "paused": "learner auditor",
            "waiting": f"{theirs['waiting']} seer watcher {STAND_BEHIND} learning training",
            "hers": f"auditor {STAND_BEHIND} seer watcher learning training",
        },
        "feed": {"collecting": "learner", "ready": "learner"},
        "decide": dict.fromkeys(rows, COACHES) | {"paused": "", "hers": ""},
    }
    hold(case_policy, cast, rows, expected | {"read": expected["decide"]})


def test_who_may_view_answer_and_withdraw_requests(cast: dict[str, User], open_cases: dict[str, Case]) -> None:
    case = open_cases["collecting"]
    states = {"open": "open", "accepted": "accepted", "observed": "observed", "declined": "declined"}
    rows = {name: asks(case, cast["asked"], status=status) for name, status in states.items()}
    rows |= {
        "withdrawn": asks(case, cast["takenback"], status="withdrawn"),
        "of oneself": asks(case, cast["learner"]),
        **{name: asks(case, cast[name]) for name in ("away", "resting", "coming", "abroad")},
        "away, answered": asks(case, cast["away"], status="declined"),
    }
    waiting = {"open": "asked", "accepted": "asked"} | {n: n for n in ("away", "resting", "coming", "abroad")}
    named = waiting | {"observed": "asked", "declined": "asked", "away, answered": "away"}
    expected = {
        "view": {name: f"learner {COACHES} {named.get(name, '')}" for name in rows},
        "observe": waiting,
        "answer": waiting,
        "withdraw": dict.fromkeys((*waiting, "of oneself"), "learner"),
        "take over": {"away": "cover"},
    }
    hold(request_policy, cast, rows, expected)


def test_who_may_view_countersign_and_revoke_sign_offs(cast: dict[str, User], events: dict[str, SignOffEvent]) -> None:
    theirs = dict.fromkeys(events, f"learner {COACHES} chief {ALL_SEE}")
    expected = {
        "view": theirs
        | {
            "waiting": f"{theirs['waiting']} {STAND_BEHIND}",
            "of ex": f"{theirs['of ex']} ex",
            "settled": f"{theirs['settled']} stander",
            "answer": f"{theirs['answer']} stander",
            "hers": f"coach {ALL_SEE} {STAND_BEHIND} seer watcher",
        },
        "countersign": {
            "waiting": f"{STAND_BEHIND} learning training",
            "hers": f"{STAND_BEHIND} seer watcher training",
        },
        "revoke": {
            "waiting": "coach learning training",
            "plain": "coach learning training",
            "settled": "coach learning training",
            "of ex": "learning training",
            "hers": "training",
        },
    }
    hold(signoff_policy, cast, events, expected)


def test_who_were_their_own_coach_would_still_not_judge_themself(
    work: decisions.DecisionScene, cast: dict[str, User], open_cases: dict[str, Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind the rule that nobody is their own coach."""
    CoachProfile.objects.filter(person=cast["away"]).update(cover=coaching.coach_profile(work.learner))
    request = asks(open_cases["collecting"], cast["away"])
    monkeypatch.setattr(cases, "coached_by", lambda *args: everybody())
    for action in ("decide", "read"):
        assert case_policy.queryset(work.coach, action).exists()
        assert not case_policy.queryset(work.learner, action).exists()
    assert not request_policy.queryset(work.learner, "take over").filter(pk=request.pk).exists()
    CoachProfile.objects.filter(person=cast["away"]).update(cover=CoachProfile.objects.get(person=work.coach))
    assert request_policy.queryset(work.coach, "take over").filter(pk=request.pk).exists()


def test_only_the_learner_may_view_and_delete_an_attempt(cast: dict[str, User]) -> None:
    version = practice.scenario()
    begun = {"version": version, "seed": 1, "node": "first", "started_at": basics.MONDAY}
    rows = {"it": Attempt.objects.create(person=cast["learner"], **begun)}
    own = {"it": "learner"}
    hold(attempt_policy, cast, rows, {"view": own, "do": own, "delete": own, "share": {}})
