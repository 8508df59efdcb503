"""Web server, worker and schedule as one command: what a demo or a small company runs."""

import ctypes
import errno
import fcntl
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.error import URLError

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

READY_WITHIN = 60  # seconds from start to the first answer
STOP_WITHIN = 20  # seconds a child has to finish what it is doing
RAN_WELL = 60  # seconds after which a child that ends did not end because of how it began
LONGEST_PAUSE = 60  # seconds before a child that ended is started again
LOG_KEEPS = 5_000_000  # bytes; a longer log is set aside at the next start
ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - where to knock when we serve on every address


class Child:
    """One program that we keep running, with its log."""

    def __init__(self, name: str, arguments: list[str], env: dict[str, str], logs: Path) -> None:
        self.name = name
        self.arguments = [sys.executable, "-m", *arguments]
        self.env = env
        self.log = logs / f"{name.replace(' ', '-')}.log"
        if self.log.exists() and self.log.stat().st_size > LOG_KEEPS:
            self.log.replace(self.log.with_suffix(".log.1"))
        self.pause = 1.0
        self.start(time.monotonic())

    def start(self, now: float) -> None:
        self.began = now
        self.restart_at: float | None = None
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.arguments,
                cwd=settings.BASE_DIR,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=_die_with_parent(),
            )

    def revive(self, now: float) -> str:
        """Start again if it died: soon, then after longer and longer pauses, so that a broken child does not eat the
        machine; one that ran well begins with the shortest. now: seconds of a clock that only goes forward.
        Returns a sentence for each death, else nothing."""
        if self.process.poll() is None:
            return ""
        if self.restart_at is None:
            self.pause = 1.0 if now - self.began > RAN_WELL else min(self.pause * 2, LONGEST_PAUSE)
            self.restart_at = now + self.pause
            wait = f"{self.pause:.0f} s"
            return f"The {self.name} ended and starts again in {wait}: {self.last_line()} (details: {self.log})"
        if now >= self.restart_at:
            self.start(now)
        return ""

    def last_line(self) -> str:
        lines = [line for line in self.log.read_text(errors="replace").splitlines() if line.strip()]
        return lines[-1].strip() if lines else ""


def _die_with_parent() -> Callable[[], None] | None:
    """Linux: have the kernel stop the child when we are killed and cannot do it ourselves."""
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None).prctl  # looked up here: the forked child must only make the call
    set_parent_death_signal, parent = 1, os.getpid()

    def ask() -> None:
        prctl(set_parent_death_signal, signal.SIGTERM)
        if os.getppid() != parent:  # killed between fork and prctl
            os._exit(1)

    return ask


class Command(BaseCommand):
    help = (
        "Serve Vouch: web server, worker and schedule in one process group. Whichever ends is started again. Ctrl-C "
        "stops all of them (exit 130), so does SIGTERM (exit 0). Logs are kept in log/ of the data folder."
    )
    requires_system_checks = []  # the server checks itself when it starts

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--host", default="127.0.0.1")

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        self.stop = threading.Event()
        self.stopped_by = 0
        signal.signal(signal.SIGINT, self.asked_to_stop)
        signal.signal(signal.SIGTERM, self.asked_to_stop)
        self.children: list[Child] = []
        # Held until we end: two schedules on one folder would send everything twice, a reset would pull it away.
        lock = os.open(settings.VOUCH_DATA_DIR, os.O_RDONLY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CommandError(f"Vouch is already running on {settings.VOUCH_DATA_DIR}.", returncode=1) from None
        refuse_busy_port(host, port)
        try:
            self.serve(host, port)
        finally:
            self.stop_children()
        if self.stopped_by == signal.SIGINT:
            sys.exit(130)

    def asked_to_stop(self, number: int, frame: FrameType | None) -> None:
        """A flag and nothing more: raising here could strike between starting a child and noting it."""
        self.stopped_by = self.stopped_by or number
        self.stop.set()

    def serve(self, host: str, port: int) -> None:
        logs = settings.VOUCH_DATA_DIR / "log"
        logs.mkdir(mode=0o700, exist_ok=True)
        at = ANYWHERE.get(host, host)
        url = f"http://{f'[{at}]' if ':' in at else at}:{port}/"
        bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        env = {
            **os.environ,
            "ALLOWED_HOSTS": ",".join([*os.environ.get("ALLOWED_HOSTS", "").split(","), *names_of(host)]).strip(","),
            "VOUCH_BASE_URL": os.environ.get("VOUCH_BASE_URL") or url,
        }
        gunicorn = [
            "gunicorn",
            "-c",
            "python:lms.settings.gunicorn",
            "lms.wsgi",
            "--bind",
            bind,
            "--log-level",
            "warning",
        ]
        web = Child("web server", gunicorn, env, logs)
        self.children.append(web)
        celery = ["celery", "-A", "lms", "-q"]
        alone = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        worker = [*celery, "worker", "--loglevel", "WARNING", "--pool", "threads", "--concurrency", "2", *alone]
        schedule = [*celery, "beat", "--loglevel", "WARNING", "--pidfile="]
        self.children.append(Child("worker", worker, env, logs))
        self.children.append(Child("schedule", schedule, env, logs))

        until, ready = time.monotonic() + READY_WITHIN, False
        while not self.stop.wait(0.5 if ready else 0.1):
            if not ready and web.process.poll() is not None:  # it never served: that is no accident
                raise CommandError(f"The web server ended: {web.last_line()} (details: {web.log})", returncode=1)
            for child in self.children:
                if died := child.revive(time.monotonic()):
                    self.stderr.write(died)
            if not ready and answers(url):
                ready = True
                self.stdout.write(f"Ready: {url}")
                self.stdout.flush()
            elif not ready and time.monotonic() > until:
                raise CommandError(f"No answer from {url} (details: {web.log})", returncode=1)

    def stop_children(self) -> None:
        """Ask all of them at once, wait, and end whoever does not."""
        running = [child.process for child in self.children if child.process.poll() is None]
        for process in running:
            process.terminate()
        until = time.monotonic() + STOP_WITHIN
        for process in running:
            try:
                process.wait(max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def refuse_busy_port(host: str, port: int) -> None:
    """Say it in one sentence now, instead of in the log of a server that tries again and again."""
    try:
        family, kind, proto, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, proto) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CommandError(f"Port {port} is in use: choose another with --port N.", returncode=3) from None
        raise CommandError(f"Cannot serve on {host} port {port}: {error.strerror}.", returncode=2) from None


def names_of(host: str) -> list[str]:
    """The Host headers people will come with when we serve there."""
    if host not in ANYWHERE:
        return [f"[{host}]" if ":" in host else host]
    try:
        own = socket.gethostname()
        return [own, *{str(address[4][0]) for address in socket.getaddrinfo(own, None, socket.AF_INET)}]
    except OSError:
        return []


def answers(url: str) -> bool:
    """Whether the server serves."""
    try:
        with urllib.request.urlopen(f"{url}healthz", timeout=5) as answer:  # noqa: S310 - our own address
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False
