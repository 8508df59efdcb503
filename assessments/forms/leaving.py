"""Input of ending a person."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from lms.forms.fields import Day, OneLineField
from lms.rules import bounds


class EndForm(forms.Form):
    """Somebody's last day, and why."""

    last_day = Day(label=_("Last day"), within=bounds.LAST_DAY_HERE)
    reason = OneLineField(label=_("Reason"), max_length=300, help_text=_("Their managers, coach and learners read it."))
    sure = forms.BooleanField(label=_("I have read what happens, and it cannot be taken back here."))
