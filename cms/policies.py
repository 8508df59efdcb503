"""Who may write what stands in the library, and who sets an installation up. Pages ask Wagtail's own tree of
permissions (docs/decisions/0011).
"""

from __future__ import annotations

from django.db.models import Model, Q

from cms.models import (
    CalibrationSource,
    ExternalSource,
    RoleProfileSource,
    SkillSource,
    SpeakerSource,
    StarterCurriculum,
)
from lms.api import Customer, RowPolicy, User, everybody, has_duty, nobody
from lms.rules.duties import ADMINISTRATOR, AUTHOR, LEARNING

LIBRARY: tuple[type[Model], ...] = (
    SkillSource,
    RoleProfileSource,
    ExternalSource,
    CalibrationSource,
    SpeakerSource,
    Customer,
)
REVIEWED: tuple[type[Model], ...] = (SkillSource, RoleProfileSource, CalibrationSource)
"""What judging rests on: authors write it and hand it in, learning administrators publish it (ADR 26)."""

ACTS = frozenset({"add", "view", "change", "delete", "publish"})
DECISIVE = frozenset({"delete", "publish"})


class LibraryPolicy(RowPolicy[Model]):
    """All acts in the admin: authors, L&D, administrators; what is ``REVIEWED`` goes live and leaves by L&D.

    What others depend on stays, whoever asks (``cms.services.authoring.guards``).

    The rule is the same for every row, because Wagtail asks for the model and not for the row.
    """

    def rows(self, user: User, action: str) -> Q:
        return everybody() if self.may(user, action) else nobody()

    def may(self, user: User, action: str) -> bool:
        decides = has_duty(user, ADMINISTRATOR) or has_duty(user, LEARNING)
        if self.model in REVIEWED and action in DECISIVE:
            return decides
        return (decides or has_duty(user, AUTHOR)) and action in ACTS


library_policies = {model: LibraryPolicy(model) for model in LIBRARY}


class SetUpPolicy(RowPolicy[StarterCurriculum]):
    """view the steps, choose how the library begins: L&D, administrators."""

    def rows(self, user: User, action: str) -> Q:
        return everybody() if self.may(user, action) else nobody()

    def may(self, user: User, action: str) -> bool:
        return action in ("view", "choose") and (has_duty(user, ADMINISTRATOR) or has_duty(user, LEARNING))


set_up_policy = SetUpPolicy(StarterCurriculum)
