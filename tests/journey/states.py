"""Every page in every state that the access matrix knows: as it should be, invalid, too late, refused, not there."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import transaction
from django.template.loader import render_to_string
from django.test import Client
from django.urls import Resolver404, resolve, reverse

from cms.demo.create import create_demo
from lms import clock
from lms.api import User
from tests.access.matrix import STRANGERS, Cell, cells
from tests.access.probes import PROBES
from tests.access.walk import clients
from tests.access.world import World
from tests.factories import basics
from tests.strings.tour import DOOR, ERRORS, LOOKING, OWN

from .shelf import Kept, Shelf


def chosen() -> list[tuple[Cell, bool]]:
    """Cells, and whether the form is sent empty.

    A page for each role that has parts of its own on it; a form that comes too late or is wrong here; each form empty,
    because every field of it then says what is wrong; of refusals one for each address. What a form that is done leads
    to is a page that is here already.
    """
    found: dict[Any, tuple[Cell, bool]] = {}
    for cell in cells():
        if cell.probe.startswith("GET go "):
            continue  # leads on to a page that is here
        page, code = cell.probe.startswith("GET"), cell.code
        if page and code == "Y" and (cell.role in LOOKING or cell.probe == "GET patterns"):
            found.setdefault((cell.probe, cell.role), (cell, False))
        elif code in ("c", "v", "door") or (page and code in "s-"):
            found.setdefault((cell.probe, code), (cell, False))
        if not page and code in ("Y", "v"):
            found.setdefault((cell.probe, "empty"), (cell, True))
    return list(found.values())


class Collector:
    """Asks for a page and takes back whatever asking has done."""

    def __init__(self, world: World) -> None:
        self.world, self.browsers, self.shelf = world, clients(world), Shelf()

    def ask(self, probe: str, browser: Client, method: str, url: str, form: Any = None) -> None:
        kept = dict(browser.cookies)
        with transaction.atomic():
            self.shelf.note(probe, getattr(browser, method)(url, form))
            transaction.set_rollback(True)
        browser.cookies.clear()
        browser.cookies.update(kept)
        cache.clear()

    def try_cell(self, cell: Cell, *, empty: bool) -> None:
        actor = self.world.people.get(cell.role, self.world.people["NH"])
        rows = self.world.rows("near" if cell.role in STRANGERS else cell.whose, cell.role)
        url, form = PROBES[cell.probe](self.world, actor, rows)
        if empty:
            form = {name: value for name, value in (form or {}).items() if name in ("key", "act")}
        probe = f"{cell.probe}{' empty' if empty else ''}: as {cell.role} of {cell.whose}"
        self.ask(probe, self.browsers[cell.role], cell.probe.split()[0].lower(), url, form)


def collect(world: World) -> Shelf:
    """Walk through the matrix, past the door, and by everybody's own settings."""
    walk = Collector(world)
    for cell, empty in chosen():
        walk.try_cell(cell, empty=empty)
    for browser, names in ((Client(), DOOR), (walk.browsers["CO"], OWN)):
        for name in names:
            walk.ask(name, browser, "get", reverse(name))
            walk.ask(f"{name} empty", browser, "post", reverse(name), {})
    walk.ask("forged", Client(enforce_csrf_checks=True), "post", reverse("account_login"), {})
    with transaction.atomic():  # between passphrase and second factor, which NH has
        half_in, of = Client(), {"login": world.people["NH"].email, "password": basics.PASSPHRASE}
        half_in.post(reverse("account_login"), of)
        walk.shelf.note("mfa_authenticate", half_in.get(reverse("mfa_authenticate")))
        transaction.set_rollback(True)
    for name in ERRORS:
        walk.shelf.add(
            Kept(f"errors/{name}", 200, {"Content-Type": "text/html"}, render_to_string(f"errors/{name}.html"))
        )
    return walk.shelf


# --- The demo company ---------------------------------------------------------------------------------------------

ENTRANCES = ["/", *(f"/{name}/" for name in "team coach observe people skills practice exchange recall".split())]
NOT_FOLLOWED = ("/static/", "/cms/", "/media/", "/accounts/logout/")
A_PERSON, A_COMPANY = 2, 14
"""So many pages of one name are asked for: by one person, by all."""


def demo() -> list[User]:
    """The company with its histories; about a minute."""
    call_command("load_curriculum", verbosity=0)
    folder = settings.BASE_DIR / "curriculum"
    create_demo(folder=folder, passphrase=basics.PASSPHRASE, seed=1, now=clock.now(), say=lambda text: None)
    return list(User.objects.filter(is_active=True).order_by("pk"))


def crawl(people: list[User]) -> Shelf:
    """Each person opens what their pages lead to."""
    shelf, by_all = Shelf(), Counter[str]()
    for person in people:
        browser, by_one, seen = Client(), Counter[str](), set[str]()
        browser.force_login(person)
        waiting = list(ENTRANCES)
        while waiting:
            address = waiting.pop(0)
            name = name_of(address)
            if address in seen or not name or by_one[name] >= A_PERSON or by_all[name] >= A_COMPANY:
                continue
            seen.add(address)
            by_one[name] += 1
            by_all[name] += 1
            with transaction.atomic():
                answer = browser.get(address)
                transaction.set_rollback(True)
            shelf.note(f"GET {name}: {person.full_name} at {address}", answer)
            if answer.has_header("Location"):
                waiting.insert(0, answer["Location"])
            elif answer.get("Content-Type", "").startswith("text/html"):
                found = re.findall(r'href="(/[^"#]*)"', answer.content.decode())
                waiting += [each for each in found if not each.startswith(NOT_FOLLOWED)]
    return shelf


def name_of(address: str) -> str:
    """The name of an address of ours; empty for Wagtail's."""
    if address.startswith(NOT_FOLLOWED):
        return ""
    try:
        return resolve(urlsplit(address).path).url_name or ""
    except Resolver404:
        return ""
