"""Who may coach and who may observe.

A *coach profile* says how many learners somebody can take and when they are away. An *observer grant* says that
somebody may observe and judge one skill until a day, and on what basis. Nobody is a coach or an observer by role.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lms.api import OneLine


class CoachProfile(models.Model):
    """A person who coaches. ``load`` counts active assignments, kept by the service and held below capacity here.

    ``away_*`` and ``cover`` say what holds now or next; every absence ever is an ``Absence``.
    """

    person = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="coach_profile")
    capacity = models.PositiveSmallIntegerField(_("capacity"), help_text=_("Learners at one time."))
    load = models.PositiveSmallIntegerField(default=0, editable=False)
    languages = models.JSONField(default=list, blank=True)
    """Format 1: codes of languages."""
    away_from = models.DateField(null=True, blank=True)
    away_until = models.DateField(null=True, blank=True)
    cover = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="covers_for")
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(load__lte=F("capacity")), name="coach_load_within_capacity"),
            models.CheckConstraint(
                condition=Q(away_from=None, away_until=None)
                | Q(away_from__isnull=False, away_until__isnull=False, away_until__gte=F("away_from")),
                name="coach_away_has_both_days",
            ),
            models.CheckConstraint(condition=Q(cover=None) | ~Q(cover=F("id")), name="coach_does_not_cover_self"),
        ]

    def __str__(self) -> str:
        return f"{self.person} ({self.load} of {self.capacity})"


class Absence(models.Model):
    """Days on which a coach was away and who covered, both days included; so that the record knows who coached then."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    coach = models.ForeignKey(CoachProfile, models.PROTECT, related_name="absences")
    cover = models.ForeignKey(CoachProfile, models.PROTECT, null=True, blank=True, related_name="+")
    from_on = models.DateField()
    until_on = models.DateField()
    said_at = models.DateTimeField()
    called_off_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["coach"], condition=Q(called_off_at=None), name="absence_one_current"),
            models.CheckConstraint(condition=Q(until_on__gte=F("from_on")), name="absence_ends_after_start"),
            models.CheckConstraint(condition=Q(cover=None) | ~Q(cover=F("coach")), name="absence_not_covered_by_self"),
        ]

    def __str__(self) -> str:
        return f"{self.coach_id} away {self.from_on} - {self.until_on}"


class ObserverGrant(models.Model):
    """The right to observe one skill until a day; founding and provisional grants are given by L&D with a reason.

    A calibrated grant is nobody's gift: it names the attempt that earned it (``attempt_uid``, of the floor above), and
    what it replaces was ended by that attempt (``ended_by_attempt``).
    """

    class Basis(models.TextChoices):
        FOUNDING = "founding", _("founding")
        CALIBRATED = "calibrated", _("calibrated")
        PROVISIONAL = "provisional", _("provisional")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="observer_grants")
    skill = models.ForeignKey("lms.Skill", models.PROTECT, related_name="+")
    basis = models.CharField(max_length=12, choices=Basis.choices, default=Basis.FOUNDING)
    granted_at = models.DateTimeField()
    until_on = models.DateField()
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    attempt_uid = models.UUIDField(null=True, blank=True)
    reason = OneLine(max_length=300)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    ended_by_attempt = models.UUIDField(null=True, blank=True)
    revoked_reason = OneLine(max_length=300, blank=True)

    class Meta:
        ordering = ["-granted_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by=None, ended_by_attempt=None, revoked_reason="")
                | (
                    Q(revoked_at__isnull=False)
                    & (
                        Q(revoked_by__isnull=False, ended_by_attempt=None)
                        | Q(revoked_by=None, ended_by_attempt__isnull=False)
                    )
                    & ~Q(revoked_reason="")
                ),
                name="observer_grant_ended_by_somebody_or_an_attempt",
            ),
            models.CheckConstraint(
                condition=(~Q(basis="calibrated") & Q(granted_by__isnull=False, attempt_uid=None))
                | Q(basis="calibrated", granted_by=None, attempt_uid__isnull=False),
                name="observer_grant_given_by_somebody_or_earned",
            ),
            models.UniqueConstraint(
                fields=["person", "skill"], condition=Q(revoked_at=None), name="observer_grant_open_once"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="observer_grant_needs_reason"),
            models.CheckConstraint(condition=~Q(person=F("granted_by")), name="observer_grant_not_to_oneself"),
            models.CheckConstraint(
                condition=Q(basis__in=["founding", "calibrated", "provisional"]), name="observer_grant_basis_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} may observe {self.skill} until {self.until_on}"
