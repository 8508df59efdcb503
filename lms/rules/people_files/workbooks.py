"""Workbooks (XLSX): an archive is looked at before it is unpacked, and of a sheet only what may be a list is read."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import load_workbook

from lms.errors import Invalid

ARCHIVE = b"PK\x03\x04"
MOST_PARTS = 500
MOST_UNPACKED = 100 * 1024 * 1024
MOST_TIMES = 200
"""How many times larger than packed a part may be, once it is large."""
LARGE = 1024 * 1024
NumberedCells = tuple[int, tuple[str, ...]]


def is_archive(content: bytes) -> bool:
    """Whether this is a ZIP archive, as workbooks are."""
    return content.startswith(ARCHIVE)


def rows_of_workbook(content: bytes, most_rows: int, most_columns: int) -> list[NumberedCells]:
    """Number and cells of each row of the first sheet that has any. Formulas give what they last came to.

    Raises Invalid for an archive that is no workbook, or a bomb.
    """
    _look_inside(content)
    try:
        return list(_rows(content, most_rows, most_columns))
    except Invalid:
        raise
    except Exception:  # whatever a parser says of somebody's bytes
        raise Invalid(file=_unreadable()) from None


def _unreadable() -> str:
    return _("This workbook cannot be read. Open it, save it as XLSX or CSV again, and choose that file.")


def _look_inside(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise Invalid(file=_unreadable()) from None
    names = {part.filename for part in parts}
    if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise Invalid(file=_("This archive is no XLSX workbook. Save the list as XLSX or CSV, and choose that file."))
    bomb = any(part.file_size > LARGE and part.file_size > MOST_TIMES * part.compress_size for part in parts)
    if bomb or len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise Invalid(file=_("This workbook is too large to unpack. Copy the list alone into a new one."))


def _rows(content: bytes, most_rows: int, most_columns: int) -> Iterator[NumberedCells]:
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    try:
        for sheet in book.worksheets:
            if sheet.sheet_state != "visible":
                continue
            sheet.reset_dimensions()
            found = False
            limits = {"max_row": most_rows + 1, "max_col": most_columns + 1}
            for number, cells in enumerate(sheet.iter_rows(values_only=True, **limits), 1):
                row = list(map(_text, cells))
                while row and not row[-1]:
                    row.pop()
                if row:
                    found = True
                    yield number, tuple(row)
            if found:
                return
    finally:
        book.close()


def _text(value: Any) -> str:
    """A cell as it would stand in a CSV file: days as ISO, whole numbers without a point."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
