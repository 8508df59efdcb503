"""Correcting a kept file on its page: cells, and rows that are left out. Its bytes stay as they came."""

from __future__ import annotations

from collections.abc import Mapping, Set
from datetime import datetime
from uuid import UUID

from lms.models import PeopleImport, User
from lms.rules.people_files.corrections import Cell, Corrections
from lms.rules.people_files.tables import read_table
from lms.rules.shown import fingerprint, require_same
from lms.services.platform.acts import act, claim_key

from .files import waiting_import


def rows_shown(row: PeopleImport) -> str:
    """The fingerprint of what people have said of a kept file, for the forms that correct its rows."""
    return fingerprint("import rows", row.uid, row.corrections, row.columns, row.order, row.charset, row.leave)


@act
def correct_rows(
    *,
    actor: User,
    import_uid: UUID,
    shown: str,
    cells: Mapping[Cell, str],
    back: Set[Cell] = frozenset(),
    out: Mapping[int, bool],
    key: UUID,
    at: datetime,
) -> PeopleImport:
    """Say what stands in cells of a kept file instead, and whether lines are left out. A cell that says what the file
    says is corrected no more, nor is one that is among ``back``, whatever was written in it.

    ``shown``: the fingerprint of what was said of the file so far. Raises NotAllowed, NotFound, Changed (somebody said
    something else meanwhile), Conflict (written already, or not kept any more), Invalid (no such cell, too long, too
    many). Queries: 5.
    """
    row = waiting_import(actor, import_uid, lock=True)
    if not claim_key(actor=actor, name="people.import_correct", key=key, at=at, about=row.uid):
        return row
    require_same(shown, rows_shown(row))
    table = read_table(bytes(row.content or b""), row.charset)
    row.corrections = Corrections.kept(row.corrections).with_more(table, cells, back, out).to_keep()
    row.save(update_fields=["corrections"])
    return row


@act
def put_back_row(*, actor: User, import_uid: UUID, shown: str, line: int, key: UUID, at: datetime) -> PeopleImport:
    """Take a line of a kept file in again that was left out, or else read its cells as they stand in the file.

    Raises NotAllowed, NotFound, Changed (somebody said something else meanwhile), Conflict (written already, or not
    kept any more). Queries: 5.
    """
    row = waiting_import(actor, import_uid, lock=True)
    if not claim_key(actor=actor, name="people.import_put_back", key=key, at=at, about=row.uid):
        return row
    require_same(shown, rows_shown(row))
    row.corrections = Corrections.kept(row.corrections).without(line).to_keep()
    row.save(update_fields=["corrections"])
    return row
