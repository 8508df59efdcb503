"""Receipts, anchors and the nightly task: who learns what was signed, and what was found."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assessments.api import ledger_health, mail_receipts, verify_nightly
from assessments.models import Anchor, Receipt, SignOffEvent
from assessments.services.audit.anchors import read_anchors
from coaching.models import ObserverGrant
from lms.api import HealthFinding
from lms.models import LogEntry, Notice, OutgoingMail
from lms.services.platform.outbox import mail_notices
from tests.assessments import forging
from tests.assessments.forged_sets import Forger, like_work
from tests.assessments.forging import KEY, NOW, Scene, found
from tests.factories import decisions, people

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def mails(to: str) -> list[str]:
    """The texts of mails to somebody, the oldest first."""
    return [mail.message for mail in OutgoingMail.objects.order_by("pk") if mail.recipients == [to]]


def receipts_in(text: str) -> list[str]:
    whole = text.replace("=\n", "")
    return re.findall(r"--receipt\s+(\d+:[0-9a-f]{64})", whole)


def test_whoever_signs_gets_a_receipt_of_what_was_signed_in_their_name(scene: Scene) -> None:
    assert mail_receipts(NOW) == 4
    texts = mails(scene.work.coach.email)
    assert len(texts) == 2, "one decision of two skills"
    assert "Listening: May act with a coach on call" in texts[0]
    assert scene.work.learner.full_name in texts[0]
    assert len(mails(scene.learning.email)) == 1, "who countersigned, too"
    for text in texts:
        (receipt,) = set(receipts_in(text))
        call_command("verify_signoffs", "--receipt", receipt)
    assert mail_receipts(NOW) == 0
    assert Receipt.objects.count() == SignOffEvent.objects.count()


@pytest.mark.postgresql
def test_receipts_need_no_right_to_change_an_event(scene: Scene) -> None:
    """To lock a row takes that right, and the role of the worker has it not (docs/operate.md)."""
    with CaptureQueriesContext(connection) as queries:
        assert mail_receipts(NOW) == 4
    locking = [sql["sql"] for sql in queries if "FOR UPDATE" in sql["sql"] and "assessments_signoffevent" in sql["sql"]]
    assert locking == []


def test_a_forged_event_is_mailed_to_the_person_in_whose_name_it_is(scene: Scene) -> None:
    """H5's limit: with the key and by every rule. The ledger believes it; the one who knows better gets a mail."""
    mail_receipts(NOW)
    before = len(mails(scene.other.coach.email))
    like_work(Forger(scene, KEY))
    assert found() == []
    assert mail_receipts(NOW + HOUR) == 2, "it also ends an older one"
    text = mails(scene.other.coach.email)[before]
    assert "this was signed in your name" in text
    assert "Margins: May act with a coach on call" in text
    assert "tell an administrator and an auditor" in text


def test_a_forged_event_without_an_entry_says_so_in_its_mail(scene: Scene) -> None:
    mail_receipts(NOW)
    forging.event_like(scene, kind="REVOKED", about=SignOffEvent.objects.filter(kind="SIGNED").first())
    assert mail_receipts(NOW) == 1
    assert "This stands in no log of the ledger" in mails(scene.work.coach.email)[-1]


def test_a_mail_about_a_sign_off_carries_the_log_head_that_includes_it(scene: Scene) -> None:
    notices = [notice for notice in Notice.objects.all() if notice.in_log]
    assert {notice.person for notice in notices} >= {scene.work.learner, scene.other.learner}
    mail_notices(NOW)
    for notice in notices:
        numbers = LogEntry.objects.filter(about__in=notice.in_log).values_list("number", flat=True)
        given = [receipt.split(":") for text in mails(notice.person.email) for receipt in receipts_in(text)]
        number, head = max(given, key=lambda receipt: int(receipt[0]))
        assert int(number) >= max(numbers)
        assert LogEntry.objects.get(number=number).this_hash == head


def test_each_night_leaves_an_anchor_mailed_to_auditors_and_sponsors(scene: Scene, tmp_path: Path) -> None:
    auditor, sponsor = people.in_group("Auditors"), people.in_group("Sponsors")
    for number in (1, 2, 3):
        at = NOW + number * timedelta(days=1)
        assert verify_nightly(at).findings == ()
    rows = list(Anchor.objects.order_by("number"))
    assert [row.number for row in rows] == [1, 2, 3]
    assert [row.before for row in rows[1:]] == [row.this_hash for row in rows[:2]]
    for person in (auditor, sponsor):
        (first, _second, third) = mails(person.email)
        kept = json.loads(first[first.index("{") : first.rindex("}") + 1].replace("=\n", ""))
        assert read_anchors(kept) == [kept]
        file = tmp_path / "mailed.json"
        file.write_text(json.dumps(kept))
        call_command("verify_signoffs", "--anchor", str(file))
        assert "Anchor 3 of the ledger: no findings" in third


def test_a_finding_is_told_at_once_and_the_anchor_is_written_all_the_same(scene: Scene) -> None:
    auditor, administrator = people.in_group("Auditors"), people.administrator()
    ObserverGrant.objects.filter(person=scene.work.coach).update(reason="Another.")
    report = verify_nightly(NOW)
    row = Anchor.objects.get()
    assert row.findings == len(report.findings) == 2
    for person in (auditor, administrator):
        notice = Notice.objects.filter(person=person, created_at=NOW).get()
        assert "2 things that are not as they were written" in notice.text
        assert "grant" in notice.text
    assert "2 findings" in mails(auditor.email)[0]
    assert found() == [str(finding) for finding in report.findings], "and it is found again"


@pytest.mark.parametrize("field", [{"entries": 1}, {"findings": 3}, {"findings_hash": "a" * 64}], ids=str)
def test_an_anchor_that_was_changed_by_the_owner_is_found(scene: Scene, field: dict[str, Any]) -> None:
    """The head and the number of entries agree with the log or not; the rest is held by the chain of anchors."""
    for number in (1, 2):
        verify_nightly(NOW + number * HOUR)
    with forging.taken_back():
        with decisions.guards_away():
            Anchor.objects.filter(number=1).update(**field)
        assert [text for text in found() if text.startswith("anchor 1")]
    assert found() == []


def test_the_doctor_reads_when_the_ledger_was_last_verified(scene: Scene) -> None:
    def code(at: datetime) -> str:
        found = ledger_health(at)
        return found.code if isinstance(found, HealthFinding) else found

    assert code(NOW) == "ledger-unverified", "never, and the log is older than two days"
    verify_nightly(NOW)
    assert "2026-03-18" in code(NOW + 48 * HOUR)
    assert code(NOW + 49 * HOUR) == "ledger-unverified"
    ObserverGrant.objects.filter(person=scene.work.coach).update(reason="Because.")
    verify_nightly(NOW + 26 * HOUR)
    assert code(NOW + 27 * HOUR) == "ledger-findings"
    assert str(ledger_health(NOW + 27 * HOUR)).count("2 findings") == 1
