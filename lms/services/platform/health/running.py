"""Whether what works unseen works: the schedule, the worker, mail, and pieces of work that failed."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lms.rules.said import how_long
from lms.services.platform.unsent import mail_given_up, mail_waiting
from lms.services.platform.work import SCHEDULE, SHOWN_FOR, WORKER, failed_work, last_beat

from .finding import HealthFinding

SILENT = timedelta(minutes=5)
MAIL_WAITS = timedelta(minutes=15)


def schedule(at: datetime) -> str | HealthFinding:
    """Whether the schedule lives. It writes its heartbeat by itself, without the worker. Queries: 1."""
    heard = last_beat(SCHEDULE)
    never, ago = _("The schedule was never heard of."), _("The schedule was last heard of %(span)s ago.")
    if heard is None or abs(at - heard) > SILENT:
        return HealthFinding(
            "schedule-silent",
            _silent(never, ago, heard, at),
            _("Start it: systemctl start vouch-schedule, or docker compose up -d schedule. Its log says why it ended."),
        )
    return _heard(heard, at)


def worker(at: datetime) -> str | HealthFinding:
    """Whether the worker takes what the schedule sends. Queries: 2.

    Its heartbeat is a task: while the schedule is silent nobody sends one, and nothing is known of the worker.
    """
    heard = last_beat(WORKER)
    if heard is not None and abs(at - heard) <= SILENT:
        return _heard(heard, at)
    if isinstance(schedule(at), HealthFinding):
        return HealthFinding(
            "worker-unknown",
            _("Nothing is known of the worker: it is the schedule that asks it, and the schedule is silent."),
            _("Start the schedule first, and look here again two minutes later."),
        )
    never, ago = _("The worker was never heard of."), _("The worker was last heard of %(span)s ago.")
    return HealthFinding(
        "worker-silent",
        _silent(never, ago, heard, at),
        _(
            "Nothing is sent or published meanwhile. Start it: systemctl start vouch-worker, or docker compose up -d "
            "worker. If it runs, the log says what it is at, or why it does not reach the broker (CELERY_BROKER_URL)."
        ),
    )


def _heard(heard: datetime, at: datetime) -> str:
    span = how_long(max((at - heard).total_seconds(), 0))
    return _("Heard of %(span)s ago.") % {"span": span}


def _silent(never: str, ago: str, heard: datetime | None, at: datetime) -> str:
    return never if heard is None else ago % {"span": how_long(abs(at - heard).total_seconds())}


def mail_leaves(at: datetime) -> str | HealthFinding:
    """Whether mail leaves within a quarter of an hour. Queries: 2."""
    waiting = mail_waiting()
    if waiting.since is not None and at - waiting.since > MAIL_WAITS:
        said = ngettext("%(n)s mail waits for %(span)s.", "%(n)s mails wait, the oldest for %(span)s.", waiting.count)
        sentence = said % {"n": waiting.count, "span": how_long((at - waiting.since).total_seconds())}
        if waiting.error:
            sentence = _("%(sentence)s The last answer was: %(error)s") % {"sentence": sentence, "error": waiting.error}
        return HealthFinding(
            "mail-waits",
            sentence,
            _("Look whether the worker works, and whether the mail server of EMAIL_URL answers. It is tried again."),
        )
    if not waiting.count:
        return _("No mail waits.")
    return ngettext("%(n)s mail waits.", "%(n)s mails wait.", waiting.count) % {"n": waiting.count}


def mail_arrives(at: datetime) -> str | HealthFinding:
    """Whether a mail was given up in the last days. Queries: 1."""
    if count := mail_given_up(at).count():
        said = ngettext(
            "%(n)s mail was not taken by the mail server, however often it was tried.",
            "%(n)s mails were not taken by the mail server, however often they were tried.",
            count,
        )
        return HealthFinding(
            "mail-given-up", said % {"n": count}, _("The page Operations says why, and tries it again.")
        )
    return _("None was given up in the last %(span)s.") % {"span": how_long(SHOWN_FOR.total_seconds())}


def work_goes_through(at: datetime) -> str | HealthFinding:
    """Whether a piece of work failed and has not gone through since. Queries: 1."""
    if count := failed_work(at).count():
        said = ngettext("%(n)s piece of work failed.", "%(n)s pieces of work failed.", count)
        return HealthFinding("work-failed", said % {"n": count}, _("The page Operations says why, and tries it again."))
    return _("Nothing failed that has not gone through since.")
