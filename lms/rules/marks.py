"""An icon with words beside it: whose turn something is, or what became of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mark:
    """``who``: a voice or the name of an icon (components/who.html); ``text``: the words beside it."""

    who: str
    text: str
