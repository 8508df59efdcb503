"""Requests of signed-in people: the key that every form of theirs carries, and the page that it came from."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from lms.errors import Invalid

if TYPE_CHECKING:
    from lms.models import User


SHOWN = "shown"
"""The hidden field with the fingerprint of what a form's page showed (``lms.rules.shown``)."""

SECOND_FACTOR = "second_factor"
"""Under this name a session says whose second factor was shown in it."""


class SignedInRequest(HttpRequest):
    """A request whose user is a person of ours."""

    user: User


def key_of(request: HttpRequest) -> UUID:
    """The key that the form carried.

    Raises Invalid when it is missing or no UUID (a form of somebody else's making).
    """
    try:
        return UUID(request.POST.get("key", ""))
    except ValueError:
        raise Invalid(_("This form is incomplete. Open the page again and send it from there.")) from None


def shown_of(request: HttpRequest) -> str:
    """The fingerprint of what the form's page showed; "" when it carried none, which no service takes for one."""
    return request.POST.get(SHOWN, "")


def own_address(request: HttpRequest, address: str) -> str:
    """The address, if it is one of a page of ours, without a fragment; else nothing: forms carry what anybody wrote."""
    address = address.partition("#")[0]
    ours = address.startswith("/") and url_has_allowed_host_and_scheme(address, {request.get_host()})
    return address if ours else ""
