"""A file of what people held before: its columns and its rows, read without the record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lms.errors import Invalid
from lms.rules.people_files.columns import bare
from lms.rules.people_files.dates import order_of, read_day
from lms.rules.people_files.tables import PeopleTable
from lms.rules.scales import ENTRUSTMENT

COLUMNS = {
    "Person": gettext_lazy("Person"),
    "Role": gettext_lazy("Role"),
    "Since": gettext_lazy("Since"),
    "Source": gettext_lazy("Source"),
    "Coach": gettext_lazy("Coach"),
    "Skill": gettext_lazy("Skill"),
    "Standard": gettext_lazy("Standard"),
    "Level": gettext_lazy("Level"),
}
"""What the columns are called, in English or in the reader's language, in any order."""
NEEDED = ("Person", "Role", "Since", "Source")
"""The columns that may not be left out."""


@dataclass(frozen=True, slots=True)
class HeldRow:
    """One row. ``line`` is that of the file; ``level`` is 0 in a row without a skill."""

    line: int
    person: str
    role: str
    since: date
    source: str
    coach: str = ""
    skill: str = ""
    standard: str = ""
    level: int = 0


def rows_of(table: PeopleTable) -> tuple[list[HeldRow], list[tuple[int, str]]]:
    """The rows that can be read, and of each other one its line and what is wrong. Raises Invalid without the columns
    that are needed.
    """
    heads = {bare(head): place for place, head in enumerate(table.heads)}
    places = {name: heads.get(bare(name), heads.get(bare(str(label)))) for name, label in COLUMNS.items()}
    missing = [name for name in NEEDED if places[name] is None]
    if missing:
        raise Invalid(file=_("The file has no column “%(name)s”.") % {"name": COLUMNS[missing[0]]})
    found, problems = [], []
    cells = [(line.number, {name: _cell(line.cells, places[name]) for name in COLUMNS}) for line in table.lines]
    order = order_of(cell["Since"] for _line, cell in cells)
    for number, cell in cells:
        try:
            found.append(_row(number, cell, order or ""))
        except ValueError as error:
            problems.append((number, str(error)))
    return found, problems


def _cell(cells: tuple[str, ...], place: int | None) -> str:
    return cells[place].strip() if place is not None and place < len(cells) else ""


def _row(number: int, cell: dict[str, str], order: str) -> HeldRow:
    """One row. Raises ValueError with a sentence."""
    for name in NEEDED:
        if not cell[name]:
            raise ValueError(_("“%(name)s” is empty.") % {"name": COLUMNS[name]})
    if bool(cell["Skill"]) != bool(cell["Level"]):
        raise ValueError(_("A skill needs a level, and a level a skill."))
    level = int(cell["Level"]) if cell["Level"].isdecimal() and len(cell["Level"]) == 1 else 0
    if cell["Level"] and level not in ENTRUSTMENT:
        raise ValueError(_("“%(text)s” is no level. Write a number from 1 to 5.") % {"text": cell["Level"]})
    return HeldRow(
        number,
        cell["Person"],
        cell["Role"],
        read_day(cell["Since"], order),
        cell["Source"],
        cell["Coach"],
        cell["Skill"],
        cell["Standard"],
        level,
    )
