"""An address is a key: one a person, in one spelling, changed by one service, told to whoever had it (H2, H3)."""

from __future__ import annotations

import quopri
import re
from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from assessments.api import end_person
from lms import clock
from lms.api import (
    LEARNING_ADMINISTRATORS,
    Act,
    FormerAddress,
    Notice,
    OutgoingMail,
    User,
    addresses_of,
    change_address,
    invite_person,
    remove_second_factor,
    usable_address,
)
from lms.errors import Conflict, Invalid, NotAllowed, NotFound
from lms.rules.addresses import plain
from lms.services.platform import address_guards
from tests.clients import log_in
from tests.factories import basics, coaching, people

pytestmark = pytest.mark.django_db

AT, DAY = basics.MONDAY, timedelta(days=1)
WHY = "Married in June."
NEW = "cora.elm@example.com"
NEW_PASSPHRASE = "five other plain test words"
TYPED = [
    "cora.oak@example.com", "Cora.Oak@Example.COM", " cora.oak@example.com\t", "ｃｏｒａ.oak@example.com",
    "cora.oak＠example.com", "CORA.OAK@EXAMPLE.COM\n",
]  # fmt: skip


@pytest.fixture(autouse=True)
def kept(settings: Any) -> None:
    """The log-in's mail goes where all mail goes, and not to a list in memory."""
    settings.EMAIL_BACKEND = "lms.mail.OutboxBackend"


@pytest.fixture
def admin() -> User:
    return people.administrator(people.person("Suna Ural"))


@pytest.fixture
def cora() -> User:
    return coaching.coach("Cora Oak")


def change(actor: User, person: User, email: str = NEW, **fields: Any) -> User:
    """The act, as the page asks for it; nobody is signed in, and links are words."""
    shown = User.objects.get(pk=person.pk).email
    fields = {
        "shown": shown, "reason": WHY, "key": basics.key(), "at": AT, "end_sessions": lambda who: None,
        "link_for": lambda who: f"/begin/{who.email}/",
    } | fields  # fmt: skip
    return change_address(actor=actor, person_uid=person.uid, email=email, **fields)


def mails(to: str) -> list[str]:
    """Texts of the mails to an address, the oldest first."""
    found = OutgoingMail.objects.filter(recipients=[to]).order_by("pk")
    return [quopri.decodestring(mail.message.encode()).decode() for mail in found]


def signs_in(email: str, passphrase: str = basics.PASSPHRASE) -> bool:
    client = Client()
    client.post("/accounts/login/", {"login": email, "password": passphrase})
    return "_auth_user_id" in client.session


def link_in(text: str) -> str:
    return re.findall(r"(/accounts/password/reset/key/\S+)", text)[-1]


def opens(link: str, passphrase: str = NEW_PASSPHRASE) -> bool:
    """Whether a link still lets somebody choose a passphrase; chooses it."""
    client = Client()
    page = client.get(link, follow=True)
    form = {"password1": passphrase, "password2": passphrase}
    return client.post(page.request["PATH_INFO"], form).status_code == 302 and "form" in (page.context or {})


def forgot(email: str) -> None:
    assert Client().post("/accounts/password/reset/", {"email": email}).status_code == 302


# --- One way to write it


@given(st.emails() | st.text(max_size=40))
def test_written_once_it_stays_as_it_is(text: str) -> None:
    assert plain(plain(text)) == plain(text)
    assert plain(text) == plain(text.upper()) or not text.isascii()


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Jana@Bücher.example", "jana@xn--bcher-kva.example"),
        ("jana@xn--bcher-kva.EXAMPLE", "jana@xn--bcher-kva.example"),
        ("Jana@BU\u0308cher.example", "jana@xn--bcher-kva.example"),
        ("jana.h.olm+work@example.com", "jana.h.olm+work@example.com"),
        ("\u212aim@example.com", "kim@example.com"),
        ("jana@straße.example", "jana@xn--strae-oqa.example"),
        ("jana@βόλος.example", "jana@xn--nxasmm1c.example"),
    ],
)
def test_letters_of_other_alphabets_have_one_form(typed: str, stored: str) -> None:
    assert plain(typed) == stored


