"""There is one page to log in, allauth's; those of other packages lead to it. Ending all sessions of a person."""

from __future__ import annotations

from urllib.parse import urlencode

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url

from lms.api import User
from lms.requests import own_address


def to_log_in(request: HttpRequest) -> HttpResponse:
    """302: Wagtail's own log-in forms know neither rate limits nor a second factor."""
    onward = own_address(request, request.GET.get("next", ""))
    return redirect(resolve_url(settings.LOGIN_URL) + (f"?{urlencode({'next': onward})}" if onward else ""))


def to_a_link(request: HttpRequest) -> HttpResponse:
    """302: without a passphrase nobody is in, and it is chosen at a link that went to the person's address."""
    return redirect("account_reset_password")


def sign_out_everywhere(person: User) -> None:
    """End all sessions of a person, one that is just getting another key included. Queries: 1, and 3 a session."""
    with transaction.atomic():
        for session in UserSession.objects.select_for_update().filter(user=person):
            session.end()
