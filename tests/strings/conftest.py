"""One walk through the whole site in the pseudo-language, looked at by every test here."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from .tour import Seen


@pytest.fixture(scope="session")
def seen(django_db_setup: None, django_db_blocker: Any) -> Seen:
    """Everything that was read on the way. Nothing of it stays in the database."""
    from tests.access.world import build, stopped_clock
    from tests.factories import basics

    from .pseudo import pseudo_language
    from .tour import tour

    basics.nothing_kept()
    with django_db_blocker.unblock(), stopped_clock() as at, transaction.atomic(), pseudo_language():
        found = tour(build(at), at)
        transaction.set_rollback(True)
    basics.nothing_kept()
    return found
