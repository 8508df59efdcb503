"""Work of helping that the worker does; each body is one call."""

from celery import shared_task

from coaching import api
from lms import clock


@shared_task
def enrol_by_rules() -> int:
    """Enrol whom the rules that are on are for. Returns how many people."""
    return api.enrol_by_rules(clock.now())