@pytest.mark.parametrize("typed", TYPED)
def test_every_way_to_write_a_person_writes_the_same_address(typed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """H3: whatever form, command or service writes it; and it is found however it is typed."""

    def saved() -> User:
        person = User(email=typed, full_name="Cora Oak")
        person.save()
        assert person.email == TYPED[0]
        return person

    def moved() -> User:
        person = people.person()
        User.objects.filter(pk=person.pk).update(email=typed)
        return person

    def commanded() -> User:
        monkeypatch.setenv("VOUCH_ADMIN_PASSPHRASE", basics.PASSPHRASE)
        call_command("create_admin", "--email", typed, "--name", "Cora Oak", stdout=StringIO())
        return User.objects.get(full_name="Cora Oak")

    def invited() -> User:
        return invite_person(
            actor=people.in_group(LEARNING_ADMINISTRATORS), email=typed, full_name="Cora Oak", team_id=people.team().pk,
            link_for=lambda who: "/", key=basics.key(), at=AT,
        )  # fmt: skip

    ways = {
        "made": lambda: User.objects.create_user(typed, full_name="Cora Oak"),
        "saved": saved,
        "many at once": lambda: User.objects.bulk_create([User(email=typed, full_name="Cora Oak")])[0],
        "moved": moved,
        "commanded": commanded,
        "invited": invited,
        "corrected": lambda: change(people.administrator(), people.person(), typed),
    }
    for name, way in ways.items():
        with transaction.atomic():
            who = way()
            assert User.objects.get(pk=who.pk).email == TYPED[0], name
            assert list(EmailAddress.objects.filter(user=who).values_list("email", "verified", "primary")) == [
                (TYPED[0], True, True)
            ], name
            assert User.objects.get(email=typed).pk == who.pk, name
            transaction.set_rollback(True)


@pytest.mark.parametrize("typed", [typed for typed in TYPED if typed.isascii()])
def test_the_door_takes_it_however_it_is_typed(typed: str) -> None:
    """H3: log-in and the link for a new passphrase look at one truth."""
    people.person("Cora Oak", email=TYPED[0])
    assert signs_in(typed)
    forgot(typed)
    assert len(mails(TYPED[0])) == 1


@pytest.mark.parametrize("nonsense", ["", " ", "cora", "cora@", "@example.com", "çora@example.com", "a b@example.com"])
def test_what_is_no_address_is_refused_with_a_sentence(admin: User, nonsense: str) -> None:
    with pytest.raises(Invalid) as caught:
        change(admin, people.person(), nonsense)
    assert set(caught.value.fields) == {"email"}


ODD = [
    '"cora.oak"@example.com', '"cora oak"@example.com', '"a@b"@example.com', '"<x@evil.example>,"@example.com',
    '"a\x0bBcc:x@evil.example"@example.com', '"a\x01b"@example.com', "a\x1fb@example.com", "a@[127.0.0.1]",
    "a@xn--a.example", "a@xn--zzzzzz.example", "a@ex\u00admple.com", "a@example.com\u200b", "a\u200b@example.com",
    "\u202ea@example.com", "a@exam\ufe0fple.com", "a@\u0646\u0627\u0645\u0647\u200c\u0627\u06cc.example",
    "a@" + "ö" * 60 + ".example", "a@" + ".".join(["ab"] * 90), "a@-ß.example", "a@\ufdfa.example",
]  # fmt: skip


@pytest.mark.parametrize("odd", ODD)
def test_an_address_that_mail_servers_read_differently_is_refused(admin: User, odd: str) -> None:
    """In quotation marks, with unseen letters, or a domain without a form in ASCII: by service, form and door."""
    who, learning = people.person(), log_in(people.with_duty("learning"))
    with pytest.raises(Invalid) as caught:
        change(admin, who, odd)
    assert set(caught.value.fields) == {"email"}
    form = {"full_name": "Nia New", "email": odd, "time_zone": "Europe/Copenhagen", "team": people.team().pk}
    before = User.objects.count()
    assert learning.post("/people/invite/", {**form, "key": str(basics.key())}).status_code == 422
    answer = Client().post("/accounts/password/reset/", {"email": odd})
    assert answer.status_code == 200
    assert answer.context["form"].errors["email"]
    assert Client().post("/accounts/login/", {"login": odd, "password": "x"}).status_code == 200
    assert User.objects.count() == before


@pytest.mark.parametrize("host", ["VOUCH.example.com:31337", "vouch.example.com.", "other.example.com"])
def test_a_link_begins_with_our_address_whatever_host_was_asked(host: str, settings: Any) -> None:
    settings.ALLOWED_HOSTS = [".example.com", "testserver"]
    settings.VOUCH_BASE_URL = "https://vouch.example.com"
    nia, learning = people.person("Nia New"), log_in(people.with_duty("learning"))
    Client().post("/accounts/password/reset/", {"email": nia.email}, headers={"host": host})
    form = {
        "full_name": "Max New",
        "email": "max@example.com",
        "time_zone": "Europe/Copenhagen",
        "team": people.team().pk,
    }
    answer = learning.post("/people/invite/", {**form, "key": str(basics.key())}, headers={"host": host})
    assert answer.status_code == 302
    for text in (mails(nia.email)[-1], mails("max@example.com")[-1]):
        [link] = re.findall(r"\S+/accounts/password/reset/key/", text)
        assert link == "https://vouch.example.com/accounts/password/reset/key/"


# --- One truth, held by the database


def forge(statement: str, *values: Any) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_the_log_ins_table_takes_nothing_but_the_persons_address() -> None:
    """H3: not a second row, not a colleague's, not a future colleague's, whoever speaks SQL."""
    one, other = people.person("One"), people.person("Other")
    add = 'INSERT INTO account_emailaddress (user_id, email, verified, "primary") VALUES (%s, %s, %s, FALSE)'
    for verified in (True, False):
        for email in (other.email, "new.boss@example.com", one.email, one.email.upper(), "Å@example.com"):
            forge(add, one.pk, email, verified)
    for email in (other.email, "new.boss@example.com", one.email.upper()):
        forge("UPDATE account_emailaddress SET email = %s WHERE user_id = %s", email, one.pk)
    forge("UPDATE account_emailaddress SET user_id = %s WHERE user_id = %s", other.pk, one.pk)
    for column in ("verified", '"primary"'):
        forge(f"UPDATE account_emailaddress SET {column} = FALSE WHERE user_id = %s", one.pk)
    forge("UPDATE lms_user SET email = %s WHERE id = %s", one.email.title(), one.pk)
    forge("UPDATE lms_user SET email = %s WHERE id = %s", other.email, one.pk)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE lms_user SET email = 'by.hand@example.com' WHERE id = %s", [one.pk])
    assert EmailAddress.objects.get(user=one).email == "by.hand@example.com"


@pytest.mark.parametrize("name", sorted(address_guards.POSTGRESQL))
def test_a_guard_that_is_missing_or_empty_is_noticed(name: str) -> None:
    """H3, H6: compared by table, event and text, not by name."""

    def found() -> list[str]:
        return [each.msg for each in run_checks(databases=["default"]) if each.id == "lms.E001"]

    assert found() == []
    table = address_guards.POSTGRESQL[name][1]
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}" + ("" if connection.vendor == "sqlite" else f" ON {table}"))
        assert found() == [f"The guard {name} of addresses is missing."]
        if connection.vendor == "sqlite":
            cursor.execute(f"CREATE TRIGGER {name} AFTER INSERT ON {table} BEGIN SELECT 1; END")
        else:
            cursor.execute(
                f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$"
            )
            cursor.execute(f"CREATE TRIGGER {name} BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")
            cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")
    assert found() == [f"The guard {name} of addresses is missing."]
    address_guards.install(connection)
    assert found() == []


