"""The worker that runs the schedule, too, for one machine: ``celery -A lms.worker_with_schedule worker``.

Celery's own ``--beat`` makes a process that nobody watches. Here the schedule is a thread: it ends with its worker, and
a worker whose schedule has ended stops, so that whoever keeps the worker running starts both again.
"""

from __future__ import annotations

from threading import Thread

from celery import bootsteps
from celery.beat import Service
from celery.worker import WorkController, state

from lms.celery import app

LONGEST_SLEEP = 1  # seconds; so long may it take until the schedule sees that it is asked to stop


class Schedule(Thread):
    """Sends what is due, until it is asked to stop."""

    def __init__(self) -> None:
        super().__init__(name="schedule", daemon=True)
        self.service = Service(app, max_interval=LONGEST_SLEEP, scheduler_cls=app.conf.beat_scheduler)
        self.asked_to_stop = False

    def run(self) -> None:
        app.set_current()
        try:
            self.service.start()
        finally:
            if not self.asked_to_stop:
                state.should_stop = 1  # the exit code of the worker

    def stop(self) -> None:
        """Ask it, and wait for it."""
        self.asked_to_stop = True
        self.service.stop()
        self.join(3 * LONGEST_SLEEP)


class ScheduleStep(bootsteps.StartStopStep):
    """Starts and stops the schedule with the worker."""

    def create(self, worker: WorkController) -> Schedule:
        return Schedule()


app.steps["worker"].add(ScheduleStep)
