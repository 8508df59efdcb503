"""What a page is to be about, named in plain words. Its address is made where it is shown (``lms.addresses``)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Target:
    """One page. ``kind``: what it shows, such as "session"; each app says where its kinds are (``<app>/addresses.py``).

    ``about``: what the thing itself goes by: its uid, the slug of a skill, the number of a page that authors write;
    None where there is only one such page. ``query``: names and values that say more, such as on which path.
    ``part``: the part of the page to begin at.
    """

    kind: str
    about: UUID | str | int | None = None
    query: tuple[tuple[str, UUID | str], ...] = ()
    part: str = ""
