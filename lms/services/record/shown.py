"""The fingerprint of what the page that steers a path shows (``lms.rules.shown``)."""

from __future__ import annotations

from datetime import date

from lms.models import Enrolment
from lms.rules.shown import fingerprint

from .facts import PathFacts, paths_facts


def steering_shown(enrolment: Enrolment, facts: PathFacts | None = None) -> str:
    """What somebody who steers this path acts on: its first day, whether it is paused, its pauses, more time and
    left-out steps. ``facts``: of the path, where they are read already.

    What the learner does meanwhile is not in it: it changes nothing of these. Queries: 5, 0 with ``facts``.
    """
    mine = facts or paths_facts([enrolment.pk])[enrolment.pk]
    return fingerprint(
        "steering",
        [enrolment.uid, enrolment.status, enrolment.started_on],
        sorted([begin, until or date.max, mine.why_paused[begin]] for begin, until in mine.pauses),
        sorted(mine.extended.items()),
        sorted(mine.waived.items()),
    )
