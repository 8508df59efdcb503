"""Input of the record's own pages, and of the door."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterable
from datetime import datetime
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
from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db import transaction
from django.forms import BoundField
from django.http import HttpRequest
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from lms import clock
from lms.allauth_internals import request_password_reset
from lms.api import KEEP, REMOVE, MailChoice, Team, User, wake_the_worker
from lms.rules import bounds
from lms.rules.addresses import plain
from lms.rules.bounds import Bounds
from lms.rules.duties import Duty
from lms.rules.lines import many_lines, one_line


class OneLineField(forms.CharField):
    """A name, a title, a reason: what stands on one line, whoever sends it (``lms.rules.lines.one_line``)."""

    def to_python(self, value: Any) -> str:
        return one_line(super().to_python(value) or "")


class ManyLinesField(forms.CharField):
    """Words on several lines (``lms.rules.lines.many_lines``)."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        return many_lines(super().to_python(value) or "")


MINUTE = "%Y-%m-%dT%H:%M"
"""As browsers write a moment."""


class Day(forms.DateField):
    """A day. The browser offers those within the bounds, by the days of the reader; the service has the last word."""

    def __init__(self, *, within: Bounds, **kwargs: Any) -> None:
        kwargs.setdefault("error_messages", {"invalid": _("Choose a day."), "required": _("Choose a day.")})
        super().__init__(widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **kwargs)
        self.within = within

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> BoundField:
        """With the first and the last day as they are now."""
        first, last = self.within.days(clock.today(timezone.get_current_timezone()))
        self.widget.attrs |= {"min": first.isoformat(), "max": last.isoformat()}
        return super().get_bound_field(form, field_name)


class MomentField(forms.DateTimeField):
    """A day and time in the zone that is active (the reader's own); the browser offers those within the bounds."""

    def __init__(self, *, within: Bounds, **kwargs: Any) -> None:
        kwargs.setdefault("error_messages", {"invalid": _("Write the day and the time.")})
        widget = forms.DateTimeInput(format=MINUTE, attrs={"type": "datetime-local"})
        super().__init__(widget=widget, **kwargs)
        self.within = within

    def prepare_value(self, value: Any) -> Any:
        """The moment as clocks of that zone say it, also at the ends of the calendar."""
        if isinstance(value, datetime) and timezone.is_aware(value):
            return clock.local(value, timezone.get_current_timezone()).replace(tzinfo=None)
        return super().prepare_value(value)

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> BoundField:
        """With the first and the last moment as they are now."""
        first, last = (
            timezone.localtime(end).isoformat(timespec="minutes")[:16] for end in self.within.moments(clock.now())
        )
        self.widget.attrs |= {"min": first, "max": last}
        return super().get_bound_field(form, field_name)


def time_zones() -> list[tuple[str, str]]:
    """All IANA zones with a continent, as choices."""
    return [(name, name.replace("_", " ")) for name in sorted(zoneinfo.available_timezones()) if "/" in name]


class InviteForm(forms.Form):
    """Who comes, and to which team."""

    full_name = OneLineField(label=_("Full name"), max_length=150)
    preferred_name = OneLineField(
        label=_("Preferred name"), max_length=60, required=False, help_text=_("What colleagues call them.")
    )
    email = forms.EmailField(label=_("E-mail address"), help_text=_("They log in with it. The invitation goes there."))
    job = OneLineField(label=_("Job title"), max_length=120, required=False)
    team = forms.ModelChoiceField(label=_("Team"), queryset=Team.objects.none(), empty_label=None)
    started_on = Day(label=_("First day"), required=False, within=bounds.FIRST_DAY_HERE)
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=time_zones)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["team"].queryset = Team.objects.all()  # type: ignore[attr-defined]


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


