"""Input of wishes to be seen early."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from lms.forms.fields import OneLineField

from .fields import text_area


class ChallengeForm(forms.Form):
    """What makes somebody sure that they can be seen now."""

    why = text_area(
        gettext_lazy("What makes you sure?"),
        rows=5,
        max_length=1000,
        help_text=gettext_lazy("What you have done before, with whom, and what came of it. Your coach reads it."),
    )


class ChallengeWordsForm(forms.Form):
    """A sentence that goes with an answer."""

    words = OneLineField(label=gettext_lazy("In one sentence"), max_length=300)
