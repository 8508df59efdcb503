"""Addresses: one's own, to read; somebody else's, which administrators change."""

from __future__ import annotations

from functools import partial
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lms.allauth_tables import factors_of, factors_shown, name_of, names_of, settle, sign_out_everywhere
from lms.api import change_address, people_policy, proposed_address, who_helps
from lms.forms.people import AddressForm
from lms.requests import SignedInRequest, key_of

from .acting import carry_out
from .people import invitation_link
from .reauthentication import drop_stashed_form, reauthenticate, recently_authenticated, stashed_form


@login_required
@require_GET
def own_address(request: SignedInRequest, **kwargs: str) -> HttpResponse:
    """200 one's address, and who changes it. Stands where the log-in's package has its own forms. Queries: 2-3."""
    return render(request, "account/address.html", {"who": who_helps(request.user)})


@login_required
@require_http_methods(["GET", "POST"])
def people_address(request: SignedInRequest, uid: UUID) -> HttpResponse:
    """200 the address, and the form - 302 changed, or asked who you are - 403 no administrator, or oneself - 404
    unknown, or has left - 409 it is another one by now - 422 invalid, or somebody's. Queries: 6.
    """
    person = people_policy.get(request.user, "address", uid=uid)
    here = reverse("people_address", args=[uid])
    if not recently_authenticated(request):
        return reauthenticate(request, here)
    status, key = 200, uuid4()
    factors = factors_of(person)
    if request.method == "POST":
        form = AddressForm(request.POST)
        status, key = 422, key_of(request)
        if form.is_valid():
            seen = form.cleaned_data.pop("held")
            fields = {name: value for name, value in form.cleaned_data.items() if name != "sure"}
            door = {
                "held": names_of,
                "settle": partial(settle, shown=seen),
                "end_sessions": sign_out_everywhere,
                "link_for": invitation_link,
            }
            outcome = carry_out(request, form, change_address, person_uid=uid, **fields, **door)
            if outcome.done:
                drop_stashed_form(request)
                said = _("%(name)s signs in as %(email)s from now on. They get a mail at both addresses.")
                messages.success(request, said % {"name": person.full_name, "email": outcome.done.email})
                return redirect("people_record", uid)
            status, key = outcome.status, outcome.key
            person.refresh_from_db()
    else:
        form = AddressForm(initial=stashed_form(request, here) or {"email": proposed_address(person)})
    context = {
        "person": person,
        "names": [name_of(factor) for factor in factors],
        "held": factors_shown(factors),
        "form": form,
        "key": key,
    }
    return render(request, "people/address.html", context, status=status)
