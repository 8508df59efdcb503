"""The assessments app."""

from django.apps import AppConfig
from django.core.checks import Tags, register
from django.db.models.signals import post_migrate


class AssessmentsConfig(AppConfig):
    """Judging."""

    name = "assessments"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Keep the ledger's guards in place, and have their absence noticed."""
        from assessments.checks import guards_stand
        from assessments.receivers import install_guards

        post_migrate.connect(install_guards, sender=self, dispatch_uid="assessments.install_guards")
        register(guards_stand, Tags.database)
