"""How somebody stands towards the company on a day: the states of a person, in the words of the product."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .said import full_day

INVITED, EXPECTED, HERE, ON_LEAVE, LEAVING, LEFT, NEVER_CAME = STATES = (
    "invited",
    "expected",
    "here",
    "on_leave",
    "leaving",
    "left",
    "never_came",
)

WORDS: dict[str, Any] = {
    INVITED: gettext_lazy("Invited"),
    EXPECTED: gettext_lazy("Expected"),
    HERE: gettext_lazy("Here"),
    ON_LEAVE: gettext_lazy("On leave"),
    LEAVING: gettext_lazy("Leaving"),
    LEFT: gettext_lazy("Has left"),
    NEVER_CAME: gettext_lazy("Did not come"),
}


@dataclass(frozen=True, slots=True)
class PersonStanding:
    """What decides somebody's state. ``opened``: they chose a passphrase. ``away_from``, ``away_until``: the first and
    the planned last day of a leave that began or is planned and from which they are not back.
    """

    active: bool
    opened: bool
    first_day: date | None
    last_day: date | None
    away_from: date | None = None
    away_until: date | None = None

    def state(self, today: date) -> str:
        """One of ``STATES``: the end says more than the leave, and the leave more than the beginning."""
        if not self.active:
            return LEFT if self.last_day else NEVER_CAME
        if self.last_day is not None:
            return LEAVING
        if self.away_from is not None and self.away_from <= today:
            return ON_LEAVE
        if not self.opened:
            return INVITED
        if self.first_day is not None and self.first_day > today:
            return EXPECTED
        return HERE

    def said(self, today: date) -> str:
        """The state with its day, without a full stop: "On leave until 3 May 2027"."""
        state = self.state(today)
        if state in (LEFT, LEAVING) and self.last_day:
            words = {"day": full_day(self.last_day)}
            return (_("Left on %(day)s") if state == LEFT else _("Leaves on %(day)s")) % words
        if state == ON_LEAVE:
            if self.away_until is None:
                return _("On leave, nobody knows until when")
            words = {"day": full_day(self.away_until)}
            if self.away_until < today:
                return _("On leave; was planned until %(day)s, and nobody wrote down the return") % words
            return _("On leave until %(day)s") % words
        if state in (INVITED, EXPECTED) and self.first_day and self.first_day > today:
            words = {"day": full_day(self.first_day)}
            said = _("Invited, comes on %(day)s") if state == INVITED else _("Comes on %(day)s")
            return said % words
        return str(WORDS[state])
