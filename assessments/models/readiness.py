"""Ready is a dated fact: since when somebody is ready for a role, until when they were, and what ended it."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class ReadySpell(models.Model):
    """Somebody is ready for a role from a day on, up to and with ``last_on`` once that is known.

    Written when it becomes true and when it ceases, so that who was ready on any day can be counted. ``skill``: the
    requirement that is met no longer, where one ended it.
    """

    class Why(models.TextChoices):
        LAPSED = "lapsed", _("a sign-off has run out")
        TAKEN_BACK = "taken_back", _("a sign-off no longer stands")
        ASKS_MORE = "asks_more", _("the role asks for more")
        NO_ROLE = "no_role", _("the role is no longer theirs")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="ready_spells")
    profile = models.ForeignKey("lms.RoleProfile", models.PROTECT, related_name="+")
    role_version = models.ForeignKey("lms.RoleProfileVersion", models.PROTECT, related_name="+")
    from_on = models.DateField()
    found_at = models.DateTimeField()
    last_on = models.DateField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    why = models.CharField(max_length=12, choices=Why.choices, blank=True)
    skill = models.ForeignKey("lms.Skill", models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-from_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "profile"], condition=Q(ended_at=None), name="ready_spell_open_once"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, last_on=None, why="", skill=None)
                | (Q(ended_at__isnull=False, last_on__isnull=False) & ~Q(why="")),
                name="ready_spell_ends_with_a_day_and_why",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("found_at")), name="ready_spell_ends_after_it_began"
            ),
        ]
        indexes = [models.Index(fields=["profile", "from_on"])]

    def __str__(self) -> str:
        return f"{self.person_id} ready for {self.profile_id} from {self.from_on}"
