"""What the ledger says of people's skills beside the gates: not yet, taken back, refused, or not yet countersigned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from assessments.models import SignOffEvent, SignOffText
from assessments.policies import waiting_countersign
from lms import clock
from lms.api import Prepared, User
from lms.rules.standing import AWAITING, NOT_YET, REFUSED, REVOKED, Verdict

KINDS = {
    SignOffEvent.Kind.NOT_YET: NOT_YET,
    SignOffEvent.Kind.REVOKED: REVOKED,
    SignOffEvent.Kind.COUNTERSIGN_REFUSED: REFUSED,
    SignOffEvent.Kind.SIGNED: AWAITING,
}


@dataclass(slots=True)
class _Answer:
    """An event that no later signature answers, with the texts of a *not yet*, which may be erased."""

    seq: int
    person: int
    skill: str
    kind: str
    occurred_at: datetime
    zone: str
    standard: UUID
    next_step: str | None
    retry_on: str | None


def _unanswered(people: list[int]) -> QuerySet[SignOffEvent]:
    later = SignOffEvent.objects.filter(
        subject=OuterRef("subject"), skill=OuterRef("skill"), seq__gt=OuterRef("seq"), kind=SignOffEvent.Kind.SIGNED
    )
    ended = Q(kind__in=[kind for kind in KINDS if kind != SignOffEvent.Kind.SIGNED])
    rows = SignOffEvent.objects.filter(ended | Q(pk__in=waiting_countersign()), ~Exists(later), subject__in=people)
    return rows.annotate(as_next_step=_text("next_step"), as_retry_on=_text("retry_on")).order_by("-seq")


def _text(name: str) -> Subquery:
    """An erasable text of the event; nothing when it was erased."""
    return Subquery(SignOffText.objects.filter(event=OuterRef("pk"), name=name).values("value")[:1])


_answers = Prepared(
    _Answer,
    _unanswered,
    person="subject_id",
    skill="skill__slug",
    zone="subject__time_zone",
    standard="version__standard_uid",
    next_step="as_next_step",
    retry_on="as_retry_on",
)


def verdicts_of_people(person_ids: Collection[int]) -> Mapping[int, Mapping[str, Sequence[Verdict]]]:
    """By person id and slug of the skill, what the ledger says that no later signature answers, the newest first; one a
    standard.

    Queries: 1, 0 for nobody.
    """
    found: dict[int, dict[str, list[Verdict]]] = defaultdict(lambda: defaultdict(list))
    for row in _answers(people=sorted(person_ids)):
        mine = found[row.person][row.skill]
        if not any(verdict.standard == row.standard for verdict in mine):
            said = (row.standard, row.next_step, row.retry_on)
            mine.append(_verdict(row.kind, row.occurred_at, row.zone, *said))
    return found


def newest_verdict(
    verdicts: Mapping[str, Sequence[Verdict]], skill: str, standard: UUID | None = None
) -> Verdict | None:
    """The newest on a skill; where a role asks for one standard, the newest on that."""
    return next((item for item in verdicts.get(skill, ()) if standard in (None, item.standard)), None)


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
