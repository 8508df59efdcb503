"""What the views of helping share: one way to carry out an act, pages of a long list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, ParamSpec, TypeVar
from uuid import UUID, uuid4

from django.core.paginator import Page, Paginator
from django.db.models import Count, QuerySet, Window
from django.forms import Form

from coaching.forms import OneOf
from lms import clock
from lms.errors import Conflict, Invalid
from lms.requests import SignedInRequest, key_of

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T]):
    """How an act went: what it returned, or the status and key with which its form is shown again."""

    done: T | None
    status: int
    key: UUID


def carry_out(request: SignedInRequest, form: Form, act: Callable[..., T], **known: Any) -> Outcome[T]:
    """Call the service with the form's fields, the actor, the key and the moment; refusals go into the form.

    A field ``x`` that names a row by uid is handed over as ``x_uid``. 422 keeps the key; 409 gives a new one.
    """
    key = key_of(request)
    if not form.is_valid():
        return Outcome(None, 422, key)
    fields = {
        f"{name}_uid" if isinstance(form.fields[name], OneOf) else name: value
        for name, value in form.cleaned_data.items()
    }
    try:
        return Outcome(act(actor=request.user, key=key, at=clock.now(), **known, **fields), 302, key)
    except Invalid as error:
        for name, sentence in (error.fields or {"": str(error)}).items():
            form.add_error(name if name in form.fields else None, sentence)
        return Outcome(None, 422, key)
    except Conflict as error:
        form.add_error(None, str(error))
        return Outcome(None, 409, uuid4())


def uid_or_none(text: str | None) -> UUID | None:
    """A UUID from the address, or None for anything else."""
    try:
        return UUID(text or "")
    except ValueError:
        return None


def paged(rows: QuerySet[Any], number: str | None, size: int) -> Page:
    """One page of rows, counted in the same query. Queries: 1."""
    place = int(number) if number and number.isdecimal() and 0 < int(number) < 100_000 else 1
    counted = rows.annotate(_all=Window(Count("*")))
    found = list(counted[(place - 1) * size : place * size])
    if not found and place > 1:
        return paged(rows, None, size)
    return Page(found, place, Paginator(range(found[0]._all if found else 0), size))
