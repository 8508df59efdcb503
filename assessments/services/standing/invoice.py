"""One person's readiness, opened into its terms: the page that learner, coach and manager all see.

Evidence is named by kind and day, never by content; of practice nothing shows but the day on which Try opened. What a
line says about its next step is read from the path and from what waits, not from how often anybody practised.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from assessments.models import ObservationSkill
from assessments.rules.readiness import Readiness, Term
from assessments.services.cases.standards import role_of
from assessments.services.ledger.signoffs import standings_on
from lms import clock
from lms.api import (
    DONE,
    WAIVED,
    Enrolment,
    PathProgress,
    SkillGate,
    StepInfo,
    StepKind,
    Words,
    as_others_see,
    progress_of,
    words_of,
)
from lms.rules.ladder import Ladder
from lms.rules.marks import Mark
from lms.rules.scales import ENTRUSTMENT
from lms.rules.waiting import days_since

from . import held_words
from .holders import Holder
from .moves import Move, Moves
from .readiness import PersonReadiness, readiness_on
from .words import line_of


@dataclass(frozen=True, slots=True)
class Proof:
    """Evidence of one kind: how often, and the latest day. ``signoff`` is the record that may be opened."""

    text: str
    on: date
    signoff: UUID | None = None
    times: int = 1


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """One requirement: what it asks, where it stands, on what evidence, who has it, and the cheapest next step."""

    skill: str
    title: str
    term: Term
    asked: str
    look: Ladder
    proofs: tuple[Proof, ...]
    holder: Holder | None
    held_by: str
    days: int | None
    move: Move

    @property
    def held(self) -> Mark:
        """Who has the next move, and for how long."""
        return held_words.in_cell(self)


@dataclass(frozen=True, slots=True)
class External:
    """Training elsewhere that a manager marks as done."""

    uid: UUID
    title: str
    due_on: date
    done_at: datetime | None
    open: bool


@dataclass(frozen=True, slots=True)
class Invoice:
    """Everything on the page. ``result`` is None where the role asks for nothing: no data, never zero."""

    found: PersonReadiness
    line: str
    result: Readiness | None
    lines: tuple[InvoiceLine, ...]
    externals: tuple[External, ...]

    @property
    def enrolment(self) -> Enrolment:
        """The person on the path."""
        return self.found.enrolment

    @property
    def percent(self) -> int:
        """Coverage in whole percent, rounded down: 84.9 is not yet 85."""
        return int(self.result.coverage * 100) if self.result else 0

    @property
    def progress(self) -> str:
        """Progress of 100, to one decimal."""
        return number_format(round(float(self.result.progress), 1), 1) if self.result else ""

    @property
    def threshold(self) -> int:
        """The coverage that the role asks for, in percent."""
        return int(self.found.role.threshold * 100)

    @property
    def amount(self) -> int:
        """The sum of weight times gate."""
        return sum(line.term.amount for line in self.lines)

    @property
    def critical(self) -> int:
        """How many requirements are critical."""
        return sum(line.term.required.critical for line in self.lines)

    @property
    def critical_open(self) -> int:
        """How many of these are not vouched for."""
        return sum(line.term.required.critical and not line.term.met for line in self.lines)

    @property
    def held(self) -> InvoiceLine | None:
        """The line that keeps the person from ready."""
        term = self.result.holder if self.result else None
        return next((line for line in self.lines if line.term is term), None) if term else None

    @property
    def held_said(self) -> str:
        """Which skill keeps the person from ready, and who has it."""
        return held_words.in_a_sentence(self.held) if self.held else _("Held up by nobody.")


def invoice_of(enrolment: Enrolment, at: datetime, *, own: bool = False) -> Invoice:
    """The invoice of one enrolment (fetched with person, path and role_version). ``own``: the learner reads it, so that
    what comes next may rest on their own practice; the rest is the same for everybody. Queries: 20.
    """
    progress = progress_of(enrolment, at)
    words = words_on(progress)
    found = readiness_on(progress, at, titles=titles_in(words, progress))
    moves = moves_of(found, progress if own else as_others_see(progress), words)
    proofs = _proofs(progress, at)
    result = found.readiness
    lines = tuple(
        _line(found, term, proofs.get(term.required.skill, ()), moves, own) for term in (result.terms if result else ())
    )
    return Invoice(found, line_of(found), result, lines, _externals(progress, moves.title_of))


def words_on(progress: PathProgress) -> Words:
    """What the steps of a path and the skills that its role asks for are called now. Queries: 1."""
    role = role_of(progress.enrolment.role_version_id)
    return words_of([state.step.content_uid for state in progress.steps], role.by_skill)


def titles_in(words: Words, progress: PathProgress) -> dict[str, str]:
    """The titles of the skills that the role of a path asks for, by slug. Queries: 0."""
    return {slug: words.skill(slug) for slug in role_of(progress.enrolment.role_version_id).by_skill}


def moves_of(found: PersonReadiness, progress: PathProgress, words: Words) -> Moves:
    """What moves each skill next, with the steps called what they are called now. Queries: 0."""
    return Moves(found, progress, lambda step: words.title(step.content_uid, step.title))


def _line(found: PersonReadiness, term: Term, proofs: tuple[Proof, ...], moves: Moves, own: bool) -> InvoiceLine:
    skill = term.required.skill
    holder = found.who_has(skill, moves if own else None)
    zone = found.enrolment.person.zone
    return InvoiceLine(
        skill=skill,
        title=found.title_of(term),
        term=term,
        asked=str(ENTRUSTMENT[term.required.level]),
        look=found.look(skill),
        proofs=proofs,
        holder=holder,
        held_by=(holder.called or found.enrolment.person.get_short_name()) if holder else "",
        days=days_since(holder.since, found.at, zone) if holder and holder.since else None,
        move=moves.of(skill),
    )


def _proofs(progress: PathProgress, at: datetime) -> dict[str, tuple[Proof, ...]]:
    """The evidence of each skill by kind and day, the strongest kind first. Queries: 2."""
    person = progress.enrolment.person
    found: dict[str, dict[tuple[str, UUID | None], list[date]]] = defaultdict(lambda: defaultdict(list))

    def add(skill: str, text: str, when: datetime, signoff: UUID | None = None) -> None:
        found[skill][text, signoff].append(clock.today(person.zone, when))

    for standing in standings_on([person.pk], clock.today(person.zone, at))[person.pk]:
        event = standing.event
        if event.case_id is None:
            held = {"active": _("Held before"), "due": _("Held before, ends soon")}
            add(event.skill.slug, held.get(standing.status, _("Held before, over")), event.occurred_at, event.uid)
            continue
        text = {
            "active": _("Signed off"),
            "due": _("Signed off, renewal due"),
            "awaiting": _("Signed, waits for a countersign"),
            "expired": _("Signed off, has expired"),
            "revoked": _("Signed off, taken back"),
            "refused": _("Signed, not countersigned"),
            "superseded": _("Signed off, replaced by a newer one"),
        }[standing.status]
        add(event.skill.slug, text, event.occurred_at, event.uid)
    seen = ObservationSkill.objects.filter(observation__person=person).values_list(
        "skill__slug", "observation__occurred_at"
    )
    for skill, when in seen:
        add(skill, _("Observed at work"), when)
    texts = {"talk": _("Talk opened"), "try": _("Try opened"), "commitment": _("Promise confirmed")}
    order: dict[str, int] = {SkillGate.Gate.DO: 0, SkillGate.Gate.TRY: 1, SkillGate.Gate.TALK: 2}
    for fact in sorted(progress.gates, key=lambda fact: order.get(fact.gate.gate, 3)):
        gate = fact.gate
        word = fact.source.partition(":")[0] if gate.gate == SkillGate.Gate.DO else gate.gate
        if word in texts:
            add(gate.skill, texts[word], fact.opened_at)
    return {
        skill: tuple(Proof(text, max(days), signoff, len(days)) for (text, signoff), days in kinds.items())
        for skill, kinds in found.items()
    }


def _externals(progress: PathProgress, title_of: Callable[[StepInfo], str]) -> tuple[External, ...]:
    return tuple(
        External(
            state.step.uid,
            title_of(state.step),
            state.due_on,
            state.completed_at,
            state.status not in (DONE, WAIVED, "locked"),
        )
        for state in progress.steps
        if state.step.kind == StepKind.EXTERNAL
    )
