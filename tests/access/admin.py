"""Addresses that are not ours, mostly of Wagtail's admin: who opens them, with real rows behind every number."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.urls import NoReverseMatch, reverse
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import Collection, Revision, Site

from cms.models import CustomDocument, CustomImage, SkillSource
from lms.api import Customer

from .addresses import Address, Row, addresses, row_of, tried_names
from .walk import Answer, Walk
from .world import ROLES, World

OUTSIDE = ("NH", "CO", "OB", "XC", "MG", "OM", "SP", "AU")
"""Roles without a duty in the admin. Each address is tried by one of them in turn, and by NH; with --long by all."""
LEADS_OUT = {"account_logout", "wagtailadmin_logout"}


@dataclass(frozen=True, slots=True)
class Opened:
    """An address, its row, who asked and how."""

    address: str
    row: Row
    role: str
    method: str


@dataclass
class Admin:
    """All answers, and addresses for which no arguments were found."""

    answers: dict[Opened, Answer] = field(default_factory=dict)
    unreached: list[str] = field(default_factory=list)


def numbers(world: World) -> dict[str, Any]:
    """What stands for each argument, with its namespace where that matters."""
    page = world.lesson(unseen=True)
    image = CustomImage.objects.create(title="A picture", file=get_test_image_file())
    paper = CustomDocument.objects.create(title="A paper", file=ContentFile(b"%PDF-1.7", "paper.pdf"))
    skill = SkillSource.objects.get()
    return {
        "wagtailusers_users": world.people["NH"].pk,
        "wagtailusers_groups": Group.objects.earliest("pk").pk,
        "wagtailsites": Site.objects.get().pk,
        "wagtailadmin_collections": Collection.objects.earliest("pk").pk,
        "wagtailsnippets_lms_customer": Customer.objects.earliest("pk").pk,
        "wagtailsnippetchoosers_lms_customer": Customer.objects.earliest("pk").pk,
        "wagtaildocs_chooser": paper.pk,
        "wagtailimages_chooser": image.pk,
        "wagtailadmin_api:documents": paper.pk,
        "wagtailadmin_api:images": image.pk,
        "wagtailadmin_api:pages": page.pk,
        "wagtailadmin_pages": page.pk,
        "pk": skill.pk,
        "page_id": page.pk,
        "parent_page_id": page.get_parent().pk,
        "page_to_move_id": page.pk,
        "destination_id": page.get_parent().pk,
        "page_pk": page.pk,
        "revision_id": Revision.page_revisions.filter(object_id=str(page.pk)).latest("pk").pk,
        "revision_id_a": "earliest",
        "revision_id_b": "latest",
        "image_id": image.pk,
        "document_id": paper.pk,
        "doc_id": paper.pk,
        "filter_spec": "fill-10x10",
        "app_label": "cms",
        "model_name": "coursepage",
        "app_name": "cms",
        "content_type_app_name": "cms",
        "content_type_model_name": "coursepage",
        "action": "delete",
        "action_name": "publish",
        "collection_id": Collection.objects.earliest("pk").pk,
        "object_id": page.pk,
        "uidb36": "1",
        "uidb64": "MQ",
        "token": "none",
        "key": "none",
        "rendition": image.get_rendition("fill-10x10").url,
        "wagtail_serve": page.get_url(),
        "wagtaildocs_serve": paper.url,
    }


def url_of(address: Address, known: dict[str, Any]) -> str:
    """The address with real rows; 1 for what there is none of (workflow tasks, uploads). NoReverseMatch."""
    if not address.name:
        return "/cms/test404/" if "test404" in address.route else "/cms/no-such-page/"
    if address.name in known:
        return str(known[address.name])
    space = address.name.rpartition(":")[0]
    kwargs = {name: known.get(space, known["pk"]) if name == "pk" else known.get(name, 1) for name in address.names}
    return reverse(address.name, kwargs=kwargs)


def tour_admin(walk: Walk, *, everybody: bool) -> Admin:
    """AN and NH open and post to everything, one of the others opens it, and whoever is let in opens it."""
    found, known, tried = Admin(), numbers(walk.world), tried_names()
    walk.look_again()
    for browser in walk.browsers.values():
        browser.raise_request_exception = False  # one address of Wagtail's fails on purpose
    rest = [address for address in addresses() if address.name not in tried]
    for number, address in enumerate(rest):
        row = row_of(address.name, address.route)
        if row is None or address.name in LEADS_OUT:
            continue
        try:
            url = url_of(address, known)
        except NoReverseMatch:
            found.unreached.append(str(address))
            continue
        turns = OUTSIDE if everybody else {"NH", OUTSIDE[number % len(OUTSIDE)]}
        asked = {("AN", "GET"), ("IN", "GET"), ("SU", "GET"), *((role, "GET") for role in turns)}
        if not row.open:
            asked |= {("AN", "POST"), ("NH", "POST")}
            kept_out = {"ED", "LD", "SU"} - row.may
            asked |= {(role, method) for role in kept_out for method in ("GET", "POST")}
            if address.name in row.opens or everybody:
                asked |= {(role, "GET") for role in row.may}
        for role, method in sorted(asked, key=lambda pair: (ROLES.index(pair[0]) if pair[0] in ROLES else -1, pair[1])):
            form = {} if method == "POST" else None
            found.answers[Opened(str(address), row, role, method)] = walk.answer(role, method, url, form)
    return found
