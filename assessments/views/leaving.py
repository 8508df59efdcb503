"""Ending somebody's time here: what is handed on, planning the last day, closing the account, and who never came."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from assessments import api
from assessments.forms.leaving import EndForm, NeverCameForm
from lms import clock
from lms.api import User, call_off_leaving, people_policy, plan_leaving, planned_departure
from lms.requests import SignedInRequest, key_of
from lms.rules.said import full_day
from lms.views.acting import Outcome, carry_out
from lms.views.reauthentication import drop_stashed_form, reauthenticate, recently_authenticated, stashed_form


@login_required
@require_http_methods(["GET", "POST"])
def people_end(request: SignedInRequest, person_uid: UUID) -> HttpResponse:
    """200 what happens, and the form - 302 planned or closed, or asked who you are - 403 not L&D, oneself, or closed
    already - 404 unknown - 409 the only one with a duty - 422 invalid. Queries: 20, and 1 for each kind of content in
    review.
    """
    here, action = reverse("people_end", args=[person_uid]), "view" if request.method == "POST" else "end"
    person = people_policy.get(request.user, action, uid=person_uid)
    if not recently_authenticated(request):
        return reauthenticate(request, here)
    status, key, kept = 200, uuid4(), None
    if request.method == "POST":
        form = EndForm(request.POST)
        status, key = 422, key_of(request)
        if form.is_valid():
            outcome = _end(request, form, person)
            if outcome.done:
                drop_stashed_form(request)
                return redirect("people_record", person_uid)
            status, key = outcome.status, outcome.key
    else:
        kept = stashed_form(request, here)
        form = EndForm(initial=kept)
    person, held = api.open_work_of(request.user, person_uid)
    planned = planned_departure(person)
    if kept is None:
        reason = planned.reason if planned else ""
        form.initial = {"last_day": person.left_on or clock.today(person.zone), "reason": reason}
    context = {"person": person, "held": held, "form": form, "key": key, "planned": planned}
    return render(request, "people/end.html", context, status=status)


def _end(request: SignedInRequest, form: EndForm, person: User) -> Outcome[Any]:
    """Plan the last day, or close the account where that is asked for or the day has passed."""
    last_day, reason = form.cleaned_data["last_day"], form.cleaned_data["reason"]
    fields: dict[str, Any] = {"person_uid": person.uid, "last_day": last_day, "reason": reason}
    if form.cleaned_data["now"] or last_day < clock.today(person.zone):
        outcome: Outcome[Any] = carry_out(request, form, api.end_person, **fields)
        said = _("The account of %(name)s is closed. Until tonight this can be taken back.")
    else:
        outcome = carry_out(request, form, plan_leaving, **fields)
        said = _("Planned: %(name)s leaves on %(day)s. Until then it can be called off.")
    if outcome.done:
        messages.success(request, said % {"name": person.full_name, "day": full_day(last_day)})
    return outcome


@login_required
@require_POST
def people_stay(request: SignedInRequest, person_uid: UUID) -> HttpResponse:
    """302 the last day is called off - 403 not L&D - 404 unknown - 409 none is planned."""
    person = call_off_leaving(actor=request.user, person_uid=person_uid, key=key_of(request), at=clock.now())
    messages.success(request, _("%(name)s stays. Everybody concerned is told.") % {"name": person.full_name})
    return redirect("people_record", person_uid)


@login_required
@require_http_methods(["GET", "POST"])
def people_never_came(request: SignedInRequest, person_uid: UUID) -> HttpResponse:
    """200 form - 302 written down - 403 not L&D, or closed already - 404 unknown - 409 they were here - 422 invalid."""
    action = "view" if request.method == "POST" else "end"
    person = people_policy.get(request.user, action, uid=person_uid)
    form = NeverCameForm(request.POST or None)
    status, key = 200, uuid4()
    if request.method == "POST":
        status, key = 422, key_of(request)
        if form.is_valid():
            reason = form.cleaned_data["reason"]
            outcome = carry_out(request, form, api.did_not_come, person_uid=person_uid, reason=reason)
            if outcome.done:
                messages.success(request, _("Written down: %(name)s did not come.") % {"name": person.full_name})
                return redirect("people_record", person_uid)
            status, key = outcome.status, outcome.key
    return render(request, "people/never_came.html", {"person": person, "form": form, "key": key}, status=status)
