"""Input of enrolling many people at once, and of rules that enrol."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coaching.api import PathChoice
from coaching.rules.many import Many
from lms.api import Enrolment, Location, TeamNode, User
from lms.forms.fields import Day, ManyLinesField, OneLineField, OneOf
from lms.forms.teams import offer_teams
from lms.rules import bounds
from lms.rules.groups import PeopleGroup

from .fields import Choices, path_label


class SeveralOf(forms.MultipleChoiceField):
    """Several rows by uid. Whether they exist and may be chosen, the service says."""

    widget = forms.CheckboxSelectMultiple

    def to_python(self, value: Any) -> list[UUID]:  # type: ignore[override]
        try:
            return [UUID(each) for each in value or []]
        except (TypeError, ValueError):
            raise forms.ValidationError(_("Choose people of the list.")) from None

    def valid_value(self, value: Any) -> bool:
        return True


class GroupForm(forms.Form):
    """A team, a location, a job title."""

    team = OneOf(label=gettext_lazy("Team, with the teams below it"), required=False)
    location = OneOf(label=gettext_lazy("Location"), required=False)

    def __init__(self, *args: Any, tree: Iterable[TeamNode], locations: Iterable[Location], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_teams(self.fields["team"], tree, _("Any team"))
        offered = [(str(row.uid), row.name) for row in locations]
        self.fields["location"].widget.choices = [("", _("Any location")), *offered]


class ManyForm(GroupForm):
    """Who, on which path, from which day on, and whether coaches are given, too."""

    path = OneOf(label=gettext_lazy("Path and role"), widget=Choices)
    background = forms.ChoiceField(
        label=gettext_lazy("Background"),
        choices=Enrolment.Background.choices,
        widget=forms.RadioSelect,
        initial="other",
    )
    people = SeveralOf(label=gettext_lazy("Who came last and is on no path"), required=False)
    addresses = ManyLinesField(
        label=gettext_lazy("Addresses"),
        required=False,
        max_length=60_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("Paste a column of e-mail addresses, as it stands in a spreadsheet."),
    )
    job = forms.ChoiceField(label=gettext_lazy("Job title"), required=False)
    started_on = Day(
        label=gettext_lazy("First day for all"),
        within=bounds.PATH_BEGINS,
        required=False,
        help_text=gettext_lazy("Left open: each begins on their own first day here, or today if that has passed."),
    )
    with_coaches = forms.BooleanField(
        label=gettext_lazy("Give each a coach"),
        required=False,
        initial=True,
        help_text=gettext_lazy("Whoever may observe on this path and has a free place."),
    )
    leave_out = forms.BooleanField(label=gettext_lazy("Leave out who cannot be enrolled"), required=False)

    def __init__(
        self, *args: Any, people: Iterable[User], paths: Iterable[PathChoice], jobs: Iterable[str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        offered = [(str(row.uid), f"{row.full_name}, {row.job}" if row.job else row.full_name) for row in people]
        self.fields["people"].choices = offered  # type: ignore[attr-defined]
        self.fields["path"].widget.choices = [(str(row.version.path.uid), path_label(row)) for row in paths]
        self.fields["job"].choices = [("", _("Any job title")), *((job, job) for job in jobs)]  # type: ignore[attr-defined]

    def wanted(self) -> Many:
        """What the valid form asks for."""
        said = self.cleaned_data
        return Many(
            path_uid=said["path"],
            people=tuple(said["people"]),
            addresses=said["addresses"],
            group=PeopleGroup(said["team"], said["location"], said["job"]),
            started_on=said["started_on"],
            background=said["background"],
            with_coaches=said["with_coaches"],
        )


class RuleForm(GroupForm):
    """For whom a rule is, on which path it puts them, and when that begins."""

    job = OneLineField(
        label=gettext_lazy("Job title"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("As it stands beside the names of people."),
    )
    path = OneOf(label=gettext_lazy("Path and role"), widget=Choices)
    joined_from_on = Day(
        label=gettext_lazy("For whoever joins from"),
        within=bounds.JOINED_FROM,
        help_text=gettext_lazy("Their first day here is this day or later."),
    )
    days_after = forms.IntegerField(
        label=gettext_lazy("Days until the path begins"),
        min_value=0,
        max_value=365,
        initial=0,
        help_text=gettext_lazy("Counted from their first day. Never before today."),
    )

    def __init__(self, *args: Any, paths: Iterable[PathChoice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].widget.choices[0] = ("", _("No team"))
        self.fields["location"].widget.choices[0] = ("", _("No location"))
        self.fields["path"].widget.choices = [(str(row.version.path.uid), path_label(row)) for row in paths]
