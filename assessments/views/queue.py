"""The coach's queue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from assessments import api
from coaching.api import grants_of
from lms import clock
from lms.api import User, is_learning_administrator, unread_notices
from lms.errors import NotAllowed
from lms.requests import SignedInRequest
from lms.rules.ladder import Ladder
from lms.rules.waiting import COLLECT, Waiting

from . import queue_words, rule_lines

PER_PAGE, LEARNERS_PER_PAGE = 50, 20


@dataclass(frozen=True, slots=True)
class Shown:
    """A waiting thing as the page says it."""

    row: Waiting
    about: str
    waits: str
    rule: str
    answer: queue_words.Answer
    ladder: Ladder | None


@login_required
@require_GET
def coach_queue(request: SignedInRequest) -> HttpResponse:
    """200 what waits for me, 50 a page, and my learners, 20 a page - 403 neither coach nor observer.

    Queries: 24 at 1, 10 and 2,000 rows, session and user included (and 1 a minute for the navigation).
    """
    at = clock.now()
    queue = api.queue_of(request.user, at)
    if not (queue.seats or queue.waiting or queue.learners or _welcome(request.user, at)):
        raise NotAllowed(_("This page is for coaches and observers."))
    page = Paginator(queue.waiting, PER_PAGE).get_page(request.GET.get("page"))
    learners = Paginator(queue.learners, LEARNERS_PER_PAGE).get_page(request.GET.get("learners"))
    found = api.shown_of(request.user, list(page), list(learners), queue.of_learners, at)
    today = clock.today(request.user.zone, at)
    shown = [_shown(row, found.progress.get(row.uid), at) for row in page]
    context = {
        "queue": queue,
        "news": unread_notices(request.user),
        "page": page,
        "learners": found.learners,
        "learners_page": learners,
        "waiting_base": f"?learners={learners.number}&",
        "learners_base": f"?page={page.number}&",
        "rows": [item for item in shown if item.row.kind != COLLECT],
        "gathering": [item for item in shown if item.row.kind == COLLECT],
        "sessions_today": [item for item in queue.sessions if clock.today(request.user.zone, item.since) == today],
        "sessions_later": [item for item in queue.sessions if clock.today(request.user.zone, item.since) != today],
        "heading": _heading(queue),
        "oldest_days": queue.oldest.days(at) if queue.oldest else 0,
        "today": today,
        "key": uuid4(),
    }
    return render(request, "coach/queue.html", context)


def _welcome(who: User, at: datetime) -> bool:
    """Observers and L&D, who may have nothing to do here today. Queries: 1-2."""
    return bool(grants_of([who.pk], at.date())[who.pk]) or is_learning_administrator(who)


def _shown(row: Waiting, progress: api.Progressing | None, at: datetime) -> Shown:
    return Shown(
        row,
        about=queue_words.about(row, progress),
        waits=queue_words.waits(row, at),
        rule=rule_lines.short(progress.lines) if progress else "",
        answer=queue_words.answer_to(row),
        ladder=progress.ladder if progress else None,
    )


def _heading(queue: api.Queue) -> str:
    if not queue.asked:
        cases = len(queue.waiting)
        if not cases:
            return _("Nothing waits for you")
        return ngettext("One case is gathering evidence", "%(n)s cases are gathering evidence", cases) % {"n": cases}
    return ngettext("One thing waits for you", "%(n)s things wait for you", queue.asked) % {"n": queue.asked}
