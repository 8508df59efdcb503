"""A whole Vouch for a test: its own folder, clock, web server and worker; driven only through pages and the clock."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterable
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from email.policy import default
from pathlib import Path
from typing import Any

from tests import databases

from .hearing import listen

ROOT = Path(__file__).resolve().parents[2]
PASSPHRASE = "orchard lantern copper tide"
READY_WITHIN = 60

ACCOUNTS = """
import json, sys
import django; django.setup()
from datetime import timedelta
from lms import clock
from lms.api import Membership, Organisation, Team, User, make_administrator, record_duty
names = json.loads(sys.argv[1])
Organisation.objects.update(name="Aldermoor")
since = clock.now() - timedelta(days=30)
giver = User.objects.create_user("gil.giver@aldermoor.example", full_name="Gil Giver")
make_administrator(person=giver, at=since)
team = Team.objects.create(slug="team", name="Customer team")
for name, full_name in names.items():
    user = User.objects.create_user(f"{name}@aldermoor.example", sys.argv[2], full_name=full_name)
    role = "manager" if name == "manager" else "member"
    Membership.objects.create(person=user, team=team, role=role, from_on=since.date())
    if name in ("ld", "author"):
        record_duty(person=user, duty="learning", by=giver, reason="From the start.", at=since)
"""
SUBMIT = """([path, fields, enctype]) => {
    const form = document.createElement("form");
    Object.assign(form, {method: "post", action: path, enctype});
    for (const [name, value] of fields) {
        form.append(Object.assign(document.createElement("input"), {type: "hidden", name, value}));
    }
    document.body.append(form);
    form.submit();
}"""
"""A form of somebody's own making, sent as a browser sends it."""


class Site:
    """Started with ``start``, stopped with ``stop``; ``url`` is where it answers."""

    def __init__(self, folder: Path, people: dict[str, str], **env: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.clock = folder / "clock"
        self.env = {
            **{name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "VOUCH_TEST_ON")},
            "DJANGO_SETTINGS_MODULE": "lms.settings.demo",
            "VOUCH_DATA_DIR": str(folder),
            "VOUCH_CLOCK_FILE": str(self.clock),
            "VOUCH_BASE_URL": self.url,
            "VOUCH_LEDGER_KEY": "only-for-journeys",  # one for all sites: they share a database with entries in its log
            **env,
        }
        self.process: subprocess.Popen[bytes] | None = None
        self.said: list[str] = []
        """What the browsers of everybody on it complained about."""
        self._begin(people)

    def _begin(self, people: dict[str, str]) -> None:
        """With the curriculum, and an account and a place in one team for each of these people."""
        self._database()
        self.run("-c", ACCOUNTS, json.dumps(people), PASSPHRASE)

    def _database(self) -> None:
        """Migrated and with the curriculum loaded; kept beside pytest's other templates, because both take a while."""
        kept = ROOT / "var" / "test" / f"curriculum-{fingerprint()}.sqlite3"
        mine = self.folder / "vouch.sqlite3"
        if kept.exists():
            shutil.copyfile(kept, mine)
            return
        self._migrated()
        self.manage("load_curriculum")
        kept.parent.mkdir(parents=True, exist_ok=True)
        for old in kept.parent.glob("curriculum-*.sqlite3"):
            old.unlink(missing_ok=True)
        with_all = f"import sqlite3; sqlite3.connect({str(mine)!r}).execute('VACUUM INTO ?', [{str(kept)!r}])"
        self.run("-c", with_all)

    def _migrated(self) -> None:
        """A database as it is after ``migrate``."""
        template = databases.migrated(databases.fingerprint())
        if template.exists():
            shutil.copyfile(template, self.folder / "vouch.sqlite3")
        else:
            self.manage("migrate", "-v0")

    def manage(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """A management command on this site."""
        return self.run("manage.py", *arguments, check=check)

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """A Python program with this site's settings; its output is in the error when it fails."""
        done = subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=self.env, capture_output=True, text=True, check=False
        )
        if check and done.returncode:
            raise AssertionError(f"{arguments} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
        return done

    def start(self) -> None:
        """Web, worker and beat; returns when the site answers."""
        command = [sys.executable, "manage.py", "run_all", "--port", str(self.port)]
        self.process = subprocess.Popen(command, cwd=ROOT, env=self.env, start_new_session=True)
        until = time.monotonic() + READY_WITHIN
        while time.monotonic() < until:
            try:
                urllib.request.urlopen(f"{self.url}/healthz", timeout=2).close()
            except OSError:
                if self.process.poll() is not None:
                    raise AssertionError("The site stopped before it answered.") from None
                time.sleep(0.2)
            else:
                return
        raise AssertionError(f"The site did not answer within {READY_WITHIN} seconds.")

    def stop(self) -> None:
        """Ask it to stop, as a service manager would."""
        if self.process:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=30)

    def later(self, **distance: float) -> None:
        """Move the site's clock on (days=, hours=)."""
        seconds = float(self.clock.read_text()) if self.clock.exists() else 0.0
        units = {"days": 86400.0, "hours": 3600.0, "minutes": 60.0}
        seconds += sum(units[name] * number for name, number in distance.items())
        self.clock.write_text(str(seconds))

    def mail(self) -> list[Message]:
        """What has reached the local mailbox."""
        found: list[Message] = []
        for file in sorted((self.folder / "mail").glob("*.log")):
            for part in file.read_bytes().split(b"-" * 79 + b"\n"):
                if part.strip():
                    found.append(message_from_bytes(part, policy=default))
        return found

    def wait_for_mail(self, to: str, words: str, within: float = 40) -> Message:
        """The first mail to an address whose subject holds these words; the worker has so many seconds to send it."""
        until = time.monotonic() + within
        while time.monotonic() < until:
            for message in self.mail():
                if to in str(message["To"]) and words in str(message["Subject"]):
                    return message
            time.sleep(0.5)
        subjects = [f"{message['To']}: {message['Subject']}" for message in self.mail()]
        raise AssertionError(f"No mail to {to} about {words!r}; there are {subjects}")


