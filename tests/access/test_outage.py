"""H17: whoever asks while the database is away reads a sentence, gets the words back, and nothing is half written."""

from __future__ import annotations

from typing import Any

import pytest

from .matrix import cells
from .outage import Outage, outages
from .probes import PROBES
from .walk import Walk
from .world import build

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="session")
def found(in_a_world: Any) -> list[Outage]:
    return list(in_a_world(lambda at: outages(Walk(build(at)))))


def test_every_page_and_every_form_answers_503(found: list[Outage]) -> None:
    """H17."""
    assert {(one.probe, one.at, one.of, one.status) for one in found if one.status != 503} == set()
    assert {one.headers["Retry-After"] for one in found} == {"30"}


def test_every_word_of_the_form_is_given_back(found: list[Outage]) -> None:
    """H17."""
    assert {(one.probe, *one.lost) for one in found if one.lost} == set()


def test_no_row_is_half_written(found: list[Outage]) -> None:
    """H17."""
    assert {(one.probe, one.at, one.of, *one.half) for one in found if one.half} == set()


def test_whatever_somebody_may_was_tried(found: list[Outage]) -> None:
    may = {cell.probe for cell in cells() if cell.code == "Y"}
    assert {one.probe for one in found} == may
    assert len(may) > 0.8 * len(PROBES)
