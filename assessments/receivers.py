"""Signals of the framework that assessments listens to."""

from __future__ import annotations

from typing import Any

from django.db import connections

from assessments.services import guards


def install_guards(*, using: str, **kwargs: Any) -> None:
    """After every migrate the ledger's guards stand again."""
    connection = connections[using]
    if set(guards.GUARDED) <= set(connection.introspection.table_names()):
        guards.install(connection)
