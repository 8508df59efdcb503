"""Tables for spreadsheets: what stands in them is shown and never computed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Rows = Iterable[Sequence[Any]]


def harmless(value: Any) -> Any:
    """A value that a spreadsheet shows and never computes; numbers stay numbers."""
    if not isinstance(value, str):
        return value
    text = ILLEGAL_CHARACTERS_RE.sub("", value)
    return "'" + text if text.startswith(FORMULA) else text


def csv_file(rows: Rows) -> bytes:
    """The rows as CSV in UTF-8, with the mark by which spreadsheets know it."""
    out = io.StringIO()
    csv.writer(out).writerows([[harmless(value) for value in row] for row in rows])
    return ("\ufeff" + out.getvalue()).encode()


def xlsx_file(title: str, rows: Rows) -> bytes:
    """The rows as a workbook with one sheet."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    for row in rows:
        sheet.append([harmless(value) for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
