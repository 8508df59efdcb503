"""What is written down about somebody: name, number, job, first day, zone and language, and changing it."""

from __future__ import annotations

import zoneinfo
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lms import clock
from lms.errors import Invalid
from lms.models import User
from lms.policies import people_policy
from lms.rules.bounds import FIRST_DAY_HERE
from lms.rules.lines import one_line
from lms.rules.notices import FACTS_CHANGED

from .acts import act, claim_key
from .language import in_language_of
from .notices import tell

FACTS: dict[str, Any] = {
    "full_name": gettext_lazy("name"),
    "preferred_name": gettext_lazy("preferred name"),
    "job": gettext_lazy("job title"),
    "employee_number": gettext_lazy("employee number"),
    "started_on": gettext_lazy("first day"),
    "time_zone": gettext_lazy("time zone"),
    "locale": gettext_lazy("language"),
}
"""Columns of a person that are facts about them, with what they are called."""


@act
def change_facts(
    *,
    actor: User,
    person_uid: UUID,
    full_name: str,
    preferred_name: str,
    job: str,
    employee_number: str,
    started_on: date | None,
    time_zone: str,
    locale: str,
    key: UUID,
    at: datetime,
) -> User:
    """Write down other facts about somebody; the act keeps old and new, and they are told which ones changed.

    Raises NotFound, NotAllowed (neither L&D nor an administrator), Invalid (no name, a number that somebody has, a
    first day too far away or after the last, no such zone or language).
    """
    person = people_policy.get(actor, "facts", uid=person_uid, lock=True)
    new = {
        "full_name": one_line(full_name)[:150],
        "preferred_name": one_line(preferred_name)[:60],
        "job": one_line(job)[:120],
        "employee_number": one_line(employee_number)[:40],
        "started_on": started_on,
        "time_zone": time_zone,
        "locale": locale,
    }
    _check(person, new, at)
    differ = {name: (getattr(person, name), value) for name, value in new.items() if getattr(person, name) != value}
    changed = {name: (_plain(old), _plain(value)) for name, (old, value) in differ.items()}
    if not claim_key(actor=actor, name="person.facts", key=key, at=at, about=person.uid, changed=changed):
        return person
    if not differ:
        return person
    for name, (_old, value) in differ.items():
        setattr(person, name, value)
    try:
        with transaction.atomic():
            person.save(update_fields=[*differ])
    except IntegrityError:
        raise Invalid(employee_number=_("Somebody else has this number.")) from None
    if person.pk != actor.pk:
        with in_language_of(person):
            facts = ", ".join(str(FACTS[name]) for name in differ)
        tell(FACTS_CHANGED, [person], words={"admin": actor.full_name, "facts": facts}, at=at)
    return person


def _check(person: User, new: dict[str, Any], at: datetime) -> None:
    if not new["full_name"]:
        raise Invalid(full_name=_("Write the name of the person."))
    if new["time_zone"] not in zoneinfo.available_timezones():
        raise Invalid(time_zone=_("Write the time zone as in Europe/Copenhagen."))
    if new["locale"] not in dict(settings.LANGUAGES):
        raise Invalid(locale=_("Choose a language of the list."))
    if new["started_on"] is not None and new["started_on"] != person.started_on:
        today = clock.today(new["time_zone"], at)
        FIRST_DAY_HERE.check("started_on", new["started_on"], today, last=person.left_on or date.max)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
