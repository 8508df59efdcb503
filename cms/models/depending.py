"""What models ask and services of authoring answer: who depends on a piece of content (``authoring.dependants``),
what stands in the way of publishing it (``authoring.judge``), and what would be published (``authoring.specs``).

Models stand below services; the answers are registered when the site starts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol

from django.db.models import Model

from cms.rules.findings import Finding


class KnowsDependants(Protocol):
    """Sentences about who depends on what, for the whole site."""

    def of(self, *things: Model) -> list[str]:
        """Why these cannot go; empty when nothing depends on them."""
        ...


Judge = Callable[[Any], Iterator[Finding]]
_load: list[Callable[[], KnowsDependants]] = []
_judge: list[Judge] = []
_spec: list[Callable[[Any], Any]] = []


def register_dependants(load: Callable[[], KnowsDependants]) -> None:
    """Say who knows; from ``AppConfig.ready()``. Registering again replaces."""
    _load[:] = [load]


def load_dependants() -> KnowsDependants:
    """Everything that anything depends on, read at once. Queries: at most 17, whatever the size of the site."""
    return _load[0]()


def register_judge(judge: Judge, spec: Callable[[Any], Any]) -> None:
    """Say who judges content, and who knows its spec; from ``AppConfig.ready()``. Registering again replaces."""
    _judge[:] = [judge]
    _spec[:] = [spec]


def judge(content: Any) -> Iterator[Finding]:
    """What the rules of its kind say about a piece of content. Reads only; cheap."""
    return _judge[0](content)


def spec_of(content: Any) -> Any:
    """A piece of content as publishing hands it to the record; None for a kind that has no spec."""
    return _spec[0](content)
