"""The form of an edit page of Wagtail's admin, as a browser would send it."""

from __future__ import annotations

from typing import Any

from wagtail import blocks
from wagtail.test.utils.form_data import querydict_from_html, rich_text


def edit_data(client: Any, url: str, thing: Any, **fields: Any) -> dict[str, Any]:
    """The form of an edit page as it stands, with all streams of ``thing``; ``fields`` go over it."""
    answer = client.get(url)
    assert answer.status_code == 200, answer
    html = answer.content.decode()
    form_id = "page-edit-form" if 'id="page-edit-form"' in html else None
    found = querydict_from_html(html, form_id=form_id, form_index=0 if form_id else _form_index(html))
    data: dict[str, Any] = {name: found.getlist(name) for name in found}
    for field in thing._meta.get_fields():
        if hasattr(field, "stream_block"):
            data |= stream_data(field.stream_block, getattr(thing, field.name), field.name)
    return data | fields


def _form_index(html: str) -> int:
    """Which of the forms is the editor."""
    from bs4 import BeautifulSoup

    forms = BeautifulSoup(html, "html.parser").find_all("form")
    return next((n for n, form in enumerate(forms) if form.find(attrs={"name": "title"})), 0)


def stream_data(block: blocks.Block, value: Any, prefix: str) -> dict[str, Any]:
    """A block's value as form fields."""
    if isinstance(block, blocks.StreamBlock):
        children = [(child.block_type, child.block, child.value, child.id or "") for child in value]
    elif isinstance(block, blocks.ListBlock):
        children = [("", block.child_block, child.value, child.id) for child in value.bound_blocks]
    elif isinstance(block, blocks.StructBlock):
        data: dict[str, Any] = {}
        for name, child in block.child_blocks.items():
            data |= stream_data(child, value[name], f"{prefix}-{name}")
        return data
    else:
        return _field_data(block, value, prefix)
    data = {f"{prefix}-count": str(len(children))}
    for index, (kind, child, held, uid) in enumerate(children):
        place = f"{prefix}-{index}"
        data |= {f"{place}-deleted": "", f"{place}-order": str(index), f"{place}-type": kind, f"{place}-id": uid}
        data |= stream_data(child, held, f"{place}-value")
    return data


def _field_data(block: blocks.Block, value: Any, prefix: str) -> dict[str, Any]:
    if isinstance(block, blocks.RichTextBlock):
        return {prefix: rich_text(value.source, features=block.features)}
    if isinstance(block, blocks.BooleanBlock):
        return {prefix: "on"} if value else {}
    if isinstance(block, blocks.ChooserBlock):
        return {prefix: str(value.pk) if value else ""}
    return {prefix: "" if value is None else str(value)}
