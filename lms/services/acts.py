"""Once-only acts and their audit trail."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lms.errors import Conflict
from lms.models import Act, User


def once(*, actor: User, name: str, key: UUID, at: datetime, about: UUID, why: str = "") -> bool:
    """Claim the key for this act: True the first time, False on a replay by the same person of the same act.

    Must run inside the transaction of the act: if that fails, the key is free again. A second submit at the same moment
    waits here until the first has ended. Raises Conflict when the key was used for something else. Queries: 1, or 2 on
    a replay.
    """
    try:
        with transaction.atomic():
            Act.objects.create(key=key, actor=actor, name=name, about=about, why=why, at=at)
    except IntegrityError:
        before = Act.objects.filter(pk=key).first()
        if before is None:
            raise
        if (before.actor_id, before.name, before.about) != (actor.pk, name, about):
            raise Conflict(
                _("This form was already used for something else. Open the page again and repeat it there.")
            ) from None
        return False
    return True
