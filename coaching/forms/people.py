"""Input of enrolling, of choosing a coach, and of being away."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coaching.api import CoachProfile, PathChoice
from lms.api import Enrolment, User
from lms.forms.fields import Day, OneLineField, OneOf, offer_people
from lms.rules import bounds

from .fields import Choices, offer_coaches, path_label


class CoachForm(forms.Form):
    """Which coach, and why when there was one before."""

    coach = OneOf(label=gettext_lazy("Coach"), widget=Choices)
    reason = OneLineField(
        label=gettext_lazy("Reason"), max_length=300, help_text=gettext_lazy("Both coaches and the learner read it.")
    )

    def __init__(self, *args: Any, coaches: Iterable[CoachProfile], handed_over: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_coaches(self.fields["coach"], coaches)
        if not handed_over:
            del self.fields["reason"]


class StandingCoachForm(forms.Form):
    """Who is there for somebody that holds a role, and why, which is asked for when there was somebody before."""

    coach = OneOf(label=gettext_lazy("Standing coach"))
    reason = OneLineField(
        label=gettext_lazy("Reason"), max_length=300, help_text=gettext_lazy("Both coaches and the person read it.")
    )

    def __init__(self, *args: Any, people: Iterable[User], handed_over: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_people(self.fields["coach"], people)
        self.fields["reason"].required = handed_over


class EnrolForm(forms.Form):
    """Who, for which role, from which day, with which coach."""

    person = OneOf(label=gettext_lazy("Person"))
    path = OneOf(label=gettext_lazy("Path and role"), widget=Choices)
    background = forms.ChoiceField(
        label=gettext_lazy("Background"),
        choices=Enrolment.Background.choices,
        widget=forms.RadioSelect,
        initial="other",
    )
    started_on = Day(label=gettext_lazy("First day"), within=bounds.PATH_BEGINS)
    coach = OneOf(label=gettext_lazy("Coach"), widget=Choices, required=False)

    def __init__(
        self,
        *args: Any,
        people: Iterable[User],
        paths: Iterable[PathChoice],
        coaches: Iterable[CoachProfile],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        offer_people(self.fields["person"], people)
        self.fields["path"].widget.choices = [(str(row.version.path.uid), path_label(row)) for row in paths]
        offer_coaches(self.fields["coach"], coaches, none=_("No coach yet"))


class ProposalForm(forms.Form):
    """Who might follow, and why them."""

    coach = OneOf(label=gettext_lazy("Coach"), widget=Choices)
    reason = OneLineField(
        label=gettext_lazy("Reason"), max_length=300, help_text=gettext_lazy("Their manager reads it and decides.")
    )

    def __init__(self, *args: Any, coaches: Iterable[CoachProfile], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_coaches(self.fields["coach"], coaches)


class AwayForm(forms.Form):
    """Days away, both included."""

    away_from = Day(label=gettext_lazy("First day away"), required=False, within=bounds.AWAY)
    away_until = Day(label=gettext_lazy("Last day away"), required=False, within=bounds.AWAY)
    cover = OneOf(label=gettext_lazy("Who covers"), required=False)

    def __init__(self, *args: Any, coaches: Iterable[CoachProfile], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_people(self.fields["cover"], [row.person for row in coaches], none=_("Nobody"))
