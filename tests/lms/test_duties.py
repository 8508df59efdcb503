"""Duties are dated: a row says who had which from when to when, and what Django knows is written from it (H10)."""

from __future__ import annotations

from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from assessments.api import end_person
from lms import clock
from lms.api import (
    Act,
    DutyHolding,
    Notice,
    User,
    close_account,
    duties_of,
    end_duty,
    give_duty,
    had_duty,
    has_duty,
    is_administrator,
    is_learning_administrator,
    not_written_through,
)
from lms.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from lms.rules.duties import BY_CODE, DUTIES
from tests.clients import count_queries, log_in
from tests.factories import basics, notices, people

pytestmark = pytest.mark.django_db

AT, DAY, INSTANT = basics.MONDAY, timedelta(days=1), timedelta(microseconds=1)
CODES = [duty.code for duty in DUTIES]
WHY = "Takes over from Rolf."


@pytest.fixture
def admin() -> User:
    return people.administrator(people.person("Suna Ural"))


@pytest.fixture
def other(admin: User) -> User:
    """A second administrator."""
    return people.administrator(people.person("Ada Quist"))


def give(actor: User, person: User, duty: str, at: datetime = AT, **fields: Any) -> DutyHolding:
    fields = {"reason": WHY, "key": basics.key(), **fields}
    return give_duty(actor=actor, person_uid=person.uid, duty=duty, at=at, **fields)


def end(actor: User, holding: DutyHolding, at: datetime = AT + DAY, **fields: Any) -> DutyHolding:
    fields = {"reason": "The project is over.", "key": basics.key(), **fields}
    return end_duty(actor=actor, person_uid=holding.person.uid, holding_uid=holding.uid, at=at, **fields)


def as_django_has(who: User) -> set[str]:
    """The codes that Django's own fields amount to."""
    fresh = User.objects.get(pk=who.pk)
    by_group = {duty.group: duty.code for duty in DUTIES if duty.group}
    found = {by_group[name] for name in fresh.groups.values_list("name", flat=True)}
    return found | ({"administrator"} if fresh.is_superuser else set())


def refused(error: type[DomainError], act: Any, *args: Any, **fields: Any) -> str:
    before = list(DutyHolding.objects.order_by("pk").values()), Act.objects.count(), Notice.objects.count()
    with pytest.raises(error) as caught:
        act(*args, **fields)
    assert before == (list(DutyHolding.objects.order_by("pk").values()), Act.objects.count(), Notice.objects.count())
    return str(caught.value)


# --- From one instant to another


@pytest.mark.parametrize("duty", CODES)
def test_a_duty_begins_and_ends_at_an_instant(admin: User, duty: str) -> None:
    """H10: the first instant counts, the last does not; what lies before, between and after is known for ever."""
    who = people.person()
    people.with_duty(duty)  # somebody who stays with it
    first = give(admin, who, duty, AT)
    assert as_django_has(who) == {duty}
    end(admin, first, AT + DAY)
    assert as_django_has(who) == set()
    give(admin, who, duty, AT + 2 * DAY)
    moments = {
        AT - INSTANT: False, AT: True, AT + DAY - INSTANT: True, AT + DAY: False,
        AT + 2 * DAY - INSTANT: False, AT + 2 * DAY: True, AT + 900 * DAY: True,
    }  # fmt: skip
    for at, held in moments.items():
        assert had_duty(who.pk, duty, at) is held, at
        assert not had_duty(admin.pk + 1000, duty, at)


def test_it_takes_effect_at_once_and_is_gone_at_once(admin: User) -> None:
    """H10: what the navigation keeps for a minute is forgotten, and the next request is refused."""
    people.with_duty("learning")
    who = people.person("Cora Oak")
    client = log_in(who)
    assert client.get("/people/").status_code == 403
    holding = give(admin, who, "learning")
    assert client.get("/people/").status_code == 200
    end(admin, holding)
    assert client.get("/people/").status_code == 403
    assert "learning" not in duties_of(who)


def test_the_navigation_asks_the_rows() -> None:
    one, another = people.with_duty("auditor"), people.with_duty("author")
    assert duties_of(one) == {"auditor"}
    assert duties_of(another) == {"author"}
    basics.nothing_kept()
    assert duties_of(people.duty_ended(one, "auditor")) == frozenset()


