"""Who has to know when somebody comes, is away or goes: their managers, and who helps them.

This floor does not know who helps; each app above says so in ``AppConfig.ready()`` (``register_helpers``).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date

from lms.models import User
from lms.policies.duties import learning_administrators

from .managers import managers_of_each

Helpers = Callable[[Collection[int]], Mapping[int, Iterable[User]]]
_helpers: dict[str, Helpers] = {}


def register_helpers(name: str, helpers: Helpers) -> None:
    """Say who helps: ``helpers(ids of people)`` gives, by id, who does today. Registering a name again replaces."""
    _helpers[name] = helpers


def people_around(people: Collection[User], on: date, *, but: User | None = None) -> dict[int, list[User]]:
    """Managers and helpers of each of these people, L&D where there are none; without the person and ``but``.

    Queries: 1, 1 for each kind of helper, 1 for L&D where they are asked.
    """
    ids = [person.pk for person in people]
    found = {pk: {who.pk: who for who in managers} for pk, managers in managers_of_each(ids, on).items()}
    for helpers in _helpers.values():
        for pk, more in helpers(ids).items():
            found[pk].update({who.pk: who for who in more})
    watching = [] if all(found.values()) else list(learning_administrators())
    return {
        pk: [who for who in (around.values() or watching) if who.pk != pk and who != but and who.is_active]
        for pk, around in found.items()
    }
