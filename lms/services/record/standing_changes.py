"""When signed gates or roles of people change, the floor that knows what ready is looks again at who is."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

Looking = Callable[[Collection[int], datetime], None]
_looking: dict[str, Looking] = {}


def register_standing_change(name: str, looking: Looking) -> None:
    """Say who looks again: ``looking(ids of people, at)``, inside the transaction of the change. Registering a name
    again replaces.
    """
    _looking[name] = looking


def standing_changed(person_ids: Collection[int], at: datetime) -> None:
    """These people's signed gates, or the roles that they are on the way to or hold, have changed. Queries: those of
    who looks again, 0 for nobody.
    """
    if person_ids:
        for looking in _looking.values():
            looking(person_ids, at)
