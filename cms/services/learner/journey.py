"""One path of a learner with all that its pages say: what is open and whose turn it is, what closes a step, who helps.

Everything but who helps is read up front, in a number of queries that neither the length of the path nor the number of
people changes; the methods only combine.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from uuid import UUID

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from assessments.api import (
    Move,
    Moves,
    PersonReadiness,
    countersigns_of,
    line_of,
    readiness_on,
    role_of,
    waiting_on_paths,
)
from cms.rules.locks import Lock, Names, explain
from coaching.api import Helper, my_people
from lms import clock
from lms.api import (
    DONE,
    LOCKED,
    OPEN,
    WAIVED,
    LessonInfo,
    PathProgress,
    StepInfo,
    StepKind,
    StepState,
    User,
    Words,
    paths_to_show_on,
    words_of,
)
from lms.rules.days import reached_on
from lms.rules.ladder import Ladder
from lms.rules.said import at_hour, by_days, hour, long_day, short_day, since
from lms.rules.standing import NONE_HERE, VOUCHED
from lms.rules.target import Target
from lms.rules.waiting import (
    CHALLENGE,
    COLLECT,
    CONFIRM,
    COUNTERSIGN,
    DECIDE,
    PROMISED,
    PROPOSAL,
    REQUEST,
    SESSION,
    Waiting,
)

ICONS = {
    StepKind.COURSE: "course",
    StepKind.DISCUSSION: "talk",
    StepKind.PRACTICE: "try",
    StepKind.SESSION: "coach",
    StepKind.COMMITMENT: "do",
    StepKind.DEMONSTRATION: "show",
    StepKind.CALIBRATION: "eye",
    StepKind.EXTERNAL: "external",
}


@dataclass(frozen=True, slots=True)
class StepTurn:
    """Whose move a step is. ``who``: a voice or icon (components/who.html); ``mine``: the learner can act on it now."""

    who: str
    text: str
    mine: bool = False
    item: Waiting | None = None


class Journey:
    """One path of one person at one moment, ready to be told. ``found``: the readiness that coach and manager read."""

    def __init__(
        self,
        progress: PathProgress,
        found: PersonReadiness,
        words: Words,
        items: Sequence[Waiting],
        at: datetime,
    ) -> None:
        self.progress, self.found, self.words, self.at = progress, found, words, at
        self.moves = Moves(found, progress, self.step_title)
        self.enrolment, self.today, self.structure = progress.enrolment, progress.today, progress.structure
        self.items = list(items)

    @cached_property
    def helpers(self) -> list[Helper]:
        """Who helps the person. Queries: 2, when a page first asks."""
        return my_people(self.enrolment.person, self.today)

    # --- names

    @property
    def title(self) -> str:
        """What the path is called now."""
        return self.words.title(self.enrolment.path.uid, self.enrolment.path.title)

    def step_title(self, step: StepInfo) -> str:
        """What a step is called now."""
        return self.words.title(step.content_uid or step.uid, step.title) or str(StepKind(step.kind).label)

    def milestone_title(self, uid: UUID) -> str:
        """What a milestone is called now."""
        found = next((item for item in self.structure.milestones if item.uid == uid), None)
        return self.words.title(uid, found.title if found else "")

    def skill_title(self, skill: str) -> str:
        """What a skill of the path or of the role is called now."""
        word = self.words.skills.get(skill)
        return word.title if word else self.found.facts.titles.get(skill, skill)

    def skill_target(self, skill: str) -> Target | None:
        """Where a skill is told as it stands on this path; None for a retired one, which has no page."""
        return None if skill in self.words.retired else Target("skill", skill, self._query)

    @property
    def own_path(self) -> Target:
        """The page of this path."""
        return Target("own path", query=self._query)

    @property
    def own_skills(self) -> Target:
        """All skills as they stand on this path."""
        return Target("own skills", query=self._query)

    @property
    def _query(self) -> tuple[tuple[str, UUID], ...]:
        """What addresses carry, so that the page behind them is about this path as well."""
        return (("path", self.enrolment.uid),)

    def coach(self) -> Helper | None:
        """Who coaches on this path today, of a completed one the standing coach: the cover while they are away."""
        path = self.enrolment
        here = [
            helper
            for helper in self.helpers
            if path.pk == helper.enrolment or (helper.holding is not None and helper.holding == path.role_holding_id)
        ]
        covers = [helper for helper in here if helper.covers_for]
        return next(iter(covers + [helper for helper in here if helper.role in ("coach", "standing")]), None)

    def manager(self) -> Helper | None:
        """The first of the person's managers."""
        return next((helper for helper in self.helpers if helper.role == "manager"), None)

    @property
    def coach_name(self) -> str:
        """What the coach of today is called; "" without one."""
        helper = self.coach()
        return helper.person.get_short_name() if helper else ""

    @property
    def manager_name(self) -> str:
        """What the manager is called; "" without one."""
        helper = self.manager()
        return helper.person.get_short_name() if helper else ""

    # --- steps

    def items_about(self, step: StepInfo) -> list[Waiting]:
        """What is under way on a step."""
        return [item for item in self.items if item.about == step.about]

    def turn(self, state: StepState) -> StepTurn:
        """Whose move a step is, and since or until when."""
        if state.status == DONE:
            return StepTurn("done", _("Done %(day)s") % {"day": short_day(self._local(state.completed_at))})
        if state.status == WAIVED:
            return StepTurn("done", _("Not needed"))
        waiting = next((item for item in self.items_about(state.step) if item.with_others(self.at)), None)
        if waiting:
            return self._waiting(waiting)
        if state.status == LOCKED:
            return StepTurn("closed", _("Closed"))
        return self._open(state)

    def _open(self, state: StepState) -> StepTurn:
        kind = state.step.kind
        planned = next((item for item in self.items_about(state.step) if item.kind == SESSION), None)
        if planned:
            here = clock.local(planned.since, self.enrolment.person.zone)
            words = {"day": short_day(here.date()), "time": hour(here)}
            return StepTurn("cal", _("%(day)s, %(time)s") % words, item=planned)
        if kind == StepKind.SESSION and not self.coach():
            return StepTurn("manager", _("Waits for a coach"))
        if kind == StepKind.EXTERNAL:
            return StepTurn("manager", _("%(name)s marks it") % {"name": self.manager_name or _("Your manager")})
        if self.enrolment.is_completed:
            return StepTurn("you", _("You, if you like"), mine=True)
        promised = next((item for item in self.items_about(state.step) if item.kind == PROMISED), None)
        due = promised.day if promised and promised.day else state.due_on
        late = (self.today - due).days
        if late > 0:
            text = ngettext("You, %(n)s day late", "You, %(n)s days late", late) % {"n": late}
            return StepTurn("overdue", text, mine=True, item=promised)
        text = _("You, today") if not late else _("You, by %(day)s") % {"day": short_day(due)}
        return StepTurn("you", text, mine=True, item=promised)

    def _waiting(self, item: Waiting) -> StepTurn:
        if item.kind == REQUEST and item.accepted and item.day and item.day >= self.today:
            words = {"name": item.name, "day": short_day(item.day)}
            return StepTurn("coach", _("%(name)s watches, %(day)s") % words, item=item)
        name = item.name if item.who else ("" if item.kind == COUNTERSIGN else self.coach_name)
        who = name or (_("a second signature") if item.kind == COUNTERSIGN else _("your coach"))
        return StepTurn(
            "coach", _("Waits for %(name)s, %(time)s") % {"name": who, "time": self.since(item.since)}, item=item
        )

    def lock(self, state: StepState) -> Lock:
        """Why a closed step is closed. On a path that does not run no day comes nearer, so no date is given."""
        paused = self.progress.day >= 1 and not self.progress.running
        if self.enrolment.is_completed or state.unlocked or (paused and state.decision.unlocks_at):
            return Lock(self.why_shut())
        return explain(state.step.rule, state.decision, self._names())

    def why_shut(self) -> str:
        """Why no step is open on a path that does not run."""
        if self.enrolment.is_completed:
            return _("This path is completed. What it did not require is closed.")
        if self.progress.day < 1:
            return _("Opens when your path begins, on %(day)s.") % {"day": long_day(self.enrolment.started_on)}
        return _("Your path is paused; it opens when the pause ends.")

    def reached_on(self, day: int) -> date:
        """The date on which a day of the path is there, as its locks count: the first day is the start itself."""
        return reached_on(day, self.enrolment.started_on, self.today, self.progress.pauses)

    def _names(self) -> Names:
        steps = self.structure.steps
        titles = {uid: (step.kind, self.step_title(step)) for uid, step in steps.items()}
        left = {uid: len(required - self.progress.done) for uid, required in self.structure.required.items()}
        return Names(
            step=lambda uid: titles.get(uid, ("", "")),
            milestone=lambda uid: (self.milestone_title(uid), left.get(uid, 0)),
            skill=self.words.skill,
            date_of=self.reached_on,
            coach=self.coach_name,
            manager=self.manager_name,
        )

    def next_step(self) -> StepState | None:
        """The one thing to do now: required before optional, what is due first; None when nothing is the learner's, or
        the path is completed.
        """
        if self.enrolment.is_completed:
            return None
        mine = [state for state in self.progress.steps if state.status == OPEN and self.turn(state).mine]
        return min(mine, key=lambda state: (not state.step.required, state.due_on), default=None)

    def next_lesson(self, step: StepInfo) -> LessonInfo | None:
        """The first lesson of a course that is not read."""
        return next((lesson for lesson in step.lessons if lesson.uid not in self.progress.lessons), None)

    def opening_next(self) -> tuple[StepState, date] | None:
        """The closed step that time alone opens first, and when."""
        found = [(state, state.decision.unlocks_at) for state in self.progress.steps if state.status == LOCKED]
        dated = [(state, day) for state, day in found if day]
        return min(dated, key=lambda pair: pair[1], default=None)

    # --- skills

    def milestone_skills(self) -> list[str]:
        """The skills of the current milestone on which something can still move, as its steps meet them."""
        current = self.progress.milestone
        steps = [state.step for state in self.progress.steps if state.step.milestone == current]
        skills = dict.fromkeys(skill for step in steps for skill in step.skills)
        return [skill for skill in skills if self.ladder(skill).state not in (VOUCHED, NONE_HERE)]

    def ladder(self, skill: str) -> Ladder:
        """How a skill stands: what coach and manager read, too."""
        return self.found.look(skill)

    def what_next(self, skill: str) -> Move:
        """What moves a skill next."""
        return self.moves.of(skill)

    @property
    def line(self) -> str:
        """Where the person stands, in the words that coach and manager read."""
        return line_of(self.found)

    # --- waiting

    def wait_sentence(self, item: Waiting) -> str:
        """What lies with whom, and since when."""
        words = {"name": item.name if item.who else self.coach_name or _("Your coach"), "what": item.title}
        days = (self.today - self._local(item.since)).days
        if item.kind == REQUEST and item.accepted and item.day:
            if item.day >= self.today:
                return _("%(name)s watches you on %(day)s.") % (words | {"day": long_day(item.day)})
            return _("%(name)s has yet to write down what they saw on %(day)s.") % (words | {"day": long_day(item.day)})
        if item.kind == REQUEST:
            today = _("%(name)s has your request since today.")
            counted = ngettext(
                "%(name)s has had your request for %(n)s day.", "%(name)s has had your request for %(n)s days.", days
            )
            return by_days(days, today, counted) % (words | {"n": days})
        if item.kind == DECIDE:
            today = _("%(name)s can decide since today.")
            counted = ngettext("%(name)s could decide for %(n)s day.", "%(name)s could decide for %(n)s days.", days)
            return by_days(days, today, counted) % (words | {"n": days})
        if item.kind == CHALLENGE:
            today = _("%(name)s knows since today that you want to be seen early.")
            counted = ngettext(
                "%(name)s has known for %(n)s day that you want to be seen early.",
                "%(name)s has known for %(n)s days that you want to be seen early.",
                days,
            )
            return by_days(days, today, counted) % (words | {"n": days})
        if item.kind == PROPOSAL:
            return self._proposed(item, days)
        if item.kind == CONFIRM:
            return _("%(name)s has yet to confirm your promise.") % words
        if item.kind == SESSION:
            moment = self.moment(item.since)
            return _("%(name)s has yet to write down your session of %(when)s.") % (words | {"when": moment})
        return _("A second signature is still to come.")

    def _proposed(self, item: Waiting, days: int) -> str:
        """A proposal lies with the manager, and since when."""
        words = {"name": self.manager_name or _("Your manager"), "coach": item.who, "n": days}
        today = _("%(name)s decides since today whether %(coach)s becomes your coach.")
        counted = ngettext(
            "%(name)s has had the proposal of %(coach)s as your coach for %(n)s day.",
            "%(name)s has had the proposal of %(coach)s as your coach for %(n)s days.",
            days,
        )
        return by_days(days, today, counted) % words

    def since(self, at: datetime) -> str:
        """How long ago, in whole days."""
        return since((self.today - self._local(at)).days)

    def moment(self, at: datetime) -> str:
        """A moment by the learner's clock: Thursday 30 April, 15:30."""
        here = clock.local(at, self.enrolment.person.zone)
        return at_hour(long_day(here.date()), here)

    def _local(self, at: datetime | None) -> date:
        return clock.today(self.enrolment.person.zone, at)


