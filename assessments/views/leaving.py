"""Ending a person: what is handed on, and the form that does it."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from assessments import api
from assessments.forms.leaving import EndForm
from lms import clock
from lms.api import people_policy
from lms.requests import SignedInRequest, key_of
from lms.views.acting import carry_out
from lms.views.reauthentication import drop_stashed_form, reauthenticate, recently_authenticated, stashed_form


@login_required
@require_http_methods(["GET", "POST"])
def people_end(request: SignedInRequest, person_uid: UUID) -> HttpResponse:
    """200 what happens, and the form - 302 ended - or asked who you are - 403 not L&D, oneself, or ended already - 404
    unknown - 422 invalid. Queries: 11.
    """
    here, action = reverse("people_end", args=[person_uid]), "view" if request.method == "POST" else "end"
    people_policy.get(request.user, action, uid=person_uid)
    if not recently_authenticated(request):
        return reauthenticate(request, here)
    status, key, kept = 200, uuid4(), None
    if request.method == "POST":
        form = EndForm(request.POST)
        status, key = 422, key_of(request)
        if form.is_valid():
            fields = {name: form.cleaned_data[name] for name in ("last_day", "reason")}
            outcome = carry_out(request, form, api.end_person, person_uid=person_uid, **fields)
            if outcome.done:
                drop_stashed_form(request)
                messages.success(request, _("The account of %(name)s is closed.") % {"name": outcome.done.full_name})
                return redirect("people")
            status, key = outcome.status, outcome.key
    else:
        kept = stashed_form(request, here)
        form = EndForm(initial=kept)
    person, held = api.open_work_of(request.user, person_uid)
    if kept is None:
        form.initial = {"last_day": clock.today(person.zone)}
    context = {"person": person, "held": held, "form": form, "key": key}
    return render(request, "people/end.html", context, status=status)
