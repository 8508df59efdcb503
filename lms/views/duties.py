"""The duties of somebody: which, since when, by whom; administrators give and end them."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lms.api import DutyHolding, duty_history, end_duty, give_duty, holding_of, people_policy
from lms.forms.people import DutyForm, EndDutyForm
from lms.requests import SignedInRequest, key_of
from lms.rules.duties import BY_CODE, DUTIES

from .acting import carry_out
from .reauthentication import drop_stashed_form, reauthenticate, recently_authenticated, stashed_form


@login_required
@require_http_methods(["GET", "POST"])
def people_duties(request: SignedInRequest, uid: UUID) -> HttpResponse:
    """200 what they have and had; for another administrator the form, too - 302 given, or asked who you are - 403
    neither L&D nor administrator, or oneself (POST) - 404 unknown - 409 has it already - 422 invalid. Queries: 8.
    """
    action = "duties" if request.method == "POST" else "see_duties"
    person = people_policy.get(request.user, action, uid=uid)
    here = reverse("people_duties", args=[uid])
    if request.method == "POST" and not recently_authenticated(request):
        return reauthenticate(request, here)
    history = list(duty_history(person))
    held = {holding.duty for holding in history if holding.until_at is None}
    free = [duty for duty in DUTIES if duty.code not in held]
    status, key = 200, uuid4()
    if request.method == "POST":
        form = DutyForm(request.POST, free=DUTIES)
        status, key = 422, key_of(request)
        if form.is_valid():
            outcome = carry_out(request, form, give_duty, person_uid=uid, **form.cleaned_data)
            if outcome.done:
                drop_stashed_form(request)
                words = {"name": person.full_name, "duty": BY_CODE[outcome.done.duty].word}
                messages.success(request, _("%(name)s has the duty “%(duty)s” from now on.") % words)
                return redirect(here)
            status, key = outcome.status, outcome.key
    else:
        form = DutyForm(initial=stashed_form(request, here), free=free)
    changes = people_policy.queryset(request.user, "duties").filter(pk=person.pk).exists()
    context = {
        "person": person,
        "history": history,
        "form": form if free and changes else None,
        "may_change": changes,
        "others": people_policy.may(request.user, "invite"),
        "key": key,
    }
    return render(request, "people/duties.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def people_duty_end(request: SignedInRequest, uid: UUID, holding: UUID) -> HttpResponse:
    """200 what ends, and the form - 302 ended, or asked who you are - 403 no administrator, or oneself - 404 unknown -
    409 ended already - 422 invalid. Queries: 8.
    """
    person = people_policy.get(request.user, "duties", uid=uid)
    row: DutyHolding = holding_of(person, holding)
    here = reverse("people_duty_end", args=[uid, holding])
    if not recently_authenticated(request):
        return reauthenticate(request, here)
    status, key = 200, uuid4()
    if request.method == "POST":
        form = EndDutyForm(request.POST)
        status, key = 422, key_of(request)
        if form.is_valid():
            outcome = carry_out(request, form, end_duty, person_uid=uid, holding_uid=holding, **form.cleaned_data)
            if outcome.done:
                drop_stashed_form(request)
                words = {"name": person.full_name, "duty": BY_CODE[row.duty].word}
                messages.success(request, _("%(name)s has the duty “%(duty)s” no longer.") % words)
                return redirect("people_duties", uid)
            status, key = outcome.status, outcome.key
    else:
        form = EndDutyForm(initial=stashed_form(request, here))
    context = {"person": person, "holding": row, "duty": BY_CODE[row.duty], "form": form, "key": key}
    return render(request, "people/duty_end.html", context, status=status)
