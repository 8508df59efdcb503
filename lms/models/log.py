"""The record's log: one ordered list of everything that a sign-off rests on.

Whatever gives or takes authority (grants, assignments, duties), says what a word meant (versions) or is evidence
(observations, files) leaves an *entry* here in the transaction that writes it, and so does each event of a sign-off.
An entry holds a fingerprint of the row, not the row: ``verify_signoffs`` computes it anew. What authorises an event
must stand before it. Entries are added and never changed (triggers, ``assessments.services.ledger.triggers``).
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class LogEntry(models.Model):
    """One fingerprint. ``prev_hash`` continues the entry before; ``mac`` is by a key that is kept elsewhere."""

    number = models.PositiveBigIntegerField(primary_key=True)
    kind = models.CharField(max_length=40, help_text="What was written; with “ended”: that it ended.")
    about = models.UUIDField(db_index=True, help_text="The uid of the row.")
    fingerprint = models.CharField(max_length=64)
    at = models.DateTimeField(help_text="When it was written, never before the entry above.")
    prev_hash = models.CharField(max_length=64)
    this_hash = models.CharField(max_length=64, unique=True)
    key_id = models.CharField(max_length=16)
    mac = models.CharField(max_length=64)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(condition=Q(number__gte=1), name="log_begins_with_1"),
            models.UniqueConstraint(fields=["kind", "about"], name="log_says_it_once"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.kind} {self.about}"
