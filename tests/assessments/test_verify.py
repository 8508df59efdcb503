"""Verifying the ledger: a good one has no findings, and what the tables' owner does to it is one.

The owner lays the guards aside, changes what they like, and puts them back. ``test_forgeries`` tries who has less.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, models
from django.test.utils import CaptureQueriesContext

from assessments.api import VerificationReport, revoke_signoff, verify_ledger
from assessments.models import Evidence, Observation, SignOffEvent, SignOffText
from assessments.rules.ledger import event_hash
from assessments.services.audit.anchors import hash_of
from assessments.services.ledger import triggers
from assessments.services.ledger.chain import hashed_fields
from coaching.models import ObserverGrant
from lms.models import LogEntry
from tests.assessments import forging
from tests.assessments.forging import NOW, Scene, found
from tests.factories import basics, decisions
from tests.shown import looked

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def report(**fields: Any) -> VerificationReport:
    return verify_ledger(at=NOW, **fields)


def owner(tamper: Callable[[], object], **fields: Any) -> list[str] | None:
    """What verification finds after the owner tampered; None when even they are refused. Then all is as before."""
    result: list[str] | None = None
    try:
        with forging.taken_back():
            with decisions.guards_away():
                tamper()
            result = forging.found_in_rows(**fields)
    except DatabaseError:
        return None
    return result


def write(row: models.Model, column: str, value: object) -> None:
    """Change one column of one row by its primary key, past the models."""
    meta = row._meta
    keys = " AND ".join(f"{field.column} = %s" for field in meta.pk_fields)
    field = next(field for field in meta.concrete_fields if field.column == column)
    values = [field.get_db_prep_save(value, connection)]
    values += [key.get_db_prep_save(getattr(row, key.attname), connection) for key in meta.pk_fields]
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {meta.db_table} SET {column} = %s WHERE {keys}", values)
        assert cursor.rowcount == 1


def something_else(row: models.Model, field: models.Field) -> object:
    """Another value of the same kind; for a key another row of its table."""
    value = getattr(row, field.attname)
    match field:
        case models.ForeignKey():
            other = field.related_model._base_manager.exclude(pk=value).order_by("pk").first()
            return other.pk if other else 987_654
        case models.JSONField():
            return [*value, "more"] if isinstance(value, list) else {**(value or {}), "more": 1}
        case models.UUIDField():
            return UUID(int=7)
        case models.DateTimeField() | models.DateField():
            return (value or NOW) - DAY
        case models.BooleanField():
            return not value
        case models.DecimalField():
            return float(value) / 2
        case models.IntegerField():
            return 1000 if field.name in ("id", "seq", "number") else (value or 0) + 1
        case _:
            return f"{(value or '')[:8]}x"


# --- A good ledger ------------------------------------------------------------------------------------------------


def test_a_good_ledger_has_no_findings(scene: Scene) -> None:
    assert report().findings == ()
    assert (report().events, report().entries) == (4, LogEntry.objects.count())
    assert report().entries > 30


def test_what_the_services_do_next_leaves_a_good_ledger(scene: Scene) -> None:
    again = decisions.signed(scene.other, NOW - DAY, 4)
    looked(revoke_signoff, actor=scene.learning, event_uid=again.uid, reason="Wrong one.", key=basics.key(), at=NOW)
    assert {"SUPERSEDED", "REVOKED"} <= set(SignOffEvent.objects.values_list("kind", flat=True))
    assert found() == []


def test_the_number_of_queries_does_not_grow_with_the_events(scene: Scene) -> None:
    """The database's own description, one a table, and one a day on which somebody signed."""

    def days() -> int:
        return len({event.occurred_at.date() for event in SignOffEvent.objects.all()})

    with CaptureQueriesContext(connection) as few:
        report()
    before = len(few) - days()
    for number in range(3):
        decisions.signed(scene.other, NOW - DAY + timedelta(hours=number), 4)
    with CaptureQueriesContext(connection) as more:
        report()
    assert len(more) - days() <= before


