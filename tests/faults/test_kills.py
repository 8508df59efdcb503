"""Killing what works: 8 writers send every act twice while web workers and the task worker are killed; nothing is lost
and nothing is doubled. Without keys the same run doubles acts, so the run can see it (docs/trust.md has figures).
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import psycopg
import pytest

from tests.journey.site import PASSPHRASE, ROOT, Site

pytestmark = [pytest.mark.long]

WRITERS = {f"writer{number}": f"Writer {number}" for number in range(8)}
PEOPLE = {**WRITERS, "ld": "Leona Dietz"}
WEB_KILLS, TASK_KILLS = 120, 30
BEGUN_WITHIN = 120


class Writer(threading.Thread):
    """Somebody who makes one promise after the other, each sent twice, and again until it was answered.

    The same promise may be made again: nothing but the key tells a second promise from one sent twice.
    """

    def __init__(self, site: Site, name: str, stop: threading.Event, fields: dict[str, str], *, keyed: bool) -> None:
        super().__init__(name=name, daemon=True)
        self.site, self.stopped, self.keyed, self.fields = site, stop, keyed, fields
        self.cookies: dict[str, str] = {}
        self.said: list[str] = []
        self.sent = 0

    def run(self) -> None:
        self.sign_in()
        while not self.stopped.is_set():
            words = f"{self.name} promises for the {len(self.said) + 1}. time to ask before answering."
            key = str(uuid4())
            for _twice in range(2):
                self.until_done(words, key)
            self.said.append(words)

    def until_done(self, words: str, key: str) -> None:
        """Send it until there is an answer: a person would press the button again."""
        while True:
            fields = {**self.fields, "what": words, "key": key if self.keyed else str(uuid4())}
            status = self.ask("/commitments/new/", fields)
            self.sent += 1
            if status == 302:
                return
            time.sleep(0.1)

    def sign_in(self) -> None:
        """At the front door; again while the server is away."""
        fields = {"login": f"{self.name}@aldermoor.example", "password": PASSPHRASE}
        while self.ask("/accounts/login/", fields) != 302 or "sessionid" not in self.cookies:
            time.sleep(0.2)

    def ask(self, path: str, fields: dict[str, str]) -> int:
        """POST with the token of the cookie; the status, or 0 when nobody answered."""
        connection = HTTPConnection("127.0.0.1", self.site.port, timeout=20)
        try:
            if "csrftoken" not in self.cookies:
                connection.request("GET", "/accounts/login/")
                self.keep(connection)
            body = urlencode({**fields, "csrfmiddlewaretoken": self.cookies.get("csrftoken", "")})
            connection.request("POST", path, body, self.headers())
            return self.keep(connection)
        except (OSError, HTTPException):
            return 0
        finally:
            connection.close()

    def keep(self, connection: HTTPConnection) -> int:
        """Read the answer and remember its cookies."""
        answer = connection.getresponse()
        answer.read()
        for line in answer.headers.get_all("Set-Cookie") or ():
            name, _equals, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status

    def headers(self) -> dict[str, str]:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}


def children(pid: int) -> list[int]:
    """The processes that this one started."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text()
            except OSError:
                continue
            if int(stat[stat.rindex(")") + 2 :].split()[1]) == pid:
                found.append(int(entry.name))
    return found


def named(pid: int, word: str) -> bool:
    """Whether a process is the program that we mean."""
    try:
        return word in Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return False


def kill_web_workers(site: Site, count: int, writers: list[Writer]) -> None:
    """kill -9 so many gunicorn workers, each once something was answered since the last one died."""
    assert site.process
    master = next(pid for pid in children(site.process.pid) if named(pid, "gunicorn"))
    answered = 0
    for _kill in range(count):
        until = time.monotonic() + BEGUN_WITHIN
        while sum(len(writer.said) for writer in writers) <= answered or not children(master):
            assert time.monotonic() < until, "Nothing is answered any more."
            time.sleep(0.02)
        answered = sum(len(writer.said) for writer in writers)
        with contextlib.suppress(ProcessLookupError):
            os.kill(children(master)[0], signal.SIGKILL)


class PostgreSQLSite(Site):
    """A site on a database that is made for it and dropped after it."""

    def __init__(self, folder: Path, people: dict[str, str]) -> None:
        self.server, self.name = os.environ["TEST_DATABASE_URL"], f"vouch_faults_{uuid4().hex[:8]}"
        self.tell(f'CREATE DATABASE "{self.name}"')
        super().__init__(folder, people, DATABASE_URL=re.sub(r"/[^/]*$", f"/{self.name}", self.server))

    def _database(self) -> None:
        self.manage("migrate", "-v0")
        self.manage("load_curriculum")

    def drop(self) -> None:
        """Nothing stays on the server."""
        self.tell(f'DROP DATABASE "{self.name}" WITH (FORCE)')

    def tell(self, statement: str) -> None:
        """One statement to the server."""
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(statement.encode())


