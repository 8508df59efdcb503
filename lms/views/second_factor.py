"""Removing somebody's second factor, for administrators: whoever lost phone, passkeys and codes cannot get in alone."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lms.allauth_tables import factors_of, factors_shown, name_of, take_away
from lms.api import people_policy, remove_second_factor
from lms.forms.people import SecondFactorForm
from lms.requests import SignedInRequest, key_of, shown_of

from .acting import carry_out, shown_on
from .reauthentication import drop_stashed_form, reauthenticate, recently_authenticated, stashed_form


@login_required
@require_http_methods(["GET", "POST"])
def people_second_factor(request: SignedInRequest, uid: UUID) -> HttpResponse:
    """200 what is removed, and the form - 302 removed, or asked who you are - 403 no administrator, or oneself - 404
    unknown, or has left - 409 nothing there, or not what was shown - 422 invalid. Queries: 8.
    """
    person = people_policy.get(request.user, "open_door", uid=uid)
    here = reverse("people_second_factor", args=[uid])
    if not recently_authenticated(request):
        return reauthenticate(request, here)
    status, key, kept = 200, uuid4(), None
    held = factors_of(person)
    if request.method == "POST":
        form = SecondFactorForm(request.POST)
        status, key = 422, key_of(request)
        if form.is_valid():
            fields = {"person_uid": uid, "reason": form.cleaned_data["reason"]}
            shown = shown_of(request)
            outcome = carry_out(
                request, form, remove_second_factor, take_away=lambda who: take_away(who, shown), **fields
            )
            if outcome.done:
                drop_stashed_form(request)
                said = _("%(name)s has no second factor any more, is signed out everywhere and gets a mail about it.")
                messages.success(request, said % {"name": person.full_name})
                return redirect("people_record", uid)
            status, key, held = outcome.status, outcome.key, factors_of(person)
    else:
        kept = stashed_form(request, here)
        form = SecondFactorForm(initial=kept)
    context = {
        "person": person,
        "held": [(factor, name_of(factor)) for factor in held],
        "shown": shown_on(request, factors_shown(held), status, kept),
        "form": form,
        "key": key,
    }
    return render(request, "people/second_factor.html", context, status=status)
