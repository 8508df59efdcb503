"""Rules that enrol: a look at whom one would enrol, switching it on, and the sweep that carries all of them out.

However somebody came - invited, imported, moved, with a new job title - the sweep finds them by what the record says of
them now, so nothing has to call it. Each gets a proposal of a coach; the manager decides.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction
from django.utils.translation import gettext as _

from coaching.models import CoachAssignment, CoachProfile
from coaching.rules.notices import COACH_PROPOSED
from lms.api import (
    Enrolment,
    EnrolmentRule,
    RuleSpec,
    Start,
    Telling,
    User,
    act,
    claim_key,
    enrol_people,
    enrolment_rule_policy,
    in_group_before,
    joiners,
    keep_rule,
    rules_on,
    starts_by,
    structure_of,
    tell_each,
    tell_enrolled,
    tell_managers,
    versions_to_enrol_on,
)
from lms.errors import DomainError
from lms.rules.shown import fingerprint, require_same

from .free_coaches import FreeCoaches

logger = logging.getLogger(__name__)

AT_ONCE = 500
"""So many people a rule enrols in one go; the others follow in the next sweep."""


@dataclass(frozen=True, slots=True)
class RuleLook:
    """Whom a rule would enrol today, on which day; how many more it will later; and how many of its group it leaves
    alone because they joined before its day.
    """

    starts: tuple[Start, ...]
    later: int
    before: int

    @property
    def shown(self) -> str:
        """The fingerprint of it."""
        return fingerprint(
            "rule", [[start.person.uid, start.started_on] for start in self.starts], self.later, self.before
        )


def look_at_rule(actor: User, spec: RuleSpec, at: datetime) -> RuleLook:
    """What a rule would do to the people of today. Raises NotAllowed (not L&D). Queries: 4-8."""
    enrolment_rule_policy.require(actor, "add")
    people = list(joiners(spec, at, actor))
    starts = starts_by(spec, people[:AT_ONCE], actor.uid, at)
    return RuleLook(tuple(starts), len(people) - len(starts), in_group_before(spec, at))


@act
def switch_on_rule(*, actor: User, spec: RuleSpec, shown: str, key: UUID, at: datetime) -> EnrolmentRule:
    """From now on whoever joins its group is put on its path; those whom the look at it showed, at once.

    Raises NotAllowed (not L&D), Conflict (such a rule is on already), Changed (``shown`` is not whom it would enrol
    now). Queries: 30 at most, for any number of people.
    """
    enrolment_rule_policy.require(actor, "add")
    if not claim_key(actor=actor, name="rule.switch_on", key=key, at=at, about=key):
        return enrolment_rule_policy.get(actor, "view", uid=key, related=("path",))
    require_same(shown, look_at_rule(actor, spec, at).shown)
    rule = keep_rule(actor=actor, spec=spec, key=key, at=at)
    carry_out_rule(rule, at)
    return rule


def enrol_by_rules(at: datetime) -> int:
    """Enrol everybody whom a rule that is on is for and who was never on its path; returns how many.

    A rule whose path is published no more, or that somebody else's act stands in the way of, enrols nobody this time
    and is tried again. Queries: 1, and at most 25 a rule.
    """
    count = 0
    for rule in rules_on():
        try:
            with transaction.atomic():
                count += len(carry_out_rule(rule, at))
        except DomainError as refused:
            logger.warning("The rule %s enrolled nobody: %s", rule.uid, refused)
    return count


def carry_out_rule(rule: EnrolmentRule, at: datetime) -> Sequence[Enrolment]:
    """Enrol whom a rule is for now: learners and their managers are told, and who could coach is proposed.

    Raises Invalid (its path is published no more), Conflict (somebody was enrolled meanwhile).
    """
    spec = RuleSpec.of(rule)
    people = list(joiners(spec, at, rule.switched_on_by)[:AT_ONCE])
    starts = starts_by(spec, people, rule.uid, at)
    if not starts:
        return ()
    version, role = versions_to_enrol_on(spec.path_uid)
    made = enrol_people(starts, version, role, by=rule.switched_on_by, rule=rule, at=at)
    tell_enrolled(made, at)
    managers = tell_managers(rule, made, at)
    coaches = FreeCoaches(structure_of(version.pk), at.date())
    _propose(rule, [(row, coach) for row in made if (coach := coaches.take(row.person))], managers, at)
    return made


def _propose(
    rule: EnrolmentRule,
    pairs: Sequence[tuple[Enrolment, CoachProfile]],
    managers: Mapping[int, Sequence[User]],
    at: datetime,
) -> None:
    """Propose coaches to whoever manages each learner. Queries: 2, 0 for nobody."""
    CoachAssignment.objects.bulk_create(
        [
            CoachAssignment(
                uid=uuid5(row.uid, "coach"),
                enrolment=row,
                coach=coach,
                status=CoachAssignment.Status.PROPOSED,
                assigned_by=rule.switched_on_by,
                started_at=at,
                reason=_("By a rule: may observe on this path, and has a free place."),
            )
            for row, coach in pairs
        ]
    )
    told = [
        Telling(
            person,
            {
                "actor": rule.switched_on_by.full_name,
                "coach": coach.person.full_name,
                "learner": row.person.full_name,
            },
            row.uid,
        )
        for row, coach in pairs
        for person in managers[row.person_id]
    ]
    tell_each(COACH_PROPOSED, told, at=at)
