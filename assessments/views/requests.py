"""Asking to be seen, and the page of one case: the learner's, and that of everybody who may see it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from assessments import api
from assessments.forms.requests import AskForm, EvidenceForm
from assessments.rules.specs import StandardSpec
from coaching.api import customers_to_choose, present_coach
from lms import clock
from lms.api import (
    LOCKED,
    OPEN,
    PathProgress,
    StepKind,
    StepState,
    User,
    find_step,
    labels_of,
    paths_to_show_on,
    require_open,
)
from lms.errors import NotAllowed, NotFound
from lms.requests import SignedInRequest, key_of
from lms.rules.waiting import days_since
from lms.views.acting import carry_out

from . import request_words, rule_lines

ASK_AGAIN = ("not_yet", "due", "expired", "revoked", "refused")
"""After these one may be seen again."""


@login_required
@require_GET
def requests(request: SignedInRequest) -> HttpResponse:
    """200: my cases, what waits on them, what was decided, and what I can ask to be seen for. Queries: 10."""
    at = clock.now()
    paths = paths_to_show_on(request.user, at)
    states = _demonstrations(paths)
    cases = api.my_cases(request.user, clock.today(request.user.zone, at))
    begun = {item.case.standard_uid for item in cases}
    labels, again = labels_of(states), _again(paths)
    ahead = [
        (labels[uid].title if uid in labels else state.step.title, state)
        for uid, state in states.items()
        if uid not in begun and not state.completed_at
    ]
    context = {
        "cases": [
            (
                item,
                again.get(item.case.standard_uid) if item.decided else None,
                request_words.turn_of(item, _ready_for(item.case, request.user, at)),
            )
            for item in cases
        ],
        "ready_to_ask": [item for item in ahead if item[1].status != LOCKED],
        "closed": [item for item in ahead if item[1].status == LOCKED],
    }
    return render(request, "requests/list.html", context)


def _ready_for(case: api.Case, learner: User, at: datetime) -> int:
    """For how many days a case has been ready to be decided, as the learner counts them."""
    return days_since(case.ready_at or case.opened_at, at, learner.zone)


def _demonstrations(paths: Sequence[PathProgress]) -> dict[UUID, StepState]:
    """By standard, the demonstration of it: an open one, where several paths have one."""
    shown = (state.step for path in paths for state in path.steps if state.step.kind == StepKind.DEMONSTRATION)
    uids = dict.fromkeys(step.content_uid for step in shown)
    best = {uid: find_step(paths, StepKind.DEMONSTRATION, uid) for uid in uids if uid}
    return {uid: found[1] for uid, found in best.items() if found}


def _again(paths: Iterable[PathProgress]) -> dict[UUID | None, UUID]:
    """By standard, the step at which somebody may ask to be seen: it is open or done, and not all of it stands. An open
    one, where several paths have one.
    """
    found: dict[UUID | None, UUID] = {}
    states = (
        state
        for path in paths
        for state in path.steps
        if path.can_be_shown_on
        and state.step.kind == StepKind.DEMONSTRATION
        and state.status != LOCKED
        and not api.vouched_for(path, state.step)
    )
    for state in sorted(states, key=lambda state: state.status != OPEN):
        found.setdefault(state.step.content_uid, state.step.uid)
    return found


@login_required
@require_http_methods(["GET", "POST"])
def request_new(request: SignedInRequest, step_uid: UUID) -> HttpResponse:
    """200 the standard and the form - 302 asked - 403 the step is locked - 404 not on my path - 409 asked for that day
    already, or vouched for - 422 invalid. Queries: 10, and 1 a skill of the standard.
    """
    at = clock.now()
    path, state = _step(request, step_uid)
    standard = state.step.content_uid
    if state.step.kind != StepKind.DEMONSTRATION or standard is None:
        raise NotFound(_("This step is not a demonstration."))
    case = api.open_case(path.enrolment, standard)
    version = case.version if case else api.latest_standard(standard)
    spec = StandardSpec.from_json(version.spec)
    parts = api.parts_of(spec)
    coach = present_coach(path.enrolment, at.date())
    watchers = api.watchers_for(parts, request.user, coach, path.today)
    form = AskForm(
        request.POST or None,
        watchers=watchers,
        places=spec.where,
        customers=customers_to_choose(),
        from_coach=spec.rule.max_from_coach,
        initial={"context": spec.where[0] if len(spec.where) == 1 else None},
    )
    status, key = 200, uuid4()
    if request.method == "POST":
        status, key = 422, key_of(request)
        if form.is_valid():
            outcome = carry_out(
                request,
                form,
                api.request_observation,
                enrolment_uid=path.enrolment.uid,
                step_uid=step_uid,
                **form.for_service(),
            )
            if outcome.done:
                who = {"name": outcome.done.observer.get_short_name()}
                messages.success(request, _("%(name)s is asked. You can withdraw until the day.") % who)
                return redirect("case", outcome.done.case.uid)
            status, key = outcome.status, outcome.key
    found = api.examine_cases([case], {path.enrolment.pk: coach.pk if coach else None}, at)[case.pk] if case else None
    context = {
        "path": path,
        "state": state,
        "version": version,
        "spec": spec,
        "parts": parts,
        "case": case,
        "lines": rule_lines.checklist(found) if found else rule_lines.untouched(spec),
        "window": rule_lines.window(spec),
        "watchers": watchers,
        "form": form,
        "draft": f"ask-{step_uid}",
        "key": key,
        "levels": rule_lines.expected(spec),
        "validity": rule_lines.validity(spec),
        "grants": rule_lines.granted(spec),
    }
    return render(request, "requests/new.html", context, status=status)


def _step(request: SignedInRequest, step_uid: UUID) -> tuple[PathProgress, StepState]:
    """The path of the person that holds the step, if it is open. NotFound, NotAllowed."""
    for path in paths_to_show_on(request.user, clock.now()):
        if path.state(step_uid):
            if path.enrolment.is_completed and not path.can_be_shown_on:
                raise NotAllowed(_("You no longer hold the role that this path led to."))
            return path, require_open(path, step_uid)
    raise NotFound(_("This step is not on your path."))


@login_required
@require_GET
def case(request: SignedInRequest, case_uid: UUID) -> HttpResponse:
    """200 the case - 404 unknown or not yours to see. Queries: 18 at most, whatever has gathered."""
    return show_case(request, case_uid)


def show_case(
    request: SignedInRequest,
    case_uid: UUID,
    form: EvidenceForm | None = None,
    key: UUID | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of a case; ``form`` and ``key`` when a piece of evidence was refused."""
    at = clock.now()
    related = ("learner", "version", "enrolment__path", "claimed_by")
    found = api.case_policy.get(request.user, "view", uid=case_uid, related=related)
    spec = StandardSpec.from_json(found.version.spec)
    parts = api.parts_of(spec)
    seen, sees_all = api.observations_for(request.user, found, parts)
    coach = present_coach(found.enrolment, at.date())
    own = found.learner_id == request.user.pk
    open_now = found.status != api.Case.Status.DECIDED
    finding = None
    if sees_all or coach == request.user:
        coaches = {found.enrolment_id: coach.pk if coach else None}
        finding = api.examine_cases([found], coaches, found.decided_at or at)[found.pk]
    verdicts = api.verdicts_of(found, clock.today(found.learner.zone, at))
    mine = [*found.requests.select_related("observer", "customer")]
    if not own and coach != request.user:
        mine = [item for item in mine if item.observer_id == request.user.pk]
    context: dict[str, Any] = {
        "case": found,
        "spec": spec,
        "own": own,
        "may_feed": own and open_now,
        "is_coach": coach == request.user and not own,
        "coach": coach,
        "open": open_now,
        "days": _ready_for(found, found.learner, at),
        "seen": seen,
        "sees_all": sees_all,
        "lines": rule_lines.checklist(finding) if finding else rule_lines.asked(spec),
        "window": rule_lines.window(spec),
        "verdicts": verdicts,
        "ask_again_at": next((item.event.pk for item in verdicts if item.status in ASK_AGAIN), None),
        "asked": [(item, request_words.became_of(item)) for item in mine],
        "pieces": api.pieces_of(found),
        "form": form or EvidenceForm(lines=spec.evidence),
        "key": key or uuid4(),
        "act_key": uuid4(),
        "step": api.step_of(found) if own else None,
    }
    return render(request, "requests/case.html", context, status=status)


@login_required
@require_POST
def request_withdraw(request: SignedInRequest, request_uid: UUID) -> HttpResponse:
    """302 withdrawn - 403 no longer waits, or not yours to withdraw - 404 unknown."""
    done = api.withdraw_request(actor=request.user, request_uid=request_uid, key=key_of(request), at=clock.now())
    messages.success(request, _("Withdrawn. %(name)s has been told.") % {"name": done.observer.get_short_name()})
    return redirect("case", done.case.uid)


@login_required
@require_POST
def request_take_over(request: SignedInRequest, request_uid: UUID) -> HttpResponse:
    """302 mine to watch now - 403 seen but not covered by me, or no longer waits - 404 unknown - 422 no grant."""
    done = api.take_over_request(actor=request.user, request_uid=request_uid, key=key_of(request), at=clock.now())
    messages.success(request, _("Yours now. %(name)s has been told.") % {"name": done.case.learner.get_short_name()})
    return redirect("coach_queue")
