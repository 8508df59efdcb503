"""The page about one person: each part asks its own policy, and is empty for whoever may not see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from assessments.models import HeldBefore
from assessments.policies import signoff_policy
from assessments.services.ledger.held_before import held_before_entries
from assessments.services.ledger.signoffs import SignOffStanding, standings_on
from coaching.api import (
    CoachAssignment,
    CoachProfile,
    ObserverGrant,
    assignments_of_coach,
    coach_profile_policy,
    coaches_by_enrolment,
    grant_policy,
)
from lms.api import (
    Act,
    DutyHolding,
    Enrolment,
    ImportOfPerson,
    Membership,
    Notice,
    RoleHolding,
    SamePerson,
    User,
    acts_about,
    duty_history,
    enrolment_policy,
    holdings_seen_by,
    imports_of_person,
    joinings_of,
    memberships_of_person,
    notices_to,
    organisations_day,
    people_policy,
    person_with_leave,
    standing_of,
)
from lms.rules.life import PersonStanding

from .role_holdings import HeldRole, held_roles

SHOWN = 20
"""So many notices, acts and imports stand on the page; the newest."""


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """What one reader sees of somebody. ``may``: the actions of ``people_policy`` that are theirs; ``roles``: those
    that they hold today; ``to_confirm``: what was recorded of them as held before, and waits.
    """

    person: User
    standing: PersonStanding
    may: frozenset[str]
    sees_duties: bool
    memberships: list[Membership]
    duties: list[DutyHolding]
    coach: CoachProfile | None
    coaches_now: list[CoachAssignment]
    grants: list[ObserverGrant]
    enrolments: list[Enrolment]
    coached_by: dict[int, list[User]]
    roles: list[HeldRole]
    roles_before: list[RoleHolding]
    to_confirm: list[HeldBefore]
    signoffs: list[SignOffStanding]
    notices: list[Notice]
    acts: list[Act]
    imports: list[ImportOfPerson]
    joinings: list[SamePerson]


def record_of(actor: User, person_uid: UUID, at: datetime) -> PersonRecord:
    """What the actor sees of somebody. Raises NotFound. Queries: about 35, however long their record is."""
    found = people_policy.get(actor, "record", uid=person_uid)
    person = person_with_leave(found.pk)
    today = organisations_day(at)
    may = frozenset(
        action
        for action in (
            "view",
            "facts",
            "enrol",
            "leave",
            "end",
            "bring_back",
            "address",
            "duties",
            "erase",
            "attest",
            "invite",
            "photo",
            "join",
        )
        if people_policy.queryset(actor, action).filter(pk=person.pk).exists()
    )
    sees_duties = people_policy.queryset(actor, "see_duties").filter(pk=person.pk).exists()
    enrolments = list(
        enrolment_policy.queryset(actor, "view")
        .filter(person=person)
        .select_related("path", "path_version", "role_version__profile")
    )
    holdings = holdings_seen_by(actor, person)
    coach = coach_profile_policy.queryset(actor, "view").filter(person=person).select_related("cover__person").first()
    grants = grant_policy.queryset(actor, "view").filter(person=person, revoked_at=None)
    mine = set(signoff_policy.queryset(actor, "view").filter(subject=person).values_list("pk", flat=True))
    return PersonRecord(
        person,
        standing_of(person),
        may,
        sees_duties,
        list(memberships_of_person(person)),
        list(duty_history(person)) if sees_duties else [],
        coach,
        assignments_of_coach(coach) if coach else [],
        list(grants.select_related("skill", "granted_by").order_by("skill__name_order")),
        enrolments,
        coaches_by_enrolment([row.pk for row in enrolments]),
        held_roles([row for row in holdings if row.holds_on(today)], at),
        [row for row in holdings if not row.holds_on(today)],
        list(held_before_entries(actor, HeldBefore.Status.WAITING).filter(person=person)),
        [row for row in standings_on([person.pk], today)[person.pk] if row.event.pk in mine],
        list(notices_to(actor, person)[:SHOWN]),
        list(acts_about(actor, person)[:SHOWN]),
        imports_of_person(actor, person, SHOWN),
        list(joinings_of(person)) if actor.pk == person.pk or "invite" in may else [],
    )
