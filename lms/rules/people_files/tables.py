"""From a file to rows of cells: CSV with any delimiter, or the first sheet of a workbook."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from lms.errors import Invalid

from .columns import is_known
from .text import text_of
from .workbooks import is_archive, rows_of_workbook

MOST_BYTES = 8 * 1024 * 1024
MOST_ROWS = 20_000
MOST_COLUMNS = 100
LONGEST_CELL = 1_000
DELIMITERS = ";,\t|"
LOOKED_AT = 50
"""Lines from which the delimiter is found."""
ABOVE = 10
"""Lines among which the names of the columns are looked for: reports begin with a title."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row. ``number``: of its line in the file, or of the row of the sheet, as an editor shows it."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PeopleTable:
    """A file that was read. ``heads``: the names of the columns, each of them once; ``charset``: "" for a workbook."""

    heads: tuple[str, ...]
    lines: tuple[Line, ...]
    charset: str = ""


def read_table(content: bytes, charset: str = "") -> PeopleTable:
    """The rows of a file. ``charset``: the encoding that somebody chose, "" to find it.

    Raises Invalid, with a sentence, for a file that is none of a list of people, or too large.
    """
    if not content.strip(b"\x00\t\n\r \xef\xbb\xbf\xff\xfe"):
        raise Invalid(file=_("The file is empty. Export the list once more, and choose that file."))
    if len(content) > MOST_BYTES:
        words = {"n": MOST_BYTES // 1024 // 1024}
        raise Invalid(file=_("The file is larger than %(n)s MB. Leave out columns that Vouch does not need.") % words)
    if is_archive(content):
        lines, found = [Line(*row) for row in rows_of_workbook(content, MOST_ROWS + ABOVE, MOST_COLUMNS)], ""
    else:
        text, found = text_of(content, charset)
        lines = _lines_of_text(text)
    return _table([line for line in lines if any(line.cells)], found)


def _table(lines: list[Line], charset: str) -> PeopleTable:
    place = _place_of_heads(lines)
    if place is None:
        raise Invalid(file=_("The file is empty. Export the list once more, and choose that file."))
    cells = list(lines[place].cells)
    while cells and not cells[-1]:
        cells.pop()
    people = lines[place + 1 :]
    if any("@" in cell for cell in cells):
        raise Invalid(file=_("The first row is a person. Put a row above it that names the columns."))
    if len(cells) < 2:
        raise Invalid(file=_("The file has one column only. Export the list with a name, an address and a team."))
    if len(cells) > MOST_COLUMNS:
        words = {"n": MOST_COLUMNS}
        raise Invalid(file=_("The file has more than %(n)s columns. Leave out those that Vouch does not need.") % words)
    if not people:
        raise Invalid(file=_("The file names columns and no people. Export the list once more."))
    if len(people) > MOST_ROWS:
        words = {"n": MOST_ROWS}
        raise Invalid(file=_("The file has more than %(n)s rows. Split it, and bring in one part at a time.") % words)
    for line in people:
        if any(len(cell) > LONGEST_CELL for cell in line.cells):
            words = {"line": line.number, "n": LONGEST_CELL}
            raise Invalid(
                file=_("A cell in line %(line)s is longer than %(n)s signs: perhaps a quotation mark is missing.")
                % words
            )
    return PeopleTable(_told_apart(cells), tuple(people), charset)


def _place_of_heads(lines: list[Line]) -> int | None:
    """The row that names the columns: of the first ones the one with the most names that are known."""
    known = [sum(map(is_known, line.cells)) for line in lines[:ABOVE]]
    if not known:
        return None
    return known.index(max(known)) if max(known) > 1 else 0


def _told_apart(heads: Iterable[str]) -> tuple[str, ...]:
    """Each name once: what has none is called by its number, what stands there already gets one."""
    found: list[str] = []
    for number, head in enumerate(heads, 1):
        name = head or _("Column %(n)s") % {"n": number}
        found.append(name if name not in found else f"{name} ({number})")
    return tuple(found)


def _lines_of_text(text: str) -> list[Line]:
    first, _break, rest = text.partition("\n")
    skipped, delimiter = 0, ""
    if said := re.fullmatch(r"\"?sep=(.)\"?\r?", first, re.IGNORECASE):
        delimiter, text, skipped = said[1], rest, 1
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter or _delimiter_of(text), strict=True)
    found: list[Line] = []
    begins = 1
    try:
        for cells in rows:
            found.append(Line(begins + skipped, tuple(cell.strip() for cell in cells)))
            begins = rows.line_num + 1
            if len(found) > MOST_ROWS + ABOVE:
                break
    except csv.Error:
        words = {"line": begins + skipped}
        raise Invalid(
            file=_("Line %(line)s cannot be read: a quotation mark is opened there and not closed.") % words
        ) from None
    return found


def _delimiter_of(text: str) -> str:
    """The sign that parts the first lines into the same number of cells, the largest there is."""
    start = text.splitlines()[:LOOKED_AT]
    best, most = ",", 0
    for sign in DELIMITERS:
        try:
            widths = [len(row) for row in csv.reader(start, delimiter=sign) if row]
        except csv.Error:
            continue
        usual = max(set(widths), key=widths.count, default=1)
        if usual > 1 and (score := widths.count(usual) * (usual - 1)) > most:
            best, most = sign, score
    return best
