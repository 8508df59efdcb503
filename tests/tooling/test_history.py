"""Commits that do not explain themselves are found."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bin"))

import _history  # noqa: E402


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one commit, after which the check begins."""
    git(tmp_path, "init", "-q")
    commit(tmp_path, "Begin")
    monkeypatch.setattr(_history, "SINCE", git(tmp_path, "rev-parse", "HEAD").strip())
    return tmp_path


def git(folder: Path, *command: str) -> str:
    person = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.com"]
    return subprocess.run(["git", *person, *command], cwd=folder, capture_output=True, text=True, check=True).stdout


def commit(folder: Path, subject: str, body: str = "", lines: int = 1, file: str = "file") -> None:
    (folder / file).write_text("".join(f"{subject} {number}\n" for number in range(lines)))
    git(folder, "add", file)
    git(folder, "commit", "-q", "-m", subject, *(["-m", body] if body else []))


@pytest.mark.parametrize(
    ("subject", "problem"),
    [
        ("Refuse a second open enrolment", ""),
        ("Bring uv by pip", ""),
        ("Pass the day as an argument", ""),
        ("Refuses a second enrolment", "begins with no imperative (Refuses)"),
        ("Refused a second enrolment", "begins with no imperative (Refused)"),
        ("Refusing a second enrolment", "begins with no imperative (Refusing)"),
        ("refuse a second enrolment", "begins with no imperative (refuse)"),
        ("wip", "begins with no imperative (wip)"),
        ("Refuse a second enrolment.", "ends with a full stop"),
        ("Refuse " + "a " * 60, "is longer than 120 characters"),
    ],
)
def test_a_subject_is_an_imperative_without_a_full_stop(repository: Path, subject: str, problem: str) -> None:
    commit(repository, subject)
    assert [line.rpartition(": ")[2] for line in _history.problems(repository)] == ([problem] if problem else [])


@pytest.mark.parametrize(
    ("lines", "body", "found"),
    [(39, "", False), (41, "", True), (41, "Because two of them exclude each other.", False)],
)
def test_more_than_forty_lines_need_a_reason(repository: Path, lines: int, body: str, found: bool) -> None:
    commit(repository, "Refuse a second open enrolment", body, lines, file="other")
    assert bool(list(_history.problems(repository))) == found


def test_what_is_locked_by_machine_needs_none(repository: Path) -> None:
    commit(repository, "Take a newer Django", lines=500, file="requirements.txt")
    assert list(_history.problems(repository)) == []


def test_without_the_history_nothing_is_said(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    commit(tmp_path, "whatever")
    assert list(_history.problems(tmp_path)) == []
    assert list(_history.problems(tmp_path / "nowhere")) == []
