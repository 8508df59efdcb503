"""Who manages whom, up the tree of teams."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from lms.models import User


def managers_of(person: User, on: date) -> list[User]:
    """Who manages the person; see ``managers_of_each``. Queries: 1."""
    return managers_of_each([person.pk], on)[person.pk]


def managers_above(person: User, on: date) -> list[User]:
    """Everybody who manages the person, in their team or in a team above: all who see their progress. Queries: 1."""
    return list(dict.fromkeys(row for row in User.objects.raw(*_managers_query([person.pk], on))))


def managers_of_each(person_ids: Collection[int], on: date) -> dict[int, list[User]]:
    """Who manages each of these people: the managers of their team, or of the nearest team above that has one.

    Who manages a team is managed from the team above. Queries: 1.
    """
    found: dict[int, dict[int, list[User]]] = {pk: {} for pk in person_ids}
    for row in User.objects.raw(*_managers_query(found, on)):
        managed_id, steps_up = row.managed_id, row.steps_up  # type: ignore[attr-defined]
        found[managed_id].setdefault(steps_up, []).append(row)
    return {pk: by_distance[min(by_distance)] if by_distance else [] for pk, by_distance in found.items()}


def _managers_query(person_ids: Collection[int], on: date) -> tuple[str, list[object]]:
    """Every manager of each of these people, near and far, and how many teams up."""
    sql, values = _climb(person_ids, on)
    return (
        f"{sql} SELECT person.*, found.managed_id, found.steps_up FROM found "  # noqa: S608 - our own statement
        "JOIN lms_user person ON person.id = found.manager_id "
        "ORDER BY found.managed_id, found.steps_up, person.name_order, person.id"
    ), values


def _climb(person_ids: Collection[int], on: date) -> tuple[str, list[object]]:
    """The tables that a statement about managers begins with, and their values."""
    people, day = list(person_ids), [on] * 2
    return CLIMB.format(people=", ".join(["%s"] * len(people))), [*people, *day, *people, *day, *day]


# Up the tree from the teams that somebody is a member of and those above the ones that they manage; none is 50 deep.
CLIMB = """
WITH RECURSIVE up (managed_id, team_id, steps_up) AS (
    SELECT person_id, team_id, 0 FROM lms_membership
    WHERE person_id IN ({people}) AND role = 'member'
        AND from_on <= %s AND (until_on IS NULL OR until_on >= %s)
    UNION
    SELECT manages.person_id, team.parent_id, 1
    FROM lms_membership manages JOIN lms_team team ON team.id = manages.team_id
    WHERE manages.person_id IN ({people}) AND manages.role = 'manager' AND team.parent_id IS NOT NULL
        AND manages.from_on <= %s AND (manages.until_on IS NULL OR manages.until_on >= %s)
    UNION
    SELECT up.managed_id, team.parent_id, up.steps_up + 1 FROM lms_team team JOIN up ON team.id = up.team_id
    WHERE team.parent_id IS NOT NULL AND up.steps_up < 50
), found (managed_id, manager_id, steps_up) AS (
    SELECT up.managed_id, person.id, MIN(up.steps_up) FROM up
    JOIN lms_membership manages ON manages.team_id = up.team_id AND manages.role = 'manager'
        AND manages.from_on <= %s AND (manages.until_on IS NULL OR manages.until_on >= %s)
    JOIN lms_user person ON person.id = manages.person_id
    WHERE person.is_active AND person.id <> up.managed_id
    GROUP BY up.managed_id, person.id
)"""
