"""The guarantees behind the permission tester: whatever the route, what others depend on is not deleted or moved."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _
from wagtail.models import Page

from cms.models import Content
from cms.models.dependants import broken, refusal


def refuse_delete(thing: Content) -> None:
    """Raise PermissionDenied, naming who depends on it. Queries: about 12."""
    if sentences := refusal([thing]):
        raise PermissionDenied(" ".join([_("“%(title)s” cannot be deleted.") % {"title": thing}, *sentences]))


def refuse_leaving(thing: Page | Content) -> None:
    """Raise PermissionDenied when this is about to be saved as no longer live and somebody depends on it.

    A scheduled expiry saves the plain ``Page``: nothing in our own classes would notice. Queries: 1 for a draft.
    """
    if thing.live or not thing.pk or not type(thing)._default_manager.filter(pk=thing.pk, live=True).exists():
        return
    if sentences := refusal([thing]):
        raise PermissionDenied(" ".join([_("“%(title)s” cannot leave the site.") % {"title": thing}, *sentences]))


def refuse_move(page: Page, parent_before: Page, parent_after: Page) -> None:
    """Raise PermissionDenied when the page, or one below it, is depended on. Another order is no move."""
    if parent_before.pk == parent_after.pk:
        return
    pages = list(page.get_descendants(inclusive=True))
    if sentences := refusal(pages):
        raise PermissionDenied(" ".join([_("“%(title)s” cannot be moved.") % {"title": page.title}, *sentences]))


def dependants_of(thing: Page | Content, *, below: bool = True) -> list[str]:
    """Sentences about who depends on this (with ``below``: or on a page below it); for messages. Queries: about 12."""
    things = [thing]
    if below and isinstance(thing, Page):
        things = list(thing.get_descendants(inclusive=True))
    return refusal(things)


def broken_references() -> list[str]:
    """Live pages and snippets that name something which is not on the site. Queries: 7."""
    return broken()
