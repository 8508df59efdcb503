"""The order of a load: what others rest on comes first.

The command loads in one transaction; a dry run is the same one, rolled back. Where an installation is set up the load
comes in pieces, so that nobody waits for it and everybody sees how far it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cms.models import (
    CalibrationSource,
    CompileFailure,
    CoursePage,
    ExternalSource,
    LessonPage,
    PathPage,
    RoleProfileSource,
    ScenarioPage,
    SkillSource,
    SpeakerSource,
    StandardPage,
)
from cms.rules.curriculum.documents import Curriculum
from cms.rules.curriculum.specs import uid
from cms.services.authoring.setup import Frame, frame_of_site
from lms.api import customers_by_slug, set_customer
from lms.errors import Invalid

from . import raw, raw_pages
from .raw import Keys
from .writer import LoadReport, Piece, Say, Writer

RULE = ("observations", "observers", "contexts", "at_least", "latest", "window_days", "max_from_coach")
WORDS = ("about", "specification", "limits", "risk_if_fails", "grants", "risk", "signers", "minutes")


def load_curriculum(curriculum: Curriculum, *, dry_run: bool = False, say: Say = lambda line: None) -> LoadReport:
    """Make pages, snippets and customers say what the curriculum says, publishing what differs.

    The files win over what was edited in the admin; a second run with the same files writes nothing. ``say`` takes
    progress lines. Raises Invalid when something cannot be published. Takes about 20 seconds the first time.
    """
    with transaction.atomic():
        writer = Writer(say)
        _content(writer, curriculum)
        _customers(writer, curriculum)
        writer.report.failed = [str(row) for row in CompileFailure.objects.filter(resolved_at=None)]
        if dry_run:
            transaction.set_rollback(True)
    return writer.report


def load_in_pieces(curriculum: Curriculum, piece: Piece) -> None:
    """Make and publish what is missing of the curriculum's pages and snippets, each inside ``piece()``.

    Its customers are those of a made-up company and stay out. What is there stays as somebody left it: a load that
    ended half-way goes on, and a second one writes nothing.
    Raises Invalid when something cannot be published, or something else has the short name that it needs.
    """
    writer = Writer(lambda line: None, piece=piece, keeps=True)
    _content(writer, curriculum)
    failure = CompileFailure.objects.filter(resolved_at=None, uid__in=writer.uids).first()
    if failure:
        raise Invalid(_("Not all of it could be published. %(failure)s") % {"failure": failure})


def pieces_of(c: Curriculum) -> int:
    """How many pages and snippets a curriculum has."""
    library = (c.skills, c.speakers, c.externals, c.calibration_sets, c.roles)
    pages = (c.courses, *(course.lessons for course in c.courses), c.scenarios, c.demonstrations, c.paths)
    return sum(map(len, (*library, *pages)))


def _content(writer: Writer, c: Curriculum) -> None:
    """All of it, what others rest on first."""
    frame = frame_of_site()
    targets = _library(writer, c)
    targets |= _pages(writer, frame, c, targets)
    _paths(writer, frame, c, targets, _roles(writer, c, targets))


def _library(writer: Writer, c: Curriculum) -> dict[str, Keys]:
    """Skills, speakers, training elsewhere, calibration sets."""
    prompts = {item.skill: item.prompt for item in c.prompts}
    writer.say(f"Skills: {len(c.skills)}")
    skills = {}
    for skill in c.skills:
        skills[skill.slug] = writer.source(
            SkillSource,
            uid("skill", skill.slug),
            skill.slug,
            skill.title,
            family=skill.family,
            about=skill.about,
            levels=raw.levels(skill),
            not_this=skill.not_this,
            prompt=prompts.get(skill.slug, ""),
        )
    writer.say(f"Speakers: {len(c.speakers)}; training elsewhere: {len(c.externals)}")
    speakers = {
        speaker.id: writer.source(
            SpeakerSource,
            uid("speaker", speaker.id),
            speaker.id,
            speaker.name,
            role=speaker.role,
            portrait=speaker.portrait,
        )
        for speaker in c.speakers
    }
    externals = {
        item.slug: writer.source(
            ExternalSource,
            uid("external", item.slug),
            item.slug,
            item.title,
            about=item.about,
            minutes=item.minutes,
            note=item.note,
        )
        for item in c.externals
    }
    writer.say(f"Calibration sets: {len(c.calibration_sets)}")
    calibrations = {
        item.slug: writer.source(
            CalibrationSource,
            uid("calibration", item.slug),
            item.slug,
            skills[item.skill].title,
            skill=skills[item.skill],
            kappa=item.passing.kappa,
            max_bias=item.passing.max_bias,
            min_items=item.passing.min_items,
            items=raw.vignettes(item),
        )
        for item in c.calibration_sets
    }
    return {
        "skill": _keys(skills),
        "discussion": _keys(skills),
        "speaker": _keys(speakers),
        "external": _keys(externals),
        "calibration": _keys(calibrations),
    }


def _pages(writer: Writer, frame: Frame, c: Curriculum, targets: dict[str, Keys]) -> dict[str, Keys]:
    """Courses with lessons, scenarios, standards."""
    skills = targets["skill"]
    courses = {}
    for number, course in enumerate(c.courses, 1):
        writer.say(f"Course {number} of {len(c.courses)}: {course.slug}")
        page = writer.page(
            CoursePage,
            frame.shelves["courses"],
            uid("course", course.slug),
            course.slug,
            course.title,
            minutes=course.minutes,
            recall=[raw.recall(item, "course", course.slug) for item in course.recall],
        )
        courses[course.slug] = page
        lessons = [
            writer.page(
                LessonPage,
                page,
                uid("lesson", lesson.slug),
                lesson.slug,
                lesson.title,
                gist=lesson.gist,
                outcome=lesson.outcome,
                minutes=lesson.minutes,
                skills=raw.skills(lesson.skills, skills, "lesson", lesson.slug),
                body=raw.body(lesson),
            )
            for lesson in course.lessons
        ]
        writer.order(page, lessons)
    scenarios = {}
    for number, scenario in enumerate(c.scenarios, 1):
        writer.say(f"Scenario {number} of {len(c.scenarios)}: {scenario.slug}")
        scenarios[scenario.slug] = writer.page(
            ScenarioPage,
            frame.shelves["scenarios"],
            uid("scenario", scenario.slug),
            scenario.slug,
            scenario.title,
            brief=scenario.brief,
            minutes=scenario.minutes,
            skills=raw.skills(scenario.skills, skills, "scenario", scenario.slug),
            start=scenario.start,
            meters=raw_pages.meters(scenario),
            nodes=raw_pages.nodes(scenario, skills, targets["speaker"]),
        )
    writer.say(f"Standards: {len(c.demonstrations)}")
    standards = {item.slug: _standard(writer, frame, item, skills) for item in c.demonstrations}
    return {"course": _keys(courses), "practice": _keys(scenarios), "demonstration": _keys(standards)}


def _standard(writer: Writer, frame: Frame, item: Any, skills: Keys) -> StandardPage:
    rule = {name: getattr(item.rule, name) for name in RULE}
    words = {name: getattr(item, name) for name in WORDS}
    return writer.page(
        StandardPage,
        frame.shelves["standards"],
        uid("standard", item.slug),
        item.slug,
        item.title,
        **words,
        **rule,
        valid_months=item.validity.valid_months,
        use_every_months=item.validity.use_every_months,
        skills=raw.skills(item.skills, skills, "standard", item.slug),
        where=raw_pages.where(item),
        indicators=raw_pages.indicators(item),
        evidence=raw_pages.evidence(item),
        expected=raw_pages.expected(item),
    )


def _roles(writer: Writer, c: Curriculum, targets: dict[str, Keys]) -> dict[str, RoleProfileSource]:
    writer.say(f"Role profiles: {len(c.roles)}")
    return {
        role.slug: writer.source(
            RoleProfileSource,
            uid("role", role.slug),
            role.slug,
            role.title,
            threshold=Decimal(str(role.threshold)).quantize(Decimal("0.01")),
            requires=raw.requirements(role, targets["skill"], targets["demonstration"]),
        )
        for role in c.roles
    }


def _paths(
    writer: Writer, frame: Frame, c: Curriculum, targets: dict[str, Keys], roles: dict[str, RoleProfileSource]
) -> None:
    for number, path in enumerate(c.paths, 1):
        writer.say(f"Path {number} of {len(c.paths)}: {path.slug}")
        writer.page(
            PathPage,
            frame.shelves["paths"],
            uid("path", path.slug),
            path.slug,
            path.title,
            role=roles[path.role],
            milestones=raw_pages.milestones(path, targets),
            no_practice=raw_pages.no_practice(path, targets["skill"]),
        )


def _customers(writer: Writer, c: Curriculum) -> None:
    writer.say(f"Customers: {len(c.customers)}")
    known = customers_by_slug(item.slug for item in c.customers)
    for item in c.customers:
        wanted: dict[str, Any] = {
            "name": item.name,
            "decision": item.decision,
            "closed": item.closed,
            "note": item.note,
        }
        row = known.get(item.slug)
        if row and all(getattr(row, name) == value for name, value in wanted.items()):
            writer.report.unchanged += 1
        else:
            set_customer(slug=item.slug, **wanted)
            (writer.report.updated if row else writer.report.created).append(f"customer {item.slug}")
        writer.report.kinds["customer"] += 1


def _keys(found: dict[str, Any] | Iterable[Any]) -> Keys:
    return {slug: thing.pk for slug, thing in dict(found).items()}