class EmptySite(Site):
    """As ``bin/start --empty`` leaves it: the first administrator, and nothing else."""

    def _begin(self, people: dict[str, str]) -> None:
        self._migrated()
        self.env["VOUCH_ADMIN_PASSPHRASE"] = PASSPHRASE
        for name, full_name in people.items():
            self.manage("create_admin", "--email", f"{name}@aldermoor.example", "--name", full_name)


def fingerprint() -> str:
    """Of everything that shapes a database with the curriculum in it: our code, the curriculum, the packages."""
    sha = hashlib.sha256((ROOT / "requirements.txt").read_bytes() + Path(__file__).read_bytes())
    for folder in ("lms", "coaching", "assessments", "cms", "curriculum"):
        for file in sorted((ROOT / folder).rglob("*.*")):
            if file.suffix in (".py", ".yaml"):
                sha.update(str(file.relative_to(ROOT)).encode() + file.read_bytes())
    return sha.hexdigest()[:16]


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@dataclass(frozen=True)
class Answer:
    """What a browser shows after it opened an address or sent a form."""

    status: int
    heading: str
    text: str


class Person:
    """Somebody at a browser of their own."""

    def __init__(self, browser: Any, site: Site, name: str) -> None:
        self.site = site
        self.name = name
        self.context = browser.new_context(locale="en-GB", timezone_id="UTC")
        self.page = self._tab()

    def _tab(self) -> Any:
        tab = self.context.new_page()
        tab.set_default_timeout(15_000)
        listen(tab, self.site.said)
        return tab

    def sign_in(self) -> Person:
        """Through the front door."""
        self.page.goto(f"{self.site.url}/accounts/login/")
        return self.give_passphrase()

    def give_passphrase(self) -> Person:
        """At the front door."""
        self.page.fill("input[name=login]", f"{self.name}@aldermoor.example")
        self.page.fill("input[name=password]", PASSPHRASE)
        self.page.click("form:has(input[name=password]) button[type=submit]:not([form])")
        self.page.wait_for_url(lambda url: "/accounts/login" not in url)
        return self

    def another_tab(self) -> Person:
        """The same person at the same browser, looking at something else."""
        other = copy(self)
        other.page = self._tab()
        return other

    def go(self, path: str) -> Any:
        """Open an address; the response."""
        return self.page.goto(f"{self.site.url}{path}")

    def look(self, path: str) -> Answer:
        """Open an address and read what it says. A file that comes as a download says nothing."""
        return self._answer(self.go(path))

    def send(self, path: str, fields: Iterable[tuple[str, str]], enctype: str = "") -> Answer:
        """Send a form that no page of theirs shows, with the token that any page of theirs would have given them."""
        self.go("/healthz")
        named = [pair for pair in fields if pair[0] != "csrfmiddlewaretoken"]
        token = next((item["value"] for item in self.context.cookies() if item["name"] == "csrftoken"), "")
        with self.page.expect_navigation() as sent:
            self.page.evaluate(SUBMIT, [path, [*named, ("csrfmiddlewaretoken", token)], enctype])
        return self._answer(sent.value)

    def answer_of(self, act: Callable[[], object]) -> Answer:
        """What the page says that an act leads to."""
        with self.page.expect_navigation() as sent:
            act()
        return self._answer(sent.value)

    def _answer(self, response: Any) -> Answer:
        said = {
            name: " ".join(self.page.locator(name).first.inner_text().split())
            if self.page.locator(name).count()
            else ""
            for name in ("h1", "main")
        }
        return Answer(response.status, said["h1"], said["main"])

    def now(self) -> datetime:
        """What time it is on the site."""
        moved = float(self.site.clock.read_text()) if self.site.clock.exists() else 0.0
        return datetime.fromtimestamp(time.time() + moved, UTC)

    def text(self, test_id: str) -> str:
        """What an element with a test id says, in one line."""
        return " ".join(self.page.get_by_test_id(test_id).first.inner_text().split())

    def confirm_passphrase(self) -> None:
        """Answer the question for the passphrase, if it is asked."""
        if "/reauthenticate" in self.page.url:
            self.page.fill("input[name=password]", PASSPHRASE)
            self.page.click("form:has(input[name=password]) button[type=submit]:not([form])")
            self.page.wait_for_url(lambda url: "/reauthenticate" not in url)

    def leave(self) -> None:
        """Close the browser."""
        self.context.close()
