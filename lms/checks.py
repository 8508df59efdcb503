"""System checks of the record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error
from django.db import connections

from lms.services.platform import address_guards


def address_guards_stand(
    *, app_configs: Any = None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """lms.E001: a guard of addresses is missing. Runs with ``check --database`` and before migrate."""
    errors: list[CheckMessage] = []
    for alias in databases or []:
        connection = connections[alias]
        if set(address_guards.TABLES) <= set(connection.introspection.table_names()):
            hint = "Run manage.py migrate --skip-checks; it puts the guards back."
            errors += [
                Error(f"The guard {name} of addresses is missing.", hint=hint, id="lms.E001")
                for name in address_guards.missing(connection)
            ]
    return errors
