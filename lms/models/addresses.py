"""Addresses: what people sign in with, and what reaches them.

A person has one *address* (``User.email``), written in one way whoever writes it. A *former address* is one that they
gave up: for thirty days nobody else gets it, and mail about their door goes there, too.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Trim
from django.utils.translation import gettext_lazy as _

from lms.rules.addresses import is_plain, plain


def validate_letters(value: str) -> None:
    """Refuse letters before the @ that few mail servers take; those of the domain have an ASCII form."""
    if not value.isascii():
        raise ValidationError(_("Write the part before the @ in plain letters, without accents."))


class AddressField(models.EmailField):
    """An address, in the one way in which it is stored: when it is validated, saved, and looked for."""

    default_validators = [*models.EmailField.default_validators, validate_letters]

    def to_python(self, value: Any) -> Any:
        value = super().to_python(value)
        return plain(value) if isinstance(value, str) else value

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        """As Django's; what was typed is looked at before it is written in one way, which drops unseen marks."""
        if isinstance(value, str) and value.strip() and not is_plain(value):
            raise ValidationError(
                _("Write the address in letters that can be seen, without quotation marks: name@example.com.")
            )
        return super().clean(value, model_instance)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = super().pre_save(model_instance, add)
        if isinstance(value, str):
            value = plain(value)
            setattr(model_instance, self.attname, value)
        return value


def written_in_one_way(name: str) -> models.CheckConstraint:
    """The database takes no capitals and no spaces around, whoever writes."""
    return models.CheckConstraint(condition=Q(email=Lower(Trim("email"))), name=name)


class FormerAddress(models.Model):
    """An address that a person had until a moment."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="former_addresses")
    email = AddressField(db_index=True)
    until_at = models.DateTimeField()

    class Meta:
        constraints = [written_in_one_way("former_address_lower_case")]

    def __str__(self) -> str:
        return self.email
