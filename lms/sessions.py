"""Where sessions are kept: Django's table."""

from __future__ import annotations

from typing import NoReturn

from django.apps import apps
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore as InTheDatabase
from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import InterfaceError, OperationalError, transaction
from django.utils.translation import gettext as _


class SessionStore(InTheDatabase):
    """Django's, which takes a database that does not answer for a session that somebody ended meanwhile.

    The first is told as what it is: 503 and the words, instead of a request that no browser of ours makes.
    A session that was ended does not live on under another key.
    """

    def cycle_key(self) -> None:
        """Another key for the same session, also in the list of sessions that are ended for somebody.

        Raises SessionInterrupted when the session was ended meanwhile. Queries: 4, and 2 savepoints.
        """
        data, key = dict(self.items()), self.session_key
        with transaction.atomic():
            self.create()
            self._session_cache = data
            if key:
                listed = apps.get_model("usersessions", "UserSession").objects.filter(session_key=key)
                listed.update(session_key=self.session_key)
                if not self.model.objects.filter(session_key=key).delete()[0]:
                    self._refuse()

    def require_open(self) -> None:
        """Hold the session until the transaction ends. Raises SessionInterrupted when it is over. Queries: 1."""
        if not self.model.objects.select_for_update().filter(session_key=self.session_key).values("pk"):
            self._refuse()

    def _refuse(self) -> NoReturn:
        """This browser has no session any more; ``lms.middleware.DomainErrors`` says so (409)."""
        self.flush()
        raise SessionInterrupted(_("You were signed out meanwhile. Sign in again."))

    def save(self, must_create: bool = False) -> None:
        """Keep the session. Raises UpdateError when it was ended, what the database said when that cannot be known."""
        try:
            super().save(must_create)
        except UpdateError as error:
            if isinstance(error.__context__, OperationalError | InterfaceError):
                raise error.__context__ from None
            raise
