"""Every page as somebody who may see it and as somebody who may not, every form as it should be and empty."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from lms.api import Notice, OutgoingMail, mail_notices
from tests.access.matrix import STRANGERS, Cell, cells
from tests.access.probes import PROBES, SAW
from tests.access.walk import clients
from tests.access.world import World

from . import reading
from .data import Words, strings_of, words_of_files, words_of_rows, words_of_the_machine

DOOR = """account_login account_reset_password account_reset_password_done account_inactive
account_reset_password_from_key_done account_signup""".split()  # fmt: skip
OWN = """account_email account_change_password account_logout account_reauthenticate mfa_index mfa_activate_totp
mfa_generate_recovery_codes mfa_list_webauthn mfa_add_webauthn usersessions_list""".split()  # fmt: skip
LOOKING = {"NH", "CO", "OB", "MG", "LD"}
ERRORS = "400 403 403_csrf 404 409 413 422 429 500 503 signed_out".split()


@dataclass
class Seen:
    """Every text that was read, by where it stood, and what of it is data."""

    texts: dict[str, set[str]] = field(default_factory=dict)
    """Text: the pages on which it stands."""
    statuses: dict[str, set[int]] = field(default_factory=dict)
    """Probe: what it was answered with."""
    data: set[str] = field(default_factory=set)

    def note(self, page: str, where: str, text: str) -> None:
        self.texts.setdefault(text, set()).add(f"{page} <{where}>")

    def plain(self) -> dict[str, str]:
        """Each text that is not wholly translated: what is left of it, and where."""
        found, words = {}, Words(self.data)
        for text, places in self.texts.items():
            if left := words.left(text):
                found[text] = f"{left!r} in {sorted(places)[0]}"
        return found


class Tour:
    """The world, its browsers, and what was read so far."""

    def __init__(self, world: World) -> None:
        self.world, self.browsers, self.seen = world, clients(world), Seen()
        self.seen.data = words_of_rows() | words_of_files() | words_of_the_machine() | {SAW}
        self.old: dict[Any, set[int]] = {Notice: set(), OutgoingMail: set()}
        """What was read before the tour began."""

    def ask(self, page: str, browser: Client, method: str, url: str, form: Any = None) -> None:
        """Ask, go where the answer leads, read, and take it back."""
        kept = dict(browser.cookies)
        with transaction.atomic():
            response = getattr(browser, method)(url, form)
            self.seen.statuses.setdefault(page.partition(":")[0], set()).add(response.status_code)
            self.read(page, response)
            if response.status_code == 302:
                self.read(page, browser.get(response["Location"]))
            if method == "post":
                self.seen.data.update(strings_of(form), form.get("full_name", "").split())
                self.letters(page)
            transaction.set_rollback(True)
        browser.cookies.clear()
        browser.cookies.update(kept)
        cache.clear()

    def read(self, page: str, response: Any) -> None:
        if response.request["PATH_INFO"].startswith("/cms/"):
            return  # Wagtail's own pages
        for where, text in reading.of_response(response):
            self.seen.note(page, where, text)

    def letters(self, page: str) -> None:
        """What the program wrote to people."""
        for notice in Notice.objects.exclude(pk__in=self.old[Notice]).select_related("person"):
            self.seen.note(page, "notice", notice.text)
        for message in OutgoingMail.objects.exclude(pk__in=self.old[OutgoingMail]).values_list("message", flat=True):
            for where, text in reading.of_mail(message):
                self.seen.note(page, where, text)

    def try_cell(self, cell: Cell, *, empty: bool = False) -> None:
        actor = self.world.people.get(cell.role, self.world.people["NH"])
        rows = self.world.rows("near" if cell.role in STRANGERS else cell.whose, cell.role)
        url, form = PROBES[cell.probe](self.world, actor, rows)
        if empty:
            form = {name: value for name, value in (form or {}).items() if name in ("key", "act")}
        page = f"{cell.probe}{' empty' if empty else ''}: as {cell.role} of {cell.whose}"
        self.ask(page, self.browsers[cell.role], cell.probe.split()[0].lower(), url, form)


def chosen() -> list[Cell]:
    """Of the matrix: the roles for which pages have parts of their own; one of each other kind of answer.

    The page of patterns is left out: it is made of samples.
    """
    found: dict[Any, Cell] = {}
    for cell in cells():
        if cell.code == "Y" and cell.probe.startswith("GET") and cell.role in LOOKING and cell.whose != "own":
            found[cell.probe, cell.role, cell.whose] = cell
        else:
            found.setdefault((cell.probe, cell.code), cell)
    return [cell for cell in found.values() if cell.probe != "GET patterns"]


def tour(world: World, at: datetime) -> Seen:
    """Walk, and read."""
    walk = Tour(world)
    mail_notices(at)
    walk.letters("the world so far")
    walk.old = {model: set(model.objects.values_list("pk", flat=True)) for model in walk.old}
    for cell in chosen():
        walk.try_cell(cell)
        if cell.probe.startswith("POST") and cell.code in "Yv":
            walk.try_cell(cell, empty=True)
    for name in DOOR:
        walk.ask(name, Client(), "get", reverse(name))
        walk.ask(f"{name} empty", Client(), "post", reverse(name), {})
    walk.ask("mail reset", Client(), "post", reverse("account_reset_password"), {"email": world.people["NH"].email})
    for name in OWN:
        walk.ask(name, walk.browsers["CO"], "get", reverse(name))
        walk.ask(f"{name} empty", walk.browsers["CO"], "post", reverse(name), {})
    walk.ask("forged", Client(enforce_csrf_checks=True), "post", reverse("account_login"), {})
    walk.ask("nowhere", walk.browsers["NH"], "get", "/nowhere/")
    for name in ERRORS:
        for where, text in reading.of_html(render_to_string(f"errors/{name}.html")):
            walk.seen.note(f"errors/{name}", where, text)
    return walk.seen
