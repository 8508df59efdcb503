"""Being away."""

from __future__ import annotations

from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from coaching.api import (
    coach_profile_of,
    coaches_to_choose,
    learners_of,
    set_away,
)
from coaching.forms.people import AwayForm
from lms import clock
from lms.errors import NotAllowed
from lms.requests import SignedInRequest
from lms.views.acting import send


@login_required
@require_http_methods(["GET", "POST"])
def coach_away(request: SignedInRequest) -> HttpResponse:
    """200 form - 302 kept - 403 not a coach - 422 invalid. Queries: 5."""
    own = coach_profile_of(request.user)
    if own is None:
        raise NotAllowed(_("Only coaches have people who need a cover."))
    initial = {
        "away_from": own.away_from,
        "away_until": own.away_until,
        "cover": own.cover.person.uid if own.cover else None,
    }
    today = clock.today(request.user.zone)
    others = [row for row in coaches_to_choose(today) if row.pk != own.pk]
    form, status, key = AwayForm(request.POST or None, initial=initial, coaches=others), 200, uuid4()
    if request.method == "POST":
        outcome = send(request, form, set_away, person_uid=request.user.uid)
        if outcome.done:
            messages.success(request, _("Kept. Who covers is told."))
            return redirect("coach_away")
        status, key = outcome.status, outcome.key
    context = {"form": form, "key": key, "profile": own, "learners": learners_of(request.user, clock.now())}
    return render(request, "coaching/away.html", context, status=status)
