"""Why something cannot go, told before Wagtail asks for confirmation. The refusal itself stands in the models."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from wagtail.admin import messages
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.models import Page

from cms import api
from lms.errors import Conflict


def ask_for_a_parent(request: HttpRequest, page: Page) -> None:
    """A copy without a place, or below a page that went in the meantime. Raises Conflict; Wagtail would stop."""
    if request.method == "POST":
        chosen = request.POST.get("new_parent_page", "")
        if not chosen.isdecimal() or not Page.objects.filter(pk=chosen).exists():
            raise Conflict(_("Choose below which page the copy shall stand: there is none, or it is gone."))


def explain_page(request: HttpRequest, page: Page) -> HttpResponse | None:
    """The page or one below it is needed."""
    return _explain(request, [page], below=True)


def explain_unpublish(request: HttpRequest, page: Page) -> HttpResponse | None:
    """The page itself is needed."""
    return _explain(request, [page], below=False)


def explain_source(request: HttpRequest, source: Any) -> HttpResponse | None:
    """A snippet is needed (pages have hooks of their own)."""
    return None if isinstance(source, Page) else _explain(request, [source], below=False)


def explain_sources(request: HttpRequest, sources: Iterable[Any]) -> HttpResponse | None:
    """One of several snippets is needed."""
    return _explain(request, list(sources), below=False)


def _explain(request: HttpRequest, things: list[Any], *, below: bool) -> HttpResponse | None:
    for thing in things:
        if sentences := api.dependants_of(thing, below=below):
            words = {"title": thing, "why": " ".join(sentences)}
            messages.error(request, _("“%(title)s” stays where it is. %(why)s") % words)
            return redirect(AdminURLFinder(request.user).get_edit_url(thing) or "wagtailadmin_home")
    return None
