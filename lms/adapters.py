"""allauth, invitation-only."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


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

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
