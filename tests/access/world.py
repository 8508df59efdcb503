"""A small company in which everybody of the access matrix is somebody.

Two teams. *near* is what belongs to the learner NH, around whom everybody else stands; *far* is the same of a learner
of the other team, whom OM manages and others coach and observe; *own* is what somebody has themself, because everybody
here also learns. Strings that nobody else may read are *sentinels*, one for each promise.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch
from uuid import uuid4

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.files.uploadedfile import SimpleUploadedFile

from assessments.api import (
    Attempt,
    Attest,
    Case,
    Entrust,
    Request,
    SignOffEvent,
    StandardVersion,
    add_evidence,
    choose_in_attempt,
    decide_case,
    mark_response,
    publish_calibration,
    record_held_before,
    start_attempt,
    take_calibration,
    write_response,
)
from assessments.rules.specs import CalibrationItemSpec, CalibrationSpec
from cms.models import CoursePage, LessonPage
from coaching.api import Challenge, CoachProfile, Commitment, Post, Session, Thread, hand_over, hold_session
from lms import clock
from lms.api import (
    AUDITORS,
    AUTHORS,
    LEARNING_ADMINISTRATORS,
    SPONSORS,
    Enrolment,
    EnrolmentRule,
    Notice,
    PathVersion,
    RoleHolding,
    User,
    apply_import,
    look_at_import,
    read_people_file,
)
from lms.rules.specs import LessonSpec
from tests import people_files
from tests.factories import basics, cms, coaching, judging, notices, paths, people, pictures, practice
from tests.shown import looked

ROLES = ("NH", "CO", "OB", "XC", "MG", "OM", "ED", "LD", "SP", "AU", "SU")
"""Signed in and active. AN (anonymous) and IN (inactive) have no rows: they are treated alike everywhere."""
NAMES = ("Nora Hall", "Cora Oak", "Olaf Beck", "Xena Cole", "Mona Gray", "Omar Mann", "Edda Dorn", "Lena Dahl",
         "Siri Pace", "Aude Unger", "Suna Ural")  # fmt: skip

SKILLS = ("visits", "stories", "offers", "plans", "closings")
SET = basics.uid("access-set")
UNSEEN = "Because of what nobody has seen"


def sentinel(name: str) -> str:
    """A string that cannot be there by chance."""
    return f"sentinel-{name}-{uuid4().hex}"


@dataclass
class Rows:
    """What belongs to one learner. Only *near* and *far* have the second half."""

    person: User
    enrolment: Enrolment
    attempt: Attempt
    case: Case
    request: Request
    words: Any
    file: Any
    commitment: Commitment
    session: Session
    notice: Notice
    thread: Thread
    done: Commitment | None = None
    held: Session | None = None
    talk: Session | None = None
    ready: Case | None = None
    signed: SignOffEvent | None = None
    flagged: SignOffEvent | None = None
    by_coach: SignOffEvent | None = None
    example: Post | None = None
    rated: Any = None
    challenge: Any = None
    covered: Request | None = None
    """Asked of somebody who is away, for whom the coach covers."""


@dataclass
class World:
    """Everybody, everything, and what must not be found."""

    people: dict[str, User]
    version: PathVersion
    near: Rows
    far: Rows
    own: dict[str, Rows]
    course: Any
    hidden_course: Any
    spare: Any = None
    """A path on which nobody is."""
    rule: Any = None
    """A rule that enrols, and has enrolled nobody yet."""
    idle: Any = None
    """A coach of nobody."""
    take_back: Any = None
    again: Any = None
    """Their grants that were given and revoked today."""
    invited: Any = None
    """Somebody who has not chosen a passphrase yet."""
    left: Any = None
    """Somebody who was signed in when they were ended."""
    entry: Any = None
    """What somebody of no team held before, recorded by a second learning administrator; it waits."""
    holding: Any = None
    """A role that somebody of no team holds."""
    file: Any = None
    """A file with people that waits: a new one, one who changes, one who leaves, one who cannot be read."""
    written: Any = None
    """One that was written."""
    secrets: dict[str, str] = field(default_factory=dict)
    """Each sentinel by its name."""
    readers: dict[str, frozenset[str]] = field(default_factory=dict)
    """Which roles may read each sentinel."""

    def lesson(self, *, unseen: bool = False) -> Any:
        """The first lesson on everybody's path, or the one on nobody's."""
        return (self.hidden_course if unseen else self.course).live_lessons()[0]

    def rows(self, whose: str, role: str) -> Rows:
        """What a role tries to reach."""
        return {"near": self.near, "far": self.far}.get(whose) or self.own[role]


@contextmanager
def stopped_clock() -> Iterator[datetime]:
    """The same minute for everybody, or two looks at one page would differ: its middle, as pages show minutes."""
    moment = clock.now().replace(second=30, microsecond=0)
    with patch.object(clock, "_offset", lambda path: moment - datetime.now(UTC)):  # noqa: TID251 - it is bent here
        yield moment


def build(at: datetime) -> World:
    """Everything, through the services where a service makes it. About two seconds."""
    frame = cms.site()
    course, hidden = _courses(frame)
    persons = dict(zip(ROLES, [people.person(name) for name in NAMES], strict=True))
    for role, group in (("ED", AUTHORS), ("LD", LEARNING_ADMINISTRATORS), ("SP", SPONSORS), ("AU", AUDITORS)):
        people.in_group(group, persons[role])
    people.administrator(persons["SU"])
    version = _path(course)
    other = people.person("Faye Far")
    people.team(persons["NH"], manager=persons["MG"], slug="near-team")
    people.team(other, manager=persons["OM"], slug="far-team")
    people.customer("castell")
    coaching.prompt(SKILLS[0])
    world = World(persons, version, None, None, {}, course, hidden)  # type: ignore[arg-type]
    near = _Circle(persons["XC"], persons["CO"], persons["OB"], persons["MG"], people.person("Orla Before"))
    far = _Circle(
        people.person("Finn Before"), people.person("Fred Coach"), people.person("Fern Observer"), persons["OM"],
        people.person("Fay Before"),
    )  # fmt: skip
    world.near = _history(world, persons["NH"], near, at, world.secrets)
    world.far = _history(world, other, far, at, {})
    for role in ROLES:
        world.own[role] = world.near if role == "NH" else _little(world, persons[role], at)
    world.spare = paths.path(
        paths.step("external", "spare"), slug="spare", role_version=paths.role(paths.requires("spare"))
    )
    world.rule = EnrolmentRule.objects.create(
        job="Dawn watch",
        path=world.spare.path,
        joined_from_on=at.date(),
        switched_on_by=persons["LD"],
        switched_on_at=at - timedelta(days=1),
    )
    world.idle, world.left = coaching.coach("Ida Idle"), people.person("Ines Left")
    today: Any = {"granted_at": at, "until_on": at.date()}
    (world.take_back,) = coaching.grant(world.idle, SKILLS[0], **today)
    ended = {"revoked_at": at, "revoked_by": people.granter(), "revoked_reason": "By mistake."}
    (world.again,) = coaching.grant(world.idle, SKILLS[1], **today, **ended)
    _covered(world, at)
    _held_before(world, at)
    for rows in (world.near, world.far):
        pictures.photo(rows.person)
        TOTP.activate(rows.person, generate_totp_secret())
    world.invited = User.objects.create_user("ina@example.com", full_name="Ina Invited")
    _files(world, at - timedelta(hours=2))
    _who_reads(world)
    return world


def _held_before(world: World, at: datetime) -> None:
    second = people.in_group(LEARNING_ADMINISTRATORS, people.person("Lara Second"))
    role = world.near.enrolment.role_version
    held = {"role_version": role, "made_by": second, "made_at": at - timedelta(days=1)}
    holder = people.person("Hans Holder")
    world.holding = RoleHolding.objects.create(person=holder, from_on=at.date() - timedelta(days=90), **held)
    world.entry = record_held_before(
        actor=second, person_uid=people.person("Olga Held").uid, role_version_uid=role.uid, coach_uid=None,
        since=at.date() - timedelta(days=90), source="A list of certificates.",
        skills=[Attest(SKILLS[0], basics.uid(SKILLS[0]), 3)], key=uuid4(), at=at - timedelta(hours=3),
    )  # fmt: skip


# --- What there is to learn -----------------------------------------------------------------------------------------


def _courses(frame: Any) -> tuple[Any, Any]:
    """One that is on everybody's path, and one that is on no path, with a key of its own."""
    tag = cms.skill_source("hearing")
    seen = cms.course_page(frame, tag, slug="hear", lessons=2)
    hidden = cms.add(frame.shelves["courses"], CoursePage(title="Unseen", slug="unseen", minutes=40))
    key = {"q": "Why unseen?", "a": UNSEEN, "wrong": cms.items("Never", "Always"), "why": "So it is."}
    body = [cms.raw("paragraph", "<p>Words.</p>"), cms.raw("recall", key)]
    words = {"gist": "In short.", "outcome": "I can.", "minutes": 5, "skills": cms.skill_stream(tag)}
    cms.add(hidden, LessonPage(title="Unseen lesson", slug="unseen-1", body=body, **words))
    return seen, hidden


