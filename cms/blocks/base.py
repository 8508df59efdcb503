"""What our blocks share: drafts take anything, publishing is strict.

Wagtail tells a block whether it is being cleaned for a draft (``is_deferred_validation``). The blocks here check their
form only when it is not, and a top-level stream marks the value that it cleaned: ``for_publishing``. A page whose
stream bears that mark then checks itself as a whole (``cms.models.base``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import BadRequest, ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.snippets.blocks import SnippetChooserBlock

from cms.rules.numbers import LARGEST
from lms.rules.lines import one_line

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


class WholeBlock(blocks.IntegerBlock):
    """A whole number between ``low`` and ``high``; the limits are checked when publishing."""

    def __init__(self, low: int = 0, high: int = 9_999, **kwargs: Any) -> None:
        self.low, self.high = low, high
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Any:
        value = super().clean(value)
        if value is not None and not self.is_deferred_validation and not self.low <= value <= self.high:
            limits = {"low": self.low, "high": self.high}
            raise ValidationError(_("Write a whole number from %(low)s to %(high)s.") % limits)
        return value

    def deconstruct(self) -> tuple[str, Any, Any]:
        """Migrations know it as a plain number block; the limits live here."""
        args, kwargs = super().deconstruct()[1:]
        return "wagtail.blocks.IntegerBlock", args, {k: v for k, v in kwargs.items() if k not in ("low", "high")}


class NumberBlock(blocks.FloatBlock):
    """A number with decimals between ``low`` and ``high``; the limits are checked when publishing."""

    def __init__(self, low: float = -LARGEST, high: float = LARGEST, **kwargs: Any) -> None:
        self.low, self.high = low, high
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Any:
        value = super().clean(value)
        if value is not None and not self.is_deferred_validation and not self.low <= value <= self.high:
            limits = {"low": self.low, "high": self.high}
            raise ValidationError(_("Write a number from %(low)s to %(high)s.") % limits)
        return value

    def deconstruct(self) -> tuple[str, Any, Any]:
        """Migrations know it as a plain number block; the limits live here."""
        args, kwargs = super().deconstruct()[1:]
        return "wagtail.blocks.FloatBlock", args, {k: v for k, v in kwargs.items() if k not in ("low", "high")}


class PublishingStreamBlock(blocks.StreamBlock):
    """A top-level stream that notes on the cleaned value whether it was cleaned for publishing."""

    def value_from_datadict(self, *args: Any) -> Any:
        """Wagtail's; a form that lost its counts, or has nonsense in them, is a bad request (400)."""
        try:
            return super().value_from_datadict(*args)
        except (KeyError, ValueError) as error:
            raise BadRequest("A form without its counts") from error

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
