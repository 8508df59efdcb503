"""Every night: verify the record, keep an anchor whatever is found, send it out, and tell who must know of findings."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial

from django.core.mail import EmailMessage
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.models import Anchor
from assessments.rules.notices import LEDGER_FOUND
from lms.api import (
    ADMINISTRATOR,
    HealthFinding,
    User,
    duty_holders,
    in_language_of,
    log_began_before,
    organisation,
    queue_mail,
    read_table,
    tell,
)
from lms.rules.said import full_day, how_long

from .anchors import Kept, as_data, hash_of
from .finding import LedgerFinding
from .receipts import by_itself
from .verify import VerificationReport, verify_ledger

SAID = "what verifying the ledger found"
OVERDUE = timedelta(days=2)
NAMED = 20
"""How many findings a mail lists."""


def verify_nightly(at: datetime) -> VerificationReport:
    """Verify, and keep what was found as an anchor. Returns the report.

    Each mail is written by itself: a person whose row is odd keeps nobody else's away, nor the anchor.
    """
    report = verify_ledger(at=at)
    row = _keep(report, at)
    people = read_table(User).rows
    for person in _who_are(("auditor", "sponsor"), people):
        by_itself(partial(_mail_anchor, person, row, report, at), SAID)
    for person in _who_are((ADMINISTRATOR, "auditor"), people) if report.findings else ():
        by_itself(partial(_tell, person, report.findings, at), SAID)
    return report


def _who_are(duties: Iterable[str], people: Iterable[User]) -> list[User]:
    """Everybody who has one of these duties now, odd rows included. Queries: 1 a duty."""
    found = {pk for duty in duties for pk in duty_holders(duty).order_by().values_list("pk", flat=True)}
    return [person for person in people if person.pk in found]


def _keep(report: VerificationReport, at: datetime) -> Anchor:
    anchor = report.anchor
    row = Anchor(
        number=anchor["number"],
        taken_at=at,
        entries=anchor["entries"],
        head=anchor["head"],
        events=anchor["events"],
        findings=anchor["findings"],
        findings_hash=anchor["findings_hash"],
        before=anchor["before"],
    )
    row.this_hash = hash_of(as_data(row))
    row.save(force_insert=True)
    return row


def _mail_anchor(person: User, row: Anchor, report: VerificationReport, at: datetime) -> None:
    with in_language_of(person):
        queue_mail(_anchor_mail(person, row, report), at)


def _anchor_mail(person: User, row: Anchor, report: VerificationReport) -> EmailMessage:
    count = len(report.findings)
    result = ngettext("%(n)s finding", "%(n)s findings", count) % {"n": count} if count else _("no findings")
    body = _(
        "Hello %(person)s,\n\nthe ledger of sign-offs at %(company)s was verified on %(day)s: %(result)s, %(events)s "
        "events, %(entries)s entries in the log.\n\nKeep this mail. The lines below are an anchor: whoever shortens or "
        "rewrites the ledger later cannot make it fit them. Saved as a file they are checked by: manage.py "
        "verify_signoffs --anchor FILE\n\n%(anchor)s\n"
    ) % {
        "person": person.get_short_name(),
        "company": organisation().name,
        "day": full_day(row.taken_at.date()),
        "result": result,
        "events": row.events,
        "entries": row.entries,
        "anchor": json.dumps(as_data(row), indent=1),
    }
    said = [*map(str, report.findings[:NAMED]), *(f"note: {note}" for note in report.notes[:NAMED])]
    if (left := len(report.notes) - NAMED) > 0:
        said.append(f"note: {left} more such notes: manage.py verify_signoffs prints all")
    if said:
        body += "\n" + "\n".join(said) + "\n"
    subject = _("Anchor %(n)s of the ledger: %(result)s") % {"n": row.number, "result": result}
    return EmailMessage(subject=subject, body=body, to=[person.email])


def _tell(person: User, findings: Sequence[LedgerFinding], at: datetime) -> None:
    tell(LEDGER_FOUND, [person], words={"n": len(findings), "first": str(findings[0])}, at=at)


def health(at: datetime) -> str | HealthFinding:
    """When the nightly task last verified the ledger, and what it found, for the doctor. Queries: 1-2."""
    last = Kept(read_table(Anchor).whole, ()).last
    if last is None and not log_began_before(at - OVERDUE):
        return _("It is verified tonight for the first time.")
    if last is None or at - last.taken_at > OVERDUE:
        never = _("The ledger was never verified by the nightly task.")
        ago = _("The ledger was last verified %(span)s ago.")
        return HealthFinding(
            "ledger-unverified",
            ago % {"span": how_long((at - last.taken_at).total_seconds())} if last else never,
            _("It is verified at 02:10 UTC: look whether schedule and worker live. Now: manage.py verify_signoffs."),
        )
    words = {"when": f"{last.taken_at:%Y-%m-%d %H:%M}", "n": last.findings, "entries": last.entries}
    if last.findings:
        said = ngettext(
            "%(n)s finding when the ledger was verified on %(when)s UTC.",
            "%(n)s findings when the ledger was verified on %(when)s UTC.",
            last.findings,
        )
        return HealthFinding("ledger-findings", said % words, _("Run manage.py verify_signoffs: it names each row."))
    return _("Verified on %(when)s UTC, %(entries)s entries, no finding.") % words
