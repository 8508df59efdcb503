"""What the organisation is called, when its people work, and where: for L&D and administrators."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from lms import clock
from lms.api import (
    Location,
    calendars,
    change_day,
    change_location,
    change_organisation,
    location_policy,
    locations,
    make_location,
    organisation_policy,
    organisations_day,
    remove_location,
)
from lms.errors import Invalid
from lms.forms.organisation import WORKED, ChangedDayForm, LocationForm, OrganisationForm
from lms.requests import SignedInRequest
from lms.rules.workdays import public_holidays

from .acting import send

MONDAY_TO_FRIDAY = [1, 2, 3, 4, 5]


@login_required
@require_http_methods(["GET", "POST"])
def organisation(request: SignedInRequest) -> HttpResponse:
    """200 form - 302 kept - 404 neither L&D nor administrator - 409 used before - 422 invalid. Queries: 6."""
    row = organisation_policy.get(request.user, "change", 1)
    fields = ("name", "locale", "time_zone", "working_days", "expiring_days")
    initial = {name: getattr(row, name) for name in fields}
    if row.set_up_at is None:
        initial |= {"name": "", "working_days": MONDAY_TO_FRIDAY}
    form, status, key = OrganisationForm(request.POST or None, initial=initial), 200, uuid4()
    if request.method == "POST":
        outcome = send(request, form, change_organisation)
        if outcome.done:
            messages.success(request, _("Kept. Due days and names follow it from now on."))
            return redirect("organisation")
        status, key = outcome.status, outcome.key
    context = {"row": row, "form": form, "locations": locations().annotate(count=Count("people")), "key": key}
    return render(request, "organisation/organisation.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def location_new(request: SignedInRequest) -> HttpResponse:
    """200 form - 302 made - 403 neither L&D nor administrator - 409 used before - 422 invalid. Queries: 5."""
    location_policy.require(request.user, "add")
    form, status, key = LocationForm(request.POST or None, country=request.POST.get("country", "")), 200, uuid4()
    if request.method == "POST":
        outcome = send(request, form, make_location)
        if outcome.done:
            messages.success(request, _("%(name)s is there. Its days off stand below.") % {"name": outcome.done.name})
            return redirect("organisation_location", outcome.done.uid)
        status, key = outcome.status, outcome.key
    return render(request, "organisation/location_new.html", {"form": form, "key": key}, status=status)


@dataclass(frozen=True, slots=True)
class LocationAct:
    """One thing to do to a location: its service, and what is said after."""

    service: Callable[..., Any]
    sentence: Any


def _change_day(*, is_day: str, **fields: Any) -> Location:
    return change_day(works=is_day == WORKED, **fields)


ACTS = {
    "change": LocationAct(change_location, gettext_lazy("Kept. Due days follow it from now on.")),
    "day": LocationAct(_change_day, gettext_lazy("Kept. Due days follow it from now on.")),
}


@login_required
@require_http_methods(["GET", "POST"])
def location(request: SignedInRequest, uid: UUID) -> HttpResponse:
    """200 its days off, and the forms - 302 done - 403 the main one is not removed - 404 unknown, or neither L&D nor
    administrator - 409 people belong to it - 422 invalid. ``?year=`` chooses. Queries: 7.
    """
    row = location_policy.get(request.user, "change", uid=uid)
    act = request.POST.get("act", "") if request.method == "POST" else ""
    if request.method == "POST" and act not in (*ACTS, "remove"):
        raise Invalid(_("This form is incomplete. Open the page again and send it from there."))
    country = request.POST.get("country", "") if act == "change" else row.country
    initial = {"name": row.name, "country": row.country, "region": row.region}
    forms: dict[str, Form] = {
        "change": LocationForm(request.POST if act == "change" else None, country=country, initial=initial),
        "day": ChangedDayForm(request.POST if act == "day" else None, auto_id="day_%s"),
        "remove": Form(request.POST if act == "remove" else None),
    }
    status, key = 200, uuid4()
    if act == "remove":
        outcome = send(request, forms["remove"], _remove, location_uid=uid)
        if outcome.done:
            messages.success(request, _("%(name)s is removed.") % {"name": row.name})
            return redirect("organisation")
        status, key = outcome.status, outcome.key
    elif act:
        outcome = send(request, forms[act], ACTS[act].service, location_uid=uid)
        if outcome.done:
            messages.success(request, str(ACTS[act].sentence))
            return redirect("organisation_location", uid)
        status, key = outcome.status, outcome.key
    today = organisations_day(clock.now())
    year = _year(request.GET.get("year"), today)
    context = {
        "row": row,
        "year": year,
        "years": range(today.year - 1, today.year + 4),
        "days": _days(row, year),
        "forms": forms,
        "act": act,
        "key": key,
    }
    return render(request, "organisation/location.html", context, status=status)


def _remove(**fields: Any) -> bool:
    remove_location(**fields)
    return True


def _year(text: str | None, today: date) -> int:
    """The year that was asked for, where a day in it may be changed."""
    year = int(text) if text and text.isascii() and text.isdecimal() and len(text) == 4 else today.year
    return year if today.year - 1 <= year <= today.year + 3 else today.year


@dataclass(frozen=True, slots=True)
class DayOff:
    """A day of the year that stands out. ``works``: it is worked, though a public holiday; ``changed``: by hand."""

    on: date
    name: str
    works: bool
    changed: bool


def _days(row: Location, year: int) -> list[DayOff]:
    """Public holidays and changed days of a year, by day. Queries: 1, and 3 when working days are not in memory."""
    calendar = calendars()[row.pk]
    found = {on: DayOff(on, name, False, False) for on, name in public_holidays(row.country, row.region, year).items()}
    for changed in row.changed_days.filter(on__year=year):
        name = changed.name or (found[changed.on].name if changed.on in found else "")
        found[changed.on] = DayOff(changed.on, name, calendar.works(changed.on), True)
    return [found[on] for on in sorted(found)]
