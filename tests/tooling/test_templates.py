"""bin/check finds a template that is not formatted, and a line that is too long; ours have neither."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OURS = ("templates", "bench/templates")
LINES = [sys.executable, str(ROOT / "bin" / "_template_lines.py")]
FORMATTER = shutil.which("djangofmt", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")


def run(command: list[str], *folders: str | Path) -> subprocess.CompletedProcess[str]:
    """A check of these folders, with the settings of this project."""
    return subprocess.run([*command, *map(str, folders)], cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture
def formatter() -> list[str]:
    """The formatter, which comes with requirements-dev.txt."""
    assert FORMATTER is not None
    return [FORMATTER, "--check"]


def test_no_line_of_a_template_is_too_long() -> None:
    assert run(LINES, *OURS).stdout.strip() == ""


def test_a_line_that_is_too_long_is_found(tmp_path: Path) -> None:
    (tmp_path / "part").mkdir()
    (tmp_path / "part" / "page.html").write_text("<p>Short</p>\n" + "x" * 140 + "\n" + "x" * 141 + "\n")
    found = run(LINES, tmp_path)
    assert found.returncode == 1
    assert found.stdout.strip() == f"{tmp_path / 'part' / 'page.html'}:3: 141 characters, 140 at most"


def test_every_template_is_formatted(formatter: list[str]) -> None:
    found = run(formatter, *OURS)
    assert (found.returncode, "Would reformat" in found.stdout + found.stderr) == (0, False)


@pytest.mark.parametrize(
    "text", ["<div><p>One</p>\n<p>Two</p></div>\n", "{% if bold %}<b>{% endif %}Loud{% if bold %}</b>{% endif %}\n"]
)
def test_a_template_that_is_not_formatted_is_found(formatter: list[str], tmp_path: Path, text: str) -> None:
    """Also one that nobody can format: an element that opens and closes in different blocks."""
    (tmp_path / "page.html").write_text(text)
    assert run(formatter, tmp_path).returncode != 0


def test_bin_check_asks_both() -> None:
    text = (ROOT / "bin" / "_check.py").read_text()
    assert '"--check", *TEMPLATES' in text
    assert '"bin/_template_lines.py", *TEMPLATES' in text
