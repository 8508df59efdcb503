"""What people held before Vouch came: the opening balance of a company that does not begin with nobody ready.

A member of Learning records an *entry*: who holds which role since when, how that is known, and skill by skill at which
level on which standard. It waits until a second member confirms it. Then it stands as a role holding
(``lms.models.holdings``) and as events of the ledger of the kind HELD_BEFORE.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from lms.api import OneLine
from lms.rules.scales import ENTRUSTMENT

from .standards import StandardVersion


class HeldBefore(models.Model):
    """An entry of the opening balance about one person in one role. ``source``: how it is known that they hold it.

    ``answered_by``: who confirmed it, or did not. Whoever recorded it may take it back, which is no answer of another.
    """

    class Status(models.TextChoices):
        WAITING = "waiting"
        CONFIRMED = "confirmed"
        REFUSED = "refused"
        TAKEN_BACK = "taken_back"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="held_before")
    role_version = models.ForeignKey("lms.RoleProfileVersion", models.PROTECT, related_name="+")
    since = models.DateField(help_text="Since which day they hold the role.")
    coach = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    source = OneLine(max_length=300)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.WAITING)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    answer_reason = OneLine(max_length=300, blank=True)

    class Meta:
        ordering = ["recorded_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "role_version"],
                condition=Q(status__in=["waiting", "confirmed"]),
                name="held_before_once_a_role",
            ),
            models.CheckConstraint(condition=~Q(source=""), name="held_before_says_how_it_is_known"),
            models.CheckConstraint(condition=~Q(recorded_by=F("person")), name="held_before_not_recorded_for_oneself"),
            models.CheckConstraint(
                condition=Q(coach=None) | ~Q(coach=F("person")), name="held_before_coached_by_another"
            ),
            models.CheckConstraint(
                condition=Q(answered_by=None) | ~Q(answered_by=F("person")), name="held_before_not_answered_for_oneself"
            ),
            models.CheckConstraint(
                condition=~Q(status="confirmed") | ~Q(answered_by=F("recorded_by")),
                name="held_before_confirmed_by_a_second_person",
            ),
            models.CheckConstraint(
                condition=Q(status="waiting", answered_by=None, answered_at=None)
                | Q(
                    status__in=["confirmed", "refused", "taken_back"],
                    answered_by__isnull=False,
                    answered_at__isnull=False,
                    answered_at__gte=F("recorded_at"),
                ),
                name="held_before_answered_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} held {self.role_version_id} before"


class HeldBeforeSkill(models.Model):
    """One skill of an entry: held at ``level``, as a standard words it."""

    entry = models.ForeignKey(HeldBefore, models.CASCADE, related_name="skills")
    skill = models.ForeignKey("lms.Skill", models.PROTECT, related_name="+")
    version = models.ForeignKey(StandardVersion, models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["entry", "skill"], name="held_before_skill_once"),
            models.CheckConstraint(condition=Q(level__gte=1, level__lte=5), name="held_before_level_1_to_5"),
        ]

    def __str__(self) -> str:
        return f"{self.skill_id} at {self.level}"

    @property
    def level_words(self) -> str:
        """The level in the reader's words."""
        return str(ENTRUSTMENT[self.level])