def test_rows_from_before_the_guards_are_put_right() -> None:
    """H3: an installation in which somebody had added a colleague's address."""
    one, other = people.person("One"), people.person("Other")
    address_guards.remove(connection)
    EmailAddress.objects.create(user=one, email="new.boss@example.com", verified=True)
    EmailAddress.objects.filter(user=other).delete()
    connection.check_constraints()  # PostgreSQL changes no table while a check of its rows is pending
    address_guards.install(connection)
    rows = EmailAddress.objects.filter(user__in=[one, other]).values_list("user", "email", "verified", "primary")
    assert set(rows) == {(one.pk, one.email, True, True), (other.pk, other.email, True, True)}


# --- Nobody changes their own


@pytest.mark.parametrize("action", ["action_add", "action_primary", "action_send", "action_remove", ""])
@pytest.mark.parametrize("whose", ["a colleague's", "a future colleague's", "one's own", "nonsense"])
def test_nobody_adds_or_switches_an_address_of_their_own(admin: User, action: str, whose: str) -> None:
    """H3: whatever is posted, nothing is stored, nothing is mailed, and nothing breaks."""
    who = people.person("Lea Rinne")
    emails = {"a colleague's": admin.email, "a future colleague's": "new.boss@example.com", "one's own": who.email}
    client = log_in(who, sure=True)
    before = list(EmailAddress.objects.order_by("pk").values()), OutgoingMail.objects.count()
    fields = {"email": emails.get(whose, "\x00"), **({action: ""} if action else {})}
    refused = 400 if whose == "nonsense" else 405  # a NUL is no form of ours, whatever it is sent to
    for name in ("account_email", "account_email_verification_sent"):
        assert client.post(reverse(name), fields).status_code == refused
    assert client.post(reverse("account_confirm_email", args=["MQ:abc"]), fields).status_code == refused
    assert (list(EmailAddress.objects.order_by("pk").values()), OutgoingMail.objects.count()) == before
    assert User.objects.get(pk=who.pk).email == who.email


