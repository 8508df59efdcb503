"""No floor asks another floor's tables, or compares its raw status: the owner answers a named question."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
APPS = ("lms", "coaching", "assessments", "cms")
ELSEWHERE = {"migrations", "demo"}
"""Migrations, and the demo, which makes rows that no service would."""
ONLY_THE_OWNERS = {"objects", "_default_manager", "_base_manager", "Status"}
"""What only the owner of a model uses: its managers, and the words for its states."""


def from_another_app(app: str, tree: ast.Module) -> set[str]:
    """The names by which a module calls what it imports from another app."""
    return {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0
        if (owner := node.module.partition(".")[0]) in APPS and owner != app
        for alias in node.names
    }


def reaches_over(app: str, source: str) -> Iterator[int]:
    """Lines on which a module of this app asks a table of another app, or names one of its statuses."""
    tree = ast.parse(source)
    foreign = from_another_app(app, tree)
    for node in ast.walk(tree):
        asked = node.value if isinstance(node, ast.Attribute) and node.attr in ONLY_THE_OWNERS else None
        if asked is not None and ast.unparse(asked).partition(".")[0] in foreign:
            yield asked.lineno


def found_in(file: Path) -> list[str]:
    name = file.relative_to(ROOT)
    return [f"{name}:{line}" for line in reaches_over(name.parts[0], file.read_text(encoding="utf-8"))]


def test_no_app_asks_the_tables_of_another() -> None:
    files = [file for app in APPS for file in sorted((ROOT / app).rglob("*.py")) if not ELSEWHERE & set(file.parts)]
    assert [line for file in files for line in found_in(file)] == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("from lms.api import User\nUser.objects.filter(is_active=True)", [2]),
        ("from lms.api import User as Person\nPerson._default_manager.all()", [2]),
        ("from lms import api\nrows = api.User._base_manager.get(pk=1)", [2]),
        ("from lms.api import Enrolment\nopen_ = row.status == Enrolment.Status.ACTIVE", [2]),
        ("from lms.api import Enrolment as Path\nStatus = Path.Status", [2]),
        ("from lms.api import Enrolment\nQ(status__in=Enrolment.OPEN)", []),
        ("from coaching.models import Session\nSession.objects.filter(status=Session.Status.PLANNED)", []),
        ("from lms.api import active_people\nactive_people().filter(pk=1)", []),
    ],
)
def test_asking_another_floors_table_is_found(source: str, found: list[int]) -> None:
    assert list(reaches_over("coaching", source)) == found
