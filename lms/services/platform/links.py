"""Permanent links: what goes by a uid, and on which page somebody finds it.

Each app says in ``AppConfig.ready()`` how its own things are found; whoever follows a link asks one finder after the
other. A finder answers for one person: what they may not see is not there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from lms.models import Label, Milestone, Notice, Path, RoleProfile, Skill, Step, User
from lms.policies import RowPolicy
from lms.rules.target import Target

Finder = Callable[[User, UUID, datetime], Target | None]

_finders: dict[str, Finder] = {}


def register_links(finders: Mapping[str, Finder]) -> None:
    """Say how the page of each kind of thing that goes by a uid is found. Registering a kind again replaces it."""
    _finders.update(finders)


def link_finders() -> list[Finder]:
    """Every finder: those of the highest floor first, as apps start, and in the order in which each names them."""
    return list(_finders.values())


def is_of_paths(uid: UUID) -> bool:
    """Whether content that was published, a step, a milestone, a path or a role goes by this uid. Queries: 1."""
    labels = Label.objects.exclude(kind__in=["skill", "step"]).filter(uid=uid).values("uid")
    others = (model.objects.order_by().filter(uid=uid).values("uid") for model in (Step, Milestone, Path, RoleProfile))
    return labels.union(*others).exists()


def found_by_policy(policy: RowPolicy[Any], kind: str) -> Finder:
    """Finds a thing that has one page, a target of this kind, for everybody who may see it. Queries: 1."""

    def find(person: User, uid: UUID, at: datetime) -> Target | None:
        return Target(kind, uid) if policy.queryset(person, "view").filter(uid=uid).exists() else None

    return find


def _notice(person: User, uid: UUID, at: datetime) -> Target | None:
    notice = Notice.objects.filter(person=person, uid=uid).first()
    return notice.target if notice else None


def _skill(person: User, uid: UUID, at: datetime) -> Target | None:
    slug = Skill.objects.filter(uid=uid, archived_at=None).values_list("slug", flat=True).first()
    return Target("skill", slug) if slug else None


FINDERS: dict[str, Finder] = {"notice": _notice, "skill": _skill}
