"""The six steps of setting up: whether each is done follows from the record itself, and nothing is kept about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cms.models import StarterCurriculum
from cms.policies import set_up_policy
from coaching.api import HelpSoFar, coach_profile_policy, help_policy, help_so_far
from lms.api import RecordSoFar, User, learning_administrators, organisations_day, record_so_far

from .starter import State, is_silent, starter_now

ORGANISATION, TEAMS, PEOPLE, CONTENT, COACHES, ENROLMENT = STEPS = (
    "organisation",
    "teams",
    "people",
    "content",
    "coaches",
    "enrolment",
)
LOADING = (State.WAITING, State.RUNNING)


@dataclass(frozen=True, slots=True)
class SetUpStep:
    """One step. ``waits_for``: what opens it, "" for nothing: a team, people, a path, a learning administrator or a
    coach; ``yours``: whether the reader may do it.
    """

    code: str
    number: int
    done: bool
    waits_for: str = ""
    yours: bool = True


@dataclass(frozen=True, slots=True)
class SetUp:
    """The steps as they stand for one reader, and what they rest on. ``silent``: the load should go on and does not.
    ``learning``: names of the learning administrators.
    """

    steps: tuple[SetUpStep, ...]
    record: RecordSoFar
    help: HelpSoFar
    starter: StarterCurriculum | None
    silent: bool
    learning: tuple[str, ...]

    @property
    def done(self) -> int:
        """How many steps are done."""
        return sum(step.done for step in self.steps)

    @property
    def can_load(self) -> bool:
        """Whether the starter curriculum can be loaded, or tried again."""
        if self.starter is None or self.starter.state == State.EMPTY:
            return not self.record.paths
        return self.silent or self.starter.state == State.FAILED

    @property
    def can_begin_empty(self) -> bool:
        """Whether nobody has chosen yet, and nothing is there."""
        return self.starter is None and not self.record.paths

    @property
    def next(self) -> SetUpStep | None:
        """The first that is not done; None when nothing is left."""
        return next((step for step in self.steps if not step.done), None)


def set_up_of(reader: User, at: datetime) -> SetUp:
    """How far the installation is set up. Raises NotAllowed (neither L&D nor an administrator). Queries: 7, and 1 for
    somebody who is not L&D.
    """
    set_up_policy.require(reader, "view")
    on = organisations_day(at)
    record, helped, starter = record_so_far(on), help_so_far(on), starter_now()
    names = tuple(who.full_name for who in learning_administrators().order_by("name_order", "pk"))
    state = starter.state if starter else None
    with_path = "" if record.paths else "path"
    with_people = "" if record.people > 1 else "people"
    with_learning = "" if names else "learning"
    with_coach = "" if helped.ready else "coach"
    found = (
        (ORGANISATION, record.set_up_at is not None, "", True),
        (TEAMS, record.managed > 0, "", True),
        (PEOPLE, record.people > 1, "" if record.teams else "team", True),
        (CONTENT, state == State.EMPTY or (record.paths > 0 and state not in LOADING), "", True),
        (
            COACHES,
            helped.ready > 0,
            with_people or with_learning or with_path,
            coach_profile_policy.may(reader, "add"),
        ),
        (ENROLMENT, record.enrolments > 0, with_path or with_coach, help_policy.may(reader, "assign")),
    )
    steps = tuple(
        SetUpStep(code, number, done, "" if done else waits_for, yours)
        for number, (code, done, waits_for, yours) in enumerate(found, 1)
    )
    return SetUp(steps, record, helped, starter, starter is not None and is_silent(starter, at), names)
