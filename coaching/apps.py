"""The coaching app."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoachingConfig(AppConfig):
    """Helping."""

    name = "coaching"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say which duties there are in helping, which places belong to them, where its pages are, what it tells
        people and what it holds about them."""
        from coaching.addresses import ADDRESSES
        from coaching.rules.notices import KINDS
        from coaching.rules.privacy import PERSONAL
        from coaching.rules.work import WORK
        from coaching.services.coaches import coaches_by_learner
        from coaching.services.links import FINDERS
        from coaching.services.sealed import SEALED
        from coaching.services.standing import end_with_roles, go_on_standing, standing_coaches_of_people
        from lms.addresses import register_addresses
        from lms.api import (
            register_duty,
            register_helpers,
            register_links,
            register_notices,
            register_path_ending,
            register_personal,
            register_place,
            register_role_ending,
            register_sealed,
            register_work,
        )

        register_personal(self.name, PERSONAL)
        register_notices(KINDS)
        register_work(WORK)
        register_addresses(self.name, ADDRESSES)
        register_links(FINDERS)
        register_helpers("coach", coaches_by_learner)
        register_helpers("standing coach", standing_coaches_of_people)
        register_path_ending("coach", go_on_standing)
        register_role_ending("standing coach", end_with_roles)
        for kind in SEALED:
            register_sealed(kind)
        register_duty("coach", _coaches)
        register_duty("observer", _observes)
        register_place("exchange", _("Exchange"), order=50, covers=("exchange_*",))
        register_place("my_people", _("My people"), order=10, menu=True)
        register_place("coach_away", _("Times away"), order=20, duties=("coach",), menu=True)
        register_place("coach_profiles", _("Coaches"), order=30, duties=("learning",), menu=True)
        register_place("observer_grants", _("Observers"), order=40, duties=("learning",), menu=True)
        register_place("enrolments_rules", _("Rules that enrol"), order=45, duties=("learning",), menu=True)


def _coaches(person: Any, on: Any) -> Any:
    """Whoever has a coach profile on that day, with or without learners."""
    from coaching.models import CoachProfile
    from coaching.policies import not_ended

    return CoachProfile.objects.filter(not_ended("", on), person=person)


def _observes(person: Any, on: Any) -> Any:
    """Whoever may observe some skill on that day."""
    from coaching.policies import unlapsed_grants

    return unlapsed_grants(person, on)
