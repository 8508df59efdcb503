"""The walk through the matrix, made once and looked at by every test here."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings

from tests.factories import basics

from .admin import Admin, tour_admin
from .tour import tour
from .walk import Walk, Walked
from .world import build, stopped_clock


@pytest.fixture(scope="session")
def in_a_world(django_db_setup: None, django_db_blocker: Any) -> Callable[[Callable[[Any], Any]], Any]:
    """Do something to a world of which nothing stays in the database."""

    def do(what: Callable[[Any], Any]) -> Any:
        basics.nothing_kept()
        # Whoever signs has just shown who they are, however long a busy machine takes for the walk.
        sure = override_settings(ACCOUNT_REAUTHENTICATION_TIMEOUT=24 * 60 * 60)
        with django_db_blocker.unblock(), stopped_clock() as at, sure, transaction.atomic():
            found = what(at)
            transaction.set_rollback(True)
        basics.nothing_kept()
        return found

    return do


@pytest.fixture(scope="session")
def walked(in_a_world: Any) -> Walked:
    """What everybody got at our own addresses."""
    begun = time.monotonic()
    found: Walked = in_a_world(lambda at: tour(build, at))
    found.seconds = time.monotonic() - begun
    return found


@pytest.fixture(scope="session")
def admin(in_a_world: Any, request: pytest.FixtureRequest) -> Admin:
    """What they got at addresses that are not ours."""
    everybody = request.config.getoption("--long")
    found: Admin = in_a_world(lambda at: tour_admin(Walk(build(at)), everybody=everybody))
    return found
