"""How a ladder is drawn and told."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from cms.rules.ladders import ladder
from lms.rules.gates import OpenGate

DAY = date(2026, 4, 23)
ALL = ("talk", "try", "do", "show")
STANDARD = UUID(int=7)


def gate(name, level=None, until=None):
    return OpenGate("listening", name, level, STANDARD if level else None, until)


@pytest.mark.parametrize(
    ("gates", "options", "bays", "word"),
    [
        ([], {"offers": ALL}, ("next", "closed", "closed", "closed"), "Talk is next"),
        ([], {"offers": ALL, "open_now": ()}, ("closed",) * 4, "Not begun"),
        ([], {}, ("closed",) * 4, "Not begun"),
        ([], {"offers": ("try",)}, ("none", "closed", "closed", "closed"), "Talk: none here"),
        ([gate("talk")], {"offers": ALL}, ("open", "next", "closed", "closed"), "Try is next"),
        (
            [gate("talk")],
            {"offers": ALL, "open_now": ("do",)},
            ("open", "closed", "closed", "closed"),
            "Try comes later",
        ),
        (
            [gate("talk"), gate("try")],
            {"offers": ALL, "waits_for": {"do": "Dan"}},
            ("open", "open", "wait", "closed"),
            "Do waits for Dan",
        ),
        ([gate("do")], {"offers": ALL}, ("skip", "skip", "open", "next"), "Show is next"),
        ([gate("show", 3)], {"offers": ALL}, ("skip", "skip", "skip", "vouched"), "May act with a coach on call"),
        ([gate("show", 3)], {"level": 4}, ("skip", "skip", "skip", "open"), "May act with a coach on call"),
        (
            [gate("show", 3, date(2026, 6, 1))],
            {"level": 3},
            ("skip", "skip", "skip", "due"),
            "May act with a coach on call",
        ),
        (
            [gate("talk"), gate("try"), gate("do"), gate("show", 3, date(2026, 3, 31))],
            {},
            ("open", "open", "open", "closed"),
            "Lapsed on 31 March 2026",
        ),
    ],
)
def test_bays_and_word(gates, options, bays, word):
    found = ladder(gates, DAY, **options)
    expected = (*bays[:3], "lapsed") if word.startswith("Lapsed") else bays
    assert (found.bays, found.word) == (expected, word)


def test_the_highest_valid_level_counts_and_its_last_day():
    found = ladder(
        [gate("show", 2), gate("show", 4, date(2027, 1, 1)), gate("show", 5, date(2026, 1, 1))], DAY, level=4
    )
    assert (found.level, found.valid_until, found.vouched) == (4, date(2027, 1, 1), True)


def test_a_ladder_is_said_aloud():
    said = ladder([gate("talk")], DAY, offers=ALL).label
    assert said == "Talk open; Try is next; Do closed; Show closed"


def test_silence_is_not_zero():
    assert ladder([], DAY).silent
    assert not ladder([], DAY, offers=ALL).silent
    assert not ladder([gate("talk")], DAY).silent
