"""The lms app."""

from django.apps import AppConfig


class LmsConfig(AppConfig):
    """The learning record."""

    name = "lms"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Connect receivers, checks and policies."""
