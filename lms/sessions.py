"""Where sessions are kept: Django's table."""

from __future__ import annotations

from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore as InTheDatabase
from django.db import InterfaceError, OperationalError


class SessionStore(InTheDatabase):
    """Django's, which takes a database that does not answer for a session that somebody ended meanwhile.

    The first is told as what it is: 503 and the words, instead of a request that no browser of ours makes.
    """

    def save(self, must_create: bool = False) -> None:
        """Keep the session. Raises UpdateError when it was ended, what the database said when that cannot be known."""
        try:
            super().save(must_create)
        except UpdateError as error:
            if isinstance(error.__context__, OperationalError | InterfaceError):
                raise error.__context__ from None
            raise
