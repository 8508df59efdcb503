"""A path that ends by itself: every step that it requires is done or waived.

The day is kept, learner, coaches and managers are told, and from then on the person holds the role that the path leads
to. What is open for the path on the floors above, they let go of in the same act (``register_path_ending``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from uuid import uuid5

from django.db.models import Exists, OuterRef, Q, QuerySet

from lms import clock
from lms.models import Enrolment, RoleHolding, Step, StepCompletion, User, Waiver
from lms.rules.notices import PATH_COMPLETED, PATH_COMPLETED_OF
from lms.services.platform.log import recording
from lms.services.platform.managers import managers_of
from lms.services.platform.navigation import forget_duties
from lms.services.platform.notices import tell
from lms.services.platform.organisation import organisations_day

from .holdings import begin_role_holding, end_earlier_versions
from .standing_changes import standing_changed

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

    Two acts that do the last two steps at once come one after the other here. Queries: 2, and about 15
    when it is completed.
    """
    rows = Enrolment.objects.filter(pk=enrolment_id, status__in=Enrolment.OPEN)
    rows = rows.select_related("person", "path", "role_version__profile", "enrolled_by")
    enrolment = rows.select_for_update(of=("self",), no_key=True).first()
    if enrolment is None or not _done().filter(pk=enrolment_id).exists():
        return False
    _complete(enrolment, at)
    return True


def complete_what_is_done(at: datetime) -> int:
    """Complete every open path of which nothing required is left; for the sweep. Returns how many. Queries: 1, and
    those of each that is completed.
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


def _complete(enrolment: Enrolment, at: datetime) -> None:
    person, ended_at = enrolment.person, at + MOMENT
    enrolment.status, enrolment.ended_at = Enrolment.Status.COMPLETED, ended_at
    enrolment.save(update_fields=["status", "ended_at"])
    forget_duties(person.pk)
    holding = _holding_of_role(enrolment, ended_at)
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
    return begin_role_holding(
        uid=uuid5(enrolment.uid, "role"),
        person=person,
        version=version,
        from_on=today,
        enrolment=enrolment,
        by=enrolment.enrolled_by,
        at=at,
    )
