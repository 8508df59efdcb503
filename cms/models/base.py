"""What all authored content shares: strict publishing, lenient drafts, and no leaving while something depends on it.

*Drafts* save whatever they hold. *Publishing* asks ``check_publishable``: in ``clean()`` when a form cleaned the
streams for publishing (so that the author reads the refusal beside the form), and in ``save()`` whenever something goes
live by any other way (the guarantee). *Leaving* - deleting, unpublishing, moving - is refused by the permission tester
before anybody tries, and by ``cms.services.authoring.dependants`` whatever the route.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.contenttypes.fields import GenericRelation
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.fields import StreamField
from wagtail.models import DraftStateMixin, Page, PagePermissionTester, PreviewableMixin, RevisionMixin

from cms.rules.findings import Finding, refusals
from lms import clock
from lms.addresses import address_of
from lms.api import OneLine
from lms.errors import Invalid
from lms.rules.bounds import GOES_LIVE
from lms.rules.lines import one_line
from lms.rules.target import Target

from .depending import judge, load_dependants, spec_of
from .identity import check_blocks, check_name, check_room, uid_of_block
from .values import check_values

ALIAS = {"alias_of", "alias_of_id"}
"""What is saved when an alias becomes a page of its own."""


class Content(models.Model):
    """Mixin of pages and snippets that are compiled into the record."""

    kind = ""
    live: bool

    class Meta:
        abstract = True

    @property
    def is_source(self) -> bool:
        """Whether this is the one that compiles (a translated page only gives titles)."""
        return True

    def recorded_blocks(self) -> Iterator[Any]:
        """The blocks that the record knows by uids of their own."""
        yield from ()

    def findings(self) -> Iterator[Finding]:
        """What stands in the way of publishing this kind of content, and advice. Reads only; cheap."""
        yield from judge(self)

    def all_findings(self) -> Iterator[Finding]:
        """What stands in the way of publishing, and advice: of all content, then of this kind. Reads only; cheap."""
        yield from check_room(self)
        yield from check_values(self)
        if self.is_source:
            yield from check_name(self)
        yield from check_blocks(self)
        yield from self.findings()

    def check_publishable(self) -> None:
        """Raise ValidationError with every sentence that stands in the way of publishing."""
        if not self.is_source:
            return
        found = refusals(self.all_findings())
        if getattr(self, "expire_at", None) and self.pk:
            found += [
                _("It cannot expire while others depend on it: %(who)s") % {"who": " ".join(who)}
                for who in [load_dependants().of(self)]
                if who
            ]
        if found:
            raise ValidationError({NON_FIELD_ERRORS: found})  # Wagtail's API reads errors by field

    def check_schedule(self) -> None:
        """Raise ValidationError beside a moment of going live or leaving that nobody means."""
        problems: dict[str, str] = {}
        for name in ("go_live_at", "expire_at"):
            moment = getattr(self, name, None)
            try:
                if moment:
                    GOES_LIVE.check_moment(name, moment, clock.now(), timezone.get_current_timezone())
            except Invalid as refusal:
                problems |= refusal.fields
        if problems:
            raise ValidationError(problems)

    @property
    def cleaned_for_publishing(self) -> bool:
        """Whether a form has just cleaned the streams of this object for publishing."""
        streams = [field.name for field in self._meta.get_fields() if isinstance(field, StreamField)]
        return any(getattr(getattr(self, name), "for_publishing", False) for name in streams)


class ContentPermissionTester(PagePermissionTester):
    """Refuses to delete, unpublish or move a page on which others depend; asks about descendants, too."""

    def __init__(self, user: Any, page: Page) -> None:
        super().__init__(user, page)
        self._reordering = False
        self._refusals: dict[bool, list[str]] = {}

    def refusal(self, *, descendants: bool) -> list[str]:
        """Why the page cannot go. What depends on what is read once a request and kept on the user object."""
        if not self.user:
            return []
        found = getattr(self.user, "_dependants", None)
        if found is None:
            found = self.user._dependants = load_dependants()
        if descendants not in self._refusals:
            below = self.page.get_descendants() if descendants and not self.page.is_leaf() else ()
            self._refusals[descendants] = found.of(self.page, *below)
        return self._refusals[descendants]

    def can_delete(self, ignore_bulk: bool = False) -> bool:
        allowed = super().can_delete(ignore_bulk=ignore_bulk)
        return allowed and (self._reordering or not self.refusal(descendants=True))

    def can_unpublish(self) -> bool:
        return super().can_unpublish() and not self.refusal(descendants=False)

    def can_move_to(self, destination: Page) -> bool:
        """Within the same parent is an order, not a move."""
        self._reordering = self.page.is_child_of(destination)
        try:
            allowed = super().can_move_to(destination)
        finally:
            reordering, self._reordering = self._reordering, False
        return allowed and (reordering or not self.refusal(descendants=True))


class LineOfTitle(models.Model):
    """Mixin of all our pages: a title is one line, also that of a copy, which Wagtail saves without looking at it. It
    becomes the subject of mail.
    """

    title: str
    draft_title: str

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> Any:
        self._clean_titles()
        return super().save(*args, **kwargs)

    def full_clean(self, *args: Any, **kwargs: Any) -> None:
        self._clean_titles()
        super().full_clean(*args, **kwargs)

    def _clean_titles(self) -> None:
        self.title, self.draft_title = one_line(self.title), one_line(self.draft_title)


class ContentPage(LineOfTitle, Content, Page):  # type: ignore[django-manager-missing]
    """Base of all our pages. ``uid`` is the translation key: what the record calls it by.

    A page answers nobody by its own address: learners are sent to the screen that knows what they may see, and only a
    preview in the admin renders what the author wrote.
    """

    shelf = ""
    preview_template = "cms/preview.html"

    class Meta:
        abstract = True

    def save(self, clean: bool = True, user: Any = None, log_action: Any = False, **kwargs: Any) -> Any:
        """Wagtail's, with the guarantee that what goes live can be published. Raises ValidationError.

        A page below one that is copied becomes a draft instead: Wagtail copies them one by one and would stop half-way.
        """
        fields = kwargs.get("update_fields")
        if self.live and fields is None and not clean and self._state.adding:
            self._draft_unless_publishable()
        elif self.live and (clean if fields is None else not ALIAS.isdisjoint(fields)):
            self.check_publishable()
        return super().save(clean=clean, user=user, log_action=log_action, **kwargs)

    def _draft_unless_publishable(self) -> None:
        try:
            self.check_publishable()
        except ValidationError:
            self.live, self.has_unpublished_changes = False, True

    @property
    def uid(self) -> UUID:
        """The lasting name in the record."""
        key: UUID = self.translation_key
        return key

    def uid_of(self, block: Any) -> UUID:
        """What the record calls a block of this page."""
        return uid_of_block(self.uid, block.id)

    @property
    def is_source(self) -> bool:
        """Only the page in the main language compiles; translations and aliases give titles."""
        language: str = self.locale.language_code
        return self.alias_of_id is None and language == settings.LANGUAGE_CODE

    @classmethod
    def can_create_at(cls, parent: Page) -> bool:
        """Each shelf holds one kind of page."""
        allowed: bool = super().can_create_at(parent)
        shelf = getattr(parent.specific_deferred, "shelf", "")
        return allowed and (not cls.shelf or shelf in ("", cls.shelf))

    def clean(self) -> None:
        super().clean()
        self.check_schedule()
        if self.cleaned_for_publishing:
            self.check_publishable()

    def permissions_for_user(self, user: Any) -> ContentPermissionTester:
        return ContentPermissionTester(user, self)

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Send people on to the screen of theirs that shows this."""
        return redirect(address_of(Target("permanent link", self.uid)))

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """What the author has written, with the remarks of the checks beside it."""
        request.is_preview = True  # type: ignore[attr-defined]
        request.preview_mode = mode_name  # type: ignore[attr-defined]
        context = self.get_context(request) | {"findings": list(self.all_findings()), "spec": spec_of(self)}
        return TemplateResponse(request, self.get_preview_template(request, mode_name), context)

    def get_preview_template(self, request: HttpRequest, mode_name: str) -> str:
        return self.preview_template


