"""What every document shares: it knows where it was written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cms.rules.curriculum.source import Problem


@dataclass(frozen=True, slots=True)
class At:
    """File and line of a document, and the line of each of its values (``title``, ``skills``,
    ``skills/2``).
    """

    file: str
    line: int
    lines: Mapping[str, int]


NOWHERE = At("", 0, {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Doc:
    """A structure of the curriculum. Two documents are equal when their contents are, wherever they stand."""

    at: At = field(default=NOWHERE, compare=False, repr=False)

    @property
    def file(self) -> str:
        return self.at.file

    @property
    def line(self) -> int:
        return self.at.line

    def problem(self, message: str, key: str = "", entry: int | str | None = None) -> Problem:
        """A problem on the line of this document, of its ``key``, or of an entry of the list or mapping
        there.
        """
        line = self.at.lines.get(key, self.at.line)
        if entry is not None:
            line = self.at.lines.get(f"{key}/{entry}", line)
        return Problem(self.at.file, line, message)
