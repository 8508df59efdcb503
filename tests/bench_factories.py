"""Factories of the bench: a standard to show, who coaches and who observes, a case with observations, a decision."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from hypothesis import HealthCheck, settings

from assessments.api import Entrust, NotYet, decide, publish_standard, record_observation, write_down
from assessments.models import CalibrationVersion, Case, Observation, SignOffEvent, StandardVersion
from assessments.rules.specs import EvidenceLine, EvidenceRule, StandardSpec
from assessments.services.ledger import triggers
from coaching.models import CoachAssignment, CoachProfile, ObserverGrant
from lms.api import Enrolment, Skill, User
from lms.rules.specs import StepSpec
from tests import factories as make
from tests.shown import looked

MONDAY = make.MONDAY
CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""For property tests: a busy machine is no finding."""
LATER = date(2039, 12, 31)
YEAR_LATER = date(2027, 1, 31)
READY = 3
"""How many observers a bench begins with."""
WORDS = "She asked what the customer tried before and listened to the end."

RULE = EvidenceRule(observations=2, observers=2, contexts=2, at_least=4, latest=2, window_days=60, max_from_coach=1)
"""Two observations by two people in two places, both "not needed"; one of them may be the coach's."""


def standard_spec(slug: str = "discovery", *skills: str, **fields: Any) -> StandardSpec:
    """A standard named ``slug`` on the skill of that name, or on the skills given; grants up to level 4."""
    skills = skills or (slug,)
    values: dict[str, Any] = {
        "title": slug.capitalize(),
        "grants": 4,
        "risk": "standard",
        "signers": 1,
        "where": ("on site", "on the phone", "on video"),
        "minutes": 30,
        "about": "About it.",
        "specification": "What is shown.",
        "limits": "",
        "risk_if_fails": "",
        "indicators": tuple(f"{skill}/f-{number}" for skill in skills for number in (1, 2)),
        "evidence": (EvidenceLine("notes", "The notes of the talk."),),
        "expected_level_by_day": (),
        "rule": RULE,
        "valid_months": 12,
        "use_every_months": 6,
    }
    return StandardSpec(uid=make.uid(slug), slug=slug, skills=skills, **values | fields)


def standard(slug: str = "discovery", *skills: str, at: datetime = make.PUBLISHED, **fields: Any) -> StandardVersion:
    """The newest version of a standard, published with its skills."""
    spec = standard_spec(slug, *skills, **fields)
    for name in spec.skills:
        make.skill(name, at=at)
    publish_standard(spec, at)
    return StandardVersion.objects.filter(standard_uid=spec.uid).latest("number")


def demonstration(slug: str = "discovery", *skills: str, **fields: Any) -> StepSpec:
    """The step of a path that asks to show a standard."""
    return make.step("demonstration", f"show-{slug}", content_uid=make.uid(slug), skills=skills or (slug,), **fields)


def grant(who: User, *skills: str, **fields: Any) -> list[ObserverGrant]:
    """Who may observe these skills, since a month before MONDAY."""
    values = {"granted_at": MONDAY - timedelta(days=30), "until_on": YEAR_LATER, "reason": "Knows the work.", **fields}
    if values.get("basis") == "calibrated":
        values.setdefault("attempt_uid", make.key())
    else:
        values.setdefault("granted_by", make.granter())
    skill = {row.slug: row for row in Skill.objects.filter(slug__in=skills)}
    return [make.logged(ObserverGrant.objects.create(person=who, skill=skill[name], **values)) for name in skills]


def calibration_version(at: datetime) -> CalibrationVersion:
    """A calibration set that was written past the services, about the first skill there is."""
    return CalibrationVersion.objects.create(
        set_uid=make.uid("set"),
        number=1,
        digest="0" * 64,
        skill=Skill.objects.first(),
        spec={},
        items=10,
        kappa=0.6,
        max_bias=0.5,
        decides=True,
        published_at=at,
    )


def observer(*skills: str, name: str = "", **fields: Any) -> User:
    """Somebody with a grant for each of these skills."""
    who = make.person(name)
    grant(who, *skills, **fields)
    return who


def coach_profile(who: User | None = None, **fields: Any) -> CoachProfile:
    """Somebody who coaches."""
    return CoachProfile.objects.create(person=who or make.person("Coach"), **{"capacity": 9, "load": 1} | fields)


def assign(enrolment: Enrolment, profile: CoachProfile, **fields: Any) -> CoachAssignment:
    """The coach of a learner, since a month before MONDAY."""
    values: dict[str, Any] = {"started_at": MONDAY - timedelta(days=30), "assigned_by": make.granter()}
    return make.logged(CoachAssignment.objects.create(enrolment=enrolment, coach=profile, **values | fields))


@dataclass
class Bench:
    """A learner on a path with one standard to show, their coach with grants, and observers as they are asked for."""

    version: StandardVersion
    enrolment: Enrolment
    coach: User
    assignment: CoachAssignment
    observers: list[User] = field(default_factory=list)
    waiting: list[User] = field(default_factory=list)

    @property
    def learner(self) -> User:
        return self.enrolment.person

    @property
    def skills(self) -> tuple[str, ...]:
        return tuple(self.version.spec["skills"])

    @property
    def standard_uid(self) -> UUID:
        return self.version.standard_uid

    @property
    def step_uid(self) -> UUID:
        return make.uid(f"show-{self.version.spec['slug']}")

    @property
    def case(self) -> Case:
        """The newest round."""
        return Case.objects.filter(enrolment=self.enrolment, standard_uid=self.standard_uid).latest("round")

    def another(self) -> User:
        """One more observer; the first few had their grants before anything happened, as the log wants it."""
        self.observers.append(self.waiting.pop(0) if self.waiting else observer(*self.skills))
        return self.observers[-1]


