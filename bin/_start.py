"""bin/start: from a fresh clone to a running Vouch with the demo company, in one command.

Everything it makes is in .venv and in var/ (or VOUCH_DATA_DIR). A second run changes nothing and takes seconds.
"""

import argparse
import errno
import os
import secrets
import shutil
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

from _common import (
    FINDING,
    MISSING,
    PYTHON,
    ROOT,
    USAGE,
    Stop,
    alone,
    digest,
    make_venv,
    read_json,
    run,
    run_script,
    say,
    write_json,
)

DATA = Path(os.environ.get("VOUCH_DATA_DIR") or ROOT / "var").resolve()
DATABASE = DATA / "vouch.sqlite3"
STATE = DATA / "state.json"
LOG = DATA / "log" / "start.log"
# The demo accounts (curriculum/5-people.yaml), as the page to sign in groups them.
ACCOUNTS = [
    "learner ready expiring stuck challenged notyet",
    "coach coach2 observer",
    "manager other.manager",
    "author ld",
    "sponsor auditor admin",
]
# What --reset removes. The passphrase and the secret key stay, and whatever else somebody keeps in this folder.
OF_0_3 = "2f69855900781d358618759ba7fc4985ef0b76bee7685d2048436d53056ba094"
"""What 0.3 wrote down of all its migrations at once; they are frozen, and every version brings them."""
OURS = ["vouch.sqlite3*", "state.json", "media", "mail", "broker", "beat-schedule*"]


def arguments(given: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bin/start",
        description="Sets Vouch up (first run: about two minutes) and serves it until Ctrl-C.",
        epilog="Data is kept under var/, or under the folder that VOUCH_DATA_DIR names. "
        "Exit codes: 0 fine, 1 a finding, 2 usage or a file that is not ours, 3 something missing on the machine, "
        "130 Ctrl-C.",
    )
    parser.add_argument("--port", type=port, default=8000, metavar="N", help="port to serve on (default 8000)")
    parser.add_argument("--host", default="127.0.0.1", metavar="H", help="address to serve on (default 127.0.0.1)")
    parser.add_argument("--reset", action="store_true", help="delete all data first; asks before it does")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument("--empty", action="store_true", help="no demo content; asks for the first administrator")
    return parser.parse_args(given)


def port(text: str) -> int:
    if not (text.isdecimal() and 0 < int(text) < 65536):
        raise argparse.ArgumentTypeError(f"{text} is not a port number between 1 and 65535")
    return int(text)


def main(given: list[str]) -> int:
    options = arguments(given)
    check_address(options.host, options.port)
    make_data_folder()
    # DATABASE_URL is for servers; what bin/start sets up stays in its folder.
    if os.environ.pop("DATABASE_URL", ""):
        say(f"Note: DATABASE_URL is not used here; the database is {DATABASE}.")
    os.environ.update(
        VOUCH_DATA_DIR=str(DATA),
        DJANGO_SETTINGS_MODULE="lms.settings.demo",
        VOUCH_DEMO_PASSPHRASE=kept_passphrase(),
    )
    with alone(DATA, or_else=f"Vouch is already running on {DATA}: stop it, or name another folder in VOUCH_DATA_DIR."):
        if options.reset:
            reset(ask=not options.yes)
        refuse_foreign_database()
        make_venv()
        kind = set_up(empty=options.empty)
    if kind == "empty":
        ensure_administrator()
    else:
        say("Log in as one of these, each at @aldermoor.example; the page to sign in says what there is to see:")
        for line in ACCOUNTS:
            say(f"  {line}")
        say(f"Passphrase: {os.environ.pop('VOUCH_DEMO_PASSPHRASE')}")
    say("Starting")
    # The server takes our place: whoever stops this process stops everything.
    os.chdir(ROOT)
    os.execv(PYTHON, [str(PYTHON), "manage.py", "run_all", "--host", options.host, "--port", str(options.port)])


def check_address(host: str, number: int) -> None:
    """Before anything slow: can we serve there at all?"""
    try:
        family, kind, proto, _, address = socket.getaddrinfo(host, number, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, proto) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except socket.gaierror:
        raise Stop(f"{host} is not an address of this machine.", USAGE) from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Stop(f"Port {number} is in use: choose another with bin/start --port N.", MISSING) from None
        if error.errno == errno.EACCES:
            raise Stop(f"Port {number} is reserved for the system: choose one above 1023.", MISSING) from None
        raise Stop(f"{host} is not an address of this machine.", USAGE) from None


