"""RowPolicy: a permission is one Q.

A subclass says in ``rows(user, action)`` which rows the user may do the action to. Lists, single look-ups and Wagtail's
admin all derive from that one answer, so that a list can never show what a page refuses. Nothing here knows superusers:
a subclass lists the actions that it grants one.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.permission_policies import BasePermissionPolicy

from lms.errors import NotAllowed, NotFound
from lms.models import User

from .duties import administrators

M = TypeVar("M", bound=Model)


def nobody() -> Q:
    """No row at all."""
    return Q(pk__in=[])


def everybody() -> Q:
    """Every row; an empty Q would vanish when combined with ``|``."""
    return ~Q(pk__in=[])


class RowPolicy(BasePermissionPolicy, Generic[M]):
    """Base of all policies. ``actions`` names what can be done; ``view`` decides between 404 and 403."""

    not_found = _("There is nothing here that you can see. It may have been moved, or the address may be incomplete.")
    not_allowed = _("You can see this, but this is not yours to do.")

    def rows(self, user: User, action: str) -> Q:
        """Which rows the user may do the action to. Must be overridden; unknown actions give ``nobody()``."""
        raise NotImplementedError

    def may(self, user: User, action: str) -> bool:
        """Whether the user may do an action that has no row yet (``add``)."""
        return False

    # --- for services and views

    def queryset(self, user: User, action: str) -> QuerySet[M]:
        """The rows the user may do the action to; none for an inactive person. Distinct without a join."""
        rows = self.model._default_manager.all()
        return rows.filter(self.rows(user, action)) if user.is_active else rows.none()

    def get(
        self,
        actor: User,
        action: str,
        pk: Any = None,
        *,
        lock: bool = False,
        lock_with: Collection[str] = (),
        related: Collection[str] = (),
        **where: Any,
    ) -> M:
        """The row to act on: invisible or unknown raises NotFound, visible but forbidden NotAllowed.

        ``where`` looks up by something else than pk (``uid=``); ``lock`` takes a row lock where the database has one;
        ``lock_with`` names related people to hold in the same statement, past whom rows that point at them may go
        (two who decide about each other at once do not block each other). Queries: 1, or 2 when refused.
        """
        look_up = where or {"pk": pk}
        rows = self.queryset(actor, action).filter(**look_up)
        if related:
            rows = rows.select_related(*related)
        if lock or lock_with:
            rows = rows.select_for_update(of=("self", *lock_with), no_key=bool(lock_with))
        found = rows.first()
        if found is not None:
            return found
        if action != "view" and self.queryset(actor, "view").filter(**look_up).exists():
            raise NotAllowed(str(self.not_allowed))
        raise NotFound(str(self.not_found))

    def require(self, actor: User, action: str) -> None:
        """Raise NotAllowed unless the actor may do this action that has no row yet."""
        if not (actor.is_active and self.may(actor, action)):
            raise NotAllowed(str(_("This is not yours to do.")))

    # --- for Wagtail

    def user_has_permission(self, user: User, action: str) -> bool:
        """Wagtail: on some row, or without one."""
        return user.is_active and (self.may(user, action) or self.queryset(user, action).exists())

    def user_has_permission_for_instance(self, user: User, action: str, instance: Model) -> bool:
        """Wagtail: on this row."""
        return self.queryset(user, action).filter(pk=instance.pk).exists()

    def instances_user_has_any_permission_for(self, user: User, actions: Collection[str]) -> QuerySet[M]:
        """Wagtail: the rows with any of these actions; none for an inactive person."""
        rule = nobody()
        for action in actions if user.is_active else ():
            rule |= self.rows(user, action)
        return self.model._default_manager.filter(rule)

    def users_with_any_permission(self, actions: Collection[str]) -> QuerySet[User]:
        """Wagtail asks this only for mail to moderators; our rules are not enumerated by person."""
        return administrators()
