"""What the database itself refuses in publishing, whoever asks: one line a named constraint."""

from __future__ import annotations

import pytest

from cms.models import CustomRendition, StarterCurriculum
from cms.models.failures import Compilation, CompileFailure
from tests.constraints import AT, Line, check, hold, once, without_a_line
from tests.factories import basics

pytestmark = pytest.mark.django_db

SOURCE = {"content_type_id": 1, "object_id": 2}
SCALED = {"image_id": 1, "filter_spec": "width-400", "focal_point_key": "1-2"}

STARTER = {"id": 1, "state": "waiting"}
RUNNING = {"id": 1, "state": "running", "run": basics.uid("run"), "heard_at": AT}

LINES = [
    once("compilation_once", Compilation, SOURCE, {"content_type_id": 3}, {"object_id": 3}),
    once(
        "compile_failure_open_once",
        CompileFailure,
        SOURCE,
        {"content_type_id": 3},
        {"object_id": 3},
        {"resolved_at": AT},
    ),
    once(
        "rendition_once",
        CustomRendition,
        SCALED,
        {"image_id": 2},
        {"filter_spec": "width-800"},
        {"focal_point_key": "3-4"},
    ),
    check("starter_curriculum_is_one", StarterCurriculum, STARTER, {"id": 2}),
    check("starter_curriculum_state_known", StarterCurriculum, STARTER, {"state": "lost"}, takes=[{"state": "empty"}]),
    check(
        "starter_curriculum_runs_in_one_worker",
        StarterCurriculum,
        RUNNING,
        {"run": None},
        {"heard_at": None},
        {"state": "waiting"},
        takes=[{"state": "waiting", "run": None}],
    ),
    check(
        "starter_curriculum_done_within_total",
        StarterCurriculum,
        {**RUNNING, "done": 1, "total": 2},
        {"done": 3},
        takes=[{"done": 2}],
    ),
    check(
        "starter_curriculum_done_is_whole",
        StarterCurriculum,
        {"id": 1, "state": "done", "done": 2, "total": 2, "heard_at": AT},
        {"done": 1},
        {"heard_at": None},
    ),
    check(
        "starter_curriculum_failed_says_why",
        StarterCurriculum,
        {"id": 1, "state": "failed", "failure": "It stopped."},
        {"failure": ""},
        {"state": "waiting"},
        takes=[{"state": "waiting", "failure": ""}],
    ),
]


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.name)
def test_the_database_itself_refuses(line: Line) -> None:
    hold(line)


def test_every_constraint_has_its_line() -> None:
    assert without_a_line("cms", LINES) == set()
