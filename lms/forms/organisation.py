"""What the organisation is called, when its people work, and where."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.utils.dates import WEEKDAYS
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from lms.api import Location
from lms.rules import bounds
from lms.rules.names import country_name, in_order
from lms.rules.workdays import countries, regions_of

from .fields import Day, OneLineField, OneOf, languages, time_zones


class OrganisationForm(forms.Form):
    """Facts that hold where nobody said otherwise."""

    name = OneLineField(label=_("Name"), max_length=120)
    locale = forms.ChoiceField(
        label=_("Language"),
        choices=languages,
        help_text=_("That of new people, and of the words of the ledger."),
    )
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=time_zones)
    working_days = forms.TypedMultipleChoiceField(
        label=_("Working days"),
        coerce=int,
        choices=[(number + 1, name) for number, name in WEEKDAYS.items()],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("What is due on another day is due on the next working day."),
    )
    expiring_days = forms.IntegerField(
        label=_("A sign-off is due for renewal so many days before it ends"),
        min_value=bounds.EXPIRY_TOLD.start,
        max_value=bounds.EXPIRY_TOLD.stop - 1,
    )


class LocationForm(forms.Form):
    """A place where people work, and whose public holidays are days off there."""

    name = OneLineField(label=_("Name"), max_length=120)
    country = forms.ChoiceField(label=_("Public holidays of"), required=False)
    region = forms.ChoiceField(label=_("Region"), required=False)

    def __init__(self, *args: Any, country: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or settings.LANGUAGE_CODE
        named = [(code, country_name(code, language)) for code in countries()]
        none = [("", gettext("No country: no public holidays"))]
        self.fields["country"].choices = none + in_order(named, language)  # type: ignore[attr-defined]
        regions = in_order(list(regions_of(country).items()), language)
        self.fields["region"].choices = [("", gettext("The whole country")), *regions]  # type: ignore[attr-defined]
        if not regions:
            self.fields["region"].widget = forms.HiddenInput()


class PersonLocationForm(forms.Form):
    """Where somebody works."""

    location = OneOf(label=_("Works at"), required=False)

    def __init__(self, *args: Any, locations: Iterable[Location], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = [("" if row.is_main else str(row.uid), row.name) for row in locations]
        self.fields["location"].widget.choices = rows


DAY_OFF, WORKED = "off", "worked"


class ChangedDayForm(forms.Form):
    """A day that is not as the calendar says."""

    on = Day(label=_("Day"), within=bounds.CHANGED_DAY)
    is_day = forms.ChoiceField(
        label=_("It is"),
        choices=[(DAY_OFF, _("a day off")), (WORKED, _("a working day"))],
        widget=forms.RadioSelect,
        initial=DAY_OFF,
    )
    name = OneLineField(label=_("Name"), max_length=80, required=False, help_text=_("As in: company day."))
