"""Somebody whom an act names, who has to be here."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from lms.errors import Invalid
from lms.models import User


def somebody_here(uid: UUID, *, lock: bool = False) -> User:
    """The active person with this uid; ``lock``: until the act ends. Raises Invalid. Queries: 1."""
    rows = User.objects.select_for_update(no_key=True) if lock else User.objects
    person = rows.filter(uid=uid, is_active=True).first()
    if person is None:
        raise Invalid(person=_("Choose somebody who is here."))
    return person


def named(person: User) -> dict[str, str]:
    """For sentences that say whom they are about."""
    return {"name": person.full_name}
