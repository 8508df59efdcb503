"""The duties that are given to people: their codes, their words, and the groups through which Wagtail knows them.

This is the one list. What somebody is by their work (manager, coach, observer) is no duty of this kind: it follows from
memberships, profiles and grants.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

AUTHOR, LEARNING, AUDITOR, SPONSOR, ADMINISTRATOR = "author", "learning", "auditor", "sponsor", "administrator"

AUTHORS = "Authors"
LEARNING_ADMINISTRATORS = "Learning administrators"
AUDITORS = "Auditors"
SPONSORS = "Sponsors"


@dataclass(frozen=True, slots=True)
class Duty:
    """One duty. ``word``: its name on screens; ``does``: what it allows, as a sentence; ``group``: the name of its
    group in Django, "" for the administrator, whom Django knows by ``is_superuser``.
    """

    code: str
    word: Any
    does: Any
    group: str = ""


DUTIES = (
    Duty(AUTHOR, _("Author"), _("Writes courses, paths and standards, and hands them in."), AUTHORS),
    Duty(
        LEARNING,
        _("Learning administrator"),
        _("Invites people, publishes, gives grants, countersigns, and sees every sign-off."),
        LEARNING_ADMINISTRATORS,
    ),
    Duty(AUDITOR, _("Auditor"), _("Reads every case, every sign-off and all evidence."), AUDITORS),
    Duty(SPONSOR, _("Sponsor"), _("Receives the anchors of the ledger by mail."), SPONSORS),
    Duty(ADMINISTRATOR, _("Administrator"), _("Runs the platform: duties, addresses, lost second factors.")),
)
BY_CODE = {duty.code: duty for duty in DUTIES}
GROUPS = tuple(duty.group for duty in DUTIES if duty.group)

NEVER_EMPTY = (ADMINISTRATOR, LEARNING)
"""Duties whose last holder keeps them: everybody else waits for what they decide."""
