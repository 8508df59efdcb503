"""What can go wrong when judging, beside the record's own errors."""

from lms.errors import Conflict, Invalid


class EvidenceMissing(Invalid):
    """The evidence does not permit this level (422)."""


class AlreadyDecided(Conflict):
    """Somebody decided this case first (409)."""
