"""The library: skills, role profiles, training elsewhere, calibration sets, and the people who speak in scenarios.

Each *source* is compiled into a version of the record when it is published. They have no address of their own.
"""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.models import WorkflowMixin

from cms.blocks.sources import LevelsBlock, RequirementsBlock, VignettesBlock
from cms.rules.numbers import MOST_ITEMS, MOST_MINUTES
from lms.api import Family, OneLine

from .base import Source
from .panels import ChecksPanel
from .values import Whole

IDENTITY = MultiFieldPanel(
    [FieldPanel("title", required_on_save=True), FieldPanel("slug", required_on_save=True)],
    heading=gettext_lazy("Name"),
)


class SkillSource(WorkflowMixin, Source):
    """A skill as authors write it."""

    family = models.CharField(gettext_lazy("family"), max_length=12, choices=Family.choices)
    about = models.TextField(gettext_lazy("about"))
    levels = StreamField(LevelsBlock(), verbose_name=gettext_lazy("levels"))
    not_this = models.TextField(gettext_lazy("what it is not"))
    prompt = models.TextField(gettext_lazy("prompt in the exchange"), blank=True)

    kind = "skill"
    preview_template = "cms/skill_preview.html"
    panels = [
        IDENTITY,
        FieldPanel("family"),
        FieldPanel("about"),
        FieldPanel("levels"),
        FieldPanel("not_this"),
        FieldPanel("prompt"),
        ChecksPanel(),
    ]

    class Meta:
        verbose_name = gettext_lazy("skill")
        verbose_name_plural = gettext_lazy("skills")
        ordering = ["family", "title"]

    def indicator_keys(self) -> set[str]:
        """All indicators, as skill/indicator."""
        return {f"{self.slug}/{item['key']}" for band in self.levels for item in band.value["indicators"]}


class RoleProfileSource(WorkflowMixin, Source):  # type: ignore[django-manager-missing]
    """What a role asks for, as authors write it."""

    threshold = models.DecimalField(
        gettext_lazy("threshold"),
        max_digits=3,
        decimal_places=2,
        default=Decimal("0.85"),
        validators=[MinValueValidator(0), MaxValueValidator(1)],
        help_text=gettext_lazy("Share of the weight that must be met to be ready, 0 to 1."),
    )
    requires = StreamField(RequirementsBlock(), verbose_name=gettext_lazy("requirements"))

    kind = "role"
    preview_template = "cms/role_preview.html"
    panels = [IDENTITY, FieldPanel("threshold"), FieldPanel("requires"), ChecksPanel()]

    class Meta:
        verbose_name = gettext_lazy("role profile")
        verbose_name_plural = gettext_lazy("role profiles")
        ordering = ["title"]


class ExternalSource(Source):
    """Training that lives elsewhere; the manager marks it done. It opens no gate."""

    about = models.TextField(gettext_lazy("about"))
    minutes = Whole(gettext_lazy("minutes"), default=60, high=MOST_MINUTES)
    note = models.TextField(gettext_lazy("note"), blank=True)

    kind = "external"
    panels = [IDENTITY, FieldPanel("about"), FieldPanel("minutes"), FieldPanel("note"), ChecksPanel()]

    class Meta:
        verbose_name = gettext_lazy("external training")
        verbose_name_plural = gettext_lazy("external training")
        ordering = ["title"]


class CalibrationSource(WorkflowMixin, Source):
    """Vignettes with right ratings, on which observers learn to agree."""

    skill = models.ForeignKey(
        SkillSource, models.PROTECT, null=True, related_name="calibrations", verbose_name=gettext_lazy("skill")
    )
    kappa = models.FloatField(
        gettext_lazy("kappa, at least"), default=0.6, validators=[MinValueValidator(0), MaxValueValidator(1)]
    )
    max_bias = models.FloatField(
        gettext_lazy("bias, at most"), default=0.5, validators=[MinValueValidator(0), MaxValueValidator(4)]
    )
    min_items = Whole(gettext_lazy("least number of items"), default=10, high=MOST_ITEMS)
    items = StreamField(VignettesBlock(), verbose_name=gettext_lazy("vignettes"))

    kind = "calibration"
    preview_template = "cms/calibration_preview.html"
    panels = [
        IDENTITY,
        FieldPanel("skill"),
        FieldRowPanel([FieldPanel("kappa"), FieldPanel("max_bias"), FieldPanel("min_items")]),
        FieldPanel("items"),
        ChecksPanel(),
    ]

    class Meta:
        verbose_name = gettext_lazy("calibration set")
        verbose_name_plural = gettext_lazy("calibration sets")
        ordering = ["title"]


class SpeakerSource(Source):
    """Somebody who speaks in scenarios; ``portrait`` names a drawing of ours."""

    role = OneLine(gettext_lazy("role"), max_length=120)
    portrait = models.CharField(
        gettext_lazy("portrait"), max_length=60, default="scene", help_text=gettext_lazy("Name of a drawing.")
    )

    kind = "speaker"
    panels = [IDENTITY, FieldPanel("role"), FieldPanel("portrait"), ChecksPanel()]

    class Meta:
        verbose_name = gettext_lazy("speaker")
        verbose_name_plural = gettext_lazy("speakers")
        ordering = ["title"]
