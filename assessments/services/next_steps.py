"""The cheapest thing that moves a requirement, in words: read from the path and from what waits.

Of practice only the path is read, never how often anybody practised: what a line says is the same for everybody who
may see it.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.utils.translation import gettext as _

from assessments.rules.readiness import Term
from lms.api import DONE, WAIVED, PathProgress, StepKind, StepState
from lms.rules.gates import VALUES
from lms.rules.said import full_day

from .readiness import Holder, PersonReadiness, ways_to
from .team_words import name_of


def next_step(
    found: PersonReadiness,
    term: Term,
    holder: Holder | None,
    progress: PathProgress,
    titles: Mapping[UUID, str],
) -> str:
    """The cheapest thing that moves a line, in words."""
    if holder is None:
        if term.valid_until:
            return _("Nothing. Valid until %(day)s.") % {"day": full_day(term.valid_until)}
        return _("Nothing.")
    name = name_of(holder)
    match holder.who:
        case "observer":
            return _("%(name)s watches, and writes down what they saw.") % {"name": name}
        case "coach" if holder.gate == "do":
            return _("%(name)s confirms the promise.") % {"name": name}
        case "coach":
            return _("%(name)s decides. Everything needed is there.") % {"name": name}
        case "learning":
            return _("Somebody who was not there reads it and countersigns.")
        case "author":
            return _("This path has no demonstration of it. Its author adds one.")
    return _own_step(found, term, progress, titles)


def _own_step(found: PersonReadiness, term: Term, progress: PathProgress, titles: Mapping[UUID, str]) -> str:
    """What the learner can do next for one skill. Of practice only the path is read, never how it went."""
    skill = term.required.skill
    ways = ways_to(found.enrolment.path_version_id, skill, term.required.standard)
    open_now = found.standings[skill].open if skill in found.standings else frozenset()
    above = [gate for gate in VALUES if gate in ways.gates and VALUES[gate] > term.value and gate not in open_now]
    gate = above[0] if above else "show"
    kinds: tuple[str, ...] = {
        "talk": (StepKind.COURSE,),
        "try": (StepKind.PRACTICE,),
        "do": (StepKind.COMMITMENT, StepKind.DEMONSTRATION),
        "show": (StepKind.DEMONSTRATION,),
    }[gate]
    steps = [
        state
        for kind in kinds
        for state in progress.steps
        if _is_for(state, kind, skill)
        and (kind != StepKind.DEMONSTRATION or state.step.content_uid in ways.demonstrations)
    ]
    state = next((item for item in steps if gate == "try" or item.status not in (DONE, WAIVED)), None)
    if state is None:
        return (
            _("Bring an example to the exchange, or answer the recall questions.")
            if gate == "talk"
            else _("Ask the coach what comes next.")
        )
    step = state.step
    title = titles.get(step.content_uid, step.title) if step.content_uid else step.title
    sentence = {
        "talk": _("Read “%(title)s” to the end."),
        "try": _("Practise “%(title)s” twice to standard, a day apart."),
        "do": _("Keep the promise: “%(title)s”."),
        "show": _("Ask to be seen: “%(title)s”."),
    }["show" if step.kind == StepKind.DEMONSTRATION else gate]
    return sentence % {"title": title}


def _is_for(state: StepState, kind: str, skill: str) -> bool:
    step = state.step
    tagged = skill in step.skills or any(skill in lesson.skills for lesson in step.lessons)
    return step.kind == kind and tagged
