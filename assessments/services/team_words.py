"""Where a person stands, in a few words."""

from __future__ import annotations

from datetime import datetime, tzinfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lms import clock
from lms.rules.said import short_day

from .readiness import BEHIND, BLOCKED, EXPIRING, NOT_STARTED, READY, Holder, PersonReadiness


def name_of(holder: Holder) -> str:
    """Who is waited for, by name where there is one."""
    return holder.name or {
        "observer": _("an observer"),
        "coach": _("a coach"),
        "learning": _("a countersign"),
        "manager": _("the manager"),
        "author": _("the author of the path"),
    }.get(holder.who, "")


def days_since(since: datetime, at: datetime, zone: tzinfo) -> int:
    """How many days something has waited, as a calendar there counts them: since yesterday evening is one day."""
    return (clock.today(zone, at) - clock.today(zone, since)).days


def line_of(found: PersonReadiness) -> str:
    """Where a person stands, in a few words."""
    result, holder = found.readiness, found.held_by
    if result is None:
        return _("No data: the role asks for nothing yet")
    if found.bucket == READY:
        return _("Ready")
    if found.bucket == EXPIRING and result.ends_on:
        return _("Ready until %(day)s") % {"day": short_day(result.ends_on)}
    if found.bucket == NOT_STARTED and found.day < 1:
        return _("Starts on %(day)s") % {"day": short_day(found.enrolment.started_on)}
    if found.paused:
        return _("Paused on day %(day)s") % {"day": found.day}
    if found.bucket == BLOCKED and holder and holder.since:
        days = days_since(holder.since, found.at, found.enrolment.person.zone)
        return ngettext("Waits for %(name)s, %(n)s day", "Waits for %(name)s, %(n)s days", days) % {
            "name": name_of(holder),
            "n": days,
        }
    if found.bucket == BEHIND:
        late = found.day - min(term.required.target_day for term in result.terms if not term.met)
        return ngettext("Behind by %(n)s day, on day %(day)s", "Behind by %(n)s days, on day %(day)s", late) % {
            "n": late,
            "day": found.day,
        }
    if found.bucket == NOT_STARTED:
        return _("Nothing open yet, day %(day)s") % {"day": found.day}
    return _("On track, day %(day)s") % {"day": found.day}