PUT_ON_THE_PATH = """
import json
import django; django.setup()
from datetime import timedelta
from uuid import uuid4
from coaching.api import customers_to_choose
from lms import clock
from lms.api import Path, User, enrol, requirements_of
now, learning = clock.now(), User.objects.get(email__startswith="ld@")
given = {"path_uid": Path.objects.first().uid, "started_on": now.date(), "at": now}
for person in User.objects.filter(email__startswith="writer"):
    role = enrol(actor=learning, person_uid=person.uid, key=uuid4(), **given).role_version_id
known = {"customer": str(customers_to_choose()[0].uid), "skills": requirements_of([role])[role][0].skill.slug}
print(json.dumps({**known, "by_on": str(now.date() + timedelta(days=30))}))
"""
PROMISES = """
import json
import django; django.setup()
from coaching.api import Commitment
print(json.dumps(list(Commitment.objects.values_list("what", flat=True))))
"""


def answer_of(site: Site, code: str) -> Any:
    """What a program on the site printed last."""
    return json.loads(site.run("-c", code).stdout.splitlines()[-1])


def write_and_kill(site: Site, kills: int, *, keyed: bool) -> tuple[list[str], int]:
    """All writers at once until so many workers were killed; what was promised, and how many requests that took."""
    stop, fields = threading.Event(), answer_of(site, PUT_ON_THE_PATH)
    writers = [Writer(site, name, stop, fields, keyed=keyed) for name in WRITERS]
    for writer in writers:
        writer.start()
    try:
        until = time.monotonic() + BEGUN_WITHIN
        while not all(writer.said for writer in writers):
            assert time.monotonic() < until, "The writers cannot write."
            time.sleep(0.1)
        kill_web_workers(site, kills, writers)
    finally:
        stop.set()
        for writer in writers:
            writer.join(120)
    assert not any(writer.is_alive() for writer in writers)
    return [words for writer in writers for words in writer.said], sum(writer.sent for writer in writers)


def all_or_nothing(site: Site) -> None:
    """The run itself: acts answered = rows, each once."""
    site.start()
    try:
        said, sent = write_and_kill(site, WEB_KILLS, keyed=True)
    finally:
        site.stop()
    found = Counter(answer_of(site, PROMISES))
    print(f"{WEB_KILLS} kills, {len(said)} acts, {sent} requests, {sum(found.values())} rows")
    assert len(said) >= WEB_KILLS
    assert found == Counter(said)


@pytest.mark.browser  # as the other tests of a whole site: once, beside the SQLite run
def test_no_act_is_lost_or_doubled_while_web_workers_are_killed(tmp_path: Path) -> None:
    all_or_nothing(Site(tmp_path, PEOPLE))


@pytest.mark.browser
@pytest.mark.skipif("TEST_DATABASE_URL" not in os.environ, reason="needs TEST_DATABASE_URL")
def test_on_postgresql_no_act_is_lost_or_doubled_while_workers_are_killed(tmp_path: Path) -> None:
    site = PostgreSQLSite(tmp_path, PEOPLE)
    try:
        all_or_nothing(site)
    finally:
        site.drop()


@pytest.mark.browser
def test_without_keys_the_same_run_doubles_acts(tmp_path: Path) -> None:
    site = Site(tmp_path, PEOPLE)
    site.start()
    try:
        said, sent = write_and_kill(site, 5, keyed=False)
    finally:
        site.stop()
    found = Counter(answer_of(site, PROMISES))
    print(f"control: {len(said)} acts, {sent} requests, {sum(found.values())} rows")
    assert sum(found.values()) > len(said)


QUEUE_MAIL = """
import django; django.setup()
from django.core.mail import EmailMessage
from lms.api import queue_mail
for number in range({count}):
    queue_mail(EmailMessage(f"Mail {{number}}", "Words.", to=[f"somebody{{number}}@aldermoor.example"]))
"""


SEND_MAIL = """
import django; django.setup()
from lms.api import send_waiting_mail
while send_waiting_mail(): pass
"""


@pytest.mark.browser
def test_every_mail_goes_out_while_the_task_worker_is_killed(tmp_path: Path) -> None:
    """A mail may go twice if the worker dies between the mail server's yes and its own note; it is never lost."""
    site, count = Site(tmp_path, PEOPLE), 300
    site.run("-c", QUEUE_MAIL.format(count=count))
    command = [
        sys.executable,
        "-c",
        "import django; django.setup(); from lms.api import send_waiting_mail as s\nwhile s(): pass",
    ]
    for number in range(TASK_KILLS):
        process = subprocess.Popen(command, cwd=ROOT, env=site.env)
        time.sleep(1.5 + number % 5 * 0.1)  # somewhere in its work
        process.kill()
        process.wait()
    site.later(minutes=10)  # what was leased comes free
    site.run("-c", SEND_MAIL)
    sent = Counter(str(message["Subject"]) for message in site.mail())
    doubled = sum(times - 1 for times in sent.values())
    print(f"{TASK_KILLS} kills, {len(sent)} of {count} mails sent, {doubled} of them twice")
    assert len(sent) == count
    assert doubled <= TASK_KILLS
