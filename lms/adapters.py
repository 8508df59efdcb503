"""allauth, invitation-only."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from lms import clock
from lms.api import User, addresses_of, in_language_of


class InvitationOnlyAdapter(DefaultAccountAdapter):
    """Nobody signs up; people are invited by L&D and set their passphrase through a link in a mail."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("The address or the passphrase is not right."),
        "enter_current_password": _("This is not the passphrase you have now."),
        "incorrect_password": _("This is not your passphrase."),
        "incorrect_code": _("This code is not right, or no longer."),
        "too_many_login_attempts": _("There were too many tries. Wait a few minutes, then try again."),
    }

    ways = {
        "reauthenticate": _("Type my passphrase"),
        "mfa_reauthenticate": _("Use a code of my app"),
        "mfa_reauthenticate:webauthn": _("Use my passkey"),
    }

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """allauth's ways to show that it is still you, in our words."""
        found = super().get_reauthentication_methods(user)
        return [{**way, "description": self.ways.get(way["id"], way["description"])} for way in found]

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """allauth's mail in the language of whoever gets it: a link for a new passphrase is asked for by a stranger."""
        person = context.get("user")
        if not isinstance(person, User):
            return super().send_mail(template_prefix, email, context)
        with in_language_of(person):
            return super().send_mail(template_prefix, email, context)

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """News about somebody's door goes to every address of theirs of the last 30 days: whoever took the account over
        would be the only one to read it at the new one.
        """
        for address in addresses_of(user, clock.now()):
            super().send_notification_mail(template_prefix, user, {**(context or {}), "user": user}, address)

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
