"""Work of the record that the worker does. Ids only; each body is one call."""

from celery import shared_task

from lms import api


@shared_task
def send_mail() -> int:
    """Send the mail that waits."""
    return api.send_waiting_mail()
