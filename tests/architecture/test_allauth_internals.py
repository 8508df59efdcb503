"""What we use of allauth's insides stands in one module, and is there."""

from __future__ import annotations

import ast
from pathlib import Path

from lms import allauth_internals

ROOT = Path(__file__).resolve().parents[2]
APPS = ("lms", "coaching", "assessments", "cms")


def test_everything_that_we_use_of_allauths_insides_is_there() -> None:
    for name in (
        "clear_login",
        "get_authentication_records",
        "is_reauthentication_required",
        "request_password_reset",
    ):
        assert callable(getattr(allauth_internals, name)), name
    assert isinstance(allauth_internals.STATE_SESSION_KEY, str)
    assert len(allauth_internals.__all__) == 5


def test_only_one_module_imports_them() -> None:
    found = {
        str(path.relative_to(ROOT))
        for app in APPS
        for path in (ROOT / app).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and "internal" in (node.module or "").split(".")
    }
    assert found == {"lms/allauth_internals.py"}
