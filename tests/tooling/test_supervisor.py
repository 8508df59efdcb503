"""What keeps the others running is small, and the worker's schedule never ends unseen."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from celery.worker import state

from lms import supervisor, worker_with_schedule
from lms.worker_with_schedule import Schedule


def test_it_needs_neither_django_nor_celery() -> None:
    look = (
        "import runpy, sys; runpy.run_path(sys.argv[1]); "
        "print(sorted({name.split('.')[0] for name in sys.modules} & {'django', 'celery', 'kombu', 'lms', 'wagtail'}))"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", look, supervisor.__file__], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


class FakeService:
    """Stands in for Celery's: ends when it is told to, or fails."""

    def __init__(self, app: Any, max_interval: int, scheduler_cls: str) -> None:
        self.error: Exception | None = None
        self.asked = False

    def start(self) -> None:
        if self.error:
            raise self.error

    def stop(self) -> None:
        self.asked = True


@pytest.fixture
def schedule(monkeypatch: pytest.MonkeyPatch) -> Schedule:
    monkeypatch.setattr(worker_with_schedule, "Service", FakeService)
    monkeypatch.setattr(state, "should_stop", None)
    monkeypatch.setattr("threading.excepthook", lambda args: None)
    return Schedule()


@pytest.mark.parametrize("error", [None, OSError("no room")])
def test_a_schedule_that_ends_by_itself_ends_the_worker(schedule: Schedule, error: Exception | None) -> None:
    schedule.service.error = error
    schedule.start()
    schedule.join()
    assert state.should_stop == 1


def test_one_that_was_asked_to_stop_leaves_the_worker_to_end_as_it_will(schedule: Schedule) -> None:
    schedule.asked_to_stop = True
    schedule.start()
    schedule.stop()
    assert schedule.service.asked
    assert not schedule.is_alive()
    assert state.should_stop is None
