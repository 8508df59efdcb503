"""Asking for the texts of somebody's sign-offs to be erased, and the answer."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from lms.forms.fields import OneLineField

from .fields import Pick


class AskErasureForm(forms.Form):
    """Why."""

    reason = OneLineField(
        label=_("Reason"),
        max_length=300,
        help_text=_("The other administrator reads it, and the record keeps it."),
        error_messages={"required": _("Say why: the other administrator and the record keep it.")},
    )


class AnswerErasureForm(forms.Form):
    """Yes, which nobody can take back, or no."""

    AGREE, REFUSE = "agree", "refuse"

    answer = Pick(
        label=_("Your answer"),
        choices=[
            (AGREE, _("Erase them. I know that nobody can bring them back.")),
            (REFUSE, _("Do not erase them.")),
        ],
    )
