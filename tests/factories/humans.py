"""Accounts of one human."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from lms.api import Parting, SamePerson, User
from tests.factories import basics, people


def one_human(one: User, other: User, at: datetime = basics.MONDAY, **fields: Any) -> SamePerson:
    """Two accounts that are joined, without what follows; whoever is joined with one of them is left out."""
    first, second = sorted((one, other), key=lambda person: person.pk)
    values = {"joined_by": people.granter(), "joined_at": at, "reason": "Entered twice.", **fields}
    return basics.logged(SamePerson.objects.create(first=first, second=second, **values))


def parted(joining: SamePerson, at: datetime = basics.MONDAY, **fields: Any) -> Parting:
    """A joining that was a mistake."""
    values = {"parted_by": people.granter(), "parted_at": at, "reason": "Two sisters.", **fields}
    return basics.logged(Parting.objects.create(joining=joining, **values))