def _path(course: Any) -> PathVersion:
    for slug in SKILLS:
        judging.standard(judging.standard_spec(slug, (slug,), rule=_rule()))
    practice.scenario(practice.scenario_spec("access-quay", SKILLS[:2]))
    items = tuple(CalibrationItemSpec(f"scene-{n}", f"Visit {n}.", n % 5 + 1, f"Since {n}.") for n in range(3))
    spec = CalibrationSpec(
        uid=SET, slug="access-set", title="Three visits", skill=SKILLS[0], kappa=0.6, max_bias=0.5, min_items=3,
        items=items,
    )  # fmt: skip
    publish_calibration(spec, basics.MONDAY)
    lessons = tuple(LessonSpec(page.uid, (SKILLS[0],), 1) for page in course.live_lessons())
    shown = [paths.step("demonstration", f"show-{slug}", content=slug, skills=(slug,)) for slug in SKILLS]
    return paths.path(
        paths.step("course", "read", content_uid=course.uid, skills=(SKILLS[0],), lessons=lessons),
        paths.step("practice", "practise", content="access-quay", skills=SKILLS[:2]),
        paths.step("session", "talk", skills=(SKILLS[0],)),
        paths.step("commitment", "promise", skills=SKILLS[:2]),
        paths.step("calibration", "calibrate", content_uid=SET, skills=(SKILLS[0],)),
        paths.step("external", "elsewhere"),
        *shown,
        role_version=paths.role(*(paths.requires(slug) for slug in SKILLS)),
        slug="access",
    )