def journeys(
    person: User, at: datetime, chosen: UUID | None = None, named: Iterable[str] = ()
) -> tuple[list[PathProgress], Journey | None]:
    """Every open path of a person, and every completed one whose role they hold, and the chosen one ready to be told.
    ``named``: slugs of skills that the page names beside those of the path. Queries: 18.

    By default it is the newest that has begun: a path that begins later takes nothing from the role that is held.
    """
    known = paths_to_show_on(person, at)
    paths = [path for path in known if path.enrolment.is_open or path.enrolment.led_to_role_held_on(path.today)]
    present = next((path for path in paths if path.begun), paths[0] if paths else None)
    progress = next((path for path in paths if path.enrolment.uid == chosen), present)
    if progress is None:
        return [], None
    structure, role = progress.structure, role_of(progress.enrolment.role_version_id)
    uids: list[UUID | None] = [path.enrolment.path.uid for path in paths]
    uids += [milestone.uid for milestone in structure.milestones]
    uids += [step.content_uid or step.uid for step in structure.steps.values()]
    uids += [lesson.uid for step in structure.steps.values() for lesson in step.lessons]
    uids += [line.standard for line in role.requirements]
    words = words_of(uids, {*structure.skill_ids, *role.by_skill, *named}, get_language() or "en")
    ids = [progress.enrolment.pk]
    waiting = [*waiting_on_paths(ids), *countersigns_of(ids)]
    standards = {uid: word.title for uid, word in words.content.items()}
    titles = {skill: words.skill(skill) for skill in role.by_skill}
    found = readiness_on(progress, at, waiting, titles, standards)
    items = sorted([*waiting, *found.facts.proposed], key=lambda item: (item.since, item.kind, str(item.uid)))
    return paths, Journey(progress, found, words, items, at)


__all__ = ["COLLECT", "ICONS", "Journey", "StepTurn", "journeys"]
