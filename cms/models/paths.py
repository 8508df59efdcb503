"""Paths as authors write them: milestones with steps, and the role profile that the path leads to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid5

from django.db import models
from django.utils.translation import gettext_lazy
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page

from cms.blocks.path import MilestonesBlock, NoPracticeBlock

from .base import ContentPage
from .panels import ChecksPanel
from .shelves import Shelf
from .sources import RoleProfileSource

NOT_THERE = UUID("6f3d5b0e-52cb-4a5c-9d0c-5f6d1c6a7b10")
"""Keys that name nothing become a uid under this, so that the check finds and names them."""


class PathPage(ContentPage):
    """A path to a role."""

    about = models.TextField(gettext_lazy("about"), blank=True)
    role = models.ForeignKey(
        RoleProfileSource, models.PROTECT, null=True, related_name="paths", verbose_name=gettext_lazy("role profile")
    )
    milestones = StreamField(MilestonesBlock(), verbose_name=gettext_lazy("milestones"))
    no_practice = StreamField(NoPracticeBlock(), blank=True, verbose_name=gettext_lazy("skills without practice here"))

    kind = "path"
    shelf = Shelf.PATHS
    template = "cms/preview.html"
    preview_template = "cms/path_preview.html"
    parent_page_types = ["cms.SectionPage"]
    subpage_types: list[str] = []
    content_panels = [
        *Page.content_panels,
        FieldPanel("about"),
        FieldPanel("role"),
        FieldPanel("milestones"),
        FieldPanel("no_practice"),
        ChecksPanel(heading=gettext_lazy("Can this path make the role ready?")),
    ]

    class Meta:
        verbose_name = gettext_lazy("path")
        verbose_name_plural = gettext_lazy("paths")

    def steps(self) -> Iterator[Any]:
        """All step blocks in order."""
        for milestone in self.milestones:
            yield from milestone.value["steps"]

    def recorded_blocks(self) -> Iterator[Any]:
        """Its milestones, then its steps."""
        yield from self.milestones
        yield from self.steps()

    def uid_of(self, block: Any) -> UUID:
        """What the record calls a milestone or step; one of a draft that has no id yet gets a uid from its key."""
        return super().uid_of(block) if block.id else missing_uid(block.value["key"] or "")

    def uids(self) -> dict[str, UUID]:
        """Uids of milestones and steps by key."""
        return {child.value["key"]: self.uid_of(child) for child in self.recorded_blocks() if child.id}


def missing_uid(key: str) -> UUID:
    """The uid of a key that names nothing."""
    return uuid5(NOT_THERE, key)
