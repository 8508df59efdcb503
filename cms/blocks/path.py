"""Blocks of a path: milestones, and in each of them steps of eight kinds.

The uid of a milestone or step follows from the page and the id of its block. ``key`` is the name by which unlock rules
refer to it.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks import BlockGroup
from wagtail.snippets.blocks import SnippetChooserBlock

from cms.rules.numbers import LAST_DAY, MOST_MINUTES

from .base import ENTRUSTMENT, GATES, KeyBlock, LineBlock, PublishingStreamBlock, WholeBlock, skill_list

MODES = (
    ("all", _("all of these hold")),
    ("any", _("one of these holds")),
    ("n_of", _("so many of these hold")),
)


class SkillLeafBlock(blocks.StructBlock):
    """A gate that must be open on a skill."""

    skill = SnippetChooserBlock("cms.SkillSource", label=_("Skill"))
    gate = blocks.ChoiceBlock(choices=GATES, default="try", label=_("Gate"))
    level = blocks.ChoiceBlock(choices=ENTRUSTMENT, required=False, label=_("Level (for Show)"))

    class Meta:
        icon = "tick-inverse"
        label = _("A gate of a skill")
        label_format = "{skill} {gate}"


class LeavesBlock(blocks.StreamBlock):
    """The conditions of a lock."""

    step = KeyBlock(label=_("A step is done"), icon="check", help_text=_("The key of the step."))
    milestone = KeyBlock(label=_("A milestone is reached"), icon="flag", help_text=_("The key of the milestone."))
    skill = SkillLeafBlock()
    day = WholeBlock(low=1, high=LAST_DAY, label=_("A day is reached"), icon="date")


class UnlockBlock(blocks.StructBlock):
    """When a step opens. Without conditions it opens on its start day."""

    mode = blocks.ChoiceBlock(choices=MODES, default="all", label=_("Opens when"))
    n = WholeBlock(low=1, high=50, required=False, label=_("How many"))
    leaves = LeavesBlock(required=False, label=_("Conditions"))

    class Meta:
        icon = "lock"
        label = _("Lock")


class StepBlock(blocks.StructBlock):
    """What all kinds of step share."""

    key = KeyBlock(label=_("Key"), help_text=_("Unique on the path; locks refer to it. Do not change it later."))
    required = blocks.BooleanBlock(required=False, default=True, label=_("Required"))
    start_day = WholeBlock(low=1, high=LAST_DAY, label=_("From day"))
    due_day = WholeBlock(low=1, high=LAST_DAY, label=_("Due on day"))
    minutes = WholeBlock(
        low=1, high=MOST_MINUTES, required=False, label=_("Minutes"), help_text=_("Empty: those of what it is about.")
    )
    unlock = UnlockBlock()


class AboutBlock(StepBlock):
    """A step that is about one page or snippet, its ``target``."""

    class Meta:
        form_layout = BlockGroup(
            children=["target", "start_day", "due_day"], settings=["key", "required", "minutes", "unlock"]
        )


class MeetingBlock(StepBlock):
    """A step with a title and skills of its own."""

    title = LineBlock(label=_("Title"))
    skills = skill_list(min_num=1, label=_("Skills"))

    class Meta:
        form_layout = BlockGroup(
            children=["title", "skills", "start_day", "due_day"], settings=["key", "required", "minutes", "unlock"]
        )


def _about(kind: str, icon: str, label: Any, chooser: blocks.Block) -> blocks.StructBlock:
    return AboutBlock([("target", chooser)], icon=icon, label=label, label_format=f"{kind} {{target}}")


def _meeting(kind: str, icon: str, label: Any) -> blocks.StructBlock:
    return MeetingBlock(icon=icon, label=label, label_format=f"{kind} {{title}}")


class StepsBlock(blocks.StreamBlock):
    """The steps of a milestone, in order."""

    course = _about("course", "doc-full", _("Course"), blocks.PageChooserBlock(page_type="cms.CoursePage"))
    discussion = _about("discussion", "comment", _("Discussion"), SnippetChooserBlock("cms.SkillSource"))
    practice = _about("practice", "repeat", _("Practice"), blocks.PageChooserBlock(page_type="cms.ScenarioPage"))
    session = _meeting("session", "group", _("Coach session"))
    commitment = _meeting("commitment", "pick", _("Commitment"))
    demonstration = _about(
        "demonstration", "view", _("Demonstration"), blocks.PageChooserBlock(page_type="cms.StandardPage")
    )
    calibration = _about("calibration", "sliders", _("Calibration"), SnippetChooserBlock("cms.CalibrationSource"))
    external = _about("external", "link-external", _("External training"), SnippetChooserBlock("cms.ExternalSource"))


class MilestoneBlock(blocks.StructBlock):
    """A dated promise in the first person, with the steps that lead to it."""

    key = KeyBlock(label=_("Key"), help_text=_("Unique on the path; locks refer to it. Do not change it later."))
    title = LineBlock(label=_("Title"), help_text=_("In the first person: I can explain how we work."))
    day = WholeBlock(low=1, high=LAST_DAY, label=_("Day"))
    steps = StepsBlock(label=_("Steps"))

    class Meta:
        icon = "flag"
        label = _("Milestone")
        label_format = "{day}: {title}"
        form_layout = BlockGroup(children=["title", "day", "steps"], settings=["key"])


class MilestonesBlock(PublishingStreamBlock):
    """The whole path."""

    milestone = MilestoneBlock()


class NoPracticeBlock(PublishingStreamBlock):
    """Required skills that this path has no practice for, each with the reason."""

    skill = blocks.StructBlock(
        [
            ("skill", SnippetChooserBlock("cms.SkillSource", label=_("Skill"))),
            ("reason", LineBlock(label=_("Reason"))),
        ],
        label=_("Skill without practice"),
        label_format="{skill}: {reason}",
    )
