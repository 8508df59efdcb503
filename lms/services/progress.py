"""Progress on a path: what is done, what is open, what is locked and why; and completing things."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lms import clock, events
from lms.errors import NotAllowed, NotFound
from lms.models import Enrolment, Label, LessonCompletion, StepCompletion, StepKind, User, Waiver
from lms.policies import enrolment_policy
from lms.rules.days import date_of_day, path_day
from lms.rules.gates import Standing
from lms.rules.unlock import Decision, Facts, evaluate

from .acts import once
from .gates import standings_of
from .structure import PathStructure, StepInfo, structure_of
from .talk import refresh_talk

DONE, WAIVED, OPEN, LOCKED = "done", "waived", "open", "locked"


@dataclass(frozen=True, slots=True)
class StepState:
    """One step for one person. ``status``: done, waived, open or locked; ``overdue`` never means complete."""

    step: StepInfo
    status: str
    decision: Decision
    due_on: date
    overdue: bool
    completed_at: datetime | None
    lessons_done: int = 0


@dataclass(frozen=True, slots=True)
class PathProgress:
    """A person's whole path today."""

    enrolment: Enrolment
    structure: PathStructure
    today: date
    day: int
    steps: tuple[StepState, ...]
    standings: dict[str, Standing]
    lessons: frozenset[UUID]

    @property
    def days(self) -> int:
        """Length of the path in days."""
        return self.structure.days

    def state(self, step_uid: UUID) -> StepState | None:
        """The state of one step."""
        return next((state for state in self.steps if state.step.uid == step_uid), None)

    @property
    def next(self) -> StepState | None:
        """The one next step: the open one that is due first, required before optional; None when nothing is open."""
        waiting = [state for state in self.steps if state.status == OPEN]
        return min(waiting, key=lambda state: (not state.step.required, state.due_on), default=None)

    @property
    def milestone(self) -> UUID | None:
        """The current milestone: the first with a required step that is not done."""
        for milestone in self.structure.milestones:
            if not self.structure.required[milestone.uid] <= self.done:
                return milestone.uid
        return None

    @property
    def done(self) -> frozenset[UUID]:
        """Uids of steps done or waived."""
        return frozenset(state.step.uid for state in self.steps if state.status in (DONE, WAIVED))


def open_enrolments(person: User) -> list[Enrolment]:
    """A person's active and paused enrolments, newest first, with pauses.

    Queries: 1, and 1 for pauses if paused ever.
    """
    rows = person.enrolments.filter(status__in=Enrolment.OPEN).select_related("path", "path_version", "role_version")
    return list(rows.prefetch_related("pauses"))


def progress_of(enrolment: Enrolment, at: datetime | None = None) -> PathProgress:
    """Where a person stands on one path.

    Queries: 4 (completions and waivers, lessons, gates, extensions) plus pauses.
    """
    today = clock.today(enrolment.person.zone, at)
    structure = structure_of(enrolment.path_version_id)
    pauses = [(pause.from_on, pause.until_on) for pause in enrolment.pauses.all()]
    day = path_day(enrolment.started_on, today, pauses)
    completed = dict(enrolment.step_completions.values_list("step__uid", "completed_at"))
    waived = set(enrolment.waivers.values_list("step__uid", flat=True))
    extended = dict(enrolment.extensions.values_list("step__uid", "due_on"))
    lessons = frozenset(
        LessonCompletion.objects.filter(person_id=enrolment.person_id).values_list("lesson_uid", flat=True)
    )
    gates = standings_of(enrolment.person_id, today)
    facts = Facts(
        day=day,
        today=today,
        done=frozenset(completed) | frozenset(waived),
        steps=frozenset(structure.steps),
        milestones=structure.required,
        standings=gates,
    )
    running = enrolment.status == Enrolment.Status.ACTIVE and day >= 1
    states = []
    for step in structure.steps.values():
        decision = evaluate(step.rule, facts)
        if step.uid in completed:
            status = DONE
        elif step.uid in waived:
            status = WAIVED
        else:
            status = OPEN if decision.open and running else LOCKED
        due_on = extended.get(step.uid) or date_of_day(step.due_day, enrolment.started_on, today, pauses)
        states.append(
            StepState(
                step=step,
                status=status,
                decision=decision,
                due_on=due_on,
                overdue=status in (OPEN, LOCKED) and due_on < today and running,
                completed_at=completed.get(step.uid),
                lessons_done=sum(lesson.uid in lessons for lesson in step.lessons),
            )
        )
    return PathProgress(enrolment, structure, today, day, tuple(states), gates, lessons)


def require_open(progress: PathProgress, step_uid: UUID) -> StepState:
    """The step, if this person may work on it now (open, done or waived).

    NotFound when not on the path, NotAllowed when locked.
    """
    state = progress.state(step_uid)
    if state is None:
        raise NotFound(_("This step is not on your path."))
    if state.status == LOCKED:
        raise NotAllowed(_("This step is not open yet. Your path says what opens it."))
    return state


