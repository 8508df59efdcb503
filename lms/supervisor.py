"""Keeps the programs of Vouch running: the web server, and the worker with its schedule.

``manage.py run_all`` becomes this program. It runs for as long as Vouch does and needs nothing of Django, so it is
started as a file, without the package around it: that takes a tenth of the memory.
"""

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
from urllib.error import URLError

ROOT = Path(__file__).resolve().parents[1]
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
                cwd=ROOT,
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


class CannotServe(Exception):
    """Why Vouch cannot run, in a sentence, and the exit code that says so."""

    def __init__(self, sentence: str, code: int) -> None:
        super().__init__(sentence)
        self.code = code


class Supervisor:
    """The programs of one data folder, served on one address."""

    def __init__(self, data: Path, host: str, port: int) -> None:
        self.data, self.host, self.port = data, host, port
        self.stop = threading.Event()
        self.stopped_by = 0
        self.children: list[Child] = []

    def run(self) -> int:
        """Serve until somebody asks to stop; the exit code. Raises CannotServe."""
        signal.signal(signal.SIGINT, self.asked_to_stop)
        signal.signal(signal.SIGTERM, self.asked_to_stop)
        # Held until we end: two schedules on one folder would send everything twice, a reset would pull it away.
        lock = os.open(self.data, os.O_RDONLY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotServe(f"Vouch is already running on {self.data}.", 1) from None
        refuse_busy_port(self.host, self.port)
        try:
            self.serve()
        finally:
            self.stop_children()
        return 130 if self.stopped_by == signal.SIGINT else 0

    def asked_to_stop(self, number: int, frame: FrameType | None) -> None:
        """A flag and nothing more: raising here could strike between starting a child and noting it."""
        self.stopped_by = self.stopped_by or number
        self.stop.set()

    def serve(self) -> None:
        host, port = self.host, self.port
        logs = self.data / "log"
        logs.mkdir(mode=0o700, exist_ok=True)
        at = ANYWHERE.get(host, host)
        url = f"http://{f'[{at}]' if ':' in at else at}:{port}/"
        bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        env = {
            **os.environ,
            "ALLOWED_HOSTS": ",".join([*os.environ.get("ALLOWED_HOSTS", "").split(","), *names_of(host)]).strip(","),
            "VOUCH_BASE_URL": os.environ.get("VOUCH_BASE_URL") or url,
        }
        gunicorn = ["gunicorn", "-c", "python:lms.settings.gunicorn", "lms.wsgi", "--bind", bind]
        celery = ["celery", "-A", "lms.worker_with_schedule", "-q", "worker", "--loglevel", "WARNING"]
        threads = ["--pool", "threads", "--concurrency", "2"]
        alone = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        web = Child("web server", [*gunicorn, "--log-level", "warning"], env, logs)
        self.children.append(web)

        until, ready = time.monotonic() + READY_WITHIN, False
        while not self.stop.wait(0.5 if ready else 0.1):
            if not ready and web.process.poll() is not None:  # it never served: that is no accident
                raise CannotServe(f"The web server ended: {web.last_line()} (details: {web.log})", 1)
            for child in self.children:
                if died := child.revive(time.monotonic()):
                    print(died, file=sys.stderr, flush=True)
            if not ready and answers(url):
                ready = True
                print(f"Ready: {url}", flush=True)
                # Only now: loading both at once would keep whoever waits for the first page.
                self.children.append(Child("worker", [*celery, *threads, *alone], env, logs))
            elif not ready and time.monotonic() > until:
                raise CannotServe(f"No answer from {url} (details: {web.log})", 1)

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
            raise CannotServe(f"Port {port} is in use: choose another with --port N.", 3) from None
        raise CannotServe(f"Cannot serve on {host} port {port}: {error.strerror}.", 2) from None


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


def main() -> int:
    parser = ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", type=int, required=True)
    given = parser.parse_args()
    try:
        return Supervisor(given.data, given.host, given.port).run()
    except CannotServe as error:
        print(f"CommandError: {error}", file=sys.stderr)
        return error.code


if __name__ == "__main__":
    sys.exit(main())
