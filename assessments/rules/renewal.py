"""Renewing: until when a sign-off is valid that follows another one on the same skill and standard (invariant 10).

Within the window before its last day a sign-off is due. Signed anew then, on observations made within the window, it
counts on from the old last day, so that nobody loses the days that were left. Earlier, later, or on older observations
it counts from the day of signing. So nothing is valid longer than its validity and the longer of the window and of the
days that the evidence rule looks back, counted from its newest evidence.
"""

from __future__ import annotations

from datetime import date, timedelta


def window_begins(last_day: date, window: int) -> date:
    """The first day on which a sign-off is due; ``window`` in days."""
    return last_day - timedelta(days=window)


def is_due(last_day: date, window: int, on: date) -> bool:
    """Whether it is due on a day: within the window, its last day included."""
    return window_begins(last_day, window) <= on <= last_day
