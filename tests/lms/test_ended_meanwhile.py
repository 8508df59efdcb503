"""Whose duty ends while an act of theirs waits for its turn does not act any more."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.urls import reverse

from assessments.api import SignOffEvent, end_person, revoke_signoff, verify_ledger
from assessments.services.ledger.signoffs import signoff_shown
from lms import clock
from lms.api import DutyHolding, Membership, User, end_duty, invite_person, pause_path, people_policy
from lms.errors import Conflict, NotAllowed, NotFound
from tests.clients import log_in
from tests.factories import basics, judging, paths, people

pytestmark = pytest.mark.django_db


def ended(row: DutyHolding, **fields: Any) -> DutyHolding:
    """An administrator ends a duty; somebody else has it, too."""
    people.with_duty(row.duty)
    return end_duty(
        actor=people.administrator(), person_uid=row.person.uid, holding_uid=row.uid, reason="Over.",
        **{"key": basics.key(), "at": clock.now()} | fields,
    )  # fmt: skip


def leaving(actor: User) -> Callable[[], Any]:
    who = people.person()
    people_policy.get(actor, "end", uid=who.uid)
    return lambda: end_person(
        actor=actor, person_uid=who.uid, last_day=clock.now().date(), reason="x", key=basics.key(), at=clock.now()
    )


def inviting(actor: User) -> Callable[[], Any]:
    team = people.team()
    people_policy.require(actor, "invite")
    return lambda: invite_person(
        actor=actor, email="x@example.com", full_name="X Y", team_id=team.pk, link_for=lambda who: "/",
        key=basics.key(), at=clock.now(),
    )  # fmt: skip


def taking_back(actor: User) -> Callable[[], Any]:
    of = judging.scene()
    judging.ready(of)
    [event, *_others] = judging.decided(of)
    people_policy.require(actor, "invite")
    shown = signoff_shown(SignOffEvent.objects.get(pk=event.pk))
    return lambda: revoke_signoff(
        actor=actor, event_uid=event.uid, reason="x", shown=shown, key=basics.key(), at=clock.now()
    )


@pytest.mark.parametrize("way", [leaving, inviting, taking_back])
def test_what_a_view_asked_is_asked_again_by_the_act(way: Callable[[User], Callable[[], Any]]) -> None:
    learning = people.with_duty("learning")
    actor = User.objects.get(pk=learning.pk)
    act = way(actor)
    ended(DutyHolding.objects.get(person=learning))
    with pytest.raises((NotAllowed, NotFound)):
        act()
    assert not verify_ledger([], [], at=clock.now()).findings


def test_who_manages_whom_is_asked_again_too() -> None:
    manager, learner = people.person(), people.person()
    people.team(learner, manager=manager)
    enrolment = paths.enrolment(learner, paths.path(paths.step("course")))
    actor = User.objects.get(pk=manager.pk)
    people_policy.get(actor, "enrol", uid=learner.uid)
    yesterday = clock.now().date() - timedelta(days=1)
    Membership.objects.filter(person=manager).update(until_on=yesterday)
    with pytest.raises((NotAllowed, NotFound)):
        pause_path(
            actor=actor, enrolment_uid=enrolment.uid, from_on=clock.now().date(), until_on=None, reason="x",
            shown="", key=basics.key(), at=clock.now(),
        )  # fmt: skip


def test_an_end_that_waited_is_dated_after_what_was_done_with_the_duty() -> None:
    """It was asked for a second before the other act, which went first: the ledger has no finding."""
    learning = people.with_duty("learning")
    act = taking_back(User.objects.get(pk=learning.pk))
    asked = clock.now()
    event = act()
    row = ended(DutyHolding.objects.get(person=learning), at=asked)
    assert row.until_at is not None
    assert row.until_at > event.occurred_at > asked
    assert not verify_ledger([], [], at=clock.now()).findings


def test_a_clock_that_was_set_back_is_said() -> None:
    row = DutyHolding.objects.get(person=people.with_duty("author"))
    with pytest.raises(Conflict, match="was set back"):
        ended(row, at=row.from_at - timedelta(hours=1))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ["revoke", "people_end", "people_invite"])
def test_two_at_the_same_moment(name: str) -> None:
    """The transaction that ends the duty is open while the form arrives, and committed while it waits."""
    learning, admin = people.with_duty("learning"), people.administrator()
    people.with_duty("learning")
    row, client = DutyHolding.objects.get(person=learning), log_in(learning, sure=True)
    form = {"reason": "I can.", "key": str(basics.key())}
    if name == "revoke":
        of = judging.scene()
        judging.ready(of)
        [event, *_others] = judging.decided(of)
        url = reverse(name, args=[event.uid])
        form |= {"meant": "on", "shown": signoff_shown(SignOffEvent.objects.get(pk=event.pk))}
    elif name == "people_end":
        url = reverse(name, args=[people.person().uid])
        form |= {"last_day": clock.now().date().isoformat(), "sure": "on"}
    else:
        url, zone = reverse(name), "Europe/Copenhagen"
        form |= {"full_name": "Nia New", "email": "n@example.com", "time_zone": zone, "team": str(people.team().pk)}
    answers = []

    def send() -> None:
        try:
            answers.append(client.post(url, form).status_code)
        finally:
            connection.close()

    thread = threading.Thread(target=send)
    with transaction.atomic():
        end_duty(
            actor=admin, person_uid=learning.uid, holding_uid=row.uid, reason="Over.", key=basics.key(), at=clock.now()
        )
        thread.start()
        time.sleep(1)
    thread.join()
    assert answers[0] in (403, 404)
    assert not verify_ledger([], [], at=clock.now()).findings
