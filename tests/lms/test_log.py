"""The record's log: one chain, written last, vouched for by a key outside the database."""

from __future__ import annotations

import hashlib
import hmac
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connections

from assessments.api import verify_ledger
from lms.api import KeyMissing, key_ring, log_row, record_duty, recording
from lms.models import DutyHolding, LogEntry
from lms.rules.log import GENESIS, Entry, key_id, mac
from tests.factories import basics, people

AT = datetime(2026, 3, 6, 9, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)

pytestmark = pytest.mark.django_db


def duty(at: datetime = AT, who: Any = None) -> DutyHolding:
    """Something that stands in the log."""
    return record_duty(person=who or people.person(), duty="author", by=people.person("Giver"), reason="Writes.", at=at)


def findings() -> list[str]:
    """What is wrong with the log; that the duties in it were given by nobody in particular is not its concern."""
    found = [str(finding) for finding in verify_ledger(at=basics.AFTERWARDS).findings]
    return [text for text in found if "was given by somebody who was no administrator" not in text]


def test_entries_are_numbered_and_continue_each_other() -> None:
    rows = [duty(AT + number * MINUTE) for number in range(3)]
    entries = list(LogEntry.objects.order_by("number"))
    assert [(entry.number, entry.kind, entry.about) for entry in entries] == [
        (number + 1, "duty", row.uid) for number, row in enumerate(rows)
    ]
    assert [entry.prev_hash for entry in entries] == [GENESIS, *(entry.this_hash for entry in entries[:2])]


def test_the_code_of_an_entry_is_an_hmac_of_its_hash(settings: Any) -> None:
    """RFC 2104, computed by hand."""
    duty()
    entry = LogEntry.objects.get()
    text = f"vouch-log-1:{entry.this_hash}".encode()
    assert entry.mac == hmac.new(settings.VOUCH_LEDGER_KEY.encode(), text, hashlib.sha256).hexdigest()
    assert entry.key_id == key_id(settings.VOUCH_LEDGER_KEY)


def test_entries_of_one_transaction_come_last_in_order_of_their_moments() -> None:
    with recording():
        second = duty(AT + MINUTE)
        assert not LogEntry.objects.exists()
        first = duty(AT)
    assert [entry.about for entry in LogEntry.objects.order_by("number")] == [first.uid, second.uid]


def test_no_entry_is_dated_before_the_one_above_it() -> None:
    """Two transactions that overlap: the one that began first may be written last."""
    duty(AT)
    duty(AT - MINUTE)
    assert [entry.at for entry in LogEntry.objects.order_by("number")] == [AT, AT]
    assert findings() == []


def test_where_the_clock_went_back_an_entry_says_so() -> None:
    """Not a finding: whoever runs the machine may set its clock. But nobody does it unnoticed."""
    duty(AT)
    duty(AT - 30 * DAY)
    duty(AT - 29 * DAY)
    first, back, *rest = LogEntry.objects.order_by("number")
    assert (back.kind, back.at) == ("clock set back", AT - 30 * DAY)
    assert [entry.at for entry in rest] == [AT - 30 * DAY, AT - 29 * DAY]
    assert findings() == []
    (note,) = verify_ledger(at=AT).notes
    assert "went back by 30.0 days" in str(note)
    assert str(note).startswith(f"log entry {first.number + 1} ")


def test_an_entry_that_says_falsely_that_the_clock_went_back_is_found(settings: Any) -> None:
    """Twenty of a microsecond crowded the one that mattered out of every mail."""
    duty(AT)
    last = LogEntry.objects.get()
    at = AT - timedelta(microseconds=1)
    entry = Entry(2, "clock set back", basics.uid("set back"), "0" * 64, at, last.this_hash, last.key_id)
    values = {name: getattr(entry, name) for name in Entry.__slots__}
    code = mac(settings.VOUCH_LEDGER_KEY, entry.this_hash)
    LogEntry.objects.create(**values, this_hash=entry.this_hash, mac=code)
    where = f"log entry 2 (clock set back {entry.about})"
    assert findings() == [f"{where}: says that the clock went back, and it did not"]


def test_where_the_clock_went_back_furthest_is_said_first() -> None:
    for day in (0, -1, -40, -42):
        duty(AT + day * DAY)
    said = [str(note).rpartition("by ")[2] for note in verify_ledger(at=AT).notes]
    assert said == ["39.0 days", "2.0 days", "1.0 days"]


def test_what_is_taken_back_leaves_no_entry() -> None:
    def fail() -> None:
        with recording():
            duty(AT)
            raise ValueError("no")

    with recording():
        kept = duty(AT)
        with pytest.raises(ValueError, match="no"):
            fail()
    assert [entry.about for entry in LogEntry.objects.all()] == [kept.uid]
    with pytest.raises(ValueError, match="no"):
        fail()
    assert LogEntry.objects.count() == 1


def test_a_row_written_outside_of_recording_is_refused() -> None:
    row = duty()
    with pytest.raises(RuntimeError, match="outside of recording"):
        log_row(row)


