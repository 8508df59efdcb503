"""Lessons as learners read them: the page that is live now, its questions put to one person, where they stand in the
course.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from assessments.api import RecallQuestion, recall_context
from cms.models import LessonPage
from lms import clock
from lms.api import (
    OPEN,
    GateFact,
    PathProgress,
    StepState,
    User,
    has_duty,
    lesson_step,
    paths_to_show_on,
    words_of,
)
from lms.errors import NotAllowed, NotFound
from lms.rules.duties import ADMINISTRATOR, AUTHOR, LEARNING
from lms.rules.target import Target

from .step_pages import refusal

Renderer = Callable[[str, Mapping[str, Any]], str]
"""Renders a template with a context; the view binds the request."""

JUMPS = {"example": "title", "figure": "title"}


@dataclass(frozen=True, slots=True)
class Stop:
    """Another lesson of the course."""

    uid: UUID
    title: str
    minutes: int
    read: bool
    here: bool


@dataclass(slots=True)
class Lesson:
    """What the reading page shows. Without ``state`` the reader is an author and this is on none of their paths.

    ``skills``: slug and title; ``retired``: those that no longer have a page.
    """

    page: LessonPage
    body: str
    jumps: list[tuple[str, str]]
    state: StepState | None = None
    course: str = ""
    stops: list[Stop] = field(default_factory=list)
    number: int = 0
    read_on: date | None = None
    skills: list[tuple[str, str]] = field(default_factory=list)
    retired: frozenset[str] = frozenset()
    questions: list[RecallQuestion] = field(default_factory=list)
    path: PathProgress | None = None
    editor: Target | None = None

    @property
    def read(self) -> int:
        """How many lessons of the course are read."""
        return sum(stop.read for stop in self.stops)

    @property
    def share(self) -> float:
        """The part of the course that is read, 0 to 1."""
        return self.read / len(self.stops) if self.stops else 0.0

    @property
    def onward(self) -> Stop | None:
        """The next lesson to read after this one, else the first unread one before it."""
        here = next((place for place, stop in enumerate(self.stops) if stop.here), 0)
        others = self.stops[here + 1 :] + self.stops[:here]
        return next((stop for stop in others if not stop.read), None)

    @property
    def to_confirm(self) -> bool:
        """Whether saying "I have read this" changes anything: it is new, or the step of the course is still open."""
        return self.state is not None and (
            self.read_on is None or (self.state.status == OPEN and self.read == len(self.stops))
        )


def live_lesson(uid: UUID) -> LessonPage:
    """The live page of a lesson, in the reader's language where there is one. NotFound when none. Queries: 1."""
    pages = list(LessonPage.objects.live().filter(translation_key=uid).select_related("locale"))
    if not pages:
        raise NotFound(_("There is no such lesson, or it is not published."))
    wanted = {get_language(): 0, settings.LANGUAGE_CODE: 1}
    return min(pages, key=lambda page: wanted.get(page.locale.language_code, 2))


def render_lesson(
    page: LessonPage, inserts: Mapping[UUID, str] | None = None, context: Mapping[str, Any] | None = None
) -> SafeString:
    """The body as HTML. ``inserts`` maps uids of blocks to safe HTML that stands in their place.

    A recall block without an insert is left out: a learner never gets the key from here. The request's context may be
    handed in for the other blocks. Queries: 1 a kind of chooser in the body (images, documents), none for text.
    """
    inserts = inserts or {}
    parts: list[SafeString] = []
    for child in page.body:
        if (insert := inserts.get(page.uid_of(child))) is not None:
            parts.append(format_html("{}", insert))
        elif child.block_type != "recall":
            parts.append(mark_safe(child.render(context=dict(context or {}))))  # noqa: S308 - made by our templates
    return format_html_join("\n", "{}", ((part,) for part in parts))


def may_read_any(person: User) -> bool:
    """Authors, L&D and administrators read every lesson. Queries: 1 the first time in a request."""
    return any(has_duty(person, duty) for duty in (AUTHOR, LEARNING, ADMINISTRATOR))


