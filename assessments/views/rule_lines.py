"""The evidence rule in sentences: as a checklist for one skill, as a table for several."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from assessments.api import CaseFinding
from assessments.rules.evidence import EvidenceFinding
from assessments.rules.specs import StandardSpec
from lms.rules.said import once_a_language
from lms.rules.scales import ENTRUSTMENT, SUPERVISION

OBSERVATIONS, OBSERVERS, CONTEXTS, LATEST, FROM_COACH = "observations", "observers", "contexts", "latest", "from_coach"
NAMES = (OBSERVATIONS, OBSERVERS, CONTEXTS, LATEST)


def sentences(spec: StandardSpec, *, deciding: bool = False) -> dict[str, str]:
    """Each line of the rule in words; ``deciding``: said to the coach who would decide."""
    rule = spec.rule
    latest = ngettext("The latest at “%(level)s”, or better", "The latest %(n)s at “%(level)s”, or better", rule.latest)
    coach = _("From you: at most %(n)s") if deciding else _("From your own coach: at most %(n)s")
    return {
        OBSERVATIONS: _("Observations"),
        OBSERVERS: _("Different observers"),
        CONTEXTS: _("Contexts: %(places)s") % {"places": ", ".join(spec.where)},
        LATEST: latest % {"n": rule.latest, "level": SUPERVISION[rule.at_least]},
        FROM_COACH: coach % {"n": rule.max_from_coach},
    }


def window(spec: StandardSpec) -> str:
    """Since when observations count."""
    days = spec.rule.window_days
    return ngettext("Counted is the last %(n)s day.", "Counted are the last %(n)s days.", days) % {"n": days}


def checklist(found: CaseFinding) -> list[dict[str, Any]]:
    """For ``components/rule_list.html``: of several skills the one that lacks most, and where the others differ."""
    words = sentences(found.spec)
    lines = []
    for name in NAMES:
        rows = {slug: _line(finding, name) for slug, finding in found.findings.items()}
        slug, (have, need) = min(rows.items(), key=lambda pair: pair[1][0] - pair[1][1])
        differs = len(set(rows.values())) > 1
        fine = _("%(skill)s lacks most.") % {"skill": found.skills[slug].title} if differs else ""
        if name == OBSERVERS:
            fine = " ".join(filter(None, [sentences(found.spec)[FROM_COACH] + ".", fine]))
        lines.append({"text": words[name], "have": have, "need": need, "fine": fine})
    return lines


def asked(spec: StandardSpec) -> list[dict[str, Any]]:
    """The rule without figures, for who may not know yet what others saw."""
    rule, words = spec.rule, sentences(spec)
    needs = {OBSERVATIONS: rule.observations, OBSERVERS: rule.observers, CONTEXTS: rule.contexts}
    return [
        {
            "text": f"{words[name]}: {needs[name]}" if name in needs else words[name],
            "have": 0,
            "need": "",
            "state": "open",
        }
        for name in NAMES
    ]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: its sentence, and for each skill met, part or open with the figures."""

    text: str
    cells: tuple[tuple[str, int, int], ...]


def table(found: CaseFinding) -> list[Row]:
    """The rule with a column a skill, for who decides."""
    words = sentences(found.spec, deciding=True)
    rows = []
    for name in (*NAMES, FROM_COACH):
        cells = []
        for finding in found.findings.values():
            have, need = _line(finding, name)
            met = name == FROM_COACH or have >= need
            cells.append(("met" if met else "part" if have else "open", have, need))
        rows.append(Row(words[name], tuple(cells)))
    return rows


def ceilings(findings: Iterable[EvidenceFinding]) -> list[str]:
    """Up to what each skill may be entrusted, in words; empty where nothing may be."""
    return [str(ENTRUSTMENT[finding.ceiling]) if finding.ceiling else "" for finding in findings]


def why_not(finding: EvidenceFinding, spec: StandardSpec) -> str:
    """Why a level above the ceiling is not offered."""
    if finding.met:
        return _("Not offered: this standard grants no more.")
    words = sentences(spec, deciding=True)
    missing = [words[line.name] for line in finding.lines if not line.met]
    return _("Not offered yet: %(missing)s.") % {"missing": "; ".join(missing)}


LACKS = {
    OBSERVATIONS: gettext_lazy("observations"),
    OBSERVERS: gettext_lazy("observers"),
    CONTEXTS: gettext_lazy("contexts"),
    LATEST: gettext_lazy("latest at the asked level"),
}


@once_a_language
def short(lines: tuple[tuple[str, int, int], ...]) -> str:
    """The rule in one line for a queue: what is missing, or that nothing is."""
    missing = [
        _("%(what)s %(have)s of %(need)s") % {"have": have, "need": need, "what": LACKS[name]}
        for name, have, need in lines
        if have < need
    ]
    if missing:
        return _("Still missing: %(missing)s.") % {"missing": ", ".join(missing)}
    figures = {name: (have, need) for name, have, need in lines}
    have, need = figures[OBSERVATIONS]
    return ngettext(
        "Nothing is missing: %(have)s observation of %(need)s, by %(people)s, in %(places)s.",
        "Nothing is missing: %(have)s observations of %(need)s, by %(people)s, in %(places)s.",
        have,
    ) % {
        "have": have,
        "need": need,
        "people": ngettext("%(n)s person", "%(n)s people", figures[OBSERVERS][0]) % {"n": figures[OBSERVERS][0]},
        "places": ngettext("%(n)s context", "%(n)s contexts", figures[CONTEXTS][0]) % {"n": figures[CONTEXTS][0]},
    }


def _line(finding: EvidenceFinding, name: str) -> tuple[int, int]:
    line = next(line for line in finding.lines if line.name == name)
    return (line.have if name == FROM_COACH else min(line.have, line.need)), line.need


def untouched(spec: StandardSpec) -> list[dict[str, Any]]:
    """The checklist before anything was observed."""
    rule, words = spec.rule, sentences(spec)
    needs = {
        OBSERVATIONS: rule.observations,
        OBSERVERS: rule.observers,
        CONTEXTS: rule.contexts,
        LATEST: rule.latest,
    }
    return [
        {
            "text": words[name],
            "have": 0,
            "need": needs[name],
            "fine": words[FROM_COACH] + "." if name == OBSERVERS else "",
        }
        for name in NAMES
    ]


def expected(spec: StandardSpec) -> list[tuple[int, str]]:
    """Which level is to be expected by which day of the path; guidance, no deadline."""
    return [(item.day, str(ENTRUSTMENT[item.level])) for item in spec.expected_level_by_day]


def granted(spec: StandardSpec) -> str:
    """How far a sign-off on this standard may go."""
    return str(ENTRUSTMENT[spec.grants])


def validity(spec: StandardSpec) -> str:
    """How long a sign-off holds, and what keeps it awake."""
    months = ngettext("It holds for %(n)s month.", "It holds for %(n)s months.", spec.valid_months)
    use = ngettext(
        "Use it at work once in %(n)s month, or it goes to sleep until somebody sees you again.",
        "Use it at work once in every %(n)s months, or it goes to sleep until somebody sees you again.",
        spec.use_every_months,
    )
    return months % {"n": spec.valid_months} + " " + use % {"n": spec.use_every_months}
