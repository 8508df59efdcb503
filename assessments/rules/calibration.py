"""Calibration: how well somebody's ratings agree with those of experienced observers.

Quadratic weighted kappa (Cohen, Psychological Bulletin 70, 1968) over the ordinal scale of supervision needed, and the
bias: the mean of rating minus reference. Both are exact fractions until they are shown.

A set is content, and says itself from how many vignettes on it decides. Whether it may is no content: below the floors
here a set teaches, whatever it says (ADR 26).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

Pairs = Sequence[tuple[int, int]]

LEAST_ITEMS = 10
LEAST_KAPPA = 0.4
MOST_BIAS = 0.75
"""The floors: of vignettes, of the agreement that passes, and how far off the mean may be either way."""


def above_floors(items: int, kappa: float, max_bias: float) -> bool:
    """Whether a set with so many vignettes and these pass marks is fit to decide who observes."""
    return items >= LEAST_ITEMS and kappa >= LEAST_KAPPA and max_bias <= MOST_BIAS


def means_to_decide(items: int, min_items: int) -> bool:
    """Whether a set says of itself that it decides: it has the least number of vignettes that it names."""
    return items >= min_items


def decides(items: int, min_items: int, kappa: float, max_bias: float) -> bool:
    """Whether a pass renews a grant: the set says so, and stands above the floors."""
    return means_to_decide(items, min_items) and above_floors(items, kappa, max_bias)


@dataclass(frozen=True, slots=True)
class Agreement:
    """How ratings and references agree. ``kappa`` -1 to 1, ``bias`` -4 to 4: above 0 is milder than the references."""

    kappa: Fraction
    bias: Fraction
    passed: bool


def weighted_kappa(pairs: Pairs) -> Fraction:
    """Quadratic weighted kappa of (rating, reference) pairs; 1 when nothing differs. ValueError without a pair.

    With quadratic weights, the disagreement by chance is the mean squared distance between every rating and
    every reference.
    """
    if not pairs:
        raise ValueError("There is nothing to agree on.")
    seen = Fraction(sum((rating - reference) ** 2 for rating, reference in pairs), len(pairs))
    by_chance = Fraction(
        sum((rating - reference) ** 2 for rating, _mine in pairs for _theirs, reference in pairs), len(pairs) ** 2
    )
    return 1 - seen / by_chance if by_chance else Fraction(1)


def agreement(pairs: Pairs, *, kappa: float, max_bias: float) -> Agreement:
    """Whether ratings agree well enough: kappa at least ``kappa``, bias at most ``max_bias`` either way."""
    found = weighted_kappa(pairs)
    bias = Fraction(sum(rating - reference for rating, reference in pairs), len(pairs))
    passed = found >= Fraction(str(kappa)) and abs(bias) <= Fraction(str(max_bias))
    return Agreement(found, bias, passed)
