"""Operations: what tells a silent schedule from a silent worker, what failed, and what the doctor finds."""

from __future__ import annotations

import shutil
import time
from collections import namedtuple
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from celery import Task
from django.conf import settings as django_settings
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from django.core.management import call_command
from django.db import OperationalError
from django.test.utils import override_settings
from django.utils.module_loading import import_string

from assessments.api import verify_nightly
from lms import clock, receivers, schedule, tasks, worker_with_schedule
from lms.api import (
    SCHEDULE,
    WORKER,
    Check,
    HealthFinding,
    OutgoingMail,
    examine,
    failed_work,
    known_work,
    last_runs,
    note_done,
    note_failed,
    note_life,
    register_sender,
    tell,
    try_mail_again,
    try_task_again,
)
from lms.celery import app
from lms.errors import Conflict, NotFound
from lms.models import Act, FailedTask, Heartbeat, TaskRun
from lms.services.platform import work
from lms.services.platform.health import checks, finding, frame, machine, running
from lms.services.platform.outbox import send_waiting
from lms.services.platform.unsent import unsent_mail
from tests.factories import basics, failed, notices, people

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
NIGHTLY = "assessments.tasks.verify_ledger"

Usage = namedtuple("Usage", "total used free")


def code(found: str | HealthFinding) -> str:
    """The code of a finding; "" for what is well."""
    return found.code if isinstance(found, HealthFinding) else ""


# --- Schedule and worker


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("of_schedule", "of_worker", "found"),
    [
        (0, 0, ("", "")),
        (4, 4, ("", "")),
        (0, 6, ("", "worker-silent")),
        (0, None, ("", "worker-silent")),
        (6, 0, ("schedule-silent", "")),
        (6, 6, ("schedule-silent", "worker-unknown")),
        (None, None, ("schedule-silent", "worker-unknown")),
        (-6, -6, ("schedule-silent", "worker-unknown")),
    ],
)
def test_a_silent_schedule_is_told_from_a_silent_worker(of_schedule: Any, of_worker: Any, found: Any) -> None:
    """Minutes since each was heard of; None: never; below zero: a clock that was wrong."""
    for name, ago in ((SCHEDULE, of_schedule), (WORKER, of_worker)):
        if ago is not None:
            note_life(name, AT - DAY)
            note_life(name, AT - ago * MINUTE)
    assert Heartbeat.objects.count() <= 2
    assert (code(running.schedule(AT)), code(running.worker(AT))) == found


@pytest.mark.django_db
def test_the_schedule_writes_its_own_heartbeat_twice_a_minute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    seconds = [1000.0]
    monkeypatch.setattr(schedule.time, "monotonic", lambda: seconds[0])
    monkeypatch.setattr(schedule, "close_old_connections", lambda: None)
    monkeypatch.setattr(schedule.PersistentScheduler, "tick", lambda self: 1.0)
    kept = schedule.ScheduleWithHeartbeat(app=app, schedule_filename=str(tmp_path / "kept"), lazy=True)
    written = []
    monkeypatch.setattr(schedule, "note_life", lambda name, at: written.append(name))
    for passed in (0, 29, 2, 29, 2):
        seconds[0] += passed
        assert kept.tick() == 1.0
    assert written == [SCHEDULE] * 3


def test_the_schedule_in_a_worker_shows_that_it_lives_too() -> None:
    """Celery's own service takes another one unless it is told."""
    scheduler = worker_with_schedule.Schedule().service.scheduler
    scheduler.close()
    assert isinstance(scheduler, schedule.ScheduleWithHeartbeat)


