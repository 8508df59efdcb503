"""bin/operate: does what docs/operate.md says, literally, in a folder of its own.

The blocks of code of the page are what runs. Paths, ports and the address of the program are replaced by others, so
that nothing of the machine is touched; a PostgreSQL of its own, a Redis of its own and ``bin/_units.py`` take the place
of the machine's services. After the installation somebody signs in; after the copy everything is destroyed.
"""

import argparse
import http.client
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

from _common import FINDING, FINE, MISSING, ROOT, Stop, make_venv, run_script, say

PAGE = ROOT / "docs" / "operate.md"
FENCE = re.compile(r"^```sh ?(.*)\n((?:.*\n)*?)```$", re.M)
DOCTOR_WAITS = 180  # seconds until schedule and worker must have been heard of
HOST, ADDRESS, PASSPHRASE = "vouch.example.com", "ilse.novak@example.com", "a river under seven bridges"
SERVICES = ("vouch-web", "vouch-worker", "vouch-schedule")


@dataclass(frozen=True)
class Block:
    """A block of code. ``skip``: why it is not run; ``finds``: the lines of the doctor that are findings then."""

    section: str
    text: str
    skip: str = ""
    finds: frozenset[str] = frozenset()

    @property
    def first(self) -> str:
        return self.text.splitlines()[0]


def blocks(text: str) -> Iterator[Block]:
    """Every block of the page, in order. Raises Stop for a mark that nobody knows."""
    for part in re.split(r"^## ", text, flags=re.M)[1:]:
        section = part.splitlines()[0]
        for mark, code in FENCE.findall(part):
            kind, _colon, words = mark.partition(": ")
            if kind not in ("", "skip", "finds"):
                raise Stop(f"{PAGE.name}: a block is marked {mark!r}; known are skip: and finds:.", FINDING)
            finds = frozenset(words.split(", ")) if kind == "finds" else frozenset()
            yield Block(section, code, words if kind == "skip" else "", finds)


