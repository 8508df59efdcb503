"""A copy of the curriculum to change, and the loader as a person runs it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path as File
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command

CURRICULUM = File(settings.BASE_DIR) / "curriculum"


@pytest.fixture
def files(tmp_path: File) -> File:
    """A copy of the curriculum to change."""
    shutil.copytree(CURRICULUM, tmp_path / "curriculum")
    return tmp_path / "curriculum"


def change(folder: File, name: str, before: str, after: str) -> None:
    path = folder / name
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after, 1))


def load(folder: File, capsys: Any, **options: Any) -> tuple[int, Any]:
    """Run the command with --json: exit code and report."""
    capsys.readouterr()
    try:
        call_command("load_curriculum", str(folder), json=True, **options)
        code = 0
    except SystemExit as stopped:
        code = int(stopped.code or 0)
    return code, json.loads(capsys.readouterr().out)
