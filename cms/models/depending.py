"""Who depends on a piece of content, asked by models and answered by ``cms.services.authoring.dependants``.

Models stand below services; the answer is registered when the site starts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from django.db.models import Model


class Dependants(Protocol):
    """Sentences about who depends on what, for the whole site."""

    def of(self, *things: Model) -> list[str]:
        """Why these cannot go; empty when nothing depends on them."""
        ...


_load: list[Callable[[], Dependants]] = []


def register_dependants(load: Callable[[], Dependants]) -> None:
    """Say who knows; from ``AppConfig.ready()``. Registering again replaces."""
    _load[:] = [load]


def load_dependants() -> Dependants:
    """Everything that anything depends on, read at once. Queries: at most 17, whatever the size of the site."""
    return _load[0]()
