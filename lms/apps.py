"""The lms app."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.core.checks import Tags, register
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class LmsConfig(AppConfig):
    """The learning record."""

    name = "lms"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Connect receivers; keep the guards of addresses in place; say which duties the record knows of, which
        places belong to them, where its pages are and who finds them, what it holds about people, what its tasks do and
        how they are sent.
        """
        from lms import api
        from lms.addresses import ADDRESSES, register_addresses
        from lms.rules.duties import ADMINISTRATOR, DUTIES
        from lms.rules.notices import KINDS
        from lms.rules.privacy import PERSONAL
        from lms.rules.work import WORK
        from lms.services.platform.links import FINDERS

        receivers = import_module("lms.receivers")
        pre_migrate.connect(receivers.lay_address_guards_aside, sender=self, dispatch_uid="lms.address_guards")
        post_migrate.connect(receivers.install_address_guards, sender=self, dispatch_uid="lms.address_guards")
        post_migrate.connect(receivers.make_organisation, sender=self, dispatch_uid="lms.organisation")
        register(import_module("lms.checks").address_guards_stand, Tags.database)
        api.register_personal(self.name, PERSONAL)
        api.register_notices(KINDS)
        register_addresses(self.name, ADDRESSES)
        api.register_links(FINDERS)
        tasks = import_module("lms.tasks")
        api.register_wake_up(tasks.wake_for_mail)
        api.register_work(WORK)
        api.register_sender(tasks.send_task)
        api.register_health("broker", api.Check(_("Broker"), tasks.broker_answers))
        api.register_invitation_link(_invitation_link)
        for kind in api.SEALED:
            api.register_sealed(kind)
        api.register_duty("learner", _enrolled(*api.Enrolment.OPEN))
        api.register_duty("finished", _enrolled("completed"))
        api.register_duty("manager", _manages)
        for duty in DUTIES:
            api.register_duty(duty.code, _has(duty.code))
        authoring = ("author", "learning", ADMINISTRATOR)
        covers, pages = ("wagtail*",), ("people_*", "coach_profiles*", "observer_grants*")
        api.register_place("wagtailadmin_home", _("Authoring"), order=80, duties=authoring, covers=covers, home=50)
        api.register_place("people", _("People"), order=70, duties=("learning", ADMINISTRATOR), covers=pages)
        tree = ("teams_*",)
        api.register_place("teams", _("Teams"), order=72, duties=("learning", ADMINISTRATOR), covers=tree)
        unseen = ("operations_*",)
        api.register_place("operations", _("Operations"), order=74, duties=(ADMINISTRATOR,), covers=unseen)
        run_it, parts = ("learning", ADMINISTRATOR), ("organisation_*",)
        api.register_place("organisation", _("Organisation"), order=30, duties=run_it, covers=parts, menu=True)
        facts = ("me_*",)
        api.register_place("me", _("Your own facts"), order=50, covers=facts, menu=True)
        own = ("account_*", "mfa_*", "usersessions_*", "language")
        api.register_place("mfa_index", _("Sign-in and security"), order=60, covers=own, menu=True)


def _invitation_link(person: Any) -> str:
    """Where somebody chooses a passphrase."""
    return str(import_module("lms.views.people").invitation_link(person))


def _enrolled(*statuses: str) -> Any:
    """Whoever has an enrolment in one of these states."""

    def rows(person: Any, on: Any) -> Any:
        from lms.api import Enrolment

        return Enrolment.objects.filter(person=person, status__in=statuses)

    return rows


def _manages(person: Any, _on: Any) -> Any:
    """Whoever manages a team today: memberships begin and end by the day of the organisation."""
    from lms.api import Membership, current_memberships, organisations_day
    from lms.clock import now

    today = organisations_day(now())
    return Membership.objects.filter(current_memberships(today), person=person, role=Membership.Role.MANAGER)


def _has(duty: str) -> Any:
    """Whoever has a duty that was given to them."""

    def rows(person: Any, on: Any) -> Any:
        from lms.api import open_holdings

        return open_holdings(person, duty)

    return rows
