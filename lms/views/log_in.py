"""There is one page to log in, allauth's; those of other packages lead to it."""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url

from lms.requests import own_address


def to_log_in(request: HttpRequest) -> HttpResponse:
    """302: Wagtail's own log-in forms know neither rate limits nor a second factor."""
    onward = own_address(request, request.GET.get("next", ""))
    return redirect(resolve_url(settings.LOGIN_URL) + (f"?{urlencode({'next': onward})}" if onward else ""))


def to_a_link(request: HttpRequest) -> HttpResponse:
    """302: without a passphrase nobody is in, and it is chosen at a link that went to the person's address."""
    return redirect("account_reset_password")
