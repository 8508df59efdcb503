"""Holes H21 and case 13: a link leads where it says, carries no secrets, and is refused in a sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from assessments.models import Evidence
from cms.models import ResourcePage
from coaching.api import plan_session
from lms.errors import Invalid
from lms.rules.links import wrong_with_link
from tests import coaching_factories as coaching
from tests import factories as make
from tests import judging_factories as judge

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
    of = judge.scene()
    judge.asked(of)
    sent = {"key": make.key(), "item": "notes", "text": "", "url": BAD[what]}
    answer = judge.log_in(of.learner).post(f"/requests/{of.case.uid}/evidence/", sent)
    assert answer.status_code == 422
    assert wrong_with_link(BAD[what]) in judge.words_of(answer)
    assert not Evidence.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("what", ["brackets of a template", "a name and a password", "a port of letters"])
def test_the_place_of_a_session_takes_a_room_or_a_link(what: str) -> None:
    """H21."""
    scene = coaching.scene()
    fields: dict[str, Any] = {"actor": scene.learner, "enrolment_uid": scene.enrolment.uid, "at": coaching.NOON}
    with pytest.raises(Invalid) as error:
        plan_session(**fields, planned_at=coaching.soon(), place=f"Here: {BAD[what]}", key=make.key())
    assert list(error.value.fields) == ["place"]
    place = "Room 4, https://meet.example/4"
    assert plan_session(**fields, planned_at=coaching.soon(), place=place, key=make.key()).place == place


@pytest.mark.parametrize("what", ["a name and a password", "brackets of a template", "turned around"])
def test_a_link_of_the_library_is_held_to_the_same(what: str) -> None:
    """H21: Django's own check of addresses lets names and passwords through."""
    field = ResourcePage._meta.get_field("link")
    with pytest.raises(ValidationError):
        field.clean(BAD[what], None)  # type: ignore[attr-defined]
    assert field.clean("https://files.example/x", None) == "https://files.example/x"  # type: ignore[attr-defined]