def test_a_database_that_is_away_stops_no_schedule(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def away(name: str, at: datetime) -> None:
        raise OperationalError("The database is away.")

    monkeypatch.setattr(schedule, "note_life", away)
    monkeypatch.setattr(schedule, "close_old_connections", lambda: None)
    schedule.ScheduleWithHeartbeat(app=app, schedule_filename=str(tmp_path / "kept"), lazy=True).show_life()


@pytest.mark.django_db
def test_the_task_of_the_schedule_is_the_heartbeat_of_the_worker() -> None:
    tasks.heartbeat()
    assert [row.name for row in Heartbeat.objects.all()] == [WORKER]
    assert django_settings.CELERY_BEAT_SCHEDULE["heartbeat"]["task"] == tasks.heartbeat.name
    assert import_string(django_settings.CELERY_BEAT_SCHEDULER) is schedule.ScheduleWithHeartbeat


def test_every_task_says_what_it_does() -> None:
    """So that the page never names one as programs do; what is named is there."""
    app.loader.import_default_modules()
    ours = {name for name in app.tasks if name.split(".")[0] in ("lms", "coaching", "assessments", "cms")}
    assert set(known_work()) == ours
    assert {entry["task"] for entry in django_settings.CELERY_BEAT_SCHEDULE.values()} <= ours


# --- Work that failed


@pytest.mark.django_db
def test_a_call_that_failed_is_one_row_until_it_goes_through() -> None:
    for minutes, error in ((0, "first"), (1, "second")):
        note_failed(NIGHTLY, "[[],{}]", error, AT + minutes * MINUTE)
    note_failed(NIGHTLY, "[[7],{}]", "another call", AT)
    row = FailedTask.objects.get(call="[[],{}]")
    assert (row.times, row.error, row.since, row.failed_at) == (2, "second", AT, AT + MINUTE)
    assert code(running.work_goes_through(AT)) == "work-failed"
    note_done(NIGHTLY, "[[],{}]", AT + 2 * MINUTE)
    assert [each.call for each in failed_work(AT + 2 * MINUTE)] == ["[[7],{}]"]
    note_failed(NIGHTLY, "[[],{}]", "third", AT + 3 * MINUTE)
    assert FailedTask.objects.get(call="[[],{}]", done_at=None).times == 1
    assert not failed_work(AT + 8 * DAY).exists(), "what nobody asked for again in a week is no news"


@pytest.mark.django_db
def test_when_a_task_last_went_through_is_written_once_a_minute() -> None:
    for seconds in (0, 10, 59, 70, 80):
        note_done(NIGHTLY, "[[],{}]", AT + timedelta(seconds=seconds))
    assert TaskRun.objects.get().done_at == AT + timedelta(seconds=70)
    note_done(NIGHTLY, "[[],{}]", AT)
    assert TaskRun.objects.get().done_at == AT, "a clock that was wrong is put right"
    assert {row.task: row.done_at for row in last_runs()}[NIGHTLY] == AT


@pytest.mark.django_db
def test_the_worker_tells_how_its_tasks_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """Through Celery itself: signals, states, names."""
    fails = [True]

    def send() -> int:
        if fails[0]:
            raise ValueError("No such folder.\nDETAIL: what somebody wrote")
        return 0

    monkeypatch.setattr("lms.api.send_waiting_mail", send)
    tasks.send_mail.apply()
    row = FailedTask.objects.get()
    assert (row.task, row.call, row.error) == ("lms.tasks.send_mail", "[[],{}]", "ValueError: No such folder.")
    assert not TaskRun.objects.exists()
    fails.clear()
    fails.append(False)
    tasks.send_mail.apply()
    assert not failed_work(clock.now()).exists()
    assert TaskRun.objects.get().task == "lms.tasks.send_mail"


@pytest.mark.django_db
def test_a_task_that_is_not_ours_leaves_nothing() -> None:
    foreign = Task()
    foreign.name = "celery.backend_cleanup"
    receivers.note_task_done(foreign, [], {}, "SUCCESS")
    receivers.note_task_failed(foreign, [], {}, ValueError("x"))
    assert not FailedTask.objects.exists()
    assert not TaskRun.objects.exists()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What is sent to the worker."""
    kept: list[Any] = []
    monkeypatch.setattr(work, "_send", [])
    register_sender(lambda *what: kept.append(what))
    return kept


@pytest.mark.django_db
def test_a_call_that_failed_is_sent_again_once_for_one_key(
    sent: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    boss, row, key = people.administrator(), failed.task(call='[[7],{"b":1}]'), basics.key()
    for _time in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            try_task_again(actor=boss, task_uid=row.uid, key=key, at=AT)
    assert sent == [(NIGHTLY, [7], {"b": 1})]
    row.refresh_from_db()
    assert row.asked_at == AT
    assert Act.objects.get(pk=key).name == "task.try_again"


@pytest.mark.django_db
def test_what_went_through_or_is_unknown_is_not_tried_again(
    sent: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    boss = people.administrator()
    for row in (failed.task(call="[[8],{}]"), failed.task("lms.tasks.make_tea")):
        if row.task == NIGHTLY:
            note_done(row.task, row.call, AT)
        with django_capture_on_commit_callbacks(execute=True), pytest.raises(Conflict):
            try_task_again(actor=boss, task_uid=row.uid, key=basics.key(), at=AT)
    assert sent == []


@pytest.mark.django_db
def test_a_broker_that_is_down_loses_no_wish_to_try_again(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    def away(*what: Any) -> None:
        raise ConnectionError("The broker is away.")

    monkeypatch.setattr(work, "_send", [away])
    row = failed.task()
    with django_capture_on_commit_callbacks(execute=True):
        try_task_again(actor=people.administrator(), task_uid=row.uid, key=basics.key(), at=AT)
    row.refresh_from_db()
    assert (row.asked_at, row.done_at) == (AT, None)


# --- Mail


@pytest.mark.django_db
def test_a_mail_that_was_given_up_is_sent_once_more() -> None:
    boss, row, key = people.administrator(), failed.mail(), basics.key()
    assert send_waiting(AT) == 0
    assert code(running.mail_arrives(clock.now())) == "mail-given-up"
    for _time in range(2):
        try_mail_again(actor=boss, mail_uid=row.uid, key=key, at=AT)
    assert not code(running.mail_arrives(clock.now()))
    assert send_waiting(AT) == 1
    row.refresh_from_db()
    assert (row.sent_at, row.attempts, row.given_up_at) == (AT, 1, None)
    assert try_mail_again(actor=boss, mail_uid=row.uid, key=key, at=AT).sent_at == AT, "the same form is the same act"


@pytest.mark.django_db
def test_a_mail_that_was_sent_or_waits_is_not_tried_again() -> None:
    boss = people.administrator()
    waits = failed.mail(given_up_at=None, attempts=3)
    went = failed.mail(sent_at=AT)
    for row in (waits, went):
        with pytest.raises(Conflict):
            try_mail_again(actor=boss, mail_uid=row.uid, key=basics.key(), at=AT)
    waits.refresh_from_db()
    assert waits.attempts == 3
    with pytest.raises(NotFound):
        try_mail_again(actor=people.person(), mail_uid=waits.uid, key=basics.key(), at=AT)


@pytest.mark.django_db
def test_mail_that_waits_for_a_quarter_of_an_hour_is_a_finding() -> None:
    assert not code(running.mail_leaves(AT))
    row = failed.mail(given_up_at=None, last_error="the mail server is down")
    OutgoingMail.objects.update(created_at=AT)
    assert not code(running.mail_leaves(AT + 15 * MINUTE))
    found = running.mail_leaves(AT + 16 * MINUTE)
    assert code(found) == "mail-waits"
    assert "1 mail waits for 16 minutes. The last answer was: the mail server is down" in found.sentence
    OutgoingMail.objects.filter(pk=row.pk).update(sent_at=AT)
    assert not code(running.mail_leaves(AT + 16 * MINUTE))


@pytest.mark.django_db
def test_a_notice_whose_mail_nobody_writes_is_mail_that_waits() -> None:
    tell(notices.SAID, [people.person()], words={"text": "It is so."}, at=AT)
    OutgoingMail.objects.all().delete()
    assert code(running.mail_leaves(AT + 16 * MINUTE)) == "mail-waits"


@pytest.mark.django_db
def test_who_a_mail_did_not_reach_is_named_where_the_address_is_theirs() -> None:
    lea = people.person("Lea Sommer")
    failed.mail("gone@example.com")
    failed.mail(lea.email)
    found = {each.address: each.person for each in unsent_mail(clock.now())}
    assert found == {"gone@example.com": None, lea.email: lea}


# --- The doctor


@pytest.fixture
def company(db: None, tmp_path: Path) -> Any:
    """Everything that a person has to do is done, and everything lives."""
    at = clock.now()
    people.administrator()
    people.with_duty("learning")
    organisation = frame.Organisation.objects.get()
    frame.Organisation.objects.filter(pk=organisation.pk).update(set_up_at=at)
    note_life(SCHEDULE, at)
    note_life(WORKER, at)
    verify_nightly(at)
    with override_settings(MEDIA_ROOT=tmp_path):
        yield


@pytest.fixture
def roomy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk with room, whatever machine this is."""
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda folder: Usage(100 * 10**9, 10**9, 99 * 10**9))


