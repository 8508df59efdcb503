"""Every night: verify the record, keep an anchor whatever is found, send it out, and tell who must know of findings."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.core.mail import EmailMessage
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.models import Anchor
from lms.api import (
    Unwell,
    User,
    administrators,
    holders,
    in_language_of,
    notify,
    organisation,
    queue_mail,
)
from lms.rules.lines import shorten
from lms.rules.said import full_day

from .anchors import as_data, hash_of
from .finding import Finding
from .verify import Report, verify_ledger

OVERDUE = timedelta(hours=26)
NAMED = 20
"""How many findings a mail lists."""


def verify_nightly(at: datetime) -> Report:
    """Verify, and keep what was found as an anchor. Returns the report."""
    report = verify_ledger(at=at)
    with transaction.atomic():
        row = _keep(report, at)
        for person in {*holders("auditor"), *holders("sponsor")}:
            with in_language_of(person):
                queue_mail(_anchor_mail(person, row, report.findings), at)
        if report.findings:
            _tell(report.findings, at)
    return report


def _keep(report: Report, at: datetime) -> Anchor:
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


def _anchor_mail(person: User, row: Anchor, findings: Sequence[Finding]) -> EmailMessage:
    count = len(findings)
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
    if findings:
        body += "\n" + "\n".join(map(str, findings[:NAMED])) + "\n"
    subject = _("Anchor %(n)s of the ledger: %(result)s") % {"n": row.number, "result": result}
    return EmailMessage(subject=subject, body=body, to=[person.email])


def _tell(findings: Sequence[Finding], at: datetime) -> None:
    people = {person.pk: person for person in (*administrators(), *holders("auditor"))}
    first, count = str(findings[0]), len(findings)

    def sentence() -> str:
        said = ngettext(
            "Verifying the ledger of sign-offs found %(n)s thing that is not as it was written. %(first)s",
            "Verifying the ledger of sign-offs found %(n)s things that are not as they were written. First: %(first)s",
            count,
        )
        return shorten(said % {"n": count, "first": first}, 300)

    notify(people.values(), sentence, "/notices/", at)


def health(at: datetime) -> str:
    """When the ledger was last verified, for the doctor. Raises Unwell when long ago, or with findings."""
    last = Anchor.objects.order_by("-number").first()
    if last is None:
        raise Unwell("was never verified by the nightly task: is the schedule running?")
    if at - last.taken_at > OVERDUE:
        raise Unwell(f"was last verified on {last.taken_at:%Y-%m-%d %H:%M} UTC: is the schedule running?")
    if last.findings:
        raise Unwell(f"{last.findings} findings on {last.taken_at:%Y-%m-%d}: run manage.py verify_signoffs")
    return f"verified on {last.taken_at:%Y-%m-%d %H:%M} UTC, {last.entries} entries"
