"""Blocks of a scenario: meters and the nodes of its graph (the curriculum's README is the reference)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks import BlockGroup
from wagtail.snippets.blocks import SnippetChooserBlock

from .base import KeyBlock, LineBlock, NumberBlock, PublishingStreamBlock, WholeBlock, skill_list

METERS = (("trust", _("Trust")), ("margin", _("Margin")), ("time", _("Time")))
MOODS = (("warm", _("Warm")), ("even", _("Even")), ("cold", _("Cold")))


class MeterBlock(blocks.StructBlock):
    """A state meter, shown in words; it decides nothing."""

    name = blocks.ChoiceBlock(choices=METERS, label=_("Meter"))
    start = WholeBlock(low=-20, high=20, default=0, label=_("Start"))
    min = WholeBlock(low=-20, high=20, default=-4, label=_("Lowest"))
    max = WholeBlock(low=-20, high=20, default=4, label=_("Highest"))
    words = blocks.ListBlock(
        LineBlock(label=_("Word")), min_num=5, label=_("Five words"), help_text=_("From worst to best.")
    )

    class Meta:
        icon = "sliders"
        label = _("Meter")
        label_format = "{name}"


class MetersBlock(PublishingStreamBlock):
    """Trust, margin and time."""

    meter = MeterBlock()


class ScoreBlock(blocks.StructBlock):
    """What a choice is worth for one skill."""

    skill = SnippetChooserBlock("cms.SkillSource", label=_("Skill"))
    points = WholeBlock(low=-2, high=2, label=_("Points, -2 to 2"))

    class Meta:
        label_format = "{skill}: {points}"


class StateBlock(blocks.StructBlock):
    """How a choice moves the meters."""

    trust = WholeBlock(low=-8, high=8, required=False, label=_("Trust"))
    margin = WholeBlock(low=-8, high=8, required=False, label=_("Margin"))
    time = WholeBlock(low=-8, high=8, required=False, label=_("Time"))


class ChoiceBlock(blocks.StructBlock):
    """One of three things to do; the first of the three is the author's best."""

    key = KeyBlock(label=_("Key"))
    text = blocks.TextBlock(label=_("Text"), rows=3)
    to = KeyBlock(label=_("Leads to"), help_text=_("The key of a node."))
    score = blocks.ListBlock(ScoreBlock(), default=[], label=_("Score"))
    state = StateBlock(label=_("Meters"))
    critical = blocks.BooleanBlock(required=False, label=_("Critical: never to standard"))
    why = blocks.TextBlock(label=_("Why"), rows=2)

    class Meta:
        label = _("Choice")
        label_format = "{text}"
        form_layout = BlockGroup(children=["text", "to", "score", "why"], settings=["key", "state", "critical"])


class DecisionBlock(blocks.StructBlock):
    """Somebody speaks, the learner chooses."""

    key = KeyBlock(label=_("Key"))
    speaker = SnippetChooserBlock("cms.SpeakerSource", label=_("Who speaks"))
    mood = blocks.ChoiceBlock(choices=MOODS, default="even", label=_("Mood"))
    says = blocks.TextBlock(label=_("Says"), rows=3)
    ask_confidence = blocks.BooleanBlock(required=False, label=_("Ask how sure they are"))
    choices = blocks.ListBlock(
        ChoiceBlock(), min_num=3, label=_("Three choices"), help_text=_("Your best first; players see them shuffled.")
    )

    class Meta:
        icon = "comment"
        label = _("Decision")
        label_format = "{key}: {says}"
        form_layout = BlockGroup(children=["key", "speaker", "mood", "says", "choices"], settings=["ask_confidence"])


class WrittenBlock(blocks.StructBlock):
    """A task to write about; the learner marks it, nothing is scored."""

    key = KeyBlock(label=_("Key"))
    task = blocks.TextBlock(label=_("Task"), rows=3)
    rubric = skill_list(min_num=1, label=_("Skills it is about"))
    look_for = blocks.ListBlock(
        blocks.StructBlock(
            [("key", KeyBlock(label=_("Key"))), ("text", LineBlock(label=_("Look for")))], label_format="{text}"
        ),
        min_num=4,
        label=_("Four things to look for"),
    )
    to = KeyBlock(label=_("Leads to"), help_text=_("The key of a node."))

    class Meta:
        icon = "edit"
        label = _("Written answer")
        label_format = "{key}: {task}"


class EndingBlock(blocks.StructBlock):
    """How it ends. An ending without a pass mark is never a pass."""

    key = KeyBlock(label=_("Key"))
    end = blocks.TextBlock(label=_("What happens"), rows=3)
    debrief = blocks.TextBlock(label=_("Looking back"), rows=3)
    pass_at = NumberBlock(
        low=0, high=1, required=False, label=_("Pass mark, 0 to 1"), help_text=_("Empty: never a pass.")
    )
    otherwise = blocks.TextBlock(required=False, label=_("Below the pass mark"), rows=2)

    class Meta:
        icon = "flag"
        label = _("Ending")
        label_format = "{key}: {end}"


class NodesBlock(PublishingStreamBlock):
    """The graph."""

    decision = DecisionBlock()
    written = WrittenBlock()
    ending = EndingBlock()
