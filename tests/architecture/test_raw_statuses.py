"""What state a row is in is said by the name that its model gives it, and asked by who owns the row."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = ("lms", "coaching", "assessments", "cms", "bench")
ELSEWHERE = {"models", "policies", "migrations"}


def raw_statuses(source: str) -> Iterator[int]:
    """Lines on which a status is given to a call as a text: ``filter(status="open")``. What a prepared question gives
    is the name of a column.
    """
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    for call in calls:
        if not (isinstance(call.func, ast.Name) and call.func.id == "Prepared"):
            for given in call.keywords:
                if given.arg and "status" in given.arg.split("__"):
                    texts = [part for part in ast.walk(given.value) if isinstance(part, ast.Constant)]
                    yield from (text.lineno for text in texts if isinstance(text.value, str))


def test_no_status_is_written_as_a_text_outside_models_and_policies() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for app in APPS
        for path in sorted((ROOT / app).rglob("*.py"))
        if not ELSEWHERE.intersection(path.relative_to(ROOT).with_suffix("").parts)
        for line in raw_statuses(path.read_text())
    ]
    assert found == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('rows.filter(status="open")', [1]),
        ('rows.exclude(\n    requests__status__in=["open", "accepted"]\n)', [2, 2]),
        ('Q(case__status="ready")', [1]),
        ("rows.filter(status=Case.Status.READY)", []),
        ('Prepared(Row, question, status="held__status")', []),
        ('rows.filter(reason="open")', []),
    ],
)
def test_a_status_as_a_text_is_found(source: str, found: list[int]) -> None:
    assert list(raw_statuses(source)) == found
