"""Duties, with their dates.

A *duty* (author, learning administrator, auditor, sponsor, administrator) is given to a person by an administrator, who
says why, and ended in the same way. A *holding* is one row: who had which duty from one instant to another. The row
decides; Django's groups and ``is_superuser``, which Wagtail asks, are written from it
(``lms.services.platform.duties``).
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from lms.rules.duties import ADMINISTRATOR, DUTIES

from .lines import OneLine


class DutyHolding(models.Model):
    """A person has a duty from ``from_at``, that instant included, until ``until_at``, that instant excluded.

    ``until_at`` is empty while they have it. ``given_by`` is empty only for an administrator who was made on the
    machine (``create_admin``); the database takes one such open row at a time.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="duty_holdings")
    duty = models.CharField(max_length=20, choices=[(duty.code, duty.word) for duty in DUTIES])
    from_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reason = OneLine(max_length=300)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    ended_reason = OneLine(max_length=300, blank=True)

    class Meta:
        ordering = ["-from_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(duty__in=[duty.code for duty in DUTIES]), name="duty_known"),
            models.UniqueConstraint(fields=["person", "duty"], condition=Q(until_at=None), name="duty_open_once"),
            models.CheckConstraint(
                condition=Q(until_at=None) | Q(until_at__gt=F("from_at")), name="duty_ends_after_it_begins"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="duty_given_with_a_reason"),
            models.CheckConstraint(
                condition=Q(until_at=None, ended_by=None, ended_reason="")
                | (Q(until_at__isnull=False, ended_by__isnull=False) & ~Q(ended_reason="")),
                name="duty_ended_by_somebody_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(given_by=None) | ~Q(given_by=F("person")), name="duty_not_given_to_oneself"
            ),
            models.CheckConstraint(
                condition=Q(ended_by=None) | ~Q(ended_by=F("person")), name="duty_not_ended_by_oneself"
            ),
            models.CheckConstraint(
                condition=Q(given_by__isnull=False) | Q(duty=ADMINISTRATOR), name="duty_given_by_somebody"
            ),
            models.UniqueConstraint(
                fields=["duty"],
                condition=Q(given_by=None, until_at=None),
                name="duty_one_administrator_of_the_machine",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.duty}"
