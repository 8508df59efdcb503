"""What the organisation has decided about days, kept for a minute: pages ask for it many times."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import partial

from django.core.cache import cache
from django.db import transaction

from lms.models import Location, Organisation, User
from lms.rules.workdays import WorkCalendar

from .navigation import KEPT_FOR

KEPT = ("calendars", "organisation_days")


@dataclass(frozen=True, slots=True)
class _Decided:
    """``week``: the weekdays that are worked; ``expiring``: days before its end in which a sign-off is due."""

    week: frozenset[int]
    expiring: int


def expiring_days() -> int:
    """The days before its end in which a sign-off is due, says the organisation. Queries: 0 when warm, else 1."""
    return _decided().expiring


def calendar_of(person: User) -> WorkCalendar:
    """The working days where somebody works. Queries: 0 when warm, else 2."""
    found = calendars()
    return found.get(person.location_id) or found[None]


def calendars() -> dict[int | None, WorkCalendar]:
    """The working days of each location by id; under None those of the main one. Queries: 0 when warm, else 2."""
    kept: dict[int | None, WorkCalendar] | None = cache.get(KEPT[0])
    if kept is None:
        kept = _read()
        cache.set(KEPT[0], kept, KEPT_FOR)
    return kept


def forget_calendars() -> None:
    """What is decided about days changes with this transaction: look again from its end on. Queries: 0."""
    transaction.on_commit(partial(cache.delete_many, KEPT))


def _decided() -> _Decided:
    kept: _Decided | None = cache.get(KEPT[1])
    if kept is None:
        week, expiring = Organisation.objects.values_list("working_days", "expiring_days").get(pk=1)
        kept = _Decided(frozenset(week), expiring)
        cache.set(KEPT[1], kept, KEPT_FOR)
    return kept


def _read() -> dict[int | None, WorkCalendar]:
    week, changed = _decided().week, defaultdict[int, dict[date, bool]](dict)
    found: dict[int | None, WorkCalendar] = {None: WorkCalendar(week)}
    columns = ("pk", "is_main", "country", "region", "changed_days__on", "changed_days__works")
    for pk, is_main, country, region, on, works in Location.objects.values_list(*columns):
        if on is not None:
            changed[pk][on] = works
        found[pk] = WorkCalendar(week, country, region, changed[pk])
        if is_main:
            found[None] = found[pk]
    return found
