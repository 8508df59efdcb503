"""What the database itself refuses in publishing, whoever asks: one line a named constraint."""

from __future__ import annotations

import pytest

from cms.models import CustomRendition
from cms.models.failures import Compilation, CompileFailure
from tests.constraints import AT, Line, hold, once, without_a_line

pytestmark = pytest.mark.django_db

SOURCE = {"content_type_id": 1, "object_id": 2}
SCALED = {"image_id": 1, "filter_spec": "width-400", "focal_point_key": "1-2"}

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
]


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.name)
def test_the_database_itself_refuses(line: Line) -> None:
    hold(line)


def test_every_constraint_has_its_line() -> None:
    assert without_a_line("cms", LINES) == set()
