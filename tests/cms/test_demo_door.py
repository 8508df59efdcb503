"""The page to sign in names the people of the demo in the demonstration, and nobody anywhere else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as here
from django.test import Client
from django.urls import reverse

from cms.demo.door import demo_people
from tests.factories import basics, people

ROOT = Path(__file__).resolve().parents[2]
PROCESSOR = "cms.context_processors.demo_door"


def demo(settings: Any) -> None:
    """As ``lms.settings.demo`` has it."""
    settings.VOUCH_DEMO, settings.VOUCH_DEMO_PASSPHRASE = True, basics.PASSPHRASE
    kept = settings.TEMPLATES[0]["OPTIONS"]
    options = kept | {"context_processors": [*kept["context_processors"], PROCESSOR]}
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"OPTIONS": options}]


@pytest.mark.django_db
def test_one_click_signs_in_as_somebody_of_the_demo(settings: Any) -> None:
    demo(settings)
    people.person("Felix Braun", email="learner@aldermoor.example")
    people.person("Sofia Lindqvist", email="sofia.lindqvist@aldermoor.example")
    gone = people.person("Nora Eskildsen", email="nora.eskildsen@aldermoor.example")
    gone.__class__.objects.filter(pk=gone.pk).update(is_active=False, deactivated_at=basics.MONDAY)
    groups = demo_people(here.BASE_DIR / "curriculum")
    assert [(group.label, len(group.people), len(group.more)) for group in groups] == [("Learning", 1, 1)]
    client = Client()
    page = client.get(reverse("account_login")).content.decode()
    assert "On track, with one commitment due tomorrow" in page
    assert "Nora Eskildsen" not in page
    assert page.count(basics.PASSPHRASE) == 3, "in two forms and once to read"
    answer = client.post(
        reverse("account_login"), {"login": "learner@aldermoor.example", "password": basics.PASSPHRASE}
    )
    assert answer.status_code == 302
    assert basics.PASSPHRASE not in client.get("/today/").content.decode()


@pytest.mark.django_db
def test_nothing_of_it_outside_the_demo(settings: Any) -> None:
    people.person("Felix Braun", email="learner@aldermoor.example")
    page = Client().get(reverse("account_login")).content.decode()
    assert "Who are you today?" not in page
    demo(settings)
    settings.VOUCH_DEMO = False
    page = Client().get(reverse("account_login")).content.decode()
    assert "Who are you today?" not in page
    assert "learner@aldermoor.example" not in page


@pytest.mark.parametrize(("module", "named"), [("demo", True), ("dev", False), ("production", False)])
def test_only_the_demo_settings_name_it(module: str, named: bool, tmp_path: Path) -> None:
    code = (
        "import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'lms.settings.base';"
        f"import importlib; s = importlib.import_module('lms.settings.{module}');"
        f"print('{PROCESSOR}' in s.TEMPLATES[0]['OPTIONS']['context_processors'], hasattr(s, 'VOUCH_DEMO_PASSPHRASE'))"
    )
    safe = {
        "SECRET_KEY": "a-key-that-is-long-enough-for-production-and-is-not-used-anywhere-else-0123456789",
        "ALLOWED_HOSTS": "vouch.example",
        "DATABASE_URL": "sqlite:////tmp/none.sqlite3",
        "VOUCH_BASE_URL": "https://vouch.example",
        "EMAIL_URL": "smtp://localhost:25",
        "VOUCH_DATA_DIR": str(tmp_path),
        "CELERY_BROKER_URL": "redis://localhost:6379/0",
        "CACHE_URL": "redis://localhost:6379/1",
    }
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=os.environ | safe, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == f"{named} {named}", done.stderr[-2000:]
