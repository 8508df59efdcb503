"""The ledger: everything that ever happened to a sign-off, in order.

One *event* a skill; a chain of hashes a learner (``subject``). Events are added and never changed: triggers in the
database refuse UPDATE and DELETE (``assessments.services.ledger.triggers``). Words that name people or hold comments
stand in *texts*, an erasable side table; the event holds only a salted commitment to them, so that erasing a person
leaves the chain valid. What a sign-off is today is a fold over its events (``assessments.rules.ledger``).
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from assessments.rules.ledger import MEANINGS, words_of

from .cases import Case
from .standards import StandardVersion

CAPACITIES = {
    "coach": pgettext_lazy("signed as", "coach"),
    "standing coach": pgettext_lazy("signed as", "standing coach"),
    "stand-in of the coach": pgettext_lazy("signed as", "stand-in of the coach"),
    "learning administrator": pgettext_lazy("signed as", "learning administrator"),
    "observer": pgettext_lazy("signed as", "observer"),
    "administrator": pgettext_lazy("signed as", "administrator"),
}
"""What the ledger holds in one language for ever, as it is shown."""


class SignOffEvent(models.Model):
    """One thing that happened to a person's sign-off of a skill. Added once, never changed."""

    class Kind(models.TextChoices):
        SIGNED = "SIGNED", _("Entrusted")
        NOT_YET = "NOT_YET", _("Not yet")
        COUNTERSIGNED = "COUNTERSIGNED", _("Countersigned")
        COUNTERSIGN_REFUSED = "COUNTERSIGN_REFUSED", _("Countersign refused")
        REVOKED = "REVOKED", _("Revoked")
        SUPERSEDED = "SUPERSEDED", _("Superseded")
        HELD_BEFORE = "HELD_BEFORE", _("Held before")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    subject = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="signoff_events")
    skill = models.ForeignKey("lms.Skill", models.PROTECT, related_name="+")
    version = models.ForeignKey(StandardVersion, models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, models.PROTECT, null=True, blank=True, related_name="events")
    """None of what was held before Vouch, and of taking that back: it was never seen here."""
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=20, choices=Kind.choices)
    about = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="followed_by")
    signer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="signed_events")
    authority = models.CharField(max_length=60, help_text="In which capacity the signer acted.")
    meaning = models.CharField(max_length=24, help_text="What the signature says, as a code.")
    words = models.CharField(max_length=200, help_text="The same in the organisation's language, as it was that day.")
    level = models.PositiveSmallIntegerField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)
    flags = models.JSONField(default=list, help_text="Why a countersign is needed; empty when none is.")
    """Format 1: "provisional", "line_manager", "reports_to_learner", "reciprocal"."""
    payload = models.JSONField(help_text="Satisfying set, standard digest, evidence hashes, commitments to the texts.")
    """Format 1. Of a decision: satisfying, by_exception, rule, skill_version, content, observations, evidence,
    authority, texts (name: commitment); of what follows one: about, authority, texts; of a superseded one: by, texts;
    of what was held before: entry, since, content, authority, texts.
    """
    prev_hash = models.CharField(max_length=64)
    this_hash = models.CharField(max_length=64)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    key = models.UUIDField()

    class Meta:
        ordering = ["subject", "seq"]
        constraints = [
            models.CheckConstraint(condition=~Q(signer=F("subject")), name="signoff_never_of_oneself"),
            models.UniqueConstraint(fields=["subject", "seq"], name="signoff_seq_once"),
            models.UniqueConstraint(fields=["subject", "prev_hash"], name="signoff_chain_does_not_fork"),
            models.UniqueConstraint(fields=["key", "skill"], name="signoff_key_once_per_skill"),
            models.CheckConstraint(
                # "Not empty" is said too: a comparison with nothing is no refusal to SQL.
                condition=Q(
                    kind__in=["SIGNED", "HELD_BEFORE"],
                    level__isnull=False,
                    level__gte=1,
                    level__lte=5,
                    valid_until__isnull=False,
                )
                | (~Q(kind__in=["SIGNED", "HELD_BEFORE"]) & Q(level=None, valid_until=None)),
                name="signoff_level_only_when_signed",
            ),
            models.CheckConstraint(condition=Q(meaning__in=MEANINGS), name="signoff_meaning_known"),
            models.CheckConstraint(
                condition=Q(recorded_at__gte=F("occurred_at")), name="signoff_recorded_when_it_happened_or_later"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["SIGNED", "NOT_YET", "HELD_BEFORE"], about=None)
                | Q(
                    kind__in=["COUNTERSIGNED", "COUNTERSIGN_REFUSED", "REVOKED", "SUPERSEDED"],
                    about__isnull=False,
                ),
                name="signoff_follow_up_names_its_event",
            ),
            models.CheckConstraint(
                condition=Q(kind="HELD_BEFORE", case=None)
                | Q(kind="REVOKED")
                | (~Q(kind__in=["HELD_BEFORE", "REVOKED"]) & Q(case__isnull=False)),
                name="signoff_rests_on_a_case_unless_held_before",
            ),
            models.UniqueConstraint(
                fields=["subject", "skill"], condition=Q(kind="HELD_BEFORE"), name="signoff_held_before_once"
            ),
            models.UniqueConstraint(
                fields=["case", "skill"], condition=Q(kind__in=["SIGNED", "NOT_YET"]), name="signoff_decided_once"
            ),
            models.UniqueConstraint(
                fields=["about"],
                condition=Q(kind__in=["COUNTERSIGNED", "COUNTERSIGN_REFUSED"]),
                name="signoff_countersigned_once",
            ),
            models.UniqueConstraint(fields=["about"], condition=Q(kind="REVOKED"), name="signoff_revoked_once"),
        ]
        indexes = [models.Index(fields=["subject", "skill", "seq"])]

    def __str__(self) -> str:
        return f"#{self.seq} {self.kind} {self.skill_id}"

    @property
    def said(self) -> str:
        """What it says, in the reader's words, from what it is: nothing compares ``words`` before they are read.

        Queries: those of skill and ``about``.
        """
        about = self.about
        return words_of(self.kind, self.skill.title, self.level, about.said if about else "")

    @property
    def capacity(self) -> str:
        """The authority in the reader's words."""
        return str(CAPACITIES.get(self.authority, self.authority))


class SignOffText(models.Model):
    """Words that belong to an event and may have to be erased: names on that day, reasons, next steps.

    The event's payload holds SHA-256(salt + value) for each; without the row the event still verifies.
    """

    pk = models.CompositePrimaryKey("event_id", "name")
    event = models.ForeignKey(SignOffEvent, models.PROTECT, related_name="texts")
    name = models.CharField(max_length=24, help_text="subject_name, signer_name, why, next_step, retry_on")
    value = models.TextField()
    salt = models.CharField(max_length=32)

    def __str__(self) -> str:
        return f"{self.name} of event {self.event_id}"
