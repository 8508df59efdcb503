"""Checks of standards, skills, role profiles and calibration sets before they are published. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from assessments.rules.calibration import LEAST_ITEMS, LEAST_KAPPA, MOST_BIAS, above_floors, means_to_decide
from lms.rules.specs import RoleProfileSpec, SkillSpec

from .findings import Finding

if TYPE_CHECKING:
    from assessments.rules.specs import CalibrationSpec, StandardSpec

LONGEST_CONTEXT = 80
BANDS = ("Foundation", "Practitioner", "Lead")


def check_skill(spec: SkillSpec) -> Iterator[Finding]:
    """Three bands, each with indicators, whose keys are unique in the skill."""
    if tuple(spec.levels) != BANDS or not all(spec.levels.values()):
        yield Finding(_("A skill has three bands in this order, each with indicators: Foundation, Practitioner, Lead."))
    keys = Counter(indicator.id for indicators in spec.levels.values() for indicator in indicators)
    for key, times in keys.items():
        if times > 1:
            yield Finding(_("Several indicators have the key %(key)s.") % {"key": key})


def check_role(spec: RoleProfileSpec) -> Iterator[Finding]:
    """Each skill once; a standard of its own only for a critical requirement."""
    if not 0 < spec.threshold <= 1:
        yield Finding(_("The threshold is a share above 0 and at most 1."))
    for skill, times in Counter(line.skill for line in spec.requires).items():
        if times > 1:
            yield Finding(_("%(skill)s is required several times; once is enough.") % {"skill": skill})
    for line in spec.requires:
        words = {"skill": line.skill}
        if line.standard and not line.critical:
            yield Finding(_("%(skill)s: only a critical requirement may name its standard.") % words)


def check_standard(spec: StandardSpec, indicators: Collection[str]) -> Iterator[Finding]:
    """The evidence rule can be met, and the indicators exist. ``indicators``: all of its skills, as skill/indicator."""
    rule = spec.rule
    for name, value in (
        (_("Different observers"), rule.observers),
        (_("Latest observations at the level"), rule.latest),
        (_("Different contexts"), rule.contexts),
    ):
        if value > rule.observations:
            words = {"name": name, "value": value, "most": rule.observations}
            yield Finding(_("%(name)s: %(value)d is more than the %(most)d observations asked for.") % words)
    if min(rule.observations, rule.observers, rule.contexts, rule.latest, rule.window_days) < 1:
        yield Finding(_("Observations, observers, contexts, latest and days are at least 1."))
    if rule.contexts > len(spec.where):
        yield Finding(_("More contexts are asked for than the standard permits: list more, or ask for fewer."))
    if rule.observers > 1 and rule.observations - rule.max_from_coach < rule.observers - 1:
        yield Finding(_("So many observations by the coach leave too few for the other observers."))
    if any(len(context) > LONGEST_CONTEXT for context in spec.where):
        yield Finding(_("Name a context in at most %(longest)d characters.") % {"longest": LONGEST_CONTEXT})
    if spec.risk == "high" and rule.observers < 2:
        yield Finding(_("A high-risk standard needs observations by two people."))
    for key in spec.indicators:
        if key not in indicators:
            yield Finding(_("%(key)s is not an indicator of a skill of this standard.") % {"key": key})
    for skill in spec.skills:
        if not any(key.startswith(f"{skill}/") for key in spec.indicators):
            yield Finding(_("No indicator of %(skill)s is listed.") % {"skill": skill})
    yield from _check_expected(spec)


def _check_expected(spec: StandardSpec) -> Iterator[Finding]:
    levels = [(item.day, item.level) for item in spec.expected_level_by_day]
    if any(a[0] >= b[0] or a[1] > b[1] for a, b in pairwise(levels)):
        yield Finding(_("Expected levels rise with their days."))
    if levels and levels[-1][1] > spec.grants:
        yield Finding(_("A level is expected that this standard cannot grant."))


def check_calibration(spec: CalibrationSpec) -> Iterator[Finding]:
    """Keys once, pass marks in range. A set that would decide below the floors is refused; one that has fewer vignettes
    than it asks for itself teaches and decides nothing, which is advice.
    """
    if len({item.id for item in spec.items}) != len(spec.items):
        yield Finding(_("Two vignettes have the same key."))
    if not 0 < spec.kappa <= 1 or not 0 < spec.max_bias <= 4:
        yield Finding(_("Kappa lies above 0 and at most at 1, the bias above 0 and at most at 4."))
    count = len(spec.items)
    if means_to_decide(count, spec.min_items) and not above_floors(count, spec.kappa, spec.max_bias):
        words = {"items": LEAST_ITEMS, "kappa": LEAST_KAPPA, "bias": MOST_BIAS}
        yield Finding(
            _(
                "A set that decides has at least %(items)d vignettes, a kappa of at least %(kappa)s and a bias of at "
                "most %(bias)s. Change that, or set the least number of items above the number of vignettes: then it "
                "only teaches."
            )
            % words
        )
    if not means_to_decide(count, spec.min_items):
        yield Finding(_("Fewer vignettes than the least number: the set teaches and decides nothing."), refuses=False)
    if {item.reference for item in spec.items} != {1, 2, 3, 4, 5}:
        yield Finding(_("Not every level of supervision occurs."), refuses=False)
