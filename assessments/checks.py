"""System checks of judging."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error
from django.db import connections

from assessments.services.ledger import triggers


def guards_stand(
    *, app_configs: Any = None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """E001: a guard of the ledger is missing or not ours. Runs with ``check --database`` and before migrate."""
    errors: list[CheckMessage] = []
    for alias in databases or []:
        connection = connections[alias]
        tables = connection.introspection.table_names()
        if not set(triggers.GUARDED) <= set(tables):
            continue
        hint = "Run manage.py migrate --skip-checks; it puts the guards back."
        errors += [
            Error(f"The guard {name} of the ledger: {problem}.", hint=hint, id="assessments.E001")
            for name, problem in triggers.differences(connection)
        ]
    return errors
