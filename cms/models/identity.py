"""What the record calls a piece of content, and the checks that no two are called the same.

A page is called by its translation key: Wagtail gives a plain copy a new one and a translation the same one. Recall
questions, milestones and steps are blocks of a page; the record calls each by a uid that follows from the page's uid
and the id of the block. A copy therefore asks questions of its own, whoever made it and by whatever route, in its
drafts and old revisions, too; a translation gives words to the same ones (docs/decisions/0024).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid5

from django.utils.translation import gettext as _
from wagtail.fields import StreamField

from cms.rules.findings import Finding
from lms.api import name_taken

LONGEST_TITLE, LONGEST_SLUG = 160, 50


def uid_of_block(page_uid: UUID, block_id: object) -> UUID:
    """What the record calls a block of a page."""
    return uuid5(page_uid, str(block_id))


def check_room(content: Any) -> Iterator[Finding]:
    """Titles and short names fit into the record, which has less room for them than a page."""
    for name, longest in (("title", LONGEST_TITLE), ("slug", LONGEST_SLUG)):
        if len(getattr(content, name, "")) > longest:
            words = {"name": content._meta.get_field(name).verbose_name, "longest": longest}
            yield Finding(_("%(name)s: use at most %(longest)d characters.") % words)


def check_name(content: Any) -> Iterator[Finding]:
    """The record does not hold the short name for something else. Queries: at most 1."""
    if sentence := name_taken(content.kind, content.slug, content.uid):
        yield Finding(sentence)


def check_blocks(content: Any) -> Iterator[Finding]:
    """No two blocks bear one id, at whatever depth: they would be one question, milestone or step to the record, as
    soon as somebody turns one kind of block into another. Queries: 0.
    """
    streams = (field.name for field in content._meta.get_fields() if isinstance(field, StreamField))
    ids = [found for name in streams for found in _ids(list(getattr(content, name).raw_data))]
    if len(set(ids)) < len(ids):
        yield Finding(_("Two blocks here share one identity: a script doubled one. Delete the second and add it anew."))


def _ids(raw: Any) -> Iterator[str]:
    """The ids of the blocks in what a stream stores."""
    if isinstance(raw, dict):
        if raw.get("id") and {"type", "value"} <= raw.keys():
            yield str(raw["id"])
        raw = list(raw.values())
    if isinstance(raw, list):
        for inner in raw:
            yield from _ids(inner)
