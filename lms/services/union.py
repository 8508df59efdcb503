"""Rows of several kinds in one question: the parts of a UNION, each with the columns that it has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.db.models import QuerySet, Value
from django.db.models.functions import Cast


def union_part(
    columns: Mapping[str, models.Field], kind: str, rows: QuerySet[Any], **given: Any
) -> QuerySet[Any, tuple[Any, ...]]:
    """One part: ``kind`` first, then the columns in their order; typed nulls for those that are not ``given``.

    ``columns``: every column but the kind, with the type that it has in every part.
    """
    nulls = {name: Cast(Value(None), output_field=field) for name, field in columns.items() if name not in given}
    found = {**nulls, **given}
    return rows.order_by().values_list(Value(kind, output_field=models.CharField()), *(found[name] for name in columns))
