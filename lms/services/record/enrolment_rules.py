"""Rules that enrol joiners: switching them on and off, and whom they enrol (``lms.models.enrolment_rules``).

The floor above carries them out, because it knows who could coach.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext as _

from lms import clock
from lms.errors import Conflict, Invalid
from lms.models import Enrolment, EnrolmentRule, Location, Team, User
from lms.policies import enrolment_rule_policy, oneself
from lms.rules.bounds import JOINED_FROM, PATH_BEGINS
from lms.rules.days import add_days
from lms.rules.groups import PeopleGroup
from lms.rules.lines import one_line
from lms.rules.notices import ENROLLED_BY_RULE
from lms.services.platform.acts import act, claim_key
from lms.services.platform.groups import people_in
from lms.services.platform.managers import managers_of_each
from lms.services.platform.notices import Telling, tell_each
from lms.services.platform.organisation import organisations_day
from lms.services.platform.teams import open_teams

from .enrolments import Start, versions_to_enrol_on

LONGEST_WAIT = 365
"""Days after somebody's first day on which a path may begin."""
LONGEST_JOB = 120


@dataclass(frozen=True, slots=True)
class RuleSpec:
    """What a rule says, before there is one."""

    group: PeopleGroup
    path_uid: UUID
    joined_from_on: date
    days_after: int

    @classmethod
    def of(cls, rule: EnrolmentRule) -> RuleSpec:
        """What a rule that is there says (fetched with team, location and path)."""
        group = PeopleGroup(
            rule.team.uid if rule.team else None, rule.location.uid if rule.location else None, rule.job
        )
        return cls(group, rule.path.uid, rule.joined_from_on, rule.days_after)


def rule_spec(
    *,
    team_uid: UUID | None,
    location_uid: UUID | None,
    job: str,
    path_uid: UUID,
    joined_from_on: date,
    days_after: int,
    at: datetime,
) -> RuleSpec:
    """What somebody typed, as a rule says it. Raises Invalid (not one group, unknown team or location, no such path,
    days). Queries: 4.
    """
    group = PeopleGroup(team_uid, location_uid, one_line(job)[:LONGEST_JOB])
    if group.named != 1:
        raise Invalid(_("Choose one: a team, a location or a job title. Make a rule for each."))
    if team_uid and not open_teams().filter(uid=team_uid).exists():
        raise Invalid(team=_("Choose a team of the list."))
    if location_uid and not Location.objects.filter(uid=location_uid).exists():
        raise Invalid(location=_("Choose a location of the list."))
    if not 0 <= days_after <= LONGEST_WAIT:
        raise Invalid(days_after=_("Write a number of days from 0 to %(most)s.") % {"most": LONGEST_WAIT})
    JOINED_FROM.check("joined_from_on", joined_from_on, organisations_day(at))
    version, _role = versions_to_enrol_on(path_uid)
    return RuleSpec(group, version.path.uid, joined_from_on, days_after)


def joiners(spec: RuleSpec, at: datetime, but: User | None) -> QuerySet[User]:
    """Whom a rule would enrol now: here, of its group, joined on its day or later, and never on its path before - not
    open, completed, withdrawn nor taken back. ``but``: who switches it on; nobody enrols themself.
    """
    known = Enrolment.objects.filter(path__uid=spec.path_uid).values("person")
    rows = _in_group(spec.group, at).filter(_joined_from(spec.joined_from_on))
    rows = rows.exclude(pk__in=known)
    if but:
        rows = rows.exclude(oneself(but))
    return rows.order_by(F("started_on").asc(nulls_first=True), "name_order", "pk")


def _in_group(group: PeopleGroup, at: datetime) -> QuerySet[User]:
    """Who is here and belongs to a group."""
    return User.objects.filter(people_in(group, organisations_day(at)), is_active=True)


def _joined_from(day: date) -> Q:
    """Who joined on a day or later: on their first day, or, where none is written down, when the account was made."""
    return Q(started_on__gte=day) | Q(started_on=None, joined_at__gte=datetime.combine(day, time.min, UTC))


