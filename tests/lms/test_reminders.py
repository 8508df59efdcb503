"""Reminders: planned with the fact, called off with it, said once when their time comes."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections

from lms.api import Notice, Reminder, User, call_off_reminders, remind, say_reminders
from lms.services.platform import reminders
from lms.services.platform.reminders import LEASE
from tests.factories import basics, notices, people

pytestmark = pytest.mark.django_db
AT = basics.MONDAY
DUE = AT + timedelta(hours=5)


def planned(*persons: User, due_at: Any = DUE, name: str = "talk") -> None:
    words = {"text": "Your talk is near.", "day": DUE.date()}
    remind(notices.SAID, persons, about=basics.uid(name), words=words, due_at=due_at, at=AT)


def test_it_is_said_when_its_time_has_come_and_once() -> None:
    who = people.person()
    planned(who)
    assert say_reminders(DUE - timedelta(seconds=1)) == 0
    assert say_reminders(DUE) == 1
    assert say_reminders(DUE + timedelta(days=1)) == 0
    assert notices.told(who) == ["Your talk is near."]
    row = Reminder.objects.get()
    assert row.done_at == DUE
    assert row.words["day"] == DUE.date().isoformat()
    told = Notice.objects.get()
    assert (told.kind, told.about, told.created_at) == ("tests.said", basics.uid("talk"), DUE)


def test_planning_it_again_plans_it_once(django_assert_num_queries: Any) -> None:
    who, other = people.person(), people.person()
    with django_assert_num_queries(1):
        planned(who, other)
    planned(who, other)
    assert Reminder.objects.count() == 2
    assert say_reminders(DUE) == 2


def test_what_is_over_is_not_planned() -> None:
    planned(people.person(), due_at=AT)
    planned(people.person(), due_at=AT - timedelta(days=3))
    assert not Reminder.objects.exists()


def test_what_is_called_off_is_not_said_and_what_was_said_stays() -> None:
    who = people.person()
    planned(who)
    planned(who, name="other talk")
    call_off_reminders(notices.SAID, [basics.uid("talk")])
    call_off_reminders(notices.URGENT, [basics.uid("other talk")])
    assert say_reminders(DUE) == 1
    call_off_reminders(notices.SAID, [basics.uid("other talk")])
    assert Reminder.objects.get().done_at == DUE
    assert len(notices.told(who)) == 1


def test_whoever_has_left_is_told_nothing_and_it_is_done() -> None:
    who = people.person()
    planned(who)
    User.objects.filter(pk=who.pk).update(is_active=False, deactivated_at=AT)
    assert say_reminders(DUE) == 1
    assert not Notice.objects.exists()


def test_a_worker_that_died_gives_it_back_when_the_lease_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        """As a worker ends when its machine does."""

    def die(pk: int, at: Any) -> int:
        raise Killed

    who = people.person()
    planned(who)
    with monkeypatch.context() as patch:
        patch.setattr(reminders, "_say", die)
        with pytest.raises(Killed):
            say_reminders(DUE)
    assert say_reminders(DUE + LEASE - timedelta(seconds=1)) == 0
    assert say_reminders(DUE + LEASE) == 1
    assert len(notices.told(who)) == 1


def test_one_that_cannot_be_said_keeps_no_other_away(caplog: pytest.LogCaptureFixture) -> None:
    first, second = people.person(), people.person()
    planned(first)
    Reminder.objects.update(kind="gone.kind")
    planned(second)
    assert say_reminders(DUE) == 1
    assert notices.told(second) == ["Your talk is near."]
    assert Reminder.objects.get(person=first).done_at is None
    assert "could not be said" in caplog.text
    caplog.clear()


@pytest.mark.django_db(transaction=True)
def test_two_workers_say_each_reminder_once() -> None:
    persons = [people.person() for _number in range(20)]
    planned(*persons)
    said: list[int] = []

    def work() -> None:
        try:
            said.append(say_reminders(DUE))
        finally:
            connections.close_all()

    workers = [threading.Thread(target=work) for _worker in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(said) == 20
    assert sorted(Notice.objects.values_list("person", flat=True)) == sorted(person.pk for person in persons)
