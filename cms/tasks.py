"""Work of the cms that the worker does; each body is one call."""

from celery import shared_task

from cms import api
from lms import clock


@shared_task
def compile_content() -> int:
    """Compile what a publish left behind: stale and failed sources. Returns how many were tried."""
    return api.retry(clock.now())