class MailForm(forms.Form):
    """Which mail somebody wants beside what they always get."""

    wanted = forms.MultipleChoiceField(
        label=_("Send me a mail, too, about:"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Everything else that stands here always comes as a mail, too: somebody waits for you."),
    )

    def __init__(self, choices: Iterable[MailChoice], *args: Any, **kwargs: Any) -> None:
        found = list(choices)
        kwargs.setdefault("initial", {"wanted": [choice.code for choice in found if choice.comes]})
        super().__init__(*args, **kwargs)
        self.fields["wanted"].choices = [(choice.code, choice.words) for choice in found]  # type: ignore[attr-defined]


class LanguageForm(forms.Form):
    """The languages that are offered here, each in its own words."""

    language = forms.ChoiceField(label=_("Language"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [(code, get_language_info(code)["name_local"]) for code, _name in settings.LANGUAGES]
        self.fields["language"].choices = names  # type: ignore[attr-defined]


DUTY_REASON = _("They, the other administrators and the learning administrators read it.")


class SecondFactorForm(forms.Form):
    """Why somebody's second factor goes, and that the administrator knows who asked."""

    reason = OneLineField(
        label=_("Reason"),
        max_length=300,
        help_text=_("They read it in the mail, the other administrators in a notice."),
    )
    sure = forms.BooleanField(
        label=_("I have seen them or know their voice: I am sure that it was they who asked, not somebody by mail.")
    )


class AddressForm(forms.Form):
    """Another address for somebody, why, and that the administrator knows who asked. ``shown``: the address that the
    page named, ``held``: the fingerprint of the second factors there.

    What becomes of a second factor is not chosen beforehand: whether it is theirs or a stranger's is known to whoever
    asked them, and either answer by itself would let somebody in or keep somebody out.
    """

    shown = forms.CharField(widget=forms.HiddenInput, required=False)
    held = forms.CharField(widget=forms.HiddenInput, required=False)
    email = forms.EmailField(label=_("New address"), help_text=_("They sign in with it. A link to begin goes there."))
    factors = forms.ChoiceField(
        label=_("Second factor"),
        widget=forms.RadioSelect,
        required=False,  # the service asks where there is one
        choices=[
            (KEEP, _("It stays: they set it up themselves.")),
            (REMOVE, _("Remove it: a stranger who had the old address may have set it up.")),
        ],
    )
    reason = OneLineField(
        label=_("Reason"),
        max_length=300,
        help_text=_("They read it in the mail, the other administrators in a notice."),
    )
    sure = forms.BooleanField(
        label=_("I have seen them or know their voice: I am sure that it was they who asked, not somebody by mail.")
    )


class DutyForm(forms.Form):
    """A duty that somebody does not have, and why they get it; ``free`` are the duties to choose from."""

    duty = forms.ChoiceField(label=_("Duty"), widget=forms.RadioSelect)
    reason = OneLineField(label=_("Reason"), max_length=300, help_text=DUTY_REASON)

    def __init__(self, *args: Any, free: Iterable[Duty], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(duty.code, format_lazy("{}: {}", duty.word, duty.does)) for duty in free]
        self.fields["duty"].choices = choices  # type: ignore[attr-defined]


class EndDutyForm(forms.Form):
    """Why a duty ends."""

    reason = OneLineField(label=_("Reason"), max_length=300, help_text=DUTY_REASON)


class PauseForm(forms.Form):
    """From when, until when, and why."""

    from_on = Day(label=_("First day of the pause"), within=bounds.PAUSE_BEGINS)
    until_on = Day(
        label=_("Goes on again on"),
        required=False,
        within=bounds.PAUSE_ENDS,
        help_text=_("Leave it open when nobody knows yet."),
    )
    reason = OneLineField(label=_("Reason"), max_length=200, help_text=_("The learner reads it."))


class FirstDayForm(forms.Form):
    """Another first day of a path, and why."""

    started_on = Day(label=_("First day"), within=bounds.PATH_BEGINS)
    reason = OneLineField(label=_("Reason"), max_length=200, help_text=_("The learner reads it."))


class StepForm(forms.Form):
    """One step that is not done; ``steps`` fills the list."""

    step_uid = forms.UUIDField(label=_("Step"), widget=forms.Select)

    def __init__(self, *args: Any, steps: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["step_uid"].widget.choices = [("", _("Choose a step")), *steps]


class ExtendForm(StepForm):
    """A later day for a step."""

    due_on = Day(label=_("New day"), within=bounds.MORE_TIME)
    reason = OneLineField(label=_("Reason"), max_length=200, help_text=_("The learner reads it."))


class WaiveForm(StepForm):
    """A step that need not be done."""

    reason = OneLineField(label=_("Reason"), max_length=200, help_text=_("The learner reads it."))
