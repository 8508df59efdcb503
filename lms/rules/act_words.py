"""What was done to somebody, in words: the acts of administration that stand on their page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .duties import BY_CODE
from .said import full_day

ACTS: dict[str, Any] = {
    "person.invite": gettext_lazy("%(actor)s invited them."),
    "person.invite_again": gettext_lazy("%(actor)s invited them again."),
    "person.facts": gettext_lazy("%(actor)s changed what is written down about them."),
    "person.address": gettext_lazy("%(actor)s changed their address."),
    "person.second_factor": gettext_lazy("%(actor)s removed their second factor."),
    "person.location": gettext_lazy("%(actor)s changed their location."),
    "team.move_person": gettext_lazy("%(actor)s moved them to another team."),
    "team.move_back": gettext_lazy("%(actor)s took a move back."),
    "duty.give": gettext_lazy("%(actor)s gave them a duty."),
    "person.leave": gettext_lazy("%(actor)s wrote down a leave."),
    "person.leave_until": gettext_lazy("%(actor)s changed the end of a leave."),
    "person.no_leave": gettext_lazy("%(actor)s called a leave off."),
    "person.back_from_leave": gettext_lazy("%(actor)s wrote down that they are back."),
    "person.not_back": gettext_lazy("%(actor)s took the return back."),
    "person.leaves": gettext_lazy("%(actor)s planned their last day."),
    "person.stays": gettext_lazy("%(actor)s called their last day off."),
    "person.end": gettext_lazy("%(actor)s closed their account."),
    "person.undo_end": gettext_lazy("%(actor)s opened their account again: it was closed by mistake."),
    "person.never_came": gettext_lazy("%(actor)s wrote down that they did not come."),
    "person.back": gettext_lazy("%(actor)s brought them back."),
    "person.join": gettext_lazy("%(actor)s wrote down that another account is theirs, too."),
    "person.part": gettext_lazy("%(actor)s wrote down that no other account is theirs."),
}

CHANGED: dict[str, Any] = {
    "full_name": gettext_lazy("Name"),
    "preferred_name": gettext_lazy("Preferred name"),
    "pronunciation": gettext_lazy("Pronunciation"),
    "job": gettext_lazy("Job title"),
    "employee_number": gettext_lazy("Employee number"),
    "started_on": gettext_lazy("First day"),
    "time_zone": gettext_lazy("Time zone"),
    "locale": gettext_lazy("Language"),
    "location": gettext_lazy("Location"),
    "team": gettext_lazy("Team"),
    "from": gettext_lazy("From"),
    "until": gettext_lazy("Until"),
    "back": gettext_lazy("Back on"),
    "last_day": gettext_lazy("Last day"),
    "email": gettext_lazy("Address"),
}


def said_act(name: str, actor: str) -> str:
    """Who did what. KeyError for an act that is none of ``ACTS``."""
    return str(ACTS[name]) % {"actor": actor}


def said_changes(changed: Mapping[str, Sequence[Any]]) -> list[tuple[str, str, str]]:
    """What changed, each with the old and the new value; "" where there was none. What has no words is left out."""
    found = []
    for name, (old, new) in changed.items():
        if name in BY_CODE:
            found.append((_("Duty"), "", str(BY_CODE[name].word)))
        elif name in CHANGED:
            found.append((str(CHANGED[name]), _said(old), _said(new)))
    return found


def _said(value: Any) -> str:
    if value is None:
        return ""
    try:
        return full_day(date.fromisoformat(str(value)))
    except ValueError:
        return str(value)
