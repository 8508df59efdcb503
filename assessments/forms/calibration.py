"""Calibration: one rating a vignette."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.rules.specs import CalibrationItemSpec
from lms.rules.scales import SUPERVISION

from .fields import Pick

RATING = "rating-"


class CalibrationForm(forms.Form):
    """All vignettes of one version of a set; fields are ``rating-<id>``."""

    number = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, items: Iterable[CalibrationItemSpec], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items = tuple(items)
        choices = [(str(level), sentence) for level, sentence in SUPERVISION.items()]
        for item in self.items:
            said = {"required": _("Say how much supervision was needed.")}
            self.fields[RATING + item.id] = Pick(label=item.vignette, choices=choices, error_messages=said)

    def vignettes(self) -> list[BoundField]:
        """For the template, in the order shown."""
        return [self[RATING + item.id] for item in self.items]

    @property
    def left(self) -> str:
        """How many are not rated yet, after the form came without them."""
        count = sum(RATING + item.id in self.errors for item in self.items)
        words = {"n": count}
        return ngettext("%(n)s vignette is not rated yet.", "%(n)s vignettes are not rated yet.", count) % words

    def for_service(self) -> dict[str, Any]:
        """As ``take_calibration`` takes it."""
        ratings = {item.id: int(self.cleaned_data[RATING + item.id]) for item in self.items}
        return {"number": self.cleaned_data["number"], "ratings": ratings}
