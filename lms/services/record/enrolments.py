"""Enrolling people, and the requirements of the role that they are on the way to."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lms import clock
from lms.errors import Conflict, Invalid
from lms.models import Enrolment, PathVersion, Requirement, RoleProfileVersion, StepKind, User
from lms.policies import enrolment_policy, people_policy
from lms.rules.bounds import PATH_BEGINS
from lms.rules.lines import one_line
from lms.rules.notices import FIRST_DAY_CHANGED
from lms.rules.shown import require_same
from lms.services.platform.acts import act, claim_key
from lms.services.platform.navigation import forget_duties
from lms.services.platform.notices import tell

from .gates import gates_of
from .leaves import pause_for_leave
from .progress import record_completion
from .shown import steering_shown
from .structure import structure_of

LONGEST_REASON = 200


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
    such path, a first day too far away).
    """
    person = people_policy.get(actor, "enrol", uid=person_uid)
    version = (
        PathVersion.objects.filter(path__uid=path_uid, path__archived_at=None)
        .select_related("path")
        .order_by("-number")
        .first()
    )
    PATH_BEGINS.check("started_on", started_on, clock.today(person.zone, at))
    if version is None:
        raise Invalid(path=_("Choose a path that is published."))
    role = RoleProfileVersion.objects.filter(profile=version.role_profile_id).order_by("-number").first()
    if role is None:
        raise Invalid(path=_("The role of this path is not published yet. Ask its author."))
    if not claim_key(actor=actor, name="person.enrol", key=key, at=at, about=key):
        return Enrolment.objects.get(uid=key)
    forget_duties(person.pk)
    try:
        with transaction.atomic():
            enrolment = Enrolment.objects.create(
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
    pause_for_leave(person, at)
    _complete_what_is_vouched_for(enrolment, actor, at)
    return enrolment


def _complete_what_is_vouched_for(enrolment: Enrolment, by: User, at: datetime) -> None:
    """Demonstrations on a standard that the person is vouched for already, for each of its skills: as at the signature,
    if the path had begun before it. Asking again would be refused.

    Queries: 2, and 3 a demonstration completed.
    """
    today, gates = clock.today(enrolment.person.zone, at), gates_of([enrolment.person_id])[enrolment.person_id]
    signed = {(gate.skill, gate.standard) for gate in gates if gate.gate == "show" and gate.counts_on(today)}
    for step in structure_of(enrolment.path_version_id).steps.values():
        vouched = step.skills and all((skill, step.content_uid) in signed for skill in step.skills)
        if step.kind == StepKind.DEMONSTRATION and vouched:
            record_completion(enrolment=enrolment, step=step, by=by, at=at)


@act
def correct_first_day(
    *, actor: User, enrolment_uid: UUID, started_on: date, reason: str, shown: str, key: UUID, at: datetime
) -> Enrolment:
    """The path begins on another day than was written down, with the reason; its days move with it.

    Only while no step of it is done: what was done on a day of the path stays there. The learner is told. Raises
    NotFound, NotAllowed (not theirs to steer, or oneself), Invalid (day, no reason), Conflict (a step is done), Changed
    (``shown`` is not how the path is steered now).
    """
    enrolment = enrolment_policy.get(actor, "steer", uid=enrolment_uid, lock=True, related=("person",))
    reason = one_line(reason)[:LONGEST_REASON]
    changed = {"started_on": (enrolment.started_on.isoformat(), started_on.isoformat())}
    if not claim_key(
        actor=actor, name="path.first_day", key=key, at=at, about=enrolment.uid, why=reason, changed=changed
    ):
        return enrolment
    if not reason:
        raise Invalid(reason=_("Say why: the learner reads it."))
    require_same(shown, steering_shown(enrolment))
    if enrolment.step_completions.exists():
        raise Conflict(_("A step of this path is done already, so its first day stays. Pause the path instead."))
    PATH_BEGINS.check("started_on", started_on, clock.today(enrolment.person.zone, at))
    enrolment.started_on = started_on
    enrolment.save(update_fields=["started_on"])
    tell(FIRST_DAY_CHANGED, [enrolment.person], words={"day": started_on, "reason": reason}, at=at)
    return enrolment


def requirements_of(role_version_ids: list[int]) -> dict[int, list[Requirement]]:
    """The lines of these role profile versions, in order, with version and skill. Queries: 1."""
    found: dict[int, list[Requirement]] = {pk: [] for pk in role_version_ids}
    for row in Requirement.objects.filter(version__in=role_version_ids).select_related("version", "skill"):
        found[row.version_id].append(row)
    return found
