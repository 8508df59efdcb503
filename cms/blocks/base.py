"""What our blocks share: drafts take anything, publishing is strict.

Wagtail tells a block whether it is being cleaned for a draft (``is_deferred_validation``). The blocks here check their
form only when it is not, and a top-level stream marks the value that it cleaned: ``for_publishing``. A page whose
stream bears that mark then checks itself as a whole (``cms.models.base``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from django.core.exceptions import BadRequest, ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.snippets.blocks import SnippetChooserBlock

from cms.rules.numbers import LARGEST, wrong_whole
from lms.rules.lines import one_line
from lms.rules.links import wrong_with_links

KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LONGEST_KEY = 60
"""What the record has room for."""

ENTRUSTMENT = (
    ("1", _("May watch")),
    ("2", _("May act with a coach in the room")),
    ("3", _("May act with a coach on call")),
    ("4", _("May act alone")),
    ("5", _("May lead others in it")),
)
GATES = (("try", _("Try is open")), ("do", _("Do is open")), ("show", _("Show is open, at the level or above")))


class LineBlock(blocks.CharBlock):
    """A title, a name, a choice: what stands on one line (``lms.rules.lines.one_line``)."""

    def clean(self, value: Any) -> Any:
        return super().clean(one_line(value) if isinstance(value, str) else value)

    def deconstruct(self) -> tuple[str, Any, Any]:
        """Migrations know it as a plain text block."""
        return ("wagtail.blocks.CharBlock", *super().deconstruct()[1:])


class KeyBlock(blocks.CharBlock):
    """A short name in kebab-case, to which other blocks refer; checked when publishing."""

    def clean(self, value: Any) -> Any:
        value = super().clean(value)
        if value and not self.is_deferred_validation and not (KEY.fullmatch(value) and len(value) <= LONGEST_KEY):
            raise ValidationError(_("Use small letters, digits and single hyphens, as in meet-your-coach."))
        return value

    def deconstruct(self) -> tuple[str, Any, Any]:
        """Migrations know it as a plain text block."""
        return ("wagtail.blocks.CharBlock", *super().deconstruct()[1:])


class Checked:
    """Mixin of a block that judges its value: here when a form publishes, in ``remarks`` whatever way it goes live."""

    def wrong_with(self, raw: Any) -> str:
        """What is wrong with a value as it is stored, in a sentence; "" when nothing is."""
        raise NotImplementedError

    def clean(self, value: Any) -> Any:
        block: Any = self
        value = super().clean(value)  # type: ignore[misc]
        if not block.is_deferred_validation and (wrong := self.wrong_with(block.get_prep_value(value))):
            raise ValidationError(wrong)
        return value


class WholeBlock(Checked, blocks.IntegerBlock):
    """A whole number between ``low`` and ``high``; the limits are checked when publishing."""

    def __init__(self, low: int = 0, high: int = 9_999, **kwargs: Any) -> None:
        self.low, self.high = low, high
        super().__init__(**kwargs)

    def wrong_with(self, raw: Any) -> str:
        return wrong_whole(raw, self.low, self.high)

    def deconstruct(self) -> tuple[str, Any, Any]:
        """Migrations know it as a plain number block; the limits live here."""
        args, kwargs = super().deconstruct()[1:]
        return "wagtail.blocks.IntegerBlock", args, {k: v for k, v in kwargs.items() if k not in ("low", "high")}


class NumberBlock(Checked, blocks.FloatBlock):
    """A number with decimals between ``low`` and ``high``; the limits are checked when publishing."""

    def __init__(self, low: float = -LARGEST, high: float = LARGEST, **kwargs: Any) -> None:
        self.low, self.high = low, high
        super().__init__(**kwargs)

    def wrong_with(self, raw: Any) -> str:
        limits = {"low": self.low, "high": self.high}
        fits = raw in (None, "") or self.low <= raw <= self.high
        return "" if fits else _("Write a number from %(low)s to %(high)s.") % limits

    def deconstruct(self) -> tuple[str, Any, Any]:
        """Migrations know it as a plain number block; the limits live here."""
        args, kwargs = super().deconstruct()[1:]
        return "wagtail.blocks.FloatBlock", args, {k: v for k, v in kwargs.items() if k not in ("low", "high")}


class WordsBlock(Checked, blocks.RichTextBlock):
    """Words with links; where each of them leads is checked when publishing."""

    def wrong_with(self, raw: Any) -> str:
        return wrong_with_links(raw or "")

    def deconstruct(self) -> tuple[str, Any, Any]:
        """Migrations know it as a plain block of rich text."""
        return ("wagtail.blocks.RichTextBlock", *super().deconstruct()[1:])


def remarks(block: blocks.Block, raw: Any) -> Iterator[str]:
    """What is wrong with the values inside a block, each with its label. Reads what is stored, and looks nothing up."""
    if isinstance(block, Checked):
        if wrong := block.wrong_with(raw):
            yield f"{capfirst(str(block.label))}: {wrong}"
    elif isinstance(block, blocks.StreamBlock):
        for item in raw or ():
            if item["type"] in block.child_blocks:
                yield from remarks(block.child_blocks[item["type"]], item["value"])
    elif isinstance(block, blocks.StructBlock):
        for name, child in block.child_blocks.items():
            yield from remarks(child, (raw or {}).get(name))
    elif isinstance(block, blocks.ListBlock):
        for item in raw or ():
            listed = isinstance(item, dict) and item.get("type") == "item"
            yield from remarks(block.child_block, item["value"] if listed else item)


class PublishingStreamBlock(blocks.StreamBlock):
    """A top-level stream that notes on the cleaned value whether it was cleaned for publishing."""

    def value_from_datadict(self, *args: Any) -> Any:
        """Wagtail's, which takes the form for one of its own: any other is a bad request (400).

        Counts and orders that are lost or doubled, words for keys of rows, rich text that is none: what it stumbles
        over depends on how far it comes. No code of ours runs in here; the log has the reason.
        """
        try:
            return super().value_from_datadict(*args)
        except Exception as error:
            raise BadRequest("A form of nonsense") from error

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        cleaned.for_publishing = not self.is_deferred_validation
        return cleaned


class SkillsBlock(PublishingStreamBlock):
    """A list of skills, each chosen once."""

    skill = SnippetChooserBlock("cms.SkillSource", label=_("Skill"))

    class Meta:
        icon = "list-ul"


class MarkStreamBlock(PublishingStreamBlock):
    """Lines of text under keys: evidence of a standard."""

    line = blocks.StructBlock(
        [("key", KeyBlock(label=_("Key"))), ("text", blocks.TextBlock(label=_("Text"), rows=2))],
        label=_("Line"),
        label_format="{text}",
        icon="tick",
    )


def skill_list(**kwargs: Any) -> blocks.ListBlock:
    """A list of skills inside another block."""
    return blocks.ListBlock(SnippetChooserBlock("cms.SkillSource", label=_("Skill")), **kwargs)


def slugs(skills: Iterable[Any]) -> tuple[str, ...]:
    """Slugs of chosen skills in order, without gaps and repetitions."""
    return tuple(dict.fromkeys(skill.slug for skill in skills if skill is not None))


def stream_slugs(value: Any) -> tuple[str, ...]:
    """Slugs of the skills of a ``SkillsBlock`` value."""
    return slugs(child.value for child in value)


def number(value: Any, default: int = 0) -> int:
    """A whole number of a draft in which it may be missing."""
    return default if value in (None, "") else int(value)
