"""Taking somebody's path back: what is let go, the form that does it, and undoing it on the same day."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from assessments import api
from assessments.forms.taking_back import TakeBackForm
from lms import clock
from lms.api import can_be_given_back, enrolment_policy, steering_shown
from lms.requests import SignedInRequest, shown_of
from lms.views.acting import Outcome, send, shown_on


@login_required
@require_http_methods(["GET", "POST"])
def team_take_back(request: SignedInRequest, enrolment_uid: UUID) -> HttpResponse:
    """200 what is let go, and the form; or who took it back and why, and undoing it - 302 done - 403 seen but not
    yours, or over - 404 not a person of yours - 409 taken back already, not today, or changed since - 422 invalid.
    Queries: 15.
    """
    related = ("person", "path", "role_version__profile", "taken_back_by")
    enrolment = enrolment_policy.get(request.user, "take_back", uid=enrolment_uid, related=related)
    undoing = request.POST.get("act") == "undo"
    form = TakeBackForm(request.POST if request.method == "POST" and not undoing else None)
    undo = Form(request.POST if undoing else None)
    status, key = 200, uuid4()
    if request.method == "POST":
        outcome: Outcome[Any]
        if undoing:
            outcome = send(request, undo, api.give_back_path, enrolment_uid=enrolment.uid)
            sentence = _("Undone. %(name)s reads that the path goes on.")
        else:
            known = {"enrolment_uid": enrolment.uid, "shown": shown_of(request)}
            outcome = send(request, form, api.take_back_path, **known)
            sentence = _("Taken back. %(name)s reads it, with your reason.")
        if outcome.done:
            messages.success(request, sentence % {"name": enrolment.person.full_name})
            return redirect("team_coach" if undoing else "team_take_back", enrolment.uid)
        status, key = outcome.status, outcome.key
        enrolment.refresh_from_db(fields=["status", "ended_at", "taken_back_by", "taken_back_reason"])
    context = {
        "enrolment": enrolment,
        "begun": enrolment.started_on <= clock.today(enrolment.person.zone),
        "held": api.open_on_path(enrolment) if enrolment.is_open else None,
        "can_undo": can_be_given_back(enrolment, clock.now()),
        "form": form,
        "undo": undo,
        "key": key,
        "shown": shown_on(request, steering_shown(enrolment), status),
    }
    return render(request, "team/take_back.html", context, status=status)
