"""Can this path be published? Pure: a path as compiled, the role it leads to, and how far its standards go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.utils.translation import gettext as _

from lms.rules.ladder import SERVED_BY
from lms.rules.specs import PathSpec, RequirementSpec, RoleProfileSpec, StepSpec
from lms.rules.unlock import DayReached, GateOpen, Leaf, MilestoneDone, Rule, StepDone, check_rules

from .findings import Finding

LONGEST_MILESTONE, LONGEST_STEP = 160, 200


@dataclass(frozen=True, slots=True)
class PathFacts:
    """What the check needs beside the path. ``names`` maps uids of steps, milestones and unknown keys to their keys."""

    names: Mapping[UUID, str]
    role: RoleProfileSpec | None
    grants: Mapping[UUID, int]
    skills: Collection[str]
    keys: Sequence[str] = ()
    excused: frozenset[str] = field(default_factory=frozenset)

    def name(self, uid: UUID) -> str:
        """The key of a step or milestone."""
        return self.names.get(uid) or str(uid)[:8]


def check_path(spec: PathSpec, facts: PathFacts) -> Iterator[Finding]:
    """Everything that stands in the way, and advice. Linear in steps and leaves."""
    yield from _check_keys(facts)
    yield from _check_titles(spec, facts)
    yield from _check_days(spec, facts)
    yield from _check_locks(spec, facts)
    if facts.role is None:
        yield Finding(_("Choose the role profile that this path leads to."))
        return
    for requirement in facts.role.requires:
        yield from _check_requirement(spec, facts, requirement)


def _check_keys(facts: PathFacts) -> Iterator[Finding]:
    for key, times in Counter(facts.keys).items():
        if times > 1:
            yield Finding(
                _("The key %(key)s stands %(times)d times; each step and milestone needs its own.")
                % {"key": key, "times": times},
                where=key,
            )


def _check_titles(spec: PathSpec, facts: PathFacts) -> Iterator[Finding]:
    """The record has room for so much."""
    titles = [(item.uid, item.title, LONGEST_MILESTONE) for item in spec.milestones]
    titles += [(step.uid, step.title, LONGEST_STEP) for step in spec.steps]
    for uid, title, longest in titles:
        if len(title) > longest:
            words = {"name": facts.name(uid), "longest": longest}
            yield Finding(_("%(name)s: use at most %(longest)d characters for the title.") % words)


def _check_days(spec: PathSpec, facts: PathFacts) -> Iterator[Finding]:
    last = 0
    for milestone in spec.milestones:
        name = facts.name(milestone.uid)
        if milestone.day <= last:
            words = {"name": name, "day": milestone.day, "last": last}
            yield Finding(_("%(name)s: the days of milestones rise; day %(day)d follows day %(last)d.") % words)
        last = max(last, milestone.day)
        for step in milestone.steps:
            words = {"name": facts.name(step.uid), "start": step.start_day, "due": step.due_day, "day": milestone.day}
            if step.start_day > step.due_day:
                yield Finding(_("%(name)s starts on day %(start)d, after it is due on day %(due)d.") % words)
            if step.due_day > milestone.day:
                yield Finding(_("%(name)s is due on day %(due)d, after its milestone on day %(day)d.") % words)


def _check_locks(spec: PathSpec, facts: PathFacts) -> Iterator[Finding]:
    rules: dict[UUID, Rule] = {}
    for step in spec.steps:
        try:
            rule = Rule.from_json(step.unlock)
        except ValueError:
            words = {"name": facts.name(step.uid)}
            yield Finding(
                _("%(name)s: say how many of its conditions must hold, at most as many as there are.") % words
            )
            continue
        if rule is not None:
            rules[step.uid] = rule
            yield from _advise_gates(spec, facts, step, rule)
    required = {
        milestone.uid: frozenset(step.uid for step in milestone.steps if step.required) for milestone in spec.milestones
    }
    steps = [step.uid for step in spec.steps]
    for problem in check_rules(rules, steps, required, facts.skills):
        words = {"name": facts.name(problem.step)}
        if problem.leaf is None:
            yield Finding(_("%(name)s waits for itself: follow its lock and open the circle.") % words)
        else:
            words["target"] = _leaf_name(problem.leaf, facts)
            yield Finding(_("%(name)s waits for %(target)s, which is not on this path.") % words)


def _advise_gates(spec: PathSpec, facts: PathFacts, step: StepSpec, rule: Rule) -> Iterator[Finding]:
    """A gate that nothing on the path can open locks the step for everybody who does not challenge."""
    for leaf in rule.leaves:
        if isinstance(leaf, GateOpen) and not _offers(spec, SERVED_BY[leaf.gate], leaf.skill):
            words = {"name": facts.name(step.uid), "gate": leaf.gate, "skill": leaf.skill}
            message = _("%(name)s waits for %(gate)s on %(skill)s, for which this path offers nothing.") % words
            yield Finding(message, refuses=False)


def _leaf_name(leaf: Leaf, facts: PathFacts) -> str:
    match leaf:
        case StepDone(step):
            return facts.name(step)
        case MilestoneDone(milestone):
            return facts.name(milestone)
        case GateOpen(skill):
            return skill
        case DayReached(day):
            return str(day)


def _offers(spec: PathSpec, kinds: Collection[str], skill: str) -> bool:
    return any(step.kind in kinds and skill in step.skills for step in spec.steps)


def _check_requirement(spec: PathSpec, facts: PathFacts, requirement: RequirementSpec) -> Iterator[Finding]:
    """One line of the role: something teaches it, practises it, and can prove it in time."""
    skill = requirement.skill
    words = {"skill": skill, "level": requirement.level, "day": requirement.target_day}
    if not any(skill in lesson.skills for step in spec.steps for lesson in step.lessons):
        yield Finding(_("No lesson on this path is tagged %(skill)s: Talk has nothing here.") % words, refuses=False)
    if not _offers(spec, ("practice",), skill):
        if requirement.critical:
            yield Finding(_("%(skill)s is critical for the role and no practice on this path is for it.") % words)
        elif skill not in facts.excused:
            yield Finding(_("No practice on this path is for %(skill)s: Try has nothing here.") % words, refuses=False)
    shows = [
        step
        for step in spec.steps
        if step.kind == "demonstration"
        and skill in step.skills
        and (requirement.standard is None or step.content_uid == requirement.standard)
    ]
    granting = [
        step for step in shows if step.content_uid and facts.grants.get(step.content_uid, 0) >= requirement.level
    ]
    if not granting:
        yield Finding(_("No demonstration on this path can grant level %(level)d in %(skill)s.") % words)
    elif all(step.due_day > requirement.target_day for step in granting):
        yield Finding(
            _("%(skill)s is to be shown by day %(day)d, but its demonstrations are due later.") % words, refuses=False
        )
