"""Input of the record's own pages."""

from __future__ import annotations

import zoneinfo

from django import forms
from django.utils.translation import gettext_lazy as _

from lms.api import Team


def time_zones() -> list[tuple[str, str]]:
    """All IANA zones with a continent, as choices."""
    return [(name, name.replace("_", " ")) for name in sorted(zoneinfo.available_timezones()) if "/" in name]


class InviteForm(forms.Form):
    """Who comes, and to which team."""

    full_name = forms.CharField(label=_("Full name"), max_length=150)
    preferred_name = forms.CharField(
        label=_("Preferred name"), max_length=60, required=False, help_text=_("What colleagues call them.")
    )
    email = forms.EmailField(label=_("E-mail address"), help_text=_("They log in with it. The invitation goes there."))
    job = forms.CharField(label=_("Job title"), max_length=120, required=False)
    team = forms.ModelChoiceField(label=_("Team"), queryset=Team.objects.none(), empty_label=None)
    started_on = forms.DateField(label=_("First day"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=time_zones)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["team"].queryset = Team.objects.all()  # type: ignore[attr-defined]
