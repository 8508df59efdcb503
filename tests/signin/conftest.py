"""People at the door."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.test import Client

from lms.api import User
from tests.factories import basics


def code_for(secret: str) -> str:
    """What the authenticator app shows now."""
    return str(format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time())))))


@pytest.fixture
def app_of() -> Callable[[User], str]:
    """``app_of(person)``: sets up an authenticator app with recovery codes; returns its secret."""

    def set_up(person: User) -> str:
        secret = generate_totp_secret()
        TOTP.activate(person, secret)
        RecoveryCodes.activate(person)
        return str(secret)

    return set_up


@pytest.fixture
def door() -> Callable[..., Any]:
    """``door(client, email, passphrase)``: sends the log-in form."""

    def send(client: Client, email: str, passphrase: str = basics.PASSPHRASE, **fields: str) -> Any:
        return client.post("/accounts/login/", {"login": email, "password": passphrase} | fields)

    return send


@pytest.fixture
def next_code(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """The app's clock stands still, so that a code lasts; ``next_code()`` lets it go on to the next one."""
    moment = time.time()

    def go_on() -> None:
        nonlocal moment
        moment += 30

    monkeypatch.setattr(totp, "time", SimpleNamespace(time=lambda: moment))
    return go_on
