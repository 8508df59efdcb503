"""The cms app."""

from importlib import import_module

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CmsConfig(AppConfig):
    """Authoring and homes."""

    name = "cms"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Connect receivers; the admin asks our policies and manages people in our way; say which places belong to
        learners, where its pages are, what authoring holds about people, who wrote a calibration set, who has a part in
        what is in review, who depends on content, and what stands in the way of publishing it.
        """
        from assessments.api import register_authorship, register_reviews
        from cms.addresses import ADDRESSES
        from cms.api import (
            could_know,
            findings_of,
            in_review_with,
            load_dependants,
            published_went_through,
            spec_of,
        )
        from cms.models.depending import register_dependants, register_judge
        from cms.rules.notices import KINDS
        from cms.rules.privacy import PERSONAL
        from cms.rules.work import WORK
        from lms.addresses import register_addresses
        from lms.api import (
            ADMINISTRATOR,
            Check,
            register_health,
            register_notices,
            register_personal,
            register_place,
            register_work,
        )

        receivers = import_module("cms.receivers")
        post_migrate.connect(receivers.make_frame, dispatch_uid="cms.frame")
        _register_policies()
        register_personal(self.name, PERSONAL)
        register_notices(KINDS)
        register_work(WORK)
        register_health("content", Check(_("Content"), published_went_through))
        register_addresses(self.name, ADDRESSES)
        register_authorship(could_know)
        register_reviews(in_review_with)
        register_dependants(load_dependants)
        register_judge(findings_of, spec_of)
        apps.get_app_config("wagtailusers").user_viewset = "cms.wagtail_hooks.people.PeopleViewSet"  # type: ignore[attr-defined]
        apps.get_app_config("wagtailusers").group_viewset = "cms.wagtail_hooks.people.DutyGroupViewSet"  # type: ignore[attr-defined]
        learners = ("learner",)
        mine = ("step", "lesson", "course", "practice*", "session*", "commitment*", "request*", "case", "evidence*")
        covers = ("recall*",)
        register_place("today", _("Today"), order=10, duties=learners, covers=covers, otherwise=True, home=10)
        register_place("path", _("My path"), order=15, duties=learners, covers=mine)
        register_place("skills", _("My skills"), order=20, duties=("learner", "finished"), covers=("skill", "signoff"))
        register_place("who_sees", _("Who can see what about me"), order=15, menu=True)
        run_it = ("learning", ADMINISTRATOR)
        register_place("setup", _("Set up"), order=25, duties=run_it, menu=True)
        register_place("patterns", _("Patterns"), order=90, duties=(ADMINISTRATOR,), menu=True)


def _register_policies() -> None:
    """The admin's checks on people and on the library are answered by our policies.

    For the exact class, which comes first: Wagtail registers Django's permissions for people after us.
    """
    from wagtail.permissions import register_permission_policy

    from cms.policies import library_policies
    from lms.api import User, people_in_admin_policy

    register_permission_policy(User, people_in_admin_policy, exact_class=True)
    for model, policy in library_policies.items():
        register_permission_policy(model, policy, exact_class=True)