def test_who_has_left_has_no_duty_whatever_the_row_says() -> None:
    one, another = people.with_duty("learning"), people.administrator()
    assert is_learning_administrator(one)
    assert is_administrator(another)
    one.is_active = another.is_active = False
    assert not is_learning_administrator(one)
    assert not is_administrator(another)


# --- Acts


def test_giving_and_ending_are_acts_that_others_hear_of(admin: User, other: User) -> None:
    """H10: a reason, the old and the new value, and a notice to L&D, to the other administrators and to the person."""
    learning, author, who = people.with_duty("learning"), people.with_duty("author"), people.person("Cora Oak")
    holding = give(admin, who, "auditor")
    act = Act.objects.get(name="duty.give")
    assert (act.actor, act.about, act.why) == (admin, who.uid, WHY)
    assert act.changed == {"auditor": [None, AT.isoformat()]}
    end(admin, holding)
    act = Act.objects.get(name="duty.end")
    assert (act.actor, act.about, act.why) == (admin, holding.uid, "The project is over.")
    assert act.changed == {"auditor": [AT.isoformat(), (AT + DAY).isoformat()]}
    told = {(notice.person, notice.text) for notice in Notice.objects.all()}
    given, ended = (
        f"Suna Ural gave Cora Oak a duty, “Auditor”: {WHY}",
        "Suna Ural ended the duty “Auditor” of Cora Oak: ",
    )
    assert told == {
        (who, f"Suna Ural gave you a duty, “Auditor”: {WHY}"),
        (who, "Suna Ural ended your duty “Auditor”: The project is over."),
        *((reader, given) for reader in (other, learning)),
        *((reader, ended + "The project is over.") for reader in (other, learning)),
    }
    assert author not in {reader for reader, _text in told}


def test_sent_twice_it_is_one_act(admin: User) -> None:
    who, key, again = people.person(), basics.key(), basics.key()
    first = give(admin, who, "author", key=key)
    assert give(admin, who, "author", at=AT + DAY, key=key) == first
    end(admin, first, key=again)
    assert end(admin, first, at=AT + 2 * DAY, key=again).until_at == AT + DAY
    assert (DutyHolding.objects.filter(person=who).count(), Act.objects.count()) == (1, 2)
    refused(Conflict, give, admin, who, "auditor", key=key)


@pytest.mark.parametrize("duty", CODES)
def test_nobody_gives_or_ends_a_duty_of_their_own(admin: User, other: User, duty: str) -> None:
    """H10: whatever the duty, another administrator does it."""
    refused(NotAllowed, give, admin, admin, duty)
    mine = admin.duty_holdings.get() if duty == "administrator" else give(other, admin, duty)
    refused(NotAllowed, end, admin, mine)
    people.with_duty(duty)
    assert end(other, mine).until_at == AT + DAY


@pytest.mark.parametrize("duty", [*(code for code in CODES if code != "administrator"), ""])
@pytest.mark.parametrize("wanted", CODES)
def test_only_administrators_give_duties(admin: User, duty: str, wanted: str) -> None:
    who, target = people.with_duty(duty) if duty else people.person(), people.person()
    refused(NotAllowed if duty == "learning" else NotFound, give, who, target, wanted)
    given = give(admin, target, wanted)
    refused(NotAllowed if duty == "learning" else NotFound, end, who, given)


def test_what_is_missing_or_twice_is_refused_with_a_sentence(admin: User) -> None:
    who, gone = people.person("Cora Oak"), people.person(**people.LEFT)
    assert refused(Invalid, give, admin, who, "king") == "Choose one of these duties."
    assert "Say why" in refused(Invalid, give, admin, who, "author", reason=" \n ")
    refused(NotFound, give, admin, gone, "author")
    holding = give(admin, who, "author")
    assert refused(Conflict, give, admin, who, "author") == "Cora Oak has the duty “Author” already."
    assert "Say why" in refused(Invalid, end, admin, holding, reason="")
    refused(NotFound, end_duty, actor=admin, person_uid=people.person().uid, holding_uid=holding.uid, reason=WHY,
            key=basics.key(), at=AT)  # fmt: skip
    end(admin, holding)
    assert refused(Conflict, end, admin, holding) == "This duty has ended already."
    assert "already" in refused(Conflict, give, admin, who, "author", at=AT + DAY - INSTANT)


