"""What a manager or L&D can choose from when they enrol somebody or give a grant."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import F

from lms.api import (
    PathStructure,
    PathVersion,
    User,
    newest_path_versions,
    oneself,
    open_paths,
    people_policy,
    people_to_choose,
    structure_of,
)

NEWEST = 50


@dataclass(frozen=True, slots=True)
class PathChoice:
    """A published path: its newest version, with what it leads to and how long it is."""

    version: PathVersion
    structure: PathStructure


def paths_to_choose() -> list[PathChoice]:
    """Every published path, by title, with its role. Queries: 1, and 2 the first time for each version."""
    rows = newest_path_versions().select_related("path", "role_profile")
    return [PathChoice(row, structure_of(row.pk)) for row in rows.order_by("path__name_order", "pk")]


def people_to_enrol(actor: User, words: str = "") -> list[User]:
    """Whom the actor may enrol, by name, never themself; with ``words`` only who matches. At most 200. Queries: 1-3."""
    rows = people_policy.queryset(actor, "enrol").exclude(oneself(actor))
    return people_to_choose(rows, words)


def newest_without_path(actor: User) -> list[User]:
    """Of those whom the actor may enrol and who are on no path now, the 50 with the newest first day. Queries: 2."""
    rows = people_policy.queryset(actor, "enrol").exclude(pk__in=open_paths().order_by().values("person"))
    return list(rows.order_by(F("started_on").desc(nulls_last=True), "name_order", "pk")[:NEWEST])
