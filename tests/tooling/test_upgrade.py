"""An installation of the version before goes on: its people, its files and its ledger come through the migrations."""

from __future__ import annotations

import hashlib
import io
import json
import os
import sqlite3
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RELEASES = {"0.3": "5e721a74e79b3687270f384d030ad0f390f26faa"}
"""By version, the commit with which it was given out."""

KEPT = ("lms_user", "lms_enrolment", "lms_roleholding", "assessments_signoffevent", "assessments_evidence", "lms_act")

# What the demo of 0.3 lacks: somebody who held a role before, with a standing coach in it, and a file.
FILL = """
import io, uuid, django
django.setup()
from datetime import timedelta
from assessments.services.ledger.held_before import (
    Attest, confirm_held_before, record_held_before, skills_to_attest,
)
from lms import clock
from lms.api import give_duty
from lms.models import RoleProfileVersion, User

at = clock.now()
admin, recorder = (User.objects.get(email=f"{name}@aldermoor.example") for name in ("admin", "ld"))
others = User.objects.filter(is_active=True, enrolments=None).exclude(pk__in=[admin.pk, recorder.pk])
confirmer, person, coach = others.order_by("pk")[:3]
reason = "Two of Learning are needed."
give_duty(actor=admin, person_uid=confirmer.uid, duty="learning", reason=reason, key=uuid.uuid4(), at=at)
confirmer = User.objects.get(pk=confirmer.pk)
version = RoleProfileVersion.objects.order_by("pk").first()
choice = next(choice for choice in skills_to_attest(version, person) if not choice.closed)
skill = Attest(choice.slug, choice.standards[0].standard_uid, 1)
entry = record_held_before(
    actor=recorder, person_uid=person.uid, role_version_uid=version.uid, since=at.date() - timedelta(days=90),
    source="The list of certificates.", coach_uid=coach.uid, skills=[skill], key=uuid.uuid4(), at=at,
)
confirm_held_before(actor=confirmer, entry_uids=[entry.uid], key=uuid.uuid4(), at=at)

from PIL import Image
from django.core.files.uploadedfile import SimpleUploadedFile
from assessments.models import Case
from assessments.services.cases.evidence import add_evidence

case = Case.objects.exclude(status="decided").filter(enrolment__status="active").order_by("pk").first()
Image.new("RGB", (40, 30), "navy").save(picture := io.BytesIO(), "PNG")
file = SimpleUploadedFile("board.png", picture.getvalue(), "image/png")
add_evidence(actor=case.learner, case_uid=case.uid, file=file, key=uuid.uuid4(), at=at)
print(coach.pk)
"""

# What the schedule does of its own accord after an update.
SWEEP = """
import django
django.setup()
from lms import clock
from lms.api import complete_what_is_done
from assessments.api import end_what_lapsed
print(complete_what_is_done(clock.now()))
end_what_lapsed(clock.now())
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an installation."""
    return tmp_path_factory.mktemp("data")


def run(tree: Path, data: Path, *arguments: str) -> str:
    """One command of the version that lies in ``tree``; returns what it said."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("DJANGO", "DATABASE", "VOUCH"))},
        "VOUCH_DATA_DIR": str(data),
        "VOUCH_DEMO_PASSPHRASE": "a passphrase of nobody",
        "DJANGO_SETTINGS_MODULE": "lms.settings.demo",
        "PYTHONPATH": str(tree),
    }
    done = subprocess.run(
        [sys.executable, *arguments], cwd=tree, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


def counted(data: Path) -> dict[str, int]:
    """How many rows there are of what must not be lost."""
    with sqlite3.connect(data / "vouch.sqlite3") as database:
        return {table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in KEPT}


def files(data: Path) -> dict[str, str]:
    """Every file of people, with a digest of what is in it."""
    found = sorted(path for path in (data / "media").rglob("*") if path.is_file())
    return {str(path.relative_to(data)): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


@pytest.mark.parametrize("version", RELEASES)
def test_people_files_and_ledger_come_through(version: str, data: Path, tmp_path: Path) -> None:
    archive = subprocess.run(["git", "archive", RELEASES[version]], cwd=ROOT, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        tar.extractall(tmp_path, filter="data")
    run(tmp_path, data, "bin/_fill.py")
    coach = run(tmp_path, data, "-c", FILL)
    rows, kept = counted(data), files(data)
    assert all(rows.values()), rows
    assert kept

    run(ROOT, data, "manage.py", "migrate", "--no-input")
    assert (counted(data), files(data)) == (rows, kept)
    assert json.loads(run(ROOT, data, "manage.py", "verify_signoffs", "--json"))["findings"] == []
    with sqlite3.connect(data / "vouch.sqlite3") as database:
        standing = database.execute("SELECT coach_id, status FROM coaching_standingassignment").fetchall()
    assert standing == [(int(coach), "active")]

    assert int(run(ROOT, data, "-c", SWEEP)) > 0, "two people of the demo had done all that their path requires"
    assert json.loads(run(ROOT, data, "manage.py", "verify_signoffs", "--json"))["findings"] == []
    run(ROOT, data, "manage.py", "migrate", "--check")
