"""Hostile uploads: refused with a sentence, or kept so that nothing in them can run; and bodies that are too large."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from assessments.models import Evidence
from cms.models import CustomDocument, CustomImage
from cms.services.authoring.setup import Frame
from lms.api import Act
from tests.clients import log_in
from tests.editing import edit_data
from tests.factories import basics, cms, judging, people

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n1 0 obj\nendobj\n"
HTML = b"<!doctype html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'


def picture(size: tuple[int, int] = (8, 8), kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size).save(file, kind)
    return file.getvalue()


def bomb(side: int = 30_000) -> bytes:
    """A PNG of a few hundred bytes that says it is 900 million pixels."""

    def part(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", zlib.compress(b"\0" * 1000)) + part(b"IEND", b"")


def office(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return file.getvalue()


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


def files(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]


# --- Evidence -------------------------------------------------------------------------------------------------------

REFUSED_EVIDENCE = {
    "a drawing that runs": ("drawing.svg", SVG),
    "a page": ("page.html", HTML),
    "a page that says it is a picture": ("board.png", HTML),
    "a drawing that says it is a picture": ("board.png", SVG),
    "a picture that says it is a paper": ("notes.pdf", picture()),
    "two names": ("notes.pdf.html", PDF),
    "a program in two names": ("notes.pdf.exe", b"MZ" + PDF),
    "nothing but an ending": (".htaccess", b"AddType text/html .pdf"),
    "an archive that says it is a document": ("plan.docx", office("../../../etc/cron.d/x")),
}


def send_evidence(name: str, data: bytes) -> tuple[Any, judging.Scene]:
    of = judging.scene()
    judging.asked(of)
    fields = {"key": basics.key(), "item": "notes", "text": "", "url": ""}
    file = SimpleUploadedFile("x", data, "image/png")
    file._name = name  # as it comes from a stranger: SimpleUploadedFile would take the folders off
    address = reverse("evidence_add", args=[of.case.uid])
    return log_in(of.learner).post(address, fields | {"file": file}), of


@pytest.mark.parametrize("what", REFUSED_EVIDENCE)
def test_evidence_that_is_not_what_it_should_be_is_refused_in_a_sentence(what: str, media: Path) -> None:
    answer, _of = send_evidence(*REFUSED_EVIDENCE[what])
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "The file is not what its name says." in page or "Attach a PDF, a picture" in page
    assert not Evidence.objects.exists()
    assert not files(media)
    assert not Act.objects.filter(name="evidence.add").exists()


KEPT_EVIDENCE = {
    "a paper that is also a page": ("notes.pdf", PDF + HTML),
    "a paper that is also an archive": ("notes.pdf", PDF + office("x")),
    "a picture that is also a page": ("board.png", picture() + HTML),
    "a picture of more pixels than memory": ("board.png", bomb()),
    "folders in its name": ("../../../settings/production.pdf", PDF),
    "folders of another system": ("..\\..\\windows\\notes.pdf", PDF),
}


@pytest.mark.parametrize("what", KEPT_EVIDENCE)
def test_an_upload_has_a_name_of_ours_and_comes_back_as_inert_download(what: str, media: Path) -> None:
    name, data = KEPT_EVIDENCE[what]
    answer, of = send_evidence(name, data)
    assert answer.status_code == 302
    piece = Evidence.objects.get()
    assert files(media) == [media / "evidence" / piece.uid.hex[:2] / str(piece.uid)]
    assert not set("/\\\r\n") & set(piece.file_name)
    given = log_in(of.learner).get(f"/evidence/{piece.uid}/")
    assert b"".join(given.streaming_content) == data
    assert given["Content-Type"] in ("application/pdf", "image/png")
    assert given["Content-Disposition"].startswith("attachment")
    assert "Set-Cookie" not in given
    assert set(given["Content-Security-Policy"].split("; ")) == {"sandbox", "default-src 'none'"}
    assert given["X-Content-Type-Options"] == "nosniff"


# --- What authors upload --------------------------------------------------------------------------------------------

REFUSED_IMAGES = {
    "a drawing that runs": ("drawing.svg", SVG),
    "a drawing that says it is a picture": ("drawing.png", SVG),
    "a page": ("page.png", HTML),
    "a picture of another kind": ("board.png", picture(kind="BMP")),
    "two names": ("board.png.html", picture()),
    "more pixels than memory": ("board.png", bomb()),
    "one pixel more than the cap": ("board.png", picture((8001, 5000))),
}
REFUSED_DOCUMENTS = {
    "a page": ("page.html", HTML),
    "a drawing that runs": ("drawing.svg", SVG),
    "two names": ("rules.pdf.html", PDF),
    "a program": ("program.exe", b"MZ"),
    "no ending": ("rules", PDF),
}


@pytest.fixture
def author(frame: Frame) -> Client:
    client = Client()
    client.force_login(people.administrator())
    return client


@pytest.mark.parametrize("what", REFUSED_IMAGES)
@pytest.mark.parametrize("way", ["one", "several"])
def test_a_picture_that_could_hurt_is_refused_beside_its_field(what: str, way: str, author: Client) -> None:
    name, data = REFUSED_IMAGES[what]
    if way == "one":
        sent = {"title": "Board", "file": SimpleUploadedFile(name, data, "image/png")}
        answer = author.post("/cms/images/multiple/add/", {"files[]": sent["file"], "title": "Board"})
    else:
        answer = author.post("/cms/images/chooser/create/", {
            "image-chooser-upload-title": "Board",
            "image-chooser-upload-file": SimpleUploadedFile(name, data, "image/png"),
            "image-chooser-upload-collection": "1",
        })  # fmt: skip
    assert answer.status_code == 200, answer.content[:300]
    assert not CustomImage.objects.exists()


@pytest.mark.parametrize("what", REFUSED_DOCUMENTS)
def test_a_document_that_could_run_is_refused(what: str, author: Client) -> None:
    name, data = REFUSED_DOCUMENTS[what]
    fields = {"title": "Rules", "files[]": SimpleUploadedFile(name, data, "application/pdf")}
    assert author.post("/cms/documents/multiple/add/", fields).status_code == 200
    assert not CustomDocument.objects.exists()


def test_what_may_be_uploaded_may_be_uploaded(author: Client) -> None:
    sent = {"title": "Board", "files[]": SimpleUploadedFile("board.png", picture(), "image/png")}
    assert author.post("/cms/images/multiple/add/", sent).json()["success"] is True
    sent = {"title": "Rules", "files[]": SimpleUploadedFile("rules.pdf", PDF, "application/pdf")}
    assert author.post("/cms/documents/multiple/add/", sent).json()["success"] is True


# --- How much at once -----------------------------------------------------------------------------------------------


def too_much(answer: Any) -> None:
    assert answer.status_code == 413
    assert "That is more than fits through at once." in answer.content.decode()
    assert 'class="folio"' in answer.content.decode()


def signed_in() -> Client:
    client = Client()
    client.force_login(people.person())
    return client


def test_a_body_that_says_it_is_too_large_is_refused_before_it_is_read(settings: Any) -> None:
    sent = {"CONTENT_LENGTH": str(settings.VOUCH_MAX_BODY_BYTES + 1)}
    too_much(signed_in().post("/exchange/ask/", {"body": "x"}, **sent))


def test_a_form_of_three_megabytes_is_refused(settings: Any) -> None:
    too_much(signed_in().post("/exchange/ask/", {"body": "x" * 3_000_000}, "application/x-www-form-urlencoded"))


def test_more_fields_than_a_form_of_ours_has_are_refused(settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 10
    too_much(signed_in().post("/exchange/ask/", {f"field{n}": "x" for n in range(11)}))


def test_more_files_than_a_form_of_ours_has_are_refused() -> None:
    too_much(signed_in().post("/exchange/ask/", {f"file{n}": SimpleUploadedFile("a", b"a") for n in range(21)}))


def test_evidence_over_its_cap_gets_its_own_sentence() -> None:
    answer, _of = send_evidence("notes.pdf", PDF.ljust(10 * 1024 * 1024 + 1, b" "))
    assert answer.status_code == 413
    assert "10 MB is the most" in answer.content.decode()


# --- Broken on the way ----------------------------------------------------------------------------------------------


def noise(kind: str, **fields: Any) -> bytes:
    """A picture that does not pack well, so that a part of it is missing when its end is."""
    file = io.BytesIO()
    Image.effect_noise((64, 64), 90).convert("RGB").save(file, kind, **fields)
    return file.getvalue()


def moving() -> bytes:
    file = io.BytesIO()
    frames = [Image.effect_noise((64, 64), 90).convert("P") for _n in range(4)]
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    return file.getvalue()


WHOLE = {"png": noise("PNG"), "jpg": noise("JPEG"), "webp": noise("WEBP"), "gif": moving()}
BROKEN = {
    f"{ending}, {what}": (ending, data)
    for ending, whole in WHOLE.items()
    for what, data in {
        "half of it": whole[: len(whole) // 2],
        "a tenth of it": whole[: len(whole) // 10],
        "its head": whole[:40],
        "one letter": whole[:1],
    }.items()
}
WAYS = ("several", "chooser", "in place of another")


def send_picture(author: Client, way: str, name: str, data: bytes) -> tuple[Any, str]:
    """The answer, and the words of it in which an error stands."""
    file = SimpleUploadedFile(name, data, "image/png")
    if way == "several":
        answer = author.post("/cms/images/multiple/add/", {"files[]": file, "title": "Board"})
        return answer, answer.json().get("error_message", "") if answer.status_code == 200 else ""
    if way == "chooser":
        answer = author.post("/cms/images/chooser/create/", {
            "image-chooser-upload-title": "Board", "image-chooser-upload-file": file,
            "image-chooser-upload-collection": "1",
        })  # fmt: skip
        return answer, answer.content.decode()
    kept = CustomImage.objects.create(title="Board", file=SimpleUploadedFile("board.png", picture(), "image/png"))
    answer = author.post(f"/cms/images/{kept.pk}/", {"title": "Board", "file": file, "collection": "1"})
    return answer, answer.content.decode()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("what", BROKEN)
def test_a_picture_that_broke_off_is_refused_in_a_sentence(what: str, way: str, author: Client) -> None:
    """Case 20. Of every kind and length, on every way in; nothing is kept that would fail where it is shown."""
    ending, data = BROKEN[what]
    answer, words = send_picture(author, way, f"board.{ending}", data)
    before = picture() if way == "in place of another" else b""
    image = CustomImage.objects.first()
    if image is None or image.file.open("rb").read() == before:
        assert answer.status_code == 200
        assert any(said in words for said in ("broken or did not arrive whole", "valid image", "corrupted")), words
    else:  # the first of moving pictures is whole, and shown
        assert ending == "gif"
        assert image.get_rendition("fill-10x10").file.size


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("ending", WHOLE)
def test_a_whole_picture_of_each_kind_is_kept(ending: str, way: str, author: Client) -> None:
    """Case 20. Reading it to its end refuses none that is fine."""
    send_picture(author, way, f"board.{ending}", WHOLE[ending])
    kept = CustomImage.objects.get()
    assert kept.file.name.endswith(ending)
    with kept.file.open("rb") as file:
        assert file.read() == WHOLE[ending]


@pytest.mark.parametrize("letters", [101, 300, 700, 5_000])
def test_a_file_with_an_endless_name_gets_a_sentence(letters: int, author: Client) -> None:
    """H21. A picture, a paper and a piece of evidence: kept under a name of ours, or refused in words."""
    name = "a" * letters
    sentences = ("shorter name", "at most", "Add", "success")
    for address, file in (
        ("/cms/images/multiple/add/", SimpleUploadedFile(f"{name}.png", picture(), "image/png")),
        ("/cms/documents/multiple/add/", SimpleUploadedFile(f"{name}.pdf", PDF, "application/pdf")),
    ):
        file._name = file._name if letters < 300 else f"{name}{file.name[-4:]}"
        answer = author.post(address, {"files[]": file, "title": "Board"})
        assert answer.status_code in (200, 400)
        assert any(said in answer.content.decode() for said in sentences), answer.content[:500]
    answer, _of = send_evidence(f"{name}.pdf", PDF)
    assert answer.status_code in (302, 400, 422)
    assert answer.status_code == 302 or "shorter name" in answer.content.decode()


# --- Forms of the admin that did not arrive whole -------------------------------------------------------------------


def without(data: dict[str, Any], ending: str) -> dict[str, Any]:
    return {name: value for name, value in data.items() if not name.endswith(ending)}


def with_in(data: dict[str, Any], ending: str, value: str) -> dict[str, Any]:
    return {name: value if name.endswith(ending) else old for name, old in data.items()}


MALFORMED = {
    "no counts": lambda data: without(data, "-count"),
    "counts of nonsense": lambda data: with_in(data, "-count", "many"),
    "no counts at all": lambda data: with_in(data, "-count", ""),
    "counts without end": lambda data: with_in(data, "-count", "9" * 30),
    "more than there is": lambda data: with_in(data, "-count", "1000000"),
    "less than nothing": lambda data: with_in(data, "-count", "-3"),
    "kinds that do not exist": lambda data: with_in(data, "-type", "script"),
    "no order": lambda data: without(data, "-order"),
    "an order of nonsense": lambda data: with_in(data, "-order", "first"),
    "nothing at all": lambda data: {},
}


@pytest.mark.parametrize("what", MALFORMED)
def test_a_form_of_the_admin_that_lost_a_part_is_no_error_of_ours(
    what: str, small: cms.OneOfEach, author: Client
) -> None:
    """H21. Editing, copying and making: a page that says so, and nothing is written."""
    lesson, skill = small.lesson, small.skill
    edit = f"/cms/pages/{lesson.pk}/edit/"
    add = f"/cms/pages/add/cms/lessonpage/{lesson.get_parent().pk}/"
    snippet = f"/cms/snippets/cms/skillsource/edit/{skill.pk}/"
    copy = f"/cms/snippets/cms/skillsource/copy/{skill.pk}/"
    whole = {edit: edit_data(author, edit, lesson), snippet: edit_data(author, snippet, skill)}
    author.raise_request_exception = False
    before = (lesson.revisions.count(), skill.revisions.count())
    for address, like in (
        (edit, edit),
        (add, edit),
        (snippet, snippet),
        (copy, snippet),
        (f"/cms/pages/{lesson.pk}/copy/", edit),
    ):
        answer = author.post(address, MALFORMED[what](whole[like]))
        assert answer.status_code in (200, 302, 400, 409), (address, answer.status_code)
        if answer.status_code == 400:
            assert "We did not understand this request." in answer.content.decode()
    if what in ("no counts", "counts of nonsense", "nothing at all"):
        assert (lesson.revisions.count(), skill.revisions.count()) == before


def test_a_picture_whose_file_is_gone_is_not_found(settings: Any, tmp_path: Path, frame: Frame) -> None:
    """A disk that was restored without its files: no address of the picture is an error of ours."""
    settings.MEDIA_ROOT = tmp_path
    image = CustomImage.objects.create(title="B", file=SimpleUploadedFile("b.png", picture()))
    Path(image.file.path).unlink()
    client = Client(raise_request_exception=False)
    client.force_login(people.administrator())
    got = [
        client.get(f"/cms/images/{path}").status_code for path in ("", f"{image.pk}/", f"{image.pk}/preview/width-10/")
    ]
    assert got == [200, 200, 404]
