"""Under which names the site answers: its own. Only whether it lives is told to whoever asks (H21)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver

from tests.factories import people

HOSTS = ["10.0.0.7", "10.0.0.7:8000", "[fe80::1]:8000", "vouch-7d4f", "elsewhere.example", "a b", "vouch.example.evil"]
STATIC = "/static/css/main.css"


def routes(resolver: Any = None, before: str = "/") -> Iterator[str]:
    """An address for every pattern of the site, with something for each of its parts."""
    for item in (resolver or get_resolver()).url_patterns:
        here = before + str(item.pattern).lstrip("^").rstrip("$")
        if isinstance(item, URLResolver):
            yield from routes(item, here)
        elif isinstance(item, URLPattern):
            yield here.replace("<", "").replace(">", "")


@pytest.fixture(autouse=True)
def named(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["vouch.example"]


@pytest.mark.parametrize("host", HOSTS)
def test_any_name_hears_that_the_process_lives(host: str) -> None:
    """H21."""
    answer = Client(headers={"host": host}).get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


@pytest.mark.parametrize("host", HOSTS)
def test_a_foreign_host_gets_nothing_but_the_health_probe(host: str, db: None) -> None:
    """H21: no page, no file, no other probe, and nothing that only looks like it."""
    client = Client(headers={"host": host})
    client.force_login(people.person())
    tried = [
        "/readyz",
        STATIC,
        "/healthz/",
        "/healthz/x",
        "//healthz",
        "/healthzz",
        "/Healthz",
        *(routes() if host == HOSTS[0] else ()),
    ]
    answered = {address: client.get(address).status_code for address in tried if address != "/healthz"}
    assert set(answered.values()) == {400}, {address for address, status in answered.items() if status != 400}


def test_our_own_name_gets_all_of_it(db: None) -> None:
    client = Client(headers={"host": "vouch.example"})
    assert [client.get(address).status_code for address in ("/healthz", "/readyz", STATIC)] == [200, 200, 200]


def test_it_asks_neither_session_nor_database(db: None) -> None:
    client = Client(headers={"host": "10.0.0.7"})
    client.force_login(people.person())
    with (
        CaptureQueriesContext(connection) as asked,
        patch("django.contrib.sessions.middleware.SessionMiddleware.process_request") as session,
    ):
        assert client.get("/healthz").status_code == 200
    assert len(asked) == 0
    assert not session.called
    assert client.post("/healthz").status_code == 405
