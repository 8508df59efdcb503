"""What production refuses to start with: each finding names its setting and says what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

KEY_LENGTH = 50
KEY_LETTERS = 10
NOT_REAL = ("django-insecure-", "only for tests", "changeme", "change-me", "secret")
NO_MAIL = ("console", "filebased", "locmem", "dummy")


def findings(values: Mapping[str, Any]) -> Iterator[str]:
    """What is unsafe in the settings of ``lms.settings.production``; ``_given`` holds what the environment named."""
    given = values["_given"]
    key, hosts, base = values["SECRET_KEY"], values["ALLOWED_HOSTS"], urlsplit(values["VOUCH_BASE_URL"])
    if not key:
        yield "SECRET_KEY is not set. Give it 50 random characters or more, and keep them."
    elif len(key) < KEY_LENGTH or len(set(key)) < KEY_LETTERS or key.lower().startswith(NOT_REAL):
        yield "SECRET_KEY is too short or not random. Give it 50 random characters or more."
    yield from ledger_key_findings(values)
    if not hosts:
        yield "ALLOWED_HOSTS is not set. Name the hosts that people type, with commas between them."
    elif any("*" in host or host.strip().startswith(".") or not host.strip() for host in hosts):
        yield "ALLOWED_HOSTS lets in hosts that it does not name. Name each, without * and without a dot in front."
    if "VOUCH_BASE_URL" not in given:
        yield "VOUCH_BASE_URL is not set. It is what links in mail begin with: https://vouch.example.com."
    elif base.scheme != "https" or not base.hostname:
        yield "VOUCH_BASE_URL does not begin with https://. Links in mail would travel in the clear."
    if "EMAIL_URL" not in given:
        yield "EMAIL_URL is not set. Name a mail server: smtp+tls://name:passphrase@mail.example.com:587."
    elif any(name in values["VOUCH_SMTP_BACKEND"] for name in NO_MAIL):
        yield "EMAIL_URL sends no mail. Name a mail server: smtp+tls://name:passphrase@mail.example.com:587."
    if values["DEBUG"]:
        yield "DEBUG is on. It shows settings and words of people to whoever meets an error."
    if values["VOUCH_DEMO"]:
        yield "VOUCH_DEMO is on. Everybody in a demonstration has the same passphrase."
    if values["VOUCH_CLOCK_FILE"]:
        yield "VOUCH_CLOCK_FILE is set. Whoever writes that file could date a sign-off."
    for name in ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT"):
        if not values[name]:
            yield f"{name} is off. Everything goes over HTTPS here."


def ledger_key_findings(values: Mapping[str, Any]) -> Iterator[str]:
    """The key of the ledger: there, long, in nobody else's use, and readable by its owner alone."""
    text, path = values["VOUCH_LEDGER_KEY"], values["VOUCH_LEDGER_KEY_FILE"]
    if not text:
        try:
            text = Path(path).read_text()
        except OSError as error:
            yield f"VOUCH_LEDGER_KEY_FILE cannot be read: {error}."
            return
    keys = text.split()
    if not keys or any(len(key) < KEY_LENGTH or len(set(key)) < KEY_LETTERS for key in keys):
        yield "The key of the ledger is too short or not random. Give it 50 random characters or more."
    elif values["SECRET_KEY"] in keys:
        yield "The key of the ledger is SECRET_KEY. Give it one of its own: whoever has the one has not the other."


def insist(values: Mapping[str, Any]) -> None:
    """End the process with one line a finding and exit code 1, before anything is served."""
    found = list(findings(values))
    if found:
        raise SystemExit("\n".join(["Vouch does not start with unsafe settings:", *found]))
