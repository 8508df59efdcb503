"""Signals of the framework that assessments listens to."""

from __future__ import annotations

from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

from assessments.models import ReadySpell
from assessments.services.ledger import triggers
from assessments.services.standing.ready import write_down_who_is_ready
from lms import clock


def lay_guards_aside(*, using: str, **kwargs: Any) -> None:
    """SQLite rebuilds a table to change it, and cannot while a trigger of another table reads it."""
    if connections[using].vendor == "sqlite":
        triggers.remove(connections[using])


def install_guards(*, using: str, **kwargs: Any) -> None:
    """After every migrate the ledger's guards stand again."""
    connection = connections[using]
    if set(triggers.GUARDED) <= set(connection.introspection.table_names()):
        triggers.install(connection)


def begin_ready_spells(*, using: str, **kwargs: Any) -> None:
    """An installation from before it was written down who is ready gets that with the tables."""
    if using == DEFAULT_DB_ALIAS and ReadySpell._meta.db_table in connections[using].introspection.table_names():
        write_down_who_is_ready(clock.now())
