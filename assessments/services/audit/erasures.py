"""Erasures: by two different administrators who had the duty then, of every text about the person, and of no other."""

from __future__ import annotations

from collections.abc import Iterator

from assessments.models import ErasedText, Erasure, SignOffEvent, SignOffText
from lms.rules.duties import ADMINISTRATOR

from .finding import LedgerFinding
from .held import AuthorityRows
from .log import Log
from .records import Records, name_of_event


def check_erasures(records: Records, log: Log) -> Iterator[LedgerFinding]:
    """Judge every erasure again. Queries: 0."""
    held = AuthorityRows(records, log)
    erased = records.grouped(ErasedText, "erasure_id")
    for erasure in records.all(Erasure):
        where = f"erasure {erasure.uid}"
        place = log.number("erasure", erasure.uid) or len(log.entries) + 1
        if erasure.asked_by_id == erasure.agreed_by_id or erasure.person_id in (
            erasure.asked_by_id,
            erasure.agreed_by_id,
        ):
            yield LedgerFinding(where, "is not by two others")
        for person in (erasure.asked_by, erasure.agreed_by):
            if not held.duty(person.pk, (ADMINISTRATOR,), erasure.erased_at, place):
                yield LedgerFinding(where, f"is by {person.uid}, who was no administrator then")
        for text in erased[erasure.pk]:
            if text.event.subject_id != erasure.person_id:
                yield LedgerFinding(
                    where, f"lets go a text of {name_of_event(text.event)}, which is about somebody else"
                )
    for text in records.all(ErasedText):
        if (text.event_id, text.name) in records.tables[SignOffText]:
            yield LedgerFinding(
                f"erasure {text.erasure.uid}", f"names a text of {name_of_event(text.event)} that is still there"
            )
        if text.name not in _sealed(text.event):
            yield LedgerFinding(
                f"erasure {text.erasure.uid}", f"names a text of {name_of_event(text.event)} that never was"
            )


def _sealed(event: SignOffEvent) -> dict[str, str]:
    found = event.payload.get("texts") if isinstance(event.payload, dict) else None
    return found if isinstance(found, dict) else {}
