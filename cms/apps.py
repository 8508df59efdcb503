"""The cms app."""

from django.apps import AppConfig


class CmsConfig(AppConfig):
    """Authoring and homes."""

    name = "cms"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Connect receivers, checks and policies."""
