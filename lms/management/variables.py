"""What can be set from outside: one line for each variable of the environment, for whoever runs an installation.

The settings read them (``lms/settings``); ``manage.py list_settings`` makes ``docs/settings.md`` of both. A test fails
for a variable that is read and has no line here, and for a line that nothing reads.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable: what it says, and what holds without it. ``example``: "" where the words give one."""

    name: str
    says: str
    without: str
    example: str = ""


MUST = "Vouch does not start in production."

VARIABLES: dict[str, tuple[Variable, ...]] = {
    "Without these production does not start": (
        Variable(
            "SECRET_KEY",
            "50 random characters or more. Sessions, and links in mail, end when it changes. For the demo and for "
            "working on Vouch one is made in the data folder.",
            MUST,
            "what `openssl rand -hex 32` prints",
        ),
        Variable(
            "ALLOWED_HOSTS", "The names that people type, with commas between them. No `*`.", MUST, "vouch.example.com"
        ),
        Variable("VOUCH_BASE_URL", "What links in mail begin with.", MUST, "https://vouch.example.com"),
        Variable(
            "EMAIL_URL",
            "The mail server. `smtp+tls` begins plain and turns to TLS (587), `smtp+ssl` is TLS at once (465).",
            MUST,
            "smtp+tls://name:passphrase@mail.example.com:587",
        ),
    ),
    "Where things are": (
        Variable(
            "DJANGO_SETTINGS_MODULE",
            "`lms.settings.production` for real people; `demo` and `dev` are for looking at Vouch and working on it.",
            "`lms.settings.dev` for `manage.py`, `lms.settings.production` for web server, worker and schedule.",
        ),
        Variable(
            "VOUCH_DATA_DIR",
            "The folder of everything that has no other place. It is closed to other users.",
            "`var` in the folder of the program.",
            "/var/lib/vouch",
        ),
        Variable(
            "DATABASE_URL",
            "PostgreSQL, as the role that cannot rewrite the record; for `migrate` and `grant_web_role` as the owner.",
            "SQLite in the data folder: for one company on one machine.",
            "postgresql://vouch_web:password@127.0.0.1:5432/vouch",
        ),
        Variable(
            "CELERY_BROKER_URL",
            "Redis, between web server, schedule and worker. Nothing is lost with it: what waits is a row.",
            "A folder of messages in the data folder, for one machine.",
            "redis://127.0.0.1:6379/0",
        ),
        Variable(
            "CACHE_URL",
            "Redis, for what pages need again and again, and for the limits of the log-in.",
            "A cache in each process: limits then count for each process by itself.",
            "redis://127.0.0.1:6379/1",
        ),
        Variable("MEDIA_ROOT", "The folder of what people hand in and authors upload.", "`media` in the data folder."),
        Variable("STATIC_ROOT", "Where `collectstatic` puts what browsers load.", "`static` in the data folder."),
    ),
    "The ledger": (
        Variable(
            "VOUCH_LEDGER_KEY_FILE",
            "A file with the key that vouches for the log of sign-offs: one a line, the newest first, apart from the "
            "database and its copies. `rotate_ledger_key` writes it.",
            "`ledger_key` in the data folder, made the first time.",
            "/etc/vouch/ledger/key",
        ),
        Variable(
            "VOUCH_LEDGER_KEY",
            "The key itself, in place of the file; several with a space between them, the newest first.",
            "The file is read.",
        ),
    ),
    "The door": (
        Variable(
            "VOUCH_TRUST_PROXY",
            "1: `X-Forwarded-Proto` and `X-Forwarded-For` are believed. Only behind a proxy that replaces both.",
            "They are not believed.",
        ),
        Variable(
            "VOUCH_SECOND_FACTOR",
            "0: nobody is asked for a second factor. Only where another log-in in front of Vouch asks for one.",
            "In production everybody with a duty, every coach, observer and manager shows one.",
        ),
        Variable("DEFAULT_FROM_EMAIL", "Who mail is from.", "`Vouch <vouch@localhost>`.", "Vouch <vouch@example.com>"),
        Variable(
            "VOUCH_ADMIN_PASSPHRASE",
            "The passphrase for `create_admin`, where nobody can be asked for it.",
            "`create_admin` asks twice.",
        ),
    ),
    "Size": (
        Variable(
            "VOUCH_WEB_PROCESSES",
            "How many processes the web server has.",
            "As many as the machine has cores, at least two and at most eight.",
        ),
        Variable("VOUCH_WEB_THREADS", "How many requests each of them answers at once.", "Eight."),
        Variable(
            "VOUCH_PREPARE_STATEMENTS",
            "0: connections to PostgreSQL keep no statements. Only behind a pooler that cannot carry them along.",
            "They are kept.",
        ),
    ),
    "For the demo and for tests only": (
        Variable(
            "VOUCH_CLOCK_FILE",
            "A file with an offset in seconds that moves the clock. Production does not start with it.",
            "The clock is the machine's.",
        ),
        Variable(
            "VOUCH_DEMO_PASSPHRASE",
            "The passphrase of everybody in the demo.",
            "The one that `bin/start` made and prints.",
        ),
        Variable("DEBUG", "Production does not start with it: better said than ignored.", "It is off."),
    ),
}


def read_in(folder: Path) -> dict[str, list[str]]:
    """Which variables the modules of a folder read, and in which of them."""
    found: dict[str, list[str]] = {}
    for file in sorted(folder.glob("*.py")):
        for name in sorted(set(_read_by(ast.parse(file.read_text())))):
            found.setdefault(name, []).append(file.stem)
    return found


def _read_by(tree: ast.Module) -> Iterator[str]:
    """Names given to ``env.<kind>(...)`` and ``os.environ.get(...)``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            whose = ast.unparse(node.func.value)
            given = node.args[0]
            if whose in ("env", "os.environ") and isinstance(given, ast.Constant) and isinstance(given.value, str):
                yield given.value


def page_of(folder: Path) -> str:
    """``docs/settings.md``, of what the settings in this folder read."""
    read = read_in(folder)
    lines = [
        "# Settings",
        "",
        "Every variable of the environment that Vouch reads. Made by `manage.py list_settings > docs/settings.md`; a "
        "test compares it with the code. Where they stand: [operate.md](operate.md).",
    ]
    for title, variables in VARIABLES.items():
        lines += ["", f"## {title}", "", "| variable | says | without it | read in |", "|---|---|---|---|"]
        for each in variables:
            example = each.example if "`" in each.example else f"`{each.example}`"
            says = f"{each.says} Example: {example}." if each.example else each.says
            where = ", ".join(f"`{name}`" for name in read.get(each.name, ()) if name != "test") or "the command"
            lines.append(f"| `{each.name}` | {says} | {each.without} | {where} |")
    return "\n".join(lines) + "\n"
