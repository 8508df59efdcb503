"""What a row of the queue says, and what it asks the reader to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from assessments import api
from lms import clock
from lms.rules.said import by_days, long_day, short_day


@dataclass(frozen=True, slots=True)
class Answer:
    """The one thing to do about a row: a link, or with ``posts`` the address of an act."""

    words: str
    url: str
    posts: bool = False


def answer_to(row: api.Waiting) -> Answer:
    """What the reader is asked to do."""
    words, name, posts = {
        api.DECIDE: (_("Decide"), "case_claim", True),
        api.OBSERVE: (_("Observe"), "observe", False),
        api.TAKE_OVER: (_("Take it over"), "request_take_over", True),
        api.CONFIRM: (_("Confirm"), "commitment", False),
        api.CHALLENGE: (pgettext("button", "Answer"), "challenge", False),
        api.COUNTERSIGN: (_("Countersign"), "countersign", False),
        api.COLLECT: (pgettext("button", "Open"), "case", False),
    }[row.kind]
    return Answer(words, reverse(name, args=[row.uid]), posts)


def waits(row: api.Waiting, at: datetime) -> str:
    """Since when it waits, and for what, in the days of whoever it is about: as they read it, too."""
    days, zone = row.days(at), row.zone
    known = {"n": days, "name": row.of}
    known |= {"since": short_day(clock.today(zone, row.since)), "day": long_day(row.on) if row.on else ""}
    return _sentence(row, days, clock.today(zone, at)) % known


def _sentence(row: api.Waiting, days: int, today: date) -> str:
    match row.kind:
        case api.OBSERVE if row.accepted and row.on and row.on < today:
            return _("You were to watch on %(day)s. What you saw is not written down yet.")
        case api.OBSERVE if row.accepted:
            return _("You watch on %(day)s.")
        case api.COLLECT:
            return _("Gathering since %(since)s.")
    return by_days(days, _since_today(row), _counted(row, days))


def _since_today(row: api.Waiting) -> str:
    return {
        api.DECIDE: _("Ready since today."),
        api.OBSERVE: _("Asked today, for %(day)s."),
        api.TAKE_OVER: _("Asked of %(name)s today, for %(day)s. %(name)s is away, and nobody has taken it over."),
        api.CONFIRM: _("Kept a promise today; you confirm it."),
        api.CHALLENGE: _("Asked today to be seen before the path opens it."),
        api.COUNTERSIGN: _("Signed today; it waits for a countersign."),
    }[row.kind]


def _counted(row: api.Waiting, days: int) -> str:
    match row.kind:
        case api.DECIDE:
            return ngettext("Ready since %(since)s, %(n)s day.", "Ready since %(since)s, %(n)s days.", days)
        case api.OBSERVE:
            return ngettext("Asked %(n)s day ago, for %(day)s.", "Asked %(n)s days ago, for %(day)s.", days)
        case api.TAKE_OVER:
            return ngettext(
                "Asked of %(name)s %(n)s day ago, for %(day)s. %(name)s is away, and nobody has taken it over.",
                "Asked of %(name)s %(n)s days ago, for %(day)s. %(name)s is away, and nobody has taken it over.",
                days,
            )
        case api.CONFIRM:
            return ngettext(
                "Kept a promise %(n)s day ago; you confirm it.", "Kept a promise %(n)s days ago; you confirm it.", days
            )
        case api.CHALLENGE:
            return ngettext(
                "Asked %(n)s day ago to be seen before the path opens it.",
                "Asked %(n)s days ago to be seen before the path opens it.",
                days,
            )
    return ngettext(
        "Signed %(n)s day ago; it waits for a countersign.", "Signed %(n)s days ago; it waits for a countersign.", days
    )


def about(row: api.Waiting, progress: api.Progressing | None) -> str:
    """What it is about, and for which skills the rule is met."""
    if progress is None:
        return row.title
    if len(progress.titles) == 1:
        return f"{row.title}. {progress.titles[0]}."
    met = _("Rule met for %(n)s of %(m)s skills: %(titles)s.")
    found = {"n": progress.met, "m": progress.skills, "titles": ", ".join(progress.titles)}
    return f"{row.title}. {met % found}"
