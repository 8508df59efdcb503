"""Teams, who belongs to them, cohorts, and the customers that the work is for.

Teams form a tree. A *membership* says that a person is a member or the manager of a team from one day to another; a
manager of a team manages the members of that team and of every team below it that has no manager of its own between.
Somebody is a member of one team at a time. Whoever *acts* for a manager is one for the days that were named.
"""

from __future__ import annotations

import uuid
from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .lines import ManyLines, OneLine
from .named import Named, NamedQuerySet


class Team(Named):
    """A group of people with at most a few managers; part of a tree. A closed one keeps its history, and has nobody."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    slug = models.SlugField(unique=True)
    name = OneLine(max_length=120)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    closed_on = models.DateField(null=True, blank=True)

    objects = NamedQuerySet.as_manager()

    class Meta:
        ordering = ["name_order", "id"]
        constraints = [models.CheckConstraint(condition=~Q(parent=F("id")), name="team_not_its_own_parent")]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person in a team for a time, as a member or as its manager; both days are days of it.

    ``acting_for``: the manager in whose place a manager stands for this time.
    """

    class Role(models.TextChoices):
        MEMBER = "member", _("member")
        MANAGER = "manager", _("manager")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="memberships")
    team = models.ForeignKey(Team, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.MEMBER)
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)
    acting_for = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "team", "role"], condition=Q(until_on=None), name="membership_open_once"
            ),
            models.UniqueConstraint(
                fields=["person"], condition=Q(role="member", until_on=None), name="membership_one_team_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(acting_for=None) | Q(role="manager", until_on__isnull=False),
                name="membership_acting_manager_has_an_end",
            ),
            models.CheckConstraint(
                condition=Q(acting_for=None) | ~Q(acting_for=F("person")), name="membership_not_acting_for_oneself"
            ),
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gte=F("from_on")), name="membership_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} in {self.team} as {self.role}"

    def holds_on(self, day: date) -> bool:
        """Whether it holds on a day of the organisation."""
        return self.from_on <= day and (self.until_on is None or day <= self.until_on)


class Cohort(models.Model):
    """People who start together and are looked at together."""

    slug = models.SlugField(unique=True)
    title = OneLine(max_length=160)
    start_on = models.DateField()
    members: models.ManyToManyField = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="cohorts", blank=True
    )

    def __str__(self) -> str:
        return self.title


class Customer(Named):
    """A company we serve, and what we decided about it."""

    class Decision(models.TextChoices):
        DEEPEN = "deepen", _("Deepen")
        HOLD = "hold", _("Hold")
        PART = "part", _("Part")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    slug = models.SlugField(_("slug"), unique=True)
    name = OneLine(_("name"), max_length=160)
    decision = models.CharField(_("decision"), max_length=10, choices=Decision.choices, default=Decision.HOLD)
    closed = models.BooleanField(
        _("closed account"), default=False, help_text=_("We do not serve them now; nobody can be sent there.")
    )
    note = ManyLines(_("note"), blank=True)

    objects = NamedQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        ordering = ["name_order", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(decision__in=["deepen", "hold", "part"]), name="customer_decision_known")
        ]

    def __str__(self) -> str:
        return self.name
