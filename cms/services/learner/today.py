"""What a learner is told today: the next thing, what waits for whom, the ladders of the milestone."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.api import HeldRole, Move, RecallQuestion, due_cards, role_held_by
from coaching.api import Helper, my_people
from lms import clock
from lms.api import OPEN, Enrolment, News, PathProgress, StepKind, StepState, User, completed_path_of, unread_notices
from lms.rules.ladder import NAMES, Ladder, gate_of
from lms.rules.said import by_days, full_day, long_day, short_day
from lms.rules.standing import DUE, LAPSED, LOWER, NOT_YET, REFUSED, REVOKED, VOUCHED, Verdict
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

from .journey import Journey, journeys

SETTLED = timedelta(days=30)

# What a page of today can be about, beside an ordinary day.
NO_PATH, AHEAD, PAUSED, COMPLETED = "no-path", "ahead", "paused", "completed"
ALL_DONE, WAITING, READY = "all-done", "waiting", "ready"
TO_ASK_AGAIN = (DUE, LAPSED, LOWER, REFUSED, REVOKED)


@dataclass(frozen=True, slots=True)
class Next:
    """The card of the one next step (components/next.html)."""

    title: str
    why: str
    target: Target | None
    action: str
    minutes: int = 0
    gate: str = ""
    gate_text: str = ""
    private: bool = False


@dataclass(frozen=True, slots=True)
class Wait:
    """A line of *Waiting on others*: a sentence, what it is about, and who has it."""

    sentence: str
    about: str
    who: str
    icon: str
    target: Target | None = None


@dataclass(frozen=True, slots=True)
class TodaySkill:
    """A skill with its ladder, the gates that are open in a sentence, what moves it next, and its page (None: none)."""

    slug: str
    title: str
    ladder: Ladder
    opened: str
    move: Move
    target: Target | None


@dataclass(frozen=True, slots=True)
class Planned:
    """A session that is planned: when, with whom, where."""

    title: str
    when: str
    minutes: int
    who: str
    place: str
    target: Target


@dataclass(slots=True)
class Today:
    """A learner's day. ``state`` is "" on an ordinary one; ``line``: where they stand, as their manager reads it;
    ``settled``: no newcomer, who has no path; ``again``: what is to be shown again, and can be asked for now.
    """

    greeting: str
    state: str = ""
    line: str = ""
    sentence: str = ""
    journey: Journey | None = None
    paths: list[PathProgress] = field(default_factory=list)
    next: Next | None = None
    cards: list[RecallQuestion] = field(default_factory=list)
    waits: list[Wait] = field(default_factory=list)
    skills: list[TodaySkill] = field(default_factory=list)
    session: Planned | None = None
    helpers: list[Helper] = field(default_factory=list)
    news: News = field(default_factory=News)
    ended: Enrolment | None = None
    role: HeldRole | None = None
    settled: bool = False
    again: list[TodaySkill] = field(default_factory=list)

    @property
    def milestone_days(self) -> list[int]:
        """For the ruler of days."""
        return [item.day for item in self.journey.structure.milestones] if self.journey else []

    @property
    def offers(self) -> bool:
        """Whether a skill on the page says something that can be done now, though no step is open: to be seen early."""
        return any(line.move.target for line in [*self.skills, *self.again])


def today_of(person: User, at: datetime, chosen: UUID | None = None) -> Today:
    """All of a learner's day. Queries: 22 with a path, whatever its length; 7 without, 14 with a role that is held."""
    paths, journey = journeys(person, at, chosen)
    today = Today(greeting(person, at), paths=paths, news=unread_notices(person))
    if journey is None:
        return _without_path(today, person, at)
    today.journey, today.helpers, today.line = journey, journey.helpers, journey.line
    progress = journey.progress
    if progress.enrolment.is_paused:
        today.state, today.sentence = PAUSED, _pause_sentence(progress)
        return today
    if not progress.begun:
        today.state = AHEAD
        today.sentence = _ahead_sentence(progress)
        return today
    met = [path.enrolment for path in paths if path.can_be_shown_on]
    versions = [enrolment.path_version_id for enrolment in met]
    today.cards = due_cards(person, progress.today, versions=versions)
    today.waits = waits_of(journey)
    today.session = session_of(journey)
    required = _required_lines(journey)
    today.again = [line for line in required if line.ladder.state in TO_ASK_AGAIN and line.move.target]
    if progress.milestone is None:
        today.skills = [line for line in required if line.ladder.state != VOUCHED and line not in today.again]
    else:
        today.skills = [skill_line(journey, skill) for skill in journey.milestone_skills()]
    today.next = next_of(journey)
    today.sentence = milestone_sentence(journey, today.waits)
    if today.next is None:
        result = journey.found.readiness
        done = progress.milestone is None
        today.state = READY if done and result and result.ready else ALL_DONE if done else WAITING
    return today


