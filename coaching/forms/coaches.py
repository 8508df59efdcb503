"""Input of the list of coaches, and of making one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from lms.api import User
from lms.forms.fields import FilterForm, OneLineField, OneOf, offer_people
from lms.templatetags.vouch import spoken


class CoachFilter(FilterForm):
    """Which coaches the list shows."""

    q = OneLineField(label=gettext_lazy("Name"), required=False, max_length=80)
    show = forms.ChoiceField(
        label=pgettext_lazy("button", "Show"),
        required=False,
        choices=[
            ("", gettext_lazy("Who coaches now")),
            ("free", gettext_lazy("With a free place")),
            ("before", gettext_lazy("Who coached before")),
        ],
    )
    presence = forms.ChoiceField(
        label=gettext_lazy("Away"),
        required=False,
        choices=[
            ("", gettext_lazy("All")),
            ("here", gettext_lazy("Here today")),
            ("away", gettext_lazy("Away today or later")),
        ],
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), required=False)

    def __init__(self, *args: Any, languages: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("language", _("All languages"), [(code, spoken([code])) for code in languages])


class CoachProfileForm(forms.Form):
    """Who coaches, and how many."""

    person = OneOf(label=gettext_lazy("Person"))
    capacity = forms.IntegerField(
        label=gettext_lazy("Places"),
        min_value=0,
        max_value=50,
        initial=4,
        help_text=gettext_lazy("Learners at one time."),
    )
    languages = OneLineField(
        label=gettext_lazy("Languages"), max_length=120, required=False, help_text=gettext_lazy("As in: en, da.")
    )

    def __init__(self, *args: Any, people: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_people(self.fields["person"], people)

    def clean_languages(self) -> list[str]:
        """Words between commas."""
        return [name.strip() for name in self.cleaned_data["languages"].split(",") if name.strip()]


class CapacityForm(forms.Form):
    """How many learners at one time."""

    capacity = forms.IntegerField(label=gettext_lazy("Places"), min_value=0, max_value=50)
