"""Holes H21 and case 13: a link leads where it says, carries no secrets, and is refused in a sentence."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from assessments.models import Evidence
from cms.models import LessonPage, ResourcePage
from coaching.api import plan_session
from lms.errors import Invalid
from lms.rules.links import wrong_with_link, wrong_with_links
from tests.clients import log_in, words_of
from tests.editing import edit_data
from tests.factories import basics, cms, coaching, judging, people

GOOD = (
    "https://files.example/notes", "http://files.example:8080/a?b=c#d", "HTTPS://FILES.EXAMPLE/", "https://[::1]/x",
    "https://files.example/[draft]/x", "https://müller.example/straße", "https://例え.example/文書", "https://a.example/~x/@me",
    "https://a.example/?to=x@y.example", "https://xn--mller-kva.example/", "https://192.0.2.7/",
)  # fmt: skip
BAD = {
    "brackets of a template": "https://[your-company].sharepoint.example/sites/x",
    "an open bracket": "http://[placeholder",
    "a bracket that closes nothing": "https://a]b.example/",
    "a name and a password": "https://user:pw@files.example/",
    "a name": "https://files.example@evil.example/",
    "only a colon": "https://:@evil.example/",
    "an encoded name": "https://files.example%40x@evil.example/",
    "a backslash before the name": "https://files.example\\@evil.example/",
    "a backslash": "https:\\\\evil.example/",
    "a line break": "https://files.example/\r\nBcc: evil@example.com",
    "a tab": "https://files.\texample/",
    "an order": "https://files.example/\x1b[2J",
    "a NUL": "https://files.example/\0",
    "turned around": "https://files.example/\u202egpj.exe",
    "isolated": "https://files\u2066.example\u2069/",
    "unseen": "https://files\u200b.example/",
    "letters that only look like others": "https://evil\uff0fx.example/",
    "a port of letters": "https://files.example:port/",
    "a port out of range": "https://files.example:99999/",
    "no scheme": "files.example/x",
    "no host": "https:///x",
    "nothing after": "https://",
    "a script": "javascript:alert(1)",
    "a script that hides": "java\nscript:alert(1)",
    "data": "data:text/html,x",
    "a file": "file:///etc/passwd",
    "mail": "mailto:a@example.com",
    "a host of nothing": "https://?x",
}


@pytest.mark.parametrize("link", GOOD)
def test_a_link_of_the_web_is_fine(link: str) -> None:
    """Case 13: other scripts, capitals, brackets in a path."""
    assert wrong_with_link(link) == ""


@pytest.mark.parametrize("what", BAD)
def test_any_other_is_refused_in_a_sentence(what: str) -> None:
    """H21, case 13. Never an error, never silently another link."""
    assert wrong_with_link(BAD[what]).endswith(".")


@pytest.mark.django_db
@pytest.mark.parametrize("what", sorted(BAD.keys() - {"a NUL"}))
def test_evidence_keeps_the_words_and_says_what_is_wrong(what: str, settings: Any, tmp_path: Path) -> None:
    """H21, case 13, as it was tried: through the form. (A NUL is refused before it is a form.)"""
    settings.MEDIA_ROOT = tmp_path
    of = judging.scene()
    judging.asked(of)
    sent = {"key": basics.key(), "item": "notes", "text": "", "url": BAD[what]}
    answer = log_in(of.learner).post(f"/requests/{of.case.uid}/evidence/", sent)
    assert answer.status_code == 422
    assert wrong_with_link(BAD[what]) in words_of(answer)
    assert not Evidence.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("what", ["brackets of a template", "a name and a password", "a port of letters"])
def test_the_place_of_a_session_takes_a_room_or_a_link(what: str) -> None:
    """H21."""
    scene = coaching.help_scene()
    fields: dict[str, Any] = {"actor": scene.learner, "enrolment_uid": scene.enrolment.uid, "at": basics.NOON}
    with pytest.raises(Invalid) as error:
        plan_session(**fields, planned_at=coaching.soon(), place=f"Here: {BAD[what]}", key=basics.key())
    assert list(error.value.fields) == ["place"]
    place = "Room 4, https://meet.example/4"
    assert plan_session(**fields, planned_at=coaching.soon(), place=place, key=basics.key()).place == place


@pytest.mark.parametrize("what", ["a name and a password", "brackets of a template", "turned around"])
def test_a_link_of_the_library_is_held_to_the_same(what: str) -> None:
    """H21: Django's own check of addresses lets names and passwords through."""
    field = ResourcePage._meta.get_field("link")
    with pytest.raises(ValidationError):
        field.clean(BAD[what], None)  # type: ignore[attr-defined]
    assert field.clean("https://files.example/x", None) == "https://files.example/x"  # type: ignore[attr-defined]


