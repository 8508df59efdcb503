"""The assessments app."""

from django.apps import AppConfig
from django.core.checks import Tags, register
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class AssessmentsConfig(AppConfig):
    """Judging."""

    name = "assessments"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Keep the ledger's guards in place and have their absence noticed; say which places belong to judging,
        where its pages are, what it tells people and what it holds about them.
        """
        from assessments.addresses import ADDRESSES
        from assessments.checks import guards_stand
        from assessments.receivers import install_guards, lay_guards_aside
        from assessments.rules.notices import KINDS
        from assessments.rules.privacy import PERSONAL
        from assessments.rules.work import WORK
        from assessments.services.audit.nightly import health as ledger_health
        from assessments.services.audit.sealed import SEALED
        from assessments.services.cases.links import FINDERS
        from assessments.services.standing.ready import look_who_is_ready
        from lms.addresses import register_addresses
        from lms.api import (
            Check,
            register_health,
            register_links,
            register_notices,
            register_personal,
            register_place,
            register_sealed,
            register_standing_change,
            register_work,
        )

        register_personal(self.name, PERSONAL)
        register_notices(KINDS)
        register_addresses(self.name, ADDRESSES)
        register_links(FINDERS)
        register_work(WORK)
        register_health("ledger", Check(_("Ledger"), ledger_health))
        register_standing_change("ready", look_who_is_ready)
        for kind in SEALED:
            register_sealed(kind)
        pre_migrate.connect(lay_guards_aside, sender=self, dispatch_uid="assessments.lay_guards_aside")
        post_migrate.connect(install_guards, sender=self, dispatch_uid="assessments.install_guards")
        register(guards_stand, Tags.database)
        helpers, managers = ("coach", "observer"), ("manager", "learning")
        judged = ("coach_person", "coach_away", "case_*", "countersign", "revoke")
        shown = ("team_*", "person_readiness", "external_done")
        register_place("coach_queue", _("Queue"), order=30, duties=helpers, covers=judged, home=20)
        register_place("observe_index", _("Observe"), order=35, duties=helpers, covers=("observe", "observe_*"))
        register_place("team", _("Team"), order=40, duties=managers, covers=shown, home=30)
