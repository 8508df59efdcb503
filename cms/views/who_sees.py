"""Who can see what about me."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from cms.services.learner.who_sees import who_sees as topics_of
from lms import clock
from lms.requests import SignedInRequest


@login_required
@require_GET
def who_sees(request: SignedInRequest) -> HttpResponse:
    """200: what is held about me, topic by topic, and who sees it today, by name. Queries: 12 with session and user."""
    return render(request, "learner/who_sees.html", {"topics": topics_of(request.user, clock.now())})
