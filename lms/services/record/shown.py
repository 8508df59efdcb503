"""The fingerprint of what the page that steers a path shows (``lms.rules.shown``)."""

from __future__ import annotations

from lms.models import Enrolment, Extension, Pause, Waiver
from lms.rules.shown import fingerprint


def steering_shown(enrolment: Enrolment) -> str:
    """What somebody who steers this path acts on: its first day, whether it is paused, its pauses, more time and
    left-out steps.

    What the learner does meanwhile is not in it: it changes nothing of these. Queries: 3.
    """
    pauses = Pause.objects.filter(enrolment=enrolment).order_by("pk")
    extensions = Extension.objects.filter(enrolment=enrolment).order_by("pk")
    waivers = Waiver.objects.filter(enrolment=enrolment).order_by("pk")
    return fingerprint(
        "steering",
        [enrolment.uid, enrolment.status, enrolment.started_on],
        list(pauses.values_list("pk", "from_on", "until_on", "reason")),
        list(extensions.values_list("pk", "step_id", "due_day")),
        list(waivers.values_list("pk", "step_id")),
    )
