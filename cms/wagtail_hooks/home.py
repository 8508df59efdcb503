"""The admin's home page: what did not get through to the record, and what points at nothing."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component

from cms import api


class ContentHealth(Component):
    """Open compile failures and broken references; nothing when all is well."""

    template_name = "cms/admin/health.html"
    order = 50

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        """Queries: about 8."""
        return {"failures": api.open_failures(), "broken": api.broken_references()}


def add_panels(request: HttpRequest, panels: list[Any]) -> None:
    """For everybody who is in the admin: they are authors or administrators."""
    panels.append(ContentHealth())


def back_to_today() -> MenuItem:
    """The way back to one's own pages."""
    return MenuItem(_("Back to Vouch"), "/today/", name="vouch", icon_name="arrow-left", order=1)


def log_actions(actions: Any) -> None:
    """What our services write into the history of a page or snippet."""
    actions.register_action("cms.compile_failed", _("Compile"), _("Could not be compiled into the record"))
