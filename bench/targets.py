"""What is visited: each operation of PERFORMANCE's table that exists, as the right person, with its target.

A writing operation needs something fresh each time, so everybody and everything is prepared before the server starts;
sessions are written as log-in would, because one password hash costs more than all of them.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.urls import reverse

from assessments.api import (
    Case,
    ScenarioVersion,
    choose_in_attempt,
    decision_at,
    mark_response,
    start_attempt,
    write_response,
)
from assessments.rules.specs import ScenarioSpec
from cms.demo.routes import routes
from coaching.api import Thread
from lms.api import Membership, StepKind, User, paths_of, progress_of

TOKEN = "b" * 32


@dataclass(frozen=True, slots=True)
class Visit:
    """One request: who, where, and what is sent (None: GET)."""

    session: str
    url: str
    data: dict[str, str] | None = None


@dataclass(slots=True)
class Operation:
    """A row of the table. ``visits`` gives the next request; ``floors`` is the target: processor time over that of a
    page that knows session and user and nothing else.
    """

    name: str
    visits: Iterator[Visit]
    floors: float | None = None
    each: int = 20
    counted: list[int] = field(default_factory=list)


def session_of(who: User) -> str:
    """A session in which the person has just shown who they are."""
    store = SessionStore()
    store[SESSION_KEY], store[BACKEND_SESSION_KEY] = str(who.pk), settings.AUTHENTICATION_BACKENDS[-1]
    store[HASH_SESSION_KEY] = who.get_session_auth_hash()
    store["account_authentication_methods"] = [
        {"method": "password", "at": time.time() + 3600, "email": who.email, "reauthenticated": True}
    ]
    store["account_authentication_methods_user"] = str(who.pk)
    store.create()
    return str(store.session_key)


def operations(at: datetime, rounds: int) -> list[Operation]:
    """Everything to visit, prepared for so many rounds and one to warm up."""
    learners = list(User.objects.filter(email__startswith="learner-").order_by("email"))
    one, lesson = _reader(learners, at)
    reader = session_of(one)
    thread = Thread.objects.get(is_prompt=False, title__startswith="What do you say").uid
    found = [
        Operation("floor: nothing", _again(Visit("", "/bench/nothing/"))),
        Operation("floor: session and user", _again(Visit(reader, "/bench/user/"))),
        Operation("floor: list of 50 rows", _again(Visit(reader, "/bench/rows/"))),
        Operation("learner home", _again(Visit(reader, reverse("today"))), 7),
        Operation("lesson page", _again(Visit(reader, reverse("lesson", args=[lesson]))), 5),
        Operation("complete a step", _reading([who for who in learners if who != one], at), 3, each=4),
        Operation("finish a practice attempt", _finishing(learners, at, 4 * (rounds + 1)), 6, each=4),
        Operation("exchange thread, 40 posts", _again(Visit(reader, reverse("exchange_thread", args=[thread]))), 6),
        Operation("sign off", _deciding(at), 8, each=4),
        Operation("coach queue", _again(Visit(session_of(_coach()), reverse("coach_queue"))), 12),
    ]
    for size, floors in ((30, 8), (300, 16), (3000, 50)):
        manager = _manager_of(size)
        if manager:
            found.append(Operation(f"team of {size}", _again(Visit(session_of(manager), reverse("team"))), floors))
    return found


def _again(visit: Visit) -> Iterator[Visit]:
    while True:
        yield visit


def _coach() -> User:
    return User.objects.get(email="coach-000001@generated.example")


def _manager_of(size: int) -> User | None:
    for row in Membership.objects.filter(role=Membership.Role.MANAGER).select_related("person", "team")[:3]:
        if row.team.memberships.filter(role=Membership.Role.MEMBER).count() == size:
            return row.person
    return None


def _reader(learners: list[User], at: datetime) -> tuple[User, str]:
    """The last learner with a lesson to read, and the lesson."""
    return next((who, lesson) for who in reversed(learners) for lesson in _lessons(who, at))


def _lessons(who: User, at: datetime) -> Iterator[str]:
    """Lessons that are open to the person and not read yet."""
    for path in paths_of(who, at):
        for state in path.steps:
            if state.status == "open" and state.step.kind == StepKind.COURSE:
                yield from (str(lesson.uid) for lesson in state.step.lessons if lesson.uid not in path.lessons)


def _sent(**fields: str) -> dict[str, str]:
    return {"csrfmiddlewaretoken": TOKEN, "key": str(uuid4()), **fields}


def _reading(learners: list[User], at: datetime) -> Iterator[Visit]:
    for who in reversed(learners):
        for lesson in list(_lessons(who, at))[:1]:
            yield Visit(session_of(who), reverse("lesson", args=[lesson]), _sent())


def _finishing(learners: list[User], at: datetime, count: int) -> Iterator[Visit]:
    """Attempts that stand before their last answer, prepared before anything is measured."""
    prepared: list[Visit] = []
    for who in learners:
        if len(prepared) == count:
            break
        visit = _before_the_end(who, at)
        if visit:
            prepared.append(visit)
    return iter(prepared)


def _before_the_end(who: User, at: datetime) -> Visit | None:
    for path in paths_of(who, at):
        for state in path.steps:
            if state.status == "open" and state.step.kind == StepKind.PRACTICE and state.step.content_uid:
                return _play(who, state.step.content_uid, at)
    return None


def _play(who: User, scenario_uid: object, at: datetime) -> Visit:
    attempt = start_attempt(actor=who, scenario_uid=scenario_uid, key=uuid4(), at=at)  # type: ignore[arg-type]
    spec = ScenarioSpec.from_json(ScenarioVersion.objects.get(pk=attempt.version_id).spec)
    taken = dict(next(routes(spec))[0])
    url = reverse("practice_attempt", args=[attempt.uid])
    while True:
        node = spec.node(attempt.node)
        if node.kind == "decision":
            choice = next(item for item in node.choices if item.id == taken[node.id])
            if spec.node(choice.to).kind == "ending":
                said = _sent(turn="say", node=node.id, choice=choice.id, confidence="think")
                return Visit(session_of(who), url, said)
            turn = {"attempt_uid": attempt.uid, "node": node.id, "key": uuid4(), "at": at}
            attempt = choose_in_attempt(actor=who, choice=choice.id, confidence="think", **turn)
            continue
        words = "I will bring one page by Friday, with your figure on it."
        write_response(actor=who, attempt_uid=attempt.uid, node=node.id, text=words, key=uuid4(), at=at)
        if spec.node(node.to).kind == "ending":
            return Visit(session_of(who), url, _sent(turn="mark", node=node.id))
        attempt = mark_response(actor=who, attempt_uid=attempt.uid, node=node.id, ticks=[], key=uuid4(), at=at)


def _deciding(at: datetime) -> Iterator[Visit]:
    coach = _coach()
    session = session_of(coach)
    ready = Case.objects.filter(status=Case.Status.READY).select_related("version", "enrolment__person").order_by("pk")
    for case in ready:
        steps = progress_of(case.enrolment, at).steps
        if not any(state.step.content_uid == case.standard_uid and state.decision.open for state in steps):
            continue
        verdicts = {}
        for slug in case.version.spec["skills"]:
            verdicts |= {f"{slug}-verdict": "entrust", f"{slug}-level": "3"}
        shown = decision_at(case, coach, at)
        data = _sent(why="Twice, and without help.", shown=shown, **verdicts)
        yield Visit(session, reverse("case_decide", args=[case.uid]), data)
