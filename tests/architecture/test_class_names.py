"""One name, one thing: no two public classes of the product share a name, whatever module they stand in."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
OF_A_FRAMEWORK = {"Command"}
"""Django finds a management command by this name."""


def test_no_two_classes_share_a_name() -> None:
    found: dict[str, list[str]] = defaultdict(list)
    for app in ("lms", "coaching", "assessments", "cms", "bench"):
        for file in sorted((ROOT / app).rglob("*.py")):
            if "migrations" in file.parts:
                continue
            tree = ast.parse(file.read_text(encoding="utf-8"))
            for node in tree.body:  # a class inside another is named with it
                if isinstance(node, ast.ClassDef) and node.name not in OF_A_FRAMEWORK and node.name[0] != "_":
                    found[node.name].append(str(file.relative_to(ROOT)))
    assert len(found) > 400
    assert {name: files for name, files in found.items() if len(files) > 1} == {}
