"""A path that ends by itself: every step that it requires is done or waived.

Practice is private, and that a path is completed is not: a practice counts once others may know that it was done, which
they do when Try is open, or a stronger gate, for all of its skills (as in ``progress.as_others_see``).

The day is kept, learner, coaches and managers are told, and from then on the person holds the role that the path leads
to. What is open for the path on the floors above, they let go of in the same act (``register_path_ending``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from uuid import uuid5

from django.db.models import Exists, OuterRef, Q, QuerySet

from lms import clock
from lms.models import Enrolment, RoleHolding, Step, StepCompletion, StepKind, User, Waiver
from lms.rules.gates import Standing, standings
from lms.rules.notices import PATH_COMPLETED, PATH_COMPLETED_OF
from lms.services.platform.log import recording
from lms.services.platform.managers import managers_of
from lms.services.platform.navigation import forget_duties
from lms.services.platform.notices import tell
from lms.services.platform.organisation import organisations_day

from .gates import gates_of
from .holdings import begin_role_holding, end_earlier_versions
from .standing_changes import standing_changed
from .structure import structure_of

Ending = Callable[[Enrolment, RoleHolding, datetime], Iterable[User]]
_endings: dict[str, Ending] = {}
MOMENT = timedelta(microseconds=1)
"""So long after what completed it a path is over: whoever signed as its coach was the coach when they signed."""


def register_path_ending(name: str, ending: Ending) -> None:
    """Say what else ends with a path: ``ending(enrolment, holding of its role, at)`` lets go of it, and gives who
    helped on the path, who are told. Registering a name again replaces.
    """
    _endings[name] = ending


def complete_if_done(enrolment_id: int, at: datetime) -> bool:
    """Complete a path if it is open and nothing that it requires is left; inside the act that did or waived a step.

    Two acts that do the last two steps at once come one after the other here. Queries: 2, 2 more with a practice on a
    path that is done, and about 15 when it is completed.
    """
    rows = Enrolment.objects.filter(pk=enrolment_id, status__in=Enrolment.OPEN)
    rows = rows.select_related("person", "path", "role_version__profile", "enrolled_by")
    enrolment = rows.select_for_update(of=("self",), no_key=True).first()
    if enrolment is None or not _done().filter(pk=enrolment_id).exists() or not _practised(enrolment, at):
        return False
    _complete(enrolment, at)
    return True


def complete_paths_of(person_id: int, at: datetime) -> None:
    """Complete every open path of somebody of which nothing required is left: a gate of theirs has opened. Queries: 1,
    and those of ``complete_if_done``.
    """
    for pk in list(_done().filter(person=person_id).values_list("pk", flat=True)):
        complete_if_done(pk, at)


def complete_what_is_done(at: datetime) -> int:
    """Complete every open path of which nothing required is left; for the sweep. Returns how many. Queries: 1, and
    those of ``complete_if_done``.
    """
    completed = 0
    for pk in list(_done().values_list("pk", flat=True)):
        with recording():
            completed += complete_if_done(pk, at)
    return completed


def _done() -> QuerySet[Enrolment]:
    """Open paths that require something, of which everything is done or waived."""
    mine = {"enrolment": OuterRef(OuterRef("pk")), "step": OuterRef("pk")}
    settled = Exists(StepCompletion.objects.filter(**mine)) | Exists(Waiver.objects.filter(**mine))
    required = Step.objects.filter(version=OuterRef("path_version"), required=True)
    return Enrolment.objects.filter(Q(status__in=Enrolment.OPEN), Exists(required), ~Exists(required.filter(~settled)))


def _practised(enrolment: Enrolment, at: datetime) -> bool:
    """Whether Try is open for all that the practices of the path are about, those that were waived left out."""
    steps = structure_of(enrolment.path_version_id).steps.values()
    practices = [step for step in steps if step.kind == StepKind.PRACTICE and step.required]
    if not practices:
        return True
    waived = set(Waiver.objects.filter(enrolment=enrolment).values_list("step", flat=True))
    gates = gates_of([enrolment.person_id]).get(enrolment.person_id, ())
    found, closed = standings(gates, clock.today(enrolment.person.zone, at)), Standing()
    asked = {skill for step in practices if step.id not in waived for skill in step.skills}
    return all(found.get(skill, closed).reaches("try") for skill in asked)


def _complete(enrolment: Enrolment, at: datetime) -> None:
    person, ended_at = enrolment.person, at + MOMENT
    holding = _holding_of_role(enrolment, ended_at)
    enrolment.status, enrolment.ended_at, enrolment.role_holding = Enrolment.Status.COMPLETED, ended_at, holding
    enrolment.save(update_fields=["status", "ended_at", "role_holding"])
    forget_duties(person.pk)
    helped = {helper.pk: helper for ending in _endings.values() for helper in ending(enrolment, holding, ended_at)}
    words = {"path": enrolment.path.title, "role": enrolment.role_version.profile.title}
    tell(PATH_COMPLETED, [person], words=words, at=at)
    helped |= {manager.pk: manager for manager in managers_of(person, organisations_day(at))}
    others = [who for who in helped.values() if who.pk != person.pk]
    tell(PATH_COMPLETED_OF, others, about=person.uid, words={**words, "learner": person.full_name}, at=at)
    standing_changed([person.pk], at)


def _holding_of_role(enrolment: Enrolment, at: datetime) -> RoleHolding:
    """The role that the path leads to: held from today on, unless the person held this version of it before."""
    person, version = enrolment.person, enrolment.role_version
    today = clock.today(person.zone, at)
    held = RoleHolding.objects.filter(person=person, role_version=version, until_on=None).first()
    if held is not None:
        return held
    end_earlier_versions(person, version, today, at)
    uid = uuid5(enrolment.uid, "role")
    return begin_role_holding(uid=uid, person=person, version=version, from_on=today, by=enrolment.enrolled_by, at=at)
