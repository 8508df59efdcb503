"""The files and words of evidence: are they still what was handed in?"""

from __future__ import annotations

from collections.abc import Iterator

from django.core.exceptions import SuspiciousOperation

from assessments.models import Evidence
from assessments.services.cases.evidence import content_hash

from .finding import LedgerFinding, guarded
from .records import Records


def check_files(records: Records) -> Iterator[LedgerFinding]:
    """The bytes of every piece of evidence, withdrawn or not."""
    for piece in records.all(Evidence):
        where = f"evidence {piece.uid}"
        yield from guarded(where, _check_file, where, piece)


def _check_file(where: str, piece: Evidence) -> Iterator[LedgerFinding]:
    try:
        now = content_hash(piece)
    except (OSError, ValueError, SuspiciousOperation):
        yield LedgerFinding(where, "its file is gone")
        return
    if now != piece.sha256:
        yield LedgerFinding(where, "differs from what was handed in")
