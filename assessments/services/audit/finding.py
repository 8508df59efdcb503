"""What verification finds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it was written. ``where`` names the row, the file or the guard."""

    where: str
    problem: str

    def __str__(self) -> str:
        return f"{self.where}: {self.problem}"


def guarded(where: str, problems: Iterator[str]) -> Iterator[Finding]:
    """What is wrong with one row. A row in which somebody put what cannot even be judged is a finding, and no end."""
    try:
        for problem in problems:
            yield Finding(where, problem)
    except Exception as error:
        yield Finding(where, f"cannot be judged: what it holds has not the right form ({type(error).__name__})")
