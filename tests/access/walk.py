"""Everybody opens every address and sends every form of the matrix, once; what came of it is looked at in many tests.

Each request is taken back before the next, so that all are made to the same world. Rows of sessions are not looked at:
allauth and messages write there at every turn.
"""

from __future__ import annotations

import hashlib
import io
import logging
import re
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch
from urllib.parse import quote

from django.apps import apps
from django.db import connection, transaction
from django.test import Client

from lms.api import Notice, OutgoingMail, User
from tests.clients import log_in

from .matrix import STRANGERS, Cell
from .probes import PROBES
from .world import ROLES, World

WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE)", re.I)
TABLE = re.compile(r'"(\w+)"')
NOT_LOOKED_AT = {"django_session", "usersessions_usersession"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody got: status, where to, which sentinels stood in it, which tables changed, a digest of the page."""

    role: str
    status: int
    to: str
    found: frozenset[str]
    changed: frozenset[str]
    digest: str


@dataclass
class Walked:
    """All answers, and what was found elsewhere."""

    cells: dict[Cell, Answer] = field(default_factory=dict)
    elsewhere: dict[str, frozenset[str]] = field(default_factory=dict)
    """Sentinels in log lines, notices and mail."""
    readers: dict[str, frozenset[str]] = field(default_factory=dict)
    other_bytes: dict[str, list[str]] = field(default_factory=dict)
    """Pages of others that changed with a hundred attempts, and when Try opened."""
    methods: dict[str, set[str]] = field(default_factory=dict)
    """Which methods each of our addresses answers with anything but 405."""
    seconds: float = 0


def clients(world: World) -> dict[str, Client]:
    """A browser for everybody; who signs has just shown who they are, and IN was signed in when they were ended."""
    found = {role: log_in(world.people[role], sure=True) for role in ROLES}
    found["IN"], found["AN"] = log_in(world.left), Client()
    User.objects.filter(pk=world.left.pk).update(is_active=False, deactivated_at=world.left.joined_at)
    return found


class Walk:
    """The world, its browsers, and how to ask."""

    def __init__(self, world: World) -> None:
        self.world, self.browsers = world, clients(world)
        self.before = fingerprint(tables())
        self.secrets = {name: text.encode() for name, text in world.secrets.items()}

    def look_again(self) -> None:
        """The world has grown."""
        self.before = fingerprint(tables())

    # The client keeps a copy of the context of every template, which takes as long as the page itself.
    @patch("django.test.client.store_rendered_templates", lambda *args, **kwargs: None)
    def answer(self, role: str, method: str, url: str, form: dict[str, Any] | None) -> Answer:
        """Ask, look, and take it back."""
        written: list[str] = []

        def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            if WRITES.match(sql) and not any(table in sql for table in NOT_LOOKED_AT):
                written.append(sql)
            return execute(sql, params, many, context)

        browser = self.browsers[role]
        kept = dict(browser.cookies)
        with transaction.atomic():
            with connection.execute_wrapper(watch):
                response = getattr(browser, method.lower())(url, form)
            body = bytes_of(response)
            touched = {table for sql in written for table in TABLE.findall(sql)[:1]} & self.before.keys()
            changed = differences(self.before, fingerprint(touched))
            transaction.set_rollback(True)
        browser.cookies.clear()
        browser.cookies.update(kept)
        # What one says oneself is no secret.
        heard = body.replace(url.encode(), b"").replace(quote(url, safe="").encode(), b"")
        found = frozenset(name for name, text in self.secrets.items() if text in heard)
        return Answer(role, response.status_code, response.get("Location", ""), found, changed, digest(body))

    def try_cell(self, cell: Cell) -> Answer:
        """What a role gets for one probe; strangers send the form of NH."""
        actor = self.world.people.get(cell.role, self.world.people["NH"])
        rows = self.world.rows("near" if cell.role in STRANGERS else cell.whose, cell.role)
        url, form = PROBES[cell.probe](self.world, actor, rows)
        return self.answer(cell.role, cell.probe.split()[0], url, form)

    def methods_of(self, probe: str) -> set[str]:
        """What an address of ours takes; asked by NH about their own rows."""
        url, _form = PROBES[probe](self.world, self.world.people["NH"], self.world.near)
        known = {other.split()[0] for other in PROBES if other.split()[1] == probe.split()[1]}
        asked = {"GET", "POST", "PUT", "PATCH", "DELETE"} - known
        return {method for method in asked if self.answer("NH", method, url, {}).status != 405}

    def pages(self, cells: Iterable[Cell]) -> dict[Cell, str]:
        """How each of these pages looks now."""
        return {cell: self.try_cell(cell).digest for cell in cells}


def tables() -> set[str]:
    """Every table that is looked at."""
    found = {model._meta.db_table for model in apps.get_models(include_auto_created=True) if model._meta.managed}
    return found - NOT_LOOKED_AT


def fingerprint(names: Iterable[str]) -> dict[str, int]:
    """A number for each of these tables, which changes with any of its rows."""
    found = {}
    with connection.cursor() as cursor:
        for table in names:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            found[table] = hash(frozenset(str(row) for row in cursor.fetchall()))
    return found


def differences(before: dict[str, int], after: dict[str, int]) -> frozenset[str]:
    """Tables that are not as they were."""
    return frozenset(name for name, rows in after.items() if rows != before[name])


def bytes_of(response: Any) -> bytes:
    """Everything that went over the wire; what is packed is unpacked."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            body = b"".join(packed.read(name) for name in sorted(packed.namelist()) if "docProps" not in name)
    return body + str(sorted(response.headers.items())).encode() + response.cookies.output().encode()


def digest(body: bytes) -> str:
    """Of a page without what differs every time: tokens, keys of acts, nonces, cookies."""
    text = body.decode(errors="replace").rpartition("[('")[0]
    text = re.sub(r'(name="(?:csrfmiddlewaretoken|key)" value=|nonce=|X-CSRFToken": )"[^"]*"', r"\1", text)
    return hashlib.sha256(text.encode()).hexdigest()


@contextmanager
def log_lines() -> Iterator[list[str]]:
    """Every line that any logger writes meanwhile, from the lowest level on, statements aside."""
    lines: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if not record.name.startswith("django.db"):
                lines.append(f"{record.getMessage()} {record.exc_info or ''}")

    root, keep = logging.getLogger(), Keep()
    level = root.level
    root.addHandler(keep)
    root.setLevel(logging.DEBUG)
    try:
        yield lines
    finally:
        root.setLevel(level)
        root.removeHandler(keep)


def written_to_people() -> str:
    """Every notice and every mail that there is."""
    mails = [str(row) for row in OutgoingMail.objects.values_list()]
    return "\n".join([*mails, *(str(row) for row in Notice.objects.values_list())])
