"""Panels of the editor that only show: what the checks say about this, and who depends on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import Panel
from wagtail.blocks import StreamValue

from cms.rules.findings import Finding, Where

from .depending import load_dependants

FIELDS = {"expected_level_by_day": "expected"}
"""What a spec calls otherwise than the page that it is made from."""


@dataclass(frozen=True, slots=True)
class Remark:
    """A finding with the field that it is about. ``path`` is Wagtail's way to the field or block; "" for the whole."""

    sentence: str
    field: str = ""
    path: str = ""

    def __str__(self) -> str:
        return self.sentence


def remark(content: Any, finding: Finding) -> Remark:
    """Where in the editor a finding leads: its field and, in a stream, its block."""
    where = finding.where[1:] if finding.where[:1] == ("rule",) else finding.where
    if not where:
        return Remark(str(finding))
    name = FIELDS.get(str(where[0]), str(where[0]))
    try:
        label = content._meta.get_field(name).verbose_name
    except FieldDoesNotExist:
        return Remark(str(finding))
    blocks = _blocks_on_the_way(getattr(content, name), where[1:])
    return Remark(str(finding), capfirst(str(label)), ".".join([name, *blocks]))


def _blocks_on_the_way(stream: Any, where: Where) -> list[str]:
    """The ids of the blocks through which ``where`` leads, with the names of the streams inside."""
    found: list[str] = []
    while isinstance(stream, StreamValue) and where and isinstance(where[0], int) and where[0] < len(stream):
        block = stream[where[0]]
        if not block.id:
            break
        found.append(str(block.id))
        inner = block.value.get(where[1]) if len(where) > 2 and hasattr(block.value, "get") else None
        if not isinstance(inner, StreamValue):
            break
        found.append(str(where[1]))
        stream, where = inner, where[2:]
    return found


class ChecksPanel(Panel):
    """What stands in the way of publishing the saved draft, advice, and what would suffer if this left the site."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"heading": _("Checks"), "icon": "tasks", **kwargs})

    class BoundPanel(Panel.BoundPanel):
        template_name = "cms/admin/checks.html"

        class Media:
            js = ["js/checks.js"]

        def is_shown(self) -> bool:
            """Nothing is known yet of something that was never saved."""
            return bool(super().is_shown() and self.instance.pk)

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            """Queries: what the checks of the kind cost, and about 12."""
            context: dict[str, Any] = super().get_context_data(parent_context)
            findings = list(self.instance.all_findings())
            refused = (remark(self.instance, finding) for finding in findings if finding.refuses)
            advised = (remark(self.instance, finding) for finding in findings if not finding.refuses)
            return context | {
                "refusals": list(dict.fromkeys(refused)),
                "advice": list(dict.fromkeys(advised)),
                "dependants": load_dependants().of(self.instance),
            }
