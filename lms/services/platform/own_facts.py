"""What everybody says of themselves: what they are called, how it is said, and in which time zone they live."""

from __future__ import annotations

import zoneinfo
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from lms.errors import Invalid
from lms.models import User
from lms.rules.lines import one_line

from .acts import act, claim_key

LONGEST_PREFERRED, LONGEST_PRONUNCIATION = 60, 80


@act
def change_own_facts(
    *, actor: User, preferred_name: str, pronunciation: str, time_zone: str, key: UUID, at: datetime
) -> User:
    """From now on people call the actor so, and days and times are those of this zone for them.

    Raises Invalid (too long, unknown time zone). Queries: 3.
    """
    preferred_name, pronunciation = one_line(preferred_name), one_line(pronunciation)
    _check_length("preferred_name", preferred_name, LONGEST_PREFERRED)
    _check_length("pronunciation", pronunciation, LONGEST_PRONUNCIATION)
    if time_zone not in zoneinfo.available_timezones():
        raise Invalid(time_zone=_("Choose a time zone of the list."))
    if claim_key(actor=actor, name="person.own_facts", key=key, at=at, about=actor.uid):
        actor.preferred_name, actor.pronunciation, actor.time_zone = preferred_name, pronunciation, time_zone
        actor.save(update_fields=["preferred_name", "pronunciation", "time_zone"])
    return actor


def _check_length(field: str, text: str, most: int) -> None:
    if len(text) > most:
        raise Invalid(**{field: _("Keep it to %(n)s letters.") % {"n": most}})
