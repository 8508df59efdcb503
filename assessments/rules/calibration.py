"""Calibration: how well somebody's ratings agree with those of experienced observers.

Quadratic weighted kappa (Cohen, Psychological Bulletin 70, 1968) over the ordinal scale of supervision needed, and the
bias: the mean of rating minus reference. Both are exact fractions until they are shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

Pairs = Sequence[tuple[int, int]]


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
