"""What a forger does who has the web role's rights: INSERT everywhere, UPDATE and DELETE where the triggers let it, and
knows how everything is hashed. Some have the application's key, some have not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, models, transaction

from assessments.api import add_evidence, countersign, request_observation, withdraw_evidence
from assessments.models import Case, Evidence, SignOffEvent
from assessments.services.audit import verify
from assessments.services.audit.verify import verify_ledger
from assessments.services.cases.decisions import Entrust
from assessments.services.ledger.chain import Chain
from coaching.api import confirm_commitment, make_commitment, report_commitment, set_away
from lms.models import LogEntry, User
from lms.rules.log import ENDED, GENESIS, Entry, key_id, mac
from lms.services.platform.log import sealed_kinds
from tests.factories import basics, coaching, decisions, paths, people
from tests.shown import looked

DAY = timedelta(days=1)
KEY = "only-for-tests"
NOT_THE_KEY = "what somebody guessed"
DECIDED = basics.MONDAY + 7 * DAY
"""When the first learner was decided about."""
NOW = DECIDED + 9 * DAY


class TakenBack(Exception):
    """Ends a forgery, so that the next begins with an untouched ledger."""


@dataclass
class Scene:
    """A ledger with everything in it: ``work`` is signed for two skills, one of them countersigned."""

    work: decisions.DecisionScene
    other: decisions.DecisionScene
    learning: User
    nobody: User


def scene() -> Scene:
    """Two learners. Of the first: all kinds of evidence, a request, a cover, a promise, a sign-off that was flagged and
    countersigned, and a not yet.
    """
    work = decisions.decision_scene(
        "visit", "listening", "numbers", steps=[paths.step("commitment", "promise", skills=["numbers"])]
    )
    other = decisions.decision_scene("account", "margins", at=basics.MONDAY - 30 * DAY)
    nobody = people.person("Nobody")
    learning = people.in_group("Learning administrators", people.person("Ruta"))
    cover = coaching.coach_profile(coaching.observer("listening", "numbers", name="Cover"), load=0)
    decisions.make_coach_line_manager(work)
    customer = people.customer()
    at = DECIDED - 6 * DAY
    set_away(
        actor=work.coach,
        person_uid=work.coach.uid,
        away_from=(DECIDED + 20 * DAY).date(),
        away_until=(DECIDED + 30 * DAY).date(),
        cover_uid=cover.person.uid,
        key=basics.key(),
        at=at,
    )
    asked = request_observation(
        actor=work.learner,
        enrolment_uid=work.enrolment.uid,
        step_uid=work.step_uid,
        observer_uid=work.another().uid,
        context="on site",
        planned_on=(DECIDED - 3 * DAY).date(),
        customer_uid=customer.uid,
        key=basics.key(),
        at=at,
    )
    watcher = work.observers[0]
    seal = decisions.seal(watcher, asked.uid, DECIDED - 3 * DAY)
    request = {"request_uid": asked.uid, "enrolment_uid": None, "standard_uid": None, "seal": seal}
    decisions.watch(work, watcher, DECIDED - 3 * DAY, **request)
    decisions.watch(work, work.another(), DECIDED - 2 * DAY, context="on the phone", marks={"listening/f-1": "seen"})
    for fields in (
        {"text": "What the customer wrote back."},
        {"text": "The wrong mail."},
        {"url": "https://example.com/call"},
        {"file": SimpleUploadedFile("notes.pdf", b"%PDF-1.7 the notes")},
    ):
        add_evidence(actor=work.learner, case_uid=work.case.uid, key=basics.key(), at=DECIDED - DAY, **fields)
    wrong = Evidence.objects.get(text="The wrong mail.")
    withdraw_evidence(actor=work.learner, evidence_uid=wrong.uid, key=basics.key(), at=DECIDED - DAY)
    verdicts = {"listening": Entrust(3), "numbers": decisions.not_yet_on_all(work, DECIDED)["numbers"]}
    signed, _not_yet = decisions.sign(work, DECIDED, verdicts=verdicts)
    promised = {"actor": work.learner, "key": basics.key(), "at": DECIDED}
    promise = make_commitment(
        enrolment_uid=work.enrolment.uid,
        step_uid=basics.uid("promise"),
        what="Say the figure first.",
        customer_uid=customer.uid,
        by_on=(DECIDED + 3 * DAY).date(),
        **promised,
    )
    report_commitment(
        actor=work.learner, commitment_uid=promise.uid, report="I did.", key=basics.key(), at=DECIDED + DAY
    )
    done = {"commitment_uid": promise.uid, "skill_slugs": ["numbers"], "key": basics.key(), "at": DECIDED + DAY}
    looked(confirm_commitment, actor=work.coach, **done)
    read = {"event_uid": signed.uid, "agree": True, "why": "Read it.", "key": basics.key(), "at": DECIDED + DAY}
    looked(countersign, actor=learning, **read)
    decisions.signed(other, DECIDED + 2 * DAY)
    return Scene(work, other, learning, nobody)


def found(**fields: Any) -> list[str]:
    """What verification finds now."""
    return [str(finding) for finding in verify_ledger(**({"at": NOW + timedelta(hours=2)} | fields)).findings]


def found_in_rows(**fields: Any) -> list[str]:
    """The same where only rows were changed: constraints and indexes, which take longest to read, are left out."""
    with patch.object(verify, "check_schema", lambda connection: ()):
        return found(**fields)


@contextmanager
def taken_back() -> Iterator[None]:
    """Whatever was forged inside is gone after it. A forgery that the database refuses is none."""
    try:
        with transaction.atomic():
            yield
            raise TakenBack
    except TakenBack:
        pass


def after(forge: Callable[[], object], **fields: Any) -> list[str] | None:
    """What verification finds after a forgery, or None when the database refused it; then all is as before."""
    result: list[str] | None = None
    try:
        with taken_back():
            forge()
            connection.check_constraints()
            result = found_in_rows(**fields)
    except DatabaseError:
        return None
    return result


# --- Rows ---------------------------------------------------------------------------------------------------------


def change(row: models.Model, **columns: Any) -> None:
    """UPDATE, past models and services."""
    type(row)._base_manager.filter(pk=row.pk).update(**columns)


def copy_of(row: models.Model, **columns: Any) -> Any:
    """INSERT of a row like this one, but for these columns."""
    values = {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if not field.primary_key and field.name != "uid"
    }
    made = type(row)(**values | columns)
    made.save(force_insert=True)
    return made


def event_like(scene: Scene, at: datetime = NOW, **fields: Any) -> SignOffEvent:
    """A well-formed event with a good hash at the end of the first learner's chain; without an entry in the log."""
    signed = SignOffEvent.objects.filter(kind="SIGNED", subject=scene.work.learner).get()
    case: Case = fields.pop("case", signed.case)
    kind = fields.pop("kind", "SIGNED")
    values: dict[str, Any] = {
        "subject": case.learner,
        "version": case.version,
        "case": case,
        "skill": signed.skill,
        "kind": kind,
        "signer": scene.work.coach,
        "authority": "coach",
        "texts": {},
        "payload": dict(signed.payload),
        "key": basics.key(),
        "at": at,
    }
    if kind == "SIGNED":
        values |= {"level": 3, "valid_until": signed.valid_until}
    chain = Chain.of(case.learner_id)
    event = chain.add(**values | fields)
    event.recorded_at = event.occurred_at if at == NOW else event.recorded_at
    event.save(force_insert=True)
    return event


# --- Entries ------------------------------------------------------------------------------------------------------


def enter(row: Any, key: str, *, at: datetime = NOW, ended: bool = False) -> LogEntry:
    """The entry that the application would write for a row, vouched for with this key."""
    kind = next(kind for kind in sealed_kinds() if isinstance(row, kind.model))
    fingerprint = kind.end_fingerprint(row) if ended else kind.fingerprint(row)
    last = LogEntry.objects.order_by("-number").first()
    entry = Entry(
        number=last.number + 1 if last else 1,
        kind=kind.kind + ENDED if ended else kind.kind,
        about=row.uid,
        fingerprint=fingerprint,
        at=max(at, last.at) if last else at,
        prev_hash=last.this_hash if last else GENESIS,
        key_id=key_id(KEY),
    )
    return LogEntry.objects.create(
        number=entry.number,
        kind=entry.kind,
        about=entry.about,
        fingerprint=entry.fingerprint,
        at=entry.at,
        prev_hash=entry.prev_hash,
        this_hash=entry.this_hash,
        key_id=entry.key_id,
        mac=mac(key, entry.this_hash),
    )
