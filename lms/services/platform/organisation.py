"""The one organisation that this installation serves: what it is called, when its people work, and where."""

from __future__ import annotations

import zoneinfo
from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from wagtail.models import Site

from lms import clock
from lms.errors import Conflict, Invalid
from lms.models import ChangedDay, Location, Organisation
from lms.models.people import User
from lms.policies import location_policy, organisation_policy
from lms.rules.bounds import CHANGED_DAY, EXPIRY_TOLD
from lms.rules.lines import one_line
from lms.rules.workdays import EVERY_DAY, countries, regions_of

from .acts import act, claim_key
from .calendars import calendars, forget_calendars
from .language import is_offered
from .names import sort_names
from .navigation import forget_organisation

UNNAMED = "Vouch"
"""What the organisation is called before anybody named it."""
LONGEST_NAME = 120


def organisation() -> Organisation:
    """The one organisation, which every migrate makes. Queries: 1."""
    return Organisation.objects.get(pk=1)


def set_up_organisation() -> None:
    """Make the organisation, by the name of the product until it has its own, and its main location, where they are not
    there. Every migrate calls it. Queries: 2, and 2 the first time.
    """
    Organisation.objects.get_or_create(pk=1, defaults={"name": UNNAMED})
    if not Location.objects.filter(is_main=True).exists():
        Location.objects.create(name=_("Main location"), is_main=True)


def organisations_day(at: datetime) -> date:
    """The day that it is where the organisation is. Queries: 1."""
    return clock.today(organisation().time_zone, at)


@act
def change_organisation(
    *,
    actor: User,
    name: str,
    locale: str,
    time_zone: str,
    working_days: Collection[int],
    expiring_days: int,
    key: UUID,
    at: datetime,
) -> Organisation:
    """What it is called, which language and time zone hold where nobody chose, which weekdays are worked, and how early
    a sign-off that ends is shown as due. ``working_days``: by ISO number.

    Raises NotAllowed, Invalid. When the language changes names are sorted anew, and the queries grow with their
    number.
    """
    row = organisation_policy.get(actor, "change", 1, lock=True)
    name = one_line(name)[:LONGEST_NAME]
    week = sorted(set(working_days))
    if not name:
        raise Invalid(name=_("Write the name of the organisation."))
    if not is_offered(locale):
        raise Invalid(locale=_("Choose one of these languages."))
    if time_zone not in zoneinfo.available_timezones():
        raise Invalid(time_zone=_("Write the time zone as in Europe/Copenhagen."))
    if not week or not set(week) <= EVERY_DAY:
        raise Invalid(working_days=_("Choose at least one day on which people work."))
    if expiring_days not in EXPIRY_TOLD:
        words = {"first": EXPIRY_TOLD.start, "last": EXPIRY_TOLD.stop - 1}
        raise Invalid(expiring_days=_("Choose from %(first)s to %(last)s days.") % words)
    new = {
        "name": name,
        "locale": locale,
        "time_zone": time_zone,
        "working_days": week,
        "expiring_days": expiring_days,
    }
    changed = {field: (getattr(row, field), value) for field, value in new.items() if getattr(row, field) != value}
    if not claim_key(actor=actor, name="organisation.change", key=key, at=at, about=key, changed=changed):
        return organisation()
    for field, value in new.items():
        setattr(row, field, value)
    row.set_up_at = row.set_up_at or at
    row.save()
    Site.objects.filter(is_default_site=True).update(site_name=name)
    Site.clear_site_root_paths_cache()
    if "locale" in changed:
        sort_names()
    forget_calendars()
    forget_organisation()
    return row


# --- Locations


def locations() -> QuerySet[Location]:
    """Where people work: the main location first, then by name."""
    return Location.objects.all()


@act
def make_location(*, actor: User, name: str, country: str, region: str, key: UUID, at: datetime) -> Location:
    """Another place where people work. Raises NotAllowed, Invalid (no name or one that is there; unknown holidays)."""
    location_policy.require(actor, "add")
    if not claim_key(actor=actor, name="location.make", key=key, at=at, about=key):
        return Location.objects.get(uid=key)
    name = _location_name(name, None)
    _check_holidays(country, region)
    forget_calendars()
    return Location.objects.create(uid=key, name=name, country=country, region=region)


@act
def change_location(
    *, actor: User, location_uid: UUID, name: str, country: str, region: str, key: UUID, at: datetime
) -> Location:
    """Another name, or other public holidays. Raises NotFound, Invalid."""
    row = location_policy.get(actor, "change", uid=location_uid, lock=True)
    name = _location_name(name, row)
    _check_holidays(country, region)
    new = {"name": name, "country": country, "region": region}
    changed = {field: (getattr(row, field), value) for field, value in new.items() if getattr(row, field) != value}
    if claim_key(actor=actor, name="location.change", key=key, at=at, about=row.uid, changed=changed):
        row.name, row.country, row.region = name, country, region
        row.save(update_fields=["name", "country", "region"])
        forget_calendars()
    return row


@act
def remove_location(*, actor: User, location_uid: UUID, key: UUID, at: datetime) -> None:
    """A place where nobody works any more goes. Raises NotFound, NotAllowed (the main one), Conflict (people are there,
    those who left among them; or a rule that enrols names it).
    """
    known = location_policy.queryset(actor, "remove").filter(uid=location_uid).first()
    changed = {"name": (known.name if known else None, None)}
    if not claim_key(actor=actor, name="location.remove", key=key, at=at, about=location_uid, changed=changed):
        return
    row = location_policy.get(actor, "remove", uid=location_uid, lock=True)
    if row.people.exists():
        raise Conflict(_("People belong to %(name)s, some perhaps who left. Move them first.") % {"name": row.name})
    if row.rules.exists():
        raise Conflict(_("A rule that enrols people names %(name)s, so it stays.") % {"name": row.name})
    row.delete()
    forget_calendars()


@act
def change_day(
    *, actor: User, location_uid: UUID, on: date, works: bool, name: str, key: UUID, at: datetime
) -> Location:
    """One day of a location is a day off, or is worked, whatever weekday and public holidays say.

    Said as they are already, what was changed before is taken back. Raises NotFound, Invalid (a day too far away).
    """
    row = location_policy.get(actor, "change", uid=location_uid, lock=True)
    CHANGED_DAY.check("on", on, organisations_day(at))
    changed = {on.isoformat(): (calendars()[row.pk].works(on), works)}
    if not claim_key(actor=actor, name="location.day", key=key, at=at, about=row.uid, changed=changed):
        return row
    ChangedDay.objects.filter(location=row, on=on).delete()
    plain = calendars()[row.pk].unchanged()
    if plain.works(on) != works:
        ChangedDay.objects.create(location=row, on=on, works=works, name=one_line(name)[:80])
    forget_calendars()
    return row


def _location_name(name: str, but: Location | None) -> str:
    name = one_line(name)[:LONGEST_NAME]
    if not name:
        raise Invalid(name=_("Write the name of the location."))
    same = Location.objects.filter(name__iexact=name)
    if (same.exclude(pk=but.pk) if but else same).exists():
        raise Invalid(name=_("There is a location “%(name)s” already.") % {"name": name})
    return name


def _check_holidays(country: str, region: str) -> None:
    if country and country not in countries():
        raise Invalid(country=_("Choose a country of the list."))
    if region and region not in regions_of(country):
        raise Invalid(region=_("Choose a region of this country."))
