"""What a file changes of somebody, as people read it."""

from __future__ import annotations

from datetime import date

from lms.rules.said import full_day

from .fields import BY_CODE
from .rows import DAYS


def said_change(field: str, old: str, new: str) -> tuple[str, str, str]:
    """The label of a field, with the old and the new value; "" where there is none."""
    return str(BY_CODE[field].label), _said(field, old), _said(field, new)


def _said(field: str, text: str) -> str:
    return full_day(date.fromisoformat(text)) if field in DAYS and text else text
