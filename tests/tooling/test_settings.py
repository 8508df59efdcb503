"""What each settings module promises, read in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OURS = (
    "DATABASE_URL CACHE_URL EMAIL_URL CELERY_BROKER_URL SECRET_KEY ALLOWED_HOSTS MEDIA_ROOT VOUCH_CLOCK_FILE "
    "VOUCH_TEST_ON VOUCH_TRUST_PROXY VOUCH_BASE_URL DJANGO_SETTINGS_MODULE"
).split()

SAFE = {
    "SECRET_KEY": "kP2vXq9LmT4sWz7RbN1cYd6HgJ8fUe3AoQi5-xBnKtVrMwSlZpCy",
    "ALLOWED_HOSTS": "vouch.example",
    "VOUCH_BASE_URL": "https://vouch.example",
    "EMAIL_URL": "smtp://mail.example:25",
}


def read(module: str, *names: str, data: Path, **env: str) -> dict[str, object]:
    code = (
        "import json; from django.conf import settings; "
        f"print(json.dumps({{name: getattr(settings, name) for name in {names!r}}}, default=str))"
    )
    clean = {name: value for name, value in os.environ.items() if name not in OURS}
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**clean, "DJANGO_SETTINGS_MODULE": f"lms.settings.{module}", "VOUCH_DATA_DIR": str(data), **env},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr.splitlines()[-1]
    return json.loads(result.stdout)


@pytest.mark.parametrize(("module", "moves"), [("test", True), ("demo", True), ("dev", False), ("production", False)])
def test_only_test_and_demo_may_move_the_clock(module: str, moves: bool, tmp_path: Path) -> None:
    env = SAFE | {"VOUCH_CLOCK_FILE": "/tmp/clock"}
    assert bool(read(module, "VOUCH_CLOCK_FILE", data=tmp_path, **env)["VOUCH_CLOCK_FILE"]) is moves


def test_demo_key_is_kept_and_private(tmp_path: Path) -> None:
    first = read("demo", "SECRET_KEY", "DEBUG", "VOUCH_DEMO", data=tmp_path)
    assert first == read("demo", "SECRET_KEY", "DEBUG", "VOUCH_DEMO", data=tmp_path)
    assert (first["DEBUG"], first["VOUCH_DEMO"]) == (False, True)
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


def test_addresses_come_from_the_environment(tmp_path: Path) -> None:
    found = read(
        "demo",
        *("DATABASES", "CACHES", "VOUCH_SMTP_BACKEND", "EMAIL_HOST", "EMAIL_PORT", "CELERY_BROKER_URL", "MEDIA_ROOT"),
        data=tmp_path,
        DATABASE_URL="postgresql://u:p@db:5433/vouch",
        CACHE_URL="redis://cache:6379/1",
        EMAIL_URL="smtp+tls://me:secret@mail:587",
        CELERY_BROKER_URL="redis://broker:6379/0",
        MEDIA_ROOT=str(tmp_path / "uploads"),
    )
    database = found["DATABASES"]["default"]
    assert (database["HOST"], database["PORT"], database["CONN_MAX_AGE"]) == ("db", 5433, 600)
    assert database["CONN_HEALTH_CHECKS"] is True
    assert "redis" in str(found["CACHES"]).lower()
    assert found["VOUCH_SMTP_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend"
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"]) == ("mail", 587)
    assert found["CELERY_BROKER_URL"] == "redis://broker:6379/0"
    assert found["MEDIA_ROOT"] == str(tmp_path / "uploads")


@pytest.mark.sqlite
@pytest.mark.django_db
def test_sqlite_writes_durably_and_takes_its_lock_first() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        values = {name: cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")}
        values["recursive_triggers"] = cursor.execute("PRAGMA recursive_triggers").fetchone()[0]
    assert values == {"journal_mode": "wal", "synchronous": 2, "recursive_triggers": 1}
    assert connection.transaction_mode == "IMMEDIATE"
