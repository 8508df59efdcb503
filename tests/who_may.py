"""Who may do what, as a table: for each action and each row the names of all who may, out of a whole cast."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Model

from lms.api import RowPolicy, User

Names = str
"""Names of the cast, apart by blanks; everybody else may not."""


def hold(
    policy: RowPolicy[Any],
    cast: Mapping[str, User],
    rows: Mapping[str, Model],
    expected: Mapping[str, Mapping[str, Names]],
    without_row: Mapping[str, Names] | None = None,
) -> None:
    """Ask for everybody, every action and every row. A row that an action does not name is nobody's.

    ``without_row``: the actions that need no row yet; all others are nobody's.
    """
    found: dict[str, dict[str, set[str]]] = {action: {name: set() for name in rows} for action in [*expected, "fly"]}
    loose: dict[str, set[str]] = {action: set() for action in [*(without_row or {}), *found]}
    for name, who in cast.items():
        for action in found:
            # As the next request has them: nothing remembered.
            seen = set(policy.queryset(User.objects.get(pk=who.pk), action).values_list("pk", flat=True))
            for row in [row for row, model in rows.items() if model.pk in seen]:
                found[action][row].add(name)
        for action in [action for action in loose if policy.may(User.objects.get(pk=who.pk), action)]:
            loose[action].add(name)
    for action, of in found.items():
        wanted = {row: set() for row in rows} | {row: set(who.split()) for row, who in expected.get(action, {}).items()}
        assert set(wanted) == set(rows), "a row by that name"
        for row, who in of.items():
            assert who == wanted[row], f"{action} {row}: {sorted(who)} may, and {sorted(wanted[row])} should"
    assert loose == {action: set((without_row or {}).get(action, "").split()) for action in loose}