# --- Keys ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def key_file(settings: Any, tmp_path: Path) -> Path:
    file = tmp_path / "ledger_key"
    file.write_text("the-first-key\n")
    settings.VOUCH_LEDGER_KEY, settings.VOUCH_LEDGER_KEY_FILE = "", str(file)
    return file


def test_a_new_key_is_announced_by_the_old_one_and_both_are_checked(key_file: Path) -> None:
    duty()
    call_command("rotate_ledger_key")
    duty(AT + MINUTE)
    first, rotated, _set_back, last = LogEntry.objects.order_by("number")
    assert rotated.kind == "key rotated"
    assert first.key_id == rotated.key_id == key_id("the-first-key")
    assert last.key_id == key_ring().current_id == rotated.fingerprint[:16] != first.key_id
    assert key_file.stat().st_mode & 0o777 == 0o600
    assert findings() == []


def test_a_key_put_before_the_old_one_in_the_environment_is_announced(settings: Any) -> None:
    settings.VOUCH_LEDGER_KEY = "first"
    duty()
    settings.VOUCH_LEDGER_KEY = "second first"
    duty(AT + MINUTE)
    assert [entry.kind for entry in LogEntry.objects.order_by("number")] == ["duty", "key rotated", "duty"]
    assert findings() == []


def test_the_old_key_is_not_believed_after_the_new_one(key_file: Path) -> None:
    """Somebody who has only an old key goes on writing with it."""
    duty()
    call_command("rotate_ledger_key")
    last = LogEntry.objects.latest("number")
    old = "the-first-key"
    entry = Entry(last.number + 1, "duty", basics.uid("forged"), "0" * 64, last.at, last.this_hash, key_id(old))
    values = {name: getattr(entry, name) for name in Entry.__slots__}
    LogEntry.objects.create(**values, this_hash=entry.this_hash, mac=mac(old, entry.this_hash))
    where = f"log entry {entry.number} (duty {entry.about})"
    wanted = f"{where}: is vouched for with the key {key_id(old)} instead of {key_ring().current_id}"
    assert wanted in findings()


def test_a_key_that_is_lost_writes_nothing_and_is_a_finding(settings: Any) -> None:
    settings.VOUCH_LEDGER_KEY = "first"
    duty()
    settings.VOUCH_LEDGER_KEY = "another"
    with pytest.raises(KeyMissing):
        duty(AT + MINUTE)
    assert LogEntry.objects.count() == 1
    assert findings() == [
        f"key of the ledger: the key {key_id('first')} is not here, so 1 entries cannot be checked with it"
    ]


NOT_OURS: dict[str, dict[str, Any]] = {
    "of a foreign key": {"key_id": "x" * 16},
    "with our key's name": {},
    "that hands over to a foreign key": {"kind": "key rotated", "fingerprint": "f" * 64},
    "with the last number that there is": {"number": 2**63 - 1},
    "with the last number, of a foreign key": {"number": 2**63 - 1, "key_id": "x" * 16},
}


@pytest.mark.parametrize("name", NOT_OURS)
def test_an_entry_that_nobody_vouches_for_is_found_and_stops_nobody(name: str) -> None:
    """One row put in by whoever can write rows ended every act with KeyMissing, or had its key believed."""
    duty(AT)
    last = LogEntry.objects.get()
    values = {"number": 2, "kind": "duty", "about": basics.uid("forged"), "fingerprint": "0" * 64, "at": AT}
    values |= {"prev_hash": last.this_hash, "this_hash": "1" * 64, "key_id": last.key_id, "mac": "é" * 64}
    forged = LogEntry.objects.create(**values | NOT_OURS[name])
    duty(AT + MINUTE)
    duty(AT + 2 * MINUTE)
    ours = LogEntry.objects.exclude(pk=forged.pk).order_by("number")
    assert [entry.prev_hash for entry in ours] == [GENESIS, *(entry.this_hash for entry in ours[:2])]
    problems = findings()
    assert [text for text in problems if text.startswith(f"log entry {forged.number} ")] == problems != []


@pytest.mark.parametrize("text", [None, "", " \n"])
def test_no_key_at_all_is_said(settings: Any, tmp_path: Path, text: str | None) -> None:
    file = tmp_path / "ledger_key"
    if text is not None:
        file.write_text(text)
    settings.VOUCH_LEDGER_KEY, settings.VOUCH_LEDGER_KEY_FILE = "", str(file)
    with pytest.raises(KeyMissing):
        key_ring()
    with pytest.raises(CommandError):
        call_command("rotate_ledger_key")
    assert any(text.startswith("key of the ledger:") for text in findings())


# --- At once ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_eight_who_write_at_once_make_one_chain() -> None:
    persons = [people.person() for _number in range(8)]
    giver, gate, errors = people.person("Giver"), threading.Barrier(8), []

    def write(person: Any) -> None:
        try:
            gate.wait()
            for number in range(3):
                code = ("author", "auditor", "sponsor")[number]
                record_duty(person=person, duty=code, by=giver, reason="Asked to.", at=AT + number * MINUTE)
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=write, args=(person,)) for person in persons]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    numbers = list(LogEntry.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, 25))
    assert findings() == []
