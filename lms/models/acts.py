"""Acts: who did what, once.

Every form carries a key. The service that carries out the act writes an *act* with that key first, in the same
transaction: a second submit finds the row and changes nothing. The rows are also the audit trail.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models

from .lines import OneLine


class Act(models.Model):
    """One carried-out act. ``about`` is the uid of the thing it was done to or made; ``name`` is noun.verb.

    ``why``: the reason that was given, where no other row keeps it (acts of administration); ``changed``: by name, the
    old and the new value; ``content``: fingerprint of what was said with the key, so that a replay can be told from the
    same key with other words.
    """

    key = models.UUIDField(primary_key=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    name = models.CharField(max_length=40)
    about = models.UUIDField(db_index=True)
    why = OneLine(max_length=300, blank=True)
    changed = models.JSONField(default=dict, blank=True)
    """Format 1: {name: [old, new]}."""
    content = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["actor", "-at"])]

    def __str__(self) -> str:
        return f"{self.name} by {self.actor_id}"