# --- The tables' owner --------------------------------------------------------------------------------------------

# What says nothing about anybody: nothing points at these keys, and nothing rests on them.
SAYS_NOTHING = {
    "assessments_observationskill.id",
    "assessments_observationindicator.id",
    "lms_requirement.id",
    "lms_skillversion.id",
}


def test_a_change_to_any_column_of_any_guarded_table_is_found(scene: Scene) -> None:
    """S01-S29 and their kind: each column of an event, its texts, observations, versions and the log."""
    missed = []
    for model in triggers.MODELS:
        row = model._base_manager.order_by("-pk").first()
        if row is None:
            continue
        for field in model._meta.concrete_fields:
            name = f"{model._meta.db_table}.{field.name}"
            value = something_else(row, field)
            problems = owner(lambda row=row, field=field, value=value: write(row, field.column, value))
            if problems == [] and name not in SAYS_NOTHING and not name.endswith("_skills.id"):
                missed.append(name)
    assert missed == []
    assert found() == []


def test_an_event_rewritten_with_a_fresh_hash_differs_from_the_log(scene: Scene) -> None:
    event = SignOffEvent.objects.filter(subject=scene.work.learner).latest("seq")

    def rewrite() -> None:
        event.authority = "coach"
        write(event, "authority", event.authority)
        write(event, "this_hash", event_hash(hashed_fields(event)))

    problems = owner(rewrite)
    assert f"event {event.uid}: is not what was written: it differs from the log" in (problems or [])


def test_a_lost_and_an_added_text_are_found(scene: Scene) -> None:
    event = SignOffEvent.objects.filter(subject=scene.work.learner).order_by("seq")[0]
    where = f"event {scene.work.learner.uid}/{event.seq}"
    texts = SignOffText.objects.filter(event=event, name="why")
    assert owner(lambda: texts._raw_delete("default")) == [f"{where}: has lost its text why"]
    extra = SignOffText(event=event, name="extra", value="x", salt="y")
    assert owner(lambda: extra.save(force_insert=True)) == [
        f"{where}: has a text extra that differs from what was signed"
    ]


def lose_last(scene: Scene, count: int) -> None:
    """The last events of the first learner, with everything that points at them."""
    for event in SignOffEvent.objects.filter(subject=scene.work.learner).order_by("-seq")[:count]:
        SignOffText.objects.filter(event=event)._raw_delete("default")
        SignOffEvent.objects.filter(pk=event.pk)._raw_delete("default")


def test_a_tail_of_events_that_was_cut_off_is_found_without_an_anchor(scene: Scene) -> None:
    """S16: the log still has their entries."""
    problems = owner(lambda: lose_last(scene, 1))
    assert [text for text in problems or [] if "what it is about is gone" in text]


def cut_off(entries: int) -> None:
    """The last entries of the log, and what they are about."""
    for entry in LogEntry.objects.order_by("-number")[:entries]:
        event = SignOffEvent.objects.filter(uid=entry.about).first()
        if event:
            SignOffText.objects.filter(event=event)._raw_delete("default")
            SignOffEvent.objects.filter(pk=event.pk)._raw_delete("default")
        LogEntry.objects.filter(pk=entry.pk)._raw_delete("default")


