"""Input of sessions."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from coaching.rules.times import MAX_MINUTES, MIN_MINUTES
from lms.forms.fields import MomentField, OneLineField
from lms.rules import bounds

from .fields import text_area


class MoveForm(forms.Form):
    """When and where."""

    planned_at = MomentField(label=gettext_lazy("When"), within=bounds.TALK_PLANNED)
    minutes = forms.IntegerField(
        label=gettext_lazy("Minutes"), min_value=MIN_MINUTES, max_value=MAX_MINUTES, initial=40
    )
    place = OneLineField(
        label=gettext_lazy("Where"),
        max_length=160,
        required=False,
        help_text=gettext_lazy("A room, a telephone number or the address of a call."),
    )


class PlanForm(MoveForm):
    """A new session."""

    title = OneLineField(label=gettext_lazy("What it is about"), max_length=160, required=False)
    field_order = ["title", "planned_at", "minutes", "place"]


class NotesForm(forms.Form):
    """What was said."""

    shared_notes = text_area(
        gettext_lazy("Shared notes"), required=False, help_text=gettext_lazy("Both of you read these.")
    )
    private_notes = text_area(
        gettext_lazy("Private notes"),
        rows=3,
        required=False,
        help_text=gettext_lazy("Only you can read these, ever. They do not move with the learner to another coach."),
    )


class HoldForm(NotesForm):
    """The session took place."""

    held_at = MomentField(label=gettext_lazy("When it was"), within=bounds.TALK_HELD)
    field_order = ["held_at", "shared_notes", "private_notes"]
