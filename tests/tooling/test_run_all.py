"""run_all starts again what ended: after a growing pause, and after a short one again once it has run well (H16)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lms.supervisor import Child


@pytest.fixture
def child(tmp_path: Path) -> Iterator[Child]:
    """A program that ends at once, whenever it is started."""
    made = Child("web server", ["this"], {}, tmp_path)
    yield made
    made.process.kill()
    made.process.wait()


def pause_after(child: Child, now: float) -> tuple[str, float]:
    """What is said when the program is found to have ended at this second, and how long it stays away."""
    child.process.wait()
    said = child.revive(now)
    ended = child.process
    seconds = 0.0
    while child.process is ended:
        seconds += 0.5
        assert child.revive(now + seconds) == ""
    return said, seconds


def test_the_pause_grows_to_a_minute(child: Child) -> None:
    now, pauses = child.began + 1, []
    for _n in range(8):
        said, seconds = pause_after(child, now)
        assert said.startswith(f"The web server ended and starts again in {seconds:.0f} s: Namespaces are one honking")
        pauses.append(seconds)
        now = child.began + 1
    assert pauses == [2, 4, 8, 16, 32, 60, 60, 60]


@pytest.mark.parametrize(("ran", "pause"), [(59, 16), (60, 16), (61, 1), (3_600, 1)])
def test_whoever_ran_well_begins_with_the_shortest(child: Child, ran: float, pause: float) -> None:
    for _n in range(3):
        pause_after(child, child.began + 1)
    assert pause_after(child, child.began + ran)[1] == pause


def test_one_that_runs_is_left_alone(tmp_path: Path) -> None:
    child = Child("worker", ["http.server", "0"], {}, tmp_path)
    running = child.process
    assert child.revive(child.began + 1_000_000) == ""
    assert child.process is running
    child.process.kill()
    child.process.wait()
