"""What a path version offers towards one requirement."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from lms.api import PathStructure, StepInfo, StepKind, structure_of
from lms.rules.gates import GATES
from lms.rules.ladder import SERVED_BY
from lms.rules.unlock import GateOpen, Leaf, MilestoneDone, StepDone


@dataclass(frozen=True, slots=True)
class Ways:
    """``gates``: those that anything on the path can open; the standards of its demonstrations, and its commitments."""

    demonstrations: frozenset[UUID | None]
    commitments: frozenset[UUID | None]
    gates: frozenset[str]


@lru_cache(maxsize=4096)
def ways_to(version_id: int, skill: str, standard: UUID | None, waived: frozenset[int] = frozenset()) -> Ways:
    """The steps of a path version that can open gates of a skill, without those that were waived for a person (by id).

    Queries: 0 when the structure is in memory.
    """
    structure = structure_of(version_id)
    steps = [step for step in structure.steps.values() if skill in step.skills and step.id not in waived]
    shown = frozenset(
        step.content_uid
        for step in steps
        if step.kind == StepKind.DEMONSTRATION and standard in (None, step.content_uid)
    )
    promised = frozenset(step.uid for step in steps if step.kind == StepKind.COMMITMENT)
    kinds = {step.kind for step in steps if step.kind != StepKind.DEMONSTRATION or step.content_uid in shown}
    offered = {gate for gate in GATES if gate != "talk" and kinds & set(SERVED_BY[gate])}
    # A course opens Talk by its lessons, whichever skills the step itself names; a discussion alone does not.
    offered |= {"talk"} if skill in structure.lessons_by_skill else set()
    return Ways(shown, promised, frozenset(offered))


@lru_cache(maxsize=4096)
def steps_serving(version_id: int, skill: str) -> frozenset[int]:
    """Ids of the steps of a path version that open gates of a skill, or help to. Queries: 0 when the structure is in
    memory.
    """
    return frozenset(step.id for step in _serving(structure_of(version_id), skill))


@lru_cache(maxsize=4096)
def steps_before(version_id: int, skill: str) -> frozenset[int]:
    """Ids of all steps of a path version that may stand between anybody and a skill: those that serve it, and whatever
    their locks name, however long the chain. Queries: 0 when the structure is in memory.
    """
    structure = structure_of(version_id)
    found, front = dict[UUID, StepInfo](), _serving(structure, skill)
    while front:
        step = front.pop()
        if step.uid not in found:
            found[step.uid] = step
            front += [named for leaf in step.rule.leaves for named in _named_by(leaf, structure)]
    return frozenset(step.id for step in found.values())


def _serving(structure: PathStructure, skill: str) -> list[StepInfo]:
    return [
        step
        for step in structure.steps.values()
        if skill in step.skills or any(skill in lesson.skills for lesson in step.lessons)
    ]


def _named_by(leaf: Leaf, structure: PathStructure) -> list[StepInfo]:
    """The steps on which a part of a lock may wait."""
    match leaf:
        case StepDone(uid):
            uids = frozenset({uid})
        case MilestoneDone(uid):
            uids = structure.required.get(uid, frozenset())
        case GateOpen(skill):
            return _serving(structure, skill)
        case _:
            return []
    return [structure.steps[uid] for uid in uids if uid in structure.steps]
