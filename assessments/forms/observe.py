"""Observing: what I saw, then where and when, each sign, and how much supervision was needed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.api import ObservationIndicator, SkillPart
from lms.api import Customer
from lms.forms.fields import MomentField, OneLineField
from lms.rules import bounds
from lms.rules.scales import SUPERVISION

from .fields import Pick, Said

MARK, RATING = "mark-", "supervision-"
MARKS = ObservationIndicator.Mark


class RequestAnswerForm(forms.Form):
    """Yes, or no with a reason."""

    note = OneLineField(label=gettext_lazy("If you cannot: why?"), required=False, max_length=300)


class ObservationWordsForm(forms.Form):
    """Step one. Nothing can be rated here."""

    what_i_saw = Said(
        label=gettext_lazy("What did you see and hear?"),
        help_text=gettext_lazy("Behaviour, in order. No adjectives about the person."),
        rows=9,
        error_messages={"required": gettext_lazy("Write what you saw and heard, in a sentence or two.")},
    )


class RatingForm(forms.Form):
    """Step two: the frame of the encounter; for each skill that the observer may rate its signs and one sentence."""

    seal = forms.CharField(widget=forms.HiddenInput)
    context = Pick(label=gettext_lazy("Where was it?"))
    occurred_at = MomentField(label=gettext_lazy("When was it?"), within=bounds.OBSERVED)
    customer_uid = forms.ChoiceField(label=gettext_lazy("Customer"), required=False)

    def __init__(
        self,
        *args: Any,
        parts: Sequence[SkillPart],
        places: Sequence[str],
        customers: Iterable[Customer],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.parts = parts
        marks = [(mark.value, mark.label) for mark in MARKS]
        sentences = [(str(level), sentence) for level, sentence in SUPERVISION.items()]
        self._choices("context", [(place, place[:1].upper() + place[1:]) for place in places])
        known = [(str(customer.uid), customer.name) for customer in customers]
        self._choices("customer_uid", [("", _("No customer was there")), *known])
        for part in parts:
            for sign in part.signs:
                self.fields[MARK + sign.name] = Pick(
                    label=sign.text, choices=marks, initial=MARKS.NO_OPPORTUNITY, required=False
                )
            self.fields[RATING + part.slug] = Pick(
                label=part.title,
                choices=sentences,
                error_messages={"required": _("Say how much supervision was needed this one time.")},
            )

    def _choices(self, name: str, pairs: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = pairs

    def skills(self) -> list[tuple[SkillPart, list[BoundField], BoundField]]:
        """For the template: each skill with its signs and its sentence."""
        return [
            (part, [self[MARK + sign.name] for sign in part.signs], self[RATING + part.slug]) for part in self.parts
        ]

    def for_service(self) -> dict[str, Any]:
        """The fields as ``record_observation`` takes them."""
        data = self.cleaned_data
        signs = [sign.name for part in self.parts for sign in part.signs]
        return {
            "seal": data["seal"],
            "context": data["context"],
            "occurred_at": data["occurred_at"],
            "customer_uid": UUID(data["customer_uid"]) if data["customer_uid"] else None,
            "ratings": {part.slug: int(data[RATING + part.slug]) for part in self.parts},
            "marks": {name: data[MARK + name] or MARKS.NO_OPPORTUNITY for name in signs},
        }
