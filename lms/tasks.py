"""Work of the record that the worker does. Ids only; each body is one call."""

from celery import shared_task

from lms import api, clock


@shared_task
def send_mail() -> int:
    """Send the mail that waits."""
    return api.send_waiting_mail()


@shared_task
def follow_pauses() -> int:
    """Begin and end the pauses whose day has come."""
    return api.follow_pauses(clock.now())
