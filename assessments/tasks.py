"""Work of judging that the worker does; each body is one call."""

from celery import shared_task

from assessments import api
from lms import clock


@shared_task
def sweep() -> int:
    """Let requests lapse that nobody observed. Returns how many did."""
    return api.lapse_requests(clock.now())


@shared_task
def close_accounts() -> int:
    """Close the accounts whose last day is over. Returns how many."""
    return api.close_accounts_due(clock.now())


@shared_task
def look_who_is_ready() -> int:
    """Look again at whoever is ready and has a sign-off that ran out. Returns how many people."""
    return api.end_what_lapsed(clock.now())


@shared_task
def remind_of_endings() -> int:
    """Say in time which sign-offs end soon. Returns about how many something was due."""
    return api.remind_of_endings(clock.now())


@shared_task
def remind_who_is_seen_again() -> int:
    """Say on the day after a *not yet* who is to be seen again. Returns about how many cases something was due."""
    return api.remind_who_is_seen_again(clock.now())


@shared_task
def mail_receipts() -> int:
    """Tell who signed what was signed in their name. Returns how many events."""
    return api.mail_receipts(clock.now())


@shared_task
def verify_ledger() -> int:
    """Verify the record and keep an anchor. Returns how many findings."""
    return len(api.verify_nightly(clock.now()).findings)
