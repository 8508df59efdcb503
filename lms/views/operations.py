"""Whether this installation is well, and what failed: for administrators."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lms import clock
from lms.api import (
    examine,
    failed_task_policy,
    failed_work,
    known_work,
    last_runs,
    try_mail_again,
    try_task_again,
    unsent_mail,
)
from lms.requests import SignedInRequest, key_of

SHOWN = 100
"""Pieces of work; more than these have one cause, and the list says how many there are."""


@login_required
@require_GET
def operations(request: SignedInRequest) -> HttpResponse:
    """200 what the doctor sees now, what failed, and when each task last went through - 403 no administrator.

    Queries: as many as there are checks and tables of names, whatever stands in them.
    """
    failed_task_policy.require(request.user, "view")
    at = clock.now()
    looked = examine(at)
    says = known_work()
    failed = failed_work(at)
    context = {
        "findings": [each for each in looked if each.finding],
        "well": [each for each in looked if not each.finding],
        "tasks": [(row, says.get(row.task, row.task), uuid4()) for row in failed[:SHOWN]],
        "mails": [(each, uuid4()) for each in unsent_mail(at, SHOWN)],
        "runs": last_runs(),
        "as_of": at,
    }
    return render(request, "operations/operations.html", context)


@login_required
@require_POST
def work_again(request: SignedInRequest, uid: UUID) -> HttpResponse:
    """302 the worker is asked - 404 unknown, or no administrator - 409 it went through meanwhile."""
    try_task_again(actor=request.user, task_uid=uid, key=key_of(request), at=clock.now())
    messages.success(request, _("The worker is asked to try it again. If it goes through, it leaves this page."))
    return redirect("operations")


@login_required
@require_POST
def mail_again(request: SignedInRequest, uid: UUID) -> HttpResponse:
    """302 it waits for the worker - 404 unknown, or no administrator - 409 it was sent, or waits already."""
    try_mail_again(actor=request.user, mail_uid=uid, key=key_of(request), at=clock.now())
    messages.success(request, _("The mail is sent again. If it is refused once more, it comes back to this page."))
    return redirect("operations")
