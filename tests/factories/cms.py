"""Small authored pages and snippets: each is published as an author would, and as little as possible is said.

``site()`` makes the frame once; everything hangs in it. ``one_of_each()`` makes one of each kind, fit to be published.
"""

from __future__ import annotations

from copy import copy
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.db.models import Model
from wagtail.models import Page

from cms.models import (
    CoursePage,
    LessonPage,
    PathPage,
    RoleProfileSource,
    ScenarioPage,
    SkillSource,
    SpeakerSource,
    StandardPage,
)
from cms.services.authoring.setup import Frame, set_up_site

Raw = dict[str, Any]


METERS = ("trust", "margin", "time")


def publish(thing: Any) -> Any:
    """Save a revision and publish it; gives the row as it is now."""
    thing.save_revision().publish()
    return type(thing).objects.get(pk=thing.pk)


def raw(kind: str, value: Any) -> Raw:
    """One raw block with a fresh id."""
    return {"type": kind, "value": value, "id": str(uuid4())}


def items(*values: Any) -> list[Raw]:
    """Raw items of a list block."""
    return [raw("item", value) for value in values]


def site() -> Frame:
    """Home, shelves, groups; on what Wagtail's migrations leave."""
    return set_up_site()


def skill_source(slug: str = "listening") -> SkillSource:
    """A live skill with one indicator a band: ``<slug>/<first letter>-1``."""
    bands = [
        raw("band", {"band": band, "indicators": items({"key": f"{band[0].lower()}-1", "text": f"{band} of {slug}"})})
        for band in ("Foundation", "Practitioner", "Lead")
    ]
    made = SkillSource(
        slug=slug,
        title=slug.capitalize(),
        family="Soft",
        about="About it.",
        not_this="Not this.",
        levels=bands,
        live=False,
    )
    made.save()
    return publish(made)


def add(parent: Page, page: Page, *, live: bool = True) -> Any:
    """Put a page below another, published or as a draft."""
    page.live = False
    parent.add_child(instance=page)
    if live:
        return publish(page)
    page.save_revision(clean=False)
    return page


def skill_stream(*skills: SkillSource) -> list[Raw]:
    """Skills that a page or step names."""
    return [raw("skill", found.pk) for found in skills]


def recall_block(question: str = "Why?") -> Raw:
    """A recall question."""
    return raw("recall", {"q": question, "a": "Because", "wrong": items("Never", "Always"), "why": "So it is."})


def course_page(frame: Frame, *skills: SkillSource, slug: str = "hear", lessons: int = 1) -> CoursePage:
    """A live course with lessons that are tagged with the skills."""
    page = add(frame.shelves["courses"], CoursePage(title=slug.capitalize(), slug=slug, minutes=40))
    for number in range(1, lessons + 1):
        lesson_page(page, *skills, slug=f"{slug}-{number}")
    return page


def lesson_page(
    parent: CoursePage, *skills: SkillSource, slug: str = "lesson", text: str = "A first text."
) -> LessonPage:
    """A live lesson with a paragraph and a recall question."""
    body = [raw("paragraph", f"<p>{text}</p>"), recall_block(), raw("pause", {"prompt": "And you?"})]
    return add(
        parent,
        LessonPage(
            title=slug.capitalize(), slug=slug, gist="In short.", outcome="I can.", minutes=5,
            skills=skill_stream(*skills), body=body,
        ),
    )  # fmt: skip


def speaker_source(slug: str = "ines") -> SpeakerSource:
    """Somebody who speaks."""
    made = SpeakerSource(slug=slug, title=slug.capitalize(), role="Director", portrait="scene", live=False)
    made.save()
    return publish(made)


def choice_value(key: str, to: str, skill: SkillSource, points: int, **fields: Any) -> Raw:
    """A choice that scores one skill."""
    return {
        "key": key, "text": f"Say {key}", "to": to, "score": items({"skill": skill.pk, "points": points}),
        "state": {"trust": None, "margin": None, "time": None}, "critical": False, "why": "Since.", **fields,
    }  # fmt: skip


def decision_block(key: str, to: str, skill: SkillSource, who: SpeakerSource) -> Raw:
    """A decision with three choices, all leading to one node."""
    choices = items(
        choice_value("best", to, skill, 2), choice_value("fair", to, skill, 0), choice_value("poor", to, skill, -2)
    )
    return raw(
        "decision",
        {"key": key, "speaker": who.pk, "mood": "even", "says": "Well?", "ask_confidence": False, "choices": choices},
    )


def ending_block(key: str = "good") -> Raw:
    """An ending that can be passed."""
    return raw("ending", {"key": key, "end": "It ends.", "debrief": "Look back.", "pass_at": 0.7, "otherwise": "Hm."})


