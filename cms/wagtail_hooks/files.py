"""Papers of lessons are for people who sign in."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse


def only_signed_in(document: Any, request: HttpRequest) -> HttpResponse | None:
    """Wagtail hands a document to whoever knows its address; here the log-in page comes first."""
    return None if request.user.is_authenticated else redirect_to_login(request.get_full_path())
