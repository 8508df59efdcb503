"""Who could know the answers of a calibration set: whoever may edit it, and whoever did within a year."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from wagtail.models import ModelLogEntry, Revision

from cms.models import CalibrationSource
from cms.policies import library_policies
from lms.api import User

REMEMBERED = timedelta(days=366)


def could_know(person: User, set_uid: UUID, at: datetime) -> bool:
    """Whether somebody may edit this set, or wrote or changed it within a year before that moment. Queries: at most 5.

    A set that was loaded from files has no author.
    """
    if library_policies[CalibrationSource].may(person, "change"):
        return True
    source = CalibrationSource.objects.filter(uid=set_uid).first()
    if source is None:
        return False
    since = at - REMEMBERED
    drafts = Revision.objects.for_instance(source).filter(user=person, created_at__gte=since)
    acts = ModelLogEntry.objects.for_instance(source).filter(user=person, timestamp__gte=since)
    return drafts.exists() or acts.exists()
