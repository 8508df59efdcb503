"""Who may do what in helping: everybody, every action, every row (``tests.who_may``)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from coaching.api import CoachAssignment, CoachProfile, ObserverGrant, Post, Thread
from coaching.models import Challenge
from coaching.policies import (
    assignment_policy,
    challenge_policy,
    challenges,
    coach_profile_policy,
    coached_by,
    commitment_policy,
    commitments,
    grant_policy,
    help_policy,
    is_moderator,
    post_policy,
    session_policy,
    thread_policy,
)
from lms import clock
from lms.api import LEARNING_ADMINISTRATORS, Enrolment, User, everybody
from tests.factories import basics, coaching, paths, people
from tests.who_may import hold

pytestmark = pytest.mark.django_db

LEARNERS = "learner mate trainee self"
COACHES = "coach second ex away cover tired late resting coming relief"
OTHERS = "manager other learning boss gone asker answerer granted lapsed revoked"
CAST = f"{LEARNERS} {COACHES} {OTHERS}"
DAY = timedelta(days=1)
HIDDEN = {"hidden_at": basics.MONDAY, "hidden_reason": "Names a customer."}

LEARNS = {
    "running": "learner", "paused": "learner", "ended": "learner", "mate's": "mate", "hers": "trainee", "self": "self",
    "cover's": "cover", "rested": "asker", "soon": "asker", "uncovered": "asker", "left": "asker", "dark": "asker",
}  # fmt: skip
"""Enrolments, by who learns. ``trainee`` is L&D too; ``self`` was somehow made the coach of themself."""

COACHED = {
    "running": "coach second", "paused": "coach", "ended": "coach", "mate's": "away cover", "cover's": "away",
    "rested": "resting", "soon": "coming", "uncovered": "tired",
}  # fmt: skip
"""Present coaches today. ``second`` was assigned as cover, is away, and their cover ``relief`` is nobody's coach;
``late``, who covers for ``tired``, no longer coaches."""

STEERED = dict.fromkeys(LEARNS, "learning trainee") | dict.fromkeys(
    ("running", "paused", "ended", "hers", "self"), "manager learning trainee"
)
OPEN = [name for name in LEARNS if name != "ended"]
EVERYBODY = CAST.replace(" gone", "")
MODERATORS = "learning trainee boss"


@pytest.fixture
def cast() -> dict[str, User]:
    persons = {name: people.person(name.capitalize()) for name in CAST.split()}
    people.team(persons["learner"], persons["trainee"], persons["self"], manager=persons["manager"])
    people.team(manager=persons["other"])
    for name in ("learning", "trainee", "gone"):
        people.in_group(LEARNING_ADMINISTRATORS, persons[name])
    people.administrator(persons["boss"])
    User.objects.filter(pk=persons["gone"].pk).update(is_active=False, deactivated_at=basics.MONDAY)
    return persons


@pytest.fixture
def profiles(cast: dict[str, User]) -> dict[str, CoachProfile]:
    today = clock.now().date()
    made = {
        name: CoachProfile.objects.create(person=cast[name], capacity=9) for name in [*COACHES.split(), "self", "gone"]
    }
    days = {
        "away": (today, today, "cover"),
        "resting": (today - DAY, today - DAY, "cover"),
        "coming": (today + DAY, today + DAY, "cover"),
        "second": (today, today, "relief"),
        "tired": (today, today, "late"),
    }
    for name, (away_from, away_until, cover) in days.items():
        away = {"away_from": away_from, "away_until": away_until, "cover": made[cover]}
        CoachProfile.objects.filter(pk=made[name].pk).update(**away)
    CoachProfile.objects.filter(pk=made["late"].pk).update(ended_on=today)
    return made


@pytest.fixture
def two_paths(cast: dict[str, User]) -> dict[str, Enrolment]:
    states = {"paused": {"status": "paused"}, "ended": {"status": "withdrawn", "ended_at": basics.MONDAY}}
    role = paths.role(paths.requires("trust"))
    made = {}
    for name, who in LEARNS.items():
        made[name] = paths.enrolment(
            cast[who], paths.path(paths.step("practice"), role_version=role), **states.get(name, {})
        )
    return made


@pytest.fixture
def assignments(
    cast: dict[str, User], two_paths: dict[str, Enrolment], profiles: dict[str, CoachProfile]
) -> dict[str, CoachAssignment]:
    def assign(path: str, who: str, **fields: Any) -> CoachAssignment:
        by = {"assigned_by": cast["boss"], "started_at": basics.MONDAY}
        return CoachAssignment.objects.create(enrolment=two_paths[path], coach=profiles[who], **by | fields)

    plain = {
        "paused": "coach", "ended": "coach", "mate's": "away", "self": "self", "cover's": "away", "rested": "resting",
        "soon": "coming", "uncovered": "tired", "left": "late", "dark": "gone",
    }  # fmt: skip
    for path, who in plain.items():
        assign(path, who)
    return {
        "first": assign("running", "coach"),
        "second": assign("running", "second", kind="cover"),
        "over": assign("running", "ex", status="ended", ended_at=basics.MONDAY),
        "hers": assign("hers", "ex", status="proposed"),
        "her cover": assign("hers", "relief", kind="cover"),
    }


def test_what_helping_does_to_an_enrolment(
    cast: dict[str, User], two_paths: dict[str, Enrolment], assignments: dict[str, CoachAssignment]
) -> None:
    coached = COACHED | {"hers": "relief"}
    both = {name: f"{who} {coached.get(name, '')}" for name, who in LEARNS.items()}
    expected = {
        "view": {name: f"{who} {STEERED[name]}" for name, who in both.items()},
        "accompany": coached,
        "meet": {name: both[name] for name in OPEN},
        "do": {name: who for name, who in LEARNS.items() if name not in ("ended", "paused")},
        "assign": {name: STEERED[name] for name in OPEN} | {"hers": "manager learning"},
    }
    hold(help_policy, cast, two_paths, expected, {"assign": "manager other learning trainee"})
    left = User.objects.get(pk=cast["gone"].pk)
    assert not Enrolment.objects.filter(coached_by(left)).exists(), "for who asks without a policy, too"


def test_who_may_view_and_end_assignments(cast: dict[str, User], assignments: dict[str, CoachAssignment]) -> None:
    steered = STEERED["running"]
    expected = {
        "view": {
            "first": f"learner coach {steered}",
            "second": f"learner second {steered}",
            "over": f"learner ex {steered}",
            "hers": f"ex {steered}",
            "her cover": f"relief {steered}",
        },
        "end": {"first": steered, "second": steered, "her cover": "manager learning"},
    }
    hold(assignment_policy, cast, assignments, expected)


@pytest.fixture
def challenge(two_paths: dict[str, Enrolment]) -> Challenge:
    uids = {"step_uid": basics.uid("step"), "about_uid": basics.uid("standard")}
    return Challenge.objects.create(
        enrolment=two_paths["running"], title="It", why="Did it.", asked_at=basics.MONDAY, **uids
    )


def test_who_may_view_withdraw_and_answer_challenges(
    cast: dict[str, User], assignments: dict[str, CoachAssignment], challenge: Challenge
) -> None:
    expected = {
        "view": {"it": f"learner {COACHED['running']} {STEERED['running']}"},
        "withdraw": {"it": "learner"},
        "answer": {"it": COACHED["running"]},
    }
    hold(challenge_policy, cast, {"it": challenge}, expected)


def test_who_may_view_do_and_confirm_commitments(
    cast: dict[str, User], two_paths: dict[str, Enrolment], assignments: dict[str, CoachAssignment]
) -> None:
    rows = {"it": coaching.commitment(two_paths["running"], "trust")}
    expected = {
        "view": {"it": f"learner {COACHED['running']}"},
        "do": {"it": "learner"},
        "confirm": {"it": COACHED["running"]},
    }
    hold(commitment_policy, cast, rows, expected)


def test_who_were_their_own_coach_would_still_not_judge_themself(
    cast: dict[str, User], two_paths: dict[str, Enrolment], challenge: Challenge, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind the rule that nobody is their own coach."""
    made = coaching.commitment(two_paths["running"], "trust")
    monkeypatch.setattr(challenges, "coached_by", lambda *args: everybody())
    monkeypatch.setattr(commitments, "coached_by", lambda *args: everybody())
    for policy, action, row in ((challenge_policy, "answer", challenge), (commitment_policy, "confirm", made)):
        assert policy.queryset(cast["coach"], action).filter(pk=row.pk).exists()
        assert not policy.queryset(cast["learner"], action).exists()


