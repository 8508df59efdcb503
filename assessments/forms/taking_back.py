"""Input of taking a path back."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from lms.forms.fields import OneLineField


class TakeBackForm(forms.Form):
    """Why a path is taken back."""

    reason = OneLineField(
        label=_("Reason"), max_length=200, help_text=_("The learner, the coach and the manager read it.")
    )