# --- Links in the words of authors ----------------------------------------------------------------------------------

ALSO = ("/go/x/", "/", "#steps", "mailto:a@example.com", "tel:+371123")
NOT_OURS = {"another host": "//evil.example/", "a host behind a backslash": "/\\evil.example", "nothing": ""}
MAY_BE_MAIL = BAD.keys() - {"mail"}


def words(link: str) -> str:
    return f'<p>Read <a href="https://a.example/">this</a> and <b><a href="{escape(link)}">that</a></b>.</p>'


def rich(link: str) -> str:
    """What the editor sends."""
    block = {"key": "a", "text": "click me", "type": "unstyled", "depth": 0, "inlineStyleRanges": []}
    entity = {"type": "LINK", "mutability": "MUTABLE", "data": {"url": link}}
    spot = [{"offset": 0, "length": 5, "key": 0}]
    return json.dumps({"blocks": [block | {"entityRanges": spot}], "entityMap": {"0": entity}})


@pytest.mark.parametrize("what", sorted({*MAY_BE_MAIL, *NOT_OURS}))
def test_words_say_which_of_their_links_is_wrong(what: str) -> None:
    wrong = wrong_with_links(words((BAD | NOT_OURS)[what]))
    assert wrong.endswith(".")
    assert "a.example" not in wrong


@pytest.mark.parametrize("link", [*GOOD, *ALSO])
def test_words_may_lead_to_the_web_and_to_ours(link: str) -> None:
    assert wrong_with_links(words(link)) == ""
    assert wrong_with_links('<p>A <a linktype="page" id="3">page</a> of ours.</p>') == ""


@pytest.fixture
def author() -> Client:
    client = Client()
    client.force_login(people.administrator())
    return client


@pytest.mark.django_db
def test_no_lesson_is_published_with_a_wrong_link(author: Client) -> None:
    """The form says which link it is; a draft is kept, and goes live by no other way."""
    small = cms.one_of_each()
    url = f"/cms/pages/{small.lesson.pk}/edit/"
    for what in ("a name and a password", "turned around", "no scheme", "another host"):
        data = edit_data(author, url, small.lesson, **{"body-0-value": rich((BAD | NOT_OURS)[what])})
        answer = author.post(url, data | {"action-publish": "1"})
        assert answer.status_code == 200, what
        assert "body" in answer.context["form"].errors, what
        assert author.post(url, data).status_code == 302, what
        with pytest.raises(ValidationError, match="Paragraph: "):
            LessonPage.objects.get(pk=small.lesson.pk).get_latest_revision().publish()
    assert "href" not in LessonPage.objects.get(pk=small.lesson.pk).body[0].value.source
    data = edit_data(author, url, small.lesson, **{"body-0-value": rich("https://files.example/x")})
    assert author.post(url, data | {"action-publish": "1"}).status_code == 302
    assert "https://files.example/x" in LessonPage.objects.get(pk=small.lesson.pk).body[0].value.source


@pytest.mark.django_db
def test_no_resource_nor_example_is_published_with_a_wrong_link() -> None:
    frame = cms.site()
    example = {"title": "x", "text": words(BAD["a name"])}
    for body in (cms.raw("paragraph", words(BAD["a name"])), cms.raw("example", example)):
        with pytest.raises(ValidationError, match="Leave names and passwords out"):
            cms.add(frame.shelves["resources"], ResourcePage(title="R", slug=body["type"], summary="s", body=[body]))


@pytest.mark.django_db
def test_the_window_for_a_link_says_it_at_once(author: Client) -> None:
    """One without any address, too: that was an error."""
    cms.site()
    for what in [*MAY_BE_MAIL - {"a NUL", "a line break"}, *NOT_OURS]:
        sent = {"external-link-chooser-url": (BAD | NOT_OURS)[what], "external-link-chooser-link_text": "x"}
        answer = author.post("/cms/choose-external-link/", sent)
        assert (answer.status_code, answer.json()["step"]) == (200, "external_link"), what
    assert author.post("/cms/choose-external-link/", {}).json()["step"] == "external_link"
    for link in (*GOOD[:2], "/go/x/"):
        answer = author.post("/cms/choose-external-link/", {"external-link-chooser-url": link})
        assert answer.json()["step"] == "external_link_chosen", link
