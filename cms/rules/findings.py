"""What a check found in what an author wrote."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One remark. ``refuses``: it must be put right before publishing; otherwise it is advice. ``where`` is a key."""

    message: str
    refuses: bool = True
    where: str = ""

    def __str__(self) -> str:
        return str(self.message)


def refusals(findings: Iterable[Finding]) -> list[str]:
    """The sentences that stand in the way of publishing."""
    return [str(finding) for finding in findings if finding.refuses]


def advice(findings: Iterable[Finding]) -> list[str]:
    """The sentences that an author may want to think about."""
    return [str(finding) for finding in findings if not finding.refuses]
