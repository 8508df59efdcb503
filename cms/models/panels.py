"""Panels of the editor that only show: what the checks say about this, and who depends on it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import Panel

from .depending import load_dependants


class ChecksPanel(Panel):
    """What stands in the way of publishing the saved draft, advice, and what would suffer if this left the site."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"heading": _("Checks"), "icon": "tasks", **kwargs})

    class BoundPanel(Panel.BoundPanel):
        template_name = "cms/admin/checks.html"

        def is_shown(self) -> bool:
            """Nothing is known yet of something that was never saved."""
            return bool(super().is_shown() and self.instance.pk)

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            """Queries: what the checks of the kind cost, and about 12."""
            context: dict[str, Any] = super().get_context_data(parent_context)
            findings = list(self.instance.all_findings())
            return context | {
                "refusals": [finding for finding in findings if finding.refuses],
                "advice": [finding for finding in findings if not finding.refuses],
                "dependants": load_dependants().of(self.instance),
            }
