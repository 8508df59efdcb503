"""The lms app."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LmsConfig(AppConfig):
    """The learning record."""

    name = "lms"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Connect receivers; say which duties the record knows of, which places belong to them, and what it holds
        about people.
        """
        from lms import api
        from lms.rules.privacy import PERSONAL

        import_module("lms.receivers")
        api.register_personal(self.name, PERSONAL)
        for kind in api.SEALED:
            api.register_sealed(kind)
        api.register_duty("learner", _enrolled(*api.Enrolment.OPEN))
        api.register_duty("finished", _enrolled("completed"))
        api.register_duty("manager", _manages)
        for name, group in DUTIES_BY_GROUP.items():
            api.register_duty(name, _in_group(group))
        authoring = ("author", "learning", api.ADMINISTRATOR)
        covers, pages = ("wagtail*",), ("people_*", "coach_profiles", "observer_grants")
        api.register_place("wagtailadmin_home", _("Authoring"), order=80, duties=authoring, covers=covers, home=50)
        api.register_place("people", _("People"), order=70, duties=("learning", api.ADMINISTRATOR), covers=pages)
        own = ("account_*", "mfa_*", "usersessions_*", "language")
        api.register_place("mfa_index", _("Sign-in and security"), order=60, covers=own, menu=True)


DUTIES_BY_GROUP = {
    "author": "Authors",
    "learning": "Learning administrators",
    "auditor": "Auditors",
    "sponsor": "Sponsors",
}


def _enrolled(*statuses: str) -> Any:
    """Whoever has an enrolment in one of these states."""

    def rows(person: Any, on: Any) -> Any:
        from lms.api import Enrolment

        return Enrolment.objects.filter(person=person, status__in=statuses)

    return rows


def _manages(person: Any, on: Any) -> Any:
    """Whoever manages a team on that day."""
    from lms.api import Membership, current

    return Membership.objects.filter(current(on=on), person=person, role=Membership.Role.MANAGER)


def _in_group(name: str) -> Any:
    """Whoever has a duty that is given as a group."""

    def rows(person: Any, on: Any) -> Any:
        from lms.api import User

        return User.groups.through.objects.filter(user=person, group__name=name)

    return rows