def make_data_folder() -> None:
    try:
        DATA.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = DATA / ".writable"
        probe.write_text("")
        probe.unlink()
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise
        raise Stop(f"{DATA} cannot be used as the data folder: {error.strerror}.", MISSING) from None


def kept_passphrase() -> str:
    """The demo people's one passphrase: four plain words, made once."""
    path = DATA / "passphrase"
    if not path.exists():
        words = (ROOT / "bin" / "_words.txt").read_text().split()
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(" ".join(secrets.choice(words) for _ in range(4)) + "\n")
    return path.read_text().strip()


def reset(*, ask: bool) -> None:
    """Delete what we made. Never somebody else's database, and not without a yes."""
    refuse_foreign_database()
    if ask:
        if not sys.stdin.isatty():
            raise Stop("bin/start --reset deletes all data: add --yes where nobody can be asked.", USAGE)
        if input(f"Delete all Vouch data in {DATA}? [y/N] ").strip().lower() not in ("y", "yes"):
            raise Stop("Nothing was deleted.", FINDING)
    for path in [path for pattern in OURS for path in DATA.glob(pattern)]:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    say(f"Deleted the data in {DATA}")


def refuse_foreign_database() -> None:
    """A file of that name that we did not make is left alone."""
    if held() == "foreign":
        raise Stop(
            f"{DATABASE} is not a Vouch database: move it away, or name another folder in VOUCH_DATA_DIR.", USAGE
        )


def held() -> str:
    """What the database file holds: "nothing", "vouch" or "foreign"."""
    if not DATABASE.exists():
        return "nothing"
    if read_json(STATE).get("stage"):
        return "vouch"
    try:
        with sqlite3.connect(f"{DATABASE.as_uri()}?mode=ro", uri=True) as database:
            if not database.execute("SELECT 1 FROM sqlite_master").fetchone():
                return "nothing"
            ours = database.execute("SELECT 1 FROM django_migrations WHERE app = 'lms'").fetchone()
            return "vouch" if ours else "foreign"
    except sqlite3.Error:
        return "foreign"


def set_up(*, empty: bool) -> str:
    """Make the database and fill it, or see that it is there already. Returns "demo" or "empty": what it holds."""
    state = read_json(STATE)
    migrations = {
        str(path.relative_to(ROOT)): digest(path)
        for app in ("lms", "coaching", "assessments", "cms")
        for path in (ROOT / app / "migrations").glob("*.py")
    }
    packages = digest(ROOT / "requirements.txt")
    if held() == "vouch" and state.get("stage") != "making":
        if not can_be_updated(state.get("migrations"), migrations):
            raise Stop("The database was made by another version of Vouch: bin/start --reset begins again.", FINDING)
        kind = state["kind"]
        if empty and kind == "demo":
            raise Stop(f"{DATA} holds the demo company: begin again with bin/start --reset --empty.", FINDING)
        if (state["migrations"], state.get("packages")) != (migrations, packages):  # a newer Wagtail brings some, too
            say("Updating the database")
            run([str(PYTHON), "manage.py", "migrate", "--no-input"], log=LOG)
            write_json(STATE, {**state, "migrations": migrations, "packages": packages})
        return kind

    # A first run that was stopped half-way left stage "making": its database is not worth keeping.
    for path in DATA.glob("vouch.sqlite3*"):
        path.unlink()
    write_json(STATE, {"stage": "making"})
    run([str(PYTHON), "bin/_fill.py", *(["--empty"] if empty else [])], log=LOG, show=True)
    kind = "empty" if empty else "demo"
    write_json(STATE, {"stage": "made", "kind": kind, "migrations": migrations, "packages": packages})
    return kind


def can_be_updated(made_with: object, migrations: dict[str, str]) -> bool:
    """Whether every migration that the database was made with is here as it was; what is new is then added."""
    if made_with == OF_0_3:
        return True
    return isinstance(made_with, dict) and made_with.items() <= migrations.items()


def ensure_administrator() -> None:
    """An empty platform needs one person who may let others in."""
    state = read_json(STATE)
    if state.get("administrator"):
        return
    if not sys.stdin.isatty():
        say("There is no administrator yet: make one with .venv/bin/python manage.py create_admin")
        return
    if subprocess.run([PYTHON, "manage.py", "create_admin"], cwd=ROOT, check=False).returncode:
        raise Stop("There is no administrator yet; bin/start --empty asks again.", FINDING)
    write_json(STATE, {**state, "administrator": "made"})


if __name__ == "__main__":
    run_script(main)
