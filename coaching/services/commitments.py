"""Commitments: promised and reported by the learner, confirmed skill by skill by the present coach, which opens Do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext as _

from coaching.models import Commitment, CommitmentSkill
from coaching.policies import commitment_policy, help_policy
from coaching.rules.notices import PROMISE_CONFIRMED, PROMISE_KEPT, PROMISE_SENT_BACK
from lms import clock
from lms.api import (
    OPEN,
    Customer,
    Enrolment,
    StepInfo,
    StepKind,
    User,
    act,
    claim_key,
    lock_log,
    log_row,
    open_customers,
    open_gate,
    progress_of,
    record_completion,
    require_open,
    skills_named,
    structure_of,
    tell,
)
from lms.errors import Conflict, Invalid
from lms.rules.bounds import PROMISED_BY
from lms.rules.lines import many_lines, one_line, shorten
from lms.rules.shown import require_same

from .coaches import present_coach
from .shown import commitment_now, commitment_shown

Status = Commitment.Status
RELATED = ("enrolment__person", "customer")


@act
def make_commitment(
    *,
    actor: User,
    enrolment_uid: UUID,
    step_uid: UUID | None = None,
    what: str,
    customer_uid: UUID | None,
    by_on: date,
    skills: Iterable[str] = (),
    key: UUID,
    at: datetime,
) -> Commitment:
    """Promise to use skills (slugs; default: the step's) with a customer by a day.

    A customer is asked for wherever there is one to choose; a closed one cannot be. Raises NotFound, NotAllowed
    (locked, or somebody else's path), Invalid, Conflict (the step has its commitment). Queries: at most 25, constant.
    """
    enrolment = help_policy.get(actor, "do", uid=enrolment_uid, lock=True, related=("person",))
    if not claim_key(actor=actor, name="commitment.make", key=key, at=at, about=enrolment.uid):
        return Commitment.objects.get(uid=key)
    step = _step(enrolment, step_uid, at) if step_uid else None
    what = one_line(what)
    if not what:
        raise Invalid(what=_("Write what you will do."))
    if len(what) > 300:
        raise Invalid(what=_("Say it in 300 characters; there is room for the story when you report."))
    PROMISED_BY.check("by_on", by_on, clock.today(actor.zone, at))
    slugs = set(skills) or set(step.skills if step else ())
    chosen = list(skills_named(slugs))
    if not chosen or len(chosen) != len(slugs):
        raise Invalid(skills=_("Choose at least one skill that you will use."))
    made = Commitment.objects.create(
        uid=key,
        enrolment=enrolment,
        step_uid=step.uid if step else None,
        what=what,
        customer=_customer(customer_uid),
        by_on=by_on,
        made_at=at,
    )
    CommitmentSkill.objects.bulk_create([CommitmentSkill(commitment=made, skill=skill) for skill in chosen])
    return made


@act
def report_commitment(*, actor: User, commitment_uid: UUID, report: str, key: UUID, at: datetime) -> Commitment:
    """The learner did it and says what happened; the coach is told. Raises NotFound, NotAllowed, Invalid, Conflict."""
    row = commitment_policy.get(actor, "do", uid=commitment_uid, lock=True, related=RELATED)
    report = many_lines(report)
    if not report:
        raise Invalid(report=_("Write what happened, in your own words."))
    if not claim_key(actor=actor, name="commitment.report", key=key, at=at, about=row.uid):
        return row
    if row.status != Status.OPEN:
        raise Conflict(_("This commitment is %(state)s already.") % {"state": row.get_status_display()})
    row.status, row.report, row.done_at = Status.DONE, report, at
    row.save(update_fields=["status", "report", "done_at"])
    words = {"learner": actor.full_name, "what": shorten(row.what, 120)}
    tell(PROMISE_KEPT, [present_coach(row.enrolment, at.date())], about=row.uid, words=words, at=at)
    return row


@act
def confirm_commitment(
    *,
    actor: User,
    commitment_uid: UUID,
    skill_slugs: Iterable[str],
    note: str = "",
    shown: str,
    key: UUID,
    at: datetime,
) -> Commitment:
    """The present coach confirms these skills: each opens Do. When all are, the commitment closes and its step is done.

    Raises NotFound, NotAllowed (the learner), Invalid (no skill, or not one of its), Conflict (not reported, closed),
    Changed (``shown`` is not the report and the skills of now). Queries: at most 15, and 4 a skill.
    """
    lock_log()
    row = commitment_policy.get(actor, "confirm", uid=commitment_uid, lock=True, related=RELATED)
    if not claim_key(actor=actor, name="commitment.confirm", key=key, at=at, about=row.uid):
        return row
    _is_reported(row)
    lines = list(row.skills.select_related("skill"))
    require_same(shown, commitment_shown(row, lines))
    slugs = set(skill_slugs)
    if not slugs or slugs - {line.skill.slug for line in lines}:
        raise Invalid(skills=_("Tick the skills that you saw used."))
    new = [line for line in lines if line.skill.slug in slugs and line.confirmed_at is None]
    for line in new:
        line.confirmed_at, line.confirmed_by = at, actor
        line.save(update_fields=["confirmed_at", "confirmed_by"])
        log_row(line)
        open_gate(
            person_id=row.enrolment.person_id, skill_id=line.skill_id, gate="do", source=source_of(row.uid), at=at
        )
    row.note = many_lines(note) or row.note
    if all(line.confirmed_at for line in lines):
        row.status, row.closed_at = Status.CONFIRMED, at
        step = structure_of(row.enrolment.path_version_id).steps.get(row.step_uid) if row.step_uid else None
        if step:
            record_completion(enrolment=row.enrolment, step=step, by=actor, at=at)
    row.save(update_fields=["status", "closed_at", "note"])
    words = {"coach": actor.full_name, "skills": ", ".join(line.skill.title for line in new)}
    tell(PROMISE_CONFIRMED, [row.enrolment.person], about=row.uid, words=words, at=at)
    return row


@act
def send_back_commitment(
    *, actor: User, commitment_uid: UUID, note: str, shown: str, key: UUID, at: datetime
) -> Commitment:
    """Not yet: the coach says what is missing and the commitment is open again; confirmed skills stay confirmed.

    Raises NotFound, NotAllowed (the learner), Invalid (no words), Conflict (not reported, or closed), Changed.
    """
    row = commitment_policy.get(actor, "confirm", uid=commitment_uid, lock=True, related=RELATED)
    note = many_lines(note)
    if not note:
        raise Invalid(note=_("Say what is missing, so that the next try can be the one."))
    if not claim_key(actor=actor, name="commitment.send_back", key=key, at=at, about=row.uid):
        return row
    _is_reported(row)
    require_same(shown, commitment_now(row))
    row.status, row.done_at, row.note = Status.OPEN, None, note
    row.save(update_fields=["status", "done_at", "note"])
    words = {"coach": actor.full_name, "what": shorten(row.what, 120)}
    tell(PROMISE_SENT_BACK, [row.enrolment.person], about=row.uid, words=words, at=at)
    return row


@act
def drop_commitment(*, actor: User, commitment_uid: UUID, key: UUID, at: datetime) -> Commitment:
    """The learner takes the promise back; what was confirmed stays. Raises NotFound, NotAllowed, Conflict (closed)."""
    row = commitment_policy.get(actor, "do", uid=commitment_uid, lock=True, related=RELATED)
    if claim_key(actor=actor, name="commitment.drop", key=key, at=at, about=row.uid):
        if row.status not in (Status.OPEN, Status.DONE):
            raise Conflict(_("This commitment is %(state)s already.") % {"state": row.get_status_display()})
        row.status, row.closed_at = Status.DROPPED, at
        row.save(update_fields=["status", "closed_at"])
    return row


def commitments_of(actor: User, enrolment: Enrolment) -> list[Commitment]:
    """The commitments of an enrolment that the actor may see, with customer and skills, first due first. Queries: 2."""
    rows = commitment_policy.queryset(actor, "view").filter(enrolment=enrolment)
    return list(rows.select_related("customer").prefetch_related("skills__skill"))


def open_commitments(enrolment_ids: Iterable[int]) -> list[Commitment]:
    """What is promised or waits for a coach on these enrolments, first due first; for queues. Queries: 1."""
    rows = Commitment.objects.filter(enrolment__in=list(enrolment_ids), status__in=[Status.OPEN, Status.DONE])
    return list(rows.select_related("enrolment__person", "customer"))


def customers_to_choose() -> list[Customer]:
    """Whom a promise can be for. Queries: 1."""
    return list(open_customers())


def source_of(commitment_uid: UUID) -> str:
    """The source under which a commitment opens gates."""
    return f"commitment:{commitment_uid}"


def do_facts(person_ids: Iterable[int] | None = None) -> Iterator[tuple[int, int, str, datetime]]:
    """Every confirmed skill as (person id, skill id, source, moment), for ``rebuild_gates``. Queries: 1."""
    rows = CommitmentSkill.objects.filter(confirmed_at__isnull=False)
    if person_ids is not None:
        rows = rows.filter(commitment__enrolment__person__in=list(person_ids))
    fields = rows.values_list("commitment__enrolment__person_id", "skill_id", "commitment__uid", "confirmed_at")
    for person_id, skill_id, uid, confirmed_at in fields.order_by("confirmed_at", "pk").iterator():
        if confirmed_at is not None:
            yield person_id, skill_id, source_of(uid), confirmed_at


def _step(enrolment: Enrolment, step_uid: UUID, at: datetime) -> StepInfo:
    state = require_open(progress_of(enrolment, at), step_uid)
    if state.step.kind != StepKind.COMMITMENT:
        raise Invalid(step=_("This step is not a commitment."))
    if state.status != OPEN:
        raise Conflict(_("This commitment of your path is done already."))
    if Commitment.objects.filter(enrolment=enrolment, step_uid=step_uid).exclude(status=Status.DROPPED).exists():
        raise Conflict(_("You have made this commitment already. Report it, or drop it and make another."))
    return state.step


def _customer(uid: UUID | None) -> Customer | None:
    if uid is None:
        if open_customers().exists():
            raise Invalid(customer=_("Choose the customer that it is for."))
        return None
    found = open_customers().filter(uid=uid).first()
    if found is None:
        raise Invalid(customer=_("Choose a customer that we serve now."))
    return found


def _is_reported(row: Commitment) -> None:
    if row.status == Status.OPEN:
        raise Conflict(_("The learner has not reported this yet."))
    if row.status != Status.DONE:
        raise Conflict(_("This commitment is %(state)s already.") % {"state": row.get_status_display()})


def commitment_of_step(enrolment: Enrolment, step_uid: UUID) -> UUID | None:
    """The promise that was made for a step and not dropped, by uid. Queries: 1."""
    rows = Commitment.objects.filter(enrolment=enrolment, step_uid=step_uid)
    return rows.exclude(status=Commitment.Status.DROPPED).values_list("uid", flat=True).first()
