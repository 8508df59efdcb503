"""Verifying the ledger: a good one has no findings, and every tampering that the database lets through is one.

The guards are away while the tampering is done, and stand again before anybody verifies.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError, connection, models, transaction

from assessments.api import add_evidence, countersign, revoke
from assessments.models import (
    Evidence,
    Observation,
    ObservationIndicator,
    ObservationSkill,
    SignOffEvent,
    SignOffText,
    StandardVersion,
)
from assessments.rules.ledger import event_hash
from assessments.services import guards
from assessments.services.decisions import Entrust
from assessments.services.ledger import Chain, hashed_fields
from assessments.services.verify import verify_ledger
from coaching.models import Absence, CoachProfile, ObserverGrant
from lms.models import User
from tests import bench_factories as judging
from tests import factories as make
from tests.bench_factories import Bench
from tests.factories import MONDAY
from tests.shown import looked

pytestmark = pytest.mark.django_db

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
LEARNING = "Learning administrators"


class Undo(Exception):
    """Takes a savepoint back."""


@pytest.fixture
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = str(tmp_path / "media")
    return tmp_path / "media"


@pytest.fixture
def work(media: Path) -> Bench:
    """Two skills, all kinds of evidence. Events of the learner: 1 SIGNED (flagged), 2 NOT_YET, 3 COUNTERSIGNED."""
    work = judging.bench("visit", "listening", "numbers")
    judging.line_manager(work)
    customer = make.customer()
    judging.watch(work, work.another(), MONDAY - 2 * DAY, customer_uid=customer.uid)
    judging.watch(work, work.another(), MONDAY - DAY, context="on the phone", marks={"listening/f-1": "seen"})
    for fields in (
        {"text": "What the customer wrote back."},
        {"url": "https://example.com/call"},
        {"file": SimpleUploadedFile("notes.pdf", b"%PDF-1.7 the notes")},
    ):
        add_evidence(actor=work.learner, case_uid=work.case.uid, key=make.key(), at=MONDAY - DAY, **fields)
    verdicts = {"listening": Entrust(3), "numbers": judging.not_yet(work)["numbers"]}
    signed, _not_yet = judging.sign(work, verdicts=verdicts)
    who = make.in_group(LEARNING)
    looked(
        countersign, actor=who, event_uid=signed.uid, agree=True, why="Read it all.", key=make.key(), at=MONDAY + DAY
    )
    return work


def event(number: int = 1) -> SignOffEvent:
    return SignOffEvent.objects.order_by("subject", "seq")[number - 1]


def problems(anchor: Any = None) -> list[str]:
    return [str(finding) for finding in verify_ledger(anchor).findings]


def after(tamper: Callable[[], object]) -> list[str] | None:
    """What verification finds after a tampering, or None when the database refuses it; then all is undone."""
    found: list[str] = []
    try:
        with transaction.atomic():
            with judging.guards_away():
                tamper()
            found = problems()
            raise Undo
    except DatabaseError:
        return None
    except Undo:
        return found


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
    """Another value of the same kind."""
    value = getattr(row, field.attname)
    match field:
        case models.ForeignKey():
            return another(field.related_model).pk
        case models.JSONField():
            return [*value, "more"] if isinstance(value, list) else {**value, "more": 1}
        case models.UUIDField():
            return UUID(int=7)
        case models.DateTimeField() | models.DateField():
            return value - DAY if field.name in ("written_at", "occurred_at") else value + DAY
        case models.IntegerField():
            return 1000 if field.name in ("id", "seq") else value - 1
        case _:
            return f"{value[:10]}x" if field.name != "mark" else "partly"


def another(model: type[models.Model]) -> models.Model:
    """A row of that table that nothing of ours points at."""
    name = model.__name__
    if name == "User":
        return make.person()
    if name == "Skill":
        return make.skill()
    if name == "StandardVersion":
        return judging.standard("other")
    if name == "Customer":
        return make.customer()
    other = judging.bench("other")
    if name == "Observation":
        return judging.watch(other, other.another())
    judging.watch(other, other.another())
    if name == "Case":
        return other.case
    assert name == "Request"
    return other.case.requests.create(
        observer=other.observers[0], context="on site", planned_on=MONDAY.date(), made_at=MONDAY
    )


# --- A good ledger ------------------------------------------------------------------------------------------------


def test_a_good_ledger_has_no_findings(work: Bench) -> None:
    report = verify_ledger()
    assert report.findings == ()
    assert (report.events, report.chains) == (3, 1)


def test_an_empty_ledger_has_no_findings() -> None:
    report = verify_ledger()
    assert (report.findings, report.events, report.chains) == ((), 0, 0)


def test_all_that_the_services_do_leaves_a_good_ledger(work: Bench) -> None:
    CoachProfile.objects.filter(person=work.coach).update(person=judging.observer("listening", "numbers"))
    work.coach = CoachProfile.objects.get(pk=work.assignment.coach_id).person
    again = judging.signed(work, MONDAY + 2 * DAY, 4)
    looked(revoke, actor=work.coach, event_uid=again.uid, reason="Wrong one.", key=make.key(), at=MONDAY + 3 * DAY)
    assert {"SUPERSEDED", "REVOKED"} <= set(SignOffEvent.objects.values_list("kind", flat=True))
    findings = [text for text in problems() if "not the coach then" not in text]
    assert findings == []


# --- Every column -------------------------------------------------------------------------------------------------

# Where another event of the chain is the one on which the database lets the change through.
ON_EVENT = {"kind": 3, "about": 3}
INSTEAD = {"kind": "COUNTERSIGN_REFUSED"}
REFUSED_BY_THE_DATABASE = {"id"}


@pytest.mark.parametrize("name", [field.name for field in SignOffEvent._meta.concrete_fields])
def test_a_change_to_any_column_of_an_event_is_found(work: Bench, name: str) -> None:
    field = SignOffEvent._meta.get_field(name)
    row = event(ON_EVENT.get(name, 1))
    value = {"about": event(2).pk, **INSTEAD}.get(name) or something_else(row, field)
    found = after(lambda: write(row, field.column, value))
    if name in REFUSED_BY_THE_DATABASE:
        assert found is None
        return
    subject = User.objects.get(pk=value).uid if name == "subject" else work.learner.uid
    seq = 1000 if name == "seq" else row.seq
    assert found is not None
    assert any(text.startswith(f"event {subject}/{seq}:") for text in found), found
    assert problems() == []


@pytest.mark.parametrize("payload", [None, [], "text", 7, {}, {"texts": 1, "observations": [], "evidence": "x"}])
def test_a_payload_that_is_no_payload_is_a_finding_and_no_traceback(work: Bench, payload: Any) -> None:
    found = after(lambda: write(event(), "payload", payload))
    assert found is None or any("hash differs" in text for text in found)


@pytest.mark.parametrize("column", ["event_id", "name", "value", "salt"])
def test_a_change_to_any_column_of_a_text_is_found(work: Bench, column: str) -> None:
    row = SignOffText.objects.get(event=event(2), name="next_step")
    value = {"event_id": event(1).pk, "name": "other"}.get(column, "Tampered.")
    found = after(lambda: write(row, column, value))
    assert found
    assert any(text.startswith(f"event {work.learner.uid}/2:") and "next_step" in text for text in found)


def test_every_column_of_a_text_was_tried() -> None:
    assert {field.column for field in SignOffText._meta.concrete_fields} == {"event_id", "name", "value", "salt"}


def test_a_lost_and_an_added_text_are_found(work: Bench) -> None:
    texts = SignOffText.objects.filter(event=event(), name="why")
    assert after(lambda: texts._raw_delete("default")) == [f"event {work.learner.uid}/1: has lost its text why"]
    extra = SignOffText(event=event(), name="extra", value="x", salt="y")
    assert after(lambda: extra.save(force_insert=True)) == [
        f"event {work.learner.uid}/1: has a text extra that differs from what was signed"
    ]


@pytest.mark.parametrize("name", [field.name for field in Observation._meta.concrete_fields])
def test_a_change_to_any_column_of_an_observation_is_found(work: Bench, name: str) -> None:
    field = Observation._meta.get_field(name)
    row = Observation.objects.exclude(customer=None).get()
    value = something_else(row, field)
    found = after(lambda: write(row, field.column, value))
    if name == "id":
        assert found is None
        return
    assert found is not None
    written = value if name == "uid" else row.uid
    assert f"observation {written}: is not what was written down: its fingerprint differs" in found
    if name != "digest":  # events name what was read by the fingerprint of its columns, not by this column
        for number in (1, 2):
            assert (
                f"event {work.learner.uid}/{number}: rests on observation {row.uid}, "
                "which differs from what was read then"
            ) in found
    assert problems() == []


@pytest.mark.parametrize("model", [ObservationSkill, ObservationIndicator], ids=lambda model: model.__name__)
def test_a_change_to_any_rating_or_mark_is_found(work: Bench, model: type[models.Model]) -> None:
    row = model.objects.filter(observation__case=work.case).first()
    assert row is not None
    for field in model._meta.concrete_fields:
        if field.name == "id":
            continue  # nothing points at it and it says nothing
        value = something_else(row, field)
        found = after(lambda field=field, value=value: write(row, field.column, value))
        assert found, field.name
        assert any("rests on observation" in text for text in found)
        assert all("observation" in text for text in found)
    assert after(lambda: model.objects.filter(pk=row.pk)._raw_delete("default"))


def test_an_observation_that_is_gone_is_found(work: Bench) -> None:
    row = Observation.objects.order_by("pk")[0]

    def lose() -> None:
        for model in (ObservationSkill, ObservationIndicator):
            model.objects.filter(observation=row)._raw_delete("default")
        Observation.objects.filter(pk=row.pk)._raw_delete("default")

    assert len(after(lose) or []) == 2


def test_a_standard_that_was_rewritten_after_the_fact_is_found(work: Bench) -> None:
    version = work.version
    for change in ({"spec": {**version.spec, "grants": 5}}, {"digest": "0" * 64}, {"number": 9}):
        found = after(lambda change=change: StandardVersion.objects.filter(pk=version.pk).update(**change))
        assert found
        assert all(text.startswith(f"event {work.learner.uid}/") for text in found)


# --- Evidence -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["text", "link", "file"])
def test_a_change_to_any_piece_of_evidence_is_found(work: Bench, media: Path, kind: str) -> None:
    piece = Evidence.objects.get(kind=kind)
    where = f"evidence {piece.uid}"
    column = {"text": "text", "link": "url"}.get(kind)
    row = Evidence.objects.filter(pk=piece.pk)
    if column:
        changed = after(lambda: row.update(**{column: getattr(piece, column) + "x"}))
    else:
        path = media / piece.file.name
        path.write_bytes(b"%PDF-1.7 other notes")
        changed = problems()
        path.unlink()
        assert problems() == [f"{where}: its file is gone"]
        path.write_bytes(b"%PDF-1.7 the notes")
        assert problems() == []
    assert changed == [f"{where}: differs from what was looked at when signing"]
    assert after(lambda: row.update(sha256="0" * 64)) == changed
    assert after(lambda: row._raw_delete("default")) == [f"{where}: is gone"]
    assert after(lambda: row.update(uid=UUID(int=7))) == [f"{where}: is gone"]


@pytest.mark.parametrize("path", ["../../../../etc/passwd", "evidence", "evidence/no-such-file"])
def test_a_file_that_was_pointed_elsewhere_is_a_finding_and_no_traceback(work: Bench, path: str) -> None:
    piece = Evidence.objects.get(kind="file")
    found = after(lambda: Evidence.objects.filter(pk=piece.pk).update(file=path))
    assert found == [f"evidence {piece.uid}: its file is gone"]


# --- Deleting and forging -----------------------------------------------------------------------------------------


def lose(row: SignOffEvent) -> None:
    SignOffText.objects.filter(event=row)._raw_delete("default")
    SignOffEvent.objects.filter(about=row).update(about=None) if row.kind != "SIGNED" else None
    SignOffEvent.objects.filter(pk=row.pk)._raw_delete("default")


def test_an_event_deleted_from_the_middle_is_found(work: Bench) -> None:
    found = after(lambda: lose(event(2)))
    assert found is not None
    assert any(text.startswith(f"event {work.learner.uid}/3: follows number 1") for text in found)


def test_an_event_rewritten_with_a_fresh_hash_breaks_the_chain_after_it(work: Bench) -> None:
    """Whoever changes an event and computes its hash again has to rewrite everything after it, up to the anchor."""

    def rewrite() -> None:
        row = event(2)
        row.meaning = "Tampered."
        write(row, "meaning", row.meaning)
        write(row, "this_hash", event_hash(hashed_fields(row)))

    assert after(rewrite) == [f"event {work.learner.uid}/3: does not continue the chain"]


def test_a_deleted_tail_is_found_with_an_anchor_and_only_then(work: Bench) -> None:
    anchor = json.loads(json.dumps(verify_ledger().anchor))
    assert problems(anchor) == []
    with judging.guards_away():
        lose(event(3))
    assert problems() == []
    assert problems(anchor) == [f"chain {work.learner.uid}: is shorter than when it was anchored at number 3"]


def test_a_whole_chain_that_vanished_is_found_with_an_anchor(work: Bench) -> None:
    anchor = verify_ledger().anchor
    with judging.guards_away():
        for number in (3, 2, 1):
            lose(event(number))
    assert problems() == []
    assert problems(anchor) == [f"chain {work.learner.uid}: is shorter than when it was anchored at number 3"]


def test_a_ledger_that_has_grown_agrees_with_an_older_anchor(work: Bench) -> None:
    anchor = verify_ledger().anchor
    looked(
        revoke,
        actor=make.in_group(LEARNING),
        event_uid=event().uid,
        reason="Wrong.",
        key=make.key(),
        at=MONDAY + 2 * DAY,
    )
    assert problems(anchor) == []


def test_a_rewritten_head_differs_from_the_anchor(work: Bench) -> None:
    anchor = verify_ledger().anchor
    changed = {**anchor, "chains": {uid: [seq, "0" * 64] for uid, (seq, _hash) in anchor["chains"].items()}}
    assert problems(changed) == [f"event {work.learner.uid}/3: differs from the anchor"]
    never = {"chains": {str(work.learner.uid): [0, "0" * 64]}}
    assert problems(never) == [f"event {work.learner.uid}/0: differs from the anchor"]


def forge(work: Bench, signer: User, kind: str = "SIGNED", at: Any = MONDAY + 3 * DAY, **fields: Any) -> list[str]:
    """A well-formed event with a good hash, written past the services."""
    values = {
        "case": work.case,
        "skill": event().skill,
        "kind": kind,
        "signer": signer,
        "authority": "coach",
        "meaning": "Forged.",
        "texts": {},
        "payload": {},
        "key": make.key(),
        "at": at,
    }
    if kind == "SIGNED":
        judging.watch(work, work.another(), MONDAY + 2 * DAY)
        values |= {"level": 3, "valid_until": judging.LATER, "case": work.case}
    chain = Chain.of(work.learner.pk)
    chain.add(**values | fields)
    connection.check_constraints()
    guards.remove(connection)
    chain.write()
    connection.check_constraints()
    guards.install(connection)
    return [text.partition(": ")[2] for text in problems()]


@pytest.mark.parametrize("authority", ["coach", "stand-in of the coach"])
def test_a_sign_off_by_somebody_who_was_not_the_coach_is_found(work: Bench, authority: str) -> None:
    who = judging.observer("listening", "numbers")
    assert forge(work, who, authority=authority) == ["is signed by somebody who was not the coach then"]


def test_a_sign_off_without_a_grant_at_that_moment_is_found(work: Bench) -> None:
    grants = ObserverGrant.objects.filter(person=work.coach)
    grants.update(revoked_at=MONDAY + 2 * DAY, revoked_by=work.learner, revoked_reason="Moved away.")
    assert problems() == [], "what was signed before stays good"
    assert forge(work, work.coach) == ["is signed by somebody without a grant for the skill then"]


def test_a_sign_off_by_a_stand_in_who_covered_then_is_good(work: Bench) -> None:
    cover = judging.coach_profile(judging.observer("listening", "numbers"), load=0)
    days = {"from_on": MONDAY.date(), "until_on": (MONDAY + 9 * DAY).date(), "said_at": MONDAY}
    Absence.objects.create(coach=work.assignment.coach, cover=cover, **days)
    assert forge(work, cover.person, authority="stand-in of the coach") == []


@pytest.mark.parametrize(
    ("who", "problem"),
    [
        (lambda work: work.coach, "is countersigned by who signed"),
        (lambda work: work.observers[0], "is countersigned by an observer of its evidence"),
    ],
)
def test_a_countersign_by_the_signer_or_an_observer_is_found(
    work: Bench, who: Callable[[Bench], User], problem: str
) -> None:
    verdicts = {"listening": Entrust(2), "numbers": judging.not_yet(work)["numbers"]}
    judging.watch(work, work.observers[0], MONDAY + DAY)
    judging.watch(work, work.observers[1], MONDAY + DAY, context="on the phone")
    fresh, _other = judging.sign(work, MONDAY + 2 * DAY, verdicts=verdicts)
    assert forge(work, who(work), "COUNTERSIGNED", case=fresh.case, about=fresh, payload={"about": str(fresh.uid)}) == [
        problem
    ]


# --- Guards -------------------------------------------------------------------------------------------------------


def test_each_missing_guard_is_a_finding(work: Bench) -> None:
    connection.check_constraints()
    guards.remove(connection)
    assert problems() == [
        f"{name}: this guard of the database is missing" for name in sorted(guards.names(connection.vendor))
    ]
    guards.install(connection)
    assert problems() == []


# --- manage.py verify_signoffs ------------------------------------------------------------------------------------


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    try:
        call_command("verify_signoffs", *arguments)
    except SystemExit as stop:
        return int(stop.code or 0), capsys.readouterr().out
    except CommandError as error:
        return error.returncode, str(error)
    return 0, capsys.readouterr().out


def test_the_command_answers_0_on_a_good_ledger_and_1_on_a_finding(
    work: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(capsys) == (0, "3 events in 1 chains, 0 findings.\n")
    Evidence.objects.filter(kind="text").update(text="Tampered.")
    code, printed = run(capsys)
    assert code == 1
    piece = Evidence.objects.get(kind="text")
    assert printed.splitlines() == [
        f"evidence {piece.uid}: differs from what was looked at when signing",
        "3 events in 1 chains, 1 findings.",
    ]


def test_the_command_compares_with_an_anchor_file(
    work: Bench, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "anchor.json"
    assert run(capsys, "--write-anchor", str(file))[0] == 0
    assert run(capsys, "--anchor", str(file))[0] == 0
    with judging.guards_away():
        lose(event(3))
    assert run(capsys)[0] == 0
    code, printed = run(capsys, "--anchor", str(file))
    assert (code, f"chain {work.learner.uid}" in printed) == (1, True)


@pytest.mark.parametrize(
    "text", [None, "", "not json", "[]", "{}", '{"chains": 7}', '{"chains": {"x": 1}}', '{"chains": {"x": ["1", 2]}}']
)
def test_an_anchor_that_cannot_be_read_is_2(
    work: Bench, capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str | None
) -> None:
    file = tmp_path / "anchor.json"
    if text is not None:
        file.write_text(text)
    assert run(capsys, "--anchor", str(file))[0] == 2


@pytest.mark.parametrize("tampered", [False, True])
def test_the_report_as_json(work: Bench, capsys: pytest.CaptureFixture[str], tampered: bool) -> None:
    if tampered:
        Evidence.objects.filter(kind="text").update(text="Tampered.")
    code, printed = run(capsys, "--json")
    report = json.loads(printed)
    assert code == int(tampered)
    assert set(report) == {"anchor", "findings"}
    assert set(report["anchor"]) == {"taken_at", "events", "chains"}
    assert report["anchor"]["events"] == 3
    assert report["anchor"]["chains"] == {str(work.learner.uid): [3, event(3).this_hash]}
    assert [set(finding) for finding in report["findings"]] == [{"where", "problem"}] * int(tampered)


def test_the_command_says_which_guard_is_missing(work: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    name = min(guards.names(connection.vendor))
    connection.check_constraints()
    with connection.cursor() as cursor:
        cursor.execute(
            f"DROP TRIGGER {name}" + ("" if connection.vendor == "sqlite" else f" ON {name.split('_no_')[0]}")
        )
    code, printed = run(capsys)
    assert (code, printed.splitlines()[0]) == (1, f"{name}: this guard of the database is missing")
    guards.install(connection)
