"""The frame that content hangs in: home page, shelves, site record, groups and their permissions. Safe to repeat."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.utils.translation import gettext as _
from wagtail.models import (
    Collection,
    GroupCollectionPermission,
    GroupPagePermission,
    Locale,
    Page,
    Site,
    Workflow,
)

from cms.models import HomePage, SectionPage, Shelf
from cms.policies import DECISIVE, LIBRARY, REVIEWED
from lms.api import AUTHORS, GROUPS, LEARNING_ADMINISTRATORS, UNNAMED, DutyHolding, User
from lms.errors import Invalid

from .review import set_up_review

PAGE_PERMISSIONS = ("add", "change", "publish", "lock", "unlock")


@dataclass(frozen=True)
class Frame:
    """The home page and its shelves by name."""

    home: HomePage
    shelves: dict[str, SectionPage]


def frame_can_stand() -> bool:
    """Whether the tables that it hangs in are all there: somebody may migrate one app only. Queries: 1."""
    ours = (HomePage, SectionPage, Workflow, Site, Group, DutyHolding)
    return {model._meta.db_table for model in ours} <= set(connection.introspection.table_names())


def frame_of_site() -> Frame:
    """The home page and its shelves. Queries: 1, and 1 a shelf. Raises Invalid where ``migrate`` did not make them."""
    home = HomePage.objects.filter(depth=2, locale=Locale.get_default()).first()
    shelves = {row.shelf: row for row in SectionPage.objects.child_of(home)} if home else {}
    if home is None or set(shelves) != {shelf.value for shelf in Shelf}:
        raise Invalid(_("The home page or a shelf is missing: run manage.py migrate."))
    return Frame(home, shelves)


@transaction.atomic
def set_up_site(name: str = UNNAMED) -> Frame:
    """Make whatever of the frame is missing; what is there stays as it is. Every migrate calls it. Queries: about 40
    the first time.
    """
    home = _home(name)
    _site(home, name)
    shelves = {shelf.value: _shelf(home, shelf) for shelf in Shelf}
    _groups(home)
    set_up_review(home)
    return Frame(home, shelves)


def _home(name: str) -> HomePage:
    """The page at the root; Wagtail's own welcome page makes room for it."""
    found = HomePage.objects.filter(depth=2, locale=Locale.get_default()).first()
    if found is not None:
        return found
    root = Page.get_first_root_node()
    welcome = root.get_children().filter(slug="home").first()
    if welcome is not None:
        welcome.slug = "welcome"
        welcome.save(clean=False)
    home = HomePage(title=name, slug="home", live=True)
    root.add_child(instance=home)
    Site.objects.filter(root_page=welcome).update(root_page=home)
    if welcome is not None and welcome.specific_class is Page and welcome.is_leaf():
        welcome.delete()
    Site.clear_site_root_paths_cache()
    return home


def _site(home: HomePage, name: str) -> None:
    site = Site.objects.filter(root_page=home).first()
    if site is None:
        first = not Site.objects.filter(is_default_site=True).exists()
        Site.objects.create(hostname="localhost", root_page=home, is_default_site=first, site_name=name)
    elif not site.site_name:
        site.site_name = name
        site.save(update_fields=["site_name"])


def name_site(name: str) -> None:
    """Call the site by the name of the organisation: the admin would show its host instead. Queries: 2."""
    home = HomePage.objects.filter(depth=2, locale=Locale.get_default()).first()
    Site.objects.filter(root_page=home).update(site_name=name)
    Site.clear_site_root_paths_cache()


def _shelf(home: HomePage, shelf: Shelf) -> SectionPage:
    found = SectionPage.objects.child_of(home).filter(shelf=shelf).first()
    if found is None:
        found = SectionPage(title=str(shelf.label), slug=shelf.value, shelf=shelf.value, live=True)
        home.add_child(instance=found)
    return found


def _groups(home: HomePage) -> None:
    """Authors write and hand in, learning administrators publish (``review``); auditors and sponsors have no place in
    the admin.

    The library and people ask our policies; what Wagtail still asks of Django itself (whether a snippet shows a
    *Publish* button, whose history a report shows) gets the same answer from these permissions (docs/decisions/0011).
    """
    groups = {name: Group.objects.get_or_create(name=name)[0] for name in GROUPS}
    pages = Permission.objects.filter(
        content_type=ContentType.objects.get_for_model(Page), codename__in=[f"{name}_page" for name in PAGE_PERMISSIONS]
    )
    files = Permission.objects.filter(
        content_type__app_label__in=("wagtailimages", "wagtaildocs"),
        codename__in=[f"{act}_{kind}" for act in ("add", "change", "choose") for kind in ("image", "document")],
    )
    admin = Permission.objects.filter(content_type__app_label="wagtailadmin", codename="access_admin")
    types = ContentType.objects.get_for_models(*LIBRARY)
    library = Permission.objects.filter(content_type__in=types.values())
    reviewed = [types[model] for model in REVIEWED]
    decisive = {row for row in library if row.content_type in reviewed and row.codename.startswith(tuple(DECISIVE))}
    people = Permission.objects.filter(content_type=ContentType.objects.get_for_model(User), codename="view_user")
    collection = Collection.get_first_root_node()
    for name in (AUTHORS, LEARNING_ADMINISTRATORS):
        group = groups[name]
        held = set(group.page_permissions.filter(page=home).values_list("permission", flat=True))
        GroupPagePermission.objects.bulk_create(
            GroupPagePermission(group=group, page=home, permission=permission)
            for permission in pages
            if permission.pk not in held and (name != AUTHORS or permission.codename != "publish_page")
        )
        held = set(group.collection_permissions.filter(collection=collection).values_list("permission", flat=True))
        GroupCollectionPermission.objects.bulk_create(
            GroupCollectionPermission(group=group, collection=collection, permission=permission)
            for permission in files
            if permission.pk not in held
        )
        wanted = {*admin, *library, *people} if name == LEARNING_ADMINISTRATORS else {*admin, *library} - decisive
        group.permissions.add(*(wanted - set(group.permissions.all())))
