"""Invariant 4, on unlocks: they point backwards, and every item opens in its turn without a challenge."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from cms.rules.curriculum.documents import Curriculum, LeafDoc, PathDoc, UnlockDoc
from cms.rules.curriculum.source import Problem


def check_unlocks_point_back(c: Curriculum) -> Iterator[Problem]:
    """Steps and milestones that an unlock names come earlier; its levels are the role's, its days are in
    time.
    """
    roles = {role.slug: role for role in c.roles}
    for path in c.paths:
        role = roles.get(path.role)
        levels = {requirement.skill: requirement.level for requirement in role.requires} if role else {}
        steps: set[str] = set()
        milestones: set[str] = set()
        for milestone in path.milestones:
            for item in milestone.items:
                if item.unlock:
                    yield from _check_count(item.unlock)
                    for leaf in item.unlock.leaves:
                        yield from _check_earlier(leaf, steps, milestones)
                        yield from _check_level(leaf, levels)
                        if leaf.day is not None and leaf.day > item.due_day:
                            message = f"Day {leaf.day} comes after the item is due; name a day up to {item.due_day}."
                            yield leaf.problem(message, "day")
                steps.add(item.id)
            milestones.add(milestone.id)


def _check_count(unlock: UnlockDoc) -> Iterator[Problem]:
    if unlock.needed > len(unlock.leaves):
        yield unlock.problem(f"`n` must be at most {len(unlock.leaves)}, the number of conditions; lower it.", "n")


def _check_earlier(leaf: LeafDoc, steps: set[str], milestones: set[str]) -> Iterator[Problem]:
    known = {"step": steps, "milestone": milestones}.get(leaf.kind)
    if known is not None and leaf.ref not in known:
        yield leaf.problem(
            f"No earlier {leaf.kind} of this path is called {leaf.ref}; name one that comes before.",
            leaf.kind,
        )


def _check_level(leaf: LeafDoc, levels: dict[str, int]) -> Iterator[Problem]:
    if leaf.kind != "skill":
        return
    if leaf.ref not in levels:
        yield leaf.problem(
            f"The role of this path does not require {leaf.ref}; name a skill that it requires.", "skill"
        )
    elif leaf.level != levels[leaf.ref]:
        yield leaf.problem(f"`level` must be {levels[leaf.ref]}, the role's level for {leaf.ref}; change it.", "level")


@dataclass(slots=True)
class _Opened:
    """What can be open when the items of a path are done in order: (skill, gate), and levels shown."""

    gates: set[tuple[str, str]] = field(default_factory=set)
    shown: dict[str, int] = field(default_factory=dict)
    never: set[str] = field(default_factory=set)

    def holds(self, leaf: LeafDoc) -> bool:
        """Whether a condition can hold. Unknown steps and milestones are another check's matter."""
        if leaf.kind == "skill":
            if leaf.gate == "show":
                return self.shown.get(leaf.ref, 0) >= (leaf.level or 0)
            return (leaf.ref, leaf.gate) in self.gates
        return leaf.kind == "day" or leaf.ref not in self.never


def check_items_open(c: Curriculum) -> Iterator[Problem]:
    """Doing the items in order opens each of them."""
    skills_of: dict[tuple[str, str], tuple[str, ...]] = {}
    skills_of.update({("practice", scenario.slug): scenario.skills for scenario in c.scenarios})
    skills_of.update({("demonstration", standard.slug): standard.skills for standard in c.demonstrations})
    grants = {standard.slug: standard.grants for standard in c.demonstrations}
    for path in c.paths:
        yield from _walk(path, skills_of, grants)


def _walk(
    path: PathDoc, skills_of: dict[tuple[str, str], tuple[str, ...]], grants: dict[str, int]
) -> Iterator[Problem]:
    opened = _Opened()
    for milestone in path.milestones:
        for item in milestone.items:
            if item.unlock and sum(opened.holds(leaf) for leaf in item.unlock.leaves) < item.unlock.needed:
                opened.never.add(item.id)
                if item.unlock.needed <= len(item.unlock.leaves):
                    yield item.problem(f"{item.id} never opens: {_reason(item.unlock, opened)}", "unlock")
                continue
            skills = item.skills or skills_of.get((item.kind, item.ref), ())
            gate = {"practice": "try", "commitment": "do"}.get(item.kind)
            if gate:
                opened.gates.update((skill, gate) for skill in skills)
            if item.kind == "demonstration":
                for skill in skills:
                    opened.shown[skill] = max(opened.shown.get(skill, 0), grants.get(item.ref, 0))
        if any(item.required and item.id in opened.never for item in milestone.items):
            opened.never.add(milestone.id)


def _reason(unlock: UnlockDoc, opened: _Opened) -> str:
    leaf = next(leaf for leaf in unlock.leaves if not opened.holds(leaf))
    if leaf.kind == "skill":
        return f"nothing before it on the path opens {leaf.gate} for {leaf.ref}; add that before."
    return f"{leaf.ref} never opens either; change the unlock."
