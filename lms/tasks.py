"""Work of the record that the worker does. Ids only; each body is one call."""

from datetime import datetime
from typing import Any

from celery import current_app, shared_task
from django.utils.translation import gettext as _

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


def wake_for_invitations() -> None:
    """Have the worker invite at once whose moment has come; the sweep finds them in any case."""
    send_invitations.apply_async(expires=60, retry=False)


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


@shared_task
def complete_paths() -> int:
    """Complete the paths of which nothing required is left, should an act have missed one."""
    return api.complete_what_is_done(clock.now())


@shared_task
def heartbeat() -> None:
    """Show that the worker takes what the schedule sends."""
    api.note_life(api.WORKER, clock.now())


def send_task(task: str, positional: list[Any], named: dict[str, Any]) -> None:
    """Send a task to the worker once more, by its name."""
    current_app.send_task(task, positional, named, retry=False)


def broker_answers(at: datetime) -> str | api.HealthFinding:
    """Whether messages for the worker can be left, for the doctor."""
    try:
        with current_app.connection_for_write() as connection:
            connection.ensure_connection(max_retries=1, timeout=3)
            return _("%(kind)s takes messages.") % {"kind": connection.transport.driver_type}
    except Exception as error:
        return api.HealthFinding(
            "broker-away",
            _("The broker does not answer: %(error)s.") % {"error": type(error).__name__},
            _("Look at CELERY_BROKER_URL, and whether Redis runs. Nothing is lost; it waits until the broker is back."),
        )
