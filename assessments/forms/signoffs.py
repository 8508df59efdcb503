"""After the decision: a countersign, or taking a sign-off back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .fields import Pick, Said

AGREE, REFUSE = "agree", "refuse"


class CountersignForm(forms.Form):
    """Agree or refuse, with one sentence."""

    answer = Pick(
        label=_("Having read it"),
        choices=[(AGREE, _("I stand behind it too")), (REFUSE, _("I do not countersign"))],
    )
    why = Said(
        label=_("What you looked at, in one sentence"),
        help_text=_("If you refuse: why. The learner and the signer read it."),
        max_length=1000,
        error_messages={"required": _("Say in one sentence what you looked at, or why you refuse.")},
    )

    def for_service(self) -> dict[str, Any]:
        """The fields as ``countersign`` takes them."""
        return {"agree": self.cleaned_data["answer"] == AGREE, "why": self.cleaned_data["why"]}


class RevokeForm(forms.Form):
    """A reason, and a tick that it is meant."""

    reason = Said(
        label=_("Why it is taken back"),
        help_text=_("The learner reads it, and it stays in the record."),
        max_length=1000,
        error_messages={"required": _("A reversal needs a reason. The learner reads it.")},
    )
    meant = forms.BooleanField(
        label=_("I mean it: from now on this sign-off does not count."),
        error_messages={"required": _("Tick this to take it back.")},
    )