def _rule() -> Any:
    """One observation, from the coach if need be."""
    return judging.evidence_rule(observations=1, observers=1, contexts=1, latest=1)


# --- What happened --------------------------------------------------------------------------------------------------


@dataclass
class _Circle:
    """Who helped a learner: the coach before, the coach now, whom they asked to watch, and who watched before."""

    before: User
    coach: User
    asked: User
    manager: User
    watched: User


def _enrol(world: World, who: User, at: datetime) -> Enrolment:
    return paths.enrolment(who, world.version, started_on=(at - timedelta(days=20)).date())


def _history(world: World, who: User, circle: _Circle, at: datetime, secrets: dict[str, str]) -> Rows:
    """A learner in the middle of things: practice, cases in every state, a coach before and one now."""

    def secret(name: str) -> str:
        return secrets.setdefault(name, sentinel(name))

    enrolment = _enrol(world, who, at)
    for helper in (circle.before, circle.coach):
        CoachProfile.objects.get_or_create(person=helper, defaults={"capacity": 9})
    for helper in (circle.before, circle.coach, circle.asked, circle.watched):
        judging.granted(helper, *SKILLS[:3], SKILLS[4])
        judging.granted(helper, SKILLS[3], basis="provisional" if helper == circle.before else "founding")
    judging.assigned(enrolment, circle.before, since=at - timedelta(days=19))
    held = _held(enrolment, circle.before, at - timedelta(days=6), secret("note of the coach before"), "the first talk")
    signed = _decided(world, enrolment, who, circle.before, SKILLS[2], at - timedelta(days=5))
    flagged = _decided(world, enrolment, who, circle.before, SKILLS[3], at - timedelta(days=5, hours=3))
    looked(hand_over,
        actor=User.objects.get(pk=circle.manager.pk), enrolment_uid=enrolment.uid, coach_uid=circle.coach.uid,
        reason="Moved to another town.", key=uuid4(), at=at - timedelta(days=4),
    )  # fmt: skip
    talk = _held(enrolment, circle.coach, at - timedelta(days=3), secret("note of the coach"), "the second talk")
    by_coach = _decided(world, enrolment, who, circle.coach, SKILLS[4], at - timedelta(days=2))
    _observe(world, enrolment, who, circle.coach, SKILLS[1], at - timedelta(days=2, hours=3))
    ready = Case.objects.get(enrolment=enrolment, standard_uid=basics.uid(SKILLS[1]))
    # One case is open: somebody has seen it, somebody else is asked and has not; its evidence is words and a file.
    _observe(world, enrolment, who, circle.watched, SKILLS[0], at - timedelta(days=2), secret("observation"))
    case = Case.objects.get(enrolment=enrolment, standard_uid=basics.uid(SKILLS[0]))
    asked_at = at - timedelta(days=1, hours=1, minutes=30)  # "1 day, 1 hour ago" stays so while the walk lasts
    asked = judging.asked(_scene(world, enrolment, who, SKILLS[0]), circle.asked, on=at.date(), at=asked_at)
    evidence = {"actor": who, "case_uid": case.uid, "at": at}
    words = add_evidence(**evidence, text=secret("evidence"), key=uuid4())
    paper = SimpleUploadedFile("notes.pdf", b"%PDF-1.7\n1 0 obj\n% " + secret("evidence").encode() + b"\nendobj\n")
    file = add_evidence(**evidence, file=paper, key=uuid4())
    thread = coaching.question(SKILLS[0], who, at=at)
    return Rows(
        who, enrolment, _practised(who, at - timedelta(days=1), secrets), case, asked, words, file,
        commitment=coaching.commitment(enrolment, SKILLS[0], what="Ask before I propose", by_on=at.date()),
        done=coaching.commitment(enrolment, SKILLS[1], status="done", what="Wait for the answer", by_on=at.date()),
        session=coaching.session(enrolment, circle.coach, at + timedelta(days=2)),
        held=held, talk=talk, ready=ready, signed=signed, flagged=flagged, by_coach=by_coach, thread=thread,
        notice=_notice(who, at), rated=_rated(who, at),
        challenge=Challenge.objects.create(
            enrolment=enrolment, step_uid=basics.uid("read"), about_uid=basics.uid("read"), title="Show it now",
            why="Did it for years.", asked_at=at,
        ),
        example=coaching.post(thread, who, "example", "For example this.", at),
    )  # fmt: skip


