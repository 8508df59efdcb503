"""Standards as authors write them: the eight parts of a demonstration, and the evidence rule as data."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page

from assessments.rules.specs import EvidenceLine, EvidenceRule, ExpectedLevel, StandardSpec
from cms.blocks.base import ENTRUSTMENT, MarkStreamBlock, SkillsBlock, number, stream_slugs
from cms.blocks.sources import ExpectedBlock, IndicatorKeysBlock, WhereBlock
from cms.rules.findings import Finding
from cms.rules.source_lint import check_standard

from .base import ContentPage
from .courses import unpublished_skills
from .panels import ChecksPanel
from .shelves import Shelf

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
    grants = models.PositiveSmallIntegerField(
        _("grants up to"), choices=LEVELS, default=4, help_text=_("The highest level that a sign-off on it may give.")
    )
    risk = models.CharField(_("risk"), max_length=8, choices=Risk.choices, default=Risk.STANDARD)
    where = StreamField(WhereBlock(), verbose_name=_("where it may be shown"))
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=60)
    signers = models.PositiveSmallIntegerField(_("signers"), default=1, validators=[MinValueValidator(1)])

    observations = models.PositiveSmallIntegerField(_("observations, at least"), default=2)
    observers = models.PositiveSmallIntegerField(_("by different people, at least"), default=1)
    contexts = models.PositiveSmallIntegerField(_("in different contexts, at least"), default=1)
    at_least = models.PositiveSmallIntegerField(
        _("supervision level, at least"), default=4, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    latest = models.PositiveSmallIntegerField(_("of the latest"), default=2)
    window_days = models.PositiveSmallIntegerField(_("within days"), default=120)
    max_from_coach = models.PositiveSmallIntegerField(_("of them by the coach, at most"), default=1)
    valid_months = models.PositiveSmallIntegerField(_("valid for months"), default=18)
    use_every_months = models.PositiveSmallIntegerField(_("use every (months)"), default=6)

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

    def spec(self) -> StandardSpec:
        """As compiled. Queries: at most 1 (skills)."""
        return StandardSpec(
            uid=self.uid,
            slug=self.slug,
            title=self.title,
            skills=stream_slugs(self.skills),
            grants=self.grants,
            risk=self.risk,
            signers=self.signers,
            where=tuple(child.value for child in self.where),
            minutes=self.minutes,
            about=self.about,
            specification=self.specification,
            limits=self.limits,
            risk_if_fails=self.risk_if_fails,
            indicators=tuple(child.value.strip() for child in self.indicators),
            evidence=tuple(EvidenceLine(child.value["key"], child.value["text"]) for child in self.evidence),
            expected_level_by_day=tuple(
                ExpectedLevel(number(child.value["day"]), number(child.value["level"])) for child in self.expected
            ),
            rule=EvidenceRule(
                observations=self.observations,
                observers=self.observers,
                contexts=self.contexts,
                at_least=self.at_least,
                latest=self.latest,
                window_days=self.window_days,
                max_from_coach=self.max_from_coach,
            ),
            valid_months=self.valid_months,
            use_every_months=self.use_every_months,
        )

    def findings(self) -> Iterator[Finding]:
        yield from unpublished_skills(self.skills)
        known = {key for child in self.skills if child.value for key in child.value.indicator_keys()}
        yield from check_standard(self.spec(), known)
