"""Reading a case: its observations, decisions and evidence, and nothing that the reader may not see yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from assessments.models import Case, Evidence, Observation, ObservationIndicator, SignOffEvent
from assessments.policies import case_policy
from lms.api import User
from lms.errors import NotFound
from lms.rules.scales import ENTRUSTMENT, SUPERVISION

from .cases import may_read_observations
from .reading import SkillPart
from .signoffs import standings_on

# --- Observations -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Marked:
    """One indicator as it was marked."""

    text: str
    mark: str
    label: str


@dataclass(frozen=True, slots=True)
class SeenOnce:
    """One observation, in words."""

    observation: Observation
    mine: bool
    ratings: tuple[tuple[str, str], ...]
    signs: tuple[Marked, ...]


def observations_for(reader: User, case: Case, parts: Sequence[SkillPart]) -> tuple[list[SeenOnce], bool]:
    """What the reader may see of a case's observations, newest first, and whether that is all there is to see.

    An observer is blind to the others until their own is written. Queries: 3-5.
    """
    rows = Observation.objects.filter(case=case).select_related("observer", "customer", "request")
    may = may_read_observations(reader, case)
    if not may:
        rows = rows.filter(observer=reader)
    rows = rows.prefetch_related("ratings__skill", "indicators__skill")
    texts = {sign.name: sign.text for part in parts for sign in part.signs}
    return [_seen(row, reader, texts) for row in rows], may


def _seen(row: Observation, reader: User, texts: Mapping[str, str]) -> SeenOnce:
    labels = dict(ObservationIndicator.Mark.choices)
    marked = [(f"{item.skill.slug}/{item.indicator}", item.mark) for item in row.indicators.all()]
    return SeenOnce(
        row,
        row.observer_id == reader.pk,
        tuple((rating.skill.title, str(SUPERVISION[rating.supervision])) for rating in row.ratings.all()),
        tuple(Marked(texts[name], mark, str(labels[mark])) for name, mark in marked if name in texts),
    )


# --- Decisions ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided on one skill.

    ``status``: active, due, expired, awaiting, refused, revoked, superseded or not_yet.
    """

    event: SignOffEvent
    status: str
    level: str
    why: str
    next_step: str
    retry_on: date | None
    signer: str
    subject: str
    follow_ups: tuple[tuple[SignOffEvent, str], ...]

    @property
    def vouched(self) -> bool:
        """Whether somebody vouches for the learner with it now."""
        return self.status in ("active", "due")


def verdicts_of(case: Case, on: date) -> list[Decided]:
    """The decisions of a case, in the order in which they were written. Queries: 5, or 1 while it is open."""
    if case.status != Case.Status.DECIDED:
        return []
    events = SignOffEvent.objects.filter(case=case, kind__in=["SIGNED", "NOT_YET"]).order_by("seq")
    return read_events(list(with_words(events)), on)


def with_words(events: QuerySet[SignOffEvent]) -> QuerySet[SignOffEvent]:
    """The events with everything that a page says of them. Queries: 5 when read."""
    return events.select_related("skill", "signer", "subject", "version", "case").prefetch_related(
        "texts", "followed_by__signer", "followed_by__texts"
    )


def read_events(events: Sequence[SignOffEvent], on: date) -> list[Decided]:
    """These events (``with_words``) in words, with what became of them by that day. Queries: 1."""
    people = {event.subject_id for event in events}
    standing = {item.event.pk: item.status for rows in standings_on(people, on).values() for item in rows}
    return [_decided(event, standing.get(event.pk, "not_yet")) for event in events]


def _decided(event: SignOffEvent, status: str) -> Decided:
    words = words_of(event)
    return Decided(
        event,
        status,
        str(ENTRUSTMENT[event.level]) if event.level else "",
        words.get("why", ""),
        words.get("next_step", ""),
        date.fromisoformat(words["retry_on"]) if words.get("retry_on") else None,
        words.get("signer_name", event.signer.full_name),
        words.get("subject_name", event.subject.full_name),
        tuple((later, words_of(later).get("why", "")) for later in sorted(event.followed_by.all(), key=_by_seq)),
    )


def _by_seq(event: SignOffEvent) -> int:
    return event.seq


def words_of(event: SignOffEvent) -> dict[str, str]:
    """The erasable words of an event. Queries: 0 when prefetched."""
    return {row.name: row.value for row in event.texts.all()}


def satisfying_set(event: SignOffEvent) -> list[Observation]:
    """The observations that a decision rested on, as stored with it. Queries: 2."""
    uids = [UUID(uid) for uid in event.payload.get("satisfying", [])]
    rows = Observation.objects.filter(uid__in=uids).select_related("observer", "customer")
    return list(rows.prefetch_related("ratings__skill").order_by("occurred_at"))


# --- Evidence -----------------------------------------------------------------------------------------------------


def pieces_of(case: Case) -> list[Evidence]:
    """The evidence that stands, oldest first. Queries: 1."""
    return list(case.evidence.filter(withdrawn_at=None).select_related("added_by"))


def file_of(reader: User, evidence_uid: UUID) -> Evidence:
    """A file of a case that the reader may see. Raises NotFound, also for words, links and what was taken back."""
    cases = case_policy.queryset(reader, "view").values("pk")
    files = Evidence.objects.filter(kind=Evidence.Kind.FILE, withdrawn_at=None)
    piece = files.filter(uid=evidence_uid, case__in=cases).first()
    if piece is None:
        raise NotFound(_("There is no such file that you can see."))
    return piece