def find_step(progress: Iterable[PathProgress], kind: str, content_uid: UUID) -> tuple[PathProgress, StepState] | None:
    """The best state of the step about some content over several paths: an open one before a done one before a
    locked one.
    """
    order = {OPEN: 0, DONE: 1, WAIVED: 2, LOCKED: 3}
    found = [
        (path, state)
        for path in progress
        for state in path.steps
        if state.step.kind == kind and state.step.content_uid == content_uid
    ]
    return min(found, key=lambda pair: order[pair[1].status], default=None)


def lesson_step(progress: Iterable[PathProgress], lesson_uid: UUID) -> tuple[PathProgress, StepState]:
    """The course step through which a person may read a lesson.

    NotFound when on none of their paths, NotAllowed when locked.
    """
    found = [
        (path, state)
        for path in progress
        for state in path.steps
        if any(lesson.uid == lesson_uid for lesson in state.step.lessons)
    ]
    if not found:
        raise NotFound(_("This lesson is not on your path."))
    for path, state in found:
        if state.status != LOCKED:
            return path, state
    raise NotAllowed(_("This lesson is not open yet. Your path says what opens it."))


@transaction.atomic
def complete_lesson(*, actor: User, lesson_uid: UUID, key: UUID, at: datetime) -> None:
    """The person has read a lesson: completes the course step when it was the last one, and may open Talk.

    Replays change nothing. Raises NotFound (not on a path of theirs), NotAllowed (locked).
    """
    paths = [progress_of(enrolment, at) for enrolment in open_enrolments(actor)]
    lesson_step(paths, lesson_uid)
    if not once(actor=actor, name="lesson.complete", key=key, at=at, about=lesson_uid):
        return
    _, made = LessonCompletion.objects.get_or_create(person=actor, lesson_uid=lesson_uid, defaults={"completed_at": at})
    if not made:
        return
    for path in paths:
        lessons = path.lessons | {lesson_uid}
        for state in path.steps:
            step = state.step
            holds = any(lesson.uid == lesson_uid for lesson in step.lessons)
            if holds and state.status == OPEN and all(lesson.uid in lessons for lesson in step.lessons):
                record_completion(enrolment=path.enrolment, step=step, by=actor, at=at)
    refresh_talk(person=actor, at=at)
    transaction.on_commit(partial(events.lesson_completed.send, None, person_id=actor.pk, lesson_uid=lesson_uid))


def record_completion(*, enrolment: Enrolment, step: StepInfo, by: User, at: datetime) -> bool:
    """Write down that a step is done; False when it was.

    For the floors above, inside their transaction. Queries: 1-2.
    """
    _, made = StepCompletion.objects.get_or_create(
        enrolment=enrolment, step_id=step.id, defaults={"by": by, "completed_at": at}
    )
    if made:
        news = partial(events.step_completed.send, None, enrolment_id=enrolment.pk, step_id=step.id)
        transaction.on_commit(news)
    return made


@transaction.atomic
def mark_external_done(*, actor: User, enrolment_uid: UUID, step_uid: UUID, key: UUID, at: datetime) -> None:
    """The manager (or L&D) says that training elsewhere was done.

    Raises NotFound, NotAllowed (not theirs, or locked).
    """
    enrolment = enrolment_policy.get(actor, "steer", uid=enrolment_uid, related=("person",))
    state = require_open(progress_of(enrolment, at), step_uid)
    if state.step.kind != StepKind.EXTERNAL:
        raise NotFound(_("Only training that lives elsewhere is marked done by a manager."))
    if once(actor=actor, name="external.done", key=key, at=at, about=enrolment.uid):
        record_completion(enrolment=enrolment, step=state.step, by=actor, at=at)


@transaction.atomic
def waive(*, actor: User, enrolment_uid: UUID, step_uid: UUID, reason: str, key: UUID, at: datetime) -> None:
    """A step need not be done, with a reason; it counts for unlocking and never as evidence."""
    enrolment = enrolment_policy.get(actor, "steer", uid=enrolment_uid)
    step = structure_of(enrolment.path_version_id).steps.get(step_uid)
    if step is None:
        raise NotFound(_("This step is not on that path."))
    if once(actor=actor, name="step.waive", key=key, at=at, about=enrolment.uid):
        Waiver.objects.get_or_create(
            enrolment=enrolment, step_id=step.id, defaults={"reason": reason, "by": actor, "waived_at": at}
        )


def labels_of(uids: Iterable[UUID | None], locale: str = "en") -> dict[UUID, Label]:
    """The current titles of these pieces of content; source locale where a translation is missing. Queries: 1."""
    wanted = {uid for uid in uids if uid}
    rows = Label.objects.filter(uid__in=wanted, locale__in={locale, "en"})
    return {row.uid: row for row in sorted(rows, key=lambda row: row.locale == locale)}
