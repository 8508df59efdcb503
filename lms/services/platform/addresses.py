"""Which address somebody may get, and to which addresses news about a person's door goes."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from lms.errors import Invalid
from lms.models import FormerAddress, User
from lms.rules.addresses import KEPT_FOR

TAKEN = _("This address is somebody's here, or was within the last 30 days. Choose another.")


def usable_address(email: str, at: datetime, person: User | None = None) -> str:
    """The address as it is stored, for a new person or for ``person``.

    Raises Invalid: no address, or somebody else's within 30 days. That somebody has it now (with a closed account, too)
    the constraint says when it is saved. Queries: 1.
    """
    field = User._meta.get_field("email")
    try:
        email = str(field.clean(email, None))
    except ValidationError as error:
        raise Invalid(email=" ".join(error.messages)) from None
    lately = FormerAddress.objects.filter(email=email, until_at__gt=at - KEPT_FOR)
    if person:
        lately = lately.exclude(person=person)
    if lately.exists():
        raise Invalid(email=str(TAKEN))
    return email


def addresses_of(person: User, at: datetime) -> list[str]:
    """Where the person reads mail now, and where they did within the last 30 days. Queries: 1."""
    lately = FormerAddress.objects.filter(person=person, until_at__gt=at - KEPT_FOR).order_by("-until_at")
    return list(dict.fromkeys([person.email, *lately.values_list("email", flat=True)]))
