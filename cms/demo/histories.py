"""Histories: each learner walks their path day by day, from the first day to the state that the curriculum tells of.

The state to reach is a gate for every required skill, and the sign-offs with their days. What would open more than that
is left out: a practice is played so that only the wanted skills come out to standard, a commitment is confirmed only
where Do is wanted. Nothing is written that a service would refuse on that day.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property, partial
from uuid import UUID

from assessments.api import CalibrationVersion, Case, Entrust, NotYet, SignOffEvent, Verdict
from cms.rules.curriculum.documents import PersonDoc, SignOffDoc
from coaching.api import may_observe, observers_for
from lms.api import OPEN, LessonInfo, PathProgress, Skill, StepInfo, StepState, User, progress_of, standings_of
from lms.rules.gates import GATES

from . import words
from .company import EXPERIENCED, HEAD_OF_LEARNING, Company
from .life import Life, scenario_spec, standard_spec
from .routes import best_route

LONGEST = 100
"""Days of a path after which nothing more is learned by walking on."""
UNDER_WAY = 6
"""A promise that was made so many days ago may still be open."""


def rank(gate: str) -> int:
    """none 0, talk 1, try 2, do 3, show 4."""
    return GATES.index(gate) + 1 if gate in GATES else 0


@dataclass
class History:
    """One learner's walk. ``brought``: skills with an example; ``later``: what was begun and goes on on another day."""

    company: Company
    doc: PersonDoc
    life: Life
    number: int
    started: set[UUID] = field(default_factory=set)
    brought: set[str] = field(default_factory=set)
    later: dict[int, list[Callable[[int], None]]] = field(default_factory=dict)

    def walk(self) -> None:
        """Live every day from the first to today (or to the last that matters)."""
        told = [signoff.revoked_day or signoff.day for signoff in self.doc.signoffs]
        last = max([self.doc.start_day + LONGEST, *told])
        for day in range(self.doc.start_day, min(last, self.end) + 1):
            self.part(day)
            for act in self.later.pop(day, []):
                act(day)
            progress = self.progress(day)
            for state in progress.steps:
                if state.status == OPEN and state.step.uid not in self.started:
                    self.work_on(state, progress.day, day)
            self.bring_examples(day)
            self.ask_early(day)
            for signoff in self.doc.signoffs:
                if signoff.day == day:
                    self.show(signoff)
        self.end_of_story()
        self.help_along()
        if self.doc.state.kind == "on-leave":
            self.company.put_on_leave(self.doc)
        self.company.part_with(self.doc)

    @property
    def end(self) -> int:
        """The last day of the walk: today, or the day before somebody left or went on leave."""
        if self.doc.left_day is not None:
            return self.doc.left_day - 1
        away = self.doc.state.details.get("from_day")
        return away - 1 if isinstance(away, int) else 0

    def coach(self, day: int) -> User | None:
        """Who coaches on a day."""
        return self.company.coach_at(self.doc, self.company.at(day, 12))

    def part(self, day: int) -> None:
        """On the day on which a coach moves on, they leave their learner with a proposal."""
        former = self.doc.state.details.get("former_coach")
        for other in self.company.curriculum.people:
            if other.id == former and other.state.details.get("ended_day") == day:
                self.company.stop_coaching(other, self.doc)

    def ask_early(self, day: int) -> None:
        """Somebody who can do it already asks to be seen; the coach agrees the next morning."""
        details = self.doc.state.details
        if self.doc.state.kind == "challenged" and details["asked_day"] == day:
            asked, answered = self.company.at(day, 15), self.company.at(day + 1, 9)
            step = self.step_for(str(details["standard"]))
            self.life.ask_early(step, words.EARLY, asked, words.EARLY_YES, answered)

    @cached_property
    def early(self) -> frozenset[str]:
        """Skills that somebody shows early, and so neither practises nor promises before."""
        if self.doc.state.kind != "challenged":
            return frozenset()
        return frozenset(self.step_for(str(self.doc.state.details["standard"])).skills)

    def end_of_story(self) -> None:
        """What the story adds: a *not yet*, a second observer who has not come, a request that lies."""
        details = self.doc.state.details
        if self.doc.state.kind == "not-yet":
            self.not_yet()
        elif details.get("waiting_for") == "second-observer":
            self.half_seen(str(details["standard"]))
        elif "request_open_days" in details:
            step = self.step_for(str(details["standard"]))
            day = -int(str(details["request_open_days"]))
            holder = self.company.people[str(details["holder"])]
            planned = self.company.at(day + 3)
            self.life.ask(step, holder, standard_spec(step).where[0], planned, self.company.at(day, 10))

    def progress(self, day: int) -> PathProgress:
        """The path on the morning of a day."""
        return progress_of(self.life.enrolment, self.company.at(day, 9))

    def wants(self, skill: str, gate: str) -> bool:
        """Whether the story needs this gate, or a stronger one, on the skill."""
        return rank(self.doc.gates.get(skill, "none")) >= rank(gate)

    def work_on(self, state: StepState, path_day: int, day: int) -> None:
        """Do what a step asks, if its day has come."""
        step = state.step
        handlers = {
            "course": self.study,
            "discussion": self.discuss,
            "practice": self.practise,
            "session": self.meet,
            "commitment": self.commit,
            "external": self.elsewhere,
            "calibration": self.calibrate,
        }
        handler = handlers.get(step.kind)
        if handler and path_day >= step.start_day:
            handler(step, day)

    def study(self, step: StepInfo, day: int) -> None:
        """Read a course; somebody who has just started has read one lesson."""
        self.started.add(step.uid)
        just_started = self.doc.state.kind == "just-started"
        if not just_started:
            self.life.read(step, self.company.at(day, 9))
        elif len(self.started) == 1:
            self.life.read(step, self.company.at(day, 9), lessons=1)

    def discuss(self, step: StepInfo, day: int) -> None:
        """Say something in the exchange."""
        if self.doc.state.kind != "just-started":
            self.started.add(step.uid)
            self.life.discuss(step, words.DISCUSSED, self.company.at(day, 16))

    def practise(self, step: StepInfo, day: int) -> None:
        """Practise twice, a day apart, where that opens what the story needs and nothing else."""
        self.started.add(step.uid)
        spec = scenario_spec(step)
        wanted = {skill for skill in spec.skills if self.wants(skill, "try")} - self.early
        unwanted = {skill for skill in spec.skills if skill in self.doc.gates} - wanted
        route = best_route(spec, wanted, unwanted)
        if route is None or day >= 0:
            return
        self.life.practise(step, route, self.company.at(day, 13))

        def again(later: int) -> None:
            self.life.practise(step, route, self.company.at(later, 14))

        self.later.setdefault(day + 1, []).append(again)

    def meet(self, step: StepInfo, day: int) -> None:
        """Meet the coach; each learner of a coach has an hour of their own."""
        if self.coach(day) is None or day >= 0:
            return
        self.started.add(step.uid)
        hour = 8 + (self.number % 9)
        if self.doc.state.kind == "just-started":
            ahead = self.company.now.replace(hour=hour, minute=0, second=0, microsecond=0) + timedelta(days=2)
            self.life.book(step, ahead, self.company.at(day, 11))
        else:
            self.life.meet(step, self.company.at(day, hour), words.NOTES)

    def commit(self, step: StepInfo, day: int) -> None:
        """Promise, do and have it confirmed, where Do is wanted for all its skills."""
        self.started.add(step.uid)
        if not all(self.wants(skill, "do") for skill in step.skills) or self.early & set(step.skills):
            self.leave_open(step, day)
            return
        if day + 5 > 0:
            self.life.commit(step, self.company.at(day, 10), days=1 - day)
        else:
            self.life.commit(step, self.company.at(day, 10), words.REPORT, tuple(step.skills))

    def leave_open(self, step: StepInfo, day: int) -> None:
        """A promise that the story does not confirm: made for tomorrow by who is on track; left out where somebody's
        story is late by a later milestone only.
        """
        details, milestone = self.doc.state.details, step.milestone
        if self.doc.state.kind == "on-track" and day >= -UNDER_WAY:
            self.life.commit(step, self.company.at(day, 10), days=1 - day)
        elif "milestone" in details and milestone != self.late_milestone:
            manager = self.company.people[self.doc.manager or self.doc.id]
            self.life.spare(step, manager, words.SPARED, self.company.at(day, 11))

    @cached_property
    def late_milestone(self) -> UUID | None:
        """The milestone that the story says is overdue: the one whose day was so many days ago."""
        progress, days = self.progress(0), self.doc.state.details.get("overdue_days")
        day = progress.day - int(str(days or 0))
        return next((item.uid for item in progress.structure.milestones if item.day == day), None)

    def elsewhere(self, step: StepInfo, day: int) -> None:
        """Training elsewhere takes ten days; then the manager says that it is done."""

        def done(later: int) -> None:
            manager = self.company.people[self.doc.manager or self.doc.id]
            self.life.finish_external(step, manager, self.company.at(later, 17))

        self.started.add(step.uid)
        self.later.setdefault(day + 10, []).append(done)

    def calibrate(self, step: StepInfo, day: int) -> None:
        """Where the story says that a set was passed: not at the first attempt, but at the second; then the head of
        learning lets them observe under a provisional grant.
        """
        self.started.add(step.uid)
        version = CalibrationVersion.objects.select_related("skill").get(set_uid=step.content_uid)
        results = self.doc.state.details.get("calibration")
        if not isinstance(results, dict) or results.get(version.spec["slug"]) != "passed" or day >= -1:
            return
        self.company.rate(self.doc, version, self.company.at(day, 10), apart=1)

        def again(later: int) -> None:
            self.company.rate(self.doc, version, self.company.at(later, 15), apart=3)
            self.company.let_observe(self.doc, version.skill.slug, self.company.at(later, 16))

        self.later.setdefault(day + 2, []).append(again)

    def bring_examples(self, day: int) -> None:
        """Where Talk is wanted and all tagged lessons are read: an example, accepted the next day."""
        if self.coach(day + 1) is None or day >= self.end or self.doc.state.kind == "just-started":
            return
        lacking = {skill: lessons for skill, lessons in self.talked_about.items() if skill not in self.brought}
        if not lacking:
            return
        read = self.progress(day).lessons
        for skill, lessons in lacking.items():
            if all(lesson.uid in read for lesson in lessons):
                self.brought.add(skill)
                said, taken = self.company.at(day, 16.5), self.company.at(day + 1, 10)
                self.life.bring_example(skill, words.EXAMPLES[skill], said, taken)

    @cached_property
    def talked_about(self) -> dict[str, tuple[LessonInfo, ...]]:
        """The lessons of each skill of the path for which the story needs Talk."""
        lessons = self.progress(0).structure.lessons_by_skill
        return {skill: lessons[skill] for skill in lessons if self.wants(skill, "talk")}

    # --- demonstrations

    def step_for(self, standard: str) -> StepInfo:
        """The demonstration step about a standard (by slug)."""
        for step in self.progress(0).structure.steps.values():
            if step.kind == "demonstration" and standard_spec(step).slug == standard:
                return step
        raise LookupError(f"{standard} is not on the path of {self.doc.id}.")

    def observers(self, step: StepInfo, on: date) -> list[User]:
        """The coach and others who may observe all skills of a standard that day, in a fixed order; coach last."""
        skills = list(Skill.objects.filter(slug__in=step.skills).values_list("pk", flat=True))
        coach = self.company.coach_at(self.doc, self.company.at((on - self.company.now.date()).days, 12))
        everybody = observers_for(skills, exclude=(self.life.learner,), on=on)
        others = sorted((person for person in everybody if person != coach), key=lambda person: person.full_name)
        turn = self.number % len(others)
        return [*others[turn:], *others[:turn], *([coach] if coach in everybody else [])]

    def gather(self, step: StepInfo, day: int, ratings: Callable[[str], int], text: str = "") -> Case:
        """Ask and be seen as often as the rule needs, in the week before ``day``; with a line of evidence."""
        spec = standard_spec(step)
        rule = spec.rule
        number = max(rule.observations, rule.observers)
        people = self.observers(step, self.company.at(day - 5).date())
        coach = self.coach(day - 5)
        own = [person for person in people if person == coach][: rule.max_from_coach]
        cast = [person for person in people if person != coach][: number - len(own)] + own
        for turn in range(number):
            observer, context = cast[turn % len(cast)], spec.where[turn % len(spec.where)]
            seen_at = self.company.at(day - 3 + turn, 11 + turn)
            request = self.life.ask(step, observer, context, seen_at, self.company.at(day - 5, 10 + turn))
            marks = dict.fromkeys(spec.indicators, "seen")
            self.life.seen(
                observer,
                {skill: ratings(skill) for skill in spec.skills},
                text or words.SEEN[(self.number + turn) % len(words.SEEN)],
                min(seen_at, self.company.at(day, 9)),
                context=context,
                request=request,
                marks=marks,
            )
        case = Case.objects.exclude(status=Case.Status.DECIDED).get(
            enrolment=self.life.enrolment, standard_uid=step.content_uid
        )
        self.life.attach(case.uid, spec.evidence[0].id, words.EVIDENCE, self.company.at(day, 9.5))
        return case

    def show(self, signoff: SignOffDoc) -> list[SignOffEvent]:
        """Demonstrate and be signed off on the story's day; countersigned where flagged, revoked where it tells so."""
        step = self.step_for(signoff.standard)
        spec = standard_spec(step)
        case = self.gather(step, signoff.day, lambda skill: max(spec.rule.at_least, 4))
        verdicts: dict[str, Verdict] = {skill: Entrust(signoff.level) for skill in spec.skills}
        events = self.life.decided(case.uid, verdicts, words.WHY, self.company.at(signoff.day, 15))
        if any(event.flags for event in events):
            self.life.countersigned(
                events, self.second(case, self.coach(signoff.day)), self.company.at(signoff.day, 17)
            )
        if signoff.revoked_day is not None:
            first = next(event for event in events if event.skill.slug == spec.skills[0])
            self.later.setdefault(signoff.revoked_day, []).append(partial(self.take_back, first))
        return events

    def take_back(self, event: SignOffEvent, day: int) -> None:
        """Revoke a sign-off, by whom and why the story says."""
        by = self.company.people[str(self.doc.state.details["by"])]
        self.life.taken_back(event, by, str(self.doc.state.details["reason"]), self.company.at(day, 12))

    def second(self, case: Case, coach: User | None) -> User:
        """Who countersigns: an experienced coach, or the head of learning, who neither signed nor observed."""
        took_part = set(case.observations.values_list("observer", flat=True)) | {self.life.learner.pk}
        people = [self.company.people[name] for name in (HEAD_OF_LEARNING, EXPERIENCED)]
        return next(person for person in people if person.pk not in took_part and person != coach)

    def half_seen(self, standard: str) -> None:
        """Two people were asked; one has watched, the other has yet to."""
        step = self.step_for(standard)
        spec = standard_spec(step)
        other, *_more, coach = self.observers(step, self.company.at(-4).date())
        seen_at = self.company.at(-2, 10)
        request = self.life.ask(step, coach, spec.where[0], seen_at, self.company.at(-4, 9))
        self.life.ask(step, other, spec.where[-1], self.company.at(0, 12), self.company.at(-4, 10))
        ratings = dict.fromkeys(spec.skills, 4)
        marks = dict.fromkeys(spec.indicators, "seen")
        text = words.SEEN[self.number % len(words.SEEN)]
        self.life.seen(coach, ratings, text, seen_at, context=spec.where[0], request=request, marks=marks)

    def not_yet(self) -> None:
        """Seen twice and told *not yet*, with a next step and a date."""
        details = self.doc.state.details
        day = int(str(details["decided_day"]))
        step = self.step_for(str(details["standard"]))
        case = self.gather(step, day, lambda skill: 3 if self.wants(skill, "do") else 2, words.SEEN_NOT_YET)
        retry_on = (self.company.now + timedelta(days=int(str(details["retry_day"])))).date()
        verdict = NotYet(str(details["next_step"]), retry_on)
        verdicts: dict[str, Verdict] = dict.fromkeys(standard_spec(step).skills, verdict)
        self.life.decided(case.uid, verdicts, words.WHY_NOT_YET, self.company.at(day, 15))

    def help_along(self) -> None:
        """Where Do is still wanted and no commitment opened it, the coach happened to see the skill at work."""
        at = self.company.at(self.end - 1, 15)
        coach = self.coach(self.end - 1)
        standing = standings_of(self.life.learner.pk, at.date())
        missing = {
            skill
            for skill, gate in self.doc.gates.items()
            if gate == "do" and (skill not in standing or not standing[skill].reaches("do"))
        }
        for step in self.progress(0).structure.steps.values():
            found = missing & set(step.skills)
            if step.kind != "demonstration" or not found or coach is None:
                continue
            ids = {skill.pk: skill.slug for skill in Skill.objects.filter(slug__in=step.skills)}
            able = {ids[pk] for pk in may_observe(coach.pk, ids, at)}
            if found & able:
                ratings = {skill: 3 if self.wants(skill, "do") else 2 for skill in able}
                context = standard_spec(step).where[0]
                self.life.seen(coach, ratings, words.SEEN_UNASKED, at, context=context, standard=step.content_uid)
                missing -= able
