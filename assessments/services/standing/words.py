"""Where a person stands, in a few words: the same for the learner, the coach and the manager."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lms import clock
from lms.rules.pace import told
from lms.rules.said import short_day
from lms.rules.waiting import days_since

from .readiness import BLOCKED, EXPIRING_SOON, READY, PersonReadiness


def line_of(found: PersonReadiness) -> str:
    """Where a person stands, in a few words and without a full stop."""
    result, ended_at = found.readiness, found.enrolment.ended_at
    if ended_at:
        return _ended(found, clock.today(found.enrolment.person.zone, ended_at))
    if not found.begun:
        return told(found.pace)
    if result is None:
        return _("No data: the role asks for nothing yet")
    if found.bucket == READY:
        return _("Ready")
    if found.bucket == EXPIRING_SOON and result and result.ends_on:
        return _("Ready until %(day)s") % {"day": short_day(result.ends_on)}
    waits = found.held_by if found.bucket == BLOCKED else None
    if waits and waits.since:
        days = days_since(waits.since, found.at, found.enrolment.person.zone)
        words = {"name": waits.called, "n": days}
        return ngettext("Waits for %(name)s, %(n)s day", "Waits for %(name)s, %(n)s days", days) % words
    return told(found.pace)


def _ended(found: PersonReadiness, on: date) -> str:
    """Since when a path is over; of a completed one also whether somebody is ready for its role, which is another
    fact.
    """
    words, result = {"day": short_day(on)}, found.readiness
    if not found.enrolment.is_completed:
        return _("Ended on %(day)s") % words
    if result is None or not found.enrolment.led_to_role_held_on(found.today):
        return _("Completed on %(day)s") % words
    if not result.ready:
        return _("Completed on %(day)s, not ready") % words
    if found.bucket == EXPIRING_SOON and result.ends_on:
        return _("Completed on %(day)s, ready until %(until)s") % (words | {"until": short_day(result.ends_on)})
    return _("Completed on %(day)s, ready") % words
