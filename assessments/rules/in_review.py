"""Content in review in which somebody has a part, as it is named before they leave."""

from __future__ import annotations

from dataclasses import dataclass

from lms.rules.target import Target

HANDED_IN, SENT_BACK, APPROVES = "handed_in", "sent_back", "approves"
"""What somebody has to do with it: they handed it in, it came back to them to be changed, they could approve it."""


@dataclass(frozen=True, slots=True)
class InReview:
    """``part``: what they have to do with it; ``target``: where it is edited, None where the reader may not."""

    title: str
    part: str
    target: Target | None
