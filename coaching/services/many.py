"""Enrolling many people at once: a dry run that says what becomes of each, and the act that does just that."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.db.models import Case, F, Q, Value, When
from django.utils.translation import gettext as _

from coaching.models import CoachAssignment, CoachProfile
from coaching.policies import help_policy, not_ended
from coaching.rules.many import Many
from coaching.rules.notices import COACH_FOUND, LEARNER_FOUND
from lms import clock
from lms.api import (
    Enrolment,
    PathVersion,
    RoleProfileVersion,
    Start,
    Telling,
    User,
    act,
    claim_key,
    enrol_people,
    enrolments_by_uid,
    last_on_path,
    lock_log,
    log_row,
    organisations_day,
    people_in,
    people_policy,
    structure_of,
    tell_each,
    tell_enrolled,
    versions_to_enrol_on,
)
from lms.errors import Conflict, Invalid
from lms.rules.addresses import plain
from lms.rules.bounds import PATH_BEGINS
from lms.rules.lines import one_line
from lms.rules.shown import fingerprint, require_same

from .free_coaches import FreeCoaches

MOST = 500
"""People at once."""
LONGEST_PASTE = 60_000
ADDRESS = re.compile(r"[^\s,;<>()\"']+@[^\s,;<>()\"']+")
LONGEST_LINE = 80


@dataclass(frozen=True, slots=True)
class Coming:
    """One line of the dry run: somebody, or what stood in a line that was pasted and is nobody.

    ``problem``: why they are not enrolled; "" for who is, on ``started_on``, with ``coach`` if there is one.
    """

    said: str
    person: User | None = None
    started_on: date | None = None
    coach: CoachProfile | None = None
    problem: str = ""

    @property
    def as_shown(self) -> list[object]:
        """All that stands on the line."""
        uids = [row.uid if row else None for row in (self.person, self.coach.person if self.coach else None)]
        return [self.said, *uids, self.started_on, self.problem]


@dataclass(frozen=True, slots=True)
class DryRun:
    """What enrolling many would do. ``shown``: the fingerprint of all of it."""

    version: PathVersion
    role: RoleProfileVersion
    lines: tuple[Coming, ...]
    shown: str

    @property
    def coming(self) -> list[Coming]:
        """Who is enrolled."""
        return [line for line in self.lines if not line.problem]

    @property
    def problems(self) -> list[Coming]:
        """Who is not, or is nobody."""
        return [line for line in self.lines if line.problem]

    @property
    def without_coach(self) -> int:
        """How many begin without a coach."""
        return sum(line.coach is None for line in self.coming)


def plan_many(actor: User, wanted: Many, at: datetime) -> DryRun:
    """What would become of everybody who is named, by name; whoever is named twice comes once. Nothing is written.

    Raises NotAllowed (neither manager nor L&D), Invalid (no such path; nobody named; too many).
    Queries: 12 at most, for any number of people.
    """
    help_policy.require(actor, "assign")
    version, role = versions_to_enrol_on(wanted.path_uid)
    found, unknown = _named(actor, wanted, at)
    before = last_on_path(version.path, [person.pk for person in found])
    coaches = FreeCoaches(structure_of(version.pk), at.date()) if wanted.with_coaches else None
    lines = [_coming(person, wanted.started_on, before, coaches, at) for person in found]
    lines += [Coming(said, problem=problem) for said, problem in unknown]
    shown = fingerprint("many", version.pk, role.pk, [line.as_shown for line in lines])
    return DryRun(version, role, tuple(lines), shown)


def _coming(
    person: User, wanted: date | None, before: Mapping[int, Enrolment], coaches: FreeCoaches | None, at: datetime
) -> Coming:
    today = clock.today(person.zone, at)
    begins = wanted or max(person.started_on or today, today)
    problem = PATH_BEGINS.problem(begins, today)
    if person.pk in before:
        problem = _on_path_already(before[person.pk])
    if problem:
        return Coming(person.full_name, person, begins, problem=problem)
    return Coming(person.full_name, person, begins, coaches.take(person) if coaches else None)


def _on_path_already(enrolment: Enrolment) -> str:
    if not enrolment.is_open:
        return _("Was on this path before. If it is meant, enrol this person alone.")
    return _("Is on this path already.")


def _named(actor: User, wanted: Many, at: datetime) -> tuple[list[User], list[tuple[str, str]]]:
    """Everybody who is named and whom this person may enrol, by name; and which pasted lines are nobody, and why.

    Raises Invalid (nobody named, too many). Queries: 1-6.
    """
    pasted = list(_pasted(wanted.addresses[:LONGEST_PASTE]))
    if not (wanted.people or pasted or wanted.group.named):
        raise Invalid(_("Say who: choose people, paste their addresses, or choose a team, a location or a job title."))
    rule = Q(uid__in=wanted.people) | Q(email__in={plain(address) for _line, address in pasted if address})
    if wanted.group.named:
        rule |= people_in(wanted.group, organisations_day(at))
    found = list(people_policy.queryset(actor, "enrol").filter(rule).order_by("name_order", "pk")[: MOST + 1])
    if len(found) > MOST or len(pasted) > MOST:
        raise Invalid(_("These are more than %(most)s people. Enrol them in several goes.") % {"most": MOST})
    known, unknown = {person.email for person in found}, []
    for line, address in pasted:
        if not address:
            unknown.append((line, _("There is no address in this line.")))
        elif plain(address) not in known:
            unknown.append((address, _("Nobody whom you can enrol has this address.")))
    return found, list(dict.fromkeys(unknown))


def _pasted(text: str) -> Iterator[tuple[str, str]]:
    """Each address of a pasted text with its line, and each line without one, with ""."""
    for line in map(one_line, text.splitlines()):
        addresses = ADDRESS.findall(line)
        if line and not addresses:
            yield line[:LONGEST_LINE], ""
        for address in addresses:
            yield line[:LONGEST_LINE], address


@act
def enrol_many(
    *, actor: User, wanted: Many, leave_out: bool = False, shown: str, key: UUID, at: datetime
) -> list[Enrolment]:
    """Enrol everybody as the dry run showed: all of them, or - with ``leave_out`` - all who have no problem.

    Learners and coaches are told. Raises NotAllowed, Invalid (as ``plan_many``; somebody has a problem and is not left
    out; nobody comes), Changed (``shown`` is not what would be done now), Conflict (somebody was faster).
    Queries: 40 at most, for any number of people up to a batch.
    """
    lock_log()
    help_policy.require(actor, "assign")
    if not claim_key(actor=actor, name="people.enrol_many", key=key, at=at, about=key):
        return enrolments_by_uid([_uid(key, person) for person in _named(actor, wanted, at)[0]])
    plan = plan_many(actor, wanted, at)
    require_same(shown, plan.shown)
    if plan.problems and not leave_out:
        raise Invalid(leave_out=_("Somebody here cannot be enrolled. Leave them out, or correct the list."))
    if not plan.coming:
        raise Invalid(_("Nobody of these can be enrolled."))
    starts = [
        Start(line.person, line.started_on, _uid(key, line.person))
        for line in plan.coming
        if line.person and line.started_on
    ]
    made = enrol_people(starts, plan.version, plan.role, background=wanted.background, by=actor, at=at)
    tell_enrolled(made, at)
    coaches = [line.coach for line in plan.coming]
    _give_coaches(actor, [(row, coach) for row, coach in zip(made, coaches, strict=True) if coach], at)
    return made


def _uid(key: UUID, person: User) -> UUID:
    """The uid of the enrolment that the form with this key makes of somebody."""
    return uuid5(key, str(person.uid))


def _give_coaches(actor: User, pairs: Sequence[tuple[Enrolment, CoachProfile]], at: datetime) -> None:
    """Make each of these the coach of a path that begins with the act. Queries: 5, 0 for nobody.

    Raises Conflict (a place was taken meanwhile).
    """
    if not pairs:
        return
    _take_places(Counter(coach.pk for _row, coach in pairs), at)
    made = CoachAssignment.objects.bulk_create(
        [
            CoachAssignment(
                uid=uuid5(row.uid, "coach"),
                enrolment=row,
                coach=coach,
                status=CoachAssignment.Status.ACTIVE,
                assigned_by=actor,
                started_at=at,
            )
            for row, coach in pairs
        ]
    )
    for assignment in made:
        log_row(assignment)
    words = [{"coach": coach.person.full_name, "learner": row.person.full_name} for row, coach in pairs]
    learners = [Telling(row.person, said) for (row, _coach), said in zip(pairs, words, strict=True)]
    tell_each(COACH_FOUND, learners, at=at)
    theirs = [Telling(coach.person, said, row.uid) for (row, coach), said in zip(pairs, words, strict=True)]
    tell_each(LEARNER_FOUND, theirs, at=at)


def _take_places(wanted: Counter[int], at: datetime) -> None:
    """Take so many places of each of these coaches. Raises Conflict (one has fewer, or coaches no more). Queries: 2."""
    rows = CoachProfile.objects.filter(not_ended("", at.date()), pk__in=wanted, person__is_active=True)
    list(rows.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    more = Case(*(When(pk=pk, then=Value(n)) for pk, n in wanted.items()))
    try:
        with transaction.atomic():
            taken = rows.update(load=F("load") + more)
    except IntegrityError:
        taken = 0
    if taken != len(wanted):
        raise Conflict(_("A coach has fewer free places than a moment ago. Look at the list as it is now."))
