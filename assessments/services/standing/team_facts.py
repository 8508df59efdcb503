"""What varies about people on their paths, read at once for any number of them.

Gates, pauses, the coach, how far the path is, and everything that lies with somebody else. The team's page and the
coach's queue ask for many people, a page about one path has most of it already (``path_facts``). What roles ask for and
path structures never change and stay in memory; what a skill is called may change any day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from assessments.services.cases.standards import role_of
from assessments.services.cases.waiting import waiting_in_judging
from coaching.api import Coaches, CoachFact, coaches_on, waiting_in_helping
from lms.api import Enrolment, PathProgress, gates_of, managers_of_each, pauses_of, skills_by_slug
from lms.rules.gates import OpenGate
from lms.rules.waiting import CHALLENGE, CONFIRM, DECIDE, REQUEST, SESSION, Waiting

HOLDS_UP = frozenset({REQUEST, DECIDE, CONFIRM, CHALLENGE, SESSION})
"""What can hold a skill up; a countersign is known from the ledger, a proposed coach is nobody's yet."""


@dataclass(frozen=True, slots=True)
class Uncoached:
    """That nobody coaches a path since a moment, and the name of who is to choose a coach, "" where nobody manages."""

    since: datetime
    manager: str = ""


@dataclass(frozen=True, slots=True)
class TeamFacts:
    """Gates by person id; pauses, coaches, who is without one and what lies with others by enrolment id. ``titles``: of
    the skills that the roles ask for, by slug; ``proposed``: coaches who wait for the manager, of an own page.
    """

    gates: Mapping[int, Sequence[OpenGate]]
    pauses: Mapping[int, Sequence[tuple[date, date | None]]]
    coaches: Mapping[int, CoachFact]
    uncoached: Mapping[int, Uncoached]
    titles: Mapping[str, str]
    proposed: Sequence[Waiting] = ()
    waits: dict[int, list[Waiting]] = field(default_factory=lambda: defaultdict(list))

    def take(self, waiting: Iterable[Waiting]) -> None:
        """Keep of what waits what lies with somebody else, or will."""
        for row in waiting:
            if row.kind in HOLDS_UP:
                self.waits[row.enrolment].append(row)


def team_facts(
    enrolments: Sequence[Enrolment],
    on: date,
    others: Iterable[int] = (),
    waiting: Iterable[Waiting] | None = None,
    titles: Mapping[str, str] | None = None,
) -> TeamFacts:
    """The facts about these enrolments on a day (UTC); of the people in ``others`` only their gates. ``waiting``: what
    waits on these paths, and ``titles``: of the skills that the roles ask for, by slug, where they are known already.

    Queries: 9, 5 fewer with ``waiting``, 1 fewer with ``titles``; 1 more when somebody among them has no coach.
    """
    ids = [item.pk for item in enrolments]
    coaches = coaches_on(ids, on)
    found = TeamFacts(
        gates=gates_of({item.person_id for item in enrolments} | set(others)),
        pauses=pauses_of(ids),
        coaches=coaches.present,
        uncoached=_uncoached(enrolments, coaches, on),
        titles=_titles(enrolments) if titles is None else titles,
    )
    found.take(waiting_on_paths(ids) if waiting is None else waiting)
    return found


def skills_of_roles(enrolments: Iterable[Enrolment]) -> set[str]:
    """Slugs of the skills that the roles of these enrolments ask for. Queries: 1 a role the first time in a process."""
    versions = {item.role_version_id for item in enrolments}
    return {line.skill for version in versions for line in role_of(version).requirements}


def path_facts(
    progress: PathProgress,
    on: date,
    waiting: Iterable[Waiting] | None = None,
    titles: Mapping[str, str] | None = None,
) -> TeamFacts:
    """The same about one path that is read already. ``titles``: of the skills that the role asks for, where known.

    Queries: 7, 5 fewer with ``waiting``, 1 fewer with ``titles``; 1 more without a coach.
    """
    enrolment = progress.enrolment
    coaches = coaches_on([enrolment.pk], on)
    found = TeamFacts(
        gates={enrolment.person_id: [fact.gate for fact in progress.gates]},
        pauses={enrolment.pk: list(progress.pauses)},
        coaches=coaches.present,
        uncoached=_uncoached([enrolment], coaches, on),
        titles=_titles([enrolment]) if titles is None else titles,
        proposed=coaches.proposed,
    )
    found.take(waiting_on_paths([enrolment.pk]) if waiting is None else waiting)
    return found


def waiting_on_paths(ids: Sequence[int]) -> list[Waiting]:
    """What waits on these paths, but for countersigns and proposed coaches. Queries: 5."""
    return [*waiting_in_helping(ids), *waiting_in_judging(ids)]


def _titles(enrolments: Iterable[Enrolment]) -> dict[str, str]:
    """What the skills that the roles ask for are called now. Queries: 1."""
    return {slug: skill.title for slug, skill in skills_by_slug(skills_of_roles(enrolments)).items()}


def _uncoached(enrolments: Iterable[Enrolment], coaches: Coaches, on: date) -> dict[int, Uncoached]:
    """Since when nobody coaches, and who is to choose: the first by name of those who manage the person.

    Queries: 1, 0 where everybody has a coach.
    """
    alone = {item.pk: item.person_id for item in enrolments if item.pk in coaches.nobody_since}
    managers = managers_of_each(set(alone.values()), on) if alone else {}
    return {
        pk: Uncoached(coaches.nobody_since[pk], next((manager.full_name for manager in managers[person]), ""))
        for pk, person in alone.items()
    }
