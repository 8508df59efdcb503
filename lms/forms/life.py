"""What is written down about somebody, their leaves, and bringing them back."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from lms.api import open_teams
from lms.rules import bounds

from .fields import Day, OneLineField, languages, time_zones


class FactsForm(forms.Form):
    """Facts about somebody."""

    full_name = OneLineField(label=_("Full name"), max_length=150)
    preferred_name = OneLineField(
        label=_("Preferred name"), max_length=60, required=False, help_text=_("What colleagues call them.")
    )
    job = OneLineField(label=_("Job title"), max_length=120, required=False)
    employee_number = OneLineField(label=_("Employee number"), max_length=40, required=False)
    started_on = Day(
        label=_("First day"),
        required=False,
        within=bounds.FIRST_DAY_HERE,
        help_text=_("Paths keep the day on which they begin."),
    )
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=time_zones)
    locale = forms.ChoiceField(label=_("Language"), choices=languages)


class LeaveForm(forms.Form):
    """From when somebody is away, and until when as it is planned."""

    from_on = Day(label=_("First day away"), within=bounds.LEAVE_BEGINS)
    until_on = Day(
        label=_("Last day away"), required=False, within=bounds.LEAVE_ENDS, help_text=_("Empty while nobody knows.")
    )


class LeaveEndForm(forms.Form):
    """Until when somebody is away, as it is planned now."""

    until_on = Day(
        label=_("Last day away"), required=False, within=bounds.LEAVE_ENDS, help_text=_("Empty while nobody knows.")
    )


class BackFromLeaveForm(forms.Form):
    """The day on which somebody was back."""

    back_on = Day(label=_("First day back"), within=bounds.LEAVE_BEGINS)


class BackForm(forms.Form):
    """When somebody who left works here again, and in which team."""

    first_day = Day(label=_("New first day"), within=bounds.FIRST_DAY_HERE)
    team = forms.ModelChoiceField(label=_("Team"), queryset=open_teams(), empty_label=None)
