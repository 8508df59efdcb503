"""Loading without anything loaded: dry runs, and mistakes that are named by file and line."""

from __future__ import annotations

from pathlib import Path as File
from typing import Any

import pytest
from django.core.management import call_command
from wagtail.models import Page

from cms.models import HomePage, SectionPage, SkillSource
from tests.curriculum_files import CURRICULUM, change, files, load

__all__ = ["files"]
pytestmark = pytest.mark.django_db


def test_a_dry_run_on_an_empty_site_writes_nothing(capsys: Any) -> None:
    code, report = load(CURRICULUM, capsys, dry_run=True)
    assert (code, len(report["created"]), report["failed"]) == (0, 118, [])
    assert SkillSource.objects.count() == 0
    assert SectionPage.objects.descendant_of(HomePage.objects.get()).count() == 5, "the shelves of every migrate"
    assert Page.objects.count() == 7


def test_a_mistake_is_named_by_file_and_line_and_nothing_is_written(files: File, capsys: Any) -> None:
    change(files, "2-learning.yaml", "minutes: 50", "minuts: 50")
    with pytest.raises(SystemExit) as stopped:
        call_command("load_curriculum", str(files), verbosity=0)
    assert stopped.value.code == 2
    lines = capsys.readouterr().err.splitlines()
    assert any(line.startswith("2-learning.yaml:6: ") for line in lines), lines
    assert SkillSource.objects.count() == 0


def test_checking_files_reports_problems_and_loads_nothing(files: File, capsys: Any) -> None:
    assert load(files, capsys, check=True) == (0, {"problems": []})
    change(files, "1-skills.yaml", "level: 3", "level: 9")
    code, report = load(files, capsys, check=True)
    assert code == 2
    assert report["problems"][0].startswith("1-skills.yaml:")
    assert SkillSource.objects.count() == 0


def test_a_folder_that_is_not_there(capsys: Any) -> None:
    code, report = load(File("/nowhere"), capsys)
    assert code == 2
    assert report["problems"] == ["/nowhere is not a folder."]
