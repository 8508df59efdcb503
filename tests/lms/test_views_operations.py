"""The page Operations: what the doctor sees, what failed, and trying it again."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lms.models import FailedTask, OutgoingMail
from tests.factories import basics, failed, people
from tests.page import main_of

pytestmark = pytest.mark.django_db

HERE = "/operations/"


@pytest.fixture
def boss() -> Client:
    """An administrator, signed in."""
    client = Client()
    client.force_login(people.administrator())
    return client


def post(client: Client, url: str) -> Any:
    return client.post(url, {"key": basics.key()}, follow=True)


def test_where_nothing_failed_the_page_says_what_would_stand_there(boss: Client) -> None:
    page = boss.get(HERE).content.decode()
    assert "Nothing failed." in page
    assert "Try again" not in page
    assert "Nobody has the duty Learning" in page
    assert "Invite somebody on the page People" in page


def test_what_failed_is_named_by_what_it_does_and_tried_again(boss: Client) -> None:
    row = failed.task(times=3, error="OSError: No space left on device")
    mail = failed.mail("lea.somer@example.com", "Sena vouches for you", last_error="550 no such mailbox")
    text = boss.get(HERE).content.decode()
    assert "Verify the ledger, and mail its anchor" in text
    assert "No space left on device" in text
    assert "550 no such mailbox" in text
    assert "Sena vouches for you" not in text, "nobody reads what a mail says"
    page = post(boss, f"/operations/work/{row.uid}/")
    assert "The worker is asked to try it again." in page.content.decode()
    assert FailedTask.objects.get().asked_at is not None
    assert "The mail is sent again." in post(boss, f"/operations/mail/{mail.uid}/").content.decode()
    assert "lea.somer" not in boss.get(HERE).content.decode()


def test_an_answer_of_a_mail_server_is_text_and_no_markup(boss: Client) -> None:
    failed.mail(last_error="<script>alert(1)</script>")
    failed.task(error="<b>loud</b>")
    text = boss.get(HERE).content.decode()
    assert "<script>alert" not in text
    assert "<b>loud" not in text


def test_the_address_of_somebody_who_is_here_can_be_corrected(boss: Client) -> None:
    lea = people.person("Lea Sommer")
    failed.mail(lea.email)
    link = main_of(boss.get(HERE)).get("link", "Correct the address: Lea Sommer")
    assert link.attrs["href"] == f"/people/{lea.uid}/address/"


def test_the_page_takes_the_same_queries_whatever_failed(boss: Client) -> None:
    def asked() -> int:
        boss.get(HERE)
        with CaptureQueriesContext(connection) as queries:
            boss.get(HERE)
        return len(queries)

    failed.task()
    failed.mail()
    few = asked()
    for n in range(9):
        failed.task(call=f"[[{n}],{{}}]")
        failed.mail(f"a{n}@example.com")
    assert asked() == few


def test_what_went_through_meanwhile_conflicts(boss: Client) -> None:
    mail = failed.mail()
    assert post(boss, f"/operations/mail/{mail.uid}/").status_code == 200
    assert post(boss, f"/operations/mail/{mail.uid}/").status_code == 409
    assert OutgoingMail.objects.get().attempts == 0


def test_a_look_leaves_nothing_behind(boss: Client) -> None:
    with CaptureQueriesContext(connection) as queries:
        boss.get(HERE)
    assert [sql["sql"] for sql in queries if sql["sql"].split()[0] in ("INSERT", "UPDATE", "DELETE")] == []
