"""One small factory per noun. Each makes a valid thing with as little said as possible; pass what the test is about."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4, uuid5

from lms import clock
from lms.api import (
    Customer,
    DutyHolding,
    Enrolment,
    LogEntry,
    Membership,
    PathVersion,
    RoleProfileVersion,
    Skill,
    Team,
    User,
    finish_duty,
    log_row,
    publish_path,
    publish_role_profile,
    publish_skill,
    record_duty,
    recording,
)
from lms.policies.duties import forget_held
from lms.rules.duties import ADMINISTRATOR, DUTIES
from lms.rules.specs import (
    IndicatorSpec,
    LessonSpec,
    MilestoneSpec,
    PathSpec,
    RequirementSpec,
    RoleProfileSpec,
    SkillSpec,
    StepSpec,
)

PUBLISHED = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
"""When what people rest on was published, unless a test says otherwise: before anything else happens."""

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""The moment at which tests begin, unless they say otherwise."""

AFTERWARDS = datetime(2028, 1, 3, 9, 0, tzinfo=UTC)
"""When somebody verifies what was done on and after MONDAY."""

PASSPHRASE = "four plain test words"

_numbers = itertools.count(1)


def nothing_kept() -> None:
    """Path versions and duties are kept in memory under ids that the next test gives to something else."""
    from django.core.cache import cache

    from assessments.services.cases.standards import role_of
    from assessments.services.standing.ways import steps_before, steps_serving, ways_to
    from lms.services.record.structure import structure_of

    structure_of.cache_clear()
    role_of.cache_clear()
    ways_to.cache_clear()
    steps_before.cache_clear()
    steps_serving.cache_clear()
    cache.clear()


def uid(name: str) -> UUID:
    """A stable UUID for a name."""
    return uuid5(UUID(int=0), name)


def person(name: str = "", **fields: Any) -> User:
    """Somebody who can log in with PASSPHRASE."""
    number = next(_numbers)
    name = name or f"Person {number}"
    email = fields.pop("email", f"{name.lower().replace(' ', '.')}.{number}@example.com")
    fields.setdefault("started_on", date(2026, 1, 1))
    return User.objects.create_user(email, PASSPHRASE, full_name=name, **fields)


SINCE = datetime(2025, 1, 1, tzinfo=UTC)
"""Since when people have the duties that tests give them, unless they say otherwise."""


def in_group(name: str, who: User | None = None, at: datetime | None = None) -> User:
    """A person with a duty, named by its group (``lms.api.GROUPS``)."""
    return with_duty(next(duty.code for duty in DUTIES if duty.group == name), who, at)


def administrator(who: User | None = None, at: datetime | None = None) -> User:
    """A person who administers the platform."""
    return with_duty(ADMINISTRATOR, who, at)


def with_duty(duty: str, who: User | None = None, at: datetime | None = None) -> User:
    """A person with a duty, given by somebody who has left; the same object, changed.

    Since long ago; where something stands in the log already, since then, as the log wants it.
    """
    who = who or person()
    last = LogEntry.objects.order_by("-number").first()
    at = at or min(max(SINCE, last.at) if last else SINCE, clock.now() - timedelta(minutes=1))
    record_duty(person=who, duty=duty, by=giver(at), reason="Asked to.", at=at)
    return who


def giver(at: datetime) -> User:
    """Who gave people their duties: the administrator who was made on the machine; unless a test did that, one who has
    left.
    """
    made = DutyHolding.objects.filter(given_by=None, until_at=None).select_related("person").first()
    found = made.person if made else User.objects.filter(email=GIVER).first()
    if found is None:
        found = person("Gil Giver", email=GIVER, **LEFT)
        record_duty(person=found, duty=ADMINISTRATOR, by=None, reason="Made on the machine.", at=at)
    return found


def granter() -> User:
    """Who gave people their grants and coaches: a learning administrator who has left."""
    found = User.objects.filter(email=GRANTER).first()
    return found or with_duty("learning", person("Greta Granter", email=GRANTER, **LEFT))


def ended(who: User, duty: str, at: datetime = MONDAY) -> User:
    """Who had a duty, until a moment; one that began later, for a minute."""
    holding = who.duty_holdings.get(duty=duty, until_at=None)
    at = max(at, holding.from_at + timedelta(minutes=1))
    finish_duty(holding=holding, by=User.objects.get(email=GIVER), reason="Moved on.", at=at)
    forget_held(who)
    return who


GIVER = "gil.giver@example.com"
GRANTER = "greta.granter@example.com"
LEFT = {"is_active": False, "deactivated_at": SINCE}


def team(*members: User, manager: User | None = None, parent: Team | None = None, slug: str = "") -> Team:
    """A team with members and a manager since the start of 2026."""
    slug = slug or f"team-{next(_numbers)}"
    made = Team.objects.create(slug=slug, name=slug.capitalize(), parent=parent)
    since = date(2026, 1, 1)
    for member in members:
        Membership.objects.create(person=member, team=made, from_on=since)
    if manager:
        Membership.objects.create(person=manager, team=made, role=Membership.Role.MANAGER, from_on=since)
    return made