def starts_by(spec: RuleSpec, people: Sequence[User], seed: UUID, at: datetime) -> list[Start]:
    """On which day the path of each begins: so many days after their first day, and not before today. Who would begin
    in more than a year is left for later. ``seed``: from which the uids of the enrolments are made.
    """
    found = []
    for person in people:
        today = clock.today(person.zone, at)
        begins = max(add_days(person.started_on or today, spec.days_after), today)
        if not PATH_BEGINS.problem(begins, today):
            found.append(Start(person, begins, uuid5(seed, str(person.uid))))
    return found


def in_group_before(spec: RuleSpec, at: datetime) -> int:
    """How many people of the group joined before the day of the rule, so that it leaves them alone. Queries: 1-4."""
    return _in_group(spec.group, at).exclude(_joined_from(spec.joined_from_on)).count()


def keep_rule(*, actor: User, spec: RuleSpec, key: UUID, at: datetime) -> EnrolmentRule:
    """Switch a rule on, inside the act of the floor above, which has looked at whom it enrols.

    Raises NotAllowed (not L&D), Conflict (a rule for this group and this path is on already).
    """
    enrolment_rule_policy.require(actor, "add")
    version, _role = versions_to_enrol_on(spec.path_uid)
    group = spec.group
    try:
        with transaction.atomic():
            return EnrolmentRule.objects.create(
                uid=key,
                team=Team.objects.get(uid=group.team_uid) if group.team_uid else None,
                location=Location.objects.get(uid=group.location_uid) if group.location_uid else None,
                job=group.job,
                path=version.path,
                joined_from_on=spec.joined_from_on,
                days_after=spec.days_after,
                switched_on_by=actor,
                switched_on_at=at,
            )
    except IntegrityError:
        raise Conflict(
            _("A rule for these people and this path is switched on already. Switch it off first.")
        ) from None


@act
def switch_off_rule(*, actor: User, rule_uid: UUID, key: UUID, at: datetime) -> EnrolmentRule:
    """The rule enrols nobody from now on; whom it enrolled stays enrolled. Raises NotFound, Conflict (it is off)."""
    rule = enrolment_rule_policy.get(actor, "switch_off", uid=rule_uid, lock=True)
    if not claim_key(actor=actor, name="rule.switch_off", key=key, at=at, about=rule.uid):
        return rule
    if not rule.is_on:
        raise Conflict(_("This rule is switched off already."))
    rule.switched_off_by, rule.switched_off_at = actor, at
    rule.save(update_fields=["switched_off_by", "switched_off_at"])
    return rule


def enrolment_rules() -> QuerySet[EnrolmentRule]:
    """Every rule with its group, path and the people who switched it, and ``enrolled``, how many it enrolled: those
    that are on first, then the newest.
    """
    related = ("team", "location", "path", "switched_on_by", "switched_off_by")
    rows = EnrolmentRule.objects.select_related(*related).annotate(enrolled=Count("enrolments"))
    return rows.order_by("switched_off_at", "-switched_on_at", "-pk")


def rules_on() -> list[EnrolmentRule]:
    """The rules that are on, the oldest first. Queries: 1."""
    return list(enrolment_rules().filter(switched_off_at=None).order_by("switched_on_at", "pk"))


def enrolled_by(rule: EnrolmentRule) -> QuerySet[Enrolment]:
    """Whom a rule enrolled, the last first."""
    return rule.enrolments.select_related("person", "path").order_by("-enrolled_at", "-pk")


def group_words(rule: EnrolmentRule) -> dict[str, str]:
    """The group of a rule as notices keep it: which kind, and its name."""
    if rule.team:
        return {"kind": "team", "group": rule.team.name}
    if rule.location:
        return {"kind": "location", "group": rule.location.name}
    return {"kind": "job", "group": rule.job}


def tell_managers(rule: EnrolmentRule, enrolments: Sequence[Enrolment], at: datetime) -> Mapping[int, list[User]]:
    """Tell whoever manages these people that the rule enrolled them; where nobody does, whoever switched it on.

    Returns who was told, by id of the person. Queries: 3.
    """
    managers = managers_of_each([row.person_id for row in enrolments], organisations_day(at))
    to = {pk: found or [rule.switched_on_by] for pk, found in managers.items()}
    said = {"path": rule.path.title, **group_words(rule)}
    told = [
        Telling(person, said | {"learner": row.person.full_name, "day": row.started_on}, row.person.uid)
        for row in enrolments
        for person in to[row.person_id]
    ]
    tell_each(ENROLLED_BY_RULE, told, at=at)
    return to
