"""What every answer tells the browser, on every family of addresses."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from assessments.api import add_evidence
from cms.models import CustomDocument, CustomImage
from lms.api import AUTHORS
from lms.middleware import headers
from tests.editing import edit_data
from tests.factories import basics, cms, coaching, decisions, people

pytestmark = pytest.mark.django_db

SITE = {
    "default-src": "'none'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "media-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
PICTURE = io.BytesIO()
Image.new("RGB", (8, 8)).save(PICTURE, "PNG")


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def policy(answer: Any) -> dict[str, str]:
    parts = [part.partition(" ") for part in answer["Content-Security-Policy"].split("; ")]
    return {name: value for name, _space, value in parts}


def signed_in(who: Any) -> Client:
    client = Client()
    client.force_login(who)
    return client


def evidence() -> Any:
    work = decisions.decision_scene()
    decisions.watch(work, work.another())
    file = SimpleUploadedFile("notes.pdf", b"%PDF-1.7\n1 0 obj\nendobj\n")
    key = basics.key()
    add_evidence(actor=work.learner, case_uid=work.case.uid, file=file, key=key, at=basics.MONDAY)
    return signed_in(work.learner).get(f"/evidence/{key}/")


def document(name: str = "rules.pdf") -> Any:
    made = CustomDocument.objects.create(title="Rules", file=ContentFile(b"%PDF-1.7", name))
    return signed_in(people.person()).get(made.url)


def rendition() -> Any:
    picture = CustomImage.objects.create(title="Board", file=ContentFile(PICTURE.getvalue(), "board.png"))
    return signed_in(people.person()).get(picture.get_rendition("fill-4x4").url)


def preview() -> Any:
    """An author looks at the draft of a lesson."""
    lesson = cms.one_of_each().lesson
    client = signed_in(people.in_group(AUTHORS, people.administrator()))
    edit = f"/cms/pages/{lesson.pk}/edit/"
    client.post(f"{edit}preview/", edit_data(client, edit, lesson))
    answer = client.get(f"{edit}preview/?in_preview_panel=true")
    assert "A first text." in answer.content.decode()
    return answer


PAGES: dict[str, tuple[int, Callable[[], Any]]] = {
    "the door": (200, lambda: Client().get("/accounts/login/")),
    "one's own account": (200, lambda: signed_in(people.person()).get("/accounts/2fa/")),
    "a learner's page": (200, lambda: signed_in(people.person()).get("/my-people/")),
    "a coach's page": (200, lambda: signed_in(coaching.coach()).get("/coach/")),
    "sent to the door": (302, lambda: Client().get("/today/")),
    "nothing here": (404, lambda: Client().get("/nothing/here/")),
    "not allowed": (403, lambda: signed_in(people.person()).get("/people/")),
    "not understood": (400, lambda: Client(headers={"host": "elsewhere example"}).get("/accounts/login/")),
    "health": (200, lambda: Client().get("/healthz")),
    "a picture": (200, rendition),
}
FILES: dict[str, Callable[[], Any]] = {"evidence": evidence, "a document": document}
ADMIN = {"the admin": lambda: signed_in(people.administrator()).get("/cms/")}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_the_site_runs_only_what_this_answer_names(name: str, settings: Any) -> None:
    if name == "not understood":
        settings.ALLOWED_HOSTS = ["testserver"]
    status, get = PAGES[name]
    answer = get()
    assert answer.status_code == status
    found = policy(answer)
    scripts = found.pop("script-src")
    assert found == SITE
    nonce = re.fullmatch(r"(?:'nonce-([A-Za-z0-9+/=]{24})' )?'strict-dynamic'", scripts)
    assert nonce, scripts
    page = b"" if answer.streaming else answer.content
    if b"<script" in page:
        assert set(re.findall(r'nonce="([^"]+)"', page.decode())) == {nonce[1]}
    common(answer)
    assert answer["X-Frame-Options"] == "DENY"


def common(answer: Any) -> None:
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"


def test_the_nonce_is_another_one_each_time() -> None:
    assert len({policy(Client().get("/accounts/login/"))["script-src"] for _n in range(3)}) == 3


@pytest.mark.parametrize("name", FILES)
def test_what_somebody_uploaded_is_a_download_that_may_do_nothing(name: str) -> None:
    answer = FILES[name]()
    assert answer.status_code == 200
    assert set(answer["Content-Security-Policy"].split("; ")) == {"sandbox", "default-src 'none'"}
    assert answer["Content-Disposition"].startswith("attachment")
    assert "no-store" in answer["Cache-Control"]
    common(answer)


def test_the_admin_has_its_own_policy() -> None:
    cms.site()
    answer = signed_in(people.administrator()).get("/cms/")
    assert answer.status_code == 200
    found = policy(answer)
    assert found == {name: " ".join(values) for name, values in headers.ADMIN.items()}
    assert "'unsafe-eval'" not in answer["Content-Security-Policy"]
    assert {found[name] for name in ("object-src", "base-uri", "default-src")} == {"'none'"}
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    common(answer)


def test_a_preview_keeps_its_pages_policy_and_may_stand_in_the_admin() -> None:
    answer = preview()
    found = policy(answer)
    assert "strict-dynamic" in found.pop("script-src")
    assert found == SITE | {"frame-ancestors": "'self'"}
    assert answer["X-Frame-Options"] == "SAMEORIGIN"


def test_data_in_an_address_is_a_picture_on_one_page_only() -> None:
    client = signed_in(people.person())
    client.post("/accounts/reauthenticate/", {"password": basics.PASSPHRASE})
    found = policy(client.get("/accounts/2fa/totp/activate/"))
    found.pop("script-src")
    assert found == SITE | {"img-src": "'self' data:"}


@pytest.mark.parametrize("address", ["/my-people/", "/accounts/2fa/", "/accounts/sessions/", "/cms/", "/nothing/"])
def test_pages_of_somebody_are_kept_by_no_cache(address: str) -> None:
    cms.site()
    answer = signed_in(people.administrator()).get(address)
    assert {"private", "no-store"} <= set(answer["Cache-Control"].split(", "))


def test_the_one_cookie_of_a_visit_cannot_be_read_by_a_script(settings: Any) -> None:
    person, client = people.person(), Client()
    client.get("/accounts/login/")
    client.post("/accounts/login/", {"login": person.email, "password": basics.PASSPHRASE})
    assert set(client.cookies) == {"sessionid", "csrftoken", settings.VOUCH_DEVICE_COOKIE_NAME}
    for cookie in client.cookies.values():
        assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"]) == (True, "Lax", "/", "")
    assert client.cookies["sessionid"]["max-age"] == 12 * 60 * 60