def _little(world: World, who: User, at: datetime) -> Rows:
    """What somebody who also learns has of their own."""
    enrolment = _enrol(world, who, at)
    of = _scene(world, enrolment, who, SKILLS[0])
    asked = judging.asked(of, User.objects.get(full_name="Fern Observer"), at=at)
    evidence = {"actor": who, "case_uid": asked.case.uid, "at": at}
    paper = SimpleUploadedFile("own.pdf", b"%PDF-1.7\n1 0 obj\nendobj\n")
    return Rows(
        who, enrolment,
        start_attempt(actor=who, scenario_uid=basics.uid("access-quay"), key=uuid4(), at=at),
        asked.case, asked,
        add_evidence(**evidence, text="Some words.", key=uuid4()),
        add_evidence(**evidence, file=paper, key=uuid4()),
        commitment=coaching.commitment(enrolment, SKILLS[0], what="Ask before I propose", by_on=at.date()),
        session=coaching.session(enrolment, User.objects.get(full_name="Fred Coach"), at + timedelta(days=9)),
        notice=_notice(who, at), rated=_rated(who, at),
        thread=coaching.question(SKILLS[0], who, at=at),
    )  # fmt: skip


def _covered(world: World, at: datetime) -> None:
    """NH asked somebody who is away; NH's coach may watch in their place."""
    away = coaching.coach("Iva Away")
    judging.granted(away, SKILLS[0])
    absent = {"away_from": at.date() - timedelta(days=1), "away_until": at.date() + timedelta(days=5)}
    cover = CoachProfile.objects.get(person=world.people["CO"])
    CoachProfile.objects.filter(person=away).update(**absent, cover=cover)
    of = _scene(world, world.near.enrolment, world.near.person, SKILLS[0])
    world.near.covered = judging.asked(of, away, on=at.date(), at=at - timedelta(hours=30))


def _notice(who: User, at: datetime) -> Notice:
    return notices.said(who, "Something new", at)


def _rated(who: User, at: datetime) -> Any:
    ratings = {f"scene-{n}": 3 for n in range(3)}
    before = at - timedelta(days=3)
    return take_calibration(actor=who, set_uid=SET, number=1, ratings=ratings, key=uuid4(), at=before)


def _scene(world: World, enrolment: Enrolment, who: User, slug: str) -> judging.Scene:
    version = StandardVersion.objects.get(standard_uid=basics.uid(slug))
    manager = world.people["MG"]
    return judging.Scene(
        who, manager, manager, manager, manager, enrolment, version, basics.uid(f"show-{slug}"), (slug,)
    )


