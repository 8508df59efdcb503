"""Deciding: one sentence, and for each skill entrust or not yet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.api import Entrust, NotYet
from lms.forms.fields import Day
from lms.rules import bounds
from lms.rules.scales import ENTRUSTMENT

from .fields import Pick, Said

ENTRUST, NOT_YET = "entrust", "not_yet"
VERDICT = "-verdict"


class DecideForm(forms.Form):
    """What is decided. Fields of a skill carry its slug: ``<slug>-verdict -level -next_step -retry_on``."""

    why = Said(
        label=gettext_lazy("Why, in one sentence"),
        help_text=gettext_lazy("The learner reads it. So may an auditor, in three years."),
        max_length=2000,
        error_messages={"required": gettext_lazy("Say why, in one sentence.")},
    )

    def __init__(self, *args: Any, titles: Mapping[str, str], **kwargs: Any) -> None:
        """``titles``: the skills of the standard by slug."""
        super().__init__(*args, **kwargs)
        self.slugs = tuple(titles)
        levels = [(str(level), sentence) for level, sentence in ENTRUSTMENT.items()]
        for slug, title in titles.items():
            named = {"skill": title}
            self.fields |= {
                f"{slug}-verdict": Pick(
                    label=title,
                    choices=[(ENTRUST, _("Entrust")), (NOT_YET, _("Not yet"))],
                    error_messages={"required": _("Decide on %(skill)s: entrust, or not yet.") % named},
                ),
                f"{slug}-level": Pick(label=_("%(skill)s, level") % named, choices=levels, required=False),
                f"{slug}-next_step": Said(label=_("%(skill)s, next step") % named, required=False, max_length=1000),
                f"{slug}-retry_on": Day(
                    label=_("%(skill)s, seen again by") % named, required=False, within=bounds.SEEN_AGAIN_BY
                ),
            }

    def clean(self) -> dict[str, Any]:
        """Each verdict with what belongs to it; what belongs to the other one is left alone."""
        data = super().clean() or {}
        for slug in self.slugs:
            chosen = data.get(f"{slug}-verdict")
            if chosen == ENTRUST and not data.get(f"{slug}-level"):
                self.add_error(f"{slug}-level", _("Choose what they may do from now on."))
            if chosen == NOT_YET and not data.get(f"{slug}-next_step"):
                self.add_error(f"{slug}-next_step", _("Say what the next step is."))
            if chosen == NOT_YET and not data.get(f"{slug}-retry_on") and f"{slug}-retry_on" not in self.errors:
                self.add_error(f"{slug}-retry_on", _("Choose the day by which they are seen again."))
        return data

    def verdicts(self) -> dict[str, Entrust | NotYet]:
        """The verdicts as ``decide`` takes them."""
        data = self.cleaned_data
        return {slug: self._verdict(slug, data) for slug in self.slugs}

    def _verdict(self, slug: str, data: dict[str, Any]) -> Entrust | NotYet:
        if data[f"{slug}-verdict"] == ENTRUST:
            return Entrust(int(data[f"{slug}-level"]))
        retry_on: date = data[f"{slug}-retry_on"]
        return NotYet(data[f"{slug}-next_step"], retry_on)

    @classmethod
    def sent(cls, data: QueryDict) -> DecideForm:
        """The form as it came, for the skills that it names: what is signed needs no look at the case before."""
        return cls(data, titles={name[: -len(VERDICT)]: "" for name in data if name.endswith(VERDICT)})

    def refused(self, titles: Mapping[str, str]) -> DecideForm:
        """The same answers to be shown again, with every sentence that was said against them."""
        again = DecideForm(self.data, titles=titles)
        if not again.is_valid():
            return again
        for name, sentences in self.errors.items():
            again.add_error(name if name in again.fields else None, list(sentences))
        return again


class ReturnForm(forms.Form):
    """Give the case back."""

    missing = Said(
        label=gettext_lazy("What is missing"),
        help_text=gettext_lazy("The learner and the observers read it."),
        rows=2,
        max_length=1000,
        error_messages={"required": gettext_lazy("Say what is missing.")},
    )
