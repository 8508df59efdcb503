"""allauth, invitation-only."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class InvitationOnlyAdapter(DefaultAccountAdapter):
    """Nobody signs up; people are invited by L&D and set their passphrase through a link in a mail."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
