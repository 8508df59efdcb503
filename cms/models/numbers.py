"""Columns for the numbers of authors: each says from where to where it goes.

SQLite would keep nine thousand million minutes in a small column, and PostgreSQL stop with an error of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from wagtail import blocks
from wagtail.fields import StreamField

from cms.rules.findings import Finding


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


def check_numbers(content: Any) -> Iterator[Finding]:
    """Every number of the fields and of the blocks keeps its limits, whatever way it came in. Queries: 0."""
    for field in content._meta.get_fields():
        if isinstance(field, Whole):
            yield from _check(field.verbose_name, getattr(content, field.name), field.low, field.high)
        elif isinstance(field, StreamField):
            yield from _check_block(field.stream_block, list(getattr(content, field.name).raw_data))


def _check_block(block: blocks.Block, raw: Any) -> Iterator[Finding]:
    """``raw``: the value as it is stored, so that nothing is looked up."""
    if hasattr(block, "low"):
        yield from _check(block.label, raw, block.low, block.high)
    elif isinstance(block, blocks.StreamBlock):
        for item in raw or ():
            if item["type"] in block.child_blocks:
                yield from _check_block(block.child_blocks[item["type"]], item["value"])
    elif isinstance(block, blocks.StructBlock):
        for name, child in block.child_blocks.items():
            yield from _check_block(child, (raw or {}).get(name))
    elif isinstance(block, blocks.ListBlock):
        for item in raw or ():
            listed = isinstance(item, dict) and item.get("type") == "item"
            yield from _check_block(block.child_block, item["value"] if listed else item)


def _check(name: Any, value: Any, low: float, high: float) -> Iterator[Finding]:
    if value not in (None, "") and not low <= value <= high:
        words = {"name": capfirst(str(name)), "low": low, "high": high}
        yield Finding(_("%(name)s: write a number from %(low)s to %(high)s.") % words)
