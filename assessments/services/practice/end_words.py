"""What the end of an attempt says about each skill."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lms.rules.marks import Mark

if TYPE_CHECKING:
    from .moments import SkillResult


def verdict(line: SkillResult, *, critical: bool) -> Mark:
    """How it went on one skill, and what is missing. ``critical``: one choice of the attempt was critical."""
    mark = _judged(line, critical)
    over = ngettext("Over %(n)s decision.", "Over %(n)s decisions.", line.decisions) % {"n": line.decisions}
    said = [mark.text, over]
    if line.met and not critical and not line.open_since:
        said.append(_("Once more to standard, at least 20 hours from now and in another order, opens the Try gate."))
    return Mark(mark.who, " ".join(said))


def _judged(line: SkillResult, critical: bool) -> Mark:
    if line.met and not critical:
        return Mark("check", _("To standard."))
    if not line.figure:
        return Mark("level", _("No verdict: too few decisions on this skill along your way."))
    if line.met:
        return Mark("repeat", _("High enough, but one choice was critical, so it does not count to standard."))
    return Mark("repeat", _("Not to standard this time."))
