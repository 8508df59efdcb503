"""Who holds a skill up, in words: in the cell of its line, and in the sentence about the one that keeps from ready."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lms.rules.marks import Mark
from lms.rules.said import by_days

from .holders import AUTHOR, LEARNER, MANAGER

if TYPE_CHECKING:
    from .invoice import InvoiceLine

VOICES = {LEARNER: "you", AUTHOR: "author", MANAGER: "manager"}
"""Everybody else speaks with the coach's voice."""


def in_cell(line: InvoiceLine) -> Mark:
    """Who has the next move, and for how long: Priya, 2 days."""
    if line.holder is None:
        return Mark("done", _("Nobody"))
    return Mark(VOICES.get(line.holder.who, "coach"), _for_how_long(line))


def _for_how_long(line: InvoiceLine) -> str:
    if line.days is None:
        return line.held_by
    counted = ngettext("%(name)s, %(n)s day", "%(name)s, %(n)s days", line.days)
    return by_days(line.days, _("%(name)s, since today"), counted) % {"name": line.held_by, "n": line.days}


def in_a_sentence(line: InvoiceLine) -> str:
    """Which skill keeps the person from ready, and who has it."""
    known = {"skill": line.title, "name": line.held_by, "n": line.days}
    if line.days is None:
        return _("Held by %(skill)s: %(name)s has it.") % known
    counted = ngettext(
        "Held by %(skill)s: %(name)s has it, for %(n)s day.",
        "Held by %(skill)s: %(name)s has it, for %(n)s days.",
        line.days,
    )
    return by_days(line.days, _("Held by %(skill)s: %(name)s has it since today."), counted) % known
