"""Writing one source or page: compared first, and published by the same route as an author's click."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from wagtail.fields import StreamField
from wagtail.models import Locale, Page

from cms.models import ContentPage, Source
from lms.errors import Invalid

S = TypeVar("S", bound=Source)
P = TypeVar("P", bound=ContentPage)
Say = Callable[[str], None]
Piece = Callable[[], AbstractContextManager[None]]


@dataclass
class LoadReport:
    """What a load did, or would do: counts by kind, and the names of what was made or changed."""

    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "kinds": dict(self.kinds),
            "failed": self.failed,
        }


class Writer:
    """Makes sources and pages say what the files say. Raises Invalid when the checks of publishing refuse one.

    ``piece`` stands around the making of each. With ``keeps`` only what is missing is made: what is there stays as
    somebody left it, and what would have to share a short name with something else is refused (Invalid).
    """

    def __init__(self, say: Say, *, piece: Piece = nullcontext, keeps: bool = False) -> None:
        self.say, self.piece, self.keeps = say, piece, keeps
        self.report = LoadReport()
        self.uids: list[UUID] = []
        self.locale = Locale.get_default()

    def source(self, model: type[S], uid: UUID, slug: str, title: str, **fields: Any) -> S:
        """A snippet, found by its short name."""
        with self.piece():
            found = model._default_manager.filter(slug=slug).first()
            made = found is None
            if found is None:
                found = model(uid=uid, slug=slug, title=title, live=False)
            if self._stays(found, uid) or self._same(found, {"title": title, **fields}):
                return self._note(found, slug, None)
            self._set(found, {"title": title, **fields})
            if made:
                found.save()
            self._publish(found, slug)
            return self._note(model._default_manager.get(pk=found.pk), slug, made)

    def page(self, model: type[P], parent: Page, uid: UUID, slug: str, title: str, **fields: Any) -> P:
        """A page, found by its uid or by its slug below the parent."""
        with self.piece():
            rows = model._default_manager.filter(locale=self.locale)
            found = rows.filter(translation_key=uid).first() or rows.child_of(parent).filter(slug=slug).first()
            made = found is None
            if found is None:
                found = model(slug=slug, title=title, translation_key=uid, locale=self.locale, live=False)
            if self._stays(found, uid) or self._same(found, {"title": title, **fields}):
                return self._note(found, slug, None)
            self._set(found, {"title": title, **fields})
            if made:
                parent.add_child(instance=found)
            self._publish(found, slug)
            return self._note(model._default_manager.get(pk=found.pk), slug, made)

    def order(self, parent: Page, pages: Sequence[Page]) -> None:
        """Put children in this order; what else is there comes first. Queries: 1 when all is in order."""
        if self.keeps:
            return
        wanted = [page.pk for page in pages]
        held = [pk for pk in parent.get_children().values_list("pk", flat=True) if pk in set(wanted)]
        if held != wanted:
            for pk in wanted:
                Page.objects.get(pk=pk).move(Page.objects.get(pk=parent.pk), pos="last-child")
            self.report.updated.append(f"order of {parent.slug}")

    def _publish(self, found: Source | ContentPage, slug: str) -> None:
        try:
            found.save_revision().publish()
        except ValidationError as error:
            words = {"kind": found._meta.verbose_name, "slug": slug, "why": " ".join(error.messages)}
            raise Invalid(_("%(kind)s %(slug)s: %(why)s") % words) from error

    def _stays(self, found: Source | ContentPage, uid: UUID) -> bool:
        """Whether it is left as it is. Raises Invalid for something else that has the short name."""
        if self.keeps and found.uid != uid:
            words = {"title": found.title, "kind": found._meta.verbose_name, "slug": found.slug}
            raise Invalid(
                _("“%(title)s” (%(kind)s) has the short name %(slug)s, which the curriculum needs. Give it another.")
                % words
            )
        return self.keeps and bool(found.live)

    def _same(self, found: Source | ContentPage, fields: dict[str, Any]) -> bool:
        return bool(found.live) and all(_held(found, name) == value for name, value in fields.items())

    def _set(self, found: Source | ContentPage, fields: dict[str, Any]) -> None:
        for name, value in fields.items():
            setattr(found, name, value)

    def _note(self, found: Any, slug: str, made: bool | None) -> Any:
        kind = found.kind
        self.uids.append(found.uid)
        self.report.kinds[kind] += 1
        if made is None:
            self.report.unchanged += 1
        else:
            (self.report.created if made else self.report.updated).append(f"{kind} {slug}")
        return found


def _held(found: Source | ContentPage, name: str) -> Any:
    """The value that a field holds now, in the form that the loader writes."""
    value = getattr(found, name)
    return list(value.raw_data) if isinstance(found._meta.get_field(name), StreamField) else value
