"""What somebody puts right on the page of a file: cells, and rows that are left out. The file itself stays as it is.

A cell is named by the number of its line and the place of its column, which no choice of columns changes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _

from lms.errors import Invalid
from lms.rules.lines import one_line

from .fields import BY_CODE
from .rows import RowProblem, name_in, places_of
from .tables import LONGEST_CELL, Line, PeopleTable

MOST_CORRECTED = 1_000
"""So many cells are corrected and rows left out on the page of a file; for more there is the file."""

Cell = tuple[int, int]
"""The number of the line, and the place of the column, from 0."""


@dataclass(frozen=True, slots=True)
class Corrections:
    """``cells``: what stands in each instead; ``out``: numbers of the lines that are left out."""

    cells: Mapping[Cell, str] = field(default_factory=dict)
    out: frozenset[int] = frozenset()

    @classmethod
    def kept(cls, said: Mapping[str, Any]) -> Corrections:
        """From the form in which they are kept with an import."""
        rows = said.get("cells", {}).items()
        cells = {(int(line), int(place)): text for line, row in rows for place, text in row.items()}
        return cls(cells, frozenset(said.get("out", ())))

    def to_keep(self) -> dict[str, Any]:
        """In the form in which they are kept with an import."""
        cells: dict[str, dict[str, str]] = {}
        for (line, place), text in sorted(self.cells.items()):
            cells.setdefault(str(line), {})[str(place)] = text
        return {"cells": cells, "out": sorted(self.out)} if cells or self.out else {}

    def with_more(
        self, table: PeopleTable, cells: Mapping[Cell, str], back: Set[Cell], out: Mapping[int, bool]
    ) -> Corrections:
        """These and more. ``table``: as the file has it: a cell that says the same is corrected no more, and one that
        is among ``back``; ``out``: whether each of these lines is left out.

        Raises Invalid (no cell or line of the file, too long, too many).
        """
        lines = {line.number: line.cells for line in table.lines}
        found = dict(self.cells)
        for (number, place), text in cells.items():
            row = _padded(lines.get(number, ()), table)
            if number not in lines or not 0 <= place < len(row):
                raise Invalid(_("This form is incomplete. Open the page again and send it from there."))
            if len(text) > LONGEST_CELL:
                raise Invalid(_("A cell has %(n)s signs at most.") % {"n": LONGEST_CELL})
            found.pop((number, place), None)
            if (number, place) not in back and one_line(text) != one_line(row[place]):
                found[number, place] = one_line(text)
        left = frozenset(number for number in self.out | out.keys() if number in lines and out.get(number, True))
        if len(found) + len(left) > MOST_CORRECTED:
            words = {"n": MOST_CORRECTED}
            raise Invalid(_("More than %(n)s cells and rows: correct them in the file, and bring it in again.") % words)
        return Corrections(found, left)

    def without(self, number: int) -> Corrections:
        """These without what was said of a line: it is taken in again, or else its cells are as in the file."""
        if number in self.out:
            return replace(self, out=self.out - {number})
        return replace(self, cells={cell: text for cell, text in self.cells.items() if cell[0] != number})


def corrected(table: PeopleTable, corrections: Corrections) -> tuple[PeopleTable, tuple[Line, ...]]:
    """The rows as they are corrected: those that are read, and those that are left out."""
    if not corrections.cells and not corrections.out:
        return table, ()
    by_line: dict[int, dict[int, str]] = {}
    for (number, place), text in corrections.cells.items():
        by_line.setdefault(number, {})[place] = text
    lines = [_corrected(line, by_line[line.number], table) if line.number in by_line else line for line in table.lines]
    out = corrections.out
    read = tuple(line for line in lines if line.number not in out)
    return replace(table, lines=read), tuple(line for line in lines if line.number in out)


def _corrected(line: Line, said: Mapping[int, str], table: PeopleTable) -> Line:
    cells = [said.get(place, text) for place, text in enumerate(_padded(line.cells, table))]
    return Line(line.number, tuple(cells))


def _padded(cells: Sequence[str], table: PeopleTable) -> tuple[str, ...]:
    """The cells of a row, and empty ones up to the last column."""
    return (*cells, *[""] * (len(table.heads) - len(cells)))


# --- What stands on the page


@dataclass(frozen=True, slots=True)
class CellToCorrect:
    """One cell. ``text``: as it is now; ``in_file``: what the file says; ``is_wrong``: no row can be read with it."""

    line: int
    place: int
    label: str
    text: str
    in_file: str
    is_wrong: bool = False

    @property
    def name(self) -> str:
        """As the fields of a form are called by it."""
        return f"{self.line}-{self.place}"

    @property
    def is_corrected(self) -> bool:
        """Whether it says something else than the file."""
        return one_line(self.text) != one_line(self.in_file)


@dataclass(frozen=True, slots=True)
class RowToCorrect:
    """A row with its cells: the ones that are ``concerned`` by what is wrong with it, and the ``others`` that are used.

    ``out``: it is left out.
    """

    line: int
    name: str
    sentence: str = ""
    concerned: tuple[CellToCorrect, ...] = ()
    others: tuple[CellToCorrect, ...] = ()
    out: bool = False

    @property
    def cells(self) -> tuple[CellToCorrect, ...]:
        """All of them."""
        return self.concerned + self.others

    @property
    def corrected(self) -> tuple[CellToCorrect, ...]:
        """Those that say something else than the file."""
        return tuple(cell for cell in self.cells if cell.is_corrected)


class RowsToCorrect:
    """The rows of a file with what was corrected in them. ``table``: as the file has it."""

    def __init__(self, table: PeopleTable, corrections: Corrections, columns: Mapping[str, str]) -> None:
        self.table, self.corrections, self.columns = table, corrections, columns
        self.places = places_of(table.heads, columns)
        self.in_file = {line.number: line for line in table.lines}

    def with_problem(self, problem: RowProblem) -> RowToCorrect:
        """A row that cannot be read. One that stands in no file has no cells."""
        line = self.in_file.get(problem.line)
        if line is None:
            return RowToCorrect(0, problem.name, problem.sentence)
        codes = {problem.field, *problem.beside} - {""}
        wrong = {problem.field} if problem.field else codes
        concerned: list[CellToCorrect] = []
        others: list[CellToCorrect] = []
        for cell in self._cells(line, unused=not codes):
            code = self._code(cell.place)
            (concerned if code in codes or not codes else others).append(replace(cell, is_wrong=code in wrong))
        return RowToCorrect(line.number, problem.name, problem.sentence, tuple(concerned), tuple(others))

    def now_fine(self, numbers: Iterable[int], sentence: str = "") -> list[RowToCorrect]:
        """Rows without a problem, in the order of the file, with all their cells."""
        found = []
        for number in sorted(self.in_file.keys() & set(numbers)):
            cells = self._cells(self.in_file[number], unused=True)
            name = name_in([cell.text for cell in cells], self.places)
            found.append(RowToCorrect(number, name, sentence, others=cells, out=number in self.corrections.out))
        return found

    def settled(self, problems: Collection[RowProblem]) -> list[RowToCorrect]:
        """Rows that were corrected and are fine now, and those that are left out."""
        touched = {number for number, _place in self.corrections.cells} | self.corrections.out
        return self.now_fine(touched - {problem.line for problem in problems})

    def _code(self, place: int) -> str:
        return self.columns.get(self.table.heads[place], "") if place < len(self.table.heads) else ""

    def _cells(self, line: Line, *, unused: bool) -> tuple[CellToCorrect, ...]:
        """Those of columns that are used, or all."""
        return tuple(
            CellToCorrect(
                line.number, place, self._label(place), self.corrections.cells.get((line.number, place), text), text
            )
            for place, text in enumerate(_padded(line.cells, self.table))
            if unused or self._code(place)
        )

    def _label(self, place: int) -> str:
        """What the column is; for a cell that stands in none, its number."""
        if code := self._code(place):
            return str(BY_CODE[code].label)
        return self.table.heads[place] if place < len(self.table.heads) else _("Cell %(n)s") % {"n": place + 1}