class Machine:
    """A folder that stands for a machine, with its services."""

    def __init__(self, folder: Path, venv: Path | None) -> None:
        self.folder, self.log = folder, folder / "log"
        self.database, self.redis, self.web = free_port(), free_port(), free_port()
        self.units, self.commands = folder / "units", folder / "commands"
        for name in ("srv", "data", "etc/ledger", "units", "commands", "backups", "pg"):
            (folder / name).mkdir(parents=True)
        self.instead = {
            "/srv/vouch": str(folder / "srv" / "vouch"),
            "/var/lib/vouch": str(folder / "data"),
            "/var/backups/vouch": str(folder / "backups"),
            "/etc/vouch": str(folder / "etc"),
            "/etc/systemd/system": str(self.units),
            "/usr/local/sbin": str(self.commands),
            "127.0.0.1:5432": f"127.0.0.1:{self.database}",
            "127.0.0.1:6379": f"127.0.0.1:{self.redis}",
            "127.0.0.1:8000": f"127.0.0.1:{self.web}",
            " ADDRESS ": f" {ROOT} ",
        }
        if venv:
            self.instead[f"python3 -m venv {folder}/srv/vouch/.venv"] = f"ln -s {venv} {folder}/srv/vouch/.venv"
            self.instead[f"{folder}/srv/vouch/.venv/bin/pip install"] = ": pip install"
        self.running: list[subprocess.Popen[bytes]] = []

    def translated(self, text: str) -> str:
        for ours, theirs in self.instead.items():
            text = text.replace(ours, theirs)
        return text

    # --- Services

    def start(self) -> None:
        """PostgreSQL and Redis, and what stands in for the commands of the machine."""
        tools = postgresql_tools()
        as_postgres = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] if os.getuid() == 0 else []
        data, sockets = self.folder / "pg" / "data", self.folder / "pg"
        if as_postgres:
            self.folder.chmod(0o755)
            shutil.chown(sockets, "postgres", "postgres")
        how = ["-U", "postgres", "--auth-local=trust", "--auth-host=scram-sha-256", "--no-sync", "-E", "UTF8"]
        self.do([*as_postgres, str(tools / "initdb"), "-D", str(data), *how, "--locale=C.UTF-8"], cwd=sockets)
        settings = {"port": self.database, "listen_addresses": "127.0.0.1", "unix_socket_directories": sockets,
                    "fsync": "off", "shared_buffers": "32MB"}  # fmt: skip
        given = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self.serve([*as_postgres, str(tools / "postgres"), "-D", str(data), *given], cwd=sockets)
        redis = shutil.which("redis-server") or missing("redis-server")
        self.serve([redis, "--port", str(self.redis), "--bind", "127.0.0.1", "--save", "", "--dir", str(self.folder)])
        self.stand_in("systemctl", f'exec "{sys.executable}" "{ROOT}/bin/_units.py" "$@"')
        self.stand_in("runuser", RUNUSER)
        self.env = {
            "PATH": f"{self.commands}:{tools}:{os.environ['PATH']}", "HOME": str(self.folder), "LANG": "C.UTF-8",
            "UNITS": str(self.units), "VOUCH_ADMIN_PASSPHRASE": PASSPHRASE, "SOCKETS": str(sockets),
            "DATABASE_PORT": str(self.database),
            **{name: value for name, value in os.environ.items() if name.startswith(("PIP_", "SSL_", "GIT_"))},
        }  # fmt: skip
        ready = [str(tools / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.database)]
        wait_for(lambda: subprocess.run(ready, check=False).returncode == 0, 30, "PostgreSQL does not answer")

    def stand_in(self, name: str, text: str) -> None:
        file = self.commands / name
        file.write_text(f"#!/bin/sh\n{text}\n")
        file.chmod(0o755)

    def serve(self, command: list[str], cwd: Path | None = None) -> None:
        with self.log.open("ab") as log:
            self.running.append(subprocess.Popen(command, cwd=cwd, stdout=log, stderr=log, stdin=subprocess.DEVNULL))

    def end(self) -> None:
        if hasattr(self, "env"):
            subprocess.run([self.commands / "systemctl", "stop", *SERVICES], env=self.env, check=False)
        for process in reversed(self.running):
            process.terminate()
            process.wait()

    # --- The page

    def run(self, section: str) -> None:
        """Every block of a section, as it stands there."""
        found = [block for block in blocks(PAGE.read_text()) if block.section == section]
        if not found:
            raise Stop(f"{PAGE.name} has no section “{section}” with code.", FINDING)
        say(f"\n## {section}")
        for block in found:
            if block.skip:
                say(f"skipped  {block.first} ... ({block.skip})")
                continue
            began = time.monotonic()
            if block.finds:
                self.ask_doctor(block)
            else:
                self.do(["bash", "-euo", "pipefail", "-c", self.translated(block.text)], env=self.env)
            if "git clone" in block.text:
                self.translate_files()
            say(f"done     {block.first} ... ({time.monotonic() - began:.0f} s)")

    def translate_files(self) -> None:
        """What the page copies out of the program names the machine's paths, too. The first block used one already."""
        for folder in (self.folder / "srv" / "vouch" / "docs" / "installing", self.commands):
            for file in folder.iterdir():
                if file.name not in ("systemctl", "runuser"):
                    file.write_text(self.translated(file.read_text()))

    def ask_doctor(self, block: Block) -> None:
        """Until it finds what the page says and nothing else: worker and schedule are heard of within two minutes."""
        found: set[str] = set()

        def as_the_page_says() -> bool:
            asked = subprocess.run(
                ["bash", "-c", self.translated(block.text)], env=self.env, capture_output=True, text=True, check=False
            )
            with self.log.open("a") as log:
                log.write(asked.stdout + asked.stderr)
            found.clear()
            found.update(re.findall(r"^FINDING  ([^:]+):", asked.stdout, re.M))
            return asked.returncode == int(bool(found)) and found == block.finds

        wait_for(as_the_page_says, DOCTOR_WAITS, lambda: f"the doctor finds {', '.join(sorted(found)) or 'nothing'}", 5)

    def do(self, command: list[str], *, env: dict[str, str] | None = None, cwd: Path | None = None) -> None:
        """Run it; its output goes to the log. Raises Stop with the end of what it said."""
        with self.log.open("ab") as log:
            log.write(f"$ {' '.join(command)}\n".encode())
            log.flush()
            code = subprocess.run(
                command, env=env, cwd=cwd or self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False
            ).returncode
        if code:
            end = "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])
            raise Stop(f"A block ended with {code}:\n{command[-1]}\n{end}\n(Details: {self.log})", FINDING)

    # --- What no page says

    def sign_in(self) -> None:
        """As a browser behind the proxy does it: the log-in page, the form, and the page that comes then."""
        browser = Browser(self.web)
        status, page, _to = browser.ask("GET", "/accounts/login/")
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        if status != 200 or not token:
            raise Stop(f"The log-in page answers {status}.", FINDING)
        form = {"login": ADDRESS, "password": PASSPHRASE, "csrfmiddlewaretoken": token[1]}
        status, page, to = browser.ask("POST", "/accounts/login/", form)
        if status != 302:
            raise Stop(f"Signing in is answered {status}.", FINDING)
        status, page, to = browser.ask("GET", "/operations/")
        if status != 302 or "/2fa/" not in to:
            raise Stop(f"After the sign-in a page answers {status} {to}, not with a second factor.", FINDING)
        status, page, _to = browser.ask("GET", to)
        style = re.search(r'href="(/static/css/site\.\w+\.css)"', page)
        if status != 200 or not style or browser.ask("GET", style[1])[0] != 200:
            raise Stop(f"The page {to} answers {status}, or has no style.", FINDING)
        say(f"signed in as {ADDRESS}; a second factor is asked for, and pages have their style")

    def destroy(self) -> None:
        """As a disk that breaks, beside which the copies and the key of the ledger were kept."""
        key = (self.folder / "etc" / "ledger" / "key").read_text()
        subprocess.run([self.commands / "systemctl", "stop", *SERVICES], env=self.env, check=True)
        for name in ("data", "etc"):
            shutil.rmtree(self.folder / name)
        drop = "DROP DATABASE vouch WITH (FORCE); DROP ROLE vouch_web; DROP ROLE vouch_owner"
        for statement in drop.split("; "):
            self.do([str(self.commands / "runuser"), "-u", "postgres", "--", "psql", "-qc", statement], env=self.env)
        (self.folder / "data").mkdir()
        (self.folder / "etc" / "ledger").mkdir(parents=True)
        (self.folder / "etc" / "ledger" / "key").write_text(key)
        say("\ndestroyed: database, roles, data and settings; kept apart: the copy and the key of the ledger")


