"""Commitments: making one, and the page of one."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from coaching.api import (
    Commitment,
    commitment_policy,
    commitment_shown,
    confirm_commitment,
    customers_to_choose,
    drop_commitment,
    help_policy,
    make_commitment,
    present_coach,
    report_commitment,
    send_back_commitment,
    skills_to_choose,
    step_title,
)
from coaching.forms.commitments import CommitmentForm, ConfirmForm, ReportForm
from lms import clock
from lms.api import Enrolment, StepInfo, open_enrolments, requirements_of, structure_of
from lms.errors import Invalid, NotFound
from lms.requests import SignedInRequest, key_of, shown_of
from lms.views.acting import Outcome, send, shown_on, uid_or_none

ACTS = {"report": "do", "drop": "do", "confirm": "confirm", "send_back": "confirm"}
"""What the policy calls each act of the page of a commitment."""


@login_required
@require_http_methods(["GET", "POST"])
def commitment_new(request: SignedInRequest) -> HttpResponse:
    """200 form - 302 promised - 403 the step is locked, or somebody else's path - 404 no path - 409 made already - 422
    invalid. ``?step=`` and ``?enrolment=`` (default: one's own path) choose. Queries: 9.
    """
    enrolment = _enrolment(request)
    step_uid = uid_or_none(request.GET.get("step"))
    step = structure_of(enrolment.path_version_id).steps.get(step_uid) if step_uid else None
    customers = customers_to_choose()
    form = CommitmentForm(
        request.POST or None,
        customers=customers,
        skills=skills_to_choose(slugs=_slugs(enrolment, step)),
        initial={
            "what": request.GET.get("what", step.title if step else "")[:300],
            "skills": list(step.skills) if step else [],
        },
    )
    status, key = 200, uuid4()
    if request.method == "POST":
        known = {} if customers else {"customer_uid": None}
        outcome = send(request, form, make_commitment, enrolment_uid=enrolment.uid, step_uid=step_uid, **known)
        if outcome.done:
            messages.success(request, _("Promised. Come back here when you have done it."))
            return redirect("commitment", outcome.done.uid)
        status, key = outcome.status, outcome.key
    context = {"form": form, "key": key, "enrolment": enrolment, "step": step}
    context["step_name"] = step_title(step) if step else ""
    return render(request, "coaching/commitment_new.html", context, status=status)


def _enrolment(request: SignedInRequest) -> Enrolment:
    uid = uid_or_none(request.GET.get("enrolment"))
    if uid is None:
        own = open_enrolments(request.user)
        if not own:
            raise NotFound(_("You are on no path, so there is nothing to promise here."))
        uid = own[0].uid
    return help_policy.get(request.user, "do", uid=uid, related=("person", "path"))


def _slugs(enrolment: Enrolment, step: StepInfo | None) -> list[str]:
    """The skills on offer: those of the step, or those of the role."""
    if step and step.skills:
        return list(step.skills)
    return [row.skill.slug for row in requirements_of([enrolment.role_version_id])[enrolment.role_version_id]]


@login_required
@require_http_methods(["GET", "POST"])
def commitment(request: SignedInRequest, commitment_uid: UUID) -> HttpResponse:
    """200 commitment - 302 reported, confirmed, sent back or dropped - 403 seen but not yours to do - 404 unknown or
    not yours - 409 not in a state for this, or changed since - 422 invalid. Queries: 7.
    """
    found = commitment_policy.get(
        request.user, "view", uid=commitment_uid, related=("enrolment__person", "enrolment__path", "customer")
    )
    lines = list(found.skills.select_related("skill", "confirmed_by"))
    mine = found.enrolment.person_id == request.user.pk
    waiting = [line.skill.slug for line in lines if line.confirmed_at is None]
    report = ReportForm(initial={"report": found.report})
    confirm = ConfirmForm(lines=lines, initial={"skills": waiting})
    status, key = 200, uuid4()
    if request.method == "POST":
        act = request.POST.get("act", "")
        if act not in ACTS:
            raise Invalid(_("This form is incomplete. Open the page again and send it from there."))
        commitment_policy.get(request.user, ACTS[act], uid=found.uid)
        form: Form = Form(request.POST)
        if act == "report":
            form = report = ReportForm(request.POST)
        elif act in ("confirm", "send_back"):
            form = confirm = ConfirmForm(request.POST, lines=lines)
        outcome = _act(request, act, form, found)
        if outcome.done:
            return redirect("commitment", found.uid)
        status, key = outcome.status, outcome.key
    context = {
        "commitment": found,
        "lines": lines,
        "mine": mine,
        "open": found.status == Commitment.Status.OPEN,
        "done": found.status == Commitment.Status.DONE,
        "coach": present_coach(found.enrolment, clock.now().date()) if mine else None,
        "today": clock.today(request.user.zone),
        "report": report,
        "confirm": confirm,
        "key": key,
        "shown": shown_on(request, commitment_shown(found, lines), status),
    }
    return render(request, "coaching/commitment.html", context, status=status)


def _act(request: SignedInRequest, act: str, form: Form, found: Commitment) -> Outcome[Commitment]:
    uid = {"commitment_uid": found.uid}
    judged = uid | {"shown": shown_of(request)}
    if act == "report":
        outcome = send(request, form, report_commitment, **uid)
        sentence = _("Told. Your coach confirms it, skill by skill.")
    elif act == "confirm":
        outcome = send(
            request, form, lambda *, skills, **fields: confirm_commitment(skill_slugs=skills, **fields), **judged
        )
        sentence = _("Confirmed. The Do gate of each skill is open.")
    elif act == "send_back":
        outcome = send(request, form, lambda *, skills, **fields: send_back_commitment(**fields), **judged)
        sentence = _("Not yet. It is open again, with your words on it.")
    else:
        key = key_of(request)
        outcome = Outcome(drop_commitment(actor=request.user, key=key, at=clock.now(), **uid), 302, key)
        sentence = _("Dropped. What was confirmed stays.")
    if outcome.done:
        messages.success(request, sentence)
    return outcome
