"""Only services write: no other room changes a row, save the few places that are named here, each with its reason."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
WRITERS = {"services", "models", "migrations", "management", "demo"}
"""Rooms that write: services; models inside themselves; migrations; commands and the demo, which are no requests."""
ELSEWHERE = {
    "lms/allauth_tables.py": "second factors and sessions are allauth's, and services do not know it",
    "lms/sessions.py": "where a session is kept",
}
ON_A_MANAGER = {"create", "bulk_create", "bulk_update", "get_or_create", "update_or_create", "acreate"}
ON_A_QUERYSET = {"update", "delete"}
OF_A_QUERYSET = {"objects", "filter", "exclude", "all", "order_by", "select_for_update", "_default_manager"}


def chain(node: ast.expr) -> list[str]:
    """The names of a chain of calls and attributes, from its end: ``X.objects.filter(a)`` gives filter, objects, X."""
    names = []
    while True:
        if isinstance(node, ast.Call):
            node = node.func
        elif isinstance(node, ast.Attribute):
            names.append(node.attr)
            node = node.value
        elif isinstance(node, ast.Name):
            return [*names, node.id]
        else:
            return names


def writes(source: str) -> Iterator[int]:
    """Lines on which a row is written."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        last, *before = chain(node.func)
        on_rows = bool(OF_A_QUERYSET & set(before))
        kept = {keyword.arg for keyword in node.keywords} & {"update_fields", "force_insert", "force_update"}
        if (on_rows and last in ON_A_MANAGER | ON_A_QUERYSET) or (last == "save" and kept):
            yield node.lineno


def test_no_room_but_services_writes() -> None:
    found = []
    for app in ("lms", "coaching", "assessments", "cms"):
        for file in sorted((ROOT / app).rglob("*.py")):
            name = str(file.relative_to(ROOT))
            if not WRITERS & set(file.parts) and name not in ELSEWHERE:
                found += [f"{name}:{line}" for line in writes(file.read_text(encoding="utf-8"))]
    assert found == []


def test_what_is_excused_still_writes() -> None:
    assert [name for name in ELSEWHERE if not list(writes((ROOT / name).read_text(encoding="utf-8")))] == []


def test_writing_is_noticed_in_its_many_forms() -> None:
    for line in (
        "User.objects.create(name='x')",
        "User.objects.filter(pk=1).update(name='x')",
        "User.objects.all().exclude(pk=1).delete()",
        "person.notices.filter(read_at=None).update(read_at=at)",
        "person.save(update_fields=['name'])",
        "Notice.objects.bulk_create(rows)",
    ):
        assert list(writes(line)) == [1], line
    for line in ("found.update({1: 2})", "form.save(request)", "words.delete()", "hasher.update(data)"):
        assert list(writes(line)) == [], line
