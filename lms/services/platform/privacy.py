"""The privacy registry: what is held about people, as every app says of its own tables (``lms.rules.privacy``)."""

from __future__ import annotations

from collections.abc import Sequence

from lms.rules.privacy import Personal

_lines: dict[str, tuple[Personal, ...]] = {}


def register_personal(app: str, lines: Sequence[Personal]) -> None:
    """Say what an app holds about people; called in ``AppConfig.ready()``. Registering again replaces."""
    _lines[app] = tuple(lines)


def personal_lines() -> list[Personal]:
    """Everything that is held about people, in the order in which the apps registered. Queries: 0."""
    return [line for lines in _lines.values() for line in lines]
