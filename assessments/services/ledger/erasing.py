"""Erasing the texts of somebody's sign-offs: names, reasons, next steps. Two administrators do it together.

The events stay, with their hashes: each holds only a salted commitment to its texts, and the salts go with them. An
erasure names every text that it lets go, stands in the log, and is the only reason for which a text may be missing.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from assessments.models import ErasedText, Erasure, ErasureRequest, SignOffText
from assessments.rules.notices import ERASURE_ASKED
from lms.api import (
    User,
    act,
    administrators,
    are_one,
    claim_key,
    let_photo_go,
    lock_log,
    lock_person,
    log_row,
    people_policy,
    tell,
)
from lms.errors import Conflict, Invalid, NotAllowed, NotFound
from lms.rules.lines import one_line

Status = ErasureRequest.Status


@act
def ask_erasure(*, actor: User, person_uid: UUID, reason: str, key: UUID, at: datetime) -> ErasureRequest:
    """Ask that the texts of somebody's sign-offs be erased; another administrator answers.

    Raises NotFound (nobody, or still here), NotAllowed (no administrator, or oneself), Invalid (no reason), Conflict
    (asked already, or nothing to erase).
    """
    person = _person(actor, person_uid)
    reason = one_line(reason)[:300]
    if not reason:
        raise Invalid(reason=_("Say why: the other administrator and the record keep it."))
    if not claim_key(actor=actor, name="erasure.ask", key=key, at=at, about=key, why=reason):
        return ErasureRequest.objects.get(uid=key)
    if not texts_about(person).exists():
        raise Conflict(_("The ledger holds no texts about %(name)s.") % {"name": person.full_name})
    try:
        with transaction.atomic():
            made = ErasureRequest.objects.create(uid=key, person=person, asked_by=actor, asked_at=at, reason=reason)
    except IntegrityError:
        raise Conflict(_("This was asked already. Another administrator answers it.")) from None
    words = {"admin": actor.full_name, "name": person.full_name, "reason": reason}
    others = administrators().exclude(pk__in=[actor.pk, person.pk])
    tell(ERASURE_ASKED, others, about=person.uid, words=words, at=at)
    return made


@act
def answer_erasure(*, actor: User, request_uid: UUID, agree: bool, key: UUID, at: datetime) -> ErasureRequest:
    """The second administrator agrees, and every text about the person goes at once, and their photo; or says no.

    Whoever asked may take it back (``agree`` false) and may not agree. Raises NotFound, NotAllowed, Conflict.
    """
    lock_log()
    found = ErasureRequest.objects.select_for_update().filter(uid=request_uid).first()
    if found is None:
        raise NotFound(_("There is no such request."))
    person = _person(actor, found.person.uid)
    if agree and are_one(found.asked_by_id, actor.pk):
        raise NotAllowed(_("You asked for it. Another administrator has to agree."))
    if not claim_key(actor=actor, name="erasure.answer", key=key, at=at, about=found.uid):
        found.refresh_from_db()
        return found
    if found.status != Status.ASKED:
        raise Conflict(_("This was answered in the meantime."))
    if agree and not administrators().filter(pk=found.asked_by_id).exists():
        words = {"name": found.asked_by.full_name}
        raise Conflict(_("%(name)s asked for it and is no administrator any more. Say no, and ask anew.") % words)
    found.status, found.answered_by, found.answered_at = (Status.DONE if agree else Status.REFUSED), actor, at
    found.save(update_fields=["status", "answered_by", "answered_at"])
    if agree:
        _erase(found, person, at)
    return found


def texts_about(person: User) -> QuerySet[SignOffText]:
    """Every text of the events about a person."""
    return SignOffText.objects.filter(event__subject=person)


def waiting_erasure(person: User) -> ErasureRequest | None:
    """The request that waits for its second administrator. Queries: 1."""
    rows = ErasureRequest.objects.filter(person=person, status=Status.ASKED)
    return rows.select_related("asked_by").first()


def _erase(found: ErasureRequest, person: User, at: datetime) -> None:
    """The erasure first, then the texts: the database lets only those go that it names. The photo goes along.

    Queries: 6, and 2 for a photo.
    """
    if found.answered_by is None:
        raise ValueError("Nobody agreed.")
    lock_person(person.pk)
    texts = list(texts_about(person).values_list("event_id", "name"))
    erasure = Erasure.objects.create(
        uid=uuid5(found.uid, "erased"),
        person=person,
        asked_by=found.asked_by,
        agreed_by=found.answered_by,
        reason=found.reason,
        erased_at=at,
    )
    ErasedText.objects.bulk_create(
        [ErasedText(erasure=erasure, event_id=event_id, name=name) for event_id, name in texts]
    )
    texts_about(person)._raw_delete("default")
    let_photo_go(person)
    log_row(erasure)


def _person(actor: User, uid: UUID) -> User:
    """Somebody whose account has ended, for an administrator who is somebody else."""
    person = people_policy.get(actor, "erase", uid=uid)
    if person.is_active:
        raise Conflict(_("%(name)s is still here. End their account first.") % {"name": person.full_name})
    return person


def erasures_of(person: User) -> QuerySet[Erasure]:
    """What was erased about a person before."""
    return Erasure.objects.filter(person=person).select_related("asked_by", "agreed_by").order_by("erased_at")