def found_now() -> set[str]:
    return {each.finding.code for each in examine(clock.now()) if each.finding}


def test_where_all_is_done_and_lives_the_doctor_finds_nothing(company: None, roomy: None) -> None:
    assert [each for each in examine(clock.now()) if each.finding] == []
    out = StringIO()
    call_command("doctor", stdout=out)
    lines = out.getvalue().splitlines()
    assert all(line.startswith("ok ") for line in lines)
    assert len(lines) > len(checks.OURS)


@pytest.mark.django_db
def test_an_installation_of_today_lacks_duties_organisation_and_programs(roomy: None) -> None:
    assert found_now() == {
        "no-administrator", "no-learning", "no-organisation", "schedule-silent", "worker-unknown",
    }  # fmt: skip
    out = StringIO()
    with pytest.raises(SystemExit, match="1"):
        call_command("doctor", stdout=out)
    assert "FINDING  Administrators: There is no administrator" in out.getvalue()


def test_whatever_breaks_a_check_the_others_are_asked(
    company: None, roomy: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(at: datetime) -> str:
        raise RuntimeError("of glass\nDETAIL: what somebody wrote")

    monkeypatch.setattr(finding, "_registered", {"glass": Check("Glass", breaks)})
    (looked,) = [each for each in examine(clock.now()) if each.finding]
    assert (looked.label, looked.finding.code) == ("Glass", "broken")
    assert looked.finding.sentence == "RuntimeError: of glass"


def test_media_that_takes_no_file_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "evidence").write_text("a file where a folder should be")
    with override_settings(MEDIA_ROOT=tmp_path):
        found = machine.media(AT)
    assert code(found) == "media-unwritable"
    assert str(tmp_path / "evidence") in found.sentence
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["evidence"], "no probe is left behind"


