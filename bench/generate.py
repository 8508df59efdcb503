"""Many people at once, to measure with: rows, not histories. Never for a company that works with Vouch.

Skewed as companies are, and the same for the same seed: most people are at the beginning of the first path of the
curriculum, few at its end; managers have exactly 30, 300 and 3,000 people, as far as there are so many, and the others
about twenty; one coach has up to 2,000 cases that wait for a decision. What stands here was never signed: gates have no
event behind them, so ``rebuild_gates --check`` finds them.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction

from assessments.api import (
    Case,
    Observation,
    ObservationIndicator,
    ObservationSkill,
    StandardVersion,
    observation_digest,
)
from assessments.rules.specs import StandardSpec
from coaching.api import CoachAssignment, CoachProfile, ObserverGrant, Post, Thread
from lms.api import (
    Enrolment,
    LessonCompletion,
    Membership,
    PathVersion,
    RoleProfileVersion,
    Skill,
    SkillGate,
    StepCompletion,
    Team,
    User,
    structure_of,
)
from lms.rules.ladder import gate_of

PATH, STANDARD = "first-ninety-days", "discovery-visit"
SIZES = (30, 300, 3000)
AROUND = 20
PER_COACH = 8
WAITING = 2000
POSTS = 40
LEVEL = {"show": 4}
BATCH = 2000


@dataclass
class Made:
    """Who was made; learners in the order of their e-mail addresses."""

    learners: list[User] = field(default_factory=list)
    managers: list[User] = field(default_factory=list)
    coaches: list[User] = field(default_factory=list)


@transaction.atomic
def generate_people(*, learners: int, seed: int, passphrase: str, now: datetime, say: Callable[[str], None]) -> Made:
    """Make so many learners with everybody around them. About 40 statements a thousand learners.

    Without a passphrase nobody can sign in. Raises ValueError when the curriculum is not loaded, or these people are
    here already.
    """
    rows = PathVersion.objects.filter(path__slug=PATH, path__archived_at=None)
    version = rows.order_by("-number").select_related("path").first()
    if version is None:
        raise ValueError("Load the curriculum first: manage.py load_curriculum.")
    if User.objects.filter(email__endswith="@generated.example").exists():
        raise ValueError("These people are here already.")
    dice = random.Random(seed)  # noqa: S311 - repeatable on purpose
    made = _people(learners, passphrase, dice, now)
    say(f"{len(made.learners)} learners, {len(made.managers)} managers, {len(made.coaches)} coaches")
    _teams(made, now)
    enrolments = _enrol(made, version, dice, now)
    _coaches(made, enrolments, now)
    say("What they have done")
    _progress(enrolments, dice, now)
    say(f"{_cases(made, enrolments, now)} cases wait for a decision")
    _thread(made, now)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # so many rows at once: the database would plan as if there were none
    return made


def _uid(dice: random.Random) -> UUID:
    return UUID(int=dice.getrandbits(128), version=4)


def _people(count: int, passphrase: str, dice: random.Random, now: datetime) -> Made:
    password = make_password(passphrase or None)  # one hash for all: a hash a row would take minutes

    def some(kind: str, number: int) -> list[User]:
        rows = [
            User(
                uid=_uid(dice),
                email=f"{kind}-{index + 1:06}@generated.example",
                full_name=f"{kind.title()} {index + 1:06}",
                password=password,
                time_zone="Europe/Copenhagen",
                joined_at=now - timedelta(days=200),
            )
            for index in range(number)
        ]
        return User.objects.bulk_create(rows, batch_size=BATCH)

    teams = len(_team_sizes(count))
    return Made(some("learner", count), some("manager", teams), some("coach", max(2, count // PER_COACH)))


def _team_sizes(count: int) -> list[int]:
    sizes = []
    for size in SIZES:
        if size <= count:
            sizes.append(size)
            count -= size
    return sizes + [AROUND] * (count // AROUND) + ([count % AROUND] if count % AROUND else [])


def _teams(made: Made, now: datetime) -> None:
    sizes = _team_sizes(len(made.learners))
    teams = Team.objects.bulk_create(
        [Team(name=f"Generated {number + 1}", slug=f"generated-{number + 1}") for number in range(len(sizes))]
    )
    since, learners = (now - timedelta(days=200)).date(), iter(made.learners)
    rows = []
    for team, manager, size in zip(teams, made.managers, sizes, strict=True):
        rows.append(Membership(person=manager, team=team, role=Membership.Role.MANAGER, from_on=since))
        rows += [
            Membership(person=next(learners), team=team, role=Membership.Role.MEMBER, from_on=since)
            for _n in range(size)
        ]
    Membership.objects.bulk_create(rows, batch_size=BATCH)


def _enrol(made: Made, version: PathVersion, dice: random.Random, now: datetime) -> list[Enrolment]:
    role = RoleProfileVersion.objects.filter(profile=version.role_profile).latest("number")
    rows = []
    for person in made.learners:
        day = min(int(dice.expovariate(1 / 30)) + 2, 120)  # most are at the beginning
        started = now - timedelta(days=day)
        rows.append(
            Enrolment(
                uid=_uid(dice),
                person=person,
                path=version.path,
                path_version=version,
                role_version=role,
                started_on=started.date(),
                enrolled_by=made.managers[0],
                enrolled_at=started - timedelta(days=7),
            )
        )
    return Enrolment.objects.bulk_create(rows, batch_size=BATCH)


def _coaches(made: Made, enrolments: Sequence[Enrolment], now: datetime) -> None:
    """The first coach has those whose cases wait; the others share the rest."""
    first = min(WAITING, len(enrolments) // 5)
    room = len(enrolments)
    profiles = CoachProfile.objects.bulk_create(
        [CoachProfile(person=person, capacity=room, load=0) for person in made.coaches], batch_size=BATCH
    )
    rows = []
    for number, enrolment in enumerate(enrolments):
        profile = profiles[0] if number < first else profiles[1 + number % (len(profiles) - 1)]
        profile.load += 1
        rows.append(
            CoachAssignment(
                enrolment=enrolment,
                coach=profile,
                assigned_by=made.managers[0],
                started_at=enrolment.enrolled_at,
            )
        )
    CoachAssignment.objects.bulk_create(rows, batch_size=BATCH)
    CoachProfile.objects.bulk_update(profiles, ["load"], batch_size=500)
    grants = [
        ObserverGrant(
            person=person,
            skill=skill,
            granted_at=now - timedelta(days=100),
            until_on=(now + timedelta(days=200)).date(),
            granted_by=made.managers[0],
            reason="Generated.",
        )
        for person in made.coaches
        for skill in Skill.objects.all()
    ]
    ObserverGrant.objects.bulk_create(grants, batch_size=BATCH)


def _progress(enrolments: Sequence[Enrolment], dice: random.Random, now: datetime) -> None:
    """Steps are done in order up to the day of the path; gates follow from what is done. The first course is left open
    to everybody in their first week, so that there is something to read.
    """
    structure = structure_of(enrolments[0].path_version_id)
    skills = dict(Skill.objects.values_list("slug", "pk"))
    steps: list[StepCompletion] = []
    lessons: list[LessonCompletion] = []
    gates: list[SkillGate] = []
    for enrolment in enrolments:
        day = (now.date() - enrolment.started_on).days
        done = [step for step in structure.steps.values() if step.due_day < day - 6 and dice.random() < 0.9]
        for step in done:
            at = now - timedelta(days=max(day - step.due_day, 0))
            steps.append(
                StepCompletion(enrolment=enrolment, step_id=step.id, by_id=enrolment.person_id, completed_at=at)
            )
            read = {lesson.uid for lesson in step.lessons}
            lessons += [
                LessonCompletion(person_id=enrolment.person_id, lesson_uid=uid, completed_at=at) for uid in read
            ]
        gates += _gates(enrolment, {(step.kind, skill) for step in done for skill in step.skills}, skills, now)
    StepCompletion.objects.bulk_create(steps, batch_size=BATCH)
    LessonCompletion.objects.bulk_create(lessons, batch_size=BATCH, ignore_conflicts=True)
    SkillGate.objects.bulk_create(gates, batch_size=BATCH)


def _gates(
    enrolment: Enrolment, done: set[tuple[str, str]], skills: dict[str, int], now: datetime
) -> Iterator[SkillGate]:
    for gate, skill in sorted({(gate_of(kind), skill) for kind, skill in done}):
        if gate:
            shown = gate == "show"
            yield SkillGate(
                person_id=enrolment.person_id,
                skill_id=skills[skill],
                gate=gate,
                level=LEVEL.get(gate),
                standard_uid=UUID(int=skills[skill]) if shown else None,
                valid_until=(now + timedelta(days=300)).date() if shown else None,
                opened_at=now - timedelta(days=3),
                source=f"generated:{enrolment.uid}",
            )


def _cases(made: Made, enrolments: Sequence[Enrolment], now: datetime) -> int:
    """Two observations each, by the coach and another, that meet the rule of the standard."""
    version = StandardVersion.objects.filter(spec__slug=STANDARD).latest("number")
    spec = StandardSpec.from_json(version.spec)
    skills = list(Skill.objects.filter(slug__in=spec.skills))
    some = enrolments[: min(WAITING, len(enrolments) // 5)]
    at = now - timedelta(days=2)
    cases = Case.objects.bulk_create(
        [
            Case(
                enrolment=enrolment,
                learner_id=enrolment.person_id,
                version=version,
                standard_uid=version.standard_uid,
                status=Case.Status.READY,
                opened_at=at - timedelta(days=8),
                ready_at=at + timedelta(minutes=number),
            )
            for number, enrolment in enumerate(some)
        ],
        batch_size=BATCH,
    )
    observations, ratings = [], []
    for number, case in enumerate(cases):
        for turn in range(max(spec.rule.observations, spec.rule.observers, spec.rule.contexts)):
            seen = Observation(
                uid=UUID(int=(number << 8) + turn + 1),
                person_id=case.learner_id,
                observer=made.coaches[turn % len(made.coaches)],
                version=version,
                case=case,
                context=spec.where[turn % len(spec.where)],
                what_i_saw="They asked, waited, and played back what the customer said.",
                written_at=at + timedelta(microseconds=number, minutes=turn),
                occurred_at=at - timedelta(hours=1) + timedelta(minutes=turn),
                recorded_at=at + timedelta(hours=1),
            )
            rated = [ObservationSkill(observation=seen, skill=skill, supervision=4) for skill in skills]
            nothing: list[ObservationIndicator] = []
            seen.digest = observation_digest(seen, rated, nothing)
            observations.append(seen)
            ratings += rated
    Observation.objects.bulk_create(observations, batch_size=BATCH)
    ObservationSkill.objects.bulk_create(ratings, batch_size=BATCH)
    return len(cases)


def _thread(made: Made, now: datetime) -> None:
    """A thread of forty posts."""
    thread = Thread.objects.create(
        skill=Skill.objects.order_by("slug")[0],
        author=made.learners[0],
        title="What do you say when the customer asks for the price first?",
        opened_at=now - timedelta(days=3),
    )
    Post.objects.bulk_create(
        [
            Post(
                thread=thread,
                author=made.learners[number % len(made.learners)],
                kind=Post.Kind.ANSWER,
                body="I ask what the hour costs them today, and write the figure down where both of us see it.",
                posted_at=now - timedelta(days=2) + timedelta(minutes=number),
            )
            for number in range(POSTS)
        ]
    )