RUNUSER = """# runuser -u NAME -- COMMAND: everything belongs to one user here; postgres finds its own cluster.
[ "$2" != postgres ] || export PGHOST="$SOCKETS" PGPORT="$DATABASE_PORT" PGUSER=postgres PGDATABASE=postgres
shift 3
exec "$@\""""


class Browser:
    """Asks as the proxy passes it on: our host, over HTTPS, from one address; keeps cookies."""

    def __init__(self, port: int) -> None:
        self.port, self.cookies = port, SimpleCookie[str]()

    def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Status, page and where it leads."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {
            "Host": HOST, "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7",
            "Referer": f"https://{HOST}{path}", "Origin": f"https://{HOST}",
            "Cookie": "; ".join(f"{name}={kept.value}" for name, kept in self.cookies.items()),
            "Content-Type": "application/x-www-form-urlencoded",
        }  # fmt: skip
        connection.request(method, path, urlencode(form) if form else None, headers)
        answer = connection.getresponse()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                self.cookies.load(value)
        return answer.status, answer.read().decode(errors="replace"), answer.headers.get("Location", "")


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def missing(name: str) -> str:
    raise Stop(f"This machine lacks {name}: apt-get install postgresql redis-server", MISSING)


def postgresql_tools() -> Path:
    """The folder of the newest PostgreSQL of this machine."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not found and not shutil.which("initdb"):
        missing("postgresql")
    return found[-1].parent if found else Path(str(shutil.which("initdb"))).parent


def wait_for(asked: Callable[[], bool], seconds: int, why: str | Callable[[], str], pause: float = 0.25) -> None:
    until = time.monotonic() + seconds
    while not asked():
        if time.monotonic() > until:
            raise Stop(f"After {seconds} s {why if isinstance(why, str) else why()}.", FINDING)
        time.sleep(pause)


def main(given: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="bin/operate",
        description=f"Follows docs/{PAGE.name}: installs, signs in, copies, destroys, restores, verifies, updates. "
        "What it clones is the last commit. Exit code 0: all as the page says; 1: not; 3: the machine lacks something.",
    )
    parser.add_argument("--ready-venv", action="store_true", help="take .venv of this checkout; install no packages")
    parser.add_argument("--keep", action="store_true", help="leave the folder for looking at it; services stop")
    options = parser.parse_args(given)
    if options.ready_venv:
        make_venv()
    began = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="vouch-operate-"))
    machine = Machine(folder, ROOT / ".venv" if options.ready_venv else None)
    for ours, theirs in machine.instead.items():
        say(f"{ours} is {theirs}")
    done = False
    try:
        machine.start()
        machine.run("On a Debian machine")
        machine.sign_in()
        machine.run("Copies")
        machine.destroy()
        machine.run("Restoring")
        machine.sign_in()
        machine.run("Updates")
        machine.sign_in()
        done = True
    finally:
        machine.end()
        if done and not options.keep:
            shutil.rmtree(folder)
        else:
            say(f"Left for looking at it: {folder}")
    say(f"All as the page says ({time.monotonic() - began:.0f} s)")
    return FINE


if __name__ == "__main__":
    run_script(main)