def test_the_page_shows_the_address_and_who_changes_it(admin: User) -> None:
    """Case 3: for somebody, for the only administrator, and where there is nobody else at all."""
    who = people.person("Lea Rinne")
    page = log_in(who).get("/accounts/email/").content.decode()
    assert "lea.rinne" in page
    assert "Suna Ural" in page
    assert "<form" not in page.partition("<main")[2].partition("</main")[0]
    assert "there is none yet" in " ".join(log_in(admin).get("/accounts/email/").content.decode().split())
    people.in_group(LEARNING_ADMINISTRATORS, people.person("Ruta Balode"))
    assert "Ruta Balode" in log_in(admin).get("/accounts/email/").content.decode()
    assert Client().get("/accounts/email/").status_code == 302


def test_wagtails_forms_change_no_address(admin: User) -> None:
    """H2: neither the form of people nor one's own account in the admin, whatever is posted."""
    who, client = people.person("Lea Rinne"), log_in(admin)
    edit = reverse("wagtailusers_users:edit", args=[who.pk])
    assert client.post(edit, {"email": "mallory@evil.example", "full_name": "Lea Rinne"}).status_code == 302
    assert 'name="email"' not in client.get(edit).content.decode()
    own = client.get(reverse("wagtailadmin_account"))
    assert own.status_code == 200
    assert 'type="email"' not in own.content.decode()
    client.post(
        reverse("wagtailadmin_account"), {"name_email-email": "mallory@evil.example", "email": "m@evil.example"}
    )
    assert {User.objects.get(pk=pk).email for pk in (who.pk, admin.pk)} == {who.email, admin.email}


# --- Changing it


