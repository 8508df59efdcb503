"""Every page goes through here: domain errors become sentences, personal pages stay out of caches."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from lms.errors import DomainError

TEMPLATES = {403: "errors/403.html", 404: "errors/404.html", 409: "errors/409.html", 422: "errors/422.html"}


class DomainErrors:
    """Turns a DomainError that a view lets through into its status and a page with its sentence."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Render the refusal; what the person typed is offered back (``kept``), so that no text is lost."""
        if not isinstance(exception, DomainError):
            return None
        kept = [
            (name, value)
            for name, values in request.POST.lists()
            if name not in ("csrfmiddlewaretoken", "key", "password")
            for value in values
            if len(value) > 20
        ]
        context = {"sentence": str(exception), "kept": kept}
        return render(request, TEMPLATES.get(exception.status, "errors/409.html"), context, status=exception.status)


class OwnHours:
    """Times on a page and in its forms are those of the reader's time zone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        with timezone.override(request.user.zone):
            return self.get_response(request)


class PrivatePages:
    """Pages of a signed-in person are theirs alone: no shared cache, no copy on disk."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated and "Cache-Control" not in response:
            response["Cache-Control"] = "private, no-store"
        return response
