"""How large the numbers of authors may be: a slip of the hand must not become a day that no calendar has.

One list for the editor (fields and blocks), for what may be published by whatever way, and for files of a curriculum.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

MOST_MINUTES = 9_999
MOST_TO_TRY = 240
"""Minutes away from the screen, after a paragraph."""
LAST_DAY = 2_000
"""Of a path, and of the stretch in which observations count."""
MOST_MONTHS = 120
MOST_OBSERVATIONS = 20
MOST_SIGNERS = 9
MOST_ITEMS = 999
LARGEST = 1_000_000_000
"""What a figure draws, and its negative."""


def wrong_whole(value: Any, low: int, high: int) -> str:
    """What is wrong with a whole number, in a sentence; "" when nothing is, or when none was written."""
    if value in (None, "") or low <= value <= high:
        return ""
    return _("Write a whole number from %(low)s to %(high)s.") % {"low": low, "high": high}
