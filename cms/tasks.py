"""Work of the cms that the worker does; each body is one call."""

from celery import shared_task

from cms import api
from lms import clock


@shared_task
def compile_content() -> int:
    """Compile what a publish left behind: stale and failed sources. Returns how many were tried."""
    return api.retry_compiling(clock.now())


@shared_task
def run_schedule() -> tuple[int, int]:
    """Publish and expire what authors set a time for. Returns how many went through and how many were refused."""
    return api.run_schedule(clock.now())


@shared_task
def load_starter() -> bool:
    """Load the starter curriculum, where somebody asked for it. Returns whether there was something to do."""
    return api.run_starter()


def wake_for_starter() -> None:
    """Have the worker begin at once; the sweep finds the row in any case."""
    load_starter.apply_async(expires=60, retry=False)
