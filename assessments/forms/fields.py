"""Fields that the forms of judging share. They shape input; what may be chosen is the services' to say."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lms.forms.fields import ManyLinesField

LONGEST = 20_000


class Said(ManyLinesField):
    """Several lines."""

    def __init__(self, *, rows: int = 3, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", LONGEST)
        kwargs.setdefault("error_messages", {"required": _("Write a few words.")})
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), **kwargs)


class Pick(forms.ChoiceField):
    """One of a few, as radio buttons."""

    def __init__(self, **kwargs: Any) -> None:
        said = {"required": _("Choose one."), "invalid_choice": _("Choose one.")} | kwargs.pop("error_messages", {})
        super().__init__(widget=forms.RadioSelect, error_messages=said, **kwargs)
