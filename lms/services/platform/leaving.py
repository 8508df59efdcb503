"""Planned last days: who leaves, and when. Their account is closed on the evening of that day, by the floor above."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from lms.models import User


def plan_last_days(people: Iterable[User], *, last_day: date, reason: str, by: User, at: datetime) -> None:
    """These people, as far as they are here, leave on a day. Queries: 1."""
    User.objects.filter(pk__in=[person.pk for person in people], is_active=True).update(left_on=last_day)


def call_off_last_days(people: Iterable[User], *, by: User, at: datetime) -> None:
    """These people, as far as they are here, stay. Queries: 1."""
    User.objects.filter(pk__in=[person.pk for person in people], is_active=True).update(left_on=None)
