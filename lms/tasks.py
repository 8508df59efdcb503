"""Work of the record that the worker does. Ids only; each body is one call."""

from celery import shared_task

from lms import api, clock


@shared_task
def send_mail() -> int:
    """Send the mail that waits."""
    return api.send_waiting_mail()


def wake_for_mail() -> None:
    """Have the worker send at once what waits; a message that nobody takes is stale when the sweep has been there."""
    send_mail.apply_async(expires=60, retry=False)


@shared_task
def send_invitations() -> int:
    """Invite the people whose moment has come."""
    return api.send_invitations(clock.now())


@shared_task
def forget_files() -> int:
    """Let the content of files with people go that were read a day ago."""
    return api.forget_files(clock.now())


@shared_task
def say_reminders() -> int:
    """Say what people are to be reminded of now."""
    return api.say_reminders(clock.now())


@shared_task
def follow_pauses() -> int:
    """Begin and end the pauses whose day has come."""
    return api.follow_pauses(clock.now())
