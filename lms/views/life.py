"""Pages about somebody's time here: what is written down about them, their leaves, bringing them back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lms import clock
from lms.api import (
    FACTS,
    bring_back,
    call_off_leave,
    change_facts,
    change_leave,
    closed_today,
    enter_return,
    leave_of,
    leaves_of,
    people_policy,
    plan_leave,
    returned_today,
    undo_closing,
    undo_return,
)
from lms.errors import Invalid
from lms.forms.life import BackForm, BackFromLeaveForm, FactsForm, LeaveEndForm, LeaveForm
from lms.requests import SignedInRequest, key_of
from lms.views.acting import carry_out, send
from lms.views.people import invitation_link


@login_required
@require_http_methods(["GET", "POST"])
def people_facts(request: SignedInRequest, uid: UUID) -> HttpResponse:
    """200 form - 302 written down - 403 neither L&D nor administrator, or the account is closed - 404 unknown - 409 -
    422 invalid.
    """
    person = people_policy.get(request.user, "facts", uid=uid)
    form = FactsForm(request.POST or None, initial={name: getattr(person, name) for name in FACTS})
    status, key = 200, uuid4()
    if request.method == "POST":
        outcome = send(request, form, change_facts, person_uid=uid)
        if outcome.done:
            messages.success(request, _("Written down. What was there before stays in the acts."))
            return redirect("people_record", uid)
        status, key = outcome.status, outcome.key
    return render(request, "people/facts.html", {"person": person, "form": form, "key": key}, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def people_leave(request: SignedInRequest, uid: UUID) -> HttpResponse:
    """200 the leaves of somebody, and what can be done - 302 done - 403 not theirs to enrol, or oneself - 404 unknown -
    409 it has begun, ended or changed meanwhile - 422 invalid.
    """
    person = people_policy.get(request.user, "leave", uid=uid)
    now = clock.now()
    today, leave = clock.today(person.zone, now), leave_of(person)
    act = request.POST.get("act", "")

    def sent(name: str) -> dict[str, Any]:
        return {"data": request.POST if act == name else None, "auto_id": f"{name}_%s"}

    forms: dict[str, Form] = {
        "plan": LeaveForm(**sent("plan"), initial={"from_on": today}),
        "until": LeaveEndForm(**sent("until"), initial={"until_on": leave.until_on if leave else None}),
        "back": BackFromLeaveForm(**sent("back"), initial={"back_on": today}),
        "off": Form(**sent("off")),
        "undo": Form(**sent("undo")),
    }
    status, key = 200, uuid4()
    if request.method == "POST":
        services: dict[str, Callable[..., Any]] = {
            "plan": plan_leave,
            "until": change_leave,
            "back": enter_return,
            "off": call_off_leave,
            "undo": undo_return,
        }
        if act not in services:
            raise Invalid(_("This form is incomplete. Open the page again and send it from there."))
        outcome = send(request, forms[act], services[act], person_uid=uid)
        if outcome.done:
            messages.success(request, _("Kept. Everybody concerned is told."))
            return redirect("people_leave", uid)
        status, key = outcome.status, outcome.key
    context = {
        "person": person,
        "leave": leave,
        "begun": leave is not None and leave.from_on <= today,
        "overdue": leave is not None and leave.until_on is not None and leave.until_on < today,
        "returned": returned_today(person, now) if leave is None else None,
        "leaves": [row for row in leaves_of(person) if row.back_on],
        "forms": forms,
        "act": act,
        "key": key,
    }
    return render(request, "people/leave.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def people_back(request: SignedInRequest, uid: UUID) -> HttpResponse:
    """200 form - 302 brought back, with an invitation - 403 neither L&D nor administrator, or they are here - 404
    unknown - 409 - 422 invalid.
    """
    person = people_policy.get(request.user, "bring_back", uid=uid)
    now = clock.now()
    form = BackForm(request.POST or None, initial={"first_day": clock.today(person.zone, now)})
    status, key = 200, uuid4()
    if request.method == "POST":
        status, key = 422, key_of(request)
        if form.is_valid():
            outcome = carry_out(
                request,
                form,
                bring_back,
                person_uid=uid,
                first_day=form.cleaned_data["first_day"],
                team_id=form.cleaned_data["team"].pk,
                link_for=invitation_link,
            )
            if outcome.done:
                words = {"name": person.full_name, "email": person.email}
                messages.success(request, _("%(name)s is back. An invitation is on its way to %(email)s.") % words)
                return redirect("people_record", uid)
            status, key = outcome.status, outcome.key
    context = {"person": person, "form": form, "key": key, "mistake": closed_today(person, now)}
    return render(request, "people/back.html", context, status=status)


@login_required
@require_POST
def people_undo_end(request: SignedInRequest, uid: UUID) -> HttpResponse:
    """302 the account is open again - 403 - 404 - 409 not closed today, or open already."""
    person = undo_closing(actor=request.user, person_uid=uid, key=key_of(request), at=clock.now())
    messages.success(request, _("The account of %(name)s is open again.") % {"name": person.full_name})
    return redirect("people_record", uid)
