"""The site's addresses, and the floors: what Django itself takes for nothing, for a session, for a list."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path

from lms.api import Membership


def nothing(request: HttpRequest) -> HttpResponse:
    """No query, no template."""
    return HttpResponse("ok")


@login_required
def user(request: HttpRequest) -> HttpResponse:
    """Session and user."""
    return HttpResponse(request.user.get_username())


@login_required
def rows(request: HttpRequest) -> HttpResponse:
    """A plain list of fifty rows."""
    some = Membership.objects.select_related("person", "team").order_by("pk")[:50]
    return render(request, "bench/rows.html", {"rows": some})


urlpatterns = [
    path("bench/nothing/", nothing),
    path("bench/user/", user),
    path("bench/rows/", rows),
    path("", include("lms.urls")),
]
