"""Whoever others rely on shows a second factor, or sets one up before anything else."""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatch
from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from lms.allauth_internals import STATE_SESSION_KEY
from lms.api import User, duties_now, duties_of
from lms.requests import SECOND_FACTOR
from lms.rules.duties import DUTIES
from lms.views.acting import kept_words

ASKED = frozenset({"coach", "observer", "manager", *(duty.code for duty in DUTIES)})
ALWAYS = ("account_login", "account_logout", "*reauthenticate*", "healthz", "readyz")
TO_SET_UP = ("mfa_*",)


class SecondFactor:
    """Sends people with a duty to their second factor. Queries: 0 for whoever showed it, 0-1 without a duty."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """None: go on; else the way to the second factor."""
        user = request.user
        if (
            not settings.VOUCH_SECOND_FACTOR
            or not user.is_authenticated
            or request.session.get(SECOND_FACTOR) == user.pk
        ):
            return None
        name = request.resolver_match.view_name if request.resolver_match else ""
        if not wanted_of(request, user):
            return None
        ask = [way["url"] for way in get_adapter().get_reauthentication_methods(user) if way["id"].startswith("mfa_")]
        if ask:
            # A form that waits for the answer to "is it still you?" would be carried out past this question.
            request.session.pop(STATE_SESSION_KEY, None)
        if matches(name, ALWAYS):
            return None
        if ask:
            return sent_on(request, ask[0], _("Show your second factor"))
        request.second_factor_wanted = True  # type: ignore[attr-defined]
        return None if matches(name, TO_SET_UP) else sent_on(request, reverse("mfa_index"), _("Set it up"))


def wanted_of(request: HttpRequest, user: User) -> bool:
    """Whether the person has a duty for which a second factor is shown.

    The navigation keeps duties for a minute, in each process for itself: before a form is taken, and for whoever
    administers the platform, the rows are asked. Queries: 0, or 1 then.
    """
    if duties_of(user) & ASKED:
        return True
    ask_rows = user.is_superuser or request.method not in ("GET", "HEAD", "OPTIONS")
    return ask_rows and bool(duties_now(user) & ASKED)


def matches(name: str, patterns: tuple[str, ...]) -> bool:
    """Whether a URL name is one of these."""
    return any(fnmatch(name, pattern) for pattern in patterns)


def sent_on(request: HttpRequest, where: str, action: str) -> HttpResponse:
    """302 there and back; a form is refused (403), and its words are given back."""
    if request.method in ("GET", "HEAD"):
        return redirect(f"{where}?{urlencode({'next': request.get_full_path()})}")
    sentence = _("What you do here, others rely on. Show your second factor first, then send this again.")
    context = {"sentence": sentence, "kept": kept_words(request), "url": where, "action": action}
    return render(request, "errors/403.html", context, status=403)
