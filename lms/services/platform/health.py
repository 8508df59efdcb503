"""What else ``manage.py doctor`` looks at: each floor says what its part stands on."""

from __future__ import annotations

from collections.abc import Callable


class Unwell(Exception):
    """A check did not hold; says what to do."""


_checks: dict[str, Callable[[], str]] = {}


def register_health(name: str, check: Callable[[], str]) -> None:
    """Let the doctor ask; from an app's ``ready``. The check answers in a few words or raises ``Unwell``."""
    _checks[name] = check


def health_checks() -> list[tuple[str, Callable[[], str]]]:
    """All that was registered."""
    return list(_checks.items())
