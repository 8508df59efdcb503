"""A learner whom people observe and judge on MONDAY, with every moment given: for services, which are told the time.

Apart from ``judging``, because its acts take ``at`` and the standard is plainer: only what the evidence rule asks for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from assessments.api import Entrust, NotYet, decide_case, record_observation, write_down
from assessments.models import CalibrationVersion, Case, Observation, SignOffEvent, StandardVersion
from assessments.rules.specs import EvidenceLine, StandardSpec
from assessments.services.ledger import triggers
from coaching.models import CoachAssignment
from lms.api import Enrolment, Skill, User
from lms.rules.specs import StepSpec
from tests.factories import basics, coaching, judging, paths, people
from tests.shown import looked

LATER = date(2039, 12, 31)

READY = 3
"""How many observers a scene begins with."""

WORDS = "She asked what the customer tried before and listened to the end."

RULE = judging.evidence_rule(window_days=60)
"""Two observations by two people in two places, both "not needed"; one of them may be the coach's."""


def plain_standard_spec(slug: str = "discovery", *skills: str, **fields: Any) -> StandardSpec:
    """A standard named ``slug`` on the skill of that name, or on the skills given; one line of evidence, no limits."""
    skills = skills or (slug,)
    values: dict[str, Any] = {
        "title": slug.capitalize(),
        "where": ("on site", "on the phone", "on video"),
        "minutes": 30,
        "limits": "",
        "risk_if_fails": "",
        "indicators": tuple(f"{skill}/f-{number}" for skill in skills for number in (1, 2)),
        "evidence": (EvidenceLine("notes", "The notes of the talk."),),
        "expected_level_by_day": (),
        "rule": RULE,
        "valid_months": 12,
    }
    return judging.standard_spec(slug, skills, **values | fields)


def plain_standard(
    slug: str = "discovery", *skills: str, at: datetime = basics.PUBLISHED, **fields: Any
) -> StandardVersion:
    """The newest version of a plain standard, published with its skills."""
    return judging.standard(plain_standard_spec(slug, *skills, **fields), at)


def demonstration_step(slug: str = "discovery", *skills: str, **fields: Any) -> StepSpec:
    """The step of a path that asks to show a standard."""
    return paths.step("demonstration", f"show-{slug}", content_uid=basics.uid(slug), skills=skills or (slug,), **fields)


def calibration_version(at: datetime) -> CalibrationVersion:
    """A calibration set that was written past the services, about the first skill there is."""
    return CalibrationVersion.objects.create(
        set_uid=basics.uid("set"),
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


@dataclass
class DecisionScene:
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
        return basics.uid(f"show-{self.version.spec['slug']}")

    @property
    def case(self) -> Case:
        """The newest round."""
        return Case.objects.filter(enrolment=self.enrolment, standard_uid=self.standard_uid).latest("round")

    def another(self) -> User:
        """One more observer; the first few had their grants before anything happened, as the log wants it."""
        self.observers.append(self.waiting.pop(0) if self.waiting else coaching.observer(*self.skills))
        return self.observers[-1]


def decision_scene(
    slug: str = "discovery",
    *skills: str,
    steps: Sequence[StepSpec] = (),
    at: datetime = basics.PUBLISHED,
    **fields: Any,
) -> DecisionScene:
    """A learner who may show a standard from the first day, with a coach who may decide. ``at``: of publishing.

    Another step is required and never done, so that the path goes on after the decision.
    """
    version = plain_standard(slug, *skills, at=at, **fields)
    skills = tuple(version.spec["skills"])
    role = paths.role(*(paths.requires(name, level=3) for name in skills), at=at)
    goes_on = paths.step("external", f"goes-on-{slug}")
    path = paths.path(demonstration_step(slug, *skills), goes_on, *steps, role_version=role, at=at)
    enrolment = paths.enrolment(people.person("Learner"), path)
    coach = coaching.coach_profile(coaching.observer(*skills, name="Coach"), capacity=9).person
    waiting = [coaching.observer(*skills, name=f"Observer {number + 1}") for number in range(READY)]
    return DecisionScene(version, enrolment, coach, coaching.assign(enrolment, coach), waiting=waiting)


def seal(who: User, about: UUID, at: datetime = basics.MONDAY, text: str = WORDS) -> str:
    """What somebody saw, set down a minute before ``at``."""
    return write_down(actor=who, about=about, text=text, at=at - timedelta(minutes=1))


def watch(
    work: DecisionScene,
    who: User,
    at: datetime = basics.MONDAY,
    supervision: int | Mapping[str, int] = 4,
    **fields: Any,
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
        "key": basics.key(),
    }
    return looked(record_observation, actor=who, at=at, **values | fields)


def enough_evidence(work: DecisionScene, at: datetime = basics.MONDAY) -> Case:
    """Two other people see the learner in two places, as ``RULE`` asks. The case to decide."""
    watch(work, work.another(), at, context="on site")
    watch(work, work.another(), at, context="on the phone")
    return work.case


def entrust_all(work: DecisionScene, level: int = 3) -> dict[str, Entrust]:
    """Every skill of the standard at one level."""
    return {name: Entrust(level) for name in work.skills}


def not_yet_on_all(work: DecisionScene, at: datetime = basics.MONDAY) -> dict[str, NotYet]:
    """Every skill not yet."""
    return {name: NotYet("Ask once more before you answer.", at.date() + timedelta(days=14)) for name in work.skills}


def sign(work: DecisionScene, at: datetime = basics.MONDAY, level: int = 3, **fields: Any) -> list[SignOffEvent]:
    """The coach decides the newest round, through the service."""
    values: dict[str, Any] = {
        "actor": work.coach,
        "case_uid": work.case.uid,
        "verdicts": entrust_all(work, level),
        "why": "Seen twice, unaided.",
        "key": basics.key(),
    }
    return looked(decide_case, at=at, **values | fields)


def signed(work: DecisionScene, at: datetime = basics.MONDAY, level: int = 3, **fields: Any) -> SignOffEvent:
    """Enough evidence, and a decision on it: the event of the first skill."""
    enough_evidence(work, at - timedelta(minutes=5))
    return sign(work, at, level, **fields)[0]


def make_coach_line_manager(work: DecisionScene) -> None:
    """The coach becomes the learner's line manager, so that decisions need a countersign."""
    people.team(work.learner, manager=work.coach)


def raw_event(like: SignOffEvent, **fields: Any) -> SignOffEvent:
    """An event that passes by the services; ``fields`` say in what it differs from a good next one of that chain."""
    last = SignOffEvent.objects.filter(subject=like.subject).latest("seq")
    values: dict[str, Any] = {
        name.attname: getattr(like, name.attname)
        for name in SignOffEvent._meta.concrete_fields
        if name.name not in ("id", "uid", "key", "this_hash")
    }
    values |= {"seq": last.seq + 1, "prev_hash": last.this_hash, "this_hash": "f" * 64, "key": basics.key()}
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