class Source(Content, PreviewableMixin, DraftStateMixin, RevisionMixin, models.Model):
    """Base of what stands in the library: a snippet with drafts, and a lasting uid."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    slug = models.SlugField(
        gettext_lazy("short name"),
        max_length=50,
        unique=True,
        help_text=gettext_lazy("Kept for good: files refer to it."),
    )
    title = OneLine(gettext_lazy("title"), max_length=120)
    revisions = GenericRelation(
        "wagtailcore.Revision", content_type_field="base_content_type", object_id_field="object_id"
    )

    preview_template = "cms/preview.html"

    class Meta:
        abstract = True
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        """With the guarantee that what goes live can be published. Raises ValidationError."""
        if self.live and kwargs.get("update_fields") is None:
            self.check_publishable()
        super().save(*args, **kwargs)

    def findings(self) -> Iterator[Finding]:
        """The short name stays what it was when it first went live: the record knows it by that."""
        if self.pk and self.first_published_at:
            before = type(self)._default_manager.filter(pk=self.pk).values_list("slug", flat=True).first()
            if before and before != self.slug:
                yield Finding(_("The short name stays %(slug)s: the record knows it by that.") % {"slug": before})
        yield from super().findings()

    def clean(self) -> None:
        super().clean()
        self.check_schedule()
        if self.cleaned_for_publishing:
            self.check_publishable()

    def get_preview_template(self, request: HttpRequest, mode_name: str) -> str:
        return self.preview_template

    def get_preview_context(self, request: HttpRequest, mode_name: str) -> dict[str, Any]:
        context: dict[str, Any] = super().get_preview_context(request, mode_name)
        return context | {"page": self, "findings": list(self.all_findings())}
