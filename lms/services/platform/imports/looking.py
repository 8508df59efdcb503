"""Looking at a file: what its columns are taken for, and what it would write. Nothing is written."""

from __future__ import annotations

import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from lms.errors import Invalid
from lms.models import User
from lms.rules.people_files.columns import check, guess, missing_for_new
from lms.rules.people_files.compare import STATED, Plan, compare
from lms.rules.people_files.corrections import Corrections, corrected
from lms.rules.people_files.rows import Known, order_of_days, specs_of
from lms.rules.people_files.tables import Line, PeopleTable, read_table
from lms.services.platform.organisation import organisations_day

from .record import record_now


@dataclass(frozen=True, slots=True)
class FileChoices:
    """What somebody says of a file. ``columns``: code of the field by name of the column, {} to guess; ``order``: of
    day and month, ``charset``: the encoding, each "" to find it; ``leave``: who leaves by it; ``corrections``: what
    was put right by hand.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    order: str = ""
    charset: str = ""
    leave: str = STATED
    corrections: Corrections = field(default_factory=Corrections)


@dataclass(frozen=True, slots=True)
class FileLook:
    """A file that was looked at. ``table``: as it is corrected, ``as_read``: as the file has it; ``left_out``: rows
    that somebody left out; ``order``: of day and month, None when somebody has to say it; ``question``: what has to be
    said before there is a plan, "" otherwise; ``lacks``: what no column says and new people need; ``asks_order``: the
    columns are known, and only the order of day and month has to be said.
    """

    table: PeopleTable
    as_read: PeopleTable
    left_out: tuple[Line, ...]
    columns: Mapping[str, str]
    order: str | None
    question: str
    lacks: tuple[str, ...]
    plan: Plan | None
    asks_order: bool = False


def look_at(content: bytes, choices: FileChoices, at: datetime, actor: User | None = None) -> FileLook:
    """What a file would write, by what the record holds now. Raises Invalid (not to be read). Queries: 8."""
    as_read = read_table(content, choices.charset)
    table, left_out = corrected(as_read, choices.corrections)
    columns = guess(table.heads, choices.columns)
    order = choices.order or order_of_days(as_read, columns)
    question = ""
    try:
        check(columns)
    except Invalid as error:
        question = str(error)
    asks_order = order is None and not question
    if asks_order:
        question = _("Say whether days are written with the day first or with the month first.")
    lacks = tuple(missing_for_new(columns))
    if question:
        return FileLook(table, as_read, left_out, columns, order, question, lacks, None, asks_order)
    today = organisations_day(at)
    record = record_now(today, at)
    known = Known(today, address_as_stored, _zones(), frozenset(dict(settings.LANGUAGES)), record.locations)
    specs, problems = specs_of(table, columns, order or "", known)
    plan = compare(
        specs,
        problems,
        record,
        leave=choices.leave,
        today=today,
        by_manager="team" not in columns.values(),
        actor=actor.pk if actor else None,
        in_part=bool(left_out),
    )
    return FileLook(table, as_read, left_out, columns, order, question, lacks, plan)


def address_as_stored(text: str) -> str:
    """The address in the one way in which it is stored. Raises ValueError with a sentence."""
    try:
        return str(User._meta.get_field("email").clean(text, None))
    except ValidationError as error:
        raise ValueError(" ".join(error.messages)) from None


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())
