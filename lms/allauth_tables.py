"""What allauth keeps of an account beside ours: second factors and sessions. Asked and written here alone.

Services do not know allauth: they take what is done here as a callable and call it inside their own transaction.
"""

from __future__ import annotations

from collections.abc import Sequence

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy

from lms.api import User
from lms.rules.shown import fingerprint, require_same

NAMES = {
    Authenticator.Type.TOTP: gettext_lazy("Authenticator app"),
    Authenticator.Type.RECOVERY_CODES: gettext_lazy("Recovery codes"),
}


def sign_out_everywhere(person: User) -> None:
    """End all sessions of a person, one that is just getting another key included. Queries: 1, and 3 a session."""
    with transaction.atomic():
        for session in UserSession.objects.select_for_update().filter(user=person):
            session.end()


def factors_of(person: User) -> list[Authenticator]:
    """All that somebody could show, the oldest first. Queries: 1."""
    return list(Authenticator.objects.filter(user=person).order_by("created_at", "pk"))


def name_of(factor: Authenticator) -> object:
    """What it is called, in the language of whoever reads it."""
    if factor.type == Authenticator.Type.WEBAUTHN:
        return format_lazy(gettext_lazy("Passkey “{name}”"), name=factor.wrap().name)
    return NAMES[factor.type]


def factors_shown(factors: Sequence[Authenticator]) -> str:
    """What the page shows of the factors that would be removed (``lms.rules.shown``)."""
    return fingerprint("factors", [[factor.pk, factor.type, str(name_of(factor))] for factor in factors])


def names_of(person: User) -> list[object]:
    """What somebody could show, by name. Queries: 1."""
    return [name_of(factor) for factor in factors_of(person)]


def settle(person: User, remove: bool, *, shown: str) -> None:
    """Keep all that somebody could show, or remove it, as the administrator said who was shown it.

    Raises Changed when it is not that any more: the person, or a stranger, may have set up a new one. Queries: 1-2.
    """
    factors = factors_of(person)
    if factors:
        require_same(shown, factors_shown(factors))
    if remove:
        Authenticator.objects.filter(pk__in=[factor.pk for factor in factors]).delete()


def take_away(person: User, shown: str) -> list[object]:
    """Remove them all and end every session; returns their names. Raises Changed. Queries: 4, and 3 a session."""
    names = names_of(person)
    settle(person, remove=True, shown=shown)
    sign_out_everywhere(person)
    return names
