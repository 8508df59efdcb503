"""The forms of practice and recall. They shape input only; what may be chosen is the service's to say."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from lms.forms.fields import ManyLinesField

STALE = _("Something was missing from this page. Please send it again.")


class KeyForm(forms.Form):
    """An act without words: begin, delete."""

    key = forms.UUIDField(widget=forms.HiddenInput, error_messages={"required": STALE, "invalid": STALE})


class StartForm(KeyForm):
    """Begin a scenario, or leave the attempt under way and begin another."""

    restart = forms.BooleanField(required=False, widget=forms.HiddenInput)


class ChoiceForm(KeyForm):
    """One decision: what to say, and how sure."""

    node = forms.CharField(max_length=60, widget=forms.HiddenInput)
    choice = forms.CharField(label=_("What you say"), max_length=60, required=False)
    confidence = forms.CharField(label=_("How sure you are"), max_length=6, required=False)


class ResponseForm(KeyForm):
    """A written answer."""

    node = forms.CharField(max_length=60, widget=forms.HiddenInput)
    text = ManyLinesField(label=_("Your answer"), required=False)


class Several(forms.MultipleChoiceField):
    """Any ticked values; the service knows which there are."""

    def valid_value(self, value: object) -> bool:
        return True


class MarkForm(KeyForm):
    """Which look-fors one finds in one's own answer."""

    node = forms.CharField(max_length=60, widget=forms.HiddenInput)
    ticks = Several(label=_("What you found"), required=False, widget=forms.CheckboxSelectMultiple)


class RecallAnswerForm(KeyForm):
    """An answer to a recall question; ``next`` is where to go on reading."""

    option = forms.CharField(label=_("Your answer"), max_length=40, required=False)
    next = forms.CharField(required=False, widget=forms.HiddenInput)
