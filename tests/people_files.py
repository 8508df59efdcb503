"""Files with people, as tests make them: rows into bytes."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

HEADS = ("PersNr", "Name", "Mail", "Function", "Org unit", "Reports to", "Entry date", "Exit date")
ANA = ("101", "Ana Duarte", "ana.duarte@example.com", "Consultant", "Ports", "", "2026-04-20", "")


def csv_bytes(
    *rows: Sequence[str], heads: Sequence[str] = HEADS, delimiter: str = ";", charset: str = "utf-8"
) -> bytes:
    """The rows under the names of the columns."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows([heads, *rows])
    return out.getvalue().encode(charset)


def xlsx_bytes(*rows: Sequence[Any], heads: Sequence[Any] = HEADS) -> bytes:
    """The rows as a workbook."""
    book = Workbook()
    sheet = book.active
    for row in (heads, *rows):
        sheet.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def changed_part(workbook: bytes, name: str, content: bytes) -> bytes:
    """A workbook with another part of this name, or one more."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            if part.filename != name:
                new.writestr(part, old.read(part))
        new.writestr(name, content)
    return out.getvalue()


class Chosen(SimpleUploadedFile):
    """A file that a browser sends once more when its form is sent again."""

    def read(self, *args: Any) -> bytes:
        """From the beginning, each time."""
        self.seek(0)
        return bytes(super().read(*args))


def upload(content: bytes, name: str = "people.csv") -> SimpleUploadedFile:
    """As a browser sends it."""
    return Chosen(name, content)
