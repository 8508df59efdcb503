"""Where somebody begins, and the pattern page."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from lms.api import ADMINISTRATOR, anybody_enrolled, duties_of, home_of, is_administrator
from lms.rules.duties import LEARNING


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """302 to the first page of what this person is here; to the log-in for everybody else.

    As long as nobody was ever enrolled, L&D and administrators begin where the installation is set up. Queries: 1 more
    for them.
    """
    if not request.user.is_authenticated:
        return redirect(settings.LOGIN_URL)
    duties = duties_of(request.user)
    if duties & {LEARNING, ADMINISTRATOR} and not anybody_enrolled():
        return redirect("setup")
    place = home_of(duties)
    return redirect(place.name if place else "today")


@require_GET
def patterns(request: HttpRequest) -> HttpResponse:
    """200 every component in every state, for administrators and while debugging - 404 for others who signed in."""
    if not settings.DEBUG:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not is_administrator(request.user):
            raise Http404
    return render(request, "patterns/index.html")
