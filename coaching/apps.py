"""The coaching app."""

from django.apps import AppConfig


class CoachingConfig(AppConfig):
    """Helping."""

    name = "coaching"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Connect receivers, checks and policies."""
