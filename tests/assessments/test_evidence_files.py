"""Evidence: words, links and files. A file is what its bytes say, and is kept under its uid with its hash."""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.db import IntegrityError, transaction

from assessments.api import add_evidence, content_hash, withdraw_evidence
from assessments.models import Case, Evidence
from assessments.services.cases import evidence as service
from lms.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from lms.models import Act
from tests.factories import basics, decisions, people

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = str(tmp_path / "media")
    return tmp_path / "media"


@pytest.fixture
def work() -> decisions.DecisionScene:
    work = decisions.decision_scene()
    decisions.watch(work, work.another())
    return work


def packed(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return file.getvalue()


PDF = b"%PDF-1.7\n1 0 obj\nendobj\n"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
GOOD = {
    "notes.pdf": PDF,
    "NOTES.PDF": PDF,
    "board.png": PNG,
    "board.jpg": b"\xff\xd8\xff\xe0\x00\x10JFIF",
    "board.jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF",
    "board.webp": b"RIFF\x24\x00\x00\x00WEBPVP8 ",
    "talk.mp3": b"ID3\x03\x00\x00\x00\x00\x00\x21",
    "talk.m4a": b"\x00\x00\x00\x20ftypM4A \x00\x00\x00\x00",
    "plan.docx": packed("[Content_Types].xml", "_rels/.rels", "word/document.xml"),
    "plan-in-another-order.docx": packed("word/document.xml", "[Content_Types].xml"),
    "costs.xlsx": packed("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml"),
    "slides.pptx": packed("[Content_Types].xml", "_rels/.rels", "ppt/presentation.xml"),
}
HTML = b"<!doctype html><script>alert(1)</script>"
BAD = {
    "page.html": HTML,
    "drawing.svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "page.pdf": HTML,
    "program.pdf": b"MZ\x90\x00\x03\x00\x00\x00",
    "script.pdf": b"#!/bin/sh\nrm -rf /\n",
    "drawing.png": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
    "picture-and-page.pdf": PNG + HTML,
    "paper-that-is-a-zip.docx": PDF + packed("[Content_Types].xml", "word/document.xml"),
    "archive.docx": packed("virus.exe"),
    "archive-with-a-list.docx": packed("[Content_Types].xml", "virus.exe"),
    "sheet.docx": packed("[Content_Types].xml", "xl/workbook.xml"),
    "broken.docx": packed("[Content_Types].xml", "word/document.xml")[:40],
    "archive.zip": packed("a"),
    "program.exe": b"MZ\x90\x00",
    "picture.png.html": PNG,
    "nothing-after-the-dot.": PDF,
    "no-extension": PDF,
    ".pdf": PDF,
    "book.epub": packed("mimetype"),
}


def add(work: decisions.DecisionScene, **fields: Any) -> Evidence:
    values = {"actor": work.learner, "case_uid": work.case.uid, "key": basics.key(), "at": basics.MONDAY}
    return add_evidence(**values | fields)


def upload(name: str = "notes.pdf", data: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def refused(error: type[DomainError], work: decisions.DecisionScene, media: Path, **fields: Any) -> DomainError:
    before = basics.rows(Evidence, Act), files(media)
    with pytest.raises(error) as raised, transaction.atomic():
        add(work, **fields)
    assert str(raised.value).strip().endswith(".")
    assert (basics.rows(Evidence, Act), files(media)) == before
    return raised.value


def files(media: Path) -> list[Path]:
    return sorted(path for path in media.rglob("*") if path.is_file())


# --- Files --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", GOOD)
def test_a_good_file_is_kept_under_its_uid_with_the_hash_it_arrived_with(
    work: decisions.DecisionScene, media: Path, name: str
) -> None:
    piece = add(work, file=upload(name, GOOD[name]), item="notes")
    piece.refresh_from_db()
    assert (piece.kind, piece.file_name, piece.size) == ("file", name, len(GOOD[name]))
    assert piece.sha256 == hashlib.sha256(GOOD[name]).hexdigest() == content_hash(piece)
    assert files(media) == [media / "evidence" / piece.uid.hex[:2] / str(piece.uid)]
    assert files(media)[0].read_bytes() == GOOD[name]


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_is_not_what_it_should_be_is_refused_and_not_kept(
    work: decisions.DecisionScene, media: Path, name: str
) -> None:
    assert list(refused(Invalid, work, media, file=upload(name, BAD[name])).fields) == ["file"]


def test_an_empty_file_is_refused(work: decisions.DecisionScene, media: Path) -> None:
    assert "file" in refused(Invalid, work, media, file=upload(data=b"")).fields


def test_ten_megabytes_are_taken_and_one_byte_more_is_not(work: decisions.DecisionScene, media: Path) -> None:
    most = PDF.ljust(service.MAX_BYTES, b" ")
    refused(Invalid, work, media, file=upload(data=most + b" "))
    piece = add(work, file=upload(data=most))
    assert (piece.size, content_hash(piece)) == (10 * 1024 * 1024, hashlib.sha256(most).hexdigest())


def test_a_file_that_django_put_on_disk_is_taken_as_well(work: decisions.DecisionScene, media: Path) -> None:
    data = PDF.ljust(3_000_000, b" ")
    file = TemporaryUploadedFile("notes.pdf", "application/pdf", len(data), None)
    file.write(data)
    file.seek(0)
    piece = add(work, file=file)
    assert files(media)[0].read_bytes() == data
    file.close()
    assert content_hash(piece) == piece.sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../../etc/cron.d/notes.pdf", "notes.pdf"),
        ("..\\..\\windows\\notes.pdf", "notes.pdf"),
        ("/absolute/notes.pdf", "notes.pdf"),
        ("a" * 300 + ".pdf", None),
        ("line\r\nbreak: x.pdf", "linebreak: x.pdf"),
        ("<b>bold</b> & 'quoted'.pdf", "b> & 'quoted'.pdf"),
        ("naïve résumé ☂.pdf", "naïve résumé ☂.pdf"),
    ],
)
def test_the_name_that_a_file_came_with_never_becomes_a_path(
    work: decisions.DecisionScene, media: Path, name: str, kept: str | None
) -> None:
    piece = add(work, file=upload(name))
    piece.refresh_from_db()
    assert files(media) == [media / "evidence" / piece.uid.hex[:2] / str(piece.uid)]
    assert piece.file.name == f"{piece.uid.hex[:2]}/{piece.uid}"
    assert piece.file_name.endswith(".pdf")
    assert len(piece.file_name) <= 160
    assert kept is None or piece.file_name == kept


