"""What moves a skill next: always something that can be done now, or the day from which, or why nothing can.

One answer for the learner, the coach, the queue and the invoice. Whoever shows a move to others hands in the path as
others see it (``lms.api.as_others_see``): of practice nothing shows but that Try is open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lms.api import DONE, LOCKED, OPEN, WAIVED, PathProgress, StepInfo, StepKind, StepState
from lms.rules.days import reached_on
from lms.rules.gates import GATES, VALUES
from lms.rules.ladder import SERVED_BY, Ladder
from lms.rules.said import full_day, long_day
from lms.rules.standing import DUE, NOT_YET, OTHER_STANDARD, TO_SHOW_AGAIN, VOUCHED, held
from lms.rules.target import Target
from lms.rules.unlock import GateOpen, Leaf, MilestoneDone, StepDone
from lms.rules.waiting import CHALLENGE, CONFIRM, COUNTERSIGN, REQUEST, SESSION

from .holders import AUTHOR, EXTERNAL, LEARNER, MANAGER, Holder, waited_for

if TYPE_CHECKING:
    from .readiness import PersonReadiness


@dataclass(frozen=True, slots=True)
class Move:
    """The next thing for one skill, in a sentence; who has it says ``PersonReadiness.who_has``.

    ``target``: where the learner does it now, ``step`` on which step; ``on``: the day from which it can be done;
    ``dead``: nobody on the path can do anything; ``why``: what stands before it, such as the coach's next step; ``by``:
    who else is to do it, where the learner can do nothing.
    """

    sentence: str
    target: Target | None = None
    step: UUID | None = None
    on: date | None = None
    dead: bool = False
    why: str = ""
    by: Holder | None = None

    @property
    def text(self) -> str:
        """All of it, where nothing can be a link."""
        return f"{self.why} {self.sentence}".strip()


TO_DO = {
    StepKind.COURSE: gettext_lazy("Read “%(title)s” to the end."),
    StepKind.DISCUSSION: gettext_lazy("Take part in “%(title)s”."),
    StepKind.PRACTICE: gettext_lazy("Practise “%(title)s” twice to standard, a day apart."),
    StepKind.SESSION: gettext_lazy("Have the session “%(title)s”."),
    StepKind.COMMITMENT: gettext_lazy("Make and keep the promise “%(title)s”."),
    StepKind.DEMONSTRATION: gettext_lazy("Ask to be seen: “%(title)s”."),
    StepKind.CALIBRATION: gettext_lazy("Rate the vignettes of “%(title)s”."),
    StepKind.EXTERNAL: gettext_lazy("The manager marks “%(title)s” as done."),
}
"""What is to be done, by the kind of the step."""


class _DependsOnOthersError(Exception):
    """What comes next for a skill follows from steps that do not serve it."""


class Moves:
    """What moves the skills of one person on one path; everything is read before."""

    def __init__(self, found: PersonReadiness, progress: PathProgress, title_of: Callable[[StepInfo], str]) -> None:
        self.found, self.progress, self.title_of = found, progress, title_of
        self._closed_is_unknown = False

    def of(self, skill: str, seen: frozenset[object] = frozenset()) -> Move:
        """The next thing for a skill. ``seen``: skills and steps that led here, so that no lock explains itself."""
        look, holder = self.found.look(skill), self.found.holder_of(skill)
        if look.state == VOUCHED:
            day = {"day": full_day(look.valid_until)}
            return Move(_("Nothing. Valid until %(day)s.") % day if look.valid_until else _("Nothing."))
        said = _said(look)
        if holder and holder.who not in (LEARNER, MANAGER):
            return _after(said, Move(_waiting(holder)))
        own = self._stopped() or self._own_or_again(skill, look, seen)
        if holder and holder.who == MANAGER:
            # Without a coach nothing is confirmed or decided, and yet the learner can go on.
            return _after(said, _after(_waiting(holder), own) if own.target else Move(_waiting(holder)))
        return _after(said, own)

    def near(self, skill: str) -> Move | None:
        """The same from the steps that serve a skill alone; None where it depends on others, which open these."""
        self._closed_is_unknown = True
        try:
            return self.of(skill)
        except _DependsOnOthersError:
            return None
        finally:
            self._closed_is_unknown = False

    def _own_or_again(self, skill: str, look: Ladder, seen: frozenset[object]) -> Move:
        again = look.state in (DUE, NOT_YET, *TO_SHOW_AGAIN) and look.state != OTHER_STANDARD
        return self._again(skill, seen) if again else self._own(skill, seen | {skill})

    def _stopped(self) -> Move | None:
        """Why no step of the path can be done now, if none can."""
        progress, enrolment = self.progress, self.progress.enrolment
        if enrolment.led_to_role_held_on(progress.today):
            return None
        if not enrolment.is_open:
            return Move(_("This path has ended."))
        if progress.day < 1:
            day = reached_on(1, enrolment.started_on, progress.today, progress.pauses)
            return Move(_("The path begins on %(day)s.") % {"day": long_day(day)}, on=day)
        if progress.running:
            return None
        until = next((end for begin, end in progress.pauses if begin <= progress.today and end), None)
        if until and until > progress.today:
            words = {"day": long_day(until)}
            return Move(_("The path is paused until %(day)s.") % words, on=until)
        return Move(_("The path is paused. Whoever paused it lets it go on."))

    # --- To be seen again

    def _again(self, skill: str, seen: frozenset[object]) -> Move:
        """After *not yet*, after a signature that does not count, and before one ends."""
        shown = self._demonstrations(skill)
        state = min((state for state in shown if state.status != LOCKED), key=_first_open, default=None)
        if state is None:
            return self._locked(shown[0], seen) if shown else Move(_no_demonstration(), dead=True)
        waits = self._waits_about(state.step)
        if waits:
            return Move(_waiting(waits), by=waits)
        ask = _("Ask to be seen again: “%(title)s”.") % {"title": self.title_of(state.step)}
        return replace(self._do(state), sentence=ask)

    def _demonstrations(self, skill: str) -> list[StepState]:
        ways = self.found.ways_to(skill)
        return [
            state
            for state in self.progress.steps
            if state.step.kind == StepKind.DEMONSTRATION
            and skill in state.step.skills
            and state.step.content_uid in ways.demonstrations
        ]

    # --- The learner's own steps

    def _own(self, skill: str, seen: frozenset[object]) -> Move:
        """What the learner can do for one skill: what is due first of all that opens a gate ahead."""
        ways, gates = self.found.ways_to(skill), self.found.gates.get(skill, ())
        has = held(gates, self.found.role.by_skill.get(skill), self.found.today)
        open_now = {gate.gate for gate in gates if gate.counts_on(self.found.today)}
        above = VALUES.get(has.gate, 0)
        wanted = [gate for gate in GATES if gate in ways.gates and VALUES[gate] > above and gate not in open_now]
        shown = self._demonstrations(skill)
        steps = [state for state in self.progress.steps if self._serves(state, skill, wanted, shown)]
        now = min((state for state in steps if state.status != LOCKED), key=_due_first, default=None)
        if now:
            return self._do(now)
        if "talk" in wanted and not self._unread(skill):
            sentence = _("Bring one example to the exchange, or have all recall questions of its lessons right.")
            return Move(sentence, Target("new example", query=(("skill", skill),)))
        done = next((state for state in shown if state.status != LOCKED and not self._waits_about(state.step)), None)
        if done:
            return self._do(done)
        closed = [self._locked(state, seen) for state in sorted(steps, key=_due_first)]
        return min(closed, key=lambda move: (not (move.target or move.on), move.dead), default=_nothing())

    def _serves(self, state: StepState, skill: str, wanted: Iterable[str], shown: list[StepState]) -> bool:
        """Whether a step is still to be done and opens one of these gates of the skill."""
        step = state.step
        if not any(step.kind in SERVED_BY[gate] for gate in wanted) or self._waits_about(step):
            return False
        if step.kind == StepKind.COURSE:
            return any(lesson.uid in self._unread(skill) for lesson in step.lessons)
        if step.kind == StepKind.DEMONSTRATION:
            return state in shown and state.status not in (DONE, WAIVED)
        repeats = state.status == DONE and step.kind == StepKind.PRACTICE
        return skill in step.skills and (repeats or state.status not in (DONE, WAIVED))

    def _unread(self, skill: str) -> set[UUID]:
        lessons = self.progress.structure.lessons_by_skill.get(skill, ())
        return {lesson.uid for lesson in lessons} - self.progress.lessons

    def _waits_about(self, step: StepInfo) -> Holder | None:
        """Who has the next move on a step, where that is somebody else."""
        wait = next((wait for wait in self.found.waiting if wait.about == step.about), None)
        return waited_for(self.found, wait, "") if wait else None

    def _do(self, state: StepState) -> Move:
        """A step that is open, as something to do; a session needs somebody to have it with."""
        step, alone = state.step, self.found.facts.uncoached.get(self.progress.enrolment.pk)
        if step.kind == StepKind.SESSION and alone:
            chooses = Holder(MANAGER, alone.manager, "", alone.since)
            return Move(_waiting(chooses), step=step.uid, by=chooses)
        sentence = str(TO_DO[StepKind(step.kind)]) % {"title": self.title_of(step)}
        if step.kind == StepKind.EXTERNAL:
            return Move(sentence, step=step.uid, by=Holder(MANAGER, "", "", None, EXTERNAL))
        asks = step.kind == StepKind.DEMONSTRATION
        return Move(sentence, Target("new request" if asks else "step", step.uid), step.uid)

    # --- What is closed

    def _locked(self, state: StepState, seen: frozenset[object]) -> Move:
        """What opens a closed step: a day, or what can be done about it."""
        if self._closed_is_unknown:
            raise _DependsOnOthersError
        words = {"title": self.title_of(state.step)}
        stopped = self._stopped()
        if stopped:
            return stopped
        if self.progress.enrolment.is_completed:
            return Move(_("“%(title)s” is closed: the path is completed.") % words, dead=True)
        if state.decision.unlocks_at:
            day = state.decision.unlocks_at
            sentence = _("“%(title)s” opens on %(day)s.") % (words | {"day": long_day(day)})
            return Move(sentence, step=state.step.uid, on=day)
        seen = seen | {state.step.uid}
        unmet = [reason.leaf for reason in state.decision.reasons if not (reason.met or reason.missing)]
        moves = [move for leaf in unmet if (move := self._opens(leaf, seen)) and not move.dead]
        if moves:
            move = min(moves, key=lambda move: not (move.target or move.on))
            return replace(move, sentence=f"{move.sentence} {_('That helps to open “%(title)s”.') % words}")
        if state.step.kind == StepKind.DEMONSTRATION and self.progress.enrolment.pk in self.found.facts.coaches:
            query = (("enrolment", self.progress.enrolment.uid), ("step", state.step.uid))
            sentence = _("“%(title)s” is closed. Ask the coach to see it before the path opens it.") % words
            return Move(sentence, Target("new challenge", query=query))
        return Move(_("“%(title)s” is closed. The author of the path says what opens it.") % words, dead=True)

    def _opens(self, leaf: Leaf, seen: frozenset[object]) -> Move | None:
        match leaf:
            case StepDone(step):
                state = self.progress.state(step)
                return self._towards(state, seen) if state and step not in seen else None
            case MilestoneDone(milestone):
                required = self.progress.structure.required[milestone] - self.progress.done - seen
                left = [state for state in self.progress.steps if state.step.uid in required]
                state = min(left, key=lambda item: (item.status != OPEN, item.due_on), default=None)
                return self._towards(state, seen) if state else None
            case GateOpen(skill) if skill not in seen and self.found.look(skill).state != VOUCHED:
                return self.of(skill, seen)
        return None

    def _towards(self, state: StepState, seen: frozenset[object]) -> Move:
        waits = self._waits_about(state.step)
        if waits:
            return Move(_waiting(waits), by=waits)
        return self._locked(state, seen) if state.status == LOCKED else self._do(state)


def _said(look: Ladder) -> str:
    """What the state asks for, before what can be done about it."""
    if look.state == DUE:
        return _("Valid until %(day)s.") % {"day": full_day(look.valid_until)}
    return look.note if look.state in (NOT_YET, *TO_SHOW_AGAIN) else ""


def _after(said: str, move: Move) -> Move:
    """A move behind the sentence that says why."""
    return replace(move, why=f"{said} {move.why}".strip()) if said else move


def _due_first(state: StepState) -> tuple[bool, bool, date]:
    """As Today chooses: required before optional, then what is due first; what can only be repeated comes last."""
    return state.status == DONE, not state.step.required, state.due_on


def _first_open(state: StepState) -> tuple[bool, date]:
    return state.status != OPEN, state.due_on


def _no_demonstration() -> str:
    return _("This path has no demonstration for it. Its author adds one.")


def _nothing() -> Move:
    return Move(_("This path offers nothing for it. Its author adds it."), dead=True)


def _waiting(holder: Holder) -> str:
    words = {"name": holder.called}
    if holder.kind == REQUEST:
        return _("%(name)s watches, and writes down what they saw.") % words
    if holder.kind == CONFIRM:
        return _("%(name)s confirms the promise.") % words
    if holder.kind == SESSION:
        return _("%(name)s writes down the session.") % words
    if holder.kind == CHALLENGE:
        return _("%(name)s answers the wish to be seen early.") % words
    if holder.kind == COUNTERSIGN:
        return _("Somebody who was not there reads it and countersigns.")
    if holder.who == MANAGER:
        return _("%(name)s chooses a coach.") % words if holder.name else _("The manager chooses a coach.")
    if holder.who == AUTHOR:
        return _no_demonstration()
    return _("%(name)s decides. Everything needed is there.") % words
