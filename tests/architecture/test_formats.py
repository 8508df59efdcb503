"""What is stored as JSON for ever says its format beside the field."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db.models import JSONField

ROOT = Path(settings.BASE_DIR)


def fields_without_format() -> Iterator[str]:
    """Columns whose next line is no text that begins with "Format"."""
    for file in sorted(ROOT.glob("*/models/*.py")):
        for model in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(model, ast.ClassDef):
                continue
            for field, below in zip(model.body, [*model.body[1:], None], strict=True):
                made = field.value if isinstance(field, ast.Assign) else None
                if isinstance(made, ast.Call) and ast.unparse(made.func).endswith("JSONField"):
                    said = below.value if isinstance(below, ast.Expr) else None
                    if not (isinstance(said, ast.Constant) and str(said.value).startswith("Format")):
                        yield f"{model.name}.{ast.unparse(field.targets[0])}"


def test_every_json_column_says_its_format() -> None:
    ours = {"lms", "coaching", "assessments", "cms"}
    models = [model for model in apps.get_models() if model._meta.app_label in ours]
    columns = [field for model in models for field in model._meta.local_fields if type(field) is JSONField]
    assert len(columns) > 20
    assert list(fields_without_format()) == []
