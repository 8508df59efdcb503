"""My path, told: milestones as sentences with their day, and each step with its state."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cms.rules.locks import Lock
from lms import clock
from lms.api import DONE, LOCKED, OPEN, WAIVED, MilestoneInfo, StepKind, StepState
from lms.rules.ladder import NAMES, gate_of
from lms.rules.said import long_day, short_day
from lms.rules.target import Target
from lms.rules.waiting import CHALLENGE, Waiting

from .journey import ICONS, Journey, StepTurn
from .today import next_card

FINISHED, AHEAD = "finished", "ahead"


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step. ``action``: the words on its button if it is the next; ``late``: overdue, which is never complete.
    ``challenge``: where to ask to be seen early; ``asked``: where that stands, once it is asked.
    """

    state: StepState
    title: str
    icon: str
    turn: StepTurn
    note: str
    gates: list[tuple[str, str]] = field(default_factory=list)
    lock: Lock | None = None
    action: str = ""
    late: str = ""
    challenge: Target | None = None
    asked: Target | None = None

    @property
    def closed(self) -> bool:
        """Whether it is locked."""
        return self.state.status == LOCKED

    @property
    def linked(self) -> bool:
        """Whether there is a page to go to."""
        return not self.closed and self.state.step.kind != StepKind.EXTERNAL


@dataclass(frozen=True, slots=True)
class MilestoneRow:
    """One milestone. ``fold``: finished or ahead lie shut until the reader opens them; ``fold_text`` is on the lid."""

    milestone: MilestoneInfo
    title: str
    by: date
    sentence: str
    steps: list[StepRow]
    fold: str = ""
    fold_text: str = ""
    current: bool = False


def milestones_of(journey: Journey) -> list[MilestoneRow]:
    """Every milestone with its steps; the current one and the one after it lie open. Queries: 0."""
    structure, current, upcoming = journey.structure, journey.progress.milestone, journey.next_step()
    order = [milestone.uid for milestone in structure.milestones]
    place = order.index(current) if current in order else len(order)
    rows = []
    for number, milestone in enumerate(structure.milestones):
        states = [state for state in journey.progress.steps if state.step.milestone == milestone.uid]
        steps = [_step(journey, state, upcoming) for state in states]
        left = [state for state in states if state.step.required and state.status not in (DONE, WAIVED)]
        fold, text = "", ""
        if not left and number != place and not any(state.status == OPEN for state in states):
            fold = FINISHED
            text = ngettext("Show the %(n)s finished step", "Show the %(n)s finished steps", len(states))
        elif number > place + 1:
            fold, text = AHEAD, ngettext("Show the %(n)s step ahead", "Show the %(n)s steps ahead", len(states))
        rows.append(
            MilestoneRow(
                milestone=milestone,
                title=journey.milestone_title(milestone.uid),
                by=journey.progress.date_of(milestone.day),
                sentence=_sentence(journey, milestone, states, left),
                steps=steps,
                fold=fold,
                fold_text=text % {"n": len(states)} if text else "",
                current=milestone.uid == current,
            )
        )
    return rows


def _sentence(journey: Journey, milestone: MilestoneInfo, states: list[StepState], left: list[StepState]) -> str:
    """How much of a milestone is done, and how long it is till its day."""
    required = [state for state in states if state.step.required]
    if not left:
        days = [state.completed_at for state in required if state.completed_at]
        if not days:
            return _("Nothing is required here.") if not required else _("All of it is done.")
        day = clock.today(journey.enrolment.person.zone, max(days))
        return _("All of it is done, the last step on %(day)s.") % {"day": short_day(day)}
    done = len(required) - len(left)
    words = {"done": done, "all": len(required)}
    first = ngettext("%(done)s of %(all)s step done.", "%(done)s of %(all)s steps done.", len(required)) % words
    days_left = (journey.progress.date_of(milestone.day) - journey.today).days
    if not journey.progress.running or days_left > 60:
        return first
    if days_left < 0:
        late = ngettext("Its day was yesterday.", "Its day was %(n)s days ago.", -days_left)
        return f"{first} {late % {'n': -days_left}}"
    if not days_left:
        return f"{first} {_('Its day is today.')}"
    return f"{first} {ngettext('%(n)s day is left.', '%(n)s days are left.', days_left) % {'n': days_left}}"


def _step(journey: Journey, state: StepState, upcoming: StepState | None) -> StepRow:
    step, turn = state.step, journey.turn(state)
    gate = gate_of(step.kind)
    gates = [(gate, _gate_words(journey, state, gate))] if gate and step.skills else []
    done = state.status in (DONE, WAIVED)
    late = ""
    if state.overdue:
        late = _("Was due on %(day)s.") % {"day": long_day(state.due_on)}
    return StepRow(
        state=state,
        title=journey.step_title(step),
        icon=ICONS[StepKind(step.kind)],
        turn=turn,
        note=_note(journey, state),
        gates=[] if done else gates,
        lock=journey.lock(state) if state.status == LOCKED else None,
        action=next_card(journey, state).action if upcoming is not None and state is upcoming else "",
        late=late,
        challenge=_challenge(journey, state),
        asked=next((Target("challenge", item.uid) for item in _asked(journey, state)), None),
    )


def _asked(journey: Journey, state: StepState) -> list[Waiting]:
    return [item for item in journey.items_about(state.step) if item.kind == CHALLENGE]


def _challenge(journey: Journey, state: StepState) -> Target | None:
    """Where somebody who can do it already asks to be seen now; None where there is nothing to ask, or nobody."""
    shut = state.step.kind == StepKind.DEMONSTRATION and state.status == LOCKED and journey.progress.running
    if not shut or _asked(journey, state) or not journey.coach():
        return None
    return Target("new challenge", query=(("enrolment", journey.enrolment.uid), ("step", state.step.uid)))


def _note(journey: Journey, state: StepState) -> str:
    step = state.step
    words = {"kind": str(StepKind(step.kind).label), "n": step.minutes}
    note = ngettext("%(kind)s, %(n)s minute.", "%(kind)s, %(n)s minutes.", step.minutes) % words
    parts = [note if step.minutes else f"{words['kind']}."]
    if not step.required:
        parts.append(_("If you like; nothing waits for it."))
    if state.status == WAIVED:
        parts.append(state.waived_because)
    if state.opened_because:
        parts.append(_("Opened early: %(reason)s") % {"reason": state.opened_because})
    if state.status == OPEN and step.lessons:
        read = {"done": state.lessons_done, "all": len(step.lessons)}
        parts.append(
            ngettext("%(done)s of %(all)s lesson read.", "%(done)s of %(all)s lessons read.", len(step.lessons)) % read
        )
    if state.status == OPEN and step.kind == StepKind.EXTERNAL:
        name = journey.manager_name or _("your manager")
        parts.append(_("It lives elsewhere: tell %(name)s when you have done it.") % {"name": name})
    if state.status == LOCKED and not state.overdue and not journey.enrolment.is_completed:
        parts.append(_("Due on %(day)s.") % {"day": short_day(state.due_on)})
    return " ".join(parts)


def _gate_words(journey: Journey, state: StepState, gate: str) -> str:
    titles = [journey.words.skill(skill) for skill in state.step.skills]
    named = (
        titles[0]
        if len(titles) == 1
        else _("%(first)s and %(last)s")
        % {
            "first": ", ".join(titles[:-1]),
            "last": titles[-1],
        }
    )
    words = {"gate": NAMES[gate], "skills": named}
    if gate in ("do", "show"):
        return _("Opens %(gate)s for %(skills)s.") % words
    return _("Helps to open %(gate)s for %(skills)s.") % words
