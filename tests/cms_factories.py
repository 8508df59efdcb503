"""Small authored things: each is published as an author would, and as little as possible is said.

``site()`` makes the frame once; everything hangs in it. ``small_path()`` makes one of each kind, fit to be published.
"""

from __future__ import annotations

from copy import copy
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.db.models import Model
from django.utils.safestring import SafeString
from wagtail import blocks
from wagtail.models import Page
from wagtail.test.utils.form_data import querydict_from_html, rich_text

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


def safe(html: str) -> SafeString:
    """HTML that a view has made."""
    return SafeString(html)


def items(*values: Any) -> list[Raw]:
    """Raw items of a list block."""
    return [raw("item", value) for value in values]


def site() -> Frame:
    """Home, shelves, groups; on what Wagtail's migrations leave."""
    return set_up_site()


def skill(slug: str = "listening") -> SkillSource:
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
    return [raw("skill", found.pk) for found in skills]


def recall(question: str = "Why?") -> Raw:
    """A recall question."""
    return raw("recall", {"q": question, "a": "Because", "wrong": items("Never", "Always"), "why": "So it is."})


def course(frame: Frame, *skills: SkillSource, slug: str = "hear", lessons: int = 1) -> CoursePage:
    """A live course with lessons that are tagged with the skills."""
    page = add(frame.shelves["courses"], CoursePage(title=slug.capitalize(), slug=slug, minutes=40))
    for number in range(1, lessons + 1):
        lesson(page, *skills, slug=f"{slug}-{number}")
    return page


def lesson(parent: CoursePage, *skills: SkillSource, slug: str = "lesson", text: str = "A first text.") -> LessonPage:
    """A live lesson with a paragraph and a recall question."""
    body = [raw("paragraph", f"<p>{text}</p>"), recall(), raw("pause", {"prompt": "And you?"})]
    return add(
        parent,
        LessonPage(
            title=slug.capitalize(), slug=slug, gist="In short.", outcome="I can.", minutes=5,
            skills=skill_stream(*skills), body=body,
        ),
    )  # fmt: skip


def speaker(slug: str = "ines") -> SpeakerSource:
    """Somebody who speaks."""
    made = SpeakerSource(slug=slug, title=slug.capitalize(), role="Director", portrait="scene", live=False)
    made.save()
    return publish(made)


def choice(key: str, to: str, skill: SkillSource, points: int, **fields: Any) -> Raw:
    """A choice that scores one skill."""
    return {
        "key": key, "text": f"Say {key}", "to": to, "score": items({"skill": skill.pk, "points": points}),
        "state": {"trust": None, "margin": None, "time": None}, "critical": False, "why": "Since.", **fields,
    }  # fmt: skip


def decision(key: str, to: str, skill: SkillSource, who: SpeakerSource) -> Raw:
    """A decision with three choices, all leading to one node."""
    choices = items(choice("best", to, skill, 2), choice("fair", to, skill, 0), choice("poor", to, skill, -2))
    return raw(
        "decision",
        {"key": key, "speaker": who.pk, "mood": "even", "says": "Well?", "ask_confidence": False, "choices": choices},
    )


def ending(key: str = "good") -> Raw:
    """An ending that can be passed."""
    return raw("ending", {"key": key, "end": "It ends.", "debrief": "Look back.", "pass_at": 0.7, "otherwise": "Hm."})


def scenario(
    frame: Frame, skill: SkillSource, *, slug: str = "call", live: bool = True, nodes: Any = None
) -> ScenarioPage:
    """A scenario of two decisions and an ending."""
    who = SpeakerSource.objects.first() or speaker()
    meters = [
        raw("meter", {"name": name, "start": 0, "min": -4, "max": 4, "words": items(*"abcde")}) for name in METERS
    ]
    if nodes is None:
        nodes = [decision("one", "two", skill, who), decision("two", "good", skill, who), ending()]
    page = ScenarioPage(
        title=slug.capitalize(), slug=slug, brief="A call.", minutes=10, skills=skill_stream(skill), start="one",
        meters=meters, nodes=nodes,
    )  # fmt: skip
    return add(frame.shelves["scenarios"], page, live=live)


def standard(frame: Frame, skill: SkillSource, *, slug: str = "visit", **fields: Any) -> StandardPage:
    """A live standard for one skill, granting up to level 4."""
    page = StandardPage(
        title=slug.capitalize(), slug=slug, about="A visit.", specification="Do it.", limits="Not that.",
        risk_if_fails="Harm.", skills=skill_stream(skill), indicators=[raw("indicator", f"{skill.slug}/f-1")],
        where=[raw("context", "joint call"), raw("context", "live customer")], **fields,
    )  # fmt: skip
    return add(frame.shelves["standards"], page)


def role(skill: SkillSource, *, slug: str = "consultant", **line: Any) -> RoleProfileSource:
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