def test_it_is_an_act_that_everybody_hears_of(admin: User, cora: User) -> None:
    """H2, case 1: old and new value, a reason, mail to both addresses, and the other administrators."""
    other, learning, old = people.administrator(people.person("Ada Quist")), people.with_duty("learning"), cora.email
    ended: list[User] = []
    change(admin, cora, end_sessions=ended.append)
    act = Act.objects.get(name="person.address")
    assert (act.actor, act.about, act.why) == (admin, cora.uid, WHY)
    assert act.changed == {"email": [old, NEW]}
    assert ended == [cora]
    [to_old], [to_new] = mails(old), mails(NEW)
    for words in ("Suna Ural", WHY, "You did not ask for this?", "Ada Quist", old):
        assert words in to_old
    assert NEW not in to_old
    assert f"/begin/{NEW}/" in to_new
    assert "/begin/" not in to_old
    notice = Notice.objects.get()
    assert (notice.person, notice.text) == (other, f"Suna Ural changed the address of Cora Oak: {WHY}")
    assert learning.pk != notice.person_id
    assert list(FormerAddress.objects.values_list("person", "email", "until_at")) == [(cora.pk, old, AT)]
    assert list(EmailAddress.objects.filter(user=cora).values_list("email", "verified", "primary")) == [
        (NEW, True, True)
    ]


def test_sent_twice_it_is_one_act_and_what_changed_meanwhile_is_said(admin: User, cora: User) -> None:
    key, old = basics.key(), cora.email
    change(admin, cora, key=key)
    change(admin, cora, key=key, shown=old)
    assert (Act.objects.count(), FormerAddress.objects.count(), len(mails(NEW))) == (1, 1, 1)
    with pytest.raises(Conflict, match="changed while you were here"):
        change(admin, cora, "cora.yew@example.com", shown=old)
    with pytest.raises(Invalid, match="their address already"):
        change(admin, cora, NEW.upper())
    with pytest.raises(Invalid, match="Say why"):
        change(admin, cora, "cora.yew@example.com", reason="\n")
    assert User.objects.get(pk=cora.pk).email == NEW


@pytest.mark.parametrize("duty", ["author", "learning", "auditor", "sponsor", "coach", ""])
def test_only_another_administrator_changes_it(admin: User, cora: User, duty: str) -> None:
    """H2: L&D invites people, and would otherwise open any door; an administrator does not change their own."""
    who = cora if duty == "coach" else people.with_duty(duty) if duty else people.person()
    target = people.person()
    with pytest.raises(NotAllowed if duty == "learning" else NotFound):
        change(who, target)
    with pytest.raises(NotAllowed):
        change(admin, admin)
    assert not FormerAddress.objects.exists()


def test_the_page_asks_who_it_is_first_and_keeps_the_words(admin: User, cora: User) -> None:
    """H2: without re-authentication nothing changes, and what was written stands in the form again."""
    url, old = reverse("people_address", args=[cora.uid]), cora.email
    fields = {"key": str(basics.key()), "email": NEW, "shown": old, "reason": WHY, "sure": "on"}
    client = log_in(admin)
    assert client.get(url)["Location"].startswith(reverse("account_reauthenticate"))
    assert client.post(url, fields)["Location"].startswith(reverse("account_reauthenticate"))
    assert User.objects.get(pk=cora.pk).email == old
    client.post(reverse("account_reauthenticate"), {"password": basics.PASSPHRASE})
    page = client.get(url).content.decode()
    assert WHY in page
    assert NEW in page
    assert client.post(url, {**fields, "email": admin.email}).status_code == 422
    assert client.post(url, {**fields, "key": str(basics.key()), "shown": "x@example.com"}).status_code == 409
    there = Client()
    assert there.post("/accounts/login/", {"login": old, "password": basics.PASSPHRASE}).status_code == 302
    answer = client.post(url, {**fields, "key": str(basics.key())})
    assert (answer.status_code, answer["Location"]) == (302, reverse("people_record", args=[cora.uid]))
    assert f"Cora Oak signs in as {NEW} from now on." in client.get(answer["Location"]).content.decode()
    assert not UserSession.objects.filter(user=cora).exists()
    assert there.get("/my-people/").status_code == 302
    assert client.get("/people/").status_code == 200