def test_what_the_browser_says_about_a_file_counts_for_nothing(work: decisions.DecisionScene, media: Path) -> None:
    piece = add(work, file=SimpleUploadedFile("notes.pdf", PDF, content_type="text/html"))
    assert piece.content_type == "application/pdf"


# --- Words and links ----------------------------------------------------------------------------------------------


def test_words_and_links_are_kept_with_a_hash_of_what_they_say(work: decisions.DecisionScene) -> None:
    words = add(work, text="  What the customer wrote back.  ", item="notes")
    link = add(work, url="https://example.com/call?id=7")
    assert (words.kind, words.text) == ("text", "What the customer wrote back.")
    assert (link.kind, link.url) == ("link", "https://example.com/call?id=7")
    for piece in (words, link):
        assert piece.sha256 == content_hash(Evidence.objects.get(pk=piece.pk))
    assert words.sha256 != link.sha256


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "example.com",
        "https://",
        "https://x.y/" + "a" * 500,
    ],
)
def test_a_link_must_lead_somewhere_harmless(work: decisions.DecisionScene, media: Path, url: str) -> None:
    assert "url" in refused(Invalid, work, media, url=url).fields


def test_nothing_and_two_things_at_once_are_refused(work: decisions.DecisionScene, media: Path) -> None:
    link, words = "https://example.com/", "Some words."
    for fields in (
        {},
        {"text": "   "},
        {"text": words, "url": link},
        {"text": words, "file": upload()},
        {"url": link, "file": upload()},
        {"text": words, "url": link, "file": upload()},
    ):
        assert "text" in refused(Invalid, work, media, **fields).fields


def test_words_have_a_limit_and_so_has_a_case(work: decisions.DecisionScene, media: Path) -> None:
    refused(Invalid, work, media, text="a" * 20_001)
    pieces = [add(work, text=f"Piece {number}.") for number in range(12)]
    refused(Invalid, work, media, text="One more.")
    withdraw_evidence(actor=work.learner, evidence_uid=pieces[0].uid, key=basics.key(), at=basics.MONDAY)
    add(work, text="a" * 20_000)


def test_a_piece_answers_a_line_of_the_standard_or_none(work: decisions.DecisionScene, media: Path) -> None:
    assert "item" in refused(Invalid, work, media, text="Words.", item="not-a-line").fields
    assert add(work, text="Words.").item == ""


def test_the_database_keeps_a_piece_to_one_kind(work: decisions.DecisionScene) -> None:
    piece = add(work, text="Words.")
    for fields in (
        {"url": "https://example.com/"},
        {"text": ""},
        {"kind": "link"},
        {"kind": "file"},
        {"kind": "none"},
    ):
        with pytest.raises(IntegrityError, match="evidence_is_what_it_says"), transaction.atomic():
            Evidence.objects.filter(pk=piece.pk).update(**fields)


# --- Who, once, and back ------------------------------------------------------------------------------------------


def test_one_key_is_one_piece(work: decisions.DecisionScene, media: Path) -> None:
    key = basics.key()
    assert add(work, file=upload(), key=key) == add(work, file=upload(), key=key)
    assert (Evidence.objects.count(), len(files(media))) == (1, 1)


def test_only_the_learner_adds_and_only_while_the_case_is_open(work: decisions.DecisionScene, media: Path) -> None:
    refused(NotAllowed, work, media, text="Words.", actor=work.coach)
    refused(NotAllowed, work, media, text="Words.", actor=work.observers[0])
    refused(NotFound, work, media, text="Words.", actor=people.administrator())
    decisions.sign(work, verdicts=decisions.not_yet_on_all(work))
    refused(NotAllowed, work, media, text="Words.")


def test_a_piece_is_taken_back_once_by_the_learner_before_the_decision(work: decisions.DecisionScene) -> None:
    piece, other, key = add(work, text="Words."), add(work, text="Other words."), basics.key()
    for actor, error in ((work.coach, NotAllowed), (people.administrator(), NotFound)):
        with pytest.raises(error):
            withdraw_evidence(actor=actor, evidence_uid=piece.uid, key=basics.key(), at=basics.MONDAY)
    for _again in range(2):
        withdraw_evidence(actor=work.learner, evidence_uid=piece.uid, key=key, at=basics.MONDAY)
    with pytest.raises(Conflict), transaction.atomic():
        withdraw_evidence(actor=work.learner, evidence_uid=piece.uid, key=basics.key(), at=basics.MONDAY)
    decisions.sign(work, verdicts=decisions.not_yet_on_all(work))
    with pytest.raises(NotAllowed):
        withdraw_evidence(actor=work.learner, evidence_uid=other.uid, key=basics.key(), at=basics.MONDAY)
    piece.refresh_from_db()
    other.refresh_from_db()
    assert (piece.withdrawn_at, other.withdrawn_at) == (basics.MONDAY, None)
    assert Case.objects.get().events.get().payload["evidence"] == {str(other.uid): other.sha256}