def test_who_may_view_change_hold_and_write_sessions(
    cast: dict[str, User], two_paths: dict[str, Enrolment], assignments: dict[str, CoachAssignment]
) -> None:
    held = {"status": "held", "held_at": basics.MONDAY}

    def talk(who: str, notes: str = "", **fields: Any) -> Any:
        return coaching.session(two_paths["running"], cast[who], basics.MONDAY, private_notes=notes, **fields)

    rows = {
        "planned": talk("coach"),
        "noted": talk("coach", "Of my own."),
        "held": talk("coach", **held),
        "of ex": talk("ex", "Of my own.", **held),
    }
    both = dict.fromkeys(rows, f"learner {COACHED['running']}")
    expected = {
        "view": both,
        "change": both,
        "hold": dict.fromkeys(rows, COACHED["running"]),
        "write": {"held": "coach"},
        "own_notes": {"noted": "coach", "of ex": "ex"},
    }
    hold(session_policy, cast, rows, expected)


@pytest.fixture
def threads(cast: dict[str, User]) -> dict[str, Thread]:
    made = {name: coaching.question("trust", cast["asker"]) for name in ("asked", "hidden", "answer hidden")}
    Post.objects.filter(thread=made["hidden"]).update(hidden_by=cast["boss"], **HIDDEN)
    answer = coaching.post(made["answer hidden"], cast["answerer"])
    Post.objects.filter(pk=answer.pk).update(hidden_by=cast["boss"], **HIDDEN)
    return {**made, "prompt": coaching.prompt("trust")}


