"""Steering a path: pauses, another first day, more time, steps that need not be done."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lms.rules import bounds

from .fields import Day, OneLineField


class PauseForm(forms.Form):
    """From when, until when, and why."""

    from_on = Day(label=_("First day of the pause"), within=bounds.PAUSE_BEGINS)
    until_on = Day(
        label=_("Goes on again on"),
        required=False,
        within=bounds.PAUSE_ENDS,
        help_text=_("Leave it open when nobody knows yet."),
    )
    reason = OneLineField(label=_("Reason"), max_length=200, help_text=_("The learner reads it."))


class FirstDayForm(forms.Form):
    """Another first day of a path, and why."""

    started_on = Day(label=_("First day"), within=bounds.PATH_BEGINS)
    reason = OneLineField(label=_("Reason"), max_length=200, help_text=_("The learner reads it."))


class StepForm(forms.Form):
    """One step that is not done; ``steps`` fills the list."""

    step_uid = forms.UUIDField(label=_("Step"), widget=forms.Select)

    def __init__(self, *args: Any, steps: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["step_uid"].widget.choices = [("", _("Choose a step")), *steps]


class ExtendForm(StepForm):
    """A later day for a step."""

    due_on = Day(label=_("New day"), within=bounds.MORE_TIME)
    reason = OneLineField(label=_("Reason"), max_length=200, help_text=_("The learner reads it."))


class WaiveForm(StepForm):
    """A step that need not be done."""

    reason = OneLineField(label=_("Reason"), max_length=200, help_text=_("The learner reads it."))
