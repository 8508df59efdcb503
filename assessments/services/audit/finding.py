"""What verification finds, and how one odd row is kept from hiding what is wrong with others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import ParamSpec

LONGEST = 500
P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class LedgerFinding:
    """One thing that is not as it was written. ``where`` names the row, the file or the guard."""

    where: str
    problem: str

    def __str__(self) -> str:
        return in_one_line(f"{self.where}: {self.problem}")


def in_one_line(text: str) -> str:
    """What rows say, on one line and without unseen marks: no row writes lines of a report for itself."""
    shown = "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text[:LONGEST])
    return shown if len(text) <= LONGEST else f"{shown}…"


def guarded(
    where: str, judge: Callable[P, Iterable[LedgerFinding]], *args: P.args, **named: P.kwargs
) -> Iterator[LedgerFinding]:
    """What ``judge`` finds. That it cannot judge what somebody wrote is a finding, too, and no end of verifying."""
    try:
        yield from judge(*args, **named)
    except Exception as error:  # whatever form an odd row has, the other rows are judged
        yield LedgerFinding(where, f"cannot be judged: something there has not the right form ({type(error).__name__})")


def named(where: str, problems: Iterable[str]) -> Iterator[LedgerFinding]:
    """Each problem with the row that has it."""
    return (LedgerFinding(where, problem) for problem in problems)
