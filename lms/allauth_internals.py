"""What we use of allauth's insides. A release may move them: they are named here alone, and a test tries each."""

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.password_reset import request_password_reset
from allauth.account.internal.flows.reauthentication import STATE_SESSION_KEY, is_reauthentication_required
from allauth.account.internal.stagekit import clear_login

__all__ = [
    "STATE_SESSION_KEY",
    "clear_login",
    "get_authentication_records",
    "is_reauthentication_required",
    "request_password_reset",
]
