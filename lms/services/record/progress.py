"""Progress on a path: what is done, what is open, what is locked and why; and completing things."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lms import clock
from lms.errors import NotAllowed, NotFound
from lms.models import Enrolment, LessonCompletion, StepCompletion, StepKind, User
from lms.rules.days import date_of_day, day_of_date, path_day, reached_on
from lms.rules.gates import OpenGate, Standing, standings
from lms.rules.unlock import Decision, Facts, evaluate
from lms.rules.workdays import WorkCalendar
from lms.services.platform.acts import act, claim_key
from lms.services.platform.calendars import calendar_of

from .completing import complete_if_done
from .facts import GateFact, PathFacts, PersonFacts, facts_of, lock_learner, open_and_completed, open_enrolments
from .pace import Settled, settle
from .structure import PathStructure, StepInfo, structure_of
from .talk import open_talk

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
    waived_because: str = ""
    opened_because: str = ""

    @property
    def unlocked(self) -> bool:
        """Whether the rule lets this person in, or somebody opened it early, or it is still open on a completed path; a
        path that stands still opens nothing of it.
        """
        return self.decision.open or bool(self.opened_because) or self.status == OPEN


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
    calendar: WorkCalendar
    gates: tuple[GateFact, ...] = ()
    read_at: Mapping[UUID, datetime] = field(default_factory=dict)
    facts: PathFacts = field(default_factory=lambda: PathFacts({}, {}, {}, []))

    @property
    def running(self) -> bool:
        """Whether days count and steps can be open: begun, and not paused."""
        return self.enrolment.status == Enrolment.Status.ACTIVE and self.day >= 1

    @property
    def begun(self) -> bool:
        """Whether its first day is there, or it is over already."""
        return self.day >= 1 or self.enrolment.is_completed

    @property
    def can_be_shown_on(self) -> bool:
        """Whether the learner can ask to be seen: the path runs, or the role that it led to is held."""
        return self.running or self.enrolment.led_to_role_held_on(self.today)

    @property
    def pauses(self) -> list[tuple[date, date | None]]:
        """From one day up to, not with, another."""
        return self.facts.pauses

    @property
    def pause_reason(self) -> str:
        """The reason of the pause that holds today; "" on a path that runs."""
        today = self.today
        holds = (begin for begin, until in self.pauses if begin <= today and (until is None or until > today))
        return self.facts.why_paused.get(next(holds, today), "")

    def date_of(self, day: int) -> date:
        """The calendar date of a day of this path as it looks today."""
        return date_of_day(day, self.enrolment.started_on, self.today, self.pauses)

    def day_of(self, on: date) -> int:
        """The day of this path on which a date falls as it looks today."""
        return day_of_date(on, self.enrolment.started_on, self.today, self.pauses)

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


def progress_of(enrolment: Enrolment, at: datetime | None = None) -> PathProgress:
    """Where a person stands on one path. Queries: 1, however long the path, and 1 for a person not fetched."""
    return _progress(enrolment, facts_of(enrolment.person_id, [enrolment.pk]), at)


def paths_of(person: User, at: datetime | None = None) -> list[PathProgress]:
    """Where a person stands on every path that is open to them, newest first. Queries: 2, for any number of paths."""
    return _paths(open_enrolments(person), person, at)[0]


def paths_to_show_on(person: User, at: datetime | None = None) -> list[PathProgress]:
    """The same, and after them the paths that somebody has completed: their lessons are read again, and what was signed
    on them is seen again. Queries: 2, for any number of paths.
    """
    return _paths(open_and_completed(person), person, at)[0]


def _paths(enrolments: list[Enrolment], person: User, at: datetime | None) -> tuple[list[PathProgress], PersonFacts]:
    facts = facts_of(person.pk, [enrolment.pk for enrolment in enrolments])
    return [_progress(enrolment, facts, at) for enrolment in enrolments], facts


def _progress(
    enrolment: Enrolment,
    facts: PersonFacts,
    at: datetime | None,
    only: frozenset[int] | None = None,
    calendar: WorkCalendar | None = None,
) -> PathProgress:
    calendar = calendar or calendar_of(enrolment.person)
    today = clock.today(enrolment.person.zone, at)
    last = clock.today(enrolment.person.zone, enrolment.ended_at) if enrolment.ended_at else today  # days stop counting
    structure = structure_of(enrolment.path_version_id)
    mine = facts.paths.get(enrolment.pk, PathFacts({}, {}, {}, []))
    found = standings([fact.gate for fact in facts.gates], today)
    known = Facts(
        day=path_day(enrolment.started_on, last, mine.pauses),
        date_of=lambda day: reached_on(day, enrolment.started_on, today, mine.pauses),
        done=frozenset(mine.completed) | frozenset(mine.waived),
        steps=frozenset(structure.steps),
        milestones=structure.required,
        standings=found,
    )
    steps = (step for step in structure.steps.values() if only is None or step.id in only)
    states = tuple(_state(step, enrolment, mine, facts, known, today, calendar) for step in steps)
    return PathProgress(
        enrolment,
        structure,
        today,
        known.day,
        states,
        found,
        frozenset(facts.lessons),
        calendar,
        tuple(facts.gates),
        facts.lessons,
        mine,
    )


def settled_of(progress: PathProgress) -> Settled:
    """How far the path is, as ``settled_steps`` reads it for many people. Queries: 0."""
    steps = progress.structure.steps
    return settle(
        progress.enrolment,
        [state.step.id for state in progress.steps if state.completed_at],
        [state.step.id for state in progress.steps if state.waived_because],
        [state.step.id for state in progress.steps if state.opened_because],
        {steps[uid].id: day for uid, day in progress.facts.extended.items() if uid in steps},
        progress.today,
        progress.pauses,
        progress.calendar,
    )


def _state(
    step: StepInfo,
    enrolment: Enrolment,
    mine: PathFacts,
    facts: PersonFacts,
    known: Facts,
    today: date,
    calendar: WorkCalendar,
) -> StepState:
    decision = evaluate(step.rule, known)
    running = enrolment.status == Enrolment.Status.ACTIVE and known.day >= 1
    if step.uid in mine.completed:
        status = DONE
    elif step.uid in mine.waived:
        status = WAIVED
    else:
        # What somebody opened early is open in spite of its lock; the rule itself stays what it is.
        open_ = running and (decision.open or step.uid in mine.opened)
        status = OPEN if open_ or _still_open(enrolment, step, today) else LOCKED
    due_day = max(step.due_day, mine.extended.get(step.uid, step.due_day))
    due_on = calendar.next_working(date_of_day(due_day, enrolment.started_on, today, mine.pauses))
    return StepState(
        step=step,
        status=status,
        decision=decision,
        due_on=due_on,
        overdue=status in (OPEN, LOCKED) and running and calendar.has_passed(due_on, today),
        completed_at=mine.completed.get(step.uid),
        lessons_done=sum(lesson.uid in facts.lessons for lesson in step.lessons),
        waived_because=mine.waived.get(step.uid, ""),
        opened_because=mine.opened.get(step.uid, ""),
    )


def _still_open(enrolment: Enrolment, step: StepInfo, today: date) -> bool:
    """While the role is held that a completed path led to, its learner can still be seen, for what the path did not
    require as well, whatever its rule says.
    """
    return step.kind == StepKind.DEMONSTRATION and enrolment.led_to_role_held_on(today)


def as_others_see(progress: PathProgress) -> PathProgress:
    """The same path without what only the person may know: a practice counts as done once Try is open for all of its
    skills, which others may know, and not before; locks that wait for one follow from that. What was waived is no
    secret. Queries: 0.
    """
    facts, steps, nothing = progress.facts, progress.structure.steps, Standing()
    done = frozenset(facts.completed) | frozenset(facts.waived)
    practised = {uid for uid, step in steps.items() if step.kind == StepKind.PRACTICE and uid not in facts.waived}
    shown = {
        uid
        for uid in practised
        if (skills := steps[uid].skills)
        and all(progress.standings.get(skill, nothing).reaches("try") for skill in skills)
    }
    known = Facts(
        day=progress.day,
        date_of=lambda day: reached_on(day, progress.enrolment.started_on, progress.today, progress.pauses),
        done=done - practised | shown,
        steps=frozenset(progress.structure.steps),
        milestones=progress.structure.required,
        standings=progress.standings,
    )
    same = known.done == done
    return replace(progress, steps=tuple(_shown(state, known, progress, same) for state in progress.steps))


def _shown(state: StepState, known: Facts, progress: PathProgress, same: bool) -> StepState:
    """One step; ``same``: others know of all that is done, so that what was decided about locks stands."""
    private = state.step.kind == StepKind.PRACTICE
    if state.waived_because and private:
        return replace(state, status=WAIVED, completed_at=None)
    if state.status in (DONE, WAIVED) and not private:
        return state
    decision = state.decision if same else evaluate(state.step.rule, known)
    running = progress.running
    open_ = running and (decision.open or bool(state.opened_because))
    status = OPEN if open_ or _still_open(progress.enrolment, state.step, progress.today) else LOCKED
    return replace(
        state,
        status=DONE if private and state.step.uid in known.done else status,
        decision=decision,
        completed_at=None,
        overdue=running and not private and progress.calendar.has_passed(state.due_on, progress.today),
    )


def seen_by_others(
    enrolment: Enrolment,
    settled: Settled,
    gates: Iterable[OpenGate],
    pauses: Sequence[tuple[date, date | None]],
    at: datetime,
    only: frozenset[int] | None = None,
) -> PathProgress:
    """The path as others see it, from what is read of many people at once (``settled_steps``): without reasons and
    moments, and with the lessons of those courses that are done. ``only``: the steps that are wanted, by id.
    Queries: 0 when the structure is in memory.
    """
    steps = structure_of(enrolment.path_version_id).steps.values()
    mine = PathFacts(
        completed={step.uid: at for step in steps if step.id in settled.done},
        waived={step.uid: WAIVED for step in steps if step.id in settled.waived},
        extended={step.uid: settled.extended[step.id] for step in steps if step.id in settled.extended},
        pauses=list(pauses),
        opened={step.uid: OPEN for step in steps if step.id in settled.opened},
    )
    lessons = {lesson.uid: at for step in steps if step.id in settled.done for lesson in step.lessons}
    known = PersonFacts({enrolment.pk: mine}, lessons, [GateFact(gate, at, "") for gate in gates])
    return as_others_see(_progress(enrolment, known, at, only, settled.calendar))


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


@dataclass(frozen=True, slots=True)
class Reading:
    """What follows a lesson: the course step that it was read for, and the next lesson of it (None: all are read)."""

    enrolment: Enrolment
    step: StepInfo
    next_lesson: UUID | None


@act
def complete_lesson(*, actor: User, lesson_uid: UUID, key: UUID, at: datetime) -> Reading:
    """The person has read a lesson: completes the course step when it was the last one, and may open Talk.

    Replays change nothing. Raises NotFound (not on a path of theirs), NotAllowed (locked). Queries: 4, 7 when a step is
    done with it, and 1 more when Talk opens; those of a path that is completed; constant in the length of both.
    """
    open_now = lock_learner(actor)
    paths, facts = _paths(open_now, actor, at)
    if not any(lesson.uid == lesson_uid for path in paths for state in path.steps for lesson in state.step.lessons):
        # The form that completed the path, sent once more, finds it among the completed ones.
        paths, facts = _paths(open_and_completed(actor), actor, at)
    path, state = lesson_step(paths, lesson_uid)
    reading = Reading(path.enrolment, state.step, _next_unread(state.step, lesson_uid, set(path.lessons)))
    if not claim_key(actor=actor, name="lesson.complete", key=key, at=at, about=lesson_uid):
        return reading
    if lesson_uid not in facts.lessons:
        LessonCompletion.objects.create(person=actor, lesson_uid=lesson_uid, completed_at=at)
        facts.lessons[lesson_uid] = at
    # Also for a lesson that was read on another path before: its step on this one is still open.
    for other in paths:
        for candidate in other.steps:
            lessons = {lesson.uid for lesson in candidate.step.lessons}
            if candidate.status == OPEN and lesson_uid in lessons and lessons <= facts.lessons.keys():
                record_completion(enrolment=other.enrolment, step=candidate.step, by=actor, at=at)
    open_talk(person=actor, enrolments=[other.enrolment for other in paths], facts=facts, at=at)
    return reading


def _next_unread(step: StepInfo, lesson_uid: UUID, read: set[UUID]) -> UUID | None:
    """The unread lesson of a course that follows this one, else the first unread one before it."""
    uids = [lesson.uid for lesson in step.lessons]
    place = uids.index(lesson_uid)
    return next((uid for uid in uids[place + 1 :] + uids[:place] if uid not in read), None)


def record_completion(*, enrolment: Enrolment, step: StepInfo, by: User, at: datetime) -> bool:
    """Write down that a step is done, which completes the path when nothing is left; False when it was. For the floors
    above, inside their transaction. Queries: 3, and those of a path that is completed.
    """
    try:
        with transaction.atomic():
            StepCompletion.objects.create(enrolment=enrolment, step_id=step.id, by=by, completed_at=at)
    except IntegrityError:
        if not StepCompletion.objects.filter(enrolment=enrolment, step_id=step.id).exists():
            raise
        return False
    complete_if_done(enrolment.pk, at)
    return True