def reader_of(person: User, lesson_uid: UUID, at: datetime) -> tuple[PathProgress, StepState] | None:
    """The step through which the person reads a lesson; None for an author who has none.

    Raises NotFound (on none of their paths), NotAllowed (closed), saying what opens it. Queries: 2, more when refused.
    """
    paths = paths_to_show_on(person, at)
    try:
        return lesson_step(paths, lesson_uid)
    except NotFound:
        if may_read_any(person):
            return None
        raise
    except NotAllowed:
        if may_read_any(person):
            return None
        path, state = next(
            (path, state)
            for path in paths
            for state in path.steps
            if any(lesson.uid == lesson_uid for lesson in state.step.lessons)
        )
        raise NotAllowed(refusal(person, path, state, at)) from None


def read_lesson(person: User, lesson_uid: UUID, at: datetime, render: Renderer, here: str) -> Lesson:
    """Everything on the reading page; ``here`` is its own address, to come back to after a question.

    Raises NotFound, NotAllowed. Queries: 7, and 1 a kind of image or document in the body; constant in the course.
    """
    found = reader_of(person, lesson_uid, at)
    page = live_lesson(lesson_uid)
    owners = [lesson_uid]
    if found and found[1].step.content_uid and _is_last(*found, lesson_uid):
        owners.append(found[1].step.content_uid)
    asked = recall_context(owners, person, at=at) if found else {}
    inserts = {
        item.uid: render("lessons/recall.html", {"question": item, "next": here}) for item in asked.get(lesson_uid, ())
    }
    for child in page.body:
        if child.block_type == "pause":
            uid = page.uid_of(child)
            inserts[uid] = render("lessons/pause.html", {"id": str(uid), "prompt": child.value["prompt"]})
    lesson = Lesson(page, render_lesson(page, inserts), _jumps(page, inserts))
    if may_read_any(person):
        lesson.editor = Target("page of authors", page.pk)
    if found:
        _place_in_course(lesson, *found, lesson_uid, person)
        lesson.questions = asked.get(owners[-1], []) if len(owners) > 1 else []
    return lesson


def _place_in_course(lesson: Lesson, path: PathProgress, state: StepState, lesson_uid: UUID, person: User) -> None:
    step = state.step
    skills = next(item.skills for item in step.lessons if item.uid == lesson_uid)
    words = words_of([step.content_uid, *(item.uid for item in step.lessons)], skills, get_language() or "en")
    lesson.path, lesson.state = path, state
    lesson.course = words.title(step.content_uid, step.title)
    for item in step.lessons:
        word = words.content.get(item.uid)
        title, minutes = (word.title, word.minutes) if word else (_("A lesson"), 0)
        lesson.stops.append(Stop(item.uid, title, minutes, item.uid in path.lessons, item.uid == lesson_uid))
    lesson.number = next(number for number, stop in enumerate(lesson.stops, start=1) if stop.here)
    read_at = path.read_at.get(lesson_uid)
    lesson.read_on = clock.today(person.zone, read_at) if read_at else None
    closed = [skill for skill in skills if not _talk_open(path.gates, skill)]
    lesson.skills, lesson.retired = [(skill, words.skill(skill)) for skill in closed], words.retired


def _talk_open(gates: tuple[GateFact, ...], skill: str) -> bool:
    return any(fact.gate.skill == skill and fact.gate.gate == "talk" for fact in gates)


def _is_last(path: PathProgress, state: StepState, lesson_uid: UUID) -> bool:
    """Whether no other lesson of the course is unread."""
    return all(item.uid in path.lessons for item in state.step.lessons if item.uid != lesson_uid)


def _jumps(page: LessonPage, inserts: Mapping[UUID, str]) -> list[tuple[str, str]]:
    """What a reader may jump to: (anchor, words)."""
    names = {"pause": _("Pause"), "tryit": _("Try it"), "recall": _("Recall")}
    found = []
    for child in page.body:
        uid = page.uid_of(child)
        if child.block_type == "recall" and uid not in inserts:
            continue
        words = child.value[JUMPS[child.block_type]] if child.block_type in JUMPS else names.get(child.block_type)
        if words and child.id:
            found.append((f"b-{uid if uid in inserts else child.id}", words))
    return found
