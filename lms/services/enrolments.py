"""Enrolling people, and the requirements of the role that they are on the way to."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lms.errors import Conflict, Invalid
from lms.models import Enrolment, PathVersion, Requirement, RoleProfileVersion, User
from lms.policies import people_policy

from .acts import act, once
from .places import forget


@act
def enrol(
    *,
    actor: User,
    person_uid: UUID,
    path_uid: UUID,
    started_on: date,
    background: str = Enrolment.Background.OTHER,
    key: UUID,
    at: datetime,
) -> Enrolment:
    """Put a person on the newest version of a path, towards the newest version of its role.

    Raises NotFound, NotAllowed (not their manager, not L&D, or oneself), Conflict (on this path already), Invalid (no
    such path).
    """
    person = people_policy.get(actor, "enrol", uid=person_uid)
    version = (
        PathVersion.objects.filter(path__uid=path_uid, path__archived_at=None)
        .select_related("path")
        .order_by("-number")
        .first()
    )
    if version is None:
        raise Invalid(path=_("Choose a path that is published."))
    role = RoleProfileVersion.objects.filter(profile=version.role_profile_id).order_by("-number").first()
    if role is None:
        raise Invalid(path=_("The role of this path is not published yet. Ask its author."))
    if not once(actor=actor, name="person.enrol", key=key, at=at, about=key):
        return Enrolment.objects.get(uid=key)
    forget(person.pk)
    try:
        with transaction.atomic():
            return Enrolment.objects.create(
                uid=key,
                person=person,
                path=version.path,
                path_version=version,
                role_version=role,
                started_on=started_on,
                background=background,
                enrolled_by=actor,
                enrolled_at=at,
            )
    except IntegrityError:
        raise Conflict(_("%(person)s is on this path already.") % {"person": person.get_short_name()}) from None


def requirements_of(role_version_ids: list[int]) -> dict[int, list[Requirement]]:
    """The lines of these role profile versions, in order, with version and skill. Queries: 1."""
    found: dict[int, list[Requirement]] = {pk: [] for pk in role_version_ids}
    for row in Requirement.objects.filter(version__in=role_version_ids).select_related("version", "skill"):
        found[row.version_id].append(row)
    return found
