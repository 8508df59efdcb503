"""Columns for what people write: cleaned when it is checked and when it is saved, so that no way in forgets it."""

from __future__ import annotations

from typing import Any

from django.db import models

from lms.rules.lines import many_lines, one_line


class OneLine(models.CharField):
    """A name, a title, a reason: ``lms.rules.lines.one_line``. A row that was saved holds what is in the database."""

    def to_python(self, value: Any) -> Any:
        """Django asks this of what comes from a form and of what goes to the database, not of what comes from it."""
        value = super().to_python(value)
        return one_line(value) if isinstance(value, str) else value

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        return _cleaned(self, model_instance)

    def deconstruct(self) -> Any:
        """Migrations know it as a plain column of text."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


class ManyLines(models.TextField):
    """Words on several lines: ``lms.rules.lines.many_lines``."""

    def to_python(self, value: Any) -> Any:
        value = super().to_python(value)
        return many_lines(value) if isinstance(value, str) else value

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        return _cleaned(self, model_instance)

    def deconstruct(self) -> Any:
        """Migrations know it as a plain column of text."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.TextField", args, kwargs


def _cleaned(field: models.Field[Any, Any], row: models.Model) -> Any:
    value = getattr(row, field.attname)
    if isinstance(value, str):
        value = field.to_python(value)
        setattr(row, field.attname, value)
    return value
