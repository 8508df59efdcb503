"""Two accounts of one human.

Somebody was entered twice, or came back under another address. A *joining* says that two accounts are one human's; from
then on each is oneself to the other wherever nobody may act on themself. Nothing is merged and nothing is moved: both
histories stay. A *parting* says that a joining was a mistake. Both are added once and never changed (triggers of the
ledger), and stand in the log.

A human with three accounts has three joinings, one for each pair: whoever is joined with one is joined with all
(``lms.services.platform.same_person``), so that a rule need look at one row only.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from .lines import OneLine


class SamePerson(models.Model):
    """SAME_PERSON: two accounts are one human's, the older one first. ``number``: 1, and one more each time that the
    two were parted before.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    first = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    second = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField(default=1)
    joined_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    joined_at = models.DateTimeField()
    reason = OneLine(max_length=300)

    class Meta:
        ordering = ["joined_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="same_person_is_two_accounts_in_order"),
            models.UniqueConstraint(fields=["first", "second", "number"], name="same_person_once_a_pair"),
            models.CheckConstraint(
                condition=~Q(joined_by=F("first")) & ~Q(joined_by=F("second")), name="same_person_not_by_oneself"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="same_person_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} is {self.second_id}"


class Parting(models.Model):
    """A joining was a mistake, and holds no longer from ``parted_at`` on."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    joining = models.OneToOneField(SamePerson, models.PROTECT, related_name="parting")
    parted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    parted_at = models.DateTimeField()
    reason = OneLine(max_length=300)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="parting_has_a_reason")]

    def __str__(self) -> str:
        return f"Parting of {self.joining_id}"
