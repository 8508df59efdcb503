"""Production: clean under ``check --deploy``, and it refuses to start with an unsafe setting, by name."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from lms.settings import safety

ROOT = Path(__file__).resolve().parents[2]
SAFE = {
    "SECRET_KEY": "kP2vXq9LmT4sWz7RbN1cYd6HgJ8fUe3AoQi5-xBnKtVrMwSlZpCy",
    "ALLOWED_HOSTS": "vouch.example",
    "VOUCH_BASE_URL": "https://vouch.example",
    "EMAIL_URL": "smtp+tls://vouch:words@mail.example:587",
}
UNSAFE = {
    "SECRET_KEY": ["", "short", "a" * 80, "django-insecure-kP2vXq9LmT4sWz7RbN1cYd6HgJ8fUe3AoQi5-xBnKtVrMwSlZpCy"],
    "ALLOWED_HOSTS": ["", "*", "vouch.example,*", ".vouch.example", "vouch.example,.vouch.example", "*.vouch.example"],
    "VOUCH_BASE_URL": ["", "http://vouch.example", "vouch.example"],
    "EMAIL_URL": ["", "consolemail://", "dummymail://", "filemail:///tmp/mail"],
    "DEBUG": ["1", "true"],
}


def run(tmp_path: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    keep = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "VIRTUAL_ENV")}
    env = keep | {"DJANGO_SETTINGS_MODULE": "lms.settings.production", "VOUCH_DATA_DIR": str(tmp_path)} | env
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)


def test_the_deployment_check_finds_nothing(tmp_path: Path) -> None:
    done = run(tmp_path, "manage.py", "check", "--deploy", "--fail-level", "WARNING", **SAFE)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in UNSAFE.items() for value in values])
def test_an_unsafe_setting_is_named_and_nothing_starts(name: str, value: str, tmp_path: Path) -> None:
    done = run(tmp_path, "-c", "import lms.wsgi; print('started')", **SAFE | {name: value})
    assert done.returncode == 1
    assert "started" not in done.stdout
    assert "Traceback" not in done.stderr
    lines = done.stderr.splitlines()
    assert lines[0] == "Vouch does not start with unsafe settings:"
    assert [line.split()[0] for line in lines[1:]] == [name]


@pytest.mark.parametrize("command", [["manage.py", "migrate"], ["-m", "celery", "-A", "lms", "report"]])
def test_nor_does_a_command_or_a_worker(command: list[str], tmp_path: Path) -> None:
    done = run(tmp_path, *command)
    assert done.returncode == 1
    assert all(f"{name} is not set." in done.stderr for name in SAFE)


def test_the_key_of_the_ledger_is_made_once_and_a_bad_one_is_refused(tmp_path: Path) -> None:
    """It vouches for the log of sign-offs: made in the data folder where nobody names one, for its owner alone."""
    started = "import lms.wsgi; print('started')"
    kept = tmp_path / "ledger_key"
    assert run(tmp_path, "-c", started, **SAFE).returncode == 0
    made = kept.read_text()
    assert (len(made) > 50, kept.stat().st_mode & 0o777) == (True, 0o600)
    assert run(tmp_path, "-c", started, **SAFE).returncode == 0
    assert kept.read_text() == made
    for wrong in ("abc-123", "a" * 80, SAFE["SECRET_KEY"], f"{made} abc-123"):
        done = run(tmp_path, "-c", started, **SAFE, VOUCH_LEDGER_KEY=wrong)
        assert done.returncode == 1
        assert "key of the ledger" in done.stderr
        assert wrong not in done.stderr
    done = run(tmp_path, "-c", started, **SAFE, VOUCH_LEDGER_KEY_FILE=str(tmp_path / "no such file"))
    assert (done.returncode, "VOUCH_LEDGER_KEY_FILE cannot be read" in done.stderr) == (1, True)


def test_what_the_environment_cannot_say_is_refused_too() -> None:
    good: dict[str, Any] = {
        **SAFE,
        "VOUCH_LEDGER_KEY": "k3YvXq9LmT4sWz7RbN1cYd6HgJ8fUe3AoQi5-xBnKtVrMwSlZpCy",
        "VOUCH_LEDGER_KEY_FILE": "",
        "ALLOWED_HOSTS": ["vouch.example"],
        "_given": list(SAFE),
        "VOUCH_SMTP_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        **dict.fromkeys(("DEBUG", "VOUCH_DEMO", "VOUCH_CLOCK_FILE"), False),
        **dict.fromkeys(("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT"), True),
    }
    assert list(safety.findings(good)) == []
    for name in ("DEBUG", "VOUCH_DEMO", "VOUCH_CLOCK_FILE", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE"):
        (found,) = safety.findings(good | {name: not good[name]})
        assert found.startswith(name)


READ = """
import json
import django
django.setup()
from django.conf import settings as s
from django.test import Client
client = Client(headers={"host": "vouch.example"})
plain = client.get("/accounts/login/")
answer = client.get("/accounts/login/", secure=True)
names = "SESSION_COOKIE_NAME CSRF_COOKIE_NAME SESSION_COOKIE_AGE SESSION_COOKIE_SECURE CSRF_COOKIE_SECURE"
names += " LANGUAGE_COOKIE_NAME VOUCH_DEVICE_COOKIE_NAME MESSAGE_STORAGE"
names += " SESSION_COOKIE_DOMAIN CSRF_COOKIE_DOMAIN SESSION_COOKIE_PATH VOUCH_SECOND_FACTOR"
said = {name: getattr(s, name) for name in names.split()}
cookies = {name: [bool(c["secure"]), bool(c["httponly"]), c["samesite"]] for name, c in client.cookies.items()}
print(json.dumps({"to": plain["Location"], "hsts": answer["Strict-Transport-Security"], "cookies": cookies} | said))
"""


def test_what_production_promises_over_https(tmp_path: Path) -> None:
    import json

    done = run(tmp_path, "-c", READ, STATIC_ROOT=str(tmp_path / "static"), **SAFE)
    if "Missing staticfiles manifest entry" in done.stderr:
        collected = run(tmp_path, "manage.py", "collectstatic", "--no-input", "-v0", **SAFE)
        assert collected.returncode == 0, collected.stderr
        done = run(tmp_path, "-c", READ, **SAFE)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["to"] == "https://vouch.example/accounts/login/"
    assert found["hsts"] == "max-age=31536000; includeSubDomains"
    assert found["cookies"] == {"__Host-csrftoken": [True, True, "Lax"]}
    assert (found["SESSION_COOKIE_NAME"], found["CSRF_COOKIE_NAME"]) == ("__Host-sessionid", "__Host-csrftoken")
    names = [name for name in found if name.endswith("_COOKIE_NAME")]
    assert len(names) == 4
    assert all(found[name].startswith("__Host-") for name in names)
    assert found["MESSAGE_STORAGE"].endswith(".SessionStorage"), "or there is a cookie without __Host-"
    assert (found["SESSION_COOKIE_DOMAIN"], found["SESSION_COOKIE_PATH"]) == (None, "/"), "a __Host- cookie needs both"
    assert found["SESSION_COOKIE_AGE"] == 12 * 60 * 60
    assert found["VOUCH_SECOND_FACTOR"] is True


def test_the_second_factor_may_be_left_to_another_door(tmp_path: Path) -> None:
    code = "import django; django.setup(); from django.conf import settings; print(settings.VOUCH_SECOND_FACTOR)"
    assert run(tmp_path, "-c", code, VOUCH_SECOND_FACTOR="0", **SAFE).stdout.strip() == "False"


@pytest.mark.parametrize("module", ["demo", "dev", "test"])
def test_elsewhere_nobody_is_asked_for_one(module: str, tmp_path: Path) -> None:
    code = "import django; django.setup(); from django.conf import settings; print(settings.VOUCH_SECOND_FACTOR)"
    assert run(tmp_path, "-c", code, DJANGO_SETTINGS_MODULE=f"lms.settings.{module}").stdout.strip() == "False"
