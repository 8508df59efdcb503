"""Your own facts: what everybody says of themselves, and where the rest of it is."""

from __future__ import annotations

from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lms.api import change_own_facts
from lms.forms.me import OwnFactsForm
from lms.requests import SignedInRequest

from .acting import send


@login_required
@require_http_methods(["GET", "POST"])
def me(request: SignedInRequest) -> HttpResponse:
    """200 form - 302 kept - 409 the form was used before - 422 invalid. Queries: 2."""
    before = request.user.time_zone
    names = ("preferred_name", "pronunciation", "time_zone")
    initial = {name: getattr(request.user, name) for name in names}
    form, status, key = OwnFactsForm(request.POST or None, initial=initial), 200, uuid4()
    if request.method == "POST":
        outcome = send(request, form, change_own_facts)
        if outcome.done:
            zone = outcome.done.time_zone
            if zone == before:
                messages.success(request, _("Kept."))
            else:
                said = _("Kept. From now on all times are shown as clocks say them in %(zone)s.")
                messages.success(request, said % {"zone": zone.replace("_", " ")})
            return redirect("me")
        status, key = outcome.status, outcome.key
    return render(request, "people/me.html", {"form": form, "key": key}, status=status)
