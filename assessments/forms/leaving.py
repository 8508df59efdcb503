"""Input of ending a person."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from lms.forms import OneLine


class EndForm(forms.Form):
    """Somebody's last day, and why."""

    last_day = forms.DateField(label=_("Last day"), widget=forms.DateInput(attrs={"type": "date"}))
    reason = OneLine(label=_("Reason"), max_length=300, help_text=_("Their managers, coach and learners read it."))
    sure = forms.BooleanField(label=_("I have read what happens, and it cannot be taken back here."))
