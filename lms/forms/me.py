"""What everybody says of themselves: names, time zone and photo; and removing a photo of somebody else."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lms.api import LONGEST_PREFERRED, LONGEST_PRONUNCIATION
from lms.rules.squares import SMALLEST_PART

from .fields import OneLineField, time_zones


class OwnFactsForm(forms.Form):
    """What people call me, how my name is said, and where my days are."""

    preferred_name = OneLineField(
        label=_("Preferred name"),
        max_length=LONGEST_PREFERRED,
        required=False,
        help_text=_("What colleagues call you. Without one, the first word of your full name."),
    )
    pronunciation = OneLineField(
        label=_("How your name is said"),
        max_length=LONGEST_PRONUNCIATION,
        required=False,
        help_text=_("As you would tell it to somebody who reads it for the first time: “KOH-fee, like coffee”."),
    )
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=time_zones)


class Range(forms.NumberInput):
    """A line with a handle."""

    input_type = "range"


class Slider(forms.IntegerField):
    """Hundredths that one draws along a line; keys move it in steps of five."""

    def __init__(self, *, least: int = 0, **kwargs: Any) -> None:
        super().__init__(min_value=least, max_value=100, widget=Range(attrs={"step": 5}), **kwargs)


class PhotoForm(forms.Form):
    """A picture, and which square of it is kept (``lms.rules.squares.Square``)."""

    file = forms.FileField(
        label=_("Picture"),
        help_text=_("JPEG, PNG or WebP, up to 10 MB. Only the part that you choose is kept."),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )
    size = Slider(
        label=_("How large the part is"),
        help_text=_("To the right: as large as fits."),
        least=SMALLEST_PART,
        initial=100,
    )
    left = Slider(
        label=_("Where it lies, from left to right"),
        help_text=_("For a picture that is wider than the part. In the middle: the middle."),
        initial=50,
    )
    top = Slider(
        label=_("Where it lies, from top to bottom"),
        help_text=_("For a picture that is taller than the part. To the left: at the top."),
        initial=50,
    )


class RemovePhotoForm(forms.Form):
    """Why somebody's photo is not fit to be shown."""

    reason = OneLineField(label=_("Reason"), max_length=300, help_text=_("They read it."))
