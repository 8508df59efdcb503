"""For managers and L&D: pausing somebody's path, more time for a step, leaving one out, the first day put right."""

from __future__ import annotations

from datetime import date
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
from lms import clock
from lms.api import (
    DONE,
    WAIVED,
    PathProgress,
    correct_first_day,
    days_that_move,
    enrolment_policy,
    extend_step,
    labels_of,
    pause_path,
    progress_of,
    resume_path,
    steering_shown,
    waive_step,
)
from lms.errors import Invalid
from lms.forms.steering import ExtendForm, FirstDayForm, PauseForm, WaiveForm
from lms.requests import SignedInRequest, key_of, shown_of
from lms.rules.bounds import PATH_BEGINS
from lms.views.acting import Outcome, carry_out, shown_on


@login_required
@require_http_methods(["GET", "POST"])
def team_steer(request: SignedInRequest, enrolment_uid: UUID) -> HttpResponse:
    """200 the forms - 302 done - 403 seen but not yours to steer - 404 not a person of yours - 409 paused on these days
    already, not paused, done already, or changed since - 422 invalid. ``?started_on=`` shows what another first day
    moves, and gives the form that corrects it. Queries: 25.
    """
    enrolment = enrolment_policy.get(request.user, "steer", uid=enrolment_uid, related=("person", "path"))
    at = clock.now()
    progress = progress_of(enrolment, at)
    steps = steps_to_choose(progress)
    act = request.POST.get("act", "") if request.method == "POST" else ""
    data = {name: request.POST if act == name else None for name in ("pause", "extend", "waive", "first_day")}
    looked = request.GET if request.method == "GET" and "started_on" in request.GET else None
    forms: dict[str, Form] = {
        "pause": PauseForm(data["pause"], initial={"from_on": progress.today}, auto_id="pause_%s"),
        "extend": ExtendForm(data["extend"], steps=steps, auto_id="extend_%s"),
        "waive": WaiveForm(data["waive"], steps=steps, auto_id="waive_%s"),
        "first_day": FirstDayForm(
            data["first_day"] or looked, initial={"started_on": enrolment.started_on}, auto_id="first_day_%s"
        ),
    }
    acts = {"pause": pause_path, "extend": extend_step, "waive": waive_step, "first_day": correct_first_day}
    status, key = 200, uuid4()
    if request.method == "POST":
        outcome: Outcome[Any]
        if act == "resume":
            going_on = _checked(Form({}))
            outcome = carry_out(request, going_on, resume_path, enrolment_uid=enrolment.uid, shown=shown_of(request))
            for sentence in going_on.non_field_errors():
                messages.error(request, str(sentence))
        elif act in acts:
            outcome = _send(request, forms[act], acts[act], enrolment.uid)
        else:
            raise Invalid(_("This form is incomplete. Open the page again and send it from there."))
        if outcome.status == 302:
            messages.success(request, SAID[act]() % {"name": enrolment.person.full_name})
            return redirect("team_steer", enrolment.uid)
        status, key = outcome.status, outcome.key
    new_day = _new_day(forms["first_day"], progress.today, only_look=looked is not None)
    ahead = [(begin, until) for begin, until in progress.pauses if until is None or until > progress.today]
    context = {
        "enrolment": enrolment,
        "progress": progress,
        "line": api.line_of(api.readiness_on(progress, at)),
        "pauses": sorted(ahead),
        "begun": any(state.completed_at for state in progress.steps),
        "new_day": new_day,
        "moved": days_that_move(progress, new_day) if new_day else [],
        "forms": forms,
        "key": key,
    }
    context["shown"] = shown_on(request, steering_shown(enrolment, progress.facts), status)
    return render(request, "team/steer.html", context, status=status)


SAID = {
    "pause": lambda: _("Kept. %(name)s reads why, and until when."),
    "resume": lambda: _("The days of %(name)s count again."),
    "extend": lambda: _("Kept. %(name)s has more time, and reads why."),
    "first_day": lambda: _("Kept. %(name)s reads the new first day, and why."),
    "waive": lambda: _("Left out for %(name)s. It is no evidence of anything."),
}


def _new_day(form: Form, today: date, *, only_look: bool) -> date | None:
    """Another first day that was typed, so that what it moves can be shown; None when none was, or it is none that a
    path may begin on. ``only_look``: no reason was asked for yet.
    """
    if not form.is_bound:
        return None
    if only_look:
        form.errors.pop("reason", None)
    day: date | None = form.cleaned_data.get("started_on")
    problem = PATH_BEGINS.problem(day, today) if day else ""
    if only_look and problem:
        form.add_error("started_on", problem)
    return None if problem else day


def steps_to_choose(progress: PathProgress) -> list[tuple[str, str]]:
    """Steps that are not done, by uid, in the order of the path. Queries: 1."""
    left = [state for state in progress.steps if state.status not in (DONE, WAIVED)]
    labels = labels_of([state.step.content_uid or state.step.uid for state in left])
    named = []
    for state in left:
        label = labels.get(state.step.content_uid or state.step.uid)
        named.append((str(state.step.uid), label.title if label else state.step.title))
    return named


def _checked(form: Form) -> Form:
    """A form of no fields, ready to carry a refusal."""
    form.is_valid()
    return form


def _send(request: SignedInRequest, form: Form, act: Any, enrolment_uid: UUID) -> Outcome[Any]:
    if not form.is_valid():
        return Outcome(None, 422, key_of(request))
    return carry_out(request, form, act, enrolment_uid=enrolment_uid, shown=shown_of(request), **form.cleaned_data)