def test_everybody_views_threads_and_only_moderators_a_hidden_one(
    cast: dict[str, User], threads: dict[str, Thread]
) -> None:
    shown = dict.fromkeys(threads, EVERYBODY) | {"hidden": MODERATORS}
    hold(thread_policy, cast, threads, {"view": shown, "post": shown}, {"add": CAST})


def test_who_may_view_accept_and_hide_posts(
    cast: dict[str, User], threads: dict[str, Thread], assignments: dict[str, CoachAssignment]
) -> None:
    coaching.grant_for_long(cast["granted"], "trust")
    coaching.grant(cast["lapsed"], "trust", until_on=clock.now().date() - DAY)
    revoked = {"revoked_at": basics.MONDAY, "revoked_by": cast["boss"], "revoked_reason": "Left the field."}
    coaching.grant_for_long(cast["revoked"], "trust", **revoked)

    def say(thread: str, who: str, kind: str, hidden: bool = False) -> Post:
        made = coaching.post(threads[thread], cast[who], kind)
        if hidden:
            Post.objects.filter(pk=made.pk).update(hidden_by=cast["boss"], **HIDDEN)
        return made

    rows = {
        "answer": say("asked", "learner", "answer"),
        "own answer": say("asked", "asker", "answer"),
        "hidden answer": say("asked", "answerer", "answer", hidden=True),
        "second question": say("asked", "answerer", "question"),
        "example": say("prompt", "learner", "example"),
        "hidden example": say("prompt", "learner", "example", hidden=True),
        "misplaced": say("asked", "answerer", "example"),
        "hers": say("prompt", "trainee", "example"),
    }
    hidden = {"hidden answer": "answerer", "hidden example": "learner"}
    judges = "granted learning"
    expected = {
        "view": dict.fromkeys(rows, EVERYBODY) | {name: f"{who} {MODERATORS}" for name, who in hidden.items()},
        "hide": dict.fromkeys(rows, MODERATORS),
        "accept": {
            "answer": "asker",
            "example": f"coach second {judges} trainee",
            "misplaced": f"{judges} trainee",
            "hers": f"relief {judges}",
        },
    }
    hold(post_policy, cast, rows, expected)
    people.administrator(cast["gone"])
    for name in ("gone", "boss"):
        User.objects.filter(pk=cast[name].pk).update(is_active=False, deactivated_at=basics.MONDAY)
        assert not is_moderator(User.objects.get(pk=cast[name].pk)), name


def test_who_may_view_and_manage_coaches_and_grants(cast: dict[str, User], profiles: dict[str, CoachProfile]) -> None:
    learning = "learning trainee"
    own = {name: f"{name} {learning}" for name in ("coach", "second")}
    rows = {name: profiles[name] for name in own}
    expected = {
        "view": {name: f"{who} manager other" for name, who in own.items()},
        "away": own,
        "manage": dict.fromkeys(own, learning),
    }
    hold(coach_profile_policy, cast, rows, expected, {"add": learning})
    coaching.grant_for_long(cast["granted"], "trust")
    grants = {"it": ObserverGrant.objects.get(person=cast["granted"])}
    expected = {"view": {"it": f"granted {learning}"}, "revoke": {"it": learning}}
    hold(grant_policy, cast, grants, expected, {"add": f"{learning} boss"})