def logged(row: Any) -> Any:
    """A row that was made past the services, with its entry in the record's log."""
    with recording():
        log_row(row)
    return row


def customer(slug: str = "", **fields: Any) -> Customer:
    """A customer."""
    slug = slug or f"customer-{next(_numbers)}"
    return Customer.objects.create(slug=slug, name=slug.replace("-", " ").title(), **fields)


def skill(slug: str = "", family: str = "Soft", at: datetime = PUBLISHED) -> Skill:
    """A published skill with two indicators a band (``f-1``, ``f-2``...); the same slug gives the same skill."""
    slug = slug or f"skill-{next(_numbers)}"
    if made := Skill.objects.filter(slug=slug, family=family, archived_at=None).first():
        return made
    levels = {
        band: tuple(IndicatorSpec(f"{band[0].lower()}-{n}", f"{band} sign {n} of {slug}.") for n in (1, 2))
        for band in ("Foundation", "Practitioner", "Lead")
    }
    title = slug.replace("-", " ").capitalize()
    publish_skill(SkillSpec(uid(slug), slug, family, title, f"About {slug}.", levels, "Not this.", "A prompt?"), at)
    return Skill.objects.get(slug=slug)


def role(
    *requires: RequirementSpec, slug: str = "", threshold: str = "0.85", at: datetime = PUBLISHED
) -> RoleProfileVersion:
    """A published role profile; makes the skills that it requires."""
    slug = slug or f"role-{next(_numbers)}"
    for line in requires:
        skill(line.skill, at=at)
    spec = RoleProfileSpec(uid(slug), slug, slug.capitalize(), Decimal(threshold), requires)
    publish_role_profile(spec, at)
    return RoleProfileVersion.objects.filter(profile__slug=slug).latest("number")


def requires(skill: str, level: int = 3, weight: int = 1, **fields: Any) -> RequirementSpec:
    """One line of a role profile."""
    return RequirementSpec(skill, level, weight, fields.pop("target_day", 60), **fields)


def step(kind: str, name: str = "", **fields: Any) -> StepSpec:
    """A step that is open from the first day; its uid comes from ``name``, its content's from ``content``."""
    name = name or f"{kind}-{next(_numbers)}"
    content = fields.pop("content", None)
    no_content = kind in ("session", "commitment")
    return StepSpec(
        uid=uid(name),
        kind=kind,
        content_uid=fields.pop("content_uid", None if no_content else uid(content or f"content of {name}")),
        required=fields.pop("required", True),
        start_day=fields.pop("start_day", 1),
        due_day=fields.pop("due_day", 30),
        minutes=fields.pop("minutes", 10),
        skills=tuple(fields.pop("skills", ())),
        title=fields.pop("title", name.replace("-", " ").capitalize()),
        **fields,
    )


def lesson(name: str, *skills: str, recalls: int = 0) -> LessonSpec:
    """A lesson of a course step."""
    return LessonSpec(uid(name), skills, recalls)


def path(
    *steps: StepSpec | Sequence[StepSpec],
    role_version: RoleProfileVersion | None = None,
    slug: str = "",
    at: datetime = PUBLISHED,
) -> PathVersion:
    """A published path: each argument that is a list is a milestone, single steps together make one (day 30, 60...)."""
    slug = slug or f"path-{next(_numbers)}"
    groups = [list(item) for item in steps if not isinstance(item, StepSpec)]
    single = [item for item in steps if isinstance(item, StepSpec)]
    groups += [single] if single else []
    for spec in (item for group in groups for item in group):
        for name in {*spec.skills, *(tag for found in spec.lessons for tag in found.skills)}:
            skill(name, at=at)
    milestones = tuple(
        MilestoneSpec(uid(f"{slug}-{n}"), 30 * (n + 1), tuple(group), f"Milestone {n + 1}")
        for n, group in enumerate(groups)
    )
    role_version = role_version or role(requires(f"skill-of-{slug}"))
    publish_path(PathSpec(uid(slug), slug, role_version.profile.slug, milestones, slug.capitalize()), at)
    return PathVersion.objects.filter(path__slug=slug).latest("number")


def enrolment(who: User, version: PathVersion, started_on: date = date(2026, 3, 1), **fields: Any) -> Enrolment:
    """A person on a path version, enrolled by somebody else."""
    profile = RoleProfileVersion.objects.filter(profile=version.role_profile_id).latest("number")
    return Enrolment.objects.create(
        person=who,
        path=version.path,
        path_version=version,
        role_version=profile,
        started_on=started_on,
        enrolled_by=fields.pop("enrolled_by", None) or person("Enroller"),
        enrolled_at=MONDAY,
        **fields,
    )


def key() -> UUID:
    """A fresh key for an act."""
    return uuid4()
