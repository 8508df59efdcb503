"""Standards as authors write them: the eight parts of a demonstration, and the evidence rule as data."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page

from cms.blocks.base import ENTRUSTMENT, MarkStreamBlock, SkillsBlock
from cms.blocks.sources import ExpectedBlock, IndicatorKeysBlock, WhereBlock
from cms.rules.numbers import LAST_DAY, MOST_MINUTES, MOST_MONTHS, MOST_OBSERVATIONS, MOST_SIGNERS

from .base import ContentPage
from .panels import ChecksPanel
from .shelves import Shelf
from .values import Whole

LEVELS = [(int(level), words) for level, words in ENTRUSTMENT]


class StandardPage(ContentPage):
    """What must be shown, and on which evidence a coach may decide."""

    class Risk(models.TextChoices):
        LOW = "low", _("Low")
        STANDARD = "standard", _("Standard")
        HIGH = "high", _("High")

    about = models.TextField(_("about"))
    specification = models.TextField(_("specification"))
    limits = models.TextField(_("limits"))
    risk_if_fails = models.TextField(_("risk if it fails"))
    skills = StreamField(SkillsBlock(), verbose_name=_("skills"))
    indicators = StreamField(IndicatorKeysBlock(), verbose_name=_("indicators"))
    evidence = StreamField(MarkStreamBlock(), blank=True, verbose_name=_("evidence"))
    expected = StreamField(ExpectedBlock(), blank=True, verbose_name=_("expected level by day"))
    grants = Whole(
        _("grants up to"),
        choices=LEVELS,
        default=4,
        high=5,
        help_text=_("The highest level that a sign-off on it may give."),
    )
    risk = models.CharField(_("risk"), max_length=8, choices=Risk.choices, default=Risk.STANDARD)
    where = StreamField(WhereBlock(), verbose_name=_("where it may be shown"))
    minutes = Whole(_("minutes"), default=60, high=MOST_MINUTES)
    signers = Whole(_("signers"), default=1, high=MOST_SIGNERS)

    observations = Whole(_("observations, at least"), default=2, high=MOST_OBSERVATIONS)
    observers = Whole(_("by different people, at least"), default=1, high=MOST_OBSERVATIONS)
    contexts = Whole(_("in different contexts, at least"), default=1, high=MOST_OBSERVATIONS)
    at_least = Whole(_("supervision level, at least"), default=4, high=5)
    latest = Whole(_("of the latest"), default=2, high=MOST_OBSERVATIONS)
    window_days = Whole(_("within days"), default=120, high=LAST_DAY)
    max_from_coach = Whole(_("of them by the coach, at most"), default=1, low=0, high=MOST_OBSERVATIONS)
    valid_months = Whole(_("valid for months"), default=18, high=MOST_MONTHS)
    use_every_months = Whole(_("use every (months)"), default=6, high=MOST_MONTHS)

    kind = "standard"
    shelf = Shelf.STANDARDS
    template = "cms/preview.html"
    preview_template = "cms/standard_preview.html"
    parent_page_types = ["cms.SectionPage"]
    subpage_types: list[str] = []
    content_panels = [
        *Page.content_panels,
        MultiFieldPanel(
            [FieldPanel("about"), FieldPanel("specification"), FieldPanel("limits"), FieldPanel("risk_if_fails")],
            heading=_("What is shown"),
        ),
        FieldPanel("skills"),
        FieldPanel("indicators"),
        FieldPanel("evidence"),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("observations"), FieldPanel("observers"), FieldPanel("contexts")]),
                FieldRowPanel([FieldPanel("at_least"), FieldPanel("latest"), FieldPanel("window_days")]),
                FieldPanel("max_from_coach"),
            ],
            heading=_("Evidence rule"),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("grants"), FieldPanel("risk"), FieldPanel("signers")]),
                FieldRowPanel([FieldPanel("valid_months"), FieldPanel("use_every_months"), FieldPanel("minutes")]),
            ],
            heading=_("Sign-off"),
        ),
        FieldPanel("where"),
        FieldPanel("expected"),
        ChecksPanel(),
    ]

    class Meta:
        verbose_name = _("standard")
        verbose_name_plural = _("standards")
