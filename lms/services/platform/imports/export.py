"""People as a table in the shape that an import reads, and the rows of a file that could not be written."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from operator import attrgetter
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from lms.models import User
from lms.rules.people_files.fields import BY_CODE
from lms.rules.people_files.rows import LEVELS
from lms.rules.spreadsheets import csv_file
from lms.services.platform.organisation import organisations_day

from .record import record_now

if TYPE_CHECKING:
    from .looking import FileLook

COLUMNS = (
    "employee_number", "full_name", "preferred_name", "email", "job", "team", "manager", "location", "started_on",
    "left_on", "time_zone", "locale",
)  # fmt: skip


def people_table(at: datetime) -> list[list[str]]:
    """Everybody who is here, under the names of the columns; read again it changes nothing. Queries: 10."""
    record = record_now(organisations_day(at), at)
    names = {team.id: team.name for team in record.teams}
    often = Counter(name.casefold() for name in names.values())
    parents = {team.id: team.parent for team in record.teams}
    managers = {team.id: team.managers for team in record.teams}

    def path(team: int | None) -> str:
        """The name of a team, with those above it where another has the same."""
        if team is None:
            return ""
        parts, above = [names[team]], parents[team]
        while often[parts[-1].casefold()] > 1 and above is not None:
            parts.insert(0, names[above])
            above = parents[above]
        return f" {LEVELS} ".join(parts)

    def manager(team: int | None, person: int) -> str:
        """The first manager of the team, or of the nearest one above that they do not manage themself."""
        while team is not None:
            if managers[team] and person not in managers[team]:
                who = record.people[managers[team][0]]
                return who.employee_number or who.email
            team = parents[team]
        return ""

    rows = [[str(BY_CODE[code].label) for code in COLUMNS]]
    fields = ("preferred_name", "time_zone", "locale")
    for pk, *own in User.objects.filter(is_active=True).order_by("name_order", "pk").values_list("pk", *fields):
        person = record.people[pk]
        rows.append([
            person.employee_number, person.full_name, own[0], person.email, person.job, path(person.team),
            manager(person.team, pk), record.location_names.get(person.location, ""),
            person.started_on.isoformat() if person.started_on else "",
            person.left_on.isoformat() if person.left_on else "", own[1], own[2],
        ])  # fmt: skip
    return rows


def left_out_rows(look: FileLook) -> list[list[str]]:
    """The rows of a file that are not written, as they are corrected so far, and why."""
    why = {problem.line: problem.sentence for problem in look.plan.problems} if look.plan else {}
    why |= {line.number: _("Left out by hand.") for line in look.left_out}
    rows = [[*look.table.heads, _("Why this row is not written")]]
    width = len(look.table.heads)
    for line in sorted((*look.table.lines, *look.left_out), key=attrgetter("number")):
        if line.number in why:
            rows.append([*(line.cells + ("",) * width)[:width], why[line.number]])
    return rows


def left_out_file(look: FileLook) -> bytes:
    """The same as a CSV file; empty where every row is written."""
    rows = left_out_rows(look)
    return csv_file(rows) if len(rows) > 1 else b""
