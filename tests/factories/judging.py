"""Standards, and a learner whom people observe and judge near the clock's now: for pages, which read the clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from assessments.api import (
    Case,
    Entrust,
    NotYet,
    Observation,
    Request,
    SignOffEvent,
    StandardVersion,
    decide_case,
    publish_standard,
    record_observation,
    request_observation,
    write_down,
)
from assessments.rules.specs import EvidenceLine, EvidenceRule, ExpectedLevel, StandardSpec
from coaching.models import CoachAssignment
from lms import clock
from lms.api import Enrolment, User
from tests.factories import basics, coaching, paths, people
from tests.shown import looked

SEEN = "Asked what happened on Tuesday night, and waited for the second answer."
SKILLS = ("listening", "business")


def evidence_rule(**fields: Any) -> EvidenceRule:
    """Two observations by two people in two places, both at "I was there and was not needed"; one from the coach."""
    values = {
        "observations": 2,
        "observers": 2,
        "contexts": 2,
        "at_least": 4,
        "latest": 2,
        "window_days": 120,
        "max_from_coach": 1,
    }
    return EvidenceRule(**(values | fields))


def standard_spec(slug: str = "visit", skills: tuple[str, ...] = SKILLS, **fields: Any) -> StandardSpec:
    """A standard whose texts say what they are; indicators are the Foundation and Practitioner signs of its skills."""
    values: dict[str, Any] = {
        "uid": basics.uid(slug),
        "slug": slug,
        "title": f"Lead a {slug}",
        "skills": skills,
        "grants": 4,
        "risk": "standard",
        "signers": 1,
        "where": ("live customer", "joint call"),
        "minutes": 60,
        "about": f"About {slug}.",
        "specification": f"Specification of {slug}.",
        "limits": f"Limits of {slug}.",
        "risk_if_fails": f"Risk of {slug}.",
        "indicators": tuple(f"{skill}/{sign}" for skill in skills for sign in ("f-1", "f-2", "p-1")),
        "evidence": (EvidenceLine("notes", "Visit notes"), EvidenceLine("summary", "The confirmed summary")),
        "expected_level_by_day": (ExpectedLevel(20, 2), ExpectedLevel(60, 4)),
        "rule": evidence_rule(),
        "valid_months": 18,
        "use_every_months": 6,
    }
    return StandardSpec(**(values | fields))


def standard(spec: StandardSpec | None = None, at: datetime = basics.PUBLISHED, **fields: Any) -> StandardVersion:
    """A published standard; makes its skills."""
    spec = spec or standard_spec(**fields)
    for slug in spec.skills:
        paths.skill(slug, at=at)
    publish_standard(spec, at)
    return StandardVersion.objects.filter(standard_uid=spec.uid).latest("number")


def assigned(enrolment: Enrolment, who: User, since: datetime | None = None, **fields: Any) -> CoachAssignment:
    """Make somebody the coach of an enrolment, a month ago by the clock."""
    return coaching.assign(enrolment, who, since or clock.now() - timedelta(days=30), **fields)


def granted(who: User, *skills: str, basis: str = "founding") -> User:
    """The same person, with the right to observe these skills for a year from a month ago by the clock."""
    since = clock.now() - timedelta(days=30)
    until = (since + timedelta(days=360)).date()
    coaching.grant(who, *skills, basis=basis, granted_at=since, until_on=until, reason="Did it for years.")
    return who


@dataclass
class Scene:
    """A learner on a path with one demonstration, with a coach, an observer, a manager and L&D around them."""

    learner: User
    coach: User
    observer: User
    manager: User
    learning: User
    enrolment: Enrolment
    version: StandardVersion
    step: UUID
    skills: tuple[str, ...] = SKILLS

    @property
    def case(self) -> Case:
        """The latest case."""
        return Case.objects.filter(enrolment=self.enrolment).latest("opened_at")


def scene(name: str = "visit", skills: tuple[str, ...] = SKILLS, **fields: Any) -> Scene:
    """Everybody is real and apart from every other scene; ``fields`` go to the standard."""
    version = standard(standard_spec(name, skills, **fields))
    role = paths.role(*(paths.requires(slug, 3, 2, critical=True) for slug in skills[:1]), *_rest(skills))
    steps = [
        paths.step("demonstration", f"show-{name}", content=name, skills=skills),
        paths.step("practice", f"practise-{name}", skills=skills[:1]),
        paths.step("commitment", f"promise-{name}", skills=skills),
        paths.step("external", f"elsewhere-{name}", skills=()),
    ]
    path = paths.path(*steps, role_version=role)
    learner = people.person(f"Leonie {name.title()}")
    enrolment = paths.enrolment(learner, path, started_on=(clock.now() - timedelta(days=20)).date())
    trainer = granted(coaching.coach(f"Sam {name.title()}"), *skills)
    assigned(enrolment, trainer)
    observer = granted(people.person(f"Priya {name.title()}"), *skills)
    manager = people.person(f"Henrike {name.title()}")
    people.team(learner, manager=manager)
    learning = people.in_group("Learning administrators", people.person(f"Ruta {name.title()}"))
    return Scene(learner, trainer, observer, manager, learning, enrolment, version, basics.uid(f"show-{name}"), skills)


def _rest(skills: tuple[str, ...]) -> list[Any]:
    return [paths.requires(slug, 3, 1) for slug in skills[1:]]


def asked(of: Scene, observer: User | None = None, on: date | None = None, **fields: Any) -> Request:
    """The learner asks somebody to watch today."""
    at = fields.pop("at", clock.now())
    return request_observation(
        actor=of.learner,
        enrolment_uid=of.enrolment.uid,
        step_uid=of.step,
        observer_uid=(observer or of.observer).uid,
        context=fields.pop("context", "live customer"),
        planned_on=on or at.date(),
        key=uuid4(),
        at=at,
        **fields,
    )


def observed(
    of: Scene,
    by: User | None = None,
    supervision: int = 4,
    context: str = "live customer",
    days_ago: int = 1,
    text: str = SEEN,
    request: Request | None = None,
) -> Observation:
    """Somebody writes down one encounter, asked for or not, with all their skills at one level of supervision."""
    by, at = by or of.observer, clock.now() - timedelta(days=days_ago)
    about = request.uid if request else of.enrolment.uid
    seal = write_down(actor=by, about=about, text=text, at=at)
    target = (
        {"request_uid": request.uid}
        if request
        else {"enrolment_uid": of.enrolment.uid, "standard_uid": of.version.standard_uid}
    )
    granted = by.observer_grants.filter(skill__slug__in=of.skills).values_list("skill__slug", flat=True)
    return looked(
        record_observation,
        actor=by,
        seal=seal,
        context=context,
        occurred_at=at - timedelta(hours=1),
        ratings=dict.fromkeys(granted, supervision),
        marks={f"{of.skills[0]}/f-1": "seen"},
        key=uuid4(),
        at=at + timedelta(minutes=5),
        **target,
    )


def ready(of: Scene, supervision: int = 4) -> Case:
    """Two observations by two people in two places: the rule is met."""
    first, *_others, last = of.version.spec["where"]
    observed(of, of.observer, supervision, last, days_ago=3)
    observed(of, of.coach, supervision, first, days_ago=2)
    return of.case


def decided(of: Scene, level: int = 3, not_yet: tuple[str, ...] = ()) -> list[SignOffEvent]:
    """The coach decides: entrusts at a level, or says not yet on these skills."""
    ready(of)
    at = clock.now()
    later = NotYet("Wait before you play back.", (at + timedelta(days=9)).date())
    verdicts: dict[str, Entrust | NotYet] = {slug: later if slug in not_yet else Entrust(level) for slug in of.skills}
    why = "On two visits they reached the cost."
    return looked(decide_case, actor=of.coach, case_uid=of.case.uid, verdicts=verdicts, why=why, key=uuid4(), at=at)