# --- Somebody else's


def closed(person: User) -> User:
    end_person(
        actor=people.with_duty("learning"), person_uid=person.uid, last_day=date(2026, 3, 1), reason="Left.",
        key=basics.key(), at=AT,
    )  # fmt: skip
    return person


@pytest.mark.parametrize("typed", [str.upper, str.title, lambda email: f" {email} "])
@pytest.mark.parametrize("whose", ["active", "invited", "closed", "former", "former of one who left"])
def test_an_address_that_somebody_has_or_had_lately_is_nobody_elses(admin: User, whose: str, typed: Any) -> None:
    """H2, H3, cases 1 and 2: neither invited nor given, and the sentence does not say whose."""
    holder = people.person("Hal Holder", started_on=None)
    email = holder.email
    if whose == "invited":
        User.objects.filter(pk=holder.pk).update(password="!")
    if whose.startswith("former"):
        change(admin, holder, at=AT - 29 * DAY)
    if whose in ("closed", "former of one who left"):
        closed(holder)
    learning, team = people.with_duty("learning"), people.team()

    def invite(at: Any) -> User:
        return invite_person(
            actor=learning, email=typed(email), full_name="Nia New", team_id=team.pk, link_for=lambda who: "/",
            key=basics.key(), at=at,
        )  # fmt: skip

    for attempt in (lambda: invite(AT), lambda: change(admin, people.person(), typed(email))):
        with pytest.raises(Invalid) as caught:
            attempt()
        assert "somebody's here" in caught.value.fields["email"]
        assert "Hal" not in str(caught.value)
    if whose.startswith("former"):
        with pytest.raises(Invalid):
            invite(AT + DAY - timedelta(microseconds=1))
        assert invite(AT + DAY).email == email
    else:
        with pytest.raises(Invalid):
            invite(AT + 400 * DAY)