def test_the_last_administrator_keeps_the_duty(admin: User, other: User) -> None:
    """H10: neither ending the duty nor closing the account leaves an installation without an administrator."""
    learning = people.with_duty("learning")
    fields = {"last_day": AT.date(), "reason": "Moved away.", "at": AT + DAY}
    end(other, admin.duty_holdings.get())
    refused(NotAllowed, end_person, actor=learning, person_uid=other.uid, key=basics.key(), **fields)
    assert "the only one with the duty “Administrator”" in refused(
        Conflict, close_account, person=other, by=learning, **fields
    )
    assert User.objects.get(pk=other.pk).is_active
    refused(NotFound, end, admin, other.duty_holdings.get(), at=AT + 2 * DAY)


def test_two_administrators_who_end_each_other_leave_one(admin: User, other: User) -> None:
    """H10: the second is none any more, even when their request had asked before."""
    assert is_administrator(other)
    end(admin, other.duty_holdings.get())
    refused(NotFound, end, other, admin.duty_holdings.get())


def test_whoever_leaves_has_no_duty_any_more(admin: User) -> None:
    """H10: each row ends with the account, by whoever closed it and with the reason given."""
    who, learning = people.with_duty("author", people.with_duty("auditor")), people.with_duty("learning")
    end_person(
        actor=learning, person_uid=who.uid, last_day=AT.date(), reason="Moved away.", key=basics.key(), at=AT + DAY
    )
    rows = DutyHolding.objects.filter(person=who)
    assert {(row.until_at, row.ended_by, row.ended_reason) for row in rows} == {(AT + DAY, learning, "Moved away.")}
    assert as_django_has(who) == set()
    assert had_duty(who.pk, "author", AT)


# --- Behind the service's back


@pytest.mark.parametrize("duty", CODES)
def test_who_was_changed_past_the_services_has_no_duty_and_doctor_says_so(duty: str) -> None:
    """H10: a group or ``is_superuser`` that no row stands behind opens nothing of ours, and is put right by name."""
    admin, who = people.administrator(), people.person("Cora Oak")
    for each in (code.group for code in DUTIES if code.group):
        Group.objects.get_or_create(name=each)
    if duty == "administrator":
        User.objects.filter(pk=who.pk).update(is_superuser=True)
    else:
        who.groups.add(Group.objects.get(name=BY_CODE[duty].group))
    who = User.objects.get(pk=who.pk)
    assert not has_duty(who, duty)
    assert duties_of(who) == frozenset()
    assert log_in(who).get("/people/").status_code == 403
    assert not_written_through() == [who]
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("doctor", stdout=out)
    assert f"changed by hand: Cora Oak <{who.email}>" in out.getvalue()
    call_command("write_duties", stdout=StringIO())
    assert as_django_has(who) == set()
    assert as_django_has(admin) == {"administrator"}
    assert not_written_through() == []


def test_lost_group_foreign_group_and_own_permission_are_found_too() -> None:
    author, stray, permitted = people.with_duty("author"), people.person(), people.person()
    author.groups.clear()
    stray.groups.add(Group.objects.create(name="Moderators of old"))
    permitted.user_permissions.add(Permission.objects.earliest("pk"))
    assert set(not_written_through()) == {author, stray, permitted}
    call_command("write_duties", stdout=StringIO())
    assert not_written_through() == []
    assert as_django_has(author) == {"author"}


# --- On the machine


def make_admin(email: str, monkeypatch: pytest.MonkeyPatch, *more: str) -> User:
    monkeypatch.setenv("VOUCH_ADMIN_PASSPHRASE", basics.PASSPHRASE)
    call_command("create_admin", "--email", email, "--name", email.partition("@")[0], *more, stdout=StringIO())
    return User.objects.get(email=email)


def test_the_first_administrator_is_made_on_the_machine_and_no_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """H10: later ones are given the duty; a second way beside it would be a second truth."""
    first = make_admin("suna@example.com", monkeypatch)
    assert is_administrator(first)
    assert first.duty_holdings.get().given_by is None
    with pytest.raises(CommandError, match="already: suna"):
        make_admin("ada@example.com", monkeypatch)
    assert User.objects.count() == 1
    with pytest.raises(CommandError, match="create_admin"):
        call_command("createsuperuser", "--email", "eve@example.com", interactive=False)
    assert not User.objects.filter(is_superuser=True).exclude(pk=first.pk).exists()


