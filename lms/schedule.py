"""The schedule: Celery's, which also shows that it lives. ``CELERY_BEAT_SCHEDULER`` names it, wherever it runs."""

from __future__ import annotations

import logging
import time
from typing import Any

from celery.beat import PersistentScheduler
from django.db import close_old_connections

from lms import clock
from lms.api import SCHEDULE, note_life

logger = logging.getLogger(__name__)

SHOWN_EVERY = 30
"""Seconds."""


class ScheduleWithHeartbeat(PersistentScheduler):
    """Writes its heartbeat itself: what the worker wrote for it would be silent whenever the worker is."""

    shown_at = float("-inf")

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Send what is due. Returns the seconds until it is to be called again."""
        if time.monotonic() - self.shown_at > SHOWN_EVERY:
            self.shown_at = time.monotonic()
            self.show_life()
        return float(super().tick(*args, **kwargs))

    def show_life(self) -> None:
        """A database that is away stops no schedule."""
        close_old_connections()
        try:
            note_life(SCHEDULE, clock.now())
        except Exception:
            logger.warning("The schedule could not write its heartbeat.", exc_info=True)
        finally:
            close_old_connections()
