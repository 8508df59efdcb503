"""What can go wrong when judging, beside the record's own errors."""

from collections.abc import Sequence

from django.utils.translation import ngettext

from lms.errors import Conflict, Invalid


class EvidenceMissing(Invalid):
    """The evidence does not permit this level (422)."""


class AlreadyDecided(Conflict):
    """Somebody decided this case first (409)."""


class RowsRefused(Invalid):
    """Rows of a file are wrong, so that nothing was written (422). ``rows``: a sentence each, of the first ones."""

    def __init__(self, rows: Sequence[str], count: int) -> None:
        said = ngettext(
            "%(n)s row cannot be recorded, so nothing was recorded.",
            "%(n)s rows cannot be recorded, so nothing was recorded.",
            count,
        )
        super().__init__(file=said % {"n": count})
        self.rows = tuple(rows)
