"""What the team page shows: a filter, read from the address."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.api import BUCKETS, TeamRow
from lms.forms.fields import Day, FilterForm, OneLineField
from lms.rules.bounds import LOOKED_AT
from lms.rules.names import title_order

BUCKET_NAMES = {
    "ready": gettext_lazy("Ready"),
    "expiring": gettext_lazy("Ready, expiring"),
    "on_track": gettext_lazy("On track"),
    "behind": gettext_lazy("Behind"),
    "blocked": gettext_lazy("Blocked"),
    "not_started": gettext_lazy("Not started"),
}
SORT_NAMES = [
    ("readiness", gettext_lazy("Readiness")),
    ("name", gettext_lazy("Name")),
    ("days", gettext_lazy("Days to ready")),
]


class ReadyOnForm(forms.Form):
    """On which day, not after today."""

    on = Day(label=gettext_lazy("Day"), within=LOOKED_AT)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_on(self) -> date:
        """A day that can be looked at."""
        day: date = self.cleaned_data["on"]
        problem = LOOKED_AT.problem(day, self.today)
        if problem:
            raise forms.ValidationError(problem)
        return day


class TeamFilter(FilterForm):
    """Sort, bucket, team, path and name."""

    q = OneLineField(label=gettext_lazy("Name"), required=False, max_length=80)
    team = forms.ChoiceField(label=gettext_lazy("Team"), required=False)
    path = forms.ChoiceField(label=gettext_lazy("Path"), required=False)
    sort = forms.ChoiceField(label=gettext_lazy("Sorted by"), required=False, choices=SORT_NAMES)
    bucket = forms.ChoiceField(required=False, choices=[("", ""), *((name, name) for name in BUCKETS)])

    def __init__(self, *args: Any, rows: Iterable[TeamRow], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = list(rows)
        teams = sorted({row.team for row in people if row.team}, key=title_order)
        paths = {str(row.found.enrolment.path.uid): row.found.enrolment.path.title for row in people}
        self.offer("team", _("All teams"), [(name, name) for name in teams])
        self.offer("path", _("All paths"), sorted(paths.items(), key=lambda pair: title_order(pair[1])))
