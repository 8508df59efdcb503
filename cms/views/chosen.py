"""Which of several paths a page is about."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest


def chosen_path(request: HttpRequest) -> UUID | None:
    """The enrolment that ``?path=`` names; None for anything that is no uid (then the newest path is shown)."""
    try:
        return UUID(request.GET.get("path", ""))
    except ValueError:
        return None