@pytest.mark.parametrize(
    ("total", "free", "found"),
    [
        (100, 99, ""),
        (100, 4, "disk-nearly-full"),
        (20, 3, ""),
        (20, 1, "disk-nearly-full"),
        (2000, 6, ""),
        (2000, 4, "disk-nearly-full"),
    ],
)
def test_a_disk_is_nearly_full_by_share_and_by_bytes(
    monkeypatch: pytest.MonkeyPatch, total: int, free: int, found: str
) -> None:
    """In gigabytes: less than a tenth and less than five."""
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: Usage(total * 10**9, 0, free * 10**9))
    assert code(machine.disk(AT)) == found


@pytest.mark.django_db
@pytest.mark.parametrize(("apart", "found"), [(9, ""), (-9, ""), (11, "clock-off"), (-11, "clock-off")])
def test_a_clock_off_against_the_database_is_a_finding(
    monkeypatch: pytest.MonkeyPatch, settings: Any, apart: int, found: str
) -> None:
    settings.VOUCH_CLOCK_FILE = None
    now = time.time()
    monkeypatch.setattr(machine.time, "time", lambda: now + apart)
    assert code(machine.clocks(AT)) == found


def test_a_static_file_that_was_not_collected_is_a_finding(
    monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path
) -> None:
    """As production hands them out, with names from a manifest; here of one file only."""
    assert not code(machine.static_files(AT))
    (tmp_path / "site.1.css").write_text("")
    storage = ManifestStaticFilesStorage(location=str(tmp_path))
    storage.hashed_files = {"css/site.css": "site.1.css"}
    monkeypatch.setattr(machine, "staticfiles_storage", storage)
    settings.STATICFILES_DIRS = []
    assert not code(machine.static_files(AT))
    (tmp_path / "site.1.css").unlink()
    assert code(machine.static_files(AT)) == "static-missing"
    storage.hashed_files = {}
    assert "collectstatic" in machine.static_files(AT).what_to_do


@pytest.mark.django_db
def test_a_broker_that_does_not_answer_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not code(tasks.broker_answers(AT))
    url = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(app, "connection_for_write", lambda: app.amqp.app.connection(url, connect_timeout=1))
    found = tasks.broker_answers(AT)
    assert code(found) == "broker-away"
    assert "redis" not in found.sentence, "an address may hold a passphrase"
