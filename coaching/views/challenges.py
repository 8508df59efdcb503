"""Asking to be seen early, and the coach's answer."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from coaching import api
from coaching.forms.challenges import ChallengeForm, ChallengeWordsForm
from lms import clock
from lms.api import StepKind, enrolment_policy, progress_of
from lms.errors import NotFound
from lms.requests import SignedInRequest, key_of, shown_of
from lms.views.acting import Outcome, send, shown_on, uid_or_none


@login_required
@require_http_methods(["GET", "POST"])
def challenge_new(request: SignedInRequest) -> HttpResponse:
    """200 form - 302 asked - 403 not your path to walk, or it does not run - 404 no such demonstration on your path -
    409 open already, asked already, nobody coaches - 422 invalid. ``?enrolment=&step=`` say which. Queries: 7.
    """
    enrolment_uid, step_uid = uid_or_none(request.GET.get("enrolment")), uid_or_none(request.GET.get("step"))
    enrolment = enrolment_policy.get(request.user, "do", uid=enrolment_uid, related=("person", "path"))
    state = progress_of(enrolment, clock.now()).state(step_uid) if step_uid else None
    if state is None or state.step.kind != StepKind.DEMONSTRATION:
        raise NotFound(_("There is no such demonstration on your path."))
    form, status, key = ChallengeForm(request.POST or None), 200, uuid4()
    if request.method == "POST":
        outcome = send(request, form, api.ask_challenge, enrolment_uid=enrolment.uid, step_uid=state.step.uid)
        if outcome.done:
            messages.success(request, _("Your coach is asked. You may take it back until there is an answer."))
            return redirect("challenge", outcome.done.uid)
        status, key = outcome.status, outcome.key
    coach = api.present_coach(enrolment, clock.now().date())
    title = api.step_title(state.step)
    context = {"enrolment": enrolment, "state": state, "title": title, "coach": coach, "form": form, "key": key}
    return render(request, "coaching/challenge_new.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def challenge(request: SignedInRequest, challenge_uid: UUID) -> HttpResponse:
    """200 what was asked and answered - 302 answered or withdrawn - 403 seen but not yours to answer - 404 unknown or
    not yours to see - 409 answered already, or changed since - 422 no words. Queries: 6.
    """
    row, answers = api.challenge_of(request.user, challenge_uid)
    act = request.POST.get("act", "") if request.method == "POST" else ""
    form, status, key = ChallengeWordsForm(request.POST if act in ("accept", "decline") else None), 200, uuid4()
    if act == "withdraw":
        api.withdraw_challenge(actor=request.user, challenge_uid=row.uid, key=key_of(request), at=clock.now())
        messages.success(request, _("Taken back. The path opens it in its own time."))
        return redirect("challenge", row.uid)
    if act:
        accept = act == "accept"
        outcome: Outcome[api.Challenge] = send(
            request, form, api.answer_challenge, challenge_uid=row.uid, accept=accept, shown=shown_of(request)
        )
        if outcome.done:
            messages.success(request, _("Answered. They read your words."))
            return redirect("challenge", row.uid)
        status, key = outcome.status, outcome.key
    own = row.enrolment.person_id == request.user.pk
    context = {"row": row, "own": own, "answers": answers, "form": form, "key": key}
    context["shown"] = shown_on(request, api.challenge_shown(row), status)
    return render(request, "coaching/challenge.html", context, status=status)
