"""Every page goes through the middleware: a form sent too late, a refusal, a page that must not be kept."""

from __future__ import annotations

import pytest
from django.test import Client

from lms.api import Act
from tests.factories import basics, people

pytestmark = pytest.mark.django_db

WORDS = "They forgave us because somebody rang every evening at six."
FORMS = [
    "/lesson/{uid}/",
    "/notices/read/",
    "/exchange/ask/",
    "/exchange/example/",
    "/exchange/{uid}/",
    "/sessions/plan/",
    "/sessions/{uid}/",
    "/commitments/new/",
    "/commitments/{uid}/",
    "/practice/{uid}/",
    "/practice/attempt/{uid}/",
    "/recall/{uid}/",
    "/requests/new/{uid}/",
    "/requests/{uid}/evidence/",
    "/observe/{uid}/",
    "/observe/new/",
    "/coach/cases/{uid}/",
    "/coach/cases/{uid}/claim/",
    "/coach/cases/{uid}/return/",
    "/signoffs/{uid}/countersign/",
    "/signoffs/{uid}/revoke/",
    "/team/enrol/",
    "/people/{uid}/external/",
    "/people/invite/",
    "/people/coach-profile/",
    "/people/grants/give/",
]


@pytest.mark.parametrize("form", FORMS)
def test_a_form_after_the_session_ended_keeps_its_words_changes_nothing(form: str) -> None:
    address = form.format(uid=basics.key())
    answer = Client().post(address, {"key": basics.key(), "body": WORDS, "password": "never shown to anybody here"})
    assert answer.status_code == 403
    page = answer.content.decode()
    assert "You were signed out while you wrote." in page
    assert WORDS in page
    assert "never shown to anybody" not in page
    assert f"/accounts/login/?next={address.replace('/', '%2F')}" in page
    assert not Act.objects.exists()


def test_a_page_that_is_only_looked_at_leads_to_the_front_door() -> None:
    answer = Client().get("/today/")
    assert answer.status_code == 302
    assert answer["Location"] == "/accounts/login/?next=/today/"


def test_personal_pages_are_kept_by_no_cache() -> None:
    client = Client()
    client.force_login(people.person())
    assert client.get("/my-people/")["Cache-Control"] == "private, no-store"
