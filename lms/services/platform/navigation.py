"""Where people may go: the places of the main navigation, and whose they are.

This floor does not know the screens above it. Each app says in ``AppConfig.ready()`` which *duties* there are to find
out about (``register_duty``: a coach is whoever has a coach profile) and which *places* belong to them
(``register_place``). A person's duties are read in one query, however many are registered, and kept in the cache for a
minute; a service that changes somebody's duties calls ``forget``. They decide what is shown, never what is allowed:
every page asks its policy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatch
from functools import partial
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Subquery

from lms import clock
from lms.models import Organisation, User

KEPT_FOR = 60

Rows = Callable[[OuterRef, date], QuerySet[Any]]


@dataclass(frozen=True, slots=True)
class Place:
    """One place. ``name`` is a URL name, ``duties`` whose it is (empty: everybody's), ``covers`` names of its pages.

    ``otherwise``: also for people without any duty. ``menu``: in the person's own menu, not in the main navigation.
    ``home``: where somebody with its duties begins; the lowest number wins.
    """

    name: str
    label: Any
    order: int
    duties: frozenset[str] = frozenset()
    covers: tuple[str, ...] = ()
    otherwise: bool = False
    menu: bool = False
    home: int | None = None

    def is_for(self, duties: frozenset[str]) -> bool:
        """Whether somebody with these duties goes there."""
        return not self.duties or bool(self.duties & duties) or (self.otherwise and not duties)

    def current(self, url_name: str) -> str:
        """For aria-current: "page" on the place itself, "true" on a page that belongs to it."""
        if url_name == self.name:
            return "page"
        return "true" if any(fnmatch(url_name, pattern) for pattern in self.covers) else ""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stands around every page of one person."""

    duties: frozenset[str]
    organisation: str


_duties: dict[str, Rows] = {}
_places: dict[str, Place] = {}


def register_duty(name: str, rows: Rows) -> None:
    """Say how to find out about a duty: ``rows(person, on)`` has a row exactly for those who have it on that day."""
    _duties[name] = rows


def register_place(name: str, label: Any, *, order: int, duties: Iterable[str] = (), **fields: Any) -> None:
    """Add a place; see ``Place``. Registering a name again replaces it."""
    _places[name] = Place(name, label, order, frozenset(duties), **fields)


def places(*, menu: bool = False) -> list[Place]:
    """Every place of the navigation, or of the person's own menu, in order."""
    return sorted((place for place in _places.values() if place.menu == menu), key=lambda place: place.order)


def home_of(duties: frozenset[str]) -> Place | None:
    """Where somebody with these duties begins; None when there is no place for them yet."""
    found = [place for place in _places.values() if place.home is not None and place.is_for(duties)]
    return min(found, key=lambda place: place.home or 0, default=None)


def surroundings_of(user: User) -> Surroundings:
    """A person's duties and the name of the organisation. Queries: 0 when warm, else 2."""
    kept = cache.get(_key(user.pk))
    if kept is None:
        kept = _find(user)
        cache.set(_key(user.pk), kept, KEPT_FOR)
    return Surroundings(frozenset(kept[0]), kept[1])


def duties_of(user: User) -> frozenset[str]:
    """What the person is here: the names of duties. Queries: 0 when warm, else 2."""
    return surroundings_of(user).duties


def duties_now(user: User) -> frozenset[str]:
    """The same, asked of the rows, and kept from here on. Queries: 2."""
    cache.delete(_key(user.pk))
    return duties_of(user)


def forget_duties(*user_ids: int) -> None:
    """These people's duties change with this transaction: look again from its end on. Queries: 0."""
    transaction.on_commit(partial(cache.delete_many, [_key(user_id) for user_id in user_ids]))


def forget_organisation() -> None:
    """The organisation's name changes with this transaction: everybody's pages look again from its end on.

    Queries: 1.
    """
    forget_duties(*User.objects.filter(is_active=True).values_list("pk", flat=True))


def _find(user: User) -> tuple[list[str], str]:
    on = clock.now().date()
    asked = {f"duty_{name}": Exists(rows(OuterRef("pk"), on)) for name, rows in _duties.items()}
    named = Subquery(Organisation.objects.values("name")[:1])
    row: Any = User.objects.filter(pk=user.pk).values(**asked, named=named).first() or {}
    found = [name for name in _duties if row.get(f"duty_{name}")]
    return found, row.get("named") or ""


def _key(user_id: int) -> str:
    return f"surroundings:{user_id}"
