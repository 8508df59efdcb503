"""Teams: their names and places in the tree, who manages them, who belongs to them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lms.api import TeamNode, User
from lms.rules import bounds

from .fields import Day, OneLineField, OneOf, offer_people

INDENT = "\N{NO-BREAK SPACE}" * 4


def offer_teams(field: forms.Field, tree: Iterable[TeamNode], none: str) -> None:
    """Fill a list of teams as the tree has them, those below set in; ``none``: what stands first, for no team."""
    rows = [(str(node.team.uid), INDENT * node.depth + node.team.name) for node in tree]
    field.widget.choices = [("", none), *rows]


class TeamNameForm(forms.Form):
    """Another name."""

    name = OneLineField(label=_("Name"), max_length=120)


class TeamPlaceForm(forms.Form):
    """Another place in the tree."""

    parent = OneOf(label=_("Below"), required=False)

    def __init__(self, *args: Any, tree: Iterable[TeamNode], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_teams(self.fields["parent"], tree, gettext("No team: at the top"))


class NewTeamForm(TeamNameForm, TeamPlaceForm):
    """A team, and where it stands."""

    field_order = ["name", "parent"]


class CloseTeamForm(forms.Form):
    """Where the people of a team that closes go, and the teams below it."""

    into = OneOf(label=_("Its people and the teams below it go to"), required=False)

    def __init__(self, *args: Any, tree: Iterable[TeamNode], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_teams(self.fields["into"], tree, gettext("Choose a team"))


class ManagerForm(forms.Form):
    """Who manages a team, from when, and until when where that is known."""

    person = OneOf(label=_("Manager"))
    from_on = Day(label=_("From"), within=bounds.MANAGES)
    until_on = Day(label=_("Until"), required=False, within=bounds.MANAGES)

    def __init__(self, *args: Any, people: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_people(self.fields["person"], people)


class ActingManagerForm(forms.Form):
    """Who stands in for a manager, and on which days."""

    manager = OneOf(label=_("For"))
    person = OneOf(label=_("Stands in"))
    from_on = Day(label=_("From"), within=bounds.MANAGES)
    until_on = Day(label=_("Until"), within=bounds.MANAGES)

    def __init__(self, *args: Any, managers: Iterable[tuple[str, str]], people: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["manager"].widget.choices = list(managers)
        offer_people(self.fields["person"], people)


class EndManagerForm(forms.Form):
    """The last day on which somebody manages a team."""

    manager = OneOf(label=_("Manager"), widget=forms.HiddenInput)
    until_on = Day(label=_("Last day"), within=bounds.MANAGES)


class TeamOfPersonForm(forms.Form):
    """To which team somebody goes, and when."""

    team = OneOf(label=_("To"))
    from_on = Day(label=_("From"), within=bounds.MOVES_TEAM)

    def __init__(self, *args: Any, tree: Iterable[TeamNode], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_teams(self.fields["team"], tree, gettext("Choose a team"))
