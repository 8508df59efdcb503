"""A test client in a browser's place: logging in, counting queries, reading the answer."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lms.api import User
from tests.factories import basics
from tests.markup import markup


def log_in(who: User, sure: bool = False, warm: bool = False) -> Client:
    """A browser in which somebody is logged in.

    ``sure``: they have just shown again who they are; ``warm``: they were here a minute ago.
    """
    client = Client()
    client.force_login(who)
    if sure:
        show_who(client)
    if warm:
        client.get("/skills/")
    return client


def show_who(client: Client) -> None:
    """Answer the question who one is."""
    answer = client.post(reverse("account_reauthenticate"), {"password": basics.PASSPHRASE})
    assert answer.status_code == 302


def count_queries(client: Client, url: str) -> int:
    """Queries of a page that is warm: structures and duties are in memory, as in a process that runs."""
    assert client.get(url).status_code == 200
    number, answer = send_and_count(client, "get", url)
    assert answer.status_code == 200
    return number


def words_of(answer: Any) -> str:
    """The page as text, on one line."""
    return markup(answer)


NOT_COUNTED = ("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK", "COMMIT")


def send_and_count(client: Client, method: str, url: str, **data: Any) -> tuple[int, Any]:
    """How many queries a request takes, and its answer. Transactions and savepoints are not counted."""
    with CaptureQueriesContext(connection) as found:
        answer = getattr(client, method)(url, data or None)
    sent = [query["sql"] for query in found if not query["sql"].startswith(NOT_COUNTED)]
    return len(sent), answer
