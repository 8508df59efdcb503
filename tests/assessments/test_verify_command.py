"""``manage.py verify_signoffs``: what it says, what it keeps, and what it refuses to read."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from assessments.models import Evidence
from assessments.services.audit.anchors import FIELDS, hash_of
from assessments.services.audit.verify import verify_ledger
from lms.models import LogEntry
from lms.rules.log import GENESIS
from tests.assessments import forging
from tests.assessments.forging import NOW, Scene
from tests.factories import decisions

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(settings: Any, tmp_path: Path) -> Scene:
    """A ledger with everything in it."""
    settings.MEDIA_ROOT = str(tmp_path / "media")
    return forging.scene()


def test_an_empty_ledger_has_no_findings() -> None:
    empty = verify_ledger(at=NOW)
    assert (empty.findings, empty.events, empty.entries, empty.anchor["head"]) == ((), 0, 0, GENESIS)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    try:
        call_command("verify_signoffs", *arguments)
    except SystemExit as stop:
        return int(stop.code or 0), capsys.readouterr().out
    except CommandError as error:
        return error.returncode, str(error)
    return 0, capsys.readouterr().out


def test_the_command_answers_0_on_a_good_ledger_and_1_on_a_finding(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    entries = LogEntry.objects.count()
    assert run(capsys) == (0, f"4 events, {entries} entries of the log, 0 findings.\n")
    Evidence.objects.filter(kind="text", withdrawn_at=None).update(text="Tampered.")
    piece = Evidence.objects.get(kind="text", withdrawn_at=None)
    code, printed = run(capsys)
    assert code == 1
    assert printed.splitlines() == [
        f"evidence {piece.uid}: is not what was written: it differs from the log",
        f"evidence {piece.uid}: differs from what was handed in",
        f"4 events, {entries} entries of the log, 2 findings.",
    ]


def test_an_anchor_file_is_added_to_and_never_overwritten(
    scene: Scene, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """H8: a run that found a tail cut off wrote the cut ledger over the anchor, and the next run found nothing."""
    file = tmp_path / "anchors.json"
    assert run(capsys, "--write-anchor", str(file))[0] == 0
    decisions.signed(scene.other, NOW - timedelta(days=1), 4)
    assert run(capsys, "--anchor", str(file), "--write-anchor", str(file))[0] == 0
    kept = json.loads(file.read_text())
    assert [anchor["number"] for anchor in kept] == [1, 2]
    assert kept[1]["before"] == hash_of(kept[0])
    with decisions.guards_away():
        LogEntry.objects.filter(pk=LogEntry.objects.latest("number").pk)._raw_delete("default")
    for _again in range(2):
        code, printed = run(capsys, "--anchor", str(file), "--write-anchor", str(file))
        assert (code, "the log is shorter than it was" in printed) == (1, True)
    anchors = json.loads(file.read_text())
    assert [anchor["number"] for anchor in anchors] == [1, 2, 3, 4], "on time, whatever is found"
    assert all(anchor["findings"] for anchor in anchors[2:])


WHOLE = {
    "format": "vouch-anchor-1",
    "number": 1,
    "taken_at": "2026-03-02T09:00:00+00:00",
    "entries": 0,
    "head": "0" * 64,
    "events": 0,
    "findings": 0,
    "findings_hash": "0" * 64,
    "before": "0" * 64,
}
NO_ANCHORS = [
    "",
    "not json",
    "[]",
    "{}",
    "7",
    '[["a"]]',
    '{"chains": {}}',
    *(json.dumps({name: value for name, value in WHOLE.items() if name != left_out}) for left_out in FIELDS),
    *(json.dumps({**WHOLE, name: None}) for name in FIELDS),
    json.dumps({**WHOLE, "entries": -1}),
    json.dumps({**WHOLE, "entries": True}),
    json.dumps({**WHOLE, "number": 0}),
    json.dumps({**WHOLE, "head": "0"}),
    json.dumps({**WHOLE, "format": "vouch-anchor-9"}),
    json.dumps({**WHOLE, "taken_at": "some day"}),
    json.dumps({**WHOLE, "more": 1}),
]


def test_a_file_without_its_fields_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """H8: an anchor without chains agreed with everything."""
    file = tmp_path / "anchor.json"
    assert run(capsys, "--anchor", str(file))[0] == 2
    file.write_text(json.dumps(WHOLE))
    assert run(capsys, "--anchor", str(file))[0] == 0
    for text in NO_ANCHORS:
        file.write_text(text)
        assert run(capsys, "--anchor", str(file))[0] == 2, text
        assert run(capsys, "--write-anchor", str(file))[0] == 2, text
        assert file.read_text() == text


@pytest.mark.parametrize("receipt", ["", "1", "1:", ":" + "0" * 64, "x:" + "0" * 64, "1:" + "0" * 63, "-1:" + "0" * 64])
def test_a_receipt_that_is_none_is_refused(capsys: pytest.CaptureFixture[str], receipt: str) -> None:
    assert run(capsys, f"--receipt={receipt}")[0] == 2


def test_an_old_mail_checks_the_ledger_by_one_command(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    entry = LogEntry.objects.get(number=20)
    assert run(capsys, "--receipt", f"20:{entry.this_hash}")[0] == 0
    assert run(capsys, "--receipt", f"21:{entry.this_hash}")[0] == 1
    assert run(capsys, "--receipt", f"99999:{entry.this_hash}")[0] == 1


@pytest.mark.parametrize("tampered", [False, True])
def test_the_report_as_json(scene: Scene, capsys: pytest.CaptureFixture[str], tampered: bool) -> None:
    if tampered:
        Evidence.objects.filter(kind="link").update(url="https://example.com/other")
    code, printed = run(capsys, "--json")
    found = json.loads(printed)
    assert code == int(tampered)
    assert set(found) == {"anchor", "findings", "notes"}
    assert set(found["anchor"]) == set(FIELDS)
    assert [set(finding) for finding in found["findings"]] == [{"where", "problem"}] * (2 * tampered)
