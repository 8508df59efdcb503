"""The shape of a check and of what it finds, and the list of all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class HealthFinding:
    """Something that is not well: ``code`` names it for good, ``sentence`` says what is, and then what to do."""

    code: str
    sentence: str
    what_to_do: str


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to look at. ``look`` answers with a sentence when it is well, else with a finding; at any moment."""

    label: Any
    look: Callable[[datetime], str | HealthFinding]


@dataclass(frozen=True, slots=True)
class Looked:
    """What a check saw: a sentence, or a finding."""

    label: str
    well: str
    finding: HealthFinding | None


_registered: dict[str, Check] = {}


def register_health(name: str, check: Check) -> None:
    """Add a check; from an app's ``ready``. Registering a name again replaces."""
    _registered[name] = check


def registered_checks() -> list[Check]:
    """What was registered, in that order."""
    return list(_registered.values())


def look_at(check: Check, at: datetime) -> Looked:
    """What the check sees. Whatever is broken, the other checks still help: an error is a finding."""
    try:
        found = check.look(at)
    except Exception as error:
        found = HealthFinding("broken", error_line(error), _("This could not be looked at. The log says more."))
    return Looked(str(check.label), *(("", found) if isinstance(found, HealthFinding) else (found, None)))


def error_line(error: BaseException) -> str:
    """What an error says in its first line, with its kind; the lines below may hold words of people."""
    first = next(iter(str(error).strip().splitlines()), "")
    return f"{type(error).__name__}: {first}"[:300] if first else type(error).__name__
