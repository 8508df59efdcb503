"""Input of observer grants: the list, giving and revoking."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coaching.api import ObserverGrant
from lms.api import Skill, User
from lms.forms.fields import Day, FilterForm, OneLineField, OneOf, offer_people
from lms.rules import bounds

from .fields import skill_choices


class GrantFilter(FilterForm):
    """Whose grants the list shows."""

    q = OneLineField(label=gettext_lazy("Name"), required=False, max_length=80)
    skill = forms.ChoiceField(label=gettext_lazy("Skill"), required=False)
    basis = forms.ChoiceField(
        label=gettext_lazy("Basis"),
        required=False,
        choices=[("", gettext_lazy("All")), *ObserverGrant.Basis.choices],
    )
    lapse = forms.ChoiceField(
        label=gettext_lazy("Last day"),
        required=False,
        choices=[
            ("", gettext_lazy("All")),
            ("soon", gettext_lazy("Within 60 days")),
            ("lapsed", gettext_lazy("Passed")),
        ],
    )

    def __init__(self, *args: Any, skills: Iterable[Skill], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("skill", _("All skills"), skill_choices(skills))


class GrantForm(forms.Form):
    """Who may observe what, why, until when."""

    person = OneOf(label=gettext_lazy("Person"))
    skills = forms.MultipleChoiceField(label=gettext_lazy("Skills"), widget=forms.CheckboxSelectMultiple)
    reason = OneLineField(
        label=gettext_lazy("Reason"),
        max_length=300,
        help_text=gettext_lazy("What makes them fit to judge it. The record keeps it."),
    )
    until_on = Day(
        label=gettext_lazy("Until"),
        required=False,
        within=bounds.MAY_OBSERVE_UNTIL,
        help_text=gettext_lazy("Twelve months when left open, and at most."),
    )
    provisional = forms.BooleanField(
        label=gettext_lazy("Provisional"),
        required=False,
        help_text=gettext_lazy("For somebody who learns to observe: a second person countersigns every decision."),
    )

    def __init__(self, *args: Any, people: Iterable[User], skills: Iterable[Skill], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_people(self.fields["person"], people)
        self.fields["skills"].choices = skill_choices(skills)  # type: ignore[attr-defined]


class SkillsOfForm(forms.MultipleChoiceField):
    """Some of the skills that stand in a form. Whether each may be chosen, the service says."""

    def valid_value(self, value: Any) -> bool:
        """What the form offered may be gone by now."""
        return True


class RevokeGrantsForm(forms.Form):
    """Which grants of somebody end, and why."""

    skills = SkillsOfForm(
        label=gettext_lazy("Skills"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one skill of the list.")},
    )
    reason = OneLineField(
        label=gettext_lazy("Reason"), max_length=300, help_text=gettext_lazy("The observer reads it.")
    )

    def __init__(self, *args: Any, held: Iterable[ObserverGrant], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["skills"].choices = [  # type: ignore[attr-defined]
            (row.skill.slug, row.skill.title) for row in held
        ]
