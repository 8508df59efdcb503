"""Taking a path back that somebody should not be on, or no longer; and undoing that within the day.

What was done and signed on the path stays. What is open for it on the floors above, they let go of in the same act.
"""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lms import clock
from lms.errors import Conflict
from lms.models import Enrolment, User
from lms.rules.notices import PATH_GIVEN_BACK, PATH_TAKEN_BACK, PATH_TAKEN_BACK_OF
from lms.services.platform.managers import managers_of
from lms.services.platform.notices import tell
from lms.services.platform.organisation import organisations_day

from .standing_changes import standing_changed
from .steering import follow

LONGEST_REASON = 200


def end_path(*, enrolment: Enrolment, by: User, reason: str, at: datetime) -> None:
    """The path is over because somebody took it back; learner and managers are told. Inside the act of the floor that
    knows all that is open for it, which has locked the enrolment. Queries: 4.
    """
    enrolment.status, enrolment.ended_at = Enrolment.Status.TAKEN_BACK, at
    enrolment.taken_back_by, enrolment.taken_back_reason = by, reason
    enrolment.save(update_fields=["status", "ended_at", "taken_back_by", "taken_back_reason"])
    words = {"path": enrolment.path.title, "reason": reason}
    tell(PATH_TAKEN_BACK, [enrolment.person], words=words, at=at)
    said = words | {"learner": enrolment.person.full_name, "name": by.full_name}
    others = [person for person in managers_of(enrolment.person, organisations_day(at)) if person != by]
    tell(PATH_TAKEN_BACK_OF, others, about=enrolment.person.uid, words=said, at=at)
    standing_changed([enrolment.person_id], at)


def can_be_given_back(enrolment: Enrolment, at: datetime) -> bool:
    """Whether taking it back can still be undone: on the same day of the learner, and while they are here."""
    zone, ended_at = enrolment.person.zone, enrolment.ended_at
    if not enrolment.is_taken_back or ended_at is None or not enrolment.person.is_active:
        return False
    return clock.today(zone, ended_at) == clock.today(zone, at)


def give_path_back(*, enrolment: Enrolment, at: datetime) -> None:
    """The path goes on as if it had not been taken back; the learner is told. As ``end_path``.

    Raises Conflict (not on the same day, they have left, or they are on this path again). Queries: 4.
    """
    if not can_be_given_back(enrolment, at):
        raise Conflict(_("This can be undone on the same day only, and while they are here. Enrol them again instead."))
    enrolment.status, enrolment.ended_at = Enrolment.Status.ACTIVE, None
    enrolment.taken_back_by, enrolment.taken_back_reason = None, ""
    try:
        with transaction.atomic():
            enrolment.save(update_fields=["status", "ended_at", "taken_back_by", "taken_back_reason"])
    except IntegrityError:
        name = enrolment.person.get_short_name()
        raise Conflict(_("%(person)s is on this path already.") % {"person": name}) from None
    follow([enrolment], at)
    tell(PATH_GIVEN_BACK, [enrolment.person], words={"path": enrolment.path.title}, at=at)
    standing_changed([enrolment.person_id], at)