def bench(
    slug: str = "discovery",
    *skills: str,
    steps: Sequence[StepSpec] = (),
    at: datetime = make.PUBLISHED,
    **fields: Any,
) -> Bench:
    """A learner who may show a standard from the first day, with a coach who may decide. ``at``: of publishing."""
    version = standard(slug, *skills, at=at, **fields)
    skills = tuple(version.spec["skills"])
    role = make.role(*(make.requires(name, level=3) for name in skills), at=at)
    path = make.path(demonstration(slug, *skills), *steps, role_version=role, at=at)
    enrolment = make.enrolment(make.person("Learner"), path)
    profile = coach_profile(observer(*skills, name="Coach"))
    waiting = [observer(*skills, name=f"Observer {number + 1}") for number in range(READY)]
    return Bench(version, enrolment, profile.person, assign(enrolment, profile), waiting=waiting)


def seal(who: User, about: UUID, at: datetime = MONDAY, text: str = WORDS) -> str:
    """What somebody saw, set down a minute before ``at``."""
    return write_down(actor=who, about=about, text=text, at=at - timedelta(minutes=1))


def watch(
    work: Bench, who: User, at: datetime = MONDAY, supervision: int | Mapping[str, int] = 4, **fields: Any
) -> Observation:
    """Somebody just saw the learner and writes it down, through the service; an hour after it happened."""
    ratings = supervision if isinstance(supervision, Mapping) else dict.fromkeys(work.skills, supervision)
    values: dict[str, Any] = {
        "enrolment_uid": work.enrolment.uid,
        "standard_uid": work.standard_uid,
        "seal": seal(who, work.enrolment.uid, at),
        "context": "on site",
        "occurred_at": at - timedelta(hours=1),
        "ratings": ratings,
        "marks": {},
        "key": make.key(),
    }
    return looked(record_observation, actor=who, at=at, **values | fields)


def enough(work: Bench, at: datetime = MONDAY) -> Case:
    """Two other people see the learner in two places: the rule of ``standard_spec`` is met. The case to decide."""
    watch(work, work.another(), at, context="on site")
    watch(work, work.another(), at, context="on the phone")
    return work.case


def entrust(work: Bench, level: int = 3) -> dict[str, Entrust]:
    """Every skill of the standard at one level."""
    return {name: Entrust(level) for name in work.skills}


def not_yet(work: Bench, at: datetime = MONDAY) -> dict[str, NotYet]:
    """Every skill not yet."""
    return {name: NotYet("Ask once more before you answer.", at.date() + timedelta(days=14)) for name in work.skills}


def sign(work: Bench, at: datetime = MONDAY, level: int = 3, **fields: Any) -> list[SignOffEvent]:
    """The coach decides the newest round, through the service."""
    values: dict[str, Any] = {
        "actor": work.coach,
        "case_uid": work.case.uid,
        "verdicts": entrust(work, level),
        "why": "Seen twice, unaided.",
        "key": make.key(),
    }
    return looked(decide, at=at, **values | fields)


def signed(work: Bench, at: datetime = MONDAY, level: int = 3, **fields: Any) -> SignOffEvent:
    """Enough evidence, and a decision on it: the event of the first skill."""
    enough(work, at - timedelta(minutes=5))
    return sign(work, at, level, **fields)[0]


def line_manager(work: Bench) -> None:
    """The coach becomes the learner's line manager, so that decisions need a countersign."""
    make.team(work.learner, manager=work.coach)


def raw_event(like: SignOffEvent, **fields: Any) -> SignOffEvent:
    """An event that passes by the services; ``fields`` say in what it differs from a good next one of that chain."""
    last = SignOffEvent.objects.filter(subject=like.subject).latest("seq")
    values: dict[str, Any] = {
        name.attname: getattr(like, name.attname)
        for name in SignOffEvent._meta.concrete_fields
        if name.name not in ("id", "uid", "key", "this_hash")
    }
    values |= {"seq": last.seq + 1, "prev_hash": last.this_hash, "this_hash": "f" * 64, "key": make.key()}
    return SignOffEvent(**values | fields)


@contextmanager
def guards_away() -> Iterator[None]:
    """The database lets everything through inside, and the guards stand again after it.

    PostgreSQL alters no table whose foreign keys are still to be checked, so they are checked before and after.
    """
    connection.check_constraints()
    triggers.remove(connection)
    yield
    connection.check_constraints()
    triggers.install(connection)


def rows(*models: type[Any]) -> dict[str, list[Any]]:
    """Everything in these tables, to see that a refusal changed nothing."""
    return {model.__name__: sorted(map(str, model.objects.values_list())) for model in models}


def uids(items: Iterable[Any]) -> list[UUID]:
    """Their uids, in order."""
    return [item.uid for item in items]
