"""The cms app."""

from importlib import import_module

from django.apps import AppConfig, apps
from django.utils.translation import gettext_lazy as _


class CmsConfig(AppConfig):
    """Authoring and homes."""

    name = "cms"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Connect receivers; people in the admin are managed in our way; say which places belong to learners."""
        from lms.api import ADMINISTRATOR, register_place

        import_module("cms.receivers")
        apps.get_app_config("wagtailusers").user_viewset = "cms.wagtail_hooks.people.PeopleViewSet"  # type: ignore[attr-defined]
        learners = ("learner",)
        mine = ("step", "lesson", "course", "practice*", "session*", "commitment*", "request*", "case", "evidence*")
        covers = ("recall*",)
        register_place("today", _("Today"), order=10, duties=learners, covers=covers, otherwise=True, home=10)
        register_place("path", _("My path"), order=15, duties=learners, covers=mine)
        register_place("skills", _("My skills"), order=20, duties=("learner", "finished"), covers=("skill", "signoff"))
        register_place("patterns", _("Patterns"), order=90, duties=(ADMINISTRATOR,), menu=True)