def test_cutting_events_and_log_is_found_only_with_anchor_and_receipt(scene: Scene) -> None:
    """What the owner can still do, and how an auditor's mail shows it."""
    anchor = report().anchor
    signed = decisions.signed(scene.other, NOW - DAY, 4)
    entry = LogEntry.objects.get(about=signed.uid)
    later = report().anchor

    def cut() -> None:
        from assessments.models import Case, CaseReading, ObservationIndicator, ObservationSkill
        from lms.models import SkillGate

        last = LogEntry.objects.latest("number").number
        seen = Observation.objects.filter(case=signed.case)
        SkillGate.objects.filter(
            source__in=[f"signoff:{signed.uid}", *(f"observation:{row.uid}" for row in seen)]
        ).delete()
        older = signed.case.learner.signoff_events.get(kind="SUPERSEDED").about
        grants = ObserverGrant.objects.filter(
            uid__in=LogEntry.objects.filter(number__gt=anchor["entries"]).values("about")
        )
        list_of_grants = [grant.pk for grant in grants]
        cut_off(last - anchor["entries"])
        ObserverGrant.objects.filter(pk__in=list_of_grants).delete()
        for model in (ObservationSkill, ObservationIndicator):
            model.objects.filter(observation__in=seen)._raw_delete("default")
        seen._raw_delete("default")
        CaseReading.objects.filter(case=signed.case)._raw_delete("default")
        Case.objects.filter(pk=signed.case_id).delete()
        SkillGate.objects.create(
            person=older.subject,
            skill=older.skill,
            gate="show",
            level=older.level,
            standard_uid=older.version.standard_uid,
            opened_at=older.occurred_at,
            valid_until=older.valid_until,
            source=f"signoff:{older.uid}",
        )

    assert owner(cut) == []
    assert owner(cut, anchors=[anchor]) == []
    (problem,) = owner(cut, anchors=[anchor, later]) or []
    assert "the log is shorter than it was" in problem
    (problem,) = owner(cut, receipts=[(entry.number, entry.this_hash)]) or []
    assert problem == f"receipt {entry.number}: the log is shorter than it was when this receipt was given"


def test_a_log_that_was_written_anew_without_the_key_is_found(scene: Scene) -> None:
    """The owner without the key can hash everything again, and vouch for nothing."""
    entry = LogEntry.objects.get(number=3)
    problems = owner(lambda: write(entry, "fingerprint", "0" * 64)) or []
    assert [text for text in problems if text.startswith("log entry 3") and "its hash differs" in text]
    problems = owner(lambda: write(entry, "mac", "0" * 64)) or []
    assert [text for text in problems if "is not vouched for by the key" in text]


def test_writing_everything_anew_is_found_by_any_old_anchor(scene: Scene) -> None:
    """Whoever has the database and the key can make a ledger that is consistent in itself. It is another one."""
    old = {**report().anchor, "head": "1" * 64}
    (problem,) = found(anchors=[old])
    assert problem.endswith(f"the first {old['entries']} entries of the log are not what they were")


# --- Files --------------------------------------------------------------------------------------------------------


def test_a_file_that_was_changed_lost_or_pointed_elsewhere_is_found(scene: Scene) -> None:
    piece = Evidence.objects.get(kind="file")
    path = Path(piece.file.path)
    path.write_bytes(b"%PDF-1.7 other notes")
    assert found() == [f"evidence {piece.uid}: differs from what was handed in"]
    path.unlink()
    assert found() == [f"evidence {piece.uid}: its file is gone"]
    for name in ("../../../../etc/passwd", "evidence", "evidence/no-such-file"):
        problems = forging.after(lambda name=name: Evidence.objects.filter(pk=piece.pk).update(file=name)) or []
        assert f"evidence {piece.uid}: its file is gone" in problems


# --- Anchors ------------------------------------------------------------------------------------------------------


def test_a_ledger_that_has_grown_agrees_with_every_older_anchor(scene: Scene) -> None:
    old = report().anchor
    decisions.signed(scene.other, NOW - DAY, 4)
    new = report(anchors=[old]).anchor
    assert (new["number"], new["before"]) == (old["number"] + 1, hash_of(old))
    assert found(anchors=[old, new]) == []
    assert found(anchors=[old, {**new, "before": "0" * 64}]) != []


def test_an_anchor_says_how_much_was_found(scene: Scene) -> None:
    good = report().anchor
    ObserverGrant.objects.filter(person=scene.work.coach).update(reason="Because.")
    bad = report().anchor
    assert (good["findings"], bad["findings"]) == (0, 2)
    assert good["findings_hash"] != bad["findings_hash"]
    assert (good["entries"], good["head"]) == (bad["entries"], bad["head"])
