"""What a row of the queue says, and what it asks the reader to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from assessments import api
from lms import clock
from lms.rules import waiting
from lms.rules.said import long_day, short_day
from lms.rules.waiting import Waiting


@dataclass(frozen=True, slots=True)
class Answer:
    """The one thing to do about a row: a link, or with ``posts`` the address of an act."""

    words: str
    url: str
    posts: bool = False


ANSWERS = {
    waiting.DECIDE: (gettext_lazy("Decide"), "case_claim", True),
    waiting.OBSERVE: (gettext_lazy("Observe"), "observe", False),
    waiting.TAKE_OVER: (gettext_lazy("Take it over"), "request_take_over", True),
    waiting.CONFIRM: (gettext_lazy("Confirm"), "commitment", False),
    waiting.CHALLENGE: (pgettext_lazy("button", "Answer"), "challenge", False),
    waiting.COUNTERSIGN: (gettext_lazy("Countersign"), "countersign", False),
    waiting.COLLECT: (pgettext_lazy("button", "Open"), "case", False),
}
"""By kind: the word of the button, the URL name that it leads to, and whether that is an act."""

SINCE_TODAY = {
    waiting.DECIDE: gettext_lazy("Ready since today."),
    waiting.OBSERVE: gettext_lazy("Asked today, for %(day)s."),
    waiting.TAKE_OVER: gettext_lazy(
        "Asked of %(name)s today, for %(day)s. %(name)s is away, and nobody has taken it over."
    ),
    waiting.CONFIRM: gettext_lazy("Kept a promise today; you confirm it."),
    waiting.CHALLENGE: gettext_lazy("Asked today to be seen before the path opens it."),
    waiting.COUNTERSIGN: gettext_lazy("Signed today; it waits for a countersign."),
}


def answer_to(row: Waiting) -> Answer:
    """What the reader is asked to do."""
    words, name, posts = ANSWERS[row.kind]
    return Answer(str(words), reverse(name, args=[row.uid]), posts)


def waits(row: Waiting, at: datetime) -> str:
    """Since when it waits, and for what, in the days of whoever it is about: as they read it, too."""
    days, zone = row.days(at), ZoneInfo(row.zone)
    known = {"n": days, "name": row.who}
    known |= {"since": short_day(clock.today(zone, row.since)), "day": long_day(row.day) if row.day else ""}
    return _sentence(row, days, clock.today(zone, at)) % known


def _sentence(row: Waiting, days: int, today: date) -> str:
    match row.kind:
        case waiting.OBSERVE if row.accepted and row.day and row.day < today:
            return _("You were to watch on %(day)s. What you saw is not written down yet.")
        case waiting.OBSERVE if row.accepted:
            return _("You watch on %(day)s.")
        case waiting.COLLECT:
            return _("Gathering since %(since)s.")
    return _counted(row, days) if days > 0 else str(SINCE_TODAY[row.kind])


def _counted(row: Waiting, days: int) -> str:
    match row.kind:
        case waiting.DECIDE:
            return ngettext("Ready since %(since)s, %(n)s day.", "Ready since %(since)s, %(n)s days.", days)
        case waiting.OBSERVE:
            return ngettext("Asked %(n)s day ago, for %(day)s.", "Asked %(n)s days ago, for %(day)s.", days)
        case waiting.TAKE_OVER:
            return ngettext(
                "Asked of %(name)s %(n)s day ago, for %(day)s. %(name)s is away, and nobody has taken it over.",
                "Asked of %(name)s %(n)s days ago, for %(day)s. %(name)s is away, and nobody has taken it over.",
                days,
            )
        case waiting.CONFIRM:
            return ngettext(
                "Kept a promise %(n)s day ago; you confirm it.", "Kept a promise %(n)s days ago; you confirm it.", days
            )
        case waiting.CHALLENGE:
            return ngettext(
                "Asked %(n)s day ago to be seen before the path opens it.",
                "Asked %(n)s days ago to be seen before the path opens it.",
                days,
            )
    return ngettext(
        "Signed %(n)s day ago; it waits for a countersign.", "Signed %(n)s days ago; it waits for a countersign.", days
    )


def about(row: Waiting, progress: api.Progressing | None) -> str:
    """What it is about, and for which skills the rule is met."""
    if progress is None:
        return row.title
    if len(progress.titles) == 1:
        return f"{row.title}. {progress.titles[0]}."
    met = _("Rule met for %(n)s of %(m)s skills: %(titles)s.")
    found = {"n": progress.met, "m": progress.skills, "titles": ", ".join(progress.titles)}
    return f"{row.title}. {met % found}"
