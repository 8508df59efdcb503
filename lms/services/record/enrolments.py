"""Enrolling people, one or many, and the requirements of the role that they are on the way to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lms import clock
from lms.errors import Conflict, Invalid
from lms.models import (
    Enrolment,
    EnrolmentRule,
    PathVersion,
    Requirement,
    RoleProfileVersion,
    StepCompletion,
    StepKind,
    User,
)
from lms.policies import enrolment_policy, people_policy
from lms.rules.bounds import PATH_BEGINS
from lms.rules.lines import one_line
from lms.rules.notices import ENROLLED, FIRST_DAY_CHANGED
from lms.rules.shown import require_same
from lms.services.platform.acts import act, claim_key
from lms.services.platform.navigation import forget_duties
from lms.services.platform.notices import Telling, tell, tell_each

from .completing import complete_if_done
from .gates import gates_of
from .leaves import pause_for_leave
from .shown import steering_shown
from .standing_changes import standing_changed
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
    """Put a person on the newest version of a path, towards the newest version of its role. They are told.

    Raises NotFound, NotAllowed (not their manager, not L&D, or oneself), Conflict (on this path already), Invalid (no
    such path, a first day too far away).
    """
    person = people_policy.get(actor, "enrol", uid=person_uid)
    PATH_BEGINS.check("started_on", started_on, clock.today(person.zone, at))
    version, role = versions_to_enrol_on(path_uid)
    if not claim_key(actor=actor, name="person.enrol", key=key, at=at, about=key):
        return Enrolment.objects.get(uid=key)
    made = enrol_people([Start(person, started_on, key)], version, role, background=background, by=actor, at=at)
    tell_enrolled(made, at)
    return made[0]


@dataclass(frozen=True, slots=True)
class Start:
    """Who begins on which day; ``uid``: of the enrolment that is made."""

    person: User
    started_on: date
    uid: UUID


def versions_to_enrol_on(path_uid: UUID) -> tuple[PathVersion, RoleProfileVersion]:
    """The newest version of a path (with path and role profile), and of its role. Queries: 2.

    Raises Invalid (no such path, or nothing published of it or its role).
    """
    version = (
        PathVersion.objects.filter(path__uid=path_uid, path__archived_at=None)
        .select_related("path", "role_profile")
        .order_by("-number")
        .first()
    )
    if version is None:
        raise Invalid(path=_("Choose a path that is published."))
    role = RoleProfileVersion.objects.filter(profile=version.role_profile_id).order_by("-number").first()
    if role is None:
        raise Invalid(path=_("The role of this path is not published yet. Ask its author."))
    return version, role


def enrol_people(
    starts: Sequence[Start],
    version: PathVersion,
    role: RoleProfileVersion,
    *,
    background: str = Enrolment.Background.OTHER,
    by: User,
    rule: EnrolmentRule | None = None,
    at: datetime,
) -> list[Enrolment]:
    """Put these people, whom the caller may enrol, on a version of a path; in its transaction, for acts and rules.

    Raises Conflict (one of them is on this path already). Queries: 3 for any number of people, and 1 when any
    demonstration is completed with it.
    """
    forget_duties(*(start.person.pk for start in starts))
    rows = [
        Enrolment(
            uid=start.uid,
            person=start.person,
            path=version.path,
            path_version=version,
            role_version=role,
            started_on=start.started_on,
            background=background,
            enrolled_by=by,
            enrolled_at=at,
            rule=rule,
        )
        for start in starts
    ]
    try:
        with transaction.atomic():
            made = Enrolment.objects.bulk_create(rows)
    except IntegrityError:
        if len(starts) == 1:
            name = starts[0].person.get_short_name()
            raise Conflict(_("%(person)s is on this path already.") % {"person": name}) from None
        raise Conflict(_("Somebody of these is on this path already. Look at the list as it is now.")) from None
    pause_for_leave([start.person for start in starts], at)
    _complete_what_is_vouched_for(made, by, at)
    standing_changed([row.person_id for row in made], at)
    return made


def tell_enrolled(enrolments: Sequence[Enrolment], at: datetime) -> None:
    """Tell people on which path they are, from which day on. Queries: 1."""
    told = [Telling(row.person, {"path": row.path.title, "day": row.started_on}) for row in enrolments]
    tell_each(ENROLLED, told, at=at)


def _complete_what_is_vouched_for(enrolments: Sequence[Enrolment], by: User, at: datetime) -> None:
    """Demonstrations on a standard that the person is vouched for already, for each of its skills: as at the signature,
    if the path had begun before it. Asking again would be refused.

    Queries: 1, and 1 when there are any.
    """
    gates = gates_of([enrolment.person_id for enrolment in enrolments])
    done = []
    for enrolment in enrolments:
        today = clock.today(enrolment.person.zone, at)
        open_ = (gate for gate in gates[enrolment.person_id] if gate.gate == "show" and gate.counts_on(today))
        signed = {(gate.skill, gate.standard) for gate in open_}
        done += [
            StepCompletion(enrolment=enrolment, step_id=step.id, by=by, completed_at=at)
            for step in structure_of(enrolment.path_version_id).steps.values()
            if step.kind == StepKind.DEMONSTRATION
            and step.skills
            and all((skill, step.content_uid) in signed for skill in step.skills)
        ]
    if done:
        StepCompletion.objects.bulk_create(done)
        for enrolment_id in {row.enrolment_id for row in done}:
            complete_if_done(enrolment_id, at)


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
