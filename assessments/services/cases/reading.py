"""Reading a case: its observations, decisions and evidence, and nothing that the reader may not see yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from assessments.models import Case, Evidence, Observation, ObservationIndicator, Request, SignOffEvent
from assessments.policies import case_policy
from assessments.services.ledger.signoffs import standings_on
from lms.api import Enrolment, StepKind, User, structure_of
from lms.errors import NotFound
from lms.rules.scales import ENTRUSTMENT, SUPERVISION

from .case import may_read_observations
from .standards import SkillPart

# --- Observations -------------------------------------------------------------------------------------------------


DECISIONS = (SignOffEvent.Kind.SIGNED, SignOffEvent.Kind.NOT_YET)


@dataclass(frozen=True, slots=True)
class MarkedIndicator:
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
    signs: tuple[MarkedIndicator, ...]


def observations_for(reader: User, case: Case, parts: Sequence[SkillPart]) -> tuple[list[SeenOnce], bool]:
    """What the reader may see of a case's observations, newest first, and whether that is all there is to see.

    An observer is blind to the others until their own is written. Queries: 3-5.
    """
    rows = Observation.objects.filter(case=case).select_related("observer", "customer", "request")
    may = may_read_observations(reader, case)
    if not may:
        rows = rows.filter(observer=reader)
    rows = rows.prefetch_related("ratings", "indicators__skill")
    return [_seen(row, reader, parts) for row in rows], may


def has_read(reader: User, case: Case) -> bool:
    """Whether somebody chose to read the others in this round, and so no longer observes in it. Queries: 1."""
    return case.readings.filter(person=reader).exists()


def _seen(row: Observation, reader: User, parts: Sequence[SkillPart]) -> SeenOnce:
    texts = {sign.name: sign.text for part in parts for sign in part.signs}
    rated = {rating.skill_id: rating.supervision for rating in row.ratings.all()}
    labels = dict(ObservationIndicator.Mark.choices)
    marked = [(f"{item.skill.slug}/{item.indicator}", item.mark) for item in row.indicators.all()]
    return SeenOnce(
        row,
        row.observer_id == reader.pk,
        tuple((part.title, str(SUPERVISION[rated[part.id]])) for part in parts if part.id in rated),
        tuple(MarkedIndicator(texts[name], mark, str(labels[mark])) for name, mark in marked if name in texts),
    )


# --- Decisions ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided on one skill, or held before; ``source`` is of the latter: how it is known.

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
    source: str = ""

    @property
    def vouched(self) -> bool:
        """Whether somebody vouches for the learner with it now."""
        return self.status in ("active", "due")


def verdicts_of(case: Case, on: date) -> list[Decided]:
    """The decisions of a case, in the order in which they were written. Queries: 5, or 1 while it is open."""
    if case.status != Case.Status.DECIDED:
        return []
    events = SignOffEvent.objects.filter(case=case, kind__in=DECISIONS).order_by("seq")
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
        words.get("source", ""),
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


def rating_of(observation: Observation, skill_id: int) -> str:
    """How much supervision a skill needed then, in words; empty when it was not rated. Queries: 0 when prefetched."""
    found = [row.supervision for row in observation.ratings.all() if row.skill_id == skill_id]
    return str(SUPERVISION[found[0]]) if found else ""


def flags_in_words(event: SignOffEvent) -> list[str]:
    """Why somebody else has to countersign."""
    words = {
        "provisional": _("The signer observes with a provisional grant."),
        "line_manager": _("The signer is the learner's line manager."),
        "reports_to_learner": _("The signer reports to the learner."),
        "reciprocal": _("The learner signed for the signer within 90 days."),
    }
    return [words.get(flag, flag) for flag in event.flags]


# --- Evidence -----------------------------------------------------------------------------------------------------


def file_of(reader: User, evidence_uid: UUID) -> Evidence:
    """A file of a case that the reader may see. Raises NotFound, also for words, links and what was taken back."""
    cases = case_policy.queryset(reader, "view").values("pk")
    files = Evidence.objects.filter(kind=Evidence.Kind.FILE, withdrawn_at=None)
    piece = files.filter(uid=evidence_uid, case__in=cases).first()
    if piece is None:
        raise NotFound(_("There is no such file that you can see."))
    return piece


# --- A learner's own ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MyCase:
    """One of a learner's cases with what waits on it, or what was decided."""

    case: Case
    waiting: tuple[Request, ...]
    decided: tuple[Decided, ...]

    @property
    def not_yet(self) -> tuple[Decided, ...]:
        """The skills on which the answer was *not yet*."""
        return tuple(item for item in self.decided if item.status == "not_yet")


def my_cases(learner: User, on: date) -> list[MyCase]:
    """A learner's cases, the latest round of each standard, open ones first. Queries: 7, for any number."""
    rows = Case.objects.filter(learner=learner).select_related("version").prefetch_related("requests__observer")
    latest = {case.standard_uid: case for case in rows.order_by("opened_at", "pk")}
    events = SignOffEvent.objects.filter(case__in=list(latest.values()), kind__in=DECISIONS)
    decided: dict[int | None, list[Decided]] = {}
    for item in read_events(list(with_words(events).order_by("seq")), on):
        decided.setdefault(item.event.case_id, []).append(item)
    found = [
        MyCase(
            case,
            tuple(item for item in case.requests.all() if item.status in Request.WAITING),
            tuple(decided.get(case.pk, ())),
        )
        for case in latest.values()
    ]
    return sorted(found, key=lambda item: (item.case.status == Case.Status.DECIDED, item.case.opened_at))


def open_case(enrolment: Enrolment, standard_uid: UUID) -> Case | None:
    """The open case of an enrolment on a standard; None before the first is opened. Queries: 1."""
    rows = Case.objects.filter(enrolment=enrolment, standard_uid=standard_uid).exclude(status=Case.Status.DECIDED)
    return rows.select_related("version", "learner").first()


def step_of(case: Case) -> UUID | None:
    """The step of the learner's path that asks for this standard; None when the path has none. Queries: 0 or 2."""
    steps = structure_of(case.enrolment.path_version_id).steps_about(StepKind.DEMONSTRATION, case.standard_uid)
    return steps[0].uid if steps else None
