"""Evidence: what may be attached, and how it is handed out."""

from io import BytesIO
from uuid import uuid4
from zipfile import ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from assessments.models import Evidence
from tests.clients import log_in, words_of
from tests.factories import judging, people

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


@pytest.fixture(autouse=True)
def media(settings: object, tmp_path: object) -> None:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]


def started() -> judging.Scene:
    of = judging.scene()
    judging.asked(of)
    return of


def add(of: judging.Scene, client: Client | None = None, **fields: object) -> object:
    data = {"key": uuid4(), "item": "notes", "text": "", "url": ""} | fields
    return (client or log_in(of.learner)).post(reverse("evidence_add", args=[of.case.uid]), data)


def upload(name: str, content: bytes, kind: str = "application/pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, kind)


def test_words_a_link_and_a_file() -> None:
    of = started()
    client = log_in(of.learner)
    assert add(of, client, text="Three questions, no slide.").status_code == 302
    assert add(of, client, url="https://files.example/notes").status_code == 302
    assert add(of, client, file=upload("notes.pdf", PDF)).status_code == 302
    page = words_of(client.get(reverse("case", args=[of.case.uid])))
    assert "Three questions, no slide." in page
    assert 'href="https://files.example/notes" rel="noopener noreferrer' in page
    assert "notes.pdf" in page
    assert page.count('data-testid="evidence-row"') == 3


def test_evidence_sent_twice_with_one_key_is_kept_once() -> None:
    of, key = started(), uuid4()
    client = log_in(of.learner)
    for _n in range(2):
        assert add(of, client, key=key, text="Once.").status_code == 302
    assert Evidence.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("page.html", b"<script>alert(1)</script>", "text/html"),
        ("drawing.svg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "image/svg+xml"),
        ("notes.pdf", b"MZ\x90\x00" + b"\0" * 200, "application/pdf"),
        ("picture.png", b"<script>alert(1)</script>" + b" " * 400, "image/png"),
        ("notes.pdf.html", PDF, "application/pdf"),
        ("notes.exe", PDF, "application/pdf"),
        ("notes", PDF, "application/pdf"),
        ("empty.pdf", b"", "application/pdf"),
        ("archive.zip", b"PK\x03\x04" + b"\0" * 60, "application/zip"),
    ],
)
def test_hostile_files_are_refused(name: str, content: bytes, kind: str) -> None:
    of = started()
    answer = add(of, file=upload(name, content, kind))
    assert answer.status_code == 422
    assert "error-summary" in words_of(answer)
    assert not Evidence.objects.exists()


def test_a_zip_that_says_it_is_a_document_holds_a_document() -> None:
    of, out = started(), BytesIO()
    with ZipFile(out, "w") as archive:
        archive.writestr("run.js", "alert(1)")
    assert add(of, file=upload("notes.docx", out.getvalue())).status_code == 422


def test_more_than_ten_megabytes_is_too_large() -> None:
    of = started()
    answer = add(of, file=upload("big.pdf", PDF + b"\0" * (10 * 1024 * 1024)))
    assert answer.status_code == 413
    assert "10 MB is the most" in words_of(answer)
    assert not Evidence.objects.exists()


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"text": "Two", "url": "https://example.com/x"},
        {"url": "javascript:alert(1)"},
        {"url": "//example.com"},
        {"text": "Words", "item": "not-asked"},
    ],
)
def test_what_is_no_evidence_is_refused_and_kept(fields: dict[str, str]) -> None:
    of = started()
    answer = add(of, **fields)
    assert answer.status_code == 422
    assert not Evidence.objects.exists()
    if "text" in fields:
        assert fields["text"] in words_of(answer)


def test_only_the_learner_feeds_a_case() -> None:
    of, other = started(), judging.scene("story", ("listening", "offer"))
    assert add(of, log_in(of.coach), text="Mine").status_code == 403
    assert add(of, log_in(of.observer), text="Mine").status_code == 403
    for who in (of.manager, other.learner, other.coach):
        assert add(of, log_in(who), text="Mine").status_code == 404


def test_a_decided_case_takes_nothing_more() -> None:
    of = started()
    client = log_in(of.learner)
    add(of, client, text="Before.")
    piece = Evidence.objects.get()
    judging.decided(of)
    assert add(of, client, text="After.").status_code == 403
    assert client.post(reverse("evidence_withdraw", args=[piece.uid]), {"key": uuid4()}).status_code == 403


def test_only_the_learner_takes_evidence_back_and_only_once() -> None:
    of = started()
    client = log_in(of.learner)
    add(of, client, text="For a while.")
    url, key = reverse("evidence_withdraw", args=[Evidence.objects.get().uid]), uuid4()
    assert log_in(of.coach).post(url, {"key": uuid4()}).status_code == 403
    assert client.post(url, {"key": key}).status_code == 302
    assert client.post(url, {"key": key}).status_code == 302
    assert client.post(url, {"key": uuid4()}).status_code == 409
    assert "For a while." not in words_of(client.get(reverse("case", args=[of.case.uid])))


def test_a_file_comes_as_a_download_in_which_nothing_runs() -> None:
    of = started()
    add(of, file=upload("Besuch bei Sørlie.pdf", PDF))
    piece = Evidence.objects.get()
    answer = log_in(of.coach).get(reverse("evidence_file", args=[piece.uid]))
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''Besuch%20bei%20S%C3%B8rlie.pdf")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Content-Type"] == "application/pdf"


def test_a_file_is_downloaded_by_those_of_the_case_and_by_auditors_only() -> None:
    of, other = started(), judging.scene("story", ("listening", "offer"))
    add(of, file=upload("a.png", PNG, "image/png"))
    url = reverse("evidence_file", args=[Evidence.objects.get().uid])
    for who in (of.learner, of.coach, of.observer, people.in_group("Auditors")):
        answer = log_in(who).get(url)
        assert answer.status_code == 200
        assert b"".join(answer.streaming_content) == PNG
    for who in (of.manager, of.learning, other.learner, other.coach, other.observer, other.manager):
        assert log_in(who).get(url).status_code == 404
    Evidence.objects.get().file.delete(save=False)
    assert log_in(of.learner).get(url).status_code == 404


def test_words_and_links_are_no_downloads() -> None:
    of = started()
    add(of, text="<script>alert(1)</script> words")
    client = log_in(of.learner)
    assert client.get(reverse("evidence_file", args=[Evidence.objects.get().uid])).status_code == 404
    assert "<script>alert(1)" not in words_of(client.get(reverse("case", args=[of.case.uid])))
