"""What the views of helping share: pages of a long list."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, QuerySet, Window


def paged(rows: QuerySet[Any], number: str | None, size: int) -> Page:
    """One page of rows, counted in the same query. Queries: 1."""
    place = int(number) if number and number.isdecimal() and 0 < int(number) < 100_000 else 1
    counted = rows.annotate(_all=Window(Count("*")))
    found = list(counted[(place - 1) * size : place * size])
    if not found and place > 1:
        return paged(rows, None, size)
    return Page(found, place, Paginator(range(found[0]._all if found else 0), size))
