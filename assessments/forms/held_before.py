"""What people held before Vouch: recording, confirming, not confirming; and the end of a role."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.api import Attest, SkillToAttest
from lms.api import RoleProfileVersion, User
from lms.forms.fields import Day, OneLineField, OneOf, offer_people
from lms.rules import bounds
from lms.rules.scales import ENTRUSTMENT


class RoleForm(forms.Form):
    """Which role somebody holds; chosen first, because the skills follow from it."""

    role = forms.ChoiceField(label=gettext_lazy("Role"))

    def __init__(self, *args: Any, roles: Iterable[RoleProfileVersion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(version.uid), version.profile.title) for version in roles]
        self.fields["role"].choices = choices  # type: ignore[attr-defined]


class HeldBeforeForm(forms.Form):
    """What somebody held before: since when, how that is known, and each skill with a standard and a level.

    A skill has the fields ``<slug>`` (the level, empty when it is not held) and ``<slug>-standard``.
    """

    since = Day(label=gettext_lazy("Holds the role since"), within=bounds.HELD_SINCE)
    source = OneLineField(
        label=gettext_lazy("How this is known"),
        max_length=300,
        help_text=gettext_lazy("A certificate, a list, somebody who worked with them. The record keeps it."),
    )
    coach = OneOf(
        label=gettext_lazy("Standing coach"),
        required=False,
        help_text=gettext_lazy("Whom they turn to. It takes none of the coach's places."),
    )

    def __init__(self, *args: Any, choices: Sequence[SkillToAttest], coaches: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_people(self.fields["coach"], coaches, _("Nobody"))
        self.choices = choices
        levels = [("", _("Not held"))]
        for choice in choices:
            if choice.closed:
                continue
            most = max(standard.grants for standard in choice.standards)
            offered = [(str(level), ENTRUSTMENT[level]) for level in ENTRUSTMENT if level <= most]
            self.fields[choice.slug] = forms.ChoiceField(
                label=choice.title,
                required=False,
                choices=[*levels, *offered],
                help_text=_("The role asks for “%(level)s”.") % {"level": ENTRUSTMENT[choice.level]},
            )
            standards = [(str(standard.standard_uid), standard.title) for standard in choice.standards]
            self.fields[f"{choice.slug}-standard"] = forms.ChoiceField(
                label=_("On which standard"),
                required=False,
                choices=standards,
                widget=forms.HiddenInput if len(standards) == 1 else forms.Select,
                initial=standards[0][0],
            )

    def lines(self) -> list[tuple[SkillToAttest, Any, Any]]:
        """The skills in the order of the role, each with its two fields; None for what cannot be attested."""
        return [
            (choice, None, None) if choice.closed else (choice, self[choice.slug], self[f"{choice.slug}-standard"])
            for choice in self.choices
        ]

    def for_service(self) -> dict[str, Any]:
        """The fields as ``record_held_before`` takes them."""
        data = self.cleaned_data
        skills = [
            Attest(choice.slug, UUID(data[f"{choice.slug}-standard"]), int(data[choice.slug]))
            for choice in self.choices
            if not choice.closed and data.get(choice.slug) and data.get(f"{choice.slug}-standard")
        ]
        return {"since": data["since"], "source": data["source"], "coach_uid": data.get("coach"), "skills": skills}


class EntriesField(forms.TypedMultipleChoiceField):
    """Some of the entries of a list. Whether each may be confirmed, the service says."""

    def valid_value(self, value: Any) -> bool:
        """What the list offered may be answered by now."""
        return True


class EntriesForm(forms.Form):
    """Which entries are confirmed."""

    entries = EntriesField(
        label=gettext_lazy("Entries"),
        coerce=UUID,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one entry of the list.")},
    )


class NotConfirmedForm(forms.Form):
    """Why an entry is not confirmed, or is taken back."""

    reason = OneLineField(label=gettext_lazy("Reason"), max_length=300)


class HeldBeforeFileForm(forms.Form):
    """A file of what people held before."""

    file = forms.FileField(label=gettext_lazy("File"), help_text=gettext_lazy("CSV or XLSX, one row a skill."))


class RoleEndForm(forms.Form):
    """Until when somebody holds a role, and why no longer."""

    until_on = Day(label=gettext_lazy("Last day"), within=bounds.HELD_UNTIL)
    reason = OneLineField(label=gettext_lazy("Reason"), max_length=300, help_text=gettext_lazy("They read it."))
