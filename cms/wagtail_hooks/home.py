"""The admin's home page: what is new for the reader, what did not get through, what is late or points at nothing."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component

from cms import api
from lms import clock
from lms.api import unread_notices
from lms.templatetags.vouch import notices


class ContentHealth(Component):
    """Open compile failures, what was refused at its time, and broken references; nothing when all is well."""

    template_name = "cms/admin/health.html"
    order = 50

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        """Queries: about 15."""
        find = AdminURLFinder(parent_context["request"].user).get_edit_url
        late = [(item, find(item.thing)) for item in api.late_content(clock.now())]
        return {"failures": api.open_failures(), "late": late, "broken": api.broken_references()}


class NewForYou(Component):
    """The reader's unread notices, as on every home page; nothing when nothing is new."""

    template_name = "cms/admin/notices.html"
    order = 40

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        """Queries: 1."""
        return notices(parent_context, unread_notices(parent_context["request"].user))


def add_panels(request: HttpRequest, panels: list[Any]) -> None:
    """For everybody who is in the admin: they are authors or administrators."""
    panels += [NewForYou(), ContentHealth()]


def back_to_today() -> MenuItem:
    """The way back to one's own pages."""
    return MenuItem(_("Back to Vouch"), "/today/", name="vouch", icon_name="arrow-left", order=1)


def log_actions(actions: Any) -> None:
    """What our services write into the history of a page or snippet."""
    actions.register_action("cms.compile_failed", _("Compile"), _("Could not be compiled into the record"))
    actions.register_action("cms.schedule_refused", _("Schedule"), _("Was refused when its time had come"))