def test_an_address_given_up_while_an_invitation_waits_is_nobody_elses(
    admin: User, cora: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The invitation asked before the change was committed, and writes after it: it asks once more."""
    old, learning, asked = cora.email, people.with_duty("learning"), []

    def asks(email: str, at: Any, person: User | None = None) -> str:
        found = usable_address(email, at, person)
        if not asked:
            asked.append(email)
            change(admin, cora)
        return found

    monkeypatch.setattr("lms.services.platform.people.usable_address", asks)
    with pytest.raises(Invalid):
        invite_person(
            actor=learning, email=old, full_name="Nia New", team_id=people.team().pk, link_for=lambda who: "/",
            key=basics.key(), at=AT,
        )  # fmt: skip
    assert asked == [old]
    assert not User.objects.filter(full_name="Nia New").exists()


def test_an_invitation_with_a_used_key_does_not_blame_the_address(cora: User) -> None:
    with pytest.raises(Conflict, match="already used for something else"):
        invite_person(
            actor=people.with_duty("learning"), email="free@example.com", full_name="Nia New", team_id=people.team().pk,
            link_for=lambda who: "/", key=cora.uid, at=AT,
        )  # fmt: skip


def test_the_machine_gives_no_former_address_either(admin: User, monkeypatch: pytest.MonkeyPatch) -> None:
    nia = people.person("Nia New", email="nia@example.com")
    change(admin, nia, at=clock.now())
    monkeypatch.setenv("VOUCH_ADMIN_PASSPHRASE", basics.PASSPHRASE)
    with pytest.raises(CommandError, match="within the last 30 days"):
        call_command("create_admin", "--email", "nia@example.com", "--name", "Else", stdout=StringIO())


def test_ones_own_former_address_may_come_back(admin: User, cora: User) -> None:
    old = cora.email
    change(admin, cora)
    change(admin, cora, old, at=AT + DAY)
    assert addresses_of(User.objects.get(pk=cora.pk), AT + 2 * DAY) == [old, NEW]
    assert addresses_of(User.objects.get(pk=cora.pk), AT + 31 * DAY) == [old]


# --- Taking over


def test_no_key_is_left_behind(admin: User, cora: User) -> None:
    """H2: the old address opens nothing after a change, nor the new one once it was put back, nor an old link."""
    old, evil, now = cora.email, "mallory@evil.example", clock.now()
    forgot(old)
    first = link_in(mails(old)[-1])
    change(admin, cora, evil, at=now)
    assert not signs_in(old)
    assert not signs_in(evil)
    assert not opens(first)
    forgot(evil)
    second = link_in(mails(evil)[-1])
    forgot(old)
    assert not any("/accounts/password/reset/key/" in text for text in mails(old)[1:])
    change(people.administrator(), cora, old, at=now + DAY)
    assert not opens(second)
    forgot(evil)
    assert "/accounts/password/reset/key/" not in mails(evil)[-1]
    assert not signs_in(evil, NEW_PASSPHRASE)
    forgot(old)
    assert opens(link_in(mails(old)[-1]))
    assert signs_in(old, NEW_PASSPHRASE)


def test_a_take_over_is_told_at_the_old_address_at_each_step(admin: User, cora: User, app_of: Any) -> None:
    """H2: address, second factor, passphrase, and a second address on top: the person reads of all four."""
    old, evil, now = cora.email, "mallory@evil.example", clock.now()
    app_of(cora)
    change(admin, cora, evil, at=now)
    assert len(mails(old)) == 1
    remove_second_factor(
        actor=admin,
        person_uid=cora.uid,
        reason=WHY,
        take_away=lambda who: ["Authenticator app"],
        key=basics.key(),
        at=now,
    )
    assert "has removed the second factor" in mails(old)[-1]
    assert "has removed the second factor" in mails(evil)[-1]
    assert "and tell Suna Ural" in mails(old)[-1], "who else is there?"
    forgot(evil)
    assert opens(link_in(mails(evil)[-1]))
    assert len(mails(old)) == 3
    assert "mallory" not in mails(old)[-1]
    change(admin, cora, "mallory.too@evil.example", at=now + DAY)
    assert "has changed the address" in mails(old)[-1]
    assert len(mails(old)) == 4


def test_an_invitation_that_went_to_a_wrong_address_is_corrected(admin: User) -> None:
    """Case 2: the wrong recipient's link is dead, and what they set up before opens nothing."""
    learning, now = people.with_duty("learning"), clock.now()
    client, right, wrong = log_in(learning), "nia.new@example.com", "nia.now@example.com"
    fields = {"full_name": "Nia New", "email": wrong, "time_zone": "Europe/Copenhagen", "team": people.team().pk}
    assert client.post("/people/invite/", {**fields, "key": str(basics.key())}).status_code == 302
    dead, nia = link_in(mails(wrong)[-1]), User.objects.get(full_name="Nia New")
    url = reverse("people_address", args=[nia.uid])
    form = {"email": right, "shown": wrong, "reason": "A typing error", "sure": "on"}
    sure = log_in(admin, sure=True)
    assert sure.post(url, {**form, "key": str(basics.key())}).status_code == 302
    assert not opens(dead)
    assert opens(link_in(mails(right)[-1]))
    assert signs_in(right, NEW_PASSPHRASE)
    assert not signs_in(wrong, NEW_PASSPHRASE)
    change(admin, nia, "nia.newest@example.com", at=now + DAY)
    assert not signs_in("nia.newest@example.com", NEW_PASSPHRASE)


def test_a_closed_account_keeps_its_row_and_opens_nothing(cora: User) -> None:
    """H2: its address stays nobody else's; no link is sent to it."""
    closed(cora)
    assert EmailAddress.objects.get(user=cora).email == cora.email
    before = len(mails(cora.email))
    forgot(cora.email)
    assert len(mails(cora.email)) == before
    assert not signs_in(cora.email)
