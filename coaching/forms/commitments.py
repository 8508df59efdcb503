"""Input of commitments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coaching.api import CommitmentSkill
from lms.api import Customer, Skill
from lms.forms.fields import Day, OneLineField, OneOf
from lms.rules import bounds

from .fields import skill_choices, text_area


class CommitmentForm(forms.Form):
    """A promise."""

    what = OneLineField(
        label=gettext_lazy("What you will do"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("One thing that somebody could see you do."),
    )
    customer = OneOf(label=gettext_lazy("For which customer"))
    by_on = Day(label=gettext_lazy("By which day"), within=bounds.PROMISED_BY)
    skills = forms.MultipleChoiceField(
        label=gettext_lazy("Skills that you will use"), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, customers: Sequence[Customer], skills: Iterable[Skill], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["skills"].choices = skill_choices(skills)  # type: ignore[attr-defined]
        if customers:
            choices = [("", _("Choose a customer")), *((str(row.uid), row.name) for row in customers)]
            self.fields["customer"].widget.choices = choices
        else:
            del self.fields["customer"]


class ReportForm(forms.Form):
    """What happened."""

    report = text_area(
        gettext_lazy("What happened"),
        rows=5,
        help_text=gettext_lazy("What you did, what the customer said, what you would do differently."),
    )


class WaitingSkillsField(forms.MultipleChoiceField):
    """Offers what waits. What is confirmed by now (the form came twice) is no mistake: the service knows the form."""

    known: frozenset[str] = frozenset()

    def valid_value(self, value: Any) -> bool:
        return super().valid_value(value) or str(value) in self.known


class ConfirmForm(forms.Form):
    """What the coach saw."""

    skills = WaitingSkillsField(
        label=gettext_lazy("Which skills do you confirm?"), widget=forms.CheckboxSelectMultiple, required=False
    )
    note = text_area(
        gettext_lazy("A word to the learner"),
        rows=3,
        required=False,
        help_text=gettext_lazy("With “not yet”, say what is missing."),
    )

    def __init__(self, *args: Any, lines: Iterable[CommitmentSkill], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        waiting = [line.skill for line in lines if line.confirmed_at is None]
        self.fields["skills"].choices = skill_choices(waiting)  # type: ignore[attr-defined]
        self.fields["skills"].known = frozenset(line.skill.slug for line in lines)  # type: ignore[attr-defined]
