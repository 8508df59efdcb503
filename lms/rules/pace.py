"""How somebody stands in time on a path, in the same words for the learner and for everybody who helps them.

Counted are the required steps of the path that others may know about: practice is private, so a practice that is late
is told to the learner alone, at its step. Pure: days come in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .said import short_day

AHEAD, PAUSED, BEHIND, OVER, ON_TRACK = "ahead", "paused", "behind", "over", "on_track"


@dataclass(frozen=True, slots=True)
class Pace:
    """``day`` of the path; ``late``: working days since the oldest step was due; ``ended``: its days are over."""

    state: str
    day: int
    begins_on: date
    late: int = 0
    ended: bool = False


def pace(*, begins_on: date, day: int, days: int, paused: bool, late: int) -> Pace:
    """``day`` of a path of ``days``; ``late``: working days since the first unfinished step was due."""
    ended = day > days
    if day < 1:
        return Pace(AHEAD, day, begins_on)
    if paused:
        return Pace(PAUSED, day, begins_on, ended=ended)
    if late:
        return Pace(BEHIND, day, begins_on, late, ended)
    return Pace(OVER if ended else ON_TRACK, day, begins_on, ended=ended)


def told(found: Pace) -> str:
    """The one answer, without a full stop: "Begins on 7 December", "Behind by 3 days, on day 42"."""
    if found.state == AHEAD:
        return _("Begins on %(day)s") % {"day": short_day(found.begins_on)}
    if found.state == PAUSED:
        return _("Paused") if found.ended else _("Paused on day %(day)s") % {"day": found.day}
    if found.state == OVER:
        return _("The days of the path are over")
    if found.state == ON_TRACK:
        return _("On track, day %(day)s") % {"day": found.day}
    words = {"n": found.late, "day": found.day}
    if found.ended:
        return (
            ngettext("Behind by %(n)s day, after the last day", "Behind by %(n)s days, after the last day", found.late)
            % words
        )
    return ngettext("Behind by %(n)s day, on day %(day)s", "Behind by %(n)s days, on day %(day)s", found.late) % words