def next_of(journey: Journey) -> Next | None:
    """The card of the one next thing: the coach's next step after a *not yet* before what the path has next."""
    again = [line for line in _required_lines(journey) if line.ladder.state == NOT_YET and line.move.target]
    if again:
        verdicts = {line.slug: verdict for line in again if (verdict := journey.found.verdict_of(line.slug))}
        first = min(again, key=lambda line: verdicts[line.slug].retry_on or date.max)
        return not_yet_card(journey, first, verdicts[first.slug])
    state = journey.next_step()
    return next_card(journey, state) if state else None


def _required_lines(journey: Journey) -> list[TodaySkill]:
    return [skill_line(journey, line.skill) for line in journey.found.role.requirements]


def greeting(person: User, at: datetime) -> str:
    """Good morning, by the person's own clock."""
    hour = at.astimezone(person.zone).hour
    words = {"name": person.get_short_name()}
    if 4 <= hour < 12:
        return _("Good morning, %(name)s") % words
    return (_("Good afternoon, %(name)s") if 12 <= hour < 18 else _("Good evening, %(name)s")) % words


def _without_path(today: Today, person: User, at: datetime) -> Today:
    today.helpers = my_people(person, clock.today(person.zone, at))
    today.ended = completed_path_of(person)
    today.role = role_held_by(person, at)
    today.state = COMPLETED if today.ended else NO_PATH
    today.settled = bool(person.started_on and clock.today(person.zone, at) - person.started_on > SETTLED)
    return today


def _pause_sentence(progress: PathProgress) -> str:
    """Until when no day counts, and the reason that was given."""
    holds = (until for begin, until in progress.pauses if begin <= progress.today and until and until > progress.today)
    until = next(holds, None)
    sentence = (
        _("Your path is paused until %(day)s. No day counts until then.") % {"day": full_day(until)}
        if until
        else _("Your path is paused. No day counts until it goes on.")
    )
    if not progress.pause_reason:
        return sentence
    return f"{sentence} {_('Why: %(reason)s') % {'reason': progress.pause_reason}}"


def _ahead_sentence(progress: PathProgress) -> str:
    days = (progress.enrolment.started_on - progress.today).days
    return ngettext("Your path begins tomorrow.", "Your path begins in %(n)s days.", days) % {"n": days}


def milestone_sentence(journey: Journey, waits: list[Wait]) -> str:
    """How far it is to the milestone: days, steps, and how many answers of others. Whether somebody is late is said in
    one place, and not here (``Journey.line``).
    """
    current = next((item for item in journey.structure.milestones if item.uid == journey.progress.milestone), None)
    if current is None:
        return _("Every required step of this path is done.")
    left = len(journey.structure.required[current.uid] - journey.progress.done)
    days = (journey.progress.date_of(current.day) - journey.today).days
    title = {"title": journey.milestone_title(current.uid)}
    if days > 0:
        first = ngettext("%(n)s day to “%(title)s”.", "%(n)s days to “%(title)s”.", days) % (title | {"n": days})
    elif days == 0:
        first = _("“%(title)s” is due today.") % title
    else:
        first = _("On the way to “%(title)s”.") % title
    second = ngettext("%(n)s step is left.", "%(n)s steps are left.", left) % {"n": left}
    if waits:
        third = ngettext("%(n)s thing waits for somebody else.", "%(n)s things wait for others.", len(waits))
        return f"{first} {second} {third % {'n': len(waits)}}"
    return f"{first} {second}"


# --- The next step ------------------------------------------------------------------------------------------------


