"""Checks of standards, skills, role profiles and calibration sets before they are published. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils.translation import gettext as _

from assessments.rules.calibration import LEAST_ITEMS, LEAST_KAPPA, MOST_BIAS, above_floors, means_to_decide
from lms.rules.specs import RoleProfileSpec, SkillSpec

from .findings import Finding

if TYPE_CHECKING:
    from assessments.rules.specs import CalibrationSpec, StandardSpec

LONGEST_CONTEXT = 80
LEAST_VIGNETTES = 12
BANDS = ("Foundation", "Practitioner", "Lead")


def check_skill(spec: SkillSpec) -> Iterator[Finding]:
    """Three bands, each with indicators, whose keys are unique in the skill."""
    if tuple(spec.levels) != BANDS or not all(spec.levels.values()):
        yield Finding(
            _("A skill has three bands in this order, each with indicators: Foundation, Practitioner, Lead."),
            where=("levels",),
        )
    keys = Counter(indicator.id for indicators in spec.levels.values() for indicator in indicators)
    for key, times in keys.items():
        if times > 1:
            yield Finding(_("Several indicators have the key %(key)s.") % {"key": key}, where=("levels",))


def check_role(spec: RoleProfileSpec, skills_of: Mapping[UUID, Collection[str]]) -> Iterator[Finding]:
    """Each skill once; a standard of its own only for a critical requirement, and one that shows the skill.

    ``skills_of``: the skills of each standard that is named.
    """
    if not 0 < spec.threshold <= 1:
        yield Finding(_("The threshold is a share above 0 and at most 1."), where=("threshold",))
    for skill, times in Counter(line.skill for line in spec.requires).items():
        if times > 1:
            yield Finding(
                _("%(skill)s is required several times; once is enough.") % {"skill": skill}, where=("requires",)
            )
    for number, line in enumerate(spec.requires):
        words, where = {"skill": line.skill}, ("requires", number, "standard")
        if line.standard and not line.critical:
            yield Finding(
                _("%(skill)s: a standard goes with a critical requirement only; make it critical, or name none.")
                % words,
                where=where,
            )
        if line.standard and line.skill not in skills_of.get(line.standard, (line.skill,)):
            yield Finding(
                _("%(skill)s: the standard that is named does not list this skill; name one that does.") % words,
                where=where,
            )


def check_standard(spec: StandardSpec, indicators: Collection[str]) -> Iterator[Finding]:
    """The evidence rule can be met, and the indicators exist. ``indicators``: all of its skills, as skill/indicator."""
    yield from _check_rule(spec)
    for number, context in enumerate(spec.where):
        if len(context) > LONGEST_CONTEXT:
            words = {"longest": LONGEST_CONTEXT}
            yield Finding(_("Name a context in at most %(longest)d characters.") % words, where=("where", number))
    if spec.risk == "high" and spec.rule.observers < 2:
        yield Finding(_("A high-risk standard needs observations by two people."), where=("rule", "observers"))
    for number, key in enumerate(spec.indicators):
        if key not in indicators:
            yield Finding(
                _("%(key)s is not an indicator of a skill of this standard; remove it, or add the skill.")
                % {"key": key},
                where=("indicators", number),
            )
    for number, skill in enumerate(spec.skills):
        if not any(key.startswith(f"{skill}/") for key in spec.indicators):
            yield Finding(
                _("No indicator of %(skill)s is listed; add one or remove the skill.") % {"skill": skill},
                where=("skills", number),
            )
    yield from _check_expected(spec)


def _check_rule(spec: StandardSpec) -> Iterator[Finding]:
    """The counts of the evidence rule can be met together."""
    rule = spec.rule
    names = {
        "observers": _("Different observers"),
        "latest": _("Latest observations at the level"),
        "contexts": _("Different contexts"),
    }
    for key, name in names.items():
        if getattr(rule, key) > rule.observations:
            words = {"name": name, "most": rule.observations}
            yield Finding(
                _("%(name)s must be at most %(most)d, the number of observations; lower it.") % words,
                where=("rule", key),
            )
    if min(rule.observations, rule.observers, rule.contexts, rule.latest, rule.window_days) < 1:
        yield Finding(_("Observations, observers, contexts, latest and days are at least 1."), where=("rule",))
    if rule.contexts > len(spec.where):
        words = {"name": names["contexts"], "most": len(spec.where)}
        yield Finding(
            _("%(name)s must be at most %(most)d, the number of places where it may be shown; lower it.") % words,
            where=("rule", "contexts"),
        )
    room = rule.observations - (rule.observers - 1)
    if rule.max_from_coach > room:
        yield Finding(
            _("The coach may give at most %(room)d, which leaves room for the other observers; lower it.")
            % {"room": max(room, 0)},
            where=("rule", "max_from_coach"),
        )


def _check_expected(spec: StandardSpec) -> Iterator[Finding]:
    """Days and levels rise, and the last level is the one that the standard grants."""
    steps = spec.expected_level_by_day
    for number, (before, after) in enumerate(pairwise(steps), 1):
        if after.day <= before.day or after.level <= before.level:
            yield Finding(
                _("Days and levels must rise from entry to entry; change day %(day)d.") % {"day": after.day},
                refuses=after.day <= before.day or after.level < before.level,
                where=("expected_level_by_day", number),
            )
    if steps and steps[-1].level != spec.grants:
        yield Finding(
            _("The last level must be %(level)d, which this standard grants; change one.") % {"level": spec.grants},
            refuses=steps[-1].level > spec.grants,
            where=("expected_level_by_day", len(steps) - 1, "level"),
        )


def check_calibration(spec: CalibrationSpec) -> Iterator[Finding]:
    """Keys once, pass marks in range. A set that would decide below the floors is refused; one that has fewer vignettes
    than it asks for itself teaches and decides nothing, which is advice.
    """
    if len({item.id for item in spec.items}) != len(spec.items):
        yield Finding(_("Two vignettes have the same key."), where=("items",))
    if not 0 < spec.kappa <= 1 or not 0 < spec.max_bias <= 4:
        yield Finding(_("Kappa lies above 0 and at most at 1, the bias above 0 and at most at 4."), where=("kappa",))
    count = len(spec.items)
    if means_to_decide(count, spec.min_items):
        if not above_floors(count, spec.kappa, spec.max_bias):
            words = {"items": LEAST_ITEMS, "kappa": LEAST_KAPPA, "bias": MOST_BIAS}
            yield Finding(
                _(
                    "A set that decides has at least %(items)d vignettes, a kappa of at least %(kappa)s and a bias of "
                    "at most %(bias)s. Change that, or set the least number of items above the number of vignettes: "
                    "then it only teaches."
                )
                % words,
                where=("kappa",),
            )
    else:
        yield Finding(
            _("The set teaches and decides nothing: for that, let the least number of items be at most %(count)d.")
            % {"count": count},
            refuses=False,
            where=("min_items",),
        )
    if count < LEAST_VIGNETTES:
        words = {"least": LEAST_VIGNETTES}
        yield Finding(_("A set needs at least %(least)d vignettes; add some.") % words, refuses=False, where=("items",))
    for level in sorted({1, 2, 3, 4, 5} - {item.reference for item in spec.items}):
        yield Finding(
            _("No vignette has reference %(level)d; add one.") % {"level": level}, refuses=False, where=("items",)
        )