def _observe(
    world: World, enrolment: Enrolment, who: User, by: User, slug: str, at: datetime, text: str = judging.SEEN
) -> None:
    days: Any = (clock.now() - at) / timedelta(days=1)
    judging.observed(_scene(world, enrolment, who, slug), by, 4, days_ago=days, text=f"{text} They asked, and waited.")


def _decided(world: World, enrolment: Enrolment, who: User, by: User, slug: str, at: datetime) -> SignOffEvent:
    _observe(world, enrolment, who, by, slug, at)
    case = Case.objects.get(enrolment=enrolment, standard_uid=basics.uid(slug))
    return looked(decide_case,
        actor=by, case_uid=case.uid, verdicts={slug: Entrust(3)}, why="Seen, unaided.", key=uuid4(),
        at=at + timedelta(hours=1),
    )[0]  # fmt: skip


def _held(enrolment: Enrolment, by: User, at: datetime, note: str, title: str) -> Session:
    planned = coaching.session(enrolment, by, at, title=title)
    return hold_session(
        actor=by, session_uid=planned.uid, shared_notes=f"Shared words of {title}.", private_notes=note, held_at=at,
        key=uuid4(), at=at + timedelta(hours=1),
    )  # fmt: skip


def _practised(who: User, at: datetime, secrets: dict[str, str]) -> Attempt:
    """An attempt up to its written and marked answer; what only this way through shows are sentinels, too."""
    attempt = start_attempt(actor=who, scenario_uid=basics.uid("access-quay"), key=uuid4(), at=at)
    turn = {"actor": who, "attempt_uid": attempt.uid, "at": at}
    for choice in ("first-weak", "aside-best", "second-best", "third-best"):
        choose_in_attempt(**turn, node=choice.partition("-")[0], choice=choice, confidence="guess", key=uuid4())
    text = secrets.setdefault("open response", sentinel("answer"))
    write_response(**turn, node="write", text=text, key=uuid4())
    mark_response(**turn, node="write", ticks=["look-1"], key=uuid4())
    secrets["attempt"] = str(attempt.uid)
    secrets["attempt, as hex"] = attempt.uid.hex
    secrets["reason of the choice"] = "Reason of first-weak."
    secrets["marked line"] = "Look-for 1."
    attempt.refresh_from_db()
    return attempt


def _files(world: World, at: datetime) -> None:
    """One file was written, which brought somebody and an address for another; one waits."""
    actor, far = world.people["SU"], world.far.person
    User.objects.filter(pk=far.pk).update(employee_number="7001")
    first = (
        ("7002", "Nils Before", "nils.before@example.com", "Seller", "Far-team", "", "2026-01-05", ""),
        ("7001", far.full_name, "faye.other@example.com", "", "", "", "", ""),
    )
    last_day = (at + timedelta(days=30)).date().isoformat()
    second = (
        ("7003", "Nia Next", "nia.next@example.com", "Seller", "Night shift", "7002", "2026-01-05", ""),
        ("7002", "Nils Before", "", "Buyer", "", "", "", last_day),
        ("7004", "Norbert Nobody", "", "", "", "", "", ""),
    )
    kept = [
        read_people_file(
            actor=actor, file=people_files.upload(people_files.csv_bytes(*rows), name=name), key=uuid4(), at=at
        )
        for name, rows in (("first.csv", first), ("second.csv", second))
    ]
    plan = look_at_import(kept[0], at, actor).plan
    assert plan is not None
    shown = plan.fingerprint
    world.written = apply_import(actor=actor, import_uid=kept[0].uid, shown=shown, key=uuid4(), at=at)
    world.file = kept[1]


# --- Who may read what ----------------------------------------------------------------------------------------------

AUTHORING = frozenset({"ED", "LD", "SU"})


def _who_reads(world: World) -> None:
    secrets, readers = world.secrets, world.readers
    for name in ("open response", "attempt", "attempt, as hex", "reason of the choice", "marked line"):
        readers[name] = frozenset({"NH"})
    readers["note of the coach"] = frozenset({"CO"})
    readers["note of the coach before"] = frozenset({"XC"})
    # Blind: OB is asked and CO coaches, but neither has written; an auditor reads what decisions rest on.
    readers["observation"] = frozenset({"NH"})
    readers["evidence"] = frozenset({"NH", "CO", "OB", "AU"})
    for name, text, who in (
        ("reason of a recall question", "So it is.", AUTHORING),
        ("right option of a question on no path", UNSEEN, AUTHORING),
    ):
        secrets[name], readers[name] = text, who
