"""A case: opened on the newest version of its standard, ready to decide once its rule is met, and who may read it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _

from assessments.models import Case, CaseReading, Request, StandardVersion
from assessments.policies import case_policy
from lms.api import Enrolment, User, act, claim_key, people_with_ids
from lms.errors import NotFound

from .examining import examine_cases


def latest_standard(standard_uid: UUID) -> StandardVersion:
    """The version that a new case is opened on. NotFound when it was never published. Queries: 1."""
    version = StandardVersion.objects.filter(standard_uid=standard_uid).order_by("-number").first()
    if version is None:
        raise NotFound(_("This standard is not published."))
    return version


def case_for(enrolment: Enrolment, standard_uid: UUID, at: datetime) -> Case:
    """The open case of a learner on a standard, opened now if there is none; the round counts up. Queries: 1, or 4."""
    cases = Case.objects.filter(enrolment=enrolment, standard_uid=standard_uid)
    found = cases.exclude(status=Case.Status.DECIDED).select_related("version", "learner").first()
    if found is not None:
        return found
    last = cases.aggregate(last=Max("round"))["last"] or 0
    try:
        with transaction.atomic():
            return Case.objects.create(
                enrolment=enrolment,
                learner_id=enrolment.person_id,
                version=latest_standard(standard_uid),
                standard_uid=standard_uid,
                round=last + 1,
                opened_at=at,
            )
    except IntegrityError:
        return cases.exclude(status=Case.Status.DECIDED).select_related("version", "learner").get()


def refresh_case(case: Case, coach_id: int | None, at: datetime) -> None:
    """Move a case between collecting and ready to decide, after its evidence changed. Queries: 2-3."""
    ready = examine_cases([case], {case.enrolment_id: coach_id}, at)[case.pk].ready
    if ready and case.status == Case.Status.COLLECTING:
        Case.objects.filter(pk=case.pk, status=Case.Status.COLLECTING).update(status=Case.Status.READY, ready_at=at)


@act
def read_observations(*, actor: User, case_uid: UUID, key: UUID, at: datetime) -> None:
    """Choose to read the others' observations without writing one; from then on the actor no longer observes in
    this case.
    """
    case = case_policy.get(actor, "read", uid=case_uid, lock=True)
    if claim_key(actor=actor, name="case.read", key=key, at=at, about=case.uid):
        CaseReading.objects.get_or_create(case=case, person=actor, defaults={"read_at": at})


def may_read_observations(person: User, case: Case) -> bool:
    """Whether the others' observations are shown to this person: observers stay blind until they wrote their own.

    Queries: 0-2.
    """
    if case.learner_id == person.pk or case.status == Case.Status.DECIDED:
        return True
    if case.observations.filter(observer=person).exists():
        return True
    return case.readings.filter(person=person).exists()


def latest_case(enrolment: Enrolment, standard_uid: UUID, *, undecided: bool) -> UUID | None:
    """The last round of a learner on a standard, by uid; with ``undecided`` only one that is open. Queries: 1."""
    rows = Case.objects.filter(enrolment=enrolment, standard_uid=standard_uid)
    if undecided:
        rows = rows.exclude(status=Case.Status.DECIDED)
    return rows.order_by("-round").values_list("uid", flat=True).first()


def undecided_cases() -> QuerySet[Case]:
    """Cases that are collecting evidence, or ready to decide."""
    return Case.objects.exclude(status=Case.Status.DECIDED)


def asked_or_seen_by(learner: User) -> QuerySet[User]:
    """Whom a learner asked to watch, unless they took it back, and who observed them. Queries: 1 when read."""
    asked = Request.objects.filter(case__learner=learner).exclude(status=Request.Status.WITHDRAWN)
    return people_with_ids(asked.values("observer")) | people_with_ids(learner.observations_of.values("observer"))
