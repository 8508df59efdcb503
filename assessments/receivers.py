"""Signals of the framework that assessments listens to."""

from __future__ import annotations

from typing import Any

from django.db import connections

from assessments.services import guards


def lay_guards_aside(*, using: str, **kwargs: Any) -> None:
    """SQLite rebuilds a table to change it, and cannot while a trigger of another table reads it."""
    if connections[using].vendor == "sqlite":
        guards.remove(connections[using])


def install_guards(*, using: str, **kwargs: Any) -> None:
    """After every migrate the ledger's guards stand again."""
    connection = connections[using]
    if set(guards.GUARDED) <= set(connection.introspection.table_names()):
        guards.install(connection)