def test_who_runs_the_machine_replaces_an_administrator_locked_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """H10: the old duty ends in the same transaction, and whoever watches over duties is told."""
    first = make_admin("suna@example.com", monkeypatch)
    learning = people.with_duty("learning")
    second = make_admin("ada@example.com", monkeypatch, "--instead-of", "SUNA@example.com")
    assert (is_administrator(User.objects.get(pk=first.pk)), is_administrator(second)) == (False, True)
    old, new = first.duty_holdings.get(), second.duty_holdings.get()
    assert (old.until_at, old.ended_by) == (new.from_at, second)
    assert any("ada was made administrator" in text for text in notices.told(learning))
    with pytest.raises(CommandError, match="no administrator"):
        make_admin("eve@example.com", monkeypatch, "--instead-of", "suna@example.com")
    with pytest.raises(CommandError, match="Nobody here"):
        make_admin("eve@example.com", monkeypatch, "--instead-of", "nobody@example.com")
    assert not User.objects.filter(email="eve@example.com").exists()


# --- On the screen


def url(who: User, holding: DutyHolding | None = None) -> str:
    return (
        reverse("people_duty_end", args=[who.uid, holding.uid]) if holding else reverse("people_duties", args=[who.uid])
    )


def send(client: Client, address: str, **fields: str) -> Any:
    return client.post(address, {"key": str(basics.key()), "reason": WHY, **fields})


def test_giving_asks_who_it_is_and_keeps_the_words(admin: User) -> None:
    """H10: without re-authentication nothing is given, and what was written stands in the form again."""
    who = people.person("Cora Oak")
    client = log_in(admin)
    answer = send(client, url(who), duty="auditor")
    assert answer["Location"].startswith(reverse("account_reauthenticate"))
    assert not who.duty_holdings.exists()
    page = client.get(url(who)).content.decode()
    assert WHY in page
    assert "Nothing has been done yet." in page, "whoever pressed the button takes it for done"
    sure = log_in(admin, sure=True)
    assert "Nothing has been done yet." not in sure.get(url(who)).content.decode()
    assert send(sure, url(who), duty="auditor").status_code == 302
    holding = who.duty_holdings.get()
    answer = client.get(url(who, holding))
    assert answer["Location"].startswith(reverse("account_reauthenticate"))
    assert send(client, url(who, holding)).status_code == 302
    assert who.duty_holdings.get().until_at is None
    assert send(sure, url(who, holding)).status_code == 302
    assert who.duty_holdings.get().until_at is not None
    page = sure.get(url(who)).content.decode()
    assert page.count("Suna Ural") >= 2
    assert "Auditor, <b>ended</b>" in page


def test_the_page_says_what_is_wrong_and_keeps_the_form(admin: User) -> None:
    who, client = people.person("Cora Oak"), log_in(admin, sure=True)
    for fields, status in (({"duty": "king"}, 422), ({"duty": "author", "reason": ""}, 422), ({}, 422)):
        answer = send(client, url(who), **fields)
        assert answer.status_code == status
    people.with_duty("author", who)
    answer = send(client, url(who), duty="author")
    assert answer.status_code == 409
    assert "has the duty “Author” already" in answer.content.decode()
    assert WHY in answer.content.decode()
    mine = client.get(url(admin)).content.decode()
    assert "Give the duty" not in mine
    assert send(client, url(admin), duty="learning").status_code == 403


def test_everybody_reads_their_own_duties_and_l_and_d_everybodys(admin: User) -> None:
    learning, who = people.with_duty("learning"), people.person("Cora Oak")
    assert "No duty yet" in log_in(who).get(url(who)).content.decode()
    assert "Give the duty" not in log_in(learning).get(url(who)).content.decode()
    assert log_in(who).get(url(admin)).status_code == 404
    assert "Learning administrator" in log_in(learning).get("/people/").content.decode()
    assert url(who) in log_in(learning).get(reverse("people_record", args=[who.uid])).content.decode()


def test_the_pages_cost_the_same_for_many_duties(admin: User) -> None:
    who, client = people.with_duty("author"), log_in(admin, sure=True)
    before = count_queries(client, url(who)), count_queries(client, "/people/")
    for number in range(9):
        people.duty_ended(who, "author", AT + number * DAY)
        people.with_duty("author", who, AT + number * DAY)
        people.with_duty("auditor")
    assert (count_queries(client, url(who)), count_queries(client, "/people/")) == before
    assert max(before) <= 24


