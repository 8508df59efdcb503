"""Courses and their lessons.

A course is its lessons in the order of the page tree, and recall questions of its own. A lesson's *tags* (skills)
decide which Talk gates it helps to open; its wording is current for everybody at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import StreamField, StreamValue
from wagtail.models import Page

from cms.blocks.base import SkillsBlock
from cms.blocks.lesson import LessonBodyBlock, RecallStreamBlock
from cms.rules.numbers import MOST_MINUTES

from .base import ContentPage
from .panels import ChecksPanel
from .shelves import Shelf
from .values import Whole


class CoursePage(ContentPage):
    """A course; its lessons are its children."""

    about = models.TextField(gettext_lazy("about"), blank=True)
    minutes = Whole(
        gettext_lazy("minutes"),
        default=30,
        high=MOST_MINUTES,
        help_text=gettext_lazy("The whole course: lessons, try-its, recall, talk."),
    )
    recall = StreamField(RecallStreamBlock(), blank=True, verbose_name=gettext_lazy("recall questions"))

    kind = "course"
    shelf = Shelf.COURSES
    template = "cms/preview.html"
    preview_template = "cms/course_preview.html"
    parent_page_types = ["cms.SectionPage"]
    subpage_types = ["cms.LessonPage"]
    content_panels = [
        *Page.content_panels,
        FieldPanel("about"),
        FieldPanel("minutes"),
        FieldPanel("recall"),
        ChecksPanel(),
    ]

    class Meta:
        verbose_name = gettext_lazy("course")
        verbose_name_plural = gettext_lazy("courses")

    def live_lessons(self) -> list[LessonPage]:
        """The published lessons in order. Queries: 1."""
        return list(LessonPage.objects.child_of(self).live().order_by("path"))

    def recorded_blocks(self) -> Iterator[Any]:
        """Its recall questions."""
        return recalls(self.recall)


class LessonPage(ContentPage):
    """A lesson of four to eight minutes."""

    gist = models.TextField(gettext_lazy("gist"), blank=True, help_text=gettext_lazy("One or two sentences for lists."))
    outcome = models.TextField(gettext_lazy("outcome"), help_text=gettext_lazy("In the first person: I can ..."))
    minutes = Whole(gettext_lazy("minutes"), default=5, high=MOST_MINUTES, help_text=gettext_lazy("Reading only."))
    skills = StreamField(SkillsBlock(), blank=True, verbose_name=gettext_lazy("skills"))
    body = StreamField(LessonBodyBlock(), verbose_name=gettext_lazy("body"))

    kind = "lesson"
    template = "cms/preview.html"
    preview_template = "cms/lesson_preview.html"
    parent_page_types = ["cms.CoursePage"]
    subpage_types: list[str] = []
    content_panels = [
        *Page.content_panels,
        MultiFieldPanel(
            [FieldPanel("outcome"), FieldPanel("gist"), FieldPanel("minutes")], heading=gettext_lazy("About")
        ),
        FieldPanel("skills"),
        FieldPanel("body"),
        ChecksPanel(),
    ]

    class Meta:
        verbose_name = gettext_lazy("lesson")
        verbose_name_plural = gettext_lazy("lessons")

    def recorded_blocks(self) -> Iterator[Any]:
        """Its recall questions."""
        return recalls(self.body)


def recalls(stream: StreamValue) -> Iterator[Any]:
    """The recall blocks of a stream; one that was never saved has no id and is left out."""
    return (child for child in stream if child.block_type == "recall" and child.id)
