"""What every page shows around its content."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from lms import clock
from lms.api import ADMINISTRATOR, Place, places, surroundings_of


def page(request: HttpRequest) -> dict[str, Any]:
    """Places of the main navigation, the person's own menu, the organisation, the as-of time, and for
    administrators the version.

    Queries: 0 when warm, else 2; a page that renders several templates asks once.
    """
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    kept: dict[str, Any] | None = getattr(request, "_page_context", None)
    if kept is None:
        around = surroundings_of(user)
        kept = {
            "places": _links(request, [place for place in places() if place.is_for(around.duties)]),
            "menu_links": _links(request, [place for place in places(menu=True) if place.is_for(around.duties)]),
            "organisation": {"name": around.organisation} if around.organisation else None,
            "as_of": clock.now(),
            "duties": around.duties,
            "version": settings.VOUCH_VERSION if ADMINISTRATOR in around.duties else "",
        }
        request._page_context = kept  # type: ignore[attr-defined]
    return kept


def _links(request: HttpRequest, found: list[Place]) -> list[dict[str, Any]]:
    match = request.resolver_match
    here = match.view_name if match else ""
    links = []
    for place in found:
        try:
            url = reverse(place.name)
        except NoReverseMatch:
            continue  # a screen that this installation does not mount
        links.append({"url": url, "label": place.label, "current": place.current(here)})
    return links
