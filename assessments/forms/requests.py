"""Asking to be seen, and the evidence of a case."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from assessments.api import Watcher
from assessments.rules.specs import EvidenceLine
from lms.api import Customer
from lms.forms.fields import Day
from lms.rules import bounds

from .fields import Pick, Said


class AskForm(forms.Form):
    """One encounter: who watches, where, with whom, when."""

    observer_uid = Pick(label=gettext_lazy("Who watches"))
    context = Pick(label=gettext_lazy("Where"))
    planned_on = Day(label=gettext_lazy("Day"), within=bounds.SEEN_ON)
    customer_uid = forms.ChoiceField(label=gettext_lazy("Customer"), required=False)
    note = Said(label=gettext_lazy("A word to the observer"), required=False, max_length=2000)
    own_work = forms.BooleanField(
        label=gettext_lazy("This is my own work."),
        help_text=gettext_lazy("The customer knows that somebody watches, and private people are not named."),
        error_messages={"required": gettext_lazy("Tick this when it is so.")},
    )

    def __init__(
        self,
        *args: Any,
        watchers: Iterable[Watcher],
        places: Sequence[str],
        customers: Iterable[Customer],
        from_coach: int,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.choices("observer_uid", [(str(item.person.uid), _watcher(item, from_coach)) for item in watchers])
        self.choices("context", [(place, _capital(place)) for place in places])
        known = [(str(customer.uid), customer.name) for customer in customers]
        self.choices("customer_uid", [("", _("No customer is there")), *known])

    def choices(self, name: str, pairs: list[tuple[str, Any]]) -> None:
        """What may be chosen in a field."""
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = pairs

    def for_service(self) -> dict[str, Any]:
        """The fields as ``request_observation`` takes them."""
        data = dict(self.cleaned_data)
        data.pop("own_work")
        data["observer_uid"] = UUID(data["observer_uid"])
        data["customer_uid"] = UUID(data["customer_uid"]) if data["customer_uid"] else None
        return data


def _watcher(item: Watcher, from_coach: int) -> str:
    notes = []
    if item.person.job:
        notes.append(item.person.job + ".")
    if item.skills:
        notes.append(_("For %(skills)s only.") % {"skills": ", ".join(item.skills)})
    if item.is_coach:
        notes.append(ngettext("Counts once.", "Counts %(n)s times at most.", from_coach) % {"n": from_coach})
    name = _("%(name)s, your coach") % {"name": item.person.full_name} if item.is_coach else item.person.full_name
    return format_html('<b>{}</b><br><span class="fine">{}</span>', name, " ".join(notes))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


class EvidenceForm(forms.Form):
    """One piece of evidence: words, a link or a file."""

    item = forms.ChoiceField(label=gettext_lazy("What it shows"), required=False)
    text = Said(label=gettext_lazy("Some words"), required=False)
    url = forms.CharField(label=gettext_lazy("or a link"), required=False, max_length=500)
    file = forms.FileField(
        label=gettext_lazy("or a file"),
        required=False,
        help_text=gettext_lazy("PDF, picture, office document or sound, up to 10 MB."),
        error_messages={"empty": gettext_lazy("The file is empty.")},
    )

    def __init__(self, *args: Any, lines: Iterable[EvidenceLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["item"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [*((line.id, line.text) for line in lines), ("", _("Something else"))]
