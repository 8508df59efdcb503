"""Under which names we answer."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from lms.views.health import healthz


class OwnHost:
    """Whatever is asked, it is asked of a host of ALLOWED_HOSTS (400), static files included.

    Only whether this process lives is told to anybody, before a session or a database is touched: what watches over
    many machines asks each by its number. Queries: 0.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info == reverse("healthz"):
            return healthz(request)
        request.get_host()
        return self.get_response(request)
