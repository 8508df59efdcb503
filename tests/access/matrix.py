"""matrix.toml as cells: for every line and every role what it should get. The file says how to read a line."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from .world import ROLES

MATRIX = tomllib.loads((Path(__file__).parent / "matrix.toml").read_text())
ROLE_NAMES: dict[str, str] = MATRIX["roles"]
ANSWERS = {"done": "Y", "conflict": "c", "invalid": "v", "refused": "s", "hidden": "-"}
WORDS = {"yes": "Y", "own": "o", "read": "r", "no": "-"}
"""Of TRUST; other words stand as they are."""
STRANGERS = ("AN", "IN")


@dataclass(frozen=True, slots=True)
class Cell:
    """One probe, whose rows, one role and what it should get."""

    operation: str
    probe: str
    whose: str
    role: str
    code: str


def roles_of(names: str) -> list[str]:
    """Roles by their names; everybody is all of them."""
    return list(ROLES) if names == "everybody" else [ROLE_NAMES[name] for name in names.split()]


def by_role(line: Mapping[str, str], default: str) -> dict[str, str]:
    """What each role gets of a line, which has the roles of each answer. ValueError: a role has two."""
    found: dict[str, str] = {}
    for answer, names in line.items():
        for role in roles_of(names) if names != "others" else ():
            if role in found:
                raise ValueError(f"{role} has two answers: {dict(line)}")
            found[role] = answer
    rest = [answer for answer, names in line.items() if names == "others"] or [default]
    return {role: found.get(role, rest[0]) for role in ROLES}


def trust_of(operation: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """What TRUST says to each role."""
    return {role: WORDS.get(word, word) for role, word in by_role(operation["trust"], "no").items()}


def cells() -> Iterator[Cell]:
    """Every cell of the matrix that is tried. The learner's own rows are the near ones."""
    for operation in MATRIX["operation"]:
        for line in operation.get("tried", []):
            probe, whose = line["try"], line["rows"]
            answers = {key: names for key, names in line.items() if key not in ("try", "rows")}
            for role, answer in by_role(answers, "hidden").items():
                if not (whose == "own" and role == "NH"):
                    yield Cell(operation["name"], probe, whose, role, ANSWERS[answer])
            if whose in ("all", "near"):
                yield from (Cell(operation["name"], probe, whose, role, "door") for role in STRANGERS)
