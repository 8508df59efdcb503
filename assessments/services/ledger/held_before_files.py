"""The opening balance from a file: one row a skill, read whole or not at all.

The columns are Person (employee number or address), Role, Since, Source, Coach, Skill, Standard and Level. A row
without a skill records the role alone. What the file records waits to be confirmed, as what is recorded by hand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid5

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from assessments.errors import RowsRefused
from assessments.models import HeldBefore
from assessments.policies import held_before_policy
from assessments.rules.held_before_files import HeldRow, rows_of
from lms.api import (
    RoleProfileVersion,
    User,
    act,
    claim_key,
    claimed_at,
    newest_role_versions,
    people_by_number_or_address,
)
from lms.errors import Conflict, Invalid, NotAllowed, NotFound
from lms.rules.names import fold
from lms.rules.people_files.tables import MOST_BYTES, read_table

from .held_before import Attest, SkillToAttest, record_held_before, skills_to_attest

SHOWN = 50
"""So many problems are told of at most."""


@dataclass(slots=True)
class _Entry:
    """The rows about one person in one role; what they say beside the skills is that of the first."""

    first: HeldRow
    person: User
    version: RoleProfileVersion
    coach: User | None
    choices: Mapping[str, SkillToAttest]
    skills: list[Attest] = field(default_factory=list)


@act
def record_held_before_file(*, actor: User, file: UploadedFile, key: UUID, at: datetime) -> list[HeldBefore]:
    """Record every row of a file, or none.

    Raises NotAllowed (not L&D), Invalid (the file), RowsRefused (its rows, each by its line). Queries: about 20 a
    person.
    """
    held_before_policy.require(actor, "add")
    if not claim_key(actor=actor, name="held_before.file", key=key, at=at, about=key):
        return list(HeldBefore.objects.filter(recorded_by=actor, recorded_at=claimed_at(key)))
    if (file.size or 0) > MOST_BYTES:
        raise Invalid(file=_("The file is larger than %(n)s MB. Split it.") % {"n": MOST_BYTES // 1024 // 1024})
    rows, problems = rows_of(read_table(file.read()))
    entries = _entries(rows, problems)
    made = [_record(actor, entry, uuid5(key, str(number)), at, problems) for number, entry in enumerate(entries)]
    if problems:
        said = [_("Line %(line)s: %(problem)s") % {"line": line, "problem": text} for line, text in sorted(problems)]
        raise RowsRefused(said[:SHOWN], len(said))
    return [entry for entry in made if entry is not None]


def _entries(rows: Sequence[HeldRow], problems: list[tuple[int, str]]) -> list[_Entry]:
    """One entry a person and role, in the order of the file; adds what is wrong to ``problems``."""
    people = people_by_number_or_address({text for row in rows for text in (row.person, row.coach) if text})
    roles = {fold(text): version for version in newest_role_versions() for text in _names(version)}
    found: dict[tuple[int, int], _Entry] = {}
    for row in rows:
        person, version = people.get(row.person.casefold()), roles.get(fold(row.role))
        coach = people.get(row.coach.casefold()) if row.coach else None
        if person is None or (row.coach and coach is None):
            who = {"name": row.coach if person else row.person}
            problems.append((row.line, _("Nobody here has the number or the address “%(name)s”.") % who))
        elif version is None:
            problems.append((row.line, _("There is no role “%(name)s”.") % {"name": row.role}))
        else:
            entry = found.get((person.pk, version.pk))
            if entry is None:
                choices = {fold(text): item for item in skills_to_attest(version, person) for text in _words(item)}
                entry = found[person.pk, version.pk] = _Entry(row, person, version, coach, choices)
            _add(entry, row, problems)
    return list(found.values())


def _names(version: RoleProfileVersion) -> tuple[str, str]:
    return version.profile.title, version.profile.slug


def _words(choice: SkillToAttest) -> tuple[str, str]:
    return choice.title, choice.slug


def _add(entry: _Entry, row: HeldRow, problems: list[tuple[int, str]]) -> None:
    """A row's skill; the standard may be left out where there is one only."""
    if not row.skill:
        return
    choice = entry.choices.get(fold(row.skill))
    if choice is None:
        problems.append((row.line, _("The role does not ask for “%(name)s”.") % {"name": row.skill}))
        return
    if choice.closed:
        problems.append((row.line, f"{choice.title}: {choice.closed}"))
        return
    offered = [item for item in choice.standards if not row.standard or fold(item.title) == fold(row.standard)]
    if len(offered) != 1:
        names = ", ".join(f"“{item.title}”" for item in choice.standards)
        problems.append((row.line, _("Write which standard is meant: %(names)s.") % {"names": names}))
    elif any(item.skill == choice.slug for item in entry.skills):
        problems.append((row.line, _("“%(name)s” stands twice.") % {"name": choice.title}))
    else:
        entry.skills.append(Attest(choice.slug, offered[0].standard_uid, row.level))


def _record(actor: User, entry: _Entry, key: UUID, at: datetime, problems: list[tuple[int, str]]) -> HeldBefore | None:
    """One entry, as by hand; None where that is refused, which is added to ``problems``."""
    try:
        return record_held_before(
            actor=actor,
            person_uid=entry.person.uid,
            role_version_uid=entry.version.uid,
            since=entry.first.since,
            source=entry.first.source,
            coach_uid=entry.coach.uid if entry.coach else None,
            skills=entry.skills,
            key=key,
            at=at,
        )
    except (Invalid, Conflict, NotFound, NotAllowed) as error:
        problems.append((entry.first.line, str(error)))
        return None
