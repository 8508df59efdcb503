"""Whom somebody looks for in the list of people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from coaching.services.roll import COACHES, NOBODY
from lms.api import MANAGES, NAME, NEWEST, Path, TeamNode, User
from lms.forms.fields import OneLineField, OneOf, offer_people
from lms.forms.teams import offer_teams
from lms.rules.duties import DUTIES
from lms.rules.life import STATES, WORDS


class RollForm(forms.Form):
    """Words and filters; each may be empty."""

    q = OneLineField(label=_("Name, address or number"), required=False, widget=forms.TextInput({"type": "search"}))
    state = forms.ChoiceField(label=_("State"), required=False)
    team = OneOf(label=_("Team"), required=False)
    duty = forms.ChoiceField(label=_("Duty"), required=False)
    coach = OneLineField(label=_("Coach"), required=False, widget=forms.Select)
    path = OneOf(label=_("Path"), required=False)
    order = forms.ChoiceField(
        label=_("Order"), required=False, choices=[(NAME, _("By name")), (NEWEST, _("Newest first"))]
    )

    def __init__(
        self, *args: Any, tree: Iterable[TeamNode], coaches: Iterable[User], paths: Iterable[Path], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["state"].choices = [("", _("Everybody")), *((state, WORDS[state]) for state in STATES)]
        duties = [(duty.code, duty.word) for duty in DUTIES]
        fields["duty"].choices = [("", _("Any or none")), *duties, (MANAGES, _("Manager")), (COACHES, _("Coach"))]
        offer_teams(fields["team"], tree, gettext("Every team"))
        offer_people(fields["coach"], coaches, gettext("Any or none"))
        choices = fields["coach"].widget.choices
        fields["coach"].widget.choices = [choices[0], (NOBODY, _("On a path, and no coach")), *choices[1:]]
        fields["path"].widget.choices = [("", _("Any or none")), *((str(path.uid), path.title) for path in paths)]
