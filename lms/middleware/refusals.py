"""Refusals: domain errors become sentences, and no words are lost when a form comes too late."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.sessions.exceptions import SessionInterrupted
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from lms.errors import Conflict, DomainError
from lms.views.acting import kept_words

DOOR = ("account_", "mfa_", "wagtailadmin_log", "wagtailcore_login")
TEMPLATES = {403: "errors/403.html", 404: "errors/404.html", 409: "errors/409.html", 422: "errors/422.html"}


class DomainErrors:
    """Turns a DomainError that a view lets through into its status and a page with its sentence."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method == "POST" and sent_to_sign_in(response) and not request.user.is_authenticated:
            return response if at_the_door(request) else signed_out(request)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Render the refusal; what the person typed is offered back (``kept``), so that no text is lost."""
        if not isinstance(exception, DomainError | SessionInterrupted):
            return None
        status = exception.status if isinstance(exception, DomainError) else Conflict.status
        context = {"sentence": str(exception), "kept": kept_words(request)}
        return render(request, TEMPLATES.get(status, "errors/409.html"), context, status=status)


def sent_to_sign_in(response: HttpResponse) -> bool:
    """Whether a view answered with "sign in first"."""
    return response.status_code == 302 and response["Location"].startswith(reverse(settings.LOGIN_URL))


def at_the_door(request: HttpRequest) -> bool:
    """Whether the form was one about getting in or out: nobody wrote anything there."""
    match = request.resolver_match
    return match is not None and (match.url_name or "").startswith(DOOR)


def signed_out(request: HttpRequest) -> HttpResponse:
    """A form was sent after the session had ended: nothing was done, and the words are given back (403)."""
    context = {
        "kept": kept_words(request),
        "url": f"{reverse(settings.LOGIN_URL)}?{urlencode({'next': request.path})}",
        "action": _("Sign in"),
    }
    return render(request, "errors/signed_out.html", context, status=403)


def form_too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form belongs to an earlier session, though somebody is signed in by now: the words are given back (403)."""
    return render(request, "403_csrf.html", {"kept": kept_words(request)}, status=403)