def next_card(journey: Journey, state: StepState) -> Next:
    """The card of a step that is the learner's to do."""
    step, kind = state.step, state.step.kind
    gate = gate_of(kind)
    title = journey.step_title(step)
    minutes, why, action = step.minutes, "", _("Begin")
    if kind == StepKind.COURSE:
        title, minutes, why, action = _course(journey, state)
    elif kind == StepKind.DISCUSSION:
        why, action = _("One contribution is enough: an answer, or an example of your own."), _("Take part")
    elif kind == StepKind.PRACTICE:
        why, action = _("A conversation that you may lose, and play again."), _("Start the practice")
    elif kind == StepKind.SESSION:
        why = _("A session with %(coach)s. Find a time that suits you both.") % {"coach": journey.coach_name}
        action = _("Plan the session")
    elif kind == StepKind.COMMITMENT:
        why, action = _commitment(journey, state)
    elif kind == StepKind.DEMONSTRATION:
        why, action = _demonstration(journey, state)
    elif kind == StepKind.CALIBRATION:
        why, action = _("Rate what others rated, and see where you differ."), _("Rate the vignettes")
    return Next(
        title=title,
        why=" ".join(filter(None, [why, due_sentence(journey, state)])),
        target=Target("step", step.uid),
        action=action,
        minutes=minutes,
        gate=gate,
        gate_text=gate_text(journey, state) if gate else "",
        private=kind == StepKind.PRACTICE,
    )


def not_yet_card(journey: Journey, line: TodaySkill, verdict: Verdict) -> Next:
    """The card of the coach's next step after *not yet*."""
    first = _("Not yet in “%(skill)s”: this is the step to go.") % {"skill": line.title}
    again = _("Seen again by %(day)s.") % {"day": long_day(verdict.retry_on)} if verdict.retry_on else ""
    return Next(
        title=verdict.next_step or _("Ask your coach for the next step"),
        why=f"{first} {again}".strip(),
        target=line.move.target,
        action=_("Ask to be seen again"),
        gate="show",
        gate_text=_("Opens %(gate)s") % {"gate": NAMES["show"]},
    )


def _course(journey: Journey, state: StepState) -> tuple[str, int, str, str]:
    course, lesson = journey.step_title(state.step), journey.next_lesson(state.step)
    words = {"course": course, "n": state.lessons_done + 1, "all": len(state.step.lessons)}
    if lesson is None:
        return course, 0, _("You have read all of it. Confirm the last lesson, and the step is done."), _("Confirm it")
    word = journey.words.content.get(lesson.uid)
    if word is None:
        return course, state.step.minutes, "", _("Read it")
    why = _("Lesson %(n)s of %(all)s of “%(course)s”.") % words
    action = _("Go on reading") if state.lessons_done else _("Begin to read")
    return word.title, word.minutes, f"{why} {word.summary}".strip(), action


def _commitment(journey: Journey, state: StepState) -> tuple[str, str]:
    item = next((item for item in journey.items_about(state.step) if item.kind == PROMISED), None)
    if item and item.day:
        words = {"what": item.title, "day": long_day(item.day)}
        return _("You promised: “%(what)s”, by %(day)s.") % words, _("Say how it went")
    return _("Promise to use it with a customer you know, by a day that you choose."), _("Make the promise")


def _demonstration(journey: Journey, state: StepState) -> tuple[str, str]:
    if any(item.kind == COLLECT for item in journey.items_about(state.step)):
        return _("Something is still missing before it can be decided. Look at what, and ask again."), _("See the case")
    return _("Choose who watches you, where and when."), _("Ask to be seen")


def due_sentence(journey: Journey, state: StepState) -> str:
    """By when; overdue is said, and is never complete."""
    if state.due_on < journey.today:
        return _("It was due on %(day)s.") % {"day": long_day(state.due_on)}
    if state.due_on == journey.today:
        return _("It is due today.")
    return _("It is due on %(day)s.") % {"day": long_day(state.due_on)}


def gate_text(journey: Journey, state: StepState) -> str:
    """Which gate a step opens, or helps to open."""
    gate = gate_of(state.step.kind)
    words = {"gate": NAMES[gate]}
    return (_("Opens %(gate)s") if gate in ("do", "show") else _("Helps to open %(gate)s")) % words


# --- Others -------------------------------------------------------------------------------------------------------


