"""What authors read in the admin beside their fields: names, help, panels, blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.snippets.models import get_snippet_models

from .pseudo import pseudo_language


def edited() -> list[Any]:
    """Every kind of page and snippet of ours."""
    pages = [model for model in apps.get_models() if issubclass(model, Page) and model._meta.app_label == "cms"]
    return pages + [model for model in get_snippet_models() if not model.__module__.startswith("wagtail.")]


def of_panels(panel: Any, fields: Any) -> Iterator[Any]:
    field = fields.get(panel.field_name) if isinstance(panel, FieldPanel) else None
    yield panel.heading or getattr(field, "label", "")
    yield panel.help_text or getattr(field, "help_text", "")
    for child in getattr(panel, "children", ()):
        yield from of_panels(child, fields)


def of_block(block: Any, seen: set[int]) -> Iterator[Any]:
    if id(block) in seen:
        return
    seen.add(id(block))
    yield getattr(block.meta, "label", "")
    yield getattr(block.meta, "help_text", "")
    for child in getattr(block, "child_blocks", {}).values():
        yield from of_block(child, seen)
    if hasattr(block, "child_block"):
        yield from of_block(block.child_block, seen)


def read_by_authors(model: Any) -> Iterator[Any]:
    yield model._meta.verbose_name
    handler = (model if issubclass(model, Page) else model.snippet_viewset).get_edit_handler()
    yield from of_panels(handler, handler.get_form_class().base_fields)
    for field in model._meta.fields:
        if isinstance(field, StreamField):
            yield from of_block(field.stream_block, set())


def test_what_authors_read_can_be_translated() -> None:
    assert len(edited()) > 8
    with pseudo_language():
        said = {f"{model._meta.label}: {text}" for model in edited() for text in read_by_authors(model) if text}
    assert {text for text in said if re.search("[A-Za-z]{2}", text.partition(": ")[2])} == set()
