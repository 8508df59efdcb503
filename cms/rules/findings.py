"""What the rules of publishing find in what an author wrote, in the editor or in a file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

Where = tuple[str | int, ...]
"""The way through a spec to what a finding is about: ("nodes", 2, "choices", 0, "score", "discovery")."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One remark. ``refuses``: it must be put right before publishing; otherwise it is advice."""

    message: str
    refuses: bool = True
    where: Where = ()

    def __str__(self) -> str:
        return str(self.message)


def refusals(findings: Iterable[Finding]) -> list[str]:
    """The sentences that stand in the way of publishing, each once."""
    return list(dict.fromkeys(str(finding) for finding in findings if finding.refuses))
