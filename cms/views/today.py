"""Today: the learner's home."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from cms.services.learner.today import today_of
from lms import clock
from lms.api import duties_of, places
from lms.requests import SignedInRequest

from .chosen import chosen_path


@login_required
@require_GET
def today(request: SignedInRequest) -> HttpResponse:
    """200: my day on the path ``?path=`` (default: the newest). People who learn nothing here are shown their own home.

    Queries: 11 with session and user, constant in the length of the path and the number of people; 12 when cold.
    """
    found = today_of(request.user, clock.now(), chosen_path(request))
    context: dict[str, Any] = {"today": found, "homes": []}
    if found.journey is None:
        duties = duties_of(request.user)
        context["homes"] = [
            place for place in places() if place.home and place.name != "today" and place.is_for(duties)
        ]
    return render(request, "learner/today.html", context)
