"""Once-only acts and their audit trail.

An *act* is a service that somebody's form asks for (``act``). It runs in one transaction, and its key stands for what
was said with it: the same key with the same content is a replay, with other content a conflict.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Set
from contextvars import ContextVar
from datetime import datetime
from functools import wraps
from inspect import BoundArguments, signature
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, OperationalError, transaction
from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lms.errors import Conflict
from lms.models import Act, User
from lms.policies.duties import acting
from lms.rules.digest import digest

from .log import recording

P = ParamSpec("P")
T = TypeVar("T")

USED = gettext_lazy("This form was already used for something else. Open the page again and repeat it there.")
NOT_CONTENT = ("actor", "key", "at")
DEADLOCK = "40P01"
"""How PostgreSQL calls it when two transactions wait for each other, and it ends one of them."""
TRIES = 4
"""So often an act is carried out while others wait for what it holds and it for what they hold."""
_content: ContextVar[str] = ContextVar("content of the act that is carried out", default="")


def act(service: Callable[P, T]) -> Callable[P, T]:
    """Make a service an act: one transaction, in which ``claim_key`` knows what was said, and what the actor holds
    is asked again (a view asked before, and the duty may have ended while the act waited for its turn).

    The content is every argument but actor, key and moment; functions that are handed in say nothing. A file counts
    with its name and its bytes, which are read once more for it.
    """
    parameters = signature(service)

    @wraps(service)
    def carried_out(*args: P.args, **kwargs: P.kwargs) -> T:
        given = parameters.bind(*args, **kwargs)
        for name, value in given.arguments.items():
            if isinstance(value, Iterator):
                given.arguments[name] = tuple(value)  # read for the content, and once more by the service
        given.apply_defaults()
        mark = _content.set(content_of(given.arguments))
        try:
            return _in_turn(lambda: _carry_out(service, given))
        except IntegrityError as error:
            if is_of_the_key(error):
                raise Conflict(str(USED)) from None
            raise
        finally:
            _content.reset(mark)

    return carried_out


def _carry_out(service: Callable[..., T], given: BoundArguments) -> T:
    with recording(), acting(given.arguments["actor"]):
        return service(*given.args, **given.kwargs)


def _in_turn(carry_out: Callable[[], T]) -> T:
    """Carry out an act; again, when PostgreSQL ended it because it and another one waited for each other. Nothing of it
    stands then. Inside another transaction, which has ended with it, the error is passed on.
    """
    inside = transaction.get_connection().in_atomic_block
    for _try in range(TRIES - 1):
        try:
            return carry_out()
        except OperationalError as error:
            if inside or getattr(error.__cause__, "sqlstate", "") != DEADLOCK:
                raise
    return carry_out()


def is_of_the_key(error: IntegrityError) -> bool:
    """Whether a row could not be made because another has its uid: the key of the form (SQLite, PostgreSQL)."""
    return ".uid" in str(error) or "(uid)" in str(error)


def content_of(arguments: Mapping[str, Any]) -> str:
    """SHA-256, in hex, of what these arguments of an act say."""
    said = {name: _plain(value) for name, value in arguments.items() if name not in NOT_CONTENT and not callable(value)}
    return digest(said)


def content_now() -> str:
    """The content of the act that is being carried out; "" outside of one."""
    return _content.get()


def _plain(value: Any) -> Any:
    """What a value adds to the content: of a row its key, of a file its name and bytes, of a set its members."""
    if isinstance(value, Model):
        return f"{value._meta.label}:{value.pk}"
    if isinstance(value, UploadedFile):
        hasher = hashlib.sha256()
        for chunk in value.chunks():
            hasher.update(chunk)
        value.seek(0)
        return [value.name, hasher.hexdigest()]
    if isinstance(value, Set):
        return sorted(map(str, value))
    return value


def claim_key(
    *,
    actor: User,
    name: str,
    key: UUID,
    at: datetime,
    about: UUID,
    why: str = "",
    changed: Mapping[str, tuple[Any, Any]] | None = None,
) -> bool:
    """Claim the key for this act: True the first time, False on a replay by the same person of the same act.

    ``changed``: by name, the old and the new value of what an act of administration changes. Must run inside the
    transaction of the act: if that fails, the key is free again. A second submit at the same moment waits here until
    the first has ended. Raises Conflict when the key was used for something else, or with other content. Queries: 1,
    or 2 on a replay.
    """
    content = content_now()
    values = {field: list(pair) for field, pair in (changed or {}).items()}
    try:
        with transaction.atomic():
            Act.objects.create(
                key=key, actor=actor, name=name, about=about, why=why, changed=values, content=content, at=at
            )
    except IntegrityError:
        if not replayed(actor=actor, name=name, key=key, about=about):
            raise
        return False
    return True


def is_claimed(key: UUID) -> bool:
    """Whether an act was carried out with this key, whoever's. Queries: 1."""
    return Act.objects.filter(pk=key).exists()


def claimed_at(key: UUID) -> datetime:
    """When the act with this key, which was claimed before, was carried out. Queries: 1."""
    return Act.objects.get(pk=key).at


def replayed(*, actor: User, name: str, key: UUID, about: UUID) -> Act | None:
    """The act that this key was used for before, None when it is new. Queries: 1.

    Raises Conflict when that was something else, or had other content.
    """
    before = Act.objects.filter(pk=key).first()
    if before is None:
        return None
    if (before.actor_id, before.name, before.about) != (actor.pk, name, about):
        raise Conflict(str(USED))
    if before.content != content_now():
        raise Conflict(
            _("This form was sent before with other content, and that was done. Send it again if this is meant too.")
        )
    return before
