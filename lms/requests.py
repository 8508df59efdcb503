"""The type of a request behind ``login_required``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest

if TYPE_CHECKING:
    from lms.models import User


class SignedInRequest(HttpRequest):
    """A request whose user is a person of ours."""

    user: User  # type: ignore[assignment]
