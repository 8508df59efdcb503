"""What the ledger says of people's skills beside the gates: not yet, taken back, refused, or not yet countersigned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from assessments.models import SignOffEvent, SignOffText
from assessments.policies import waiting_countersign
from lms import clock
from lms.api import Row, Union, User, union_part
from lms.rules.standing import AWAITING, NOT_YET, REFUSED, REVOKED, Verdict

KINDS = {
    SignOffEvent.Kind.NOT_YET: NOT_YET,
    SignOffEvent.Kind.REVOKED: REVOKED,
    SignOffEvent.Kind.COUNTERSIGN_REFUSED: REFUSED,
    SignOffEvent.Kind.SIGNED: AWAITING,
}

# The columns of the statement beside the kind.
COLUMNS: dict[str, models.Field] = {
    "seq": models.BigIntegerField(),
    "person": models.BigIntegerField(),
    "skill": models.CharField(),
    "answer": models.CharField(),
    "at": models.DateTimeField(),
    "zone": models.CharField(),
    "standard": models.UUIDField(),
    "next_step": models.TextField(),
    "retry_on": models.TextField(),
}


def verdicts_of_people(person_ids: Collection[int]) -> Mapping[int, Mapping[str, Sequence[Verdict]]]:
    """By person id and slug of the skill, what the ledger says that no later signature answers, the newest first; one a
    standard.

    Queries: 1, 0 for nobody.
    """
    found: dict[int, dict[str, list[Verdict]]] = defaultdict(lambda: defaultdict(list))
    rows = _verdicts(people=sorted(person_ids)) if person_ids else []
    for row in sorted(rows, key=lambda row: row[1], reverse=True):
        _event, _seq, person, skill, kind, at, zone, standard, next_step, retry_on = row
        if not any(verdict.standard == standard for verdict in found[person][skill]):
            found[person][skill].append(_verdict(kind, at, zone, standard, next_step, retry_on))
    return found


def newest(verdicts: Mapping[str, Sequence[Verdict]], skill: str, standard: UUID | None = None) -> Verdict | None:
    """The newest on a skill; where a role asks for one standard, the newest on that."""
    return next((item for item in verdicts.get(skill, ()) if standard in (None, item.standard)), None)


def _parts(people: list[int]) -> list[QuerySet[Any, Row]]:
    later = SignOffEvent.objects.filter(
        subject=OuterRef("subject"), skill=OuterRef("skill"), seq__gt=OuterRef("seq"), kind=SignOffEvent.Kind.SIGNED
    )
    ended = Q(kind__in=[kind for kind in KINDS if kind != SignOffEvent.Kind.SIGNED])
    unanswered = SignOffEvent.objects.filter(ended | Q(pk__in=waiting_countersign()), ~Exists(later))
    return [
        union_part(
            COLUMNS,
            "event",
            unanswered.filter(subject__in=people),
            seq=F("seq"),
            person=F("subject_id"),
            skill=F("skill__slug"),
            answer=F("kind"),
            at=F("occurred_at"),
            zone=F("subject__time_zone"),
            standard=F("version__standard_uid"),
            next_step=_text("next_step"),
            retry_on=_text("retry_on"),
        )
    ]


_verdicts = Union(_parts)


@dataclass(frozen=True, slots=True)
class Answered:
    """A decision that gave no sign-off, or took one away, with who wrote it."""

    verdict: Verdict
    signer: str


def answers_on(person: User, skill: str) -> list[Answered]:
    """Every *not yet*, revocation and refused second signature of a person on a skill, the oldest first. Queries: 1."""
    kinds = [kind for kind in KINDS if kind != SignOffEvent.Kind.SIGNED]
    rows = SignOffEvent.objects.filter(subject=person, skill__slug=skill, kind__in=kinds).order_by("seq")
    return [
        Answered(_verdict(kind, at, person.time_zone, standard, next_step, retry_on), signer)
        for kind, at, signer, standard, next_step, retry_on in rows.values_list(
            "kind", "occurred_at", "signer__full_name", "version__standard_uid", _text("next_step"), _text("retry_on")
        )
    ]


def _verdict(
    kind: str, at: datetime, zone: str, standard: UUID, next_step: str | None, retry_on: str | None
) -> Verdict:
    day = date.fromisoformat(retry_on) if retry_on else None
    return Verdict(KINDS[SignOffEvent.Kind(kind)], at, clock.today(zone, at), standard, next_step or "", day)


def _text(name: str) -> Subquery:
    """An erasable text of the event; nothing when it was erased."""
    return Subquery(SignOffText.objects.filter(event=OuterRef("pk"), name=name).values("value")[:1])
