"""Cases: a learner and a standard, until it is decided.

A *case* gathers *observations*, asked for or not, and *evidence*. A *request* is one planned encounter with a named
observer. A decider claims a case under a lease, so that two people cannot decide it and a claim never strands it.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lms.api import ManyLines, OneLine

from .standards import StandardVersion


class Case(models.Model):
    """One round of showing one standard. ``round`` counts up when a new case follows a *not yet*."""

    class Status(models.TextChoices):
        COLLECTING = "collecting", _("collecting")
        READY = "ready", _("ready to decide")
        DECIDED = "decided", _("decided")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    enrolment = models.ForeignKey("lms.Enrolment", models.PROTECT, related_name="cases")
    learner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="cases")
    version = models.ForeignKey(StandardVersion, models.PROTECT, related_name="cases")
    standard_uid = models.UUIDField()
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.COLLECTING)
    round = models.PositiveSmallIntegerField(default=1)
    opened_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True, blank=True)
    returned_at = models.DateTimeField(null=True, blank=True)
    return_note = ManyLines(blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    claimed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    claimed_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["opened_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "standard_uid"],
                condition=Q(status__in=["collecting", "ready"]),
                name="case_open_once_per_standard",
            ),
            models.UniqueConstraint(fields=["enrolment", "standard_uid", "round"], name="case_round_once"),
            models.CheckConstraint(
                condition=Q(status="decided", decided_at__isnull=False) | (~Q(status="decided") & Q(decided_at=None)),
                name="case_decided_at_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(claimed_by=None, claimed_until=None)
                | Q(claimed_by__isnull=False, claimed_until__isnull=False),
                name="case_claim_is_a_lease",
            ),
            models.CheckConstraint(
                condition=Q(claimed_by=None) | ~Q(claimed_by=F("learner")), name="case_not_claimed_by_learner"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.learner}: {self.version.title}"


class CaseReading(models.Model):
    """Somebody chose to read the others' observations of an open case without one of their own.

    From then on they can no longer observe in this case: who writes has not read, who has read does not write.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="readings")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    read_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "person"], name="case_reading_once")]

    def __str__(self) -> str:
        return f"{self.person_id} read case {self.case_id}"


class Request(models.Model):
    """One encounter that the learner asks somebody to observe."""

    class Status(models.TextChoices):
        OPEN = "open", _("open")
        ACCEPTED = "accepted", _("accepted")
        OBSERVED = "observed", _("observed")
        DECLINED = "declined", _("declined")
        WITHDRAWN = "withdrawn", _("withdrawn")
        LAPSED = "lapsed", _("lapsed")

    WAITING = ("open", "accepted")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="requests")
    observer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="observation_requests")
    context = models.CharField(max_length=80)
    customer = models.ForeignKey("lms.Customer", models.PROTECT, null=True, blank=True, related_name="+")
    planned_on = models.DateField()
    note = ManyLines(blank=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    made_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answer_note = OneLine(max_length=300, blank=True)

    class Meta:
        ordering = ["planned_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "observer", "planned_on"],
                condition=Q(status__in=["open", "accepted"]),
                name="request_open_once_per_day",
            ),
        ]
        indexes = [models.Index(fields=["observer", "status"])]

    def __str__(self) -> str:
        return f"Request {self.uid}"


def evidence_path(evidence: Evidence, filename: str) -> str:
    """Where a file is kept: by uid, never by the name that it came with."""
    return f"{evidence.uid.hex[:2]}/{evidence.uid}"


def evidence_storage() -> Storage:
    """A folder that holds nothing else, and of which only ``assessments.views.evidence`` hands out."""
    return storages["evidence"]


class Evidence(models.Model):
    """Something the learner attaches to a case: words, a link or a file. Files carry the hash they arrived with."""

    class Kind(models.TextChoices):
        TEXT = "text", _("Text")
        LINK = "link", _("Link")
        FILE = "file", _("File")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="evidence")
    item = models.CharField(max_length=60, blank=True, help_text="Id of the evidence line of the standard.")
    kind = models.CharField(max_length=4, choices=Kind.choices)
    text = models.TextField(blank=True)
    url = models.URLField(max_length=500, blank=True)
    file = models.FileField(upload_to=evidence_path, storage=evidence_storage, blank=True)
    file_name = models.CharField(max_length=160, blank=True)
    content_type = models.CharField(max_length=80, blank=True)
    size = models.PositiveIntegerField(default=0)
    sha256 = models.CharField(max_length=64)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["added_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(kind="text", url="", file="") & ~Q(text=""))
                | (Q(kind="link", file="") & ~Q(url=""))
                | (Q(kind="file", url="") & ~Q(file="")),
                name="evidence_is_what_it_says",
            ),
        ]

    def __str__(self) -> str:
        return f"Evidence {self.uid}"
