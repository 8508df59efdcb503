"""Lessons as learners read them: found by uid, rendered from the page that is live now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cms.models import LessonPage
from lms.errors import NotFound


def live_lesson(uid: UUID) -> LessonPage:
    """The live page of a lesson, in the reader's language where there is one. NotFound when none. Queries: 1."""
    pages = list(LessonPage.objects.live().filter(translation_key=uid).select_related("locale"))
    if not pages:
        raise NotFound(_("There is no such lesson, or it is not published."))
    wanted = {get_language(): 0, settings.LANGUAGE_CODE: 1}
    return min(pages, key=lambda page: wanted.get(page.locale.language_code, 2))


def render_lesson(
    page: LessonPage, inserts: Mapping[UUID, str] | None = None, context: Mapping[str, Any] | None = None
) -> SafeString:
    """The body as HTML. ``inserts`` maps uids of blocks to safe HTML that stands in their place.

    A recall block without an insert is left out: a learner never gets the key from here. The request's context may be
    handed in for the other blocks. Queries: 1 a kind of chooser in the body (images, documents), none for text.
    """
    inserts = inserts or {}
    parts: list[SafeString] = []
    for child in page.body:
        if (insert := inserts.get(page.uid_of(child))) is not None:
            parts.append(format_html("{}", insert))
        elif child.block_type != "recall":
            parts.append(mark_safe(child.render(context=dict(context or {}))))  # noqa: S308 - made by our templates
    return format_html_join("\n", "{}", ((part,) for part in parts))
