"""The two ordinal scales, in words. Counts, minimums and medians only; never an average, never one from the other."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

SUPERVISION = {
    1: _("I did most of it"),
    2: _("I led them through it step by step"),
    3: _("I stepped in with prompts"),
    4: _("I was there and was not needed"),
    5: _("I would send them alone, and let others watch"),
}

ENTRUSTMENT = {
    1: _("May watch"),
    2: _("May act with a coach in the room"),
    3: _("May act with a coach on call"),
    4: _("May act alone"),
    5: _("May lead others in it"),
}

BANDS = ("Foundation", "Practitioner", "Lead")


def bands_for_level(level: int) -> tuple[str, ...]:
    """Which indicator bands are shown when observing for an entrustment level: 2 Foundation, 3-4 also
    Practitioner, 5 also Lead.
    """
    if level >= 5:
        return BANDS
    return BANDS[:2] if level >= 3 else BANDS[:1]
