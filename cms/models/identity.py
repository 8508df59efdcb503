"""What the record calls a piece of content, and the checks that no two are called the same.

A page is called by its translation key: Wagtail gives a plain copy a new one and a translation the same one. Recall
questions, milestones and steps are blocks of a page; the record calls each by a uid that follows from the page's uid
and the id of the block. A copy therefore asks questions of its own, whoever made it and by whatever route, in its
drafts and old revisions, too; a translation gives words to the same ones (docs/decisions/0024).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID, uuid5

from django.utils.translation import gettext as _

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


def check_blocks(blocks: Iterable[Any]) -> Iterator[Finding]:
    """No two blocks bear one id: they would be one question, milestone or step to the record."""
    ids = [str(child.id) for child in blocks if child.id]
    if len(set(ids)) < len(ids):
        yield Finding(_("Two blocks here share one identity: a script doubled one. Delete the second and add it anew."))
