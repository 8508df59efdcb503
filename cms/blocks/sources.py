"""Blocks of standards and of what stands in the library: skills, role profiles, calibration sets."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks import BlockGroup
from wagtail.snippets.blocks import SnippetChooserBlock

from cms.rules.numbers import LAST_DAY

from .base import ENTRUSTMENT, KeyBlock, LineBlock, PublishingStreamBlock, WholeBlock

BANDS = (("Foundation", _("Foundation")), ("Practitioner", _("Practitioner")), ("Lead", _("Lead")))
SUPERVISION = (
    ("1", _("I did most of it")),
    ("2", _("I led them through it step by step")),
    ("3", _("I stepped in with prompts")),
    ("4", _("I was there and was not needed")),
    ("5", _("I would send them alone, and let others watch")),
)


class IndicatorBlock(blocks.StructBlock):
    """One thing that can be seen when somebody has the skill."""

    key = KeyBlock(label=_("Key"))
    text = blocks.TextBlock(label=_("What one can see"), rows=2)

    class Meta:
        label_format = "{text}"


class LevelsBlock(PublishingStreamBlock):
    """The three bands of a skill with their indicators."""

    band = blocks.StructBlock(
        [
            ("band", blocks.ChoiceBlock(choices=BANDS, label=_("Band"))),
            ("indicators", blocks.ListBlock(IndicatorBlock(), min_num=1, label=_("Indicators"))),
        ],
        label=_("Band"),
        label_format="{band}",
        icon="list-ol",
    )


class RequirementBlock(blocks.StructBlock):
    """One line of a role profile."""

    skill = SnippetChooserBlock("cms.SkillSource", label=_("Skill"))
    level = blocks.ChoiceBlock(choices=ENTRUSTMENT, label=_("Level"))
    weight = WholeBlock(low=1, high=9, default=1, label=_("Weight"))
    target_day = WholeBlock(low=1, high=LAST_DAY, label=_("By day"))
    critical = blocks.BooleanBlock(
        required=False, label=_("Critical"), help_text=_("Must be met, whatever the share of weight is.")
    )
    standard = blocks.PageChooserBlock(
        page_type="cms.StandardPage",
        required=False,
        label=_("Only by this standard"),
        help_text=_("For critical requirements: no other standard satisfies it."),
    )

    class Meta:
        icon = "tasks"
        label = _("Requirement")
        label_format = "{skill}: {level}"
        form_layout = BlockGroup(children=["skill", "level", "weight", "target_day"], settings=["critical", "standard"])


class RequirementsBlock(PublishingStreamBlock):
    """All that a role asks for."""

    requirement = RequirementBlock()


class VignettesBlock(PublishingStreamBlock):
    """The items of a calibration set."""

    vignette = blocks.StructBlock(
        [
            ("key", KeyBlock(label=_("Key"))),
            ("vignette", blocks.TextBlock(label=_("What happened"), rows=3)),
            ("reference", blocks.ChoiceBlock(choices=SUPERVISION, label=_("Right rating"))),
            ("why", blocks.TextBlock(label=_("Why"), rows=2)),
        ],
        label=_("Vignette"),
        label_format="{reference}: {vignette}",
        icon="form",
    )


class WhereBlock(PublishingStreamBlock):
    """Contexts in which a standard may be shown."""

    context = LineBlock(label=_("Context"), icon="site")


class IndicatorKeysBlock(PublishingStreamBlock):
    """Indicators of a standard, named as skill/indicator."""

    indicator = LineBlock(
        label=_("Indicator"),
        icon="tick",
        help_text=_("Short name of the skill, a slash and the key of the indicator: discovery/plays-back."),
    )


class ExpectedBlock(PublishingStreamBlock):
    """Which level is to be expected by which day."""

    expected = blocks.StructBlock(
        [
            ("day", WholeBlock(low=1, high=LAST_DAY, label=_("Day"))),
            ("level", blocks.ChoiceBlock(choices=ENTRUSTMENT, label=_("Level"))),
        ],
        label=_("By a day"),
        label_format="{day}: {level}",
        icon="date",
    )
