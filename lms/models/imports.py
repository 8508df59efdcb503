"""Bringing people from an HR system.

An *import* is one file: read, looked at, and then applied in one act, or left. What it changed stands in its *rows*, so
that it can be taken back within the day. A *mapping* keeps by name what each column of a file is. A differing address
is not written: it is a *proposal*, which an administrator applies or declines. An *invitation* waits for its moment.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from .addresses import AddressField, written_in_one_way
from .lines import OneLine

PERSON = settings.AUTH_USER_MODEL


class ImportMapping(models.Model):
    """What each column of a file is, kept by name for the next file of the same kind."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = OneLine(max_length=80)
    columns = models.JSONField(default=dict)
    """Format 1: {name of the column: code of the field, "" where it is not used}."""
    order = models.CharField(max_length=3, blank=True)
    charset = models.CharField(max_length=20, blank=True)
    kept_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+")
    kept_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(Lower("name"), name="import_mapping_name_once"),
            models.CheckConstraint(condition=~Q(name=""), name="import_mapping_has_a_name"),
            models.CheckConstraint(condition=Q(order__in=["", "dmy", "mdy"]), name="import_mapping_order_known"),
        ]

    def __str__(self) -> str:
        return self.name


class PeopleImport(models.Model):
    """One file with people. ``content``: kept until it is applied, a day at most; then of the file there is its name,
    its hash and, for a day, the rows that were left out. ``corrections`` go with the content.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    file_name = OneLine(max_length=200)
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField(null=True)
    columns = models.JSONField(default=dict)
    """Format 1: {name of the column: code of the field, "" where it is not used}."""
    order = models.CharField(max_length=3, blank=True)
    charset = models.CharField(max_length=20, blank=True)
    leave = models.CharField(max_length=10, default="stated")
    corrections = models.JSONField(default=dict)
    """Format 1: {"cells": {number of the line: {place of the column, from 0: what stands there instead}}, "out":
    numbers of lines that are left out}, or {}; 1,000 of both at most (``lms.rules.people_files.corrections``)."""
    read_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+")
    read_at = models.DateTimeField()
    counts = models.JSONField(default=dict)
    """Format 1: {new, changed, leaving, same, problem: how many rows}; empty until applied."""
    left_out = models.BinaryField(null=True)
    applied_by = models.ForeignKey(PERSON, models.PROTECT, null=True, blank=True, related_name="+")
    applied_at = models.DateTimeField(null=True, blank=True)
    taken_back_by = models.ForeignKey(PERSON, models.PROTECT, null=True, blank=True, related_name="+")
    taken_back_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-read_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(order__in=["", "dmy", "mdy"]), name="people_import_order_known"),
            models.CheckConstraint(
                condition=Q(leave__in=["nobody", "stated", "missing"]), name="people_import_leave_known"
            ),
            models.CheckConstraint(
                condition=Q(applied_at=None, applied_by=None)
                | Q(applied_at__isnull=False, applied_by__isnull=False, content=None),
                name="people_import_applied_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(taken_back_at=None, taken_back_by=None)
                | Q(taken_back_at__isnull=False, taken_back_at__gte=F("applied_at"), taken_back_by__isnull=False),
                name="people_import_taken_back_after_applied",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name


class ImportedRow(models.Model):
    """What an import changed: of one person, or which team it made, or who manages what since, or no more.

    ``line``: of the file, 0 for what follows from several. ``person``: empty when it was taken back.
    """

    class Kind(models.TextChoices):
        NEW = "new", _("New")
        CHANGED = "changed", _("Changed")
        LEAVING = "leaving", _("Leaving")
        TEAM = "team", _("Team")
        MANAGES = "manages", _("Manages")
        MANAGED = "managed", _("Manages no more")

    of = models.ForeignKey(PeopleImport, models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    person = models.ForeignKey(PERSON, models.SET_NULL, null=True, blank=True, related_name="imported_rows")
    team = models.ForeignKey("lms.Team", models.SET_NULL, null=True, blank=True, related_name="+")
    changed = models.JSONField(default=dict)
    """Format 1: {name of the field: [old, new]}, as text; days as ISO, teams and locations by name."""
    back = models.JSONField(default=dict)
    """Format 1: {"begun": uids of memberships that began, "ended": {uid of one that ended: its last day before}}."""

    class Meta:
        ordering = ["line", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["new", "changed", "leaving", "team", "manages", "managed"]),
                name="imported_row_kind_known",
            ),
            models.UniqueConstraint(
                fields=["of", "person"],
                condition=Q(kind__in=["new", "changed", "leaving"]),
                name="imported_row_once_a_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.line}"


class AddressProposal(models.Model):
    """An address that a file has for somebody who signs in with another one. Once an address and person."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(PERSON, models.CASCADE, related_name="proposed_addresses")
    email = AddressField()
    of = models.ForeignKey(PeopleImport, models.CASCADE, related_name="proposals")
    proposed_at = models.DateTimeField()
    declined_by = models.ForeignKey(PERSON, models.PROTECT, null=True, blank=True, related_name="+")
    declined_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["proposed_at", "id"]
        constraints = [
            written_in_one_way("address_proposal_lower_case"),
            models.UniqueConstraint(fields=["person", "email"], name="address_proposed_once"),
            models.CheckConstraint(
                condition=Q(declined_at=None, declined_by=None)
                | Q(declined_at__isnull=False, declined_at__gte=F("proposed_at"), declined_by__isnull=False),
                name="address_proposal_declined_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.email


class Invitation(models.Model):
    """A mail with the way in that somebody is to get, once its moment has come. One a person."""

    person = models.OneToOneField(PERSON, models.CASCADE, related_name="planned_invitation")
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["due_at", "id"]
        indexes = [models.Index(fields=["due_at"], condition=Q(sent_at=None), name="invitation_waiting")]
        constraints = [
            models.CheckConstraint(
                condition=Q(sent_at=None) | Q(sent_at__gte=F("due_at")), name="invitation_sent_when_due"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id}, {self.due_at:%Y-%m-%d}"
