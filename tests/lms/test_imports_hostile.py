"""Hostile and broken files, each by name: every one of them ends in a sentence, and nothing is written."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Callable

import pytest
from openpyxl import Workbook

from lms.api import (
    LEARNING_ADMINISTRATORS,
    AddressProposal,
    ImportedRow,
    Invitation,
    Membership,
    Team,
    User,
    apply_import,
    look_at_import,
    read_people_file,
)
from lms.errors import DomainError, Invalid
from tests.factories import basics, people
from tests.people_files import ANA, HEADS, changed_part, csv_bytes, upload, xlsx_bytes

pytestmark = pytest.mark.django_db

TABLES = (User, Team, Membership, ImportedRow, Invitation, AddressProposal)
SHEET = b"""<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">
<c r="A1" t="inlineStr"><is><t>Name</t></is></c><c r="B1" t="inlineStr"><is><t>&b;</t></is></c></row></sheetData>
</worksheet>"""
LAUGHS = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>' + SHEET
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY b SYSTEM "file:///etc/passwd">]>' + SHEET


def with_cell(place: int, text: str) -> bytes:
    row = list(ANA)
    row[place] = text
    return csv_bytes(tuple(row))


def archive(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return out.getvalue()


def wide_workbook() -> bytes:
    book = Workbook()
    book.active.append(list(HEADS))
    book.active.cell(2, 16384).value = "far away"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def empty_workbook() -> bytes:
    out = io.BytesIO()
    Workbook().save(out)
    return out.getvalue()


def shuffled(content: bytes) -> bytes:
    return content[: len(content) // 2] + b"\x00" * 200 + content[len(content) // 2 + 200 :]


FILES: dict[str, Callable[[], bytes]] = {
    # --- no table at all
    "nothing": lambda: b"",
    "spaces-only": lambda: b" \r\n\t\r\n",
    "byte-order-mark-only": lambda: b"\xef\xbb\xbf",
    "pdf": lambda: b"%PDF-1.7\n1 0 obj\n",
    "png": lambda: b"\x89PNG\r\n\x1a\n" + bytes(64),
    "old-excel-or-with-a-password": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512),
    "gzip": lambda: gzip.compress(csv_bytes(ANA)),
    "rich-text": lambda: b"{\\rtf1\\ansi Ana}",
    "nul-in-a-name": lambda: csv_bytes(ANA).replace(b"Ana Duarte", b"Ana\x00Duarte"),
    "escape-signs": lambda: csv_bytes(ANA).replace(b"Ana Duarte", b"\x1b[2JAna"),
    "random-bytes": lambda: bytes((n * 197 + n // 7) % 256 for n in range(4096)),
    "half-a-letter-of-utf16": lambda: b"\xff\xfe" + csv_bytes(ANA).decode().encode("utf-16-le") + b"A",
    # --- broken CSV
    "one-column": lambda: b"Name\nAna\n",
    "names-of-columns-only": lambda: csv_bytes(),
    "no-names-of-columns": lambda: b"\n".join(csv_bytes(ANA, ANA).splitlines()[1:]),
    "quotation-mark-never-closed": lambda: csv_bytes(ANA).replace(b"Ana Duarte", b'"Ana Duarte'),
    "endless-cell": lambda: with_cell(1, "A" * 200_000),
    "long-cell-in-a-column-that-is-not-used": lambda: csv_bytes((*ANA, "x" * 5000), heads=(*HEADS, "Notes")),
    "too-many-columns": lambda: csv_bytes(heads=tuple(f"c{n}" for n in range(500))) + b"a;b\n",
    "too-many-rows": lambda: csv_bytes(ANA) + b"1;A;a@example.com;;;;;\n" * 20_001,
    "too-large": lambda: csv_bytes(ANA) + b" " * (8 * 1024 * 1024),
    "a-delimiter-in-a-name": lambda: csv_bytes(ANA).replace(b"Ana Duarte", b"Duarte; Ana"),
    "names-that-nobody-knows": lambda: b"foo;bar\n1;2\n",
    # --- broken workbooks
    "archive-without-a-workbook": lambda: archive(**{"people.csv": csv_bytes(ANA)}),
    "half-a-workbook": lambda: xlsx_bytes(ANA)[:900],
    "workbook-with-a-hole": lambda: shuffled(xlsx_bytes(ANA)),
    "empty-workbook": empty_workbook,
    "zip-bomb": lambda: changed_part(xlsx_bytes(ANA), "xl/media/a.bin", bytes(30_000_000)),
    "too-large-unpacked": lambda: changed_part(xlsx_bytes(ANA), "xl/a.xml", zlib.compress(b"") + bytes(110_000_000)),
    "five-hundred-parts": lambda: archive(
        **{"[Content_Types].xml": b"x", **{f"xl/{number}.xml": b"x" for number in range(600)}}
    ),
    "billion-laughs": lambda: changed_part(xlsx_bytes(ANA), "xl/worksheets/sheet1.xml", LAUGHS),
    "file-of-the-machine": lambda: changed_part(xlsx_bytes(ANA), "xl/worksheets/sheet1.xml", OUTSIDE),
    "cell-in-the-last-column": wide_workbook,
    "sheet-that-is-no-xml": lambda: changed_part(xlsx_bytes(ANA), "xl/worksheets/sheet1.xml", b"<a><b></a>"),
    # --- rows that cannot be written
    "no-name": lambda: with_cell(1, ""),
    "name-of-unseen-signs": lambda: with_cell(1, "\u200b\u2060"),
    "no-address": lambda: with_cell(2, ""),
    "address-without-a-domain": lambda: with_cell(2, "ana.duarte"),
    "header-of-a-mail-in-the-address": lambda: with_cell(2, "ana@example.com\nBcc: eve@example.com"),
    "two-addresses": lambda: with_cell(2, "ana@example.com, eve@example.com"),
    "address-of-look-alike-letters": lambda: with_cell(2, "аna@example.com"),
    "no-team": lambda: with_cell(4, ""),
    "manager-who-is-nobody": lambda: with_cell(5, "999"),
    "day-that-is-none": lambda: with_cell(6, "31.04.2026"),
    "day-in-the-year-26": lambda: with_cell(6, "0026-04-20"),
    "day-as-a-number-of-excel": lambda: with_cell(6, "46132"),
    "day-that-can-be-read-in-two-ways": lambda: with_cell(6, "03/04/2026"),
    "last-day-before-the-first": lambda: csv_bytes((*ANA[:6], "2026-04-20", "2026-04-19")),
    "the-same-person-twice": lambda: csv_bytes(ANA, ANA),
    "two-who-manage-each-other": lambda: csv_bytes(
        ("1", "A", "a@example.com", "", "Ports", "2", "", ""), ("2", "B", "b@example.com", "", "Docks", "1", "", "")
    ),
}  # fmt: skip


def bring(actor: User, content: bytes) -> None:
    """Read the file and write it, as somebody who looks at nothing. Raises what stops it."""
    row = read_people_file(actor=actor, file=upload(content), key=basics.key(), at=basics.NOON)
    look = look_at_import(row, basics.NOON, actor)
    if look.plan is None:
        raise Invalid(look.question)
    shown = look.plan.fingerprint
    apply_import(actor=actor, import_uid=row.uid, shown=shown, key=basics.key(), at=basics.NOON)


@pytest.mark.parametrize("name", FILES)
def test_it_ends_in_a_sentence_and_nothing_is_written(name: str) -> None:
    actor = people.in_group(LEARNING_ADMINISTRATORS)
    before = basics.rows(*TABLES)
    with pytest.raises(DomainError) as refused:
        bring(actor, FILES[name]())
    assert str(refused.value).endswith((".", "?")), str(refused.value)
    assert basics.rows(*TABLES) == before


def test_a_file_without_a_fault_is_written() -> None:
    actor = people.in_group(LEARNING_ADMINISTRATORS)
    bring(actor, csv_bytes(ANA))
    assert User.objects.get(employee_number="101").full_name == "Ana Duarte"