# --- With the account


def leave(actor: User, person: User) -> User:
    return end_person(
        actor=actor, person_uid=person.uid, last_day=AT.date(), reason="Left.", key=basics.key(), at=AT + DAY
    )


@pytest.mark.parametrize("duty", [code for code in CODES if code != "administrator"])
def test_a_duty_that_ends_with_the_account_is_told_and_kept_in_the_act(admin: User, duty: str) -> None:
    who, learning = people.with_duty(duty, people.person("Cora Oak")), people.with_duty("learning")
    watches = {admin, people.with_duty("learning")}
    began = who.duty_holdings.get().from_at
    leave(learning, who)
    assert Act.objects.get(name="person.end").changed == {duty: [began.isoformat(), (AT + DAY).isoformat()]}
    said = f"{learning.full_name} ended the duty “{BY_CODE[duty].word}” of Cora Oak: Left."
    assert {notice.person for notice in Notice.objects.all() if notice.text == said} == watches


def test_only_an_administrator_closes_the_account_of_one(admin: User, other: User) -> None:
    learning, both = people.with_duty("learning"), people.with_duty("learning", people.administrator())
    assert "another administrator ends that duty first" in refused(NotAllowed, leave, learning, other)
    client = log_in(learning, sure=True)
    url = reverse("people_end", args=[other.uid])
    answer = client.get(url)
    assert answer.status_code == 403
    assert url not in client.get("/people/").content.decode()
    leave(both, other)
    assert not is_administrator(User.objects.get(pk=other.pk))
    assert any("ended the duty “Administrator” of Ada Quist" in text for text in notices.told(admin))


def test_closing_an_account_asks_who_one_is_and_names_the_duties(admin: User) -> None:
    who, client = people.with_duty("auditor"), log_in(people.with_duty("learning"))
    url = reverse("people_end", args=[who.uid])
    fields = {
        "key": str(basics.key()),
        "last_day": clock.now().date().isoformat(),
        "reason": "They left.",
        "now": "on",
        "sure": "on",
    }
    assert client.get(url)["Location"].startswith(reverse("account_reauthenticate"))
    assert client.post(url, fields)["Location"].startswith(reverse("account_reauthenticate"))
    assert User.objects.get(pk=who.pk).is_active
    client.post(reverse("account_reauthenticate"), {"password": basics.PASSPHRASE})
    page = client.get(url).content.decode()
    assert "The duty “Auditor” ends" in page
    assert "They left." in page, "what was written is kept"
    assert client.post(url, fields).status_code == 302
    assert not User.objects.get(pk=who.pk).is_active


# --- On the machine, and with odd keys


def commanded(email: str, monkeypatch: pytest.MonkeyPatch, *more: str) -> User:
    monkeypatch.setenv("VOUCH_ADMIN_PASSPHRASE", basics.PASSPHRASE)
    call_command("create_admin", "--email", email, "--name", email.partition("@")[0], *more, stdout=StringIO())
    return User.objects.get(email=email)


def test_whoever_is_replaced_on_the_machine_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    first = commanded("suna@example.com", monkeypatch)
    commanded("eve@example.com", monkeypatch, "--instead-of", "suna@example.com")
    assert [notice.text for notice in Notice.objects.filter(person=first)] == [
        "eve was made administrator on the machine, in your place."
    ]


def test_instead_of_one_who_was_given_the_duty_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """One administrator at a time is of the machine's making: that one has to be named."""
    first = commanded("suna@example.com", monkeypatch)
    given = people.person("Ada Quist", email="ada@example.com")
    give(first, given, "administrator", clock.now())
    with pytest.raises(CommandError, match="say --instead-of suna"):
        commanded("eve@example.com", monkeypatch, "--instead-of", "ada@example.com")
    assert is_administrator(User.objects.get(pk=given.pk))
    assert not User.objects.filter(email="eve@example.com").exists()


def test_a_key_that_is_the_uid_of_something_is_a_sentence(admin: User, other: User) -> None:
    uid = other.duty_holdings.get().uid
    assert "already used" in refused(Conflict, give, admin, people.person(), "author", key=uid)
