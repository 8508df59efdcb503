"""What the views of helping share: sending a form to its service, pages of a long list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import Count, QuerySet, Window
from django.forms import Form

from coaching.forms.fields import OneOf
from lms.requests import SignedInRequest, key_of
from lms.views.acting import Outcome, carry_out

T = TypeVar("T")


def send(request: SignedInRequest, form: Form, act: Callable[..., T], **known: Any) -> Outcome[T]:
    """Carry out the act with what the form holds; an invalid form is shown again (422) with the same key.

    A field ``x`` that names a row by uid is handed over as ``x_uid``.
    """
    if not form.is_valid():
        return Outcome(None, 422, key_of(request))
    fields = {
        f"{name}_uid" if isinstance(form.fields[name], OneOf) else name: value
        for name, value in form.cleaned_data.items()
    }
    return carry_out(request, form, act, **known, **fields)


def paged(rows: QuerySet[Any], number: str | None, size: int) -> Page:
    """One page of rows, counted in the same query. Queries: 1."""
    place = int(number) if number and number.isdecimal() and 0 < int(number) < 100_000 else 1
    counted = rows.annotate(_all=Window(Count("*")))
    found = list(counted[(place - 1) * size : place * size])
    if not found and place > 1:
        return paged(rows, None, size)
    return Page(found, place, Paginator(range(found[0]._all if found else 0), size))
