"""Who is ready, as a dated fact: written when it becomes true and when it ceases; person, coach and manager are told.

Somebody is ready for a role that they are on the way to, or hold, while every critical requirement is vouched for and
the threshold of the role is reached (``assessments.rules.readiness``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from assessments.models import ReadySpell
from assessments.rules.notices import READY, READY_NO_MORE, READY_NO_MORE_OF, READY_OF
from assessments.rules.readiness import Readiness, assess_skills, by_skill
from assessments.services.cases.standards import role_of
from lms import clock
from lms.api import (
    RoleProfileVersion,
    User,
    expired_gates,
    gates_of,
    organisations_day,
    people_around,
    people_vouched_for,
    people_with_ids,
    roles_of_people,
    roles_over,
    skills_by_slug,
    tell,
)
from lms.rules.gates import OpenGate
from lms.rules.standing import lapsed_on

Why = ReadySpell.Why
DAY = timedelta(days=1)
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class _Known:
    """What is read at once for many people. ``roles``: by person id, the version of each role by id of the profile."""

    people: Mapping[int, User]
    roles: Mapping[int, Mapping[int, RoleProfileVersion]]
    gates: Mapping[int, Sequence[OpenGate]]
    spells: Mapping[int, Sequence[ReadySpell]]


def look_who_is_ready(person_ids: Collection[int], at: datetime, *, say: bool = True) -> None:
    """Write down who of these people became ready, and who ceased to be, and tell it, unless it was so before it
    was written down (``say``). Queries: 5, 1 a role the first time in a process, and about 8 a change.
    """
    known = _known(person_ids, at)
    for person_id, person in known.people.items():
        today = clock.today(person.zone, at)
        mine = by_skill(known.gates.get(person_id, ()))
        open_ = {spell.profile_id: spell for spell in known.spells.get(person_id, ())}
        roles = known.roles.get(person_id, {})
        for profile_id, version in roles.items():
            found = _assess(version, mine, today)
            spell = open_.pop(profile_id, None)
            if found and found.ready and spell is None:
                _begin(person, version, today, at, say=say)
            elif spell is not None and not (found and found.ready):
                _end_of(spell, person, version, found, mine, today, at)
        for spell in open_.values():
            _end(spell, person, today, Why.NO_ROLE, None, at)


@transaction.atomic
def write_down_who_is_ready(at: datetime) -> None:
    """Write down who is ready where that never was: in an installation from before it was. Nobody is told. Queries: 1,
    and those of ``look_who_is_ready`` for 500 people who are vouched for.
    """
    if ReadySpell.objects.exists():
        return
    ids = people_vouched_for()
    for start in range(0, len(ids), AT_ONCE):
        look_who_is_ready(ids[start : start + AT_ONCE], at, say=False)


@transaction.atomic
def end_what_lapsed(at: datetime) -> int:
    """Look again at whoever is ready and has a sign-off or a role whose last day is over; for the hourly sweep. Returns
    how many people were looked at. Queries: 1, and those of ``look_who_is_ready`` for 500 people.
    """
    day = at.date() + DAY  # somewhere it is tomorrow already; each is judged by their own day
    lapsed = Exists(expired_gates(day).filter(person=OuterRef("person")))
    role_over = Exists(roles_over(day).filter(person=OuterRef("person")))
    open_ = ReadySpell.objects.filter(lapsed | role_over, ended_at=None)
    ids = sorted(set(open_.values_list("person", flat=True)))
    for start in range(0, len(ids), AT_ONCE):
        look_who_is_ready(ids[start : start + AT_ONCE], at)
    return len(ids)


def ready_on(day: date, people: Q) -> QuerySet[ReadySpell]:
    """Who was ready for which role on a day, of the rows that ``people`` (at ``person``) lets through, by name.

    Queries: 1 when read.
    """
    held = Q(last_on=None) | Q(last_on__gte=day)
    rows = ReadySpell.objects.filter(people, held, from_on__lte=day).select_related("person", "profile")
    return rows.order_by("person__name_order", "person", "pk")


def ready_since(person_ids: Iterable[int]) -> dict[tuple[int, int], date]:
    """Since when people are ready, by ids of person and role profile. Queries: 1."""
    rows = ReadySpell.objects.filter(person__in=list(person_ids), ended_at=None)
    return {(row.person_id, row.profile_id): row.from_on for row in rows}


def _known(person_ids: Collection[int], at: datetime) -> _Known:
    """All that is asked about these people. Their rows are locked first: of two acts at once that each bring one half
    of what makes somebody ready, the second sees both. Queries: 5.
    """
    ids = sorted(set(person_ids))
    locked = people_with_ids(ids).select_for_update(no_key=True).order_by("pk")
    people = {person.pk: person for person in locked}
    spells: dict[int, list[ReadySpell]] = {}
    for spell in ReadySpell.objects.filter(person__in=ids, ended_at=None):
        spells.setdefault(spell.person_id, []).append(spell)
    return _Known(people, roles_of_people(ids, at.date()), gates_of(ids), spells)


def _assess(version: RoleProfileVersion, gates: Mapping[str, Sequence[OpenGate]], today: date) -> Readiness | None:
    role = role_of(version.pk)
    return assess_skills(role.requirements, gates, role.threshold, today)


def _begin(person: User, version: RoleProfileVersion, today: date, at: datetime, *, say: bool) -> None:
    ReadySpell.objects.create(
        person=person, profile_id=version.profile_id, role_version=version, from_on=today, found_at=at
    )
    if not say:
        return
    words = {"name": person.full_name, "role": version.profile.title}
    tell(READY, [person], words=words, at=at)
    tell(READY_OF, _around(person, at), about=person.uid, words=words, at=at)


def _end_of(
    spell: ReadySpell,
    person: User,
    version: RoleProfileVersion,
    found: Readiness | None,
    gates: Mapping[str, Sequence[OpenGate]],
    today: date,
    at: datetime,
) -> None:
    """It ended because a sign-off ran out, or stands no longer, or the role asks for more than when it began."""
    holder = found.holder if found else None
    slug = holder.required.skill if holder else None
    if slug is None or spell.role_version_id != version.pk:
        _end(spell, person, today, Why.ASKS_MORE, slug, at)
        return
    lapsed = lapsed_on(gates.get(slug, ()), today)
    if lapsed is not None and lapsed < today:
        _end(spell, person, lapsed + DAY, Why.LAPSED, slug, at)
    else:
        _end(spell, person, today, Why.TAKEN_BACK, slug, at)


def _end(spell: ReadySpell, person: User, first_day_without: date, why: str, slug: str | None, at: datetime) -> None:
    """The last day is the one before; a spell that began on that very day held for none, and keeps it all the same."""
    skill = skills_by_slug({slug})[slug] if slug else None
    spell.last_on = max(first_day_without - DAY, spell.from_on)
    spell.ended_at, spell.why, spell.skill = max(at, spell.found_at), why, skill  # a clock may have been put right
    spell.save(update_fields=["last_on", "ended_at", "why", "skill"])
    words = {
        "name": person.full_name,
        "role": spell.profile.title,
        "why": why,
        "skill": skill.title if skill else "",
    }
    tell(READY_NO_MORE, [person], words=words, at=at)
    tell(READY_NO_MORE_OF, _around(person, at), about=person.uid, words=words, at=at)


def _around(person: User, at: datetime) -> list[User]:
    """Coaches, standing coaches and managers, L&D where there are none; never the person. Queries: 3-4."""
    return people_around([person], organisations_day(at), but=person)[person.pk]
