"""Where things are: the page on which a step is done, and permanent links."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from assessments.api import latest_case
from coaching.api import commitment_of_step, prompt_about, session_of_step
from lms.api import (
    LOCKED,
    OPEN,
    Enrolment,
    PathProgress,
    StepInfo,
    StepKind,
    StepState,
    User,
    find_step,
    paths_to_show_on,
)
from lms.errors import NotAllowed, NotFound
from lms.rules.target import Target

from .journey import Journey, journeys


def target_of_step(
    person: User, step_uid: UUID, at: datetime, paths: Sequence[PathProgress] | None = None
) -> Target | None:
    """The page on which a step of the person's is done; None when it is on none of their paths. ``paths``: theirs,
    where they are read already.

    Raises NotAllowed (closed), saying what opens it. Queries: 2, and at most 2 more; 6 more when refused.
    """
    paths = paths_to_show_on(person, at) if paths is None else paths
    found = [(path, state) for path in paths for state in path.steps if state.step.uid == step_uid]
    if not found:
        return None
    path, state = min(found, key=lambda pair: pair[1].status == LOCKED)
    begun = _begun(path.enrolment, state)
    if begun:
        return begun
    if state.status == LOCKED:
        raise NotAllowed(refusal(person, path, state, at))
    return _where_to_begin(path, state)


def refusal(person: User, path: PathProgress, state: StepState, at: datetime) -> str:
    """Why a step is closed, what opens it and who, in one or a few sentences. Queries: 6."""
    journey = journeys(person, at, path.enrolment.uid)[1]
    if journey is None:
        return ""
    return lock_sentence(journey, state)


def lock_sentence(journey: Journey, state: StepState) -> str:
    """The lock of a step as plain text."""
    lock = journey.lock(state)
    conditions = [condition.text for condition in lock.conditions if not condition.met]
    words = {"title": journey.step_title(state.step), "when": lock.when}
    if lock.when:
        return _("“%(title)s” opens %(when)s.") % words
    title = _("“%(title)s” is not open yet.") % words
    return " ".join(filter(None, [title, lock.sentence, "; ".join(conditions)]))


def _begun(enrolment: Enrolment, state: StepState) -> Target | None:
    """The page of what was begun for a step before it closed or was done; None when nothing was. A case that is decided
    is over: while its step is open, the next one is asked for. Queries: 0 or 1.
    """
    step = state.step
    if step.kind == StepKind.SESSION:
        uid = session_of_step(enrolment, step.uid)
        return Target("session", uid) if uid else None
    if step.kind == StepKind.COMMITMENT:
        uid = commitment_of_step(enrolment, step.uid)
        return Target("commitment", uid) if uid else None
    if step.kind == StepKind.DEMONSTRATION and step.content_uid:
        uid = latest_case(enrolment, step.content_uid, undecided=state.status == OPEN)
        return Target("case", uid) if uid else None
    return None


def _where_to_begin(path: PathProgress, state: StepState) -> Target:
    step = state.step
    query = (("enrolment", path.enrolment.uid), ("step", step.uid))
    if step.kind == StepKind.COURSE:
        return Target("lesson", first_unread(path, step))
    if step.kind == StepKind.PRACTICE:
        return Target("scenario", step.content_uid)
    if step.kind == StepKind.SESSION:
        return Target("new session", query=query)
    if step.kind == StepKind.COMMITMENT:
        return Target("new commitment", query=query)
    if step.kind == StepKind.DEMONSTRATION:
        return Target("new request", step.uid)
    if step.kind == StepKind.CALIBRATION:
        return Target("calibration", step.content_uid)
    if step.kind == StepKind.DISCUSSION:
        uid = prompt_about(step.content_uid) if step.content_uid else None
        return Target("thread", uid) if uid else Target("exchange")
    return Target("own path", query=(("path", path.enrolment.uid),), part=f"step-{step.uid}")


def target_of_course(person: User, course_uid: UUID, at: datetime) -> Target:
    """The first unread lesson of a course. Raises NotFound (not on their paths), NotAllowed (closed). Queries: 2."""
    found = find_step(paths_to_show_on(person, at), StepKind.COURSE, course_uid)
    if found is None:
        raise NotFound(_("This course is not on your path."))
    path, state = found
    if state.status == LOCKED:
        raise NotAllowed(refusal(person, path, state, at))
    return Target("lesson", first_unread(path, state.step))


def first_unread(path: PathProgress, step: StepInfo) -> UUID:
    """Where a course goes on: its first unread lesson, else its last one."""
    unread = [lesson.uid for lesson in step.lessons if lesson.uid not in path.lessons]
    return unread[0] if unread else step.lessons[-1].uid
