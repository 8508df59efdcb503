"""Sessions: planning one, and the page of one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form, model_to_dict
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from coaching.api import (
    Session,
    cancel_session,
    help_policy,
    hold_session,
    miss_session,
    move_session,
    plan_session,
    present_coach,
    session_policy,
    step_title,
    without_others_notes,
    write_notes,
)
from coaching.forms.fields import ReasonForm
from coaching.forms.sessions import HoldForm, MoveForm, NotesForm, PlanForm
from lms import clock
from lms.api import Enrolment, open_enrolments, structure_of
from lms.errors import Invalid, NotFound
from lms.requests import SignedInRequest
from lms.views.acting import send, uid_or_none


@dataclass(frozen=True, slots=True)
class SessionAct:
    """One thing to do on the page of a session: what the policy calls it, its form, its service, what is said after."""

    action: str
    form: type[Form]
    service: Callable[..., Session]
    sentence: Any


ACTS = {
    "hold": SessionAct("hold", HoldForm, hold_session, gettext_lazy("Held, and written down.")),
    "move": SessionAct("change", MoveForm, move_session, gettext_lazy("Moved. The other one hears of it.")),
    "cancel": SessionAct("change", ReasonForm, cancel_session, gettext_lazy("Cancelled. The other one reads why.")),
    "miss": SessionAct("hold", Form, miss_session, gettext_lazy("Noted: it did not take place.")),
    "notes": SessionAct("write", NotesForm, write_notes, gettext_lazy("The notes are kept.")),
}


@login_required
@require_http_methods(["GET", "POST"])
def session_plan(request: SignedInRequest) -> HttpResponse:
    """200 form - 302 planned - 403 the step is locked - 404 not a learner of yours, no path - 409 somebody is busy, or
    the step has its session - 422 invalid. ``?enrolment=`` (default: one's own) and ``?step=`` choose. Queries: 8.
    """
    enrolment = _enrolment(request)
    step_uid = uid_or_none(request.GET.get("step"))
    step = structure_of(enrolment.path_version_id).steps.get(step_uid) if step_uid else None
    initial = {"title": step_title(step) if step else "", "minutes": (step.minutes if step else 0) or 40}
    form, status, key = PlanForm(request.POST or None, initial=initial), 200, uuid4()
    if request.method == "POST":
        outcome = send(request, form, plan_session, enrolment_uid=enrolment.uid, step_uid=step_uid)
        if outcome.done:
            messages.success(request, _("Planned. It is in both your diaries."))
            return redirect("session", outcome.done.uid)
        status, key = outcome.status, outcome.key
    mine = enrolment.person_id == request.user.pk
    other = present_coach(enrolment, clock.now().date()) if mine else enrolment.person
    context = {"form": form, "key": key, "enrolment": enrolment, "other": other, "mine": mine, "step": step}
    return render(request, "coaching/session_plan.html", context, status=status)


def _enrolment(request: SignedInRequest) -> Enrolment:
    uid = uid_or_none(request.GET.get("enrolment"))
    if uid is None and not request.GET.get("enrolment"):
        own = open_enrolments(request.user)
        if not own:
            raise NotFound(_("You are on no path, so there is nobody to plan a session with here."))
        uid = own[0].uid
    return help_policy.get(request.user, "meet", uid=uid, related=("person", "path"))


@login_required
@require_http_methods(["GET", "POST"])
def session(request: SignedInRequest, session_uid: UUID) -> HttpResponse:
    """200 session (who was its coach sees only their own private notes) - 302 done - 403 seen but not yours to hold -
    404 unknown or not yours - 409 over already, or somebody is busy - 422 invalid. Queries: 5.
    """
    related = ("enrolment__person", "enrolment__path", "coach")
    act = request.POST.get("act", "") if request.method == "POST" else ""
    forms: dict[str, Form] = {}
    status, key = 200, uuid4()
    if request.method == "POST":
        session_policy.get(request.user, ACTS[act].action if act in ACTS else "view", uid=session_uid)
        if act not in ACTS:
            raise Invalid(_("This form is incomplete. Open the page again and send it from there."))
        forms[act] = ACTS[act].form(request.POST, auto_id=f"{act}_%s")
        outcome = send(request, forms[act], ACTS[act].service, session_uid=session_uid)
        if outcome.done:
            messages.success(request, str(ACTS[act].sentence))
            return redirect("session", session_uid)
        status, key = outcome.status, outcome.key
    try:
        found = session_policy.get(request.user, "view", uid=session_uid, related=related)
    except NotFound:
        mine = session_policy.get(request.user, "own_notes", uid=session_uid, related=related)
        return render(request, "coaching/session_own_notes.html", {"session": mine})
    without_others_notes(found, request.user)
    coaching = found.enrolment.person_id != request.user.pk
    initial = model_to_dict(found, exclude=["skills"]) | {"held_at": min(found.planned_at, clock.now())}
    for name in ACTS.keys() - forms.keys():
        forms[name] = ACTS[name].form(initial=initial, auto_id=f"{name}_%s")
    context = {
        "session": found,
        "skills": found.skills.all(),
        "coaching": coaching,
        "planned": found.status == Session.Status.PLANNED,
        "past": found.planned_at <= clock.now(),
        "writes": coaching and found.status == Session.Status.HELD and found.coach_id == request.user.pk,
        "forms": forms,
        "act": act,
        "plan_url": f"{reverse('session_plan')}?enrolment={found.enrolment.uid}",
        "key": key,
    }
    return render(request, "coaching/session.html", context, status=status)
