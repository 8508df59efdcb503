"""The cms app."""

from importlib import import_module

from django.apps import AppConfig, apps


class CmsConfig(AppConfig):
    """Authoring and homes."""

    name = "cms"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Connect receivers; people in the admin are managed in our way."""
        import_module("cms.receivers")
        apps.get_app_config("wagtailusers").user_viewset = "cms.wagtail_hooks.people.PeopleViewSet"  # type: ignore[attr-defined]
