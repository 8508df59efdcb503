"""Input of ending somebody's time here."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from lms.forms.fields import Day, OneLineField
from lms.rules import bounds

REASON = _("Their managers, coach and learners read it.")


class EndForm(forms.Form):
    """Somebody's last day, and why; ``now``: the account closes at once and not when the day is over."""

    last_day = Day(label=_("Last day"), within=bounds.LEAVES_ON)
    reason = OneLineField(label=_("Reason"), max_length=300, help_text=REASON)
    now = forms.BooleanField(
        label=_("Close the account now, not when the day is over."),
        required=False,
        help_text=_("A last day that has passed closes it now in any case."),
    )
    sure = forms.BooleanField(label=_("I have read what happens."))


class NeverCameForm(forms.Form):
    """Why somebody who was expected does not come."""

    reason = OneLineField(label=_("Reason"), max_length=300, help_text=REASON)
    sure = forms.BooleanField(label=_("I am sure that they do not come."))
