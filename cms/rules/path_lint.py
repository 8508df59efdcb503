"""Can this path be published? Pure: a path as compiled, the role it leads to, and how far its standards go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from uuid import UUID

from django.utils.translation import gettext as _

from lms.rules.ladder import SERVED_BY
from lms.rules.specs import MilestoneSpec, PathSpec, RequirementSpec, RoleProfileSpec, StepSpec
from lms.rules.unlock import DayReached, GateOpen, Leaf, MilestoneDone, Rule, StepDone, check_rules

from .findings import Finding, Where

LONGEST_MILESTONE, LONGEST_STEP = 160, 200
LAST_DAY_OF_FIRST_SESSION = 7
LONGEST_GAP_BETWEEN_SESSIONS = 17


@dataclass(frozen=True, slots=True)
class PathContext:
    """What the check needs beside the path. ``names`` maps uids of steps, milestones and unknown keys to their keys."""

    names: Mapping[UUID, str]
    role: RoleProfileSpec | None
    grants: Mapping[UUID, int]
    skills: Collection[str]
    keys: Sequence[str] = ()
    excused: Sequence[str] = field(default_factory=tuple)

    def name(self, uid: UUID) -> str:
        """The key of a step or milestone."""
        return self.names.get(uid) or str(uid)[:8]


@dataclass(frozen=True, slots=True)
class Placed:
    """A step with its milestone and the way to it through the spec."""

    step: StepSpec
    milestone: MilestoneSpec
    where: Where


def placed_steps(spec: PathSpec) -> list[Placed]:
    """All steps in order."""
    return [
        Placed(step, milestone, ("milestones", number, "steps", index))
        for number, milestone in enumerate(spec.milestones)
        for index, step in enumerate(milestone.steps)
    ]


def check_path(spec: PathSpec, facts: PathContext) -> Iterator[Finding]:
    """Everything that stands in the way, and advice. Linear in steps and leaves."""
    steps = placed_steps(spec)
    yield from _check_keys(facts)
    yield from _check_titles(spec, steps, facts)
    yield from _check_days(spec, steps, facts)
    yield from _check_sessions(steps, facts)
    yield from _check_locks(spec, steps, facts)
    if facts.role is None:
        yield Finding(_("Choose the role profile that this path leads to."), where=("role",))
        return
    for requirement in facts.role.requires:
        yield from _check_requirement(spec, steps, facts, requirement)
    yield from _check_exceptions(spec, facts, facts.role)


def _check_keys(facts: PathContext) -> Iterator[Finding]:
    for key, times in Counter(facts.keys).items():
        if times > 1:
            yield Finding(
                _("The key %(key)s stands %(times)d times; each step and milestone needs its own.")
                % {"key": key, "times": times},
                where=("milestones",),
            )


def _check_titles(spec: PathSpec, steps: Sequence[Placed], facts: PathContext) -> Iterator[Finding]:
    """The record has room for so much."""
    titles: list[tuple[UUID, str, int, Where]] = [
        (item.uid, item.title, LONGEST_MILESTONE, ("milestones", number)) for number, item in enumerate(spec.milestones)
    ]
    titles += [(placed.step.uid, placed.step.title, LONGEST_STEP, placed.where) for placed in steps]
    for uid, title, longest, where in titles:
        if len(title) > longest:
            words = {"name": facts.name(uid), "longest": longest}
            yield Finding(_("%(name)s: use at most %(longest)d characters for the title.") % words, where=where)


def _check_days(spec: PathSpec, steps: Sequence[Placed], facts: PathContext) -> Iterator[Finding]:
    last = 0
    for number, milestone in enumerate(spec.milestones):
        if milestone.day <= last:
            words = {"name": facts.name(milestone.uid), "last": last}
            yield Finding(
                _("%(name)s: the days of milestones must rise; set a day after %(last)d.") % words,
                where=("milestones", number, "day"),
            )
        last = milestone.day
    for placed in steps:
        step, day = placed.step, placed.milestone.day
        words = {"name": facts.name(step.uid), "start": step.start_day, "due": step.due_day, "day": day}
        if step.start_day > step.due_day:
            yield Finding(
                _("%(name)s: day %(start)d, when it starts, must not lie after day %(due)d, when it is due.") % words,
                where=(*placed.where, "start_day"),
            )
        if step.due_day > day:
            yield Finding(
                _("%(name)s: it is due on day %(due)d; make that at most %(day)d, the day of its milestone.") % words,
                where=(*placed.where, "due_day"),
            )


def _check_sessions(steps: Sequence[Placed], facts: PathContext) -> Iterator[Finding]:
    """The first session with a coach is in week one, and later ones are not far apart."""
    sessions = sorted((placed for placed in steps if placed.step.kind == "session"), key=lambda p: p.step.due_day)
    if not sessions:
        yield Finding(_("This path has no session with a coach; add one in the first week."), refuses=False)
    elif sessions[0].step.due_day > LAST_DAY_OF_FIRST_SESSION:
        words = {"name": facts.name(sessions[0].step.uid), "day": LAST_DAY_OF_FIRST_SESSION}
        yield Finding(
            _("%(name)s: the first session must be due by day %(day)d; let it be earlier.") % words,
            refuses=False,
            where=(*sessions[0].where, "due_day"),
        )
    for before, after in pairwise(sessions):
        gap = after.step.due_day - before.step.due_day
        if gap > LONGEST_GAP_BETWEEN_SESSIONS:
            words = {
                "name": facts.name(after.step.uid),
                "gap": gap,
                "before": facts.name(before.step.uid),
                "most": LONGEST_GAP_BETWEEN_SESSIONS,
            }
            yield Finding(
                _(
                    "%(name)s: %(gap)d days lie between this session and %(before)s; add one between, at most %(most)d "
                    "days apart."
                )
                % words,
                refuses=False,
                where=(*after.where, "due_day"),
            )


def _check_locks(spec: PathSpec, steps: Sequence[Placed], facts: PathContext) -> Iterator[Finding]:
    rules: dict[UUID, Rule] = {}
    for placed in steps:
        step = placed.step
        try:
            rule = Rule.from_json(step.unlock)
        except ValueError:
            leaves = next((value for value in (step.unlock or {}).values() if isinstance(value, list | tuple)), ())
            words = {"name": facts.name(step.uid), "most": len(leaves)}
            yield Finding(
                _("%(name)s: say how many of its conditions must hold, at most %(most)d.") % words,
                where=(*placed.where, "unlock", "n"),
            )
            continue
        if rule is not None:
            rules[step.uid] = rule
    required = {
        milestone.uid: frozenset(step.uid for step in milestone.steps if step.required) for milestone in spec.milestones
    }
    places = {placed.step.uid: placed.where for placed in steps}
    for problem in check_rules(rules, places, required, facts.skills):
        words = {"name": facts.name(problem.step)}
        where = (*places[problem.step], "unlock")
        if problem.leaf is None:
            yield Finding(_("%(name)s waits for itself: follow its lock and open the circle.") % words, where=where)
        else:
            words["target"] = _leaf_name(problem.leaf, facts)
            number = rules[problem.step].leaves.index(problem.leaf)
            yield Finding(
                _("%(name)s waits for %(target)s, which is not on this path.") % words, where=(*where, "leaves", number)
            )
    yield from _walk(spec, steps, rules, facts)


@dataclass(slots=True)
class _Opened:
    """What can be open when the steps of a path are done in order: gates by skill, and levels shown."""

    gates: set[tuple[str, str]] = field(default_factory=set)
    shown: dict[str, int] = field(default_factory=dict)
    steps: set[UUID] = field(default_factory=set)
    milestones: set[UUID] = field(default_factory=set)
    never: set[UUID] = field(default_factory=set)

    def holds(self, leaf: Leaf) -> bool:
        """Whether a condition can hold. A step or milestone that does not come earlier has a finding of its own."""
        match leaf:
            case GateOpen(skill, "show", level):
                return skill in self.shown and self.shown[skill] >= (level or 0)
            case GateOpen(skill, gate):
                return (skill, gate) in self.gates
            case StepDone(target) | MilestoneDone(target):
                return target not in self.never
            case DayReached():
                return True

    def do(self, step: StepSpec, grants: Mapping[UUID, int]) -> None:
        """What doing a step opens: its gate, with the weaker ones."""
        self.steps.add(step.uid)
        if step.kind in {*SERVED_BY["try"], *SERVED_BY["do"]}:
            self.gates.update((skill, "try") for skill in step.skills)
        if step.kind in SERVED_BY["do"]:
            self.gates.update((skill, "do") for skill in step.skills)
        if step.kind in SERVED_BY["show"] and step.content_uid:
            for skill in step.skills:
                self.shown[skill] = max(self.shown.get(skill, 0), grants.get(step.content_uid, 0))


def _walk(spec: PathSpec, steps: Sequence[Placed], rules: Mapping[UUID, Rule], facts: PathContext) -> Iterator[Finding]:
    """Who does the steps in order finds each of them open; advice, because an accepted challenge opens them, too."""
    opened = _Opened()
    known = {placed.step.uid for placed in steps} | {milestone.uid for milestone in spec.milestones}
    levels = {line.skill: line.level for line in facts.role.requires} if facts.role else {}
    places = {placed.step.uid: placed.where for placed in steps}
    for milestone in spec.milestones:
        for step in milestone.steps:
            rule, where = rules.get(step.uid), (*places[step.uid], "unlock")
            if rule is None:
                opened.do(step, facts.grants)
                continue
            for number, leaf in enumerate(rule.leaves):
                for finding in _advise_leaf(step, leaf, opened, known, levels, facts):
                    yield Finding(finding[0], refuses=False, where=(*where, "leaves", number, finding[1]))
            if sum(opened.holds(leaf) for leaf in rule.leaves) >= rule.need:
                opened.do(step, facts.grants)
                continue
            opened.never.add(step.uid)
            leaf = next(leaf for leaf in rule.leaves if not opened.holds(leaf))
            yield Finding(_never_opens(step, leaf, facts), refuses=False, where=where)
        if any(step.required and step.uid in opened.never for step in milestone.steps):
            opened.never.add(milestone.uid)
        opened.milestones.add(milestone.uid)


def _advise_leaf(
    step: StepSpec, leaf: Leaf, opened: _Opened, known: Collection[UUID], levels: Mapping[str, int], facts: PathContext
) -> Iterator[tuple[str, str]]:
    """Sentences about one condition, each with the key that it is about."""
    words = {"name": facts.name(step.uid), "target": _leaf_name(leaf, facts)}
    match leaf:
        case StepDone(target) if target in known and target not in opened.steps | opened.never:
            sentence = _("%(name)s: No earlier step of this path is called %(target)s; name one that comes before.")
            yield sentence % words, "step"
        case MilestoneDone(target) if target in known and target not in opened.milestones:
            sentence = _(
                "%(name)s: No earlier milestone of this path is called %(target)s; name one that comes before."
            )
            yield sentence % words, "milestone"
        case GateOpen(skill) if levels and skill not in levels:
            sentence = _("%(name)s: the role of this path does not require %(target)s; name a skill that it requires.")
            yield sentence % words, "skill"
        case GateOpen(skill, _gate, level) if level and levels and level != levels[skill]:
            sentence = _("%(name)s: the level must be %(level)d, the role's level for %(target)s; change it.")
            yield sentence % {**words, "level": levels[skill]}, "level"
        case DayReached(day) if day > step.due_day:
            sentence = _("%(name)s: day %(day)d comes after the item is due; name a day up to %(due)d.")
            yield sentence % {**words, "day": day, "due": step.due_day}, "day"


def _never_opens(step: StepSpec, leaf: Leaf, facts: PathContext) -> str:
    words = {"name": facts.name(step.uid), "target": _leaf_name(leaf, facts)}
    if isinstance(leaf, GateOpen):
        words["gate"] = leaf.gate
        sentence = _(
            "%(name)s never opens: nothing before it on the path opens %(gate)s for %(target)s; add that before."
        )
        return sentence % words
    return _("%(name)s never opens: %(target)s never opens either; change the lock.") % words


def _leaf_name(leaf: Leaf, facts: PathContext) -> str:
    match leaf:
        case StepDone(step):
            return facts.name(step)
        case MilestoneDone(milestone):
            return facts.name(milestone)
        case GateOpen(skill):
            return skill
        case DayReached(day):
            return str(day)


def _practised(spec: PathSpec) -> set[str]:
    return {skill for step in spec.steps if step.kind == "practice" for skill in step.skills}


def _check_requirement(
    spec: PathSpec, steps: Sequence[Placed], facts: PathContext, requirement: RequirementSpec
) -> Iterator[Finding]:
    """One line of the role: something teaches it, practises it, and can prove it in time."""
    skill = requirement.skill
    words = {"skill": skill, "level": requirement.level, "day": requirement.target_day}
    if not any(skill in lesson.skills for step in spec.steps for lesson in step.lessons):
        yield Finding(
            _("No lesson on this path is tagged %(skill)s; add a course that has one.") % words, refuses=False
        )
    if skill not in _practised(spec):
        if requirement.critical:
            yield Finding(
                _("No practice on this path is for %(skill)s, which is critical for the role; add one.") % words
            )
        elif skill not in facts.excused:
            yield Finding(
                _("No practice on this path is for %(skill)s; add one, or say why there is none.") % words,
                refuses=False,
            )
    shows = [
        placed
        for placed in steps
        if placed.step.kind == "demonstration"
        and skill in placed.step.skills
        and (requirement.standard is None or placed.step.content_uid == requirement.standard)
    ]
    if not shows:
        yield Finding(_("No demonstration on this path is for %(skill)s; add one.") % words)
        return
    granting = [
        placed for placed in shows if facts.grants.get(placed.step.content_uid or UUID(int=0), 0) >= requirement.level
    ]
    if not granting:
        words["name"] = facts.name(shows[0].step.uid)
        yield Finding(
            _("%(name)s: level %(level)d in %(skill)s is needed, which this does not grant; raise `grants`.") % words,
            where=(*shows[0].where, "content", "grants"),
        )
    elif all(placed.step.due_day > requirement.target_day for placed in granting):
        words["name"] = facts.name(granting[0].step.uid)
        yield Finding(
            _("%(name)s: %(skill)s must be shown by day %(day)d; let this demonstration be due by then.") % words,
            refuses=False,
            where=(*granting[0].where, "due_day"),
        )


def _check_exceptions(spec: PathSpec, facts: PathContext, role: RoleProfileSpec) -> Iterator[Finding]:
    needed = {line.skill for line in role.requires} - _practised(spec)
    for number, skill in enumerate(facts.excused):
        if skill not in needed:
            yield Finding(
                _("%(skill)s needs no exception on this path; remove it.") % {"skill": skill},
                refuses=False,
                where=("no_practice", number),
            )
