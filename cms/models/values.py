"""Columns for the numbers of authors, each of which says from where to where it goes; and what every value must keep.

SQLite would keep nine thousand million minutes in a small column, and PostgreSQL stop with an error of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.functional import cached_property
from django.utils.text import capfirst
from wagtail.fields import StreamField

from cms.blocks.base import remarks
from cms.rules.findings import Finding
from cms.rules.numbers import wrong_whole


class Whole(models.PositiveSmallIntegerField):
    """A whole number between ``low`` and ``high``, in drafts too."""

    def __init__(self, *args: Any, low: int = 1, high: int = 9_999, **kwargs: Any) -> None:
        self.low, self.high = low, high
        super().__init__(*args, **kwargs)

    @cached_property
    def validators(self) -> list[Any]:  # type: ignore[override]
        return [*super().validators, MinValueValidator(self.low), MaxValueValidator(self.high)]

    def formfield(self, *args: Any, **kwargs: Any) -> Any:
        """The browser says the same."""
        limits = {} if self.choices else {"min_value": self.low, "max_value": self.high}
        return super().formfield(*args, **{**limits, **kwargs})

    def deconstruct(self) -> Any:
        """Migrations know it as a plain column; the limits live here."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.PositiveSmallIntegerField", args, kwargs


def check_values(content: Any) -> Iterator[Finding]:
    """Numbers keep their limits and links lead where they say, whatever way they came in. Queries: 0."""
    for field in content._meta.get_fields():
        if isinstance(field, Whole):
            if wrong := wrong_whole(getattr(content, field.name), field.low, field.high):
                yield Finding(f"{capfirst(str(field.verbose_name))}: {wrong}")
        elif isinstance(field, StreamField):
            raw = list(getattr(content, field.name).raw_data)
            yield from (Finding(remark) for remark in remarks(field.stream_block, raw))
