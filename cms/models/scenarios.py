"""Scenarios as authors write them: a brief, three meters, and a graph of nodes."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page

from cms.blocks.base import SkillsBlock
from cms.blocks.scenario import MetersBlock, NodesBlock
from cms.rules.numbers import MOST_MINUTES

from .base import ContentPage
from .panels import ChecksPanel
from .shelves import Shelf
from .sources import SpeakerSource
from .values import Whole


class ScenarioPage(ContentPage):
    """A practice scenario."""

    brief = models.TextField(gettext_lazy("brief"))
    minutes = Whole(gettext_lazy("minutes"), default=10, high=MOST_MINUTES, help_text=gettext_lazy("One attempt."))
    skills = StreamField(SkillsBlock(), verbose_name=gettext_lazy("skills"))
    start = models.CharField(gettext_lazy("start"), max_length=60, help_text=gettext_lazy("The key of the first node."))
    meters = StreamField(MetersBlock(), verbose_name=gettext_lazy("meters"))
    nodes = StreamField(NodesBlock(), verbose_name=gettext_lazy("nodes"))

    kind = "scenario"
    shelf = Shelf.SCENARIOS
    template = "cms/preview.html"
    preview_template = "cms/scenario_preview.html"
    parent_page_types = ["cms.SectionPage"]
    subpage_types: list[str] = []
    content_panels = [
        *Page.content_panels,
        MultiFieldPanel(
            [FieldPanel("brief"), FieldPanel("minutes"), FieldPanel("start")], heading=gettext_lazy("About")
        ),
        FieldPanel("skills"),
        FieldPanel("meters"),
        FieldPanel("nodes"),
        ChecksPanel(),
    ]

    class Meta:
        verbose_name = gettext_lazy("scenario")
        verbose_name_plural = gettext_lazy("scenarios")

    def speakers(self) -> list[SpeakerSource]:
        """Who speaks, in order of appearance. Queries: at most 1."""
        found = [child.value["speaker"] for child in self.nodes if child.block_type == "decision"]
        return list({speaker.pk: speaker for speaker in found if speaker is not None}.values())