def scenario_page(
    frame: Frame, skill: SkillSource, *, slug: str = "call", live: bool = True, nodes: Any = None
) -> ScenarioPage:
    """A scenario of two decisions and an ending."""
    who = SpeakerSource.objects.first() or speaker_source()
    meters = [
        raw("meter", {"name": name, "start": 0, "min": -4, "max": 4, "words": items(*"abcde")}) for name in METERS
    ]
    if nodes is None:
        nodes = [decision_block("one", "two", skill, who), decision_block("two", "good", skill, who), ending_block()]
    page = ScenarioPage(
        title=slug.capitalize(), slug=slug, brief="A call.", minutes=10, skills=skill_stream(skill), start="one",
        meters=meters, nodes=nodes,
    )  # fmt: skip
    return add(frame.shelves["scenarios"], page, live=live)


def standard_page(frame: Frame, skill: SkillSource, *, slug: str = "visit", **fields: Any) -> StandardPage:
    """A live standard for one skill, granting up to level 4."""
    page = StandardPage(
        title=slug.capitalize(), slug=slug, about="A visit.", specification="Do it.", limits="Not that.",
        risk_if_fails="Harm.", skills=skill_stream(skill), indicators=[raw("indicator", f"{skill.slug}/f-1")],
        where=[raw("context", "joint call"), raw("context", "live customer")], **fields,
    )  # fmt: skip
    return add(frame.shelves["standards"], page)


def role_source(skill: SkillSource, *, slug: str = "consultant", **line: Any) -> RoleProfileSource:
    """A live role profile that requires one skill at level 3."""
    value = {
        "skill": skill.pk,
        "level": "3",
        "weight": 1,
        "target_day": 60,
        "critical": False,
        "standard": None,
        **line,
    }
    made = RoleProfileSource(
        slug=slug, title=slug.capitalize(), threshold=Decimal("0.85"), requires=[raw("requirement", value)], live=False
    )
    made.save()
    return publish(made)


def step_block(kind: str, key: str, target: Any = None, *, days: tuple[int, int] = (1, 20), **fields: Any) -> Raw:
    """A step; ``leaves`` is a list of (kind, value) that must all hold."""
    leaves = [raw(name, value) for name, value in fields.pop("leaves", [])]
    own = {"title": key, "skills": items(*[found.pk for found in fields.pop("skills", [])])}
    about = own if kind in ("session", "commitment") else {"target": target.pk if target else None}
    value = {
        **about, "key": key, "required": True, "start_day": days[0], "due_day": days[1], "minutes": None,
        "unlock": {"mode": "all", "n": None, "leaves": leaves}, **fields,
    }  # fmt: skip
    return raw(kind, value)


def milestone_block(key: str, day: int, *steps: Raw) -> Raw:
    """A milestone."""
    return raw("milestone", {"key": key, "title": f"I can {key}", "day": day, "steps": list(steps)})


def path_page(
    frame: Frame, role: RoleProfileSource, *milestones: Raw, slug: str = "start", live: bool = True
) -> PathPage:
    """A path."""
    page = PathPage(title=slug.capitalize(), slug=slug, role=role, milestones=list(milestones))
    return add(frame.shelves["paths"], page, live=live)


class OneOfEach:
    """One of each kind around one skill, published: skill, course with two lessons, scenario, standard, role, path."""

    def __init__(self) -> None:
        self.frame = site()
        self.skill = skill_source()
        self.course = course_page(self.frame, self.skill, lessons=2)
        self.lesson = self.course.live_lessons()[0]
        self.scenario = scenario_page(self.frame, self.skill)
        self.standard = standard_page(self.frame, self.skill)
        self.role = role_source(self.skill)
        self.path = path_page(self.frame, self.role, *self.milestones())

    def milestones(self) -> list[Raw]:
        """Study and practise by day 20, show by day 40."""
        return [
            milestone_block(
                "begin", 20,
                step_block("course", "study", self.course),
                step_block("practice", "practise", self.scenario, leaves=[("step", "study")]),
            ),
            milestone_block("show", 40, step_block("demonstration", "visit", self.standard, days=(20, 40))),
        ]  # fmt: skip

    def again(self) -> OneOfEach:
        """The same rows, read anew: who changes an object of these changes no object of anybody else."""
        found = copy(self)
        for name, kept in vars(self).items():
            if isinstance(kept, Model):
                setattr(found, name, read_again(kept))
        shelves = {name: read_again(page) for name, page in self.frame.shelves.items()}
        found.frame = Frame(read_again(self.frame.home), shelves)
        return found


def read_again(row: Any) -> Any:
    """The row as it stands in the database."""
    return type(row).objects.get(pk=row.pk)


def one_of_each() -> OneOfEach:
    """See ``Small``. Takes half a second: the fixture ``small`` makes one for all tests of a file."""
    return OneOfEach()
