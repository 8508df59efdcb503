"""The front door of each app: sections of at most sixty names, and nothing that is not used outside."""

from __future__ import annotations

import ast
import re
from itertools import pairwise
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
APPS = ("lms", "coaching", "assessments", "cms")
MOST = 60


def sections(app: str) -> dict[str, list[str]]:
    """The names of ``__all__`` by the comment above them."""
    source = (ROOT / app / "api.py").read_text(encoding="utf-8")
    found: dict[str, list[str]] = {}
    title = ""
    for line in source[source.index("__all__ = [") :].splitlines()[1:-1]:
        if line.strip().startswith("# "):
            title = line.strip(" #")
            found[title] = []
        else:
            found[title].append(line.strip(' ",'))
    return found


@pytest.mark.parametrize("app", APPS)
def test_a_door_has_sections_of_at_most_sixty_names(app: str) -> None:
    found = sections(app)
    assert {title: len(names) for title, names in found.items() if len(names) > MOST} == {}
    for names in found.values():
        assert all(a < b for a, b in pairwise(names)), "each section is sorted, and names nothing twice"


@pytest.mark.parametrize("app", APPS)
def test_the_imports_stand_in_the_same_sections(app: str) -> None:
    source = (ROOT / app / "api.py").read_text(encoding="utf-8")
    parts = re.split(r"^# --- (.+)$", source[: source.index("__all__")], flags=re.MULTILINE)[1:]
    written = {}
    for title, text in zip(parts[::2], parts[1::2], strict=True):
        imports = [node for node in ast.parse(text).body if isinstance(node, ast.ImportFrom)]
        written[title] = sorted(alias.asname or alias.name for node in imports for alias in node.names)
    assert written == {title: sorted(names) for title, names in sections(app).items()}


@pytest.mark.parametrize("app", APPS)
def test_what_a_door_offers_is_used_outside(app: str) -> None:
    """By another app, or by the rooms of its own that may not look behind it."""
    text = "\n".join(
        file.read_text(encoding="utf-8")
        for top in (*APPS, "bench", "tests")
        for file in (ROOT / top).rglob("*.py")
        if "migrations" not in file.parts and file != ROOT / app / "api.py"
    )
    assert [name for names in sections(app).values() for name in names if not re.search(rf"\b{name}\b", text)] == []
