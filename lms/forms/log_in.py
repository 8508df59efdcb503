"""What is typed, or sent by a browser, where people come in: addresses, links, passkeys."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm, ResetPasswordForm, UserTokenForm
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db import transaction
from django.http import HttpRequest

from lms.allauth_internals import request_password_reset
from lms.api import User, wake_the_worker
from lms.rules.addresses import plain

from .fields import OneLineField


class SignInForm(LoginForm):
    """The address as it is stored, however it was typed."""

    def clean_login(self) -> str:
        return plain(super().clean_login())


class ResetForm(ResetPasswordForm):
    """Whoever forgot the passphrase. An address without an account costs the same work and leaves nothing behind."""

    def clean_email(self) -> str:
        """One truth: the account whose address this is, or none."""
        email = str(User._meta.get_field("email").clean(self.cleaned_data["email"], None))
        self.users = list(User.objects.filter(email=email, is_active=True))
        return email

    @transaction.atomic
    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """Send the link, or do as if: the mail to nobody is made, written, and taken back before anybody sees it."""
        if self.users:
            return str(super().save(request, **kwargs))
        nobody = User(pk=0, email=self.cleaned_data["email"])
        with transaction.atomic():
            request_password_reset(request, nobody.email, [nobody], TokenOfNobody())
            transaction.set_rollback(True)
        wake_the_worker()  # as the mail to somebody does, or the time of the answer would tell
        return nobody.email


class TokenOfNobody(PasswordResetTokenGenerator):
    """Reads as much as allauth's own, which would write an address that is missing."""

    def _make_hash_value(self, user: Any, timestamp: int) -> str:
        EmailAddress.objects.filter(user_id=user.pk, email=user.email).exists()
        addresses = EmailAddress.objects.filter(user_id=user.pk).values_list("email", flat=True)
        return "|".join([super()._make_hash_value(user, timestamp), *addresses])


class PassphraseLinkForm(UserTokenForm):
    """What a link for a passphrase says. It opens nothing of somebody who left."""

    def _get_user(self, uidb36: str) -> User | None:
        found = super()._get_user(uidb36)
        return found if found and found.is_active else None


class PasskeyAnswer(forms.JSONField):
    """What a browser sends for a passkey, as far as the log-in's package takes it for granted: texts with their names.

    Whatever else somebody writes there is not the answer of a passkey; it is not shown again either.
    """

    widget = forms.HiddenInput
    NEEDED = ("id", "rawId", "type")

    def to_python(self, value: Any) -> Any:
        try:
            answer = super().to_python(value)
        except RecursionError:
            answer = None
        if answer in self.empty_values:
            return None
        inner = answer.get("response") if isinstance(answer, dict) else None
        if not isinstance(inner, dict) or not all(is_ascii(answer.get(name)) for name in self.NEEDED):
            raise get_adapter().validation_error("incorrect_code")
        texts = [text for name, text in inner.items() if name != "transports" and text is not None]
        if answer["id"] != answer["rawId"] or not all(map(is_ascii, texts)):
            raise get_adapter().validation_error("incorrect_code")
        return answer

    def bound_data(self, data: Any, initial: Any) -> Any:
        return None


def is_ascii(value: object) -> bool:
    return isinstance(value, str) and value.isascii()


class SignInWithPasskey(LoginWebAuthnForm):
    credential = PasskeyAnswer()


class ShowPasskey(AuthenticateWebAuthnForm):
    credential = PasskeyAnswer()


class ShowPasskeyAgain(ReauthenticateWebAuthnForm):
    credential = PasskeyAnswer()


class AddPasskey(AddWebAuthnForm):
    name = OneLineField(required=False, max_length=100)
    credential = PasskeyAnswer()

    def clean(self) -> dict[str, Any]:
        """As the package does; what it cannot read is refused, too."""
        try:
            return dict(super().clean())
        except (TypeError, ValueError, KeyError):
            raise get_adapter().validation_error("incorrect_code") from None
