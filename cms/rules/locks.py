"""Why a step is closed, in sentences: what opens it, and who."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lms.rules.said import long_day
from lms.rules.scales import ENTRUSTMENT
from lms.rules.unlock import DayReached, Decision, GateOpen, Leaf, MilestoneDone, Rule, StepDone


@dataclass(frozen=True, slots=True)
class Names:
    """What the sentences need to know of a path. ``step`` gives kind and title, ``milestone`` title and steps left."""

    step: Callable[[UUID], tuple[str, str]]
    milestone: Callable[[UUID], tuple[str, int]]
    skill: Callable[[str], str]
    date_of: Callable[[int], date]
    coach: str = ""
    manager: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """One leaf of a lock as a sentence part: "you finish the course “Closed doors”"."""

    text: str
    met: bool
    step: UUID | None = None


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock, told: a sentence, and its conditions when there are several.

    ``opens_on``: time alone opens it on that day; ``when``: a single condition as part of a sentence.
    """

    sentence: str
    conditions: tuple[Condition, ...] = ()
    opens_on: date | None = None
    when: str = ""


def explain(rule: Rule, decision: Decision, names: Names) -> Lock:
    """Tell why a closed step is closed. Targets that no longer exist count as met and are not mentioned."""
    conditions = [_condition(reason.leaf, reason.met, names) for reason in decision.reasons if not reason.missing]
    day = decision.unlocks_at
    if len(rule.leaves) == 1 or (rule.need == len(rule.leaves) and sum(not item.met for item in conditions) == 1):
        waits = next((item for item in conditions if not item.met), None)
        text = waits.text if waits else ""
        return Lock(_("Opens %(when)s.") % {"when": text} if text else _("Opens soon."), (), day, text)
    need = rule.need - sum(reason.missing for reason in decision.reasons)
    if rule.need == len(rule.leaves):
        sentence = _("Opens when all of this is true:")
    elif need <= 1:
        sentence = _("Opens when one of these is true:")
    else:
        sentence = ngettext(
            "Opens when %(n)s of these %(all)s is true:", "Opens when %(n)s of these %(all)s are true:", need
        ) % {"n": need, "all": len(conditions)}
    return Lock(sentence, tuple(conditions), day)


def _condition(leaf: Leaf, met: bool, names: Names) -> Condition:
    match leaf:
        case DayReached(day):
            return Condition(_("on day %(n)s, %(date)s") % {"n": day, "date": long_day(names.date_of(day))}, met)
        case MilestoneDone(milestone):
            title, left = names.milestone(milestone)
            return Condition(_milestone(title, left), met)
        case GateOpen(skill, gate, level):
            return Condition(_gate(names.skill(skill), gate, level, names), met)
        case StepDone(step):
            kind, title = names.step(step)
            return Condition(_step(kind, title, names), met, step)


def _milestone(title: str, left: int) -> str:
    if not left:
        return _("when you have reached “%(title)s”") % {"title": title}
    return ngettext(
        "when you have reached “%(title)s”: %(n)s step of it is left",
        "when you have reached “%(title)s”: %(n)s steps of it are left",
        left,
    ) % {"title": title, "n": left}


def _gate(skill: str, gate: str, level: int, names: Names) -> str:
    words = {"skill": skill, "coach": names.coach or _("your coach"), "level": str(ENTRUSTMENT.get(level, ""))}
    if gate == "try":
        return _("when Try is open for %(skill)s: practise to standard twice, on different days") % words
    if gate == "do":
        return _("when Do is open for %(skill)s: %(coach)s confirms that you used it on real work") % words
    if level:
        return _("when you are vouched for in %(skill)s: “%(level)s”") % words
    return _("when you are vouched for in %(skill)s") % words


def _step(kind: str, title: str, names: Names) -> str:
    words = {
        "title": title,
        "coach": names.coach or _("your coach"),
        "manager": names.manager or _("your manager"),
    }
    sentences = {
        "course": _("when you finish the course “%(title)s”"),
        "discussion": _("when you take part in the discussion “%(title)s”"),
        "practice": _("when you have practised “%(title)s” to an ending"),
        "session": _("when you and %(coach)s have had the session “%(title)s”"),
        "commitment": _("when you have kept the promise “%(title)s” and %(coach)s confirms it"),
        "demonstration": _("when you are vouched for in “%(title)s”"),
        "calibration": _("when you have passed “%(title)s”"),
        "external": _("when %(manager)s has marked “%(title)s” done"),
    }
    return sentences.get(kind, _("when “%(title)s” is done")) % words
