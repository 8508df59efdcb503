"""From rows of cells to people: what each row says, cleaned, and what is wrong with it, one sentence a row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from lms.rules.bounds import FIRST_DAY_HERE, LEAVES_ON
from lms.rules.lines import one_line

from .dates import NEVER, NoDay, WhichOrder, order_of, read_day
from .fields import BY_CODE
from .tables import Line, PeopleTable

DAYS = ("started_on", "left_on")
LEVELS = ">"
"""Between the names of teams in a column: the one above comes first."""
HARMLESS = "'"
"""Before a text that a spreadsheet would compute; ours put it there."""
LONGEST_TEAM = 120


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Why a row cannot be written. ``line``: its number in the file, 0 for somebody who stands in none; ``name``: as
    the file has it; ``field``: the code of what is to change, "" for the whole row; ``beside``: codes of what may be
    wrong instead.
    """

    line: int
    name: str
    field: str
    sentence: str
    beside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonSpec:
    """What one row says about somebody; "" and None for what it does not say."""

    line: int
    employee_number: str = ""
    email: str = ""
    full_name: str = ""
    preferred_name: str = ""
    job: str = ""
    team: tuple[str, ...] = ()
    manager: str = ""
    location: str = ""
    started_on: date | None = None
    left_on: date | None = None
    time_zone: str = ""
    locale: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What a row is held against beside the record: today, and the names that are offered.

    ``address``: the address as it is stored, or a ValueError with a sentence. ``locations``: ids by small letters.
    """

    today: date
    address: Callable[[str], str]
    time_zones: frozenset[str]
    locales: frozenset[str]
    locations: Mapping[str, int | None]


def order_of_days(table: PeopleTable, columns: Mapping[str, str]) -> str | None:
    """The order of day and month in the columns of days; None when somebody has to say it."""
    places = [place for place, head in enumerate(table.heads) if columns.get(head) in DAYS]
    return order_of(line.cells[place] for line in table.lines for place in places if place < len(line.cells))


def places_of(heads: Sequence[str], columns: Mapping[str, str]) -> dict[str, int]:
    """The place of the column of each field that has one."""
    return {code: place for place, head in enumerate(heads) if (code := columns.get(head))}


def name_in(cells: Sequence[str], places: Mapping[str, int]) -> str:
    """How the file calls somebody, for a sentence about a row."""

    def said(code: str) -> str:
        place = places.get(code, len(cells))
        return cells[place][:80] if place < len(cells) else ""

    return said("full_name") or f"{said('given_name')} {said('family_name')}".strip() or said("email")


def specs_of(
    table: PeopleTable, columns: Mapping[str, str], order: str, known: Known
) -> tuple[list[PersonSpec], list[RowProblem]]:
    """Every row as a spec or as a problem. ``order``: of day and month, where only somebody can say it."""
    reader = _Reader(table, columns, order, known)
    specs: list[PersonSpec] = []
    problems: list[RowProblem] = []
    for line in table.lines:
        try:
            specs.append(reader.spec(line))
        except _Wrong as wrong:
            name = name_in(line.cells, reader.places)
            problems.append(RowProblem(line.number, name, wrong.field, wrong.sentence))
    twice = _twice(specs)
    problems += twice.values()
    return [spec for spec in specs if spec.line not in twice], sorted(problems, key=lambda each: each.line)


class _Wrong(Exception):
    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field, self.sentence = field, sentence


class _Reader:
    def __init__(self, table: PeopleTable, columns: Mapping[str, str], order: str, known: Known) -> None:
        self.width, self.order, self.known = len(table.heads), order, known
        self.places = places_of(table.heads, columns)

    def spec(self, line: Line) -> PersonSpec:
        """What the row says. Raises _Wrong."""
        if any(line.cells[self.width :]):
            words = {"n": len(line.cells), "all": self.width}
            raise _Wrong(
                "",
                _(
                    "This row has %(n)s cells, and there are %(all)s columns: perhaps the sign between columns stands "
                    "in a name. Put that name in quotation marks."
                )
                % words,
            )
        said = {code: self._text(line, code) for code in self.places}
        full_name = said.get("full_name") or f"{said.get('given_name', '')} {said.get('family_name', '')}".strip()
        self._short("full_name", full_name)
        return PersonSpec(
            line=line.number,
            employee_number=said.get("employee_number", ""),
            email=self._address(said.get("email", "")),
            full_name=full_name,
            preferred_name=said.get("preferred_name", ""),
            job=said.get("job", ""),
            team=self._team(said.get("team", "")),
            manager=said.get("manager", ""),
            location=self._location(said.get("location", "")),
            started_on=self._day("started_on", said.get("started_on", "")),
            left_on=self._day("left_on", said.get("left_on", "")),
            time_zone=self._one_of("time_zone", said.get("time_zone", "").replace(" ", "_"), self.known.time_zones),
            locale=self._one_of("locale", said.get("locale", "").lower(), self.known.locales),
        )

    def _cell(self, line: Line, code: str) -> str:
        place = self.places.get(code, self.width)
        return line.cells[place] if place < len(line.cells) else ""

    def _text(self, line: Line, code: str) -> str:
        cell = self._cell(line, code)
        if not cell:
            return ""
        text = one_line(cell)
        if text.startswith(HARMLESS):
            text = text.removeprefix(HARMLESS)
        self._short(code, text)
        return text

    def _short(self, code: str, text: str) -> None:
        longest = BY_CODE[code].longest
        if longest and len(text) > longest:
            words = {"field": BY_CODE[code].label, "n": longest}
            raise _Wrong(code, _("“%(field)s” is longer than %(n)s signs.") % words)

    def _address(self, text: str) -> str:
        if not text:
            return ""
        try:
            return self.known.address(text)
        except ValueError as error:
            raise _Wrong("email", str(error)) from None

    def _team(self, text: str) -> tuple[str, ...]:
        names = tuple(name for part in text.split(LEVELS) if (name := part.strip()))
        if any(len(name) > LONGEST_TEAM for name in names):
            raise _Wrong("team", _("The name of the team is longer than %(n)s signs.") % {"n": LONGEST_TEAM})
        return names

    def _location(self, text: str) -> str:
        if text and text.casefold() not in self.known.locations:
            raise _Wrong(
                "location",
                _("There is no location “%(name)s”. Add it at Organisation first, or do not use the column.")
                % {"name": text},
            )
        return text.casefold()

    def _day(self, code: str, text: str) -> date | None:
        if not text:
            return None
        try:
            day = read_day(text, self.order)
        except WhichOrder:
            raise _Wrong(code, _("Say whether the day or the month comes first in “%(t)s”.") % {"t": text}) from None
        except NoDay as error:
            raise _Wrong(code, str(error)) from None
        today = self.known.today
        if code == "left_on":
            if day.year == NEVER:
                return None
            problem = LEAVES_ON.problem(max(day, today), today)
        else:
            problem = FIRST_DAY_HERE.problem(day, today)
        if problem:
            raise _Wrong(code, f"{text}: {problem}")
        return day

    def _one_of(self, code: str, text: str, offered: frozenset[str]) -> str:
        if text and text not in offered:
            words = {"field": BY_CODE[code].label, "text": text}
            raise _Wrong(code, _("“%(text)s” is not offered here as “%(field)s”.") % words)
        return text


def _twice(specs: Iterable[PersonSpec]) -> dict[int, RowProblem]:
    """Rows that say to be the same person, by line."""
    found: dict[int, RowProblem] = {}
    rows = list(specs)
    for code, sentence in (
        ("employee_number", _("Rows %(lines)s have the same employee number. A number belongs to one person.")),
        ("email", _("Rows %(lines)s have the same address. An address belongs to one person.")),
    ):
        same: defaultdict[str, list[PersonSpec]] = defaultdict(list)
        for spec in rows:
            if value := getattr(spec, code):
                same[value].append(spec)
        for group in same.values():
            if len(group) > 1:
                words = {"lines": _listed([spec.line for spec in group])}
                for spec in group:
                    name = spec.full_name or spec.email or spec.employee_number
                    found.setdefault(spec.line, RowProblem(spec.line, name, code, sentence % words))
    return found


def _listed(lines: Sequence[int]) -> str:
    """Numbers of lines in a sentence; of many the first."""
    few = [str(number) for number in lines[:5]]
    if len(lines) > len(few):
        return _("%(some)s and others") % {"some": ", ".join(few)}
    return _("%(some)s and %(last)s") % {"some": ", ".join(few[:-1]), "last": few[-1]}
