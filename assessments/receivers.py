"""Signals of the framework that assessments listens to."""

from __future__ import annotations

from typing import Any

from django.db import connections

from assessments.services.ledger import triggers


def lay_guards_aside(*, using: str, **kwargs: Any) -> None:
    """SQLite rebuilds a table to change it, and cannot while a trigger of another table reads it."""
    if connections[using].vendor == "sqlite":
        triggers.remove(connections[using])


def install_guards(*, using: str, **kwargs: Any) -> None:
    """After every migrate the ledger's guards stand again."""
    connection = connections[using]
    if set(triggers.GUARDED) <= set(connection.introspection.table_names()):
        triggers.install(connection)