def step(kind: str, key: str, target: Any = None, *, days: tuple[int, int] = (1, 20), **fields: Any) -> Raw:
    """A step; ``leaves`` is a list of (kind, value) that must all hold."""
    leaves = [raw(name, value) for name, value in fields.pop("leaves", [])]
    own = {"title": key, "skills": items(*[found.pk for found in fields.pop("skills", [])])}
    about = own if kind in ("session", "commitment") else {"target": target.pk if target else None}
    value = {
        **about, "key": key, "required": True, "start_day": days[0], "due_day": days[1], "minutes": None,
        "unlock": {"mode": "all", "n": None, "leaves": leaves}, **fields,
    }  # fmt: skip
    return raw(kind, value)


def milestone(key: str, day: int, *steps: Raw) -> Raw:
    """A milestone."""
    return raw("milestone", {"key": key, "title": f"I can {key}", "day": day, "steps": list(steps)})


def path(frame: Frame, role: RoleProfileSource, *milestones: Raw, slug: str = "start", live: bool = True) -> PathPage:
    """A path."""
    page = PathPage(title=slug.capitalize(), slug=slug, role=role, milestones=list(milestones))
    return add(frame.shelves["paths"], page, live=live)


class Small:
    """One of each kind around one skill, published: skill, course with two lessons, scenario, standard, role, path."""

    def __init__(self) -> None:
        self.frame = site()
        self.skill = skill()
        self.course = course(self.frame, self.skill, lessons=2)
        self.lesson = self.course.live_lessons()[0]
        self.scenario = scenario(self.frame, self.skill)
        self.standard = standard(self.frame, self.skill)
        self.role = role(self.skill)
        self.path = path(self.frame, self.role, *self.milestones())

    def milestones(self) -> list[Raw]:
        """Study and practise by day 20, show by day 40."""
        return [
            milestone(
                "begin", 20,
                step("course", "study", self.course),
                step("practice", "practise", self.scenario, leaves=[("step", "study")]),
            ),
            milestone("show", 40, step("demonstration", "visit", self.standard, days=(20, 40))),
        ]  # fmt: skip

    def again(self) -> Small:
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


def small_path() -> Small:
    """See ``Small``. Takes half a second: the fixture ``small`` makes one for all tests of a file."""
    return Small()


# --- What a browser would send ------------------------------------------------------------------------------------


def edit_data(client: Any, url: str, thing: Any, **fields: Any) -> dict[str, Any]:
    """The form of an edit page as it stands, with all streams of ``thing``; ``fields`` go over it."""
    answer = client.get(url)
    assert answer.status_code == 200, answer
    html = answer.content.decode()
    form_id = "page-edit-form" if 'id="page-edit-form"' in html else None
    found = querydict_from_html(html, form_id=form_id, form_index=0 if form_id else _form_index(html))
    data: dict[str, Any] = {name: found.getlist(name) for name in found}
    for field in thing._meta.get_fields():
        if hasattr(field, "stream_block"):
            data |= stream_data(field.stream_block, getattr(thing, field.name), field.name)
    return data | fields


def _form_index(html: str) -> int:
    """Which of the forms is the editor."""
    from bs4 import BeautifulSoup

    forms = BeautifulSoup(html, "html.parser").find_all("form")
    return next((n for n, form in enumerate(forms) if form.find(attrs={"name": "title"})), 0)


def stream_data(block: blocks.Block, value: Any, prefix: str) -> dict[str, Any]:
    """A block's value as form fields."""
    if isinstance(block, blocks.StreamBlock):
        children = [(child.block_type, child.block, child.value, child.id or "") for child in value]
    elif isinstance(block, blocks.ListBlock):
        children = [("", block.child_block, child.value, child.id) for child in value.bound_blocks]
    elif isinstance(block, blocks.StructBlock):
        data: dict[str, Any] = {}
        for name, child in block.child_blocks.items():
            data |= stream_data(child, value[name], f"{prefix}-{name}")
        return data
    else:
        return _field_data(block, value, prefix)
    data = {f"{prefix}-count": str(len(children))}
    for index, (kind, child, held, uid) in enumerate(children):
        place = f"{prefix}-{index}"
        data |= {f"{place}-deleted": "", f"{place}-order": str(index), f"{place}-type": kind, f"{place}-id": uid}
        data |= stream_data(child, held, f"{place}-value")
    return data


def _field_data(block: blocks.Block, value: Any, prefix: str) -> dict[str, Any]:
    if isinstance(block, blocks.RichTextBlock):
        return {prefix: rich_text(value.source, features=block.features)}
    if isinstance(block, blocks.BooleanBlock):
        return {prefix: "on"} if value else {}
    if isinstance(block, blocks.ChooserBlock):
        return {prefix: str(value.pk) if value else ""}
    return {prefix: "" if value is None else str(value)}
