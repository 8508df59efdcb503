"""What depends on a piece of content: read before anything is unpublished, moved or deleted, and refused by it.

The permission tester asks first, so that nobody is offered what would be refused; ``refuse_delete``, ``refuse_leaving``
and ``refuse_move`` are the guarantees behind it, whatever the route.

Two sources are asked. *What authors wrote*: Wagtail's reference index says which live pages and snippets choose it.
*What the record holds*: current path and role versions, and the versions on which somebody is enrolled; a course that
no live path names any more still holds up the people who began with it. Practice attempts are never asked: that they
exist is nobody's business (TRUST).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Model
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.models import DraftStateMixin, Locale, Page, ReferenceIndex

from assessments.api import undecided_cases
from cms.models import Content
from lms.api import newest_path_versions, open_paths, requirements_in_force, skills_by_slug, steps_of_versions

Ref = tuple[int, str]


@dataclass
class Dependants:
    """Sentences about who depends on what, for the whole site; by ``load_dependants``."""

    by_uid: dict[UUID, set[str]] = field(default_factory=lambda: defaultdict(set))
    by_ref: dict[Ref, dict[Ref, str]] = field(default_factory=lambda: defaultdict(dict))
    locale_id: int = 0

    def of(self, *things: Model) -> list[str]:
        """Why these cannot go; what only these depend on among themselves does not count."""
        going = {_ref(thing) for thing in things}
        found: set[str] = set()
        for thing in things:
            uid = getattr(thing, "translation_key", None) or getattr(thing, "uid", None)
            if uid and self._is_source(thing):
                found |= self.by_uid.get(uid, set())
            users = self.by_ref.get(_ref(thing), {})
            found |= {title for source, title in users.items() if source not in going}
        return sorted(found)

    def _is_source(self, thing: Model) -> bool:
        """A translation or an alias is nothing to the record; a plain ``Page`` is asked, too."""
        return not isinstance(thing, Page) or (thing.alias_of_id is None and thing.locale_id == self.locale_id)


def load_dependants() -> Dependants:
    """Read everything at once. Queries: at most 15, whatever the size of the site."""
    found = Dependants(locale_id=Locale.get_default().pk)
    _from_paths(found)
    _from_roles(found)
    _from_people(found)
    _from_cases(found)
    _from_references(found)
    return found


def refusal(things: Iterable[Model]) -> list[str]:
    """Sentences that say why these cannot go; empty when nothing depends on them."""
    return load_dependants().of(*things)


def refuse_delete(thing: Content) -> None:
    """Raise PermissionDenied, naming who depends on it. Queries: about 12."""
    if sentences := refusal([thing]):
        raise PermissionDenied(" ".join([_("“%(title)s” cannot be deleted.") % {"title": thing}, *sentences]))


def refuse_leaving(thing: Page | Content) -> None:
    """Raise PermissionDenied when this is about to be saved as no longer live and somebody depends on it.

    A scheduled expiry saves the plain ``Page``: nothing in our own classes would notice. Queries: 1 for a draft.
    """
    if thing.live or not thing.pk or not type(thing)._default_manager.filter(pk=thing.pk, live=True).exists():
        return
    if sentences := refusal([thing]):
        raise PermissionDenied(" ".join([_("“%(title)s” cannot leave the site.") % {"title": thing}, *sentences]))


def refuse_move(page: Page, parent_before: Page, parent_after: Page) -> None:
    """Raise PermissionDenied when the page, or one below it, is depended on. Another order is no move."""
    if parent_before.pk == parent_after.pk:
        return
    pages = list(page.get_descendants(inclusive=True))
    if sentences := refusal(pages):
        raise PermissionDenied(" ".join([_("“%(title)s” cannot be moved.") % {"title": page.title}, *sentences]))


def dependants_of(thing: Page | Content, *, below: bool = True) -> list[str]:
    """Sentences about who depends on this (with ``below``: or on a page below it); for messages. Queries: about 12."""
    things = [thing]
    if below and isinstance(thing, Page):
        things = list(thing.get_descendants(inclusive=True))
    return refusal(things)


def _from_paths(found: Dependants) -> None:
    """Current versions of paths that are not archived."""
    newest = newest_path_versions()
    for uid, title in newest.values_list("steps__content_uid", "path__title"):
        if uid:
            found.by_uid[uid].add(_uses(title))
    for uid, title in newest.values_list("role_profile__uid", "path__title"):
        found.by_uid[uid].add(_uses(title))


def _from_roles(found: Dependants) -> None:
    """Current versions of role profiles, and those that somebody is enrolled on."""
    rows = requirements_in_force().order_by()
    for skill, standard, title in rows.values_list("skill__uid", "standard_uid", "version__profile__title"):
        for uid in (skill, standard):
            if uid:
                found.by_uid[uid].add(_uses(title))


def _from_people(found: Dependants) -> None:
    """People on a path, whichever version of it: the path, what its steps are about, and lessons."""
    path = ("path_version__path__uid", "path_version__path__title")
    held = open_paths().values_list("path_version", *path).annotate(Count("pk")).order_by()
    on_version = {version: (uid, title, number) for version, uid, title, number in held}
    counts: dict[UUID, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    uids: dict[int, set[UUID]] = {version: {uid} for version, (uid, _title, _number) in on_version.items()}
    slugs: dict[int, set[str]] = defaultdict(set)
    steps = steps_of_versions(on_version)
    for version, content, skills, lessons in steps.values_list("version_id", "content_uid", "skills", "lessons"):
        uids[version] |= {content} if content else set()
        uids[version] |= {UUID(lesson["uid"]) for lesson in lessons}
        slugs[version] |= set(skills)
    known = skills_by_slug(slug for named in slugs.values() for slug in named)
    for version, (_uid, title, number) in on_version.items():
        for uid in uids[version] | {known[slug].uid for slug in slugs[version] if slug in known}:
            counts[uid][title] += number
    for uid, by_title in counts.items():
        for title, number in by_title.items():
            sentence = ngettext(
                "%(number)d person is on the path “%(title)s”, which needs it.",
                "%(number)d people are on the path “%(title)s”, which needs it.",
                number,
            )
            found.by_uid[uid].add(sentence % {"number": number, "title": title})


def _from_cases(found: Dependants) -> None:
    """Cases that are not decided yet."""
    for uid, number in undecided_cases().values_list("standard_uid").annotate(Count("pk")).order_by():
        sentence = ngettext("%(number)d open case is about it.", "%(number)d open cases are about it.", number)
        found.by_uid[uid].add(sentence % {"number": number})


def _from_references(found: Dependants) -> None:
    """Live pages and snippets of ours that choose a page or snippet of ours."""
    titles = _titles()
    for source, target in _references():
        if source in titles and source != target:
            found.by_ref[target][source] = _uses(titles[source])


def broken_references() -> list[str]:
    """Live sources that choose something which is not live, as sentences. Queries: 7."""
    live, every = _titles(), _titles(live=False)
    return sorted(
        _("“%(title)s” names “%(target)s”, which is not published.")
        % {"title": live[source], "target": every.get(target, "?")}
        for source, target in _references()
        if source in live and target not in live
    )


def _models() -> dict[int, type[Model]]:
    """Page and our snippets, by content type."""
    models = [model for model in apps.get_app_config("cms").get_models() if issubclass(model, DraftStateMixin)]
    snippets = [model for model in models if not issubclass(model, Page)]
    return {ContentType.objects.get_for_model(model).pk: model for model in [Page, *snippets]}


def _titles(*, live: bool = True) -> dict[Ref, str]:
    """Titles of all pages and snippets, or of those that are live."""
    titles: dict[Ref, str] = {}
    for content_type, model in _models().items():
        rows = model._default_manager.order_by()
        for pk, title in (rows.filter(live=True) if live else rows).values_list("pk", "title"):
            titles[(content_type, str(pk))] = title
    return titles


def _references() -> set[tuple[Ref, Ref]]:
    """Who chooses what, among pages and our snippets."""
    base = list(_models())
    rows = ReferenceIndex.objects.filter(base_content_type__in=base, to_content_type__in=base)
    return {
        ((row[0], row[1]), (row[2], row[3]))
        for row in rows.values_list("base_content_type", "object_id", "to_content_type", "to_object_id")
    }


def _uses(title: str) -> str:
    return _("“%(title)s” uses it.") % {"title": title}


def _ref(thing: Any) -> Ref:
    model = Page if isinstance(thing, Page) else type(thing)
    return ContentType.objects.get_for_model(model).pk, str(thing.pk)
