"""Judging the rows of several tables, each where it stands in the log."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.db.models import Model

from assessments.models import SignOffEvent

from .finding import LedgerFinding, guarded, named
from .log import Log
from .records import Records, name_of_event

Judges = Mapping[type[Model], tuple[str, Callable[[Any, int], Iterator[str]]]]
"""By table: what its rows are called in the log, and what is wrong with a row at its place there."""


def judge_rows(judges: Judges, records: Records, log: Log) -> Iterator[LedgerFinding]:
    """Judge every row of these tables. Queries: 0."""
    for model, (kind, problems) in judges.items():
        for row in records.all(model):
            place = log.number(kind, row.uid)
            if place is not None:  # a row without its entry is a finding of its own
                where = name_of_event(row) if isinstance(row, SignOffEvent) else f"{kind} {row.uid}"
                yield from guarded(where, named, where, problems(row, place))
