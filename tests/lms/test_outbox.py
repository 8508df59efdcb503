"""Mail: a row with the fact, sent once by whichever worker claims it, again when the server was down."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest
from django.core import mail
from django.core.mail import EmailMessage, get_connection, send_mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from lms import tasks
from lms.api import MailTurnedOff, Notice, OutgoingMail, mail_notices, queue_mail, send_waiting_mail, tell
from lms.services.platform.outbox import LEASE, MAX_ATTEMPTS
from tests.factories import notices, people

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
OTHERS: list[int] = []
HOLD = threading.Event()


class Down(BaseEmailBackend):
    """A mail server that refuses."""

    def send_messages(self, email_messages):
        raise ConnectionRefusedError("The mail server is down.")


class Slow(BaseEmailBackend):
    """A mail server that answers late, so that two workers are busy at once."""

    def send_messages(self, email_messages):
        OTHERS.extend(row.row.pk for row in email_messages)
        HOLD.wait(0.05)
        return len(email_messages)


@pytest.fixture
def down(settings):
    settings.VOUCH_SMTP_BACKEND = f"{__name__}.Down"


def queued(number: int = 1) -> list[OutgoingMail]:
    return [queue_mail(EmailMessage(f"Subject {n}", "Text", to=[f"a{n}@example.com"]), AT) for n in range(number)]


@pytest.mark.django_db
def test_what_is_queued_goes_out_as_it_was():
    message = EmailMessage("Käse", "Grüße", "Vouch <v@example.com>", ["a@example.com"], ["b@example.com"])
    row = queue_mail(message, AT)
    assert row.sent_at is None
    assert mail.outbox == []
    assert send_waiting_mail(AT) == 1
    row.refresh_from_db()
    assert (row.sent_at, row.attempts) == (AT, 1)
    sent = mail.outbox[0]
    assert sorted(sent.recipients()) == ["a@example.com", "b@example.com"]
    assert sent.message()["Subject"] is not None
    assert "b@example.com" not in sent.message().as_string(), "hidden recipients stay hidden"
    assert send_waiting_mail(AT) == 0


@pytest.mark.django_db
def test_djangos_own_mail_becomes_a_row():
    send_mail("Subject", "Text", None, ["a@example.com"], connection=get_connection("lms.mail.OutboxBackend"))
    assert OutgoingMail.objects.get().recipients == ["a@example.com"]
    assert mail.outbox == []


@pytest.mark.django_db
def test_a_header_cannot_be_injected():
    with pytest.raises(ValueError, match="newlines"):
        queue_mail(EmailMessage("One\nBcc: all@example.com", "x", to=["a@example.com"]), AT)
    assert not OutgoingMail.objects.exists()


@pytest.mark.django_db
def test_telling_people_is_a_notice_and_a_mail_for_those_who_are_here():
    here, gone = people.person(), people.person(is_active=False, deactivated_at=AT)
    tell(notices.SAID, [here, gone, here], words={"text": "Something happened."}, at=AT)
    assert Notice.objects.get().person == here
    assert not OutgoingMail.objects.exists(), "the request does not wait for it"
    assert mail_notices(AT) == 1
    assert mail_notices(AT) == 0
    assert OutgoingMail.objects.get().recipients == [here.email]
    assert "/exchange/" in OutgoingMail.objects.get().message


@pytest.mark.django_db
def test_telling_many_costs_one_statement_and_their_mails_four():
    persons = [people.person() for _number in range(12)]
    with CaptureQueriesContext(connection) as told:
        tell(notices.SAID, persons, words={"text": "Something happened."}, at=AT)
    assert sum("SAVEPOINT" not in query["sql"] for query in told) == 1
    with CaptureQueriesContext(connection) as mailed:
        assert mail_notices(AT) == 12
    assert sum("SAVEPOINT" not in query["sql"] for query in mailed) == 4


@pytest.mark.django_db
def test_a_notice_with_a_line_break_goes_out_like_any_other():
    notices.said(people.person(), "Line one\nBcc: all@example.com", AT)
    assert mail_notices(AT) == 1
    (row,) = OutgoingMail.objects.all()
    assert "\nBcc:" not in row.message.partition("\n\n")[0]


@pytest.mark.django_db
def test_a_server_that_is_down_is_asked_again_later_and_later(down, settings):
    row = queued()[0]
    at, pauses = AT, []
    for attempt in range(1, MAX_ATTEMPTS + 1):
        assert send_waiting_mail(at) == 0
        row.refresh_from_db()
        assert row.attempts == attempt
        assert row.last_error == "The mail server is down."
        assert send_waiting_mail(at) == 0, "not before its pause is over"
        row.refresh_from_db()
        assert row.attempts == attempt
        pauses.append(row.leased_until - at)
        at = row.leased_until
    assert pauses == sorted(pauses)
    assert pauses[0] == timedelta(seconds=60)
    assert row.given_up_at
    assert row.sent_at is None
    settings.VOUCH_SMTP_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert send_waiting_mail(at + timedelta(days=1)) == 0, "given up stays given up"


@pytest.mark.django_db
def test_after_a_failure_it_still_goes_out(down, settings):
    row = queued()[0]
    send_waiting_mail(AT)
    settings.VOUCH_SMTP_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert send_waiting_mail(AT + timedelta(minutes=2)) == 1
    row.refresh_from_db()
    assert (row.last_error, row.attempts) == ("", 2)


@pytest.mark.django_db
def test_one_mail_that_fails_holds_no_other_up(settings):
    first, second = queued(2)
    OutgoingMail.objects.filter(pk=first.pk).update(message="")
    settings.VOUCH_SMTP_BACKEND = f"{__name__}.Picky"
    assert send_waiting_mail(AT) == 1
    first.refresh_from_db()
    second.refresh_from_db()
    assert (bool(first.sent_at), bool(second.sent_at)) == (False, True)


class Picky(BaseEmailBackend):
    """Refuses what is empty."""

    def send_messages(self, email_messages):
        for message in email_messages:
            if not message.row.message:
                raise ValueError("An empty message.")
        return len(email_messages)


@pytest.mark.django_db
def test_a_worker_that_died_gives_its_mail_back_when_the_lease_ends():
    row = queued()[0]
    OutgoingMail.objects.filter(pk=row.pk).update(leased_until=AT + LEASE, attempts=1)
    assert send_waiting_mail(AT + LEASE - timedelta(seconds=1)) == 0
    assert send_waiting_mail(AT + LEASE) == 1
    row.refresh_from_db()
    assert row.attempts == 2


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_send_one_mail_twice(settings):
    settings.VOUCH_SMTP_BACKEND = f"{__name__}.Slow"
    OTHERS.clear()
    rows = queued(20)
    sent: list[int] = []

    def work() -> None:
        try:
            sent.append(send_waiting_mail(AT))
        finally:
            connections.close_all()

    workers = [threading.Thread(target=work) for _worker in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(sent) == len(OTHERS) == len(rows)
    assert set(OTHERS) == {row.pk for row in rows}
    assert not OutgoingMail.objects.filter(sent_at=None).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("words", ["Søren said: “Grüße”, 5 €", "⟦Ĥéļļö⟧ 你好", "ö" * 2000])
def test_words_of_every_language_arrive_as_they_were_written(words, settings, tmp_path):
    """Through a backend that writes the bytes, as a mail server gets them; the one of tests keeps the object."""
    settings.VOUCH_SMTP_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path
    queue_mail(EmailMessage(words[:20], f"{words}\n", to=["a@example.com"]), AT)
    assert send_waiting_mail(AT) == 1
    (file,) = tmp_path.iterdir()
    arrived = message_from_bytes(file.read_bytes().partition(b"\n" + b"-" * 79)[0], policy=policy.default)
    assert arrived.get_content().split() == words.split()
    assert arrived["Subject"] == words[:20]


# --- Mail of notices: collected, turned off, at once ---------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("zone", "leaves"),
    [
        ("UTC", datetime(2026, 3, 3, 7, tzinfo=UTC)),
        ("Asia/Tokyo", datetime(2026, 3, 2, 22, tzinfo=UTC)),
        ("America/Los_Angeles", datetime(2026, 3, 2, 15, tzinfo=UTC)),
    ],
)
def test_what_is_collected_comes_as_one_mail_in_the_readers_morning(zone, leaves):
    who, other = people.person(time_zone=zone), people.person(time_zone=zone)
    for number in range(3):
        tell(notices.COLLECTED, [who], words={"text": f"News {number}"}, at=AT + timedelta(minutes=number))
    tell(notices.COLLECTED, [other], words={"text": "Another"}, at=AT)
    assert mail_notices(leaves - timedelta(seconds=1)) == 0
    assert mail_notices(leaves) == 2
    mine = OutgoingMail.objects.get(recipients=[who.email])
    assert mine.subject == "3 notices"
    assert [mine.message.count(f"News {number}") for number in range(3)] == [1, 1, 1]
    assert OutgoingMail.objects.get(recipients=[other.email]).subject == "Another"
    assert mail_notices(leaves + timedelta(days=2)) == 0


@pytest.mark.django_db
def test_the_morning_after_the_clocks_change_is_at_seven_on_the_clock():
    who = people.person(time_zone="Europe/Riga")
    evening = datetime(2026, 3, 28, 20, tzinfo=UTC)  # summer time begins in the night
    tell(notices.COLLECTED, [who], words={"text": "News"}, at=evening)
    assert Notice.objects.get().mail_at == datetime(2026, 3, 29, 4, tzinfo=UTC)


@pytest.mark.django_db
def test_mail_that_is_turned_off_does_not_come_and_the_notice_stays():
    who, other = people.person(), people.person()
    MailTurnedOff.objects.create(person=who, kind=notices.SAID.code)
    MailTurnedOff.objects.create(person=other, kind=notices.COLLECTED.code)
    tell(notices.SAID, [who, other], words={"text": "News"}, at=AT)
    assert mail_notices(AT) == 1
    assert OutgoingMail.objects.get().recipients == [other.email]
    assert mail_notices(AT) == 0
    assert notices.told(who) == ["News"]


@pytest.fixture
def wake_ups(monkeypatch):
    """With what the worker was woken."""
    sent = []
    monkeypatch.setattr(tasks.send_mail, "apply_async", lambda **options: sent.append(options))
    return sent


@pytest.mark.django_db
def test_an_urgent_kind_wakes_the_worker_once_after_the_commit(wake_ups, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True) as hooks:
        for number in range(3):
            tell(notices.URGENT, [people.person()], words={"text": f"News {number}"}, at=AT)
        queued(2)
        assert wake_ups == []
    assert len(hooks) == 1
    assert wake_ups == [{"expires": 60, "retry": False}]


@pytest.mark.django_db
def test_what_is_not_urgent_waits_for_the_sweep(wake_ups, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        tell(notices.SAID, [people.person()], words={"text": "News"}, at=AT)
        tell(notices.URGENT, [], words={"text": "News"}, at=AT)
    assert wake_ups == []


@pytest.mark.django_db
def test_a_broker_that_is_down_stops_no_act(monkeypatch, caplog, django_capture_on_commit_callbacks):
    def down(*arguments, **options):
        raise ConnectionRefusedError("No broker.")

    monkeypatch.setattr(tasks.send_mail, "apply_async", down)
    with django_capture_on_commit_callbacks(execute=True):
        tell(notices.URGENT, [people.person()], words={"text": "News"}, at=AT)
    assert "could not be woken" in caplog.text
    caplog.clear()
    assert mail_notices(AT) == 1, "the sweep finds the row"
