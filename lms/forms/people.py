"""People, their duties and addresses, and what they choose for themselves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from lms.api import KEEP, REMOVE, MailChoice, open_teams
from lms.rules import bounds
from lms.rules.duties import Duty

from .fields import Day, OneLineField, languages, time_zones


class InviteForm(forms.Form):
    """Who comes, and to which team."""

    full_name = OneLineField(label=_("Full name"), max_length=150)
    preferred_name = OneLineField(
        label=_("Preferred name"), max_length=60, required=False, help_text=_("What colleagues call them.")
    )
    email = forms.EmailField(label=_("E-mail address"), help_text=_("They log in with it. The invitation goes there."))
    job = OneLineField(label=_("Job title"), max_length=120, required=False)
    team = forms.ModelChoiceField(label=_("Team"), queryset=open_teams(), empty_label=None)
    started_on = Day(label=_("First day"), required=False, within=bounds.FIRST_DAY_HERE)
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=time_zones)


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
    """The languages that are offered here."""

    language = forms.ChoiceField(label=_("Language"), widget=forms.RadioSelect, choices=languages)


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
