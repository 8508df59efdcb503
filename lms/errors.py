"""What can go wrong in a domain act. Views turn each into one HTTP status; the text is shown to the person."""

from __future__ import annotations

from collections.abc import Mapping


class DomainError(Exception):
    """Base of all refusals. ``str()`` is a sentence that says what to do."""

    status = 400


class NotFound(DomainError):
    """There is no such thing, or this person may not know that there is (404)."""

    status = 404


class NotAllowed(DomainError):
    """The person sees the thing but may not do this to it (403)."""

    status = 403


class Conflict(DomainError):
    """Somebody or something was faster, or the thing is not in a state for this (409)."""

    status = 409


class Changed(Conflict):
    """What the form's page showed is not what is there now, so nothing is signed on it (409)."""


class Invalid(DomainError):
    """The input must change (422). ``fields`` maps a field name to the sentence that stands next to it."""

    status = 422

    def __init__(self, message: str = "", **fields: str) -> None:
        super().__init__(message or " ".join(fields.values()))
        self.fields: Mapping[str, str] = fields
