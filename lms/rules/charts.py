"""Where the marks of a lesson figure stand, in percent of the drawing: arithmetic only, no markup.

A figure is what an author wrote: ``{"kind": "bar", "data": [{"label": ..., "value": ...}], "unit": ...}``. Templates
draw the answer as SVG and set the same numbers as a table beside it.
"""

import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Bar:
    """One bar: from ``x`` for ``width``, in percent. ``change``: a step of a waterfall, not its start or total."""

    label: str
    value: float
    x: float
    width: float
    total: bool = False
    change: bool = False


@dataclass(frozen=True)
class Bars:
    """The bars of a figure and where its zero line stands. In a waterfall each bar begins where the last one ended."""

    rows: tuple[Bar, ...]
    zero: float
    waterfall: bool


@dataclass(frozen=True)
class ChartPoint:
    """A dot: ``x`` and ``y`` in percent from the top left. ``end`` says that its words stand on the left of it."""

    label: str
    value: float
    x: float
    y: float
    end: bool = False
    below: bool = False
    named: bool = False


@dataclass(frozen=True)
class Segment:
    """A straight line between two points, in percent from the top left."""

    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True)
class ChartLine:
    """The dots of a line figure, the lines between them and the height of zero."""

    points: tuple[ChartPoint, ...]
    segments: tuple[Segment, ...]
    zero: float


def bars(data: Iterable[Mapping[str, Any]]) -> Bars:
    """Bars beside each other or, if one of them is a ``total``, a waterfall: each adds to the last, totals start at 0.

    Values may be negative; the scale always includes zero, so that lengths can be compared.
    """
    rows = list(data)
    waterfall = any(row.get("total") for row in rows)
    spans: list[tuple[float, float]] = []
    running = 0.0
    for row in rows:
        value = float(row["value"])
        if waterfall and not row.get("total"):
            spans.append((running, running + value))
            running += value
        else:
            spans.append((0.0, value))
            running = value
    low = min([0.0, *(min(span) for span in spans)])
    high = max([0.0, *(max(span) for span in spans)])
    place = _scale(low, high)
    drawn = tuple(
        Bar(
            label=str(row["label"]),
            value=float(row["value"]),
            x=place(min(span)),
            width=round(place(max(span)) - place(min(span)), 2),
            total=bool(row.get("total")),
            change=waterfall and not row.get("total") and index > 0,
        )
        for index, (row, span) in enumerate(zip(rows, spans, strict=True))
    )
    return Bars(rows=drawn, zero=place(0.0), waterfall=waterfall)


def line(data: Iterable[Mapping[str, Any]]) -> ChartLine:
    """Dots at even distances joined by lines; the scale includes zero. First, middle and last dot are ``named``."""
    rows = list(data)
    values = [float(row["value"]) for row in rows]
    place = _scale(min([0.0, *values]), max([0.0, *values]))
    last = len(rows) - 1
    named = {0, last // 2, last} if last > 3 else set(range(len(rows)))
    points = tuple(
        ChartPoint(
            label=str(row["label"]),
            value=value,
            x=round(4 + 92 * index / last, 2) if last > 0 else 50.0,
            y=round(100 - place(value), 2),
            end=index == last,
            named=index in named,
        )
        for index, (row, value) in enumerate(zip(rows, values, strict=True))
    )
    segments = tuple(Segment(a.x, a.y, b.x, b.y) for a, b in itertools.pairwise(points))
    return ChartLine(points=points, segments=segments, zero=round(100 - place(0.0), 2))


def quadrant(data: Iterable[Mapping[str, Any]]) -> tuple[ChartPoint, ...]:
    """Dots on a square of 100 by 100, ``y`` upwards in the data; words that would touch move below their dot."""
    placed: list[ChartPoint] = []
    for row in data:
        x, y = float(row["x"]), 100 - float(row["y"])
        below = any(abs(other.y - y) < 7 and abs(other.x - x) < 45 and not other.below for other in placed)
        placed.append(
            ChartPoint(label=str(row["label"]), value=0.0, x=round(x, 2), y=round(y, 2), end=x > 60, below=below)
        )
    return tuple(placed)


def _scale(low: float, high: float) -> Callable[[float], float]:
    """A function from a value to percent between ``low`` and ``high``; everything is at 0 when they are the same."""
    span = high - low

    def place(value: float) -> float:
        return round((value - low) / span * 100, 2) if span else 0.0

    return place
