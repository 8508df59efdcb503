"""The ledger can only be added to: what the database itself refuses, whoever asks (invariant 4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.db.models import Model
from django.db.models.signals import pre_migrate

from assessments.api import answer_erasure, ask_erasure, end_person, mail_receipts, verify_nightly
from assessments.checks import guards_stand
from assessments.models import (
    Observation,
    ObservationIndicator,
    ObservationSkill,
    SignOffEvent,
    SignOffText,
)
from assessments.services.ledger import triggers
from tests.assessments import forging
from tests.factories import basics, decisions, humans, people

pytestmark = pytest.mark.django_db

GUARDED = [SignOffEvent, SignOffText, Observation, ObservationSkill, ObservationIndicator]
COLUMN = {
    SignOffEvent: "authority",
    SignOffText: "value",
    Observation: "what_i_saw",
    ObservationSkill: "supervision",
    ObservationIndicator: "mark",
}
VALUE = {ObservationSkill: 5, ObservationIndicator: "seen"}


@pytest.fixture
def ledger() -> SignOffEvent:
    """A sign-off with everything that it rests on."""
    return decisions.signed(decisions.decision_scene())


def missing() -> set[str]:
    """The guards that are not as they must be."""
    return {name for name, _problem in triggers.differences(connection)}


def refused(attack: Callable[[], object]) -> None:
    before = basics.rows(*GUARDED)
    assert all(before.values())
    with pytest.raises(IntegrityError, match=triggers.SENTENCE), transaction.atomic():
        attack()
    assert basics.rows(*GUARDED) == before


def change(row: Model) -> Model:
    setattr(row, COLUMN[type(row)], VALUE.get(type(row), "Tampered."))
    return row


def execute(sql: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


ATTACKS: dict[str, Callable[[type[Model]], object]] = {
    "save": lambda model: change(model.objects.first()).save(),
    "queryset_update": lambda model: model.objects.update(**{COLUMN[model]: VALUE.get(model, "Tampered.")}),
    "bulk_update": lambda model: model.objects.bulk_update([change(model.objects.first())], [COLUMN[model]]),
    "delete": lambda model: model.objects.first().delete(),
    "queryset_delete": lambda model: model.objects.all().delete(),
    "raw_delete": lambda model: model.objects.all()._raw_delete("default"),
    "raw_sql_update": lambda model: execute(
        f"UPDATE {model._meta.db_table} SET {COLUMN[model]} = %s", VALUE.get(model, "Tampered.")
    ),
    "raw_sql_update_that_changes_nothing": lambda model: execute(
        f"UPDATE {model._meta.db_table} SET {COLUMN[model]} = {COLUMN[model]}"
    ),
    "raw_sql_delete": lambda model: execute(f"DELETE FROM {model._meta.db_table}"),
}


def one_of_each(settings: Any, folder: Path) -> None:
    """A row in every guarded table."""
    settings.MEDIA_ROOT = str(folder / "media")
    scene = forging.scene()
    decisions.calibration_version(forging.NOW)
    mail_receipts(forging.NOW)
    verify_nightly(forging.NOW)
    humans.parted(humans.one_human(scene.nobody, scene.other.learner, at=forging.NOW), at=forging.NOW)
    leaver = scene.work.learner
    end_person(
        actor=scene.learning,
        person_uid=leaver.uid,
        last_day=forging.NOW.date(),
        reason="Moved abroad.",
        key=basics.key(),
        at=forging.NOW,
    )
    asked = ask_erasure(
        actor=people.administrator(),
        person_uid=leaver.uid,
        reason="They asked us to.",
        key=basics.key(),
        at=forging.NOW,
    )
    answer_erasure(actor=people.administrator(), request_uid=asked.uid, agree=True, key=basics.key(), at=forging.NOW)


def test_every_guarded_table_can_only_be_added_to(settings: Any, tmp_path: Path) -> None:
    """Every table of the record, those that a later issue adds too, by each way that its database knows."""
    one_of_each(settings, tmp_path)
    connection.check_constraints()
    allowed = []
    for model in triggers.MODELS:
        table, row = model._meta.db_table, model._base_manager.order_by("-pk").first()
        assert row is not None, f"the test has no row of {table}"
        columns = ", ".join(field.column for field in model._meta.concrete_fields)
        key = model._meta.pk_fields[0].column
        attacks = [f"UPDATE {table} SET {key} = {key}", f"DELETE FROM {table}"]
        if connection.vendor == "sqlite":
            attacks.append(f"INSERT OR REPLACE INTO {table} ({columns}) SELECT {columns} FROM {table} LIMIT 1")
        else:
            attacks.append(f"TRUNCATE {table} CASCADE")
        allowed += [attack for attack in attacks if not stopped_by(model, attack)]
    assert allowed == []


def stopped_by(model: type[Model], attack: str) -> bool:
    """Whether the guard of this very table refuses it: those of the others are away, and no row points here."""
    with transaction.atomic(), connection.cursor() as cursor:
        for trigger in triggers.expected(connection.vendor):
            if trigger.table != model._meta.db_table:
                on_table = "" if connection.vendor == "sqlite" else f" ON {trigger.table}"
                cursor.execute(f"DROP TRIGGER {trigger.name}{on_table}")
        try:
            with transaction.atomic():
                cursor.execute(attack)
            return False
        except IntegrityError as error:
            return triggers.SENTENCE in str(error)
        finally:
            transaction.set_rollback(True)


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("model", GUARDED, ids=lambda model: model.__name__)
def test_the_record_is_added_to_and_never_changed(ledger: SignOffEvent, model: type[Model], attack: str) -> None:
    if attack in ("delete", "queryset_delete") and model in (SignOffEvent, Observation):
        # Rows that point here refuse it before the trigger is reached; the raw deletes below reach it.
        with pytest.raises(Exception, match=f"{triggers.SENTENCE}|Cannot delete some"), transaction.atomic():
            ATTACKS[attack](model)
        return
    refused(lambda: ATTACKS[attack](model))


def test_bulk_create_with_update_conflicts_does_not_change_an_event(ledger: SignOffEvent) -> None:
    ledger.authority = "Tampered."
    refused(
        lambda: SignOffEvent.objects.bulk_create(
            [ledger], update_conflicts=True, unique_fields=["uid"], update_fields=["authority"]
        )
    )


@pytest.mark.postgresql
@pytest.mark.parametrize("model", GUARDED, ids=lambda model: model.__name__)
def test_postgresql_refuses_truncate(ledger: SignOffEvent, model: type[Model]) -> None:
    """Each table by itself: what points at it would be emptied too, and refuse that in its place."""
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    for table in triggers.GUARDED:
        if table != model._meta.db_table:
            execute(f"DROP TRIGGER {table}_no_truncate ON {table}")
    refused(lambda: execute(f"TRUNCATE {model._meta.db_table} CASCADE"))


@pytest.mark.postgresql
def test_postgresql_guards_hold_for_a_replica_session_too(ledger: SignOffEvent) -> None:
    """A superuser can switch ordinary triggers off for a session, but not ours; nobody else may even try."""
    with suppress(ProgrammingError), transaction.atomic():
        execute("SET LOCAL session_replication_role = replica")
    refused(lambda: execute("UPDATE assessments_signoffevent SET authority = 'Tampered.'"))


@pytest.mark.postgresql
def test_a_guard_that_does_not_fire_always_counts_as_missing() -> None:
    execute("ALTER TABLE assessments_signoffevent ENABLE TRIGGER assessments_signoffevent_no_change")
    assert missing() == {"assessments_signoffevent_no_change"}
    execute("ALTER TABLE assessments_signoffevent DISABLE TRIGGER assessments_signoffevent_no_truncate")
    assert len(missing()) == 2
    triggers.install(connection)
    assert missing() == set()


# --- INSERT OR REPLACE (SQLite) -----------------------------------------------------------------------------------


@pytest.fixture(params=[True, False], ids=["recursive_triggers", "a_connection_without_them"])
def recursive_triggers(request: pytest.FixtureRequest) -> Iterator[bool]:
    """As our settings have it, and as any other program opens the file."""
    execute(f"PRAGMA recursive_triggers={'ON' if request.param else 'OFF'}")
    yield request.param
    execute("PRAGMA recursive_triggers=ON")


def replace(model: type[Model], where: str = "1 = 1", **instead: str) -> None:
    columns = [field.column for field in model._meta.concrete_fields]
    chosen = ", ".join(instead.get(column, column) for column in columns)
    table = model._meta.db_table
    execute(f"INSERT OR REPLACE INTO {table} ({', '.join(columns)}) SELECT {chosen} FROM {table} WHERE {where} LIMIT 1")


@pytest.mark.sqlite
@pytest.mark.parametrize("model", GUARDED, ids=lambda model: model.__name__)
def test_insert_or_replace_of_the_same_row_is_refused(
    ledger: SignOffEvent, model: type[Model], recursive_triggers: bool
) -> None:
    column = COLUMN[model]
    refused(lambda: replace(model, **{column: {"supervision": "5", "mark": "'seen'"}.get(column, "'Tampered.'")}))


FRESH = {"id": "id + 1000", "uid": "'{}'".format("a" * 32), "key": "'{}'".format("b" * 32)}
OTHERS = {"subject_id": "subject_id", "seq": "seq + 1000", "prev_hash": "'c'", "case_id": "case_id"}
PUSHES_OUT = {
    "uid": {"id": "id + 1000", "key": FRESH["key"], "seq": "seq + 1000", "prev_hash": "'c'", "kind": "'REVOKED'"},
    "subject and seq": {"id": "id + 1000", "uid": FRESH["uid"], "key": FRESH["key"], "prev_hash": "'c'"},
    "subject and prev_hash": {"id": "id + 1000", "uid": FRESH["uid"], "key": FRESH["key"], "seq": "seq + 1000"},
    "key and skill": {"id": "id + 1000", "uid": FRESH["uid"], "seq": "seq + 1000", "prev_hash": "'c'"},
    "case and skill": {**FRESH, "seq": "seq + 1000", "prev_hash": "'c'"},
}


@pytest.mark.sqlite
@pytest.mark.parametrize("same", PUSHES_OUT)
def test_insert_or_replace_cannot_replace_an_event_by_its_unique_values(
    ledger: SignOffEvent, same: str, recursive_triggers: bool
) -> None:
    refused(lambda: replace(SignOffEvent, **PUSHES_OUT[same]))


@pytest.mark.sqlite
@pytest.mark.parametrize("kind", ["REVOKED", "COUNTERSIGNED"])
def test_insert_or_replace_cannot_push_out_a_revocation_or_a_countersign(
    ledger: SignOffEvent, kind: str, recursive_triggers: bool
) -> None:
    nothing = {"level": None, "valid_until": None, "signer_id": people.person().pk}
    decisions.raw_event(ledger, kind=kind, about_id=ledger.pk, **nothing).save(force_insert=True)
    refused(lambda: replace(SignOffEvent, f"kind = '{kind}'", **FRESH, seq="seq + 1000", prev_hash="'c'"))


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("model", "instead"),
    [
        (Observation, {"id": "id + 1000", "request_id": "NULL"}),
        (ObservationSkill, {"id": "id + 1000", "supervision": "5"}),
        (ObservationIndicator, {"id": "id + 1000", "mark": "'seen'"}),
    ],
    ids=lambda item: getattr(item, "__name__", ""),
)
def test_insert_or_replace_cannot_push_out_what_a_decision_rests_on(
    ledger: SignOffEvent, model: type[Model], instead: dict[str, str], recursive_triggers: bool
) -> None:
    refused(lambda: replace(model, **instead))


@pytest.mark.sqlite
def test_every_constraint_that_a_replace_could_use_is_named_in_the_guard() -> None:
    for model in GUARDED:
        guard = triggers._pushed_out(model)
        for constraint in model._meta.constraints:
            fields = getattr(constraint, "fields", ())
            if constraint.__class__.__name__ == "UniqueConstraint":
                same = [
                    f"{model._meta.get_field(name).column} = NEW.{model._meta.get_field(name).column}"
                    for name in fields
                ]
                assert any(all(part in row for part in same) for row in guard.split(" OR ")), constraint.name
        for field in model._meta.concrete_fields:
            assert not field.unique or f"{field.column} = NEW.{field.column}" in guard


# --- Kept in place ------------------------------------------------------------------------------------------------


def test_good_rows_are_still_added(ledger: SignOffEvent) -> None:
    nothing = {"level": None, "valid_until": None}
    decisions.raw_event(ledger, kind="REVOKED", about_id=ledger.pk, **nothing).save(force_insert=True)
    assert SignOffEvent.objects.count() == 2


def test_the_system_check_names_each_missing_guard() -> None:
    assert guards_stand(databases=["default"]) == []
    for trigger in triggers.expected(connection.vendor):
        with transaction.atomic():
            execute(f"DROP TRIGGER {trigger.name}" + ("" if connection.vendor == "sqlite" else f" ON {trigger.table}"))
            (error,) = guards_stand(databases=["default"])
            assert error.id == "assessments.E001"
            assert trigger.name in error.msg
            assert missing() == {trigger.name}
            transaction.set_rollback(True)
    assert missing() == set()


def test_manage_py_check_fails_while_a_guard_is_missing() -> None:
    connection.check_constraints()
    triggers.remove(connection)
    with pytest.raises(SystemCheckError, match=r"assessments\.E001"):
        call_command("check", databases=["default"])
    triggers.install(connection)
    call_command("check", databases=["default"])


def test_migrate_puts_the_guards_back(ledger: SignOffEvent) -> None:
    connection.check_constraints()
    triggers.remove(connection)
    assert missing() == triggers.names(connection.vendor)
    SignOffEvent.objects.update(authority="Possible while they are away.")
    connection.check_constraints()
    call_command("migrate", "assessments", verbosity=0, skip_checks=True)
    assert missing() == set()
    refused(lambda: SignOffEvent.objects.update(authority="Tampered."))


def test_sqlite_can_rebuild_a_table_while_it_migrates() -> None:
    connection.check_constraints()
    seen = []

    def look(**_rest: Any) -> None:
        seen.append(missing())

    judging_app = apps.get_app_config("assessments")
    pre_migrate.connect(look, sender=judging_app)  # after ours, which was connected first
    try:
        call_command("migrate", "assessments", verbosity=0, skip_checks=True)
    finally:
        pre_migrate.disconnect(look, sender=judging_app)
    assert seen == [triggers.names("sqlite") if connection.vendor == "sqlite" else set()]
    assert missing() == set()


def test_installing_twice_is_the_same_as_once(ledger: SignOffEvent) -> None:
    connection.check_constraints()
    triggers.install(connection)
    triggers.install(connection)
    assert missing() == set()
    refused(lambda: SignOffEvent.objects.update(authority="Tampered."))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("time", ["first", "second"])
def test_the_guards_stand_again_after_a_test_that_committed(time: str) -> None:
    """The second run begins with the database as it was before the first."""
    assert missing() == set()
    assert SignOffEvent.objects.count() == 0
    work = decisions.decision_scene()
    decisions.enough_evidence(work, basics.MONDAY - timedelta(hours=1))
    decisions.sign(work)
    with pytest.raises(IntegrityError, match=triggers.SENTENCE):
        SignOffEvent.objects.update(authority="Tampered.")
