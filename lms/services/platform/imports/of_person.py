"""Which files made somebody or changed what is written down about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import groupby

from lms.models import ImportedRow, PeopleImport, User
from lms.policies import people_policy

Kind = ImportedRow.Kind


@dataclass(frozen=True, slots=True)
class ImportOfPerson:
    """``of``: the import; ``made``: they came by it; ``changed``: old and new by the code of the field; ``manages``,
    ``managed``: names of teams that they manage since, or no more.
    """

    of: PeopleImport
    made: bool = False
    changed: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    manages: tuple[str, ...] = ()
    managed: tuple[str, ...] = ()


def imports_of_person(actor: User, person: User, most: int) -> list[ImportOfPerson]:
    """The last ones first, those that were taken back too; none for whoever may not look at imports. Queries: 0-1."""
    if not people_policy.may(actor, "invite"):
        return []
    rows = ImportedRow.objects.filter(person=person).select_related("of", "team")
    rows = rows.defer("of__content", "of__corrections", "of__left_out").order_by("-of__applied_at", "-of_id", "pk")
    return [_import(list(group)) for _pk, group in groupby(rows, key=lambda row: row.of_id)][:most]


def _import(rows: list[ImportedRow]) -> ImportOfPerson:
    changed = {code: (old, new) for row in rows for code, (old, new) in row.changed.items()}
    teams = {kind: tuple(row.team.name for row in rows if row.kind == kind and row.team) for kind in Kind.values}
    return ImportOfPerson(
        of=rows[0].of,
        made=any(row.kind == Kind.NEW for row in rows),
        changed=changed,
        manages=teams[Kind.MANAGES],
        managed=teams[Kind.MANAGED],
    )
