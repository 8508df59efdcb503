"""What the documents call a file exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = ("README.md", "CONTRIBUTING.md", "docs/architecture.md")
FILE = re.compile(r"`((?:lms|coaching|assessments|cms|bench|tests|bin|docs)/[\w./-]*)`")


def named(text: str) -> list[str]:
    """Paths of the project in a text that stand between backticks."""
    return FILE.findall(text)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_file_that_a_document_names_is_there(document: str) -> None:
    paths = named((ROOT / document).read_text())
    assert [path for path in paths if not (ROOT / path).exists()] == []
    assert len(paths) > 2


def test_files_in_a_row_of_the_table_of_addresses_are_there() -> None:
    """A folder and then names: `a/views/` `b.py`, `c.py`."""
    text = (ROOT / "docs/architecture.md").read_text()
    rows = re.findall(r"`([\w/]+/)`((?: `\w+\.py`,?)+)", text)
    found = [folder + name for folder, names in rows for name in re.findall(r"`(\w+\.py)`", names)]
    assert [path for path in found if not (ROOT / path).exists()] == []
    assert len(found) > 20
