"""The organisation and its people.

There is one *organisation* to an installation. A *user* is a person: new hire, coach, manager, author. What somebody
is to somebody else (manager, coach, observer) is never a column here; it follows from memberships, assignments and
grants. A person who leaves is deactivated, never deleted: their sign-offs stay true.
"""

from __future__ import annotations

import uuid
import zoneinfo
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from lms.rules.names import fold, order_of_person

from .addresses import AddressField, written_in_one_way
from .lines import OneLine
from .named import Named, NamedQuerySet


def validate_time_zone(value: str) -> None:
    """Refuse a name that is no IANA time zone."""
    if value not in zoneinfo.available_timezones():
        raise ValidationError(_("%(zone)s is not a time zone. Write it as in Europe/Copenhagen.") % {"zone": value})


def every_day() -> list[int]:
    """All seven days, as ISO weekday numbers: nothing is a day off before somebody says so."""
    return [1, 2, 3, 4, 5, 6, 7]


class Organisation(models.Model):
    """The one company that this installation serves; a constraint holds it to one row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    name = OneLine(max_length=120)
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_time_zone])
    locale = models.CharField(max_length=12, default="en")
    working_days = models.JSONField(default=every_day)
    """Format 1: ISO numbers of weekdays, Monday is 1."""
    expiring_days = models.PositiveSmallIntegerField(
        default=60, help_text=_("A sign-off that ends within so many days is shown as expiring.")
    )

    set_up_at = models.DateTimeField(null=True, editable=False)
    """When somebody first said what it is called and when people work; empty until then."""

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="organisation_is_one")]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    """Makes people; the e-mail address is the log-in."""

    def get_queryset(self) -> NamedQuerySet[User]:
        """With bulk writers that know the order of names."""
        return NamedQuerySet(self.model, using=self._db)

    def create_user(self, email: str, password: str | None = None, **fields: object) -> User:
        """Make a person; without a password the account can only be opened by an invitation mail."""
        user = self.model(email=email, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        """Find by address, however it was typed."""
        return self.get(email=username)


class User(Named, AbstractBaseUser, PermissionsMixin):
    """A person. ``full_name`` is for records, ``preferred_name`` for talking to them; ``name_folded`` is both, as
    searches compare them.
    """

    NAMED_BY = ("full_name", "preferred_name")
    KEPT_WITH_NAME = ("name_order", "name_folded")
    WRITTEN_BY_NAME = frozenset(
        {"email", "password", "is_active", "left_on", "deactivated_at", "is_superuser", "photo_id"}
    )
    """What opens an account, and the photo: ``save`` writes it to a row that exists only where ``update_fields`` names
    it.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = AddressField(_("e-mail address"))
    full_name = OneLine(_("full name"), max_length=150)
    preferred_name = OneLine(_("preferred name"), max_length=60, blank=True)
    pronunciation = OneLine(_("how the name is said"), max_length=80, blank=True)
    name_folded = models.TextField(editable=False, default="")
    job = OneLine(_("job title"), max_length=120, blank=True)
    employee_number = OneLine(_("employee number"), max_length=40, blank=True)
    locale = models.CharField(_("language"), max_length=12, default="en")
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[validate_time_zone])
    location = models.ForeignKey("lms.Location", models.PROTECT, null=True, blank=True, related_name="people")
    """Where they work; empty for the main location."""
    photo = models.OneToOneField("lms.Photo", models.SET_NULL, null=True, editable=False, related_name="person")
    started_on = models.DateField(_("first day"), null=True, blank=True)
    left_on = models.DateField(_("last day"), null=True, blank=True)
    deactivated_at = models.DateTimeField(null=True, blank=True, editable=False)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["name_order", "id"]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_once_in_any_case"),
            written_in_one_way("user_email_lower_case"),
            models.UniqueConstraint(
                "employee_number", name="user_employee_number_once", condition=~Q(employee_number="")
            ),
            models.CheckConstraint(
                condition=Q(is_active=True, deactivated_at=None) | Q(is_active=False, deactivated_at__isnull=False),
                name="user_inactive_since_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(left_on=None) | Q(started_on=None) | Q(left_on__gte=F("started_on")),
                name="user_leaves_after_starting",
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    def save(self, **kwargs: Any) -> None:
        """As Django's; but what opens an account is written only by whoever names it.

        This object was read a while ago: a form that saves a name would undo what a service did meanwhile.
        """
        if kwargs.get("update_fields") is None and not self._state.adding:
            left = self.WRITTEN_BY_NAME | self.get_deferred_fields() | {self._meta.pk.attname}
            fields = {field.attname for field in self._meta.concrete_fields}
            kwargs["update_fields"] = fields - left
        super().save(**kwargs)

    def check_password(self, raw_password: str | None) -> bool:
        """Whether this is the passphrase. An older kind of hash is replaced, unless it was meanwhile. Queries: 0-1."""

        def upgrade(raw: str | None) -> None:
            rows = User.objects.filter(pk=self.pk, password=self.password)
            newer = make_password(raw)
            if rows.update(password=newer):
                self.password = newer

        return check_password(raw_password, self.password, upgrade)

    def set_name_order(self, language: str) -> None:
        """What the name is sorted by, and found by."""
        self.name_order = order_of_person(self.full_name, language)
        self.name_folded = fold(f"{self.full_name} {self.preferred_name}")

    def get_full_name(self) -> str:
        """The name for records."""
        return self.full_name

    def get_short_name(self) -> str:
        """The name to call them by; without a preferred one, the first word of the full name."""
        return self.preferred_name or self.full_name.split(" ")[0]

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The person's time zone, in which their days begin and end."""
        return zoneinfo.ZoneInfo(self.time_zone)
