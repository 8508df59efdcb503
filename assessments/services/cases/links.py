"""Permanent links to what judging keeps."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from assessments.policies import case_policy, request_policy, signoff_policy
from lms.api import User, found_by_policy
from lms.rules.target import Target


def _request(person: User, uid: UUID, at: datetime) -> Target | None:
    """Who watches goes to the encounter, everybody else to the case."""
    found = request_policy.queryset(person, "view").filter(uid=uid).values_list("observer_id", "case__uid").first()
    if found is None:
        return None
    return Target("request", uid) if found[0] == person.pk else Target("case", found[1])


FINDERS = {
    "case": found_by_policy(case_policy, "case"),
    "request": _request,
    "sign-off": found_by_policy(signoff_policy, "sign-off"),
}
