"""Which sign-offs a decision would renew, so that the new ones count on from their last day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from assessments.models import SignOffEvent
from assessments.rules.renewal import is_due, window_begins
from assessments.services.ledger.chain import Chain, folded
from lms.api import expiring_days
from lms.rules.days import months_later

from .examining import CaseFinding


@dataclass(frozen=True, slots=True)
class Renewal:
    """The sign-off that is renewed within its last ``window`` days, and until when the new one is valid."""

    before: SignOffEvent
    last_day: date
    window: int
    until: date

    @property
    def sealed(self) -> dict[str, object]:
        """What the new event says of it."""
        return {"event": str(self.before.uid), "until": self.last_day.isoformat(), "window": self.window}


def renewals(found: CaseFinding, events: Iterable[SignOffEvent], at: datetime) -> dict[str, Renewal]:
    """By slug of the skill, what a decision at a moment would renew. ``events``: all of the learner's. Queries: 0."""
    events, window = list(events), expiring_days()
    standing = folded(events)
    renewed = {}
    for slug, skill in found.skills.items():
        mine = [
            (event.valid_until, event.seq, event)
            for event in events
            if event.kind == SignOffEvent.Kind.SIGNED
            and event.skill_id == skill.pk
            and event.version.standard_uid == found.case.standard_uid
            and event.valid_until is not None
            and standing[event.seq].counts
        ]
        if not mine:
            continue
        last_day, _seq, before = max(mine, key=lambda item: item[:2])
        if is_due(last_day, window, at.date()) and found.met_since(slug, window_begins(last_day, window), at):
            until = months_later(last_day, found.spec.valid_months)
            renewed[slug] = Renewal(before, last_day, window, until)
    return renewed


def renewals_of_case(found: CaseFinding, at: datetime) -> dict[str, Renewal]:
    """The same for a page. Queries: 1."""
    return renewals(found, Chain.of(found.case.learner_id).events, at)
