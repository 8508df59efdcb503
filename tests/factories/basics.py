"""Moments, ids and keys that all other factories use; what tests of every subject need and no subject owns."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4, uuid5

from hypothesis import HealthCheck, settings

from lms.api import (
    log_row,
    recording,
)

PUBLISHED = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
"""When what people rest on was published, unless a test says otherwise: before anything else happens."""

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""The moment at which tests begin, unless they say otherwise."""

AFTERWARDS = datetime(2028, 1, 3, 9, 0, tzinfo=UTC)
"""When somebody verifies what was done on and after MONDAY."""

SINCE = datetime(2025, 1, 1, tzinfo=UTC)
"""Since when people have the duties that tests give them, unless they say otherwise."""

NOON = datetime(2026, 3, 9, 12, 0, tzinfo=UTC)
"""A week after MONDAY: the moment at which acts around a ``help_scene`` take place."""

PASSPHRASE = "four plain test words"
"""Of everybody whom ``people.person`` makes."""

numbers = itertools.count(1)
"""What tells slugs and addresses apart that a test does not name."""

CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""For property tests: a busy machine is no finding."""


def nothing_kept() -> None:
    """Path versions and duties are kept in memory under ids that the next test gives to something else."""
    from django.core.cache import cache

    from assessments.services.cases.standards import role_of
    from assessments.services.standing.ways import steps_before, steps_serving, ways_to
    from lms.services.record.structure import structure_of

    structure_of.cache_clear()
    role_of.cache_clear()
    ways_to.cache_clear()
    steps_before.cache_clear()
    steps_serving.cache_clear()
    cache.clear()


def uid(name: str) -> UUID:
    """A stable UUID for a name."""
    return uuid5(UUID(int=0), name)


def logged(row: Any) -> Any:
    """A row that was made past the services, with its entry in the record's log."""
    with recording():
        log_row(row)
    return row


def key() -> UUID:
    """A fresh key for an act."""
    return uuid4()


def rows(*models: type[Any]) -> dict[str, list[Any]]:
    """Everything in these tables, to see that a refusal changed nothing."""
    return {model.__name__: sorted(map(str, model.objects.values_list())) for model in models}
