"""The frame of the site: the home page, shelves, and resources to read."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.documents import get_document_model_string
from wagtail.fields import StreamField
from wagtail.models import Page

from cms.blocks.lesson import LessonBodyBlock
from lms.addresses import address_of
from lms.rules.links import wrong_with_link
from lms.rules.target import Target

from .base import ContentPage, ContentPermissionTester, LineOfTitle
from .panels import ChecksPanel


class Shelf(models.TextChoices):
    """What stands on a shelf."""

    PATHS = "paths", _("Paths")
    COURSES = "courses", _("Courses")
    SCENARIOS = "scenarios", _("Scenarios")
    STANDARDS = "standards", _("Standards")
    RESOURCES = "resources", _("Resources")


class _FramePage(LineOfTitle, Page):
    """Pages that only hold others; people are sent to their own first screen."""

    class Meta:
        abstract = True

    def permissions_for_user(self, user: object) -> ContentPermissionTester:
        return ContentPermissionTester(user, self)

    def serve(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        return redirect(address_of(Target("today")))


class HomePage(_FramePage):
    """The root of the site."""

    template = "cms/preview.html"
    preview_modes: list[tuple[str, str]] = []
    parent_page_types = ["wagtailcore.Page"]
    subpage_types = ["cms.SectionPage"]
    max_count_per_parent = 1

    class Meta:
        verbose_name = _("home page")


class SectionPage(_FramePage):
    """A shelf: paths, courses, scenarios, standards or resources."""

    shelf = models.CharField(_("shelf"), max_length=10, choices=Shelf.choices)

    template = "cms/preview.html"
    preview_modes: list[tuple[str, str]] = []
    parent_page_types = ["cms.HomePage"]
    subpage_types = ["cms.PathPage", "cms.CoursePage", "cms.ScenarioPage", "cms.StandardPage", "cms.ResourcePage"]
    content_panels = [*Page.content_panels, FieldPanel("shelf")]

    class Meta:
        verbose_name = _("shelf")
        verbose_name_plural = _("shelves")


def plain_link(link: str) -> None:
    """A link that leads where it says. Raises ValidationError."""
    if wrong := wrong_with_link(link):
        raise ValidationError(wrong)


class ResourcePage(ContentPage):
    """Something to read beside the courses: a text of ours, a file, or a link."""

    summary = models.TextField(_("summary"), blank=True)
    link = models.URLField(_("link"), blank=True, validators=[plain_link])
    document = models.ForeignKey(
        get_document_model_string(), models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("file")
    )
    body = StreamField(LessonBodyBlock(), blank=True, verbose_name=_("text"))

    kind = "resource"
    shelf = Shelf.RESOURCES
    template = "cms/resource_page.html"
    preview_template = "cms/resource_page.html"
    parent_page_types = ["cms.SectionPage"]
    subpage_types: list[str] = []
    content_panels = [
        *Page.content_panels,
        FieldPanel("summary"),
        FieldPanel("link"),
        FieldPanel("document"),
        FieldPanel("body"),
        ChecksPanel(),
    ]

    class Meta:
        verbose_name = _("resource")
        verbose_name_plural = _("resources")

    @classmethod
    def get_default_privacy_setting(cls, request: HttpRequest) -> dict[str, str]:
        """For people who are logged in."""
        return {"type": "login"}

    def serve(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """Shown to everybody who is logged in, whoever made the page and however."""
        if not request.user.is_authenticated:
            return redirect(address_of(Target("log-in", query=(("next", request.path),))))
        response: HttpResponse = Page.serve(self, request, *args, **kwargs)
        return response
