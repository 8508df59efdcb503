"""Fields that forms of every floor share."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.forms import BoundField
from django.utils import timezone
from django.utils.translation import get_language_info, gettext
from django.utils.translation import gettext_lazy as _

from lms import clock
from lms.api import User
from lms.rules.bounds import Bounds
from lms.rules.lines import many_lines, one_line


class OneLineField(forms.CharField):
    """A name, a title, a reason: what stands on one line, whoever sends it (``lms.rules.lines.one_line``)."""

    def to_python(self, value: Any) -> str:
        return one_line(super().to_python(value) or "")


class ManyLinesField(forms.CharField):
    """Words on several lines (``lms.rules.lines.many_lines``)."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        return many_lines(super().to_python(value) or "")


MINUTE = "%Y-%m-%dT%H:%M"
"""As browsers write a moment."""


class Day(forms.DateField):
    """A day. The browser offers those within the bounds, by the days of the reader; the service has the last word."""

    def __init__(self, *, within: Bounds, **kwargs: Any) -> None:
        kwargs.setdefault("error_messages", {"invalid": _("Choose a day."), "required": _("Choose a day.")})
        super().__init__(widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **kwargs)
        self.within = within

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> BoundField:
        """With the first and the last day as they are now."""
        first, last = self.within.days(clock.today(timezone.get_current_timezone()))
        self.widget.attrs |= {"min": first.isoformat(), "max": last.isoformat()}
        return super().get_bound_field(form, field_name)


class MomentField(forms.DateTimeField):
    """A day and time in the zone that is active (the reader's own); the browser offers those within the bounds."""

    def __init__(self, *, within: Bounds, **kwargs: Any) -> None:
        kwargs.setdefault("error_messages", {"invalid": _("Write the day and the time.")})
        widget = forms.DateTimeInput(format=MINUTE, attrs={"type": "datetime-local"})
        super().__init__(widget=widget, **kwargs)
        self.within = within

    def prepare_value(self, value: Any) -> Any:
        """The moment as clocks of that zone say it, also at the ends of the calendar."""
        if isinstance(value, datetime) and timezone.is_aware(value):
            return clock.local(value, timezone.get_current_timezone()).replace(tzinfo=None)
        return super().prepare_value(value)

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> BoundField:
        """With the first and the last moment as they are now."""
        first, last = (
            timezone.localtime(end).isoformat(timespec="minutes")[:16] for end in self.within.moments(clock.now())
        )
        self.widget.attrs |= {"min": first, "max": last}
        return super().get_bound_field(form, field_name)


def languages() -> list[tuple[str, str]]:
    """The languages that are offered here, each in its own words, as choices."""
    return [(code, get_language_info(code)["name_local"]) for code, _name in settings.LANGUAGES]


def time_zones() -> list[tuple[str, str]]:
    """All IANA zones with a continent, and UTC, as choices."""
    zones = [name for name in sorted(zoneinfo.available_timezones()) if "/" in name]
    return [(name, name.replace("_", " ")) for name in ["UTC", *zones]]


class OneOf(forms.UUIDField):
    """One of many rows by uid. Whether it exists and may be chosen, the service says."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=kwargs.pop("widget", forms.Select), **kwargs)


def offer_people(field: forms.Field, people: Iterable[User], none: str = "") -> None:
    """Fill a list of people."""
    choices = [("", none or gettext("Choose a person"))]
    choices += [(str(row.uid), f"{row.full_name}, {row.job}" if row.job else row.full_name) for row in people]
    field.widget.choices = choices


class FilterForm(forms.Form):
    """What a list shows, read from the address. What makes no sense is left out, never refused."""

    def offer(self, name: str, everything: str, pairs: Iterable[tuple[str, str]]) -> None:
        """Fill a list to choose from."""
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", everything), *pairs]

    def chosen(self) -> dict[str, str]:
        """What was chosen, without what was not or made no sense."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
