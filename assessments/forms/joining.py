"""Input of joining two accounts of one human, and of parting them again."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from lms.forms.fields import OneLineField

KEPT = _("Both accounts are told, and the record keeps it.")
NEEDED = {"required": _("Say why: both accounts and the record keep it.")}


class JoinForm(forms.Form):
    """Why these two accounts are one human's."""

    reason = OneLineField(label=_("Reason"), max_length=300, help_text=KEPT, error_messages=NEEDED)
    sure = forms.BooleanField(label=_("I have asked the person, or know it in another way."))


class PartForm(forms.Form):
    """Why joining them was a mistake."""

    reason = OneLineField(label=_("Reason"), max_length=300, help_text=KEPT, error_messages=NEEDED)
