"""Where people work: whose public holidays are theirs, and the days that are otherwise there.

There is one *main* location; whoever has no other belongs to it. Which weekdays are worked, the organisation says.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .lines import OneLine
from .named import Named, NamedQuerySet


class Location(Named):
    """An office, or a country in which people work. ``country`` and ``region`` as ``lms.rules.workdays`` has them."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = OneLine(_("name"), max_length=120)
    country = models.CharField(_("country"), max_length=2, blank=True)
    region = models.CharField(_("region"), max_length=40, blank=True)
    is_main = models.BooleanField(default=False)

    objects = NamedQuerySet.as_manager()

    class Meta:
        ordering = ["-is_main", "name_order", "id"]
        constraints = [
            models.UniqueConstraint(fields=["is_main"], condition=Q(is_main=True), name="location_one_is_main"),
            models.CheckConstraint(condition=Q(region="") | ~Q(country=""), name="location_region_of_a_country"),
        ]

    def __str__(self) -> str:
        return self.name


class ChangedDay(models.Model):
    """A day that is not as weekday and public holidays say: a day off, or one that is worked (``works``)."""

    location = models.ForeignKey(Location, models.CASCADE, related_name="changed_days")
    on = models.DateField()
    works = models.BooleanField()
    name = OneLine(max_length=80, blank=True)

    class Meta:
        ordering = ["on"]
        constraints = [models.UniqueConstraint(fields=["location", "on"], name="changed_day_once")]

    def __str__(self) -> str:
        return f"{self.on}: {self.name}"