def waits_of(journey: Journey) -> list[Wait]:
    """Everything of the path that lies with somebody else, the longest waiting first."""
    waits = [_wait(journey, item) for item in journey.items if item.with_others(journey.at)]
    manager, coach = journey.manager(), journey.coach()
    named = manager.person.full_name if manager else _("Your manager")
    called = journey.manager_name or _("Your manager")
    if coach is None and _needs_coach(journey):
        completed = journey.enrolment.is_completed
        about = (
            _("You need one to be seen again.")
            if completed
            else _("You need one for sessions, promises and demonstrations.")
        )
        sentence = (
            _("%(name)s has yet to name your standing coach.")
            if completed
            else _("%(name)s has yet to choose your coach.")
        ) % {"name": called}
        waits.append(Wait(sentence, about, _("%(name)s, manager") % {"name": named}, "manager"))
    for state in journey.progress.steps:
        if state.step.kind == StepKind.EXTERNAL and state.status == OPEN:
            days = (journey.today - _open_since(journey, state)).days
            words = {"name": called, "what": journey.step_title(state.step), "n": days}
            today = _("Training elsewhere, open since today. Tell %(name)s when you have done it.")
            counted = ngettext(
                "Training elsewhere, open for %(n)s day. Tell %(name)s when you have done it.",
                "Training elsewhere, open for %(n)s days. Tell %(name)s when you have done it.",
                days,
            )
            sentence = _("%(name)s marks “%(what)s” as done.") % words
            about = by_days(days, today, counted) % words
            waits.append(Wait(sentence, about, _("%(name)s, manager") % {"name": named}, "manager"))
    return waits


def _needs_coach(journey: Journey) -> bool:
    """Whether somebody is to name one: nobody is proposed, and of a completed path something is to be seen again."""
    if journey.enrolment.is_completed:
        return any(line.ladder.state != VOUCHED for line in _required_lines(journey))
    return not any(item.kind == PROPOSAL for item in journey.items)


def _open_since(journey: Journey, state: StepState) -> date:
    return min(journey.reached_on(state.step.start_day), journey.today)


def _wait(journey: Journey, item: Waiting) -> Wait:
    coach = journey.coach()
    if item.kind == PROPOSAL:
        manager = journey.manager()
        named = _("%(name)s, manager") % {"name": manager.person.full_name if manager else _("Your manager")}
        about = _("You need a coach for sessions, promises and demonstrations.")
        return Wait(journey.wait_sentence(item), about, named, "manager")
    full = item.who or (coach.person.full_name if coach and item.kind != COUNTERSIGN else "")
    role = _("%(name)s, observer") if item.kind == REQUEST else _("%(name)s, coach")
    who = role % {"name": full} if full else _("A second person")
    sentence = journey.wait_sentence(item)
    if coach is None and item.kind in (DECIDE, CONFIRM, CHALLENGE):
        sentence, who = _("This waits for a coach, and you have none yet."), _("Nobody yet")
    if item.kind == SESSION:
        target = Target("session", item.uid)
    elif item.kind == CHALLENGE:
        target = Target("challenge", item.uid)
    elif item.about and item.kind == CONFIRM:
        target = Target("commitment", item.uid)
    else:
        target = Target("permanent link", item.case or item.uid)
    return Wait(sentence, _about(journey, item), who, "coach", target)


def _about(journey: Journey, item: Waiting) -> str:
    if item.kind == REQUEST and item.day:
        words = {"what": journey.words.title(item.about, item.title), "day": short_day(item.day)}
        return _("“%(what)s”, asked for %(day)s.") % words
    if item.kind == SESSION:
        return item.title
    if item.kind == COUNTERSIGN:
        words = {"what": journey.words.title(item.about, item.title)}
        return _("“%(what)s” is decided; somebody else looks at the evidence, too.") % words
    return f"“{journey.words.title(item.about, item.title)}”"


def session_of(journey: Journey) -> Planned | None:
    """The next session that is planned on the path."""
    item = next((item for item in journey.items if item.kind == SESSION and not item.over(journey.at)), None)
    if item is None:
        return None
    target = Target("session", item.uid)
    return Planned(item.title, journey.moment(item.since), item.minutes, item.who, item.place, target)


def skill_line(journey: Journey, skill: str) -> TodaySkill:
    """A skill with its ladder and what comes next."""
    found = journey.ladder(skill)
    opened = [str(NAMES[gate]) for gate, bay in zip(NAMES, found.bays, strict=False) if bay == "open"]
    said = open_sentence(opened) if opened else ""
    return TodaySkill(
        skill, journey.skill_title(skill), found, said, journey.what_next(skill), journey.skill_target(skill)
    )


def open_sentence(opened: list[str]) -> str:
    """Talk and Try open."""
    if len(opened) == 1:
        return _("%(gate)s open.") % {"gate": opened[0]}
    return _("%(gates)s and %(last)s open.") % {"gates": ", ".join(opened[:-1]), "last": opened[-1]}
