"""allauth, invitation-only, with a way in for whoever a stranger locked out."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.contrib import messages
from django.core.signing import BadSignature, TimestampSigner
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

from lms import clock
from lms.allauth_internals import clear_login
from lms.api import User, addresses_of, in_language_of, keep_passphrase, lock_person
from lms.requests import SECOND_FACTOR
from lms.rules.addresses import plain

SALT = "lms.known_device"
KNOWN_FOR = timedelta(days=180)
HALF_WAY_IN = "half_way_in"
"""Under this name a session keeps for which passphrase its log-in began."""
MOST_ACCOUNTS = 5  # that one browser is known for


class ByAddress(AuthenticationBackend):
    """allauth's, which looks an address up where everybody's stands exactly once (ADR 22).

    allauth looks in a second table for what it does not find: an address without an account took one question more.
    """

    def _authenticate_by_email(self, email: str, password: str) -> Any:
        found = EmailAddress.objects.select_related("user").filter(email=plain(email)).first() if email else None
        return self._check_password(found.user if found else None, password)


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

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The address of a link for a new passphrase: it begins with ours, whatever name the request was sent to."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return f"{settings.VOUCH_BASE_URL}{path.replace('UID-KEY', quote(key))}"

    def set_password(self, user: User, password: str) -> None:
        """A new passphrase for the account as it was when the form was opened, and nothing else of its row.

        To compute the hash takes half a second: whoever changed address or passphrase meanwhile, closed the account or
        ended this session is not undone. Raises Conflict or SessionInterrupted then. The person is locked before the
        session, as every act on a person does, so that neither waits for the other. Queries: 1-3.
        """
        before = user.password
        user.set_password(password)
        with transaction.atomic():
            if self.request.user.is_authenticated:
                lock_person(user.pk)
                self.request.session.require_open()
            keep_passphrase(user, before)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """allauth's mail in the language of whoever gets it: a link for a new passphrase is asked for by a stranger."""
        person = context.get("user")
        if not isinstance(person, User):
            return super().send_mail(template_prefix, email, context)
        with in_language_of(person):
            return super().send_mail(template_prefix, email, context)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Whose wrong passphrases are counted together: those of a known browser apart from everybody else's."""
        key = super()._get_login_attempts_cache_key(request, **credentials)
        return f"{key}:{known_device(request, credentials.get('email', ''))}"

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        """Whoever has no passphrase (invited, or with a new address) begins at the link in the mail: a passkey that
        somebody set up before opens nothing. What else is shown now is shown for the account as it is now.
        """
        if answer := super().pre_login(request, user, **kwargs):
            return answer
        if not user.has_usable_password():
            return refused(request, _("Choose a passphrase first, at the link in your mail, or ask for a new link."))
        request.session[HALF_WAY_IN] = user.get_session_auth_hash()
        return None

    def login(self, request: HttpRequest, user: User) -> None:
        """Opens the account, unless it was closed or has another passphrase since the log-in began. Queries: 1 more."""
        began = request.session.pop(HALF_WAY_IN, "")
        now = User.objects.filter(pk=user.pk, is_active=True).first()
        if now is None or not constant_time_compare(now.get_session_auth_hash(), began):
            raise ImmediateHttpResponse(refused(request, _("Your account changed meanwhile. Sign in again.")))
        super().login(request, user)

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        """From now on this browser is known for the account."""
        response = super().post_login(request, user, **kwargs)
        remember_device(request, response, user.email)
        return response

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """News about somebody's door goes to every address of theirs of the last 30 days: whoever took the account over
        would be the only one to read it at the new one. From where it was done is said at the present one alone: a
        former one may be somebody else's.
        """
        for address in addresses_of(user, clock.now()):
            words = {"user": user, "theirs": address == user.email}
            super().send_notification_mail(template_prefix, user, {**(context or {}), **words}, address)

    def is_safe_url(self, url: str) -> bool:
        """allauth's; an address that cannot be read leads nowhere."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:
            return False

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


def refused(request: HttpRequest, sentence: Any) -> HttpResponse:
    """302 to the door, where the sentence stands; nothing that was shown so far counts."""
    clear_login(request)
    request.session.pop(SECOND_FACTOR, None)
    messages.error(request, sentence)
    return redirect(settings.LOGIN_URL)


def known_device(request: HttpRequest, address: str) -> str:
    """The mark that this browser got when somebody last signed in with the address; "" when nobody did.

    Asks no table: a known and an unknown address cost the same.
    """
    marks = (mark for mark, bound in _marks(request) if constant_time_compare(bound, _bound(mark, address)))
    return next(marks, "")


def remember_device(request: HttpRequest, response: HttpResponse, address: str) -> None:
    """Give the browser a mark for this address, beside those that it has for others."""
    others = [
        [mark, bound] for mark, bound in _marks(request) if not constant_time_compare(bound, _bound(mark, address))
    ]
    mark = known_device(request, address) or secrets.token_urlsafe(16)
    marks = [[mark, _bound(mark, address)], *others][:MOST_ACCOUNTS]
    response.set_cookie(
        settings.VOUCH_DEVICE_COOKIE_NAME,
        TimestampSigner(salt=SALT).sign_object(marks),
        max_age=KNOWN_FOR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _marks(request: HttpRequest) -> list[list[str]]:
    """Pairs of a mark and of what binds it to an address, as this browser sent them; none that we did not sign."""
    signed = request.COOKIES.get(settings.VOUCH_DEVICE_COOKIE_NAME, "")
    try:
        marks: list[list[str]] = TimestampSigner(salt=SALT).unsign_object(signed, max_age=KNOWN_FOR)
    except BadSignature:
        return []
    return marks


def _bound(mark: str, address: str) -> str:
    """What only we can make of a mark and an address; it tells neither."""
    return salted_hmac(SALT, f"{mark}:{plain(address)}", algorithm="sha256").hexdigest()
