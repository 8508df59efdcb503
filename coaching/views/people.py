"""Pages for managers and L&D: enrolling with a coach, handing over; and everybody's *my people*."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from coaching.api import (
    answer_proposal,
    assign_coach,
    coach_of,
    coaches_to_choose,
    coaching_shown,
    end_assignment,
    enrol_with_coach,
    hand_over,
    help_policy,
    paths_to_choose,
    people_to_enrol,
    proposal_of,
    propose_coach,
    standing_of_coach,
)
from coaching.api import (
    my_people as people_of,
)
from coaching.forms.fields import ReasonForm
from coaching.forms.people import CoachForm, EnrolForm, ProposalForm
from lms import clock
from lms.requests import SignedInRequest, shown_of
from lms.views.acting import Outcome, send, shown_on


@login_required
@require_http_methods(["GET", "POST"])
def team_enrol(request: SignedInRequest) -> HttpResponse:
    """200 form - 302 enrolled - 403 neither manager nor L&D - 404 not a person of yours - 409 on this path already, or
    the coach has no room - 422 invalid. ``?who=`` looks for people. Queries: 10.
    """
    help_policy.require(request.user, "assign")
    words = request.GET.get("who", "").strip()
    coaches = coaches_to_choose(clock.today(request.user.zone))
    form = EnrolForm(
        request.POST or None,
        people=people_to_enrol(request.user, words),
        paths=paths_to_choose(),
        coaches=coaches,
        initial={"person": request.GET.get("person"), "started_on": clock.today(request.user.zone)},
    )
    status, key = 200, uuid4()
    if request.method == "POST":
        outcome = send(request, form, enrol_with_coach)
        if outcome.done:
            words_ = {"person": outcome.done.person.full_name, "path": outcome.done.path.title}
            messages.success(request, _("%(person)s is on the path %(path)s.") % words_)
            return redirect("team_coach", outcome.done.uid)
        status, key = outcome.status, outcome.key
    return render(request, "coaching/enrol.html", {"form": form, "key": key, "words": words}, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def team_coach(request: SignedInRequest, enrolment_uid: UUID) -> HttpResponse:
    """200 who coaches this learner, and who is proposed - 302 assigned, handed over, answered or ended - 403 seen but
    not yours to steer - 404 not a person of yours - 409 no room, coach already, no proposal, or changed since - 422
    invalid. Queries: 12.
    """
    enrolment = help_policy.get(request.user, "assign", uid=enrolment_uid, related=("person", "path"))
    coach = coach_of(enrolment)
    offered = [row for row in coaches_to_choose(clock.today(request.user.zone)) if row.person_id != enrolment.person_id]
    offered = [row for row in offered if coach is None or row.person_id != coach.pk]
    posted = request.POST if request.method == "POST" else None
    ending = posted is not None and posted.get("act") == "end"
    choosing = posted if posted is not None and posted.get("act") not in ("end", "accept", "decline") else None
    form = CoachForm(choosing, coaches=offered, handed_over=coach is not None)
    end = ReasonForm(posted if ending else None, auto_id="end_%s")
    outcome: Outcome[Any]
    taking = forms.Form(posted if posted is not None and posted.get("act") == "accept" else None)
    declining = posted is not None and posted.get("act") == "decline"
    refusal = ReasonForm(posted if declining else None, auto_id="decline_%s")
    status, key = 200, uuid4()
    if posted is not None:
        known = {"enrolment_uid": enrolment.uid, "shown": shown_of(request)}
        if posted.get("act") == "accept":
            outcome = send(request, taking, answer_proposal, accept=True, **known)
            sentence = _("%(person)s has a new coach. Everybody concerned is told.")
        elif declining:
            outcome = send(request, refusal, answer_proposal, accept=False, **known)
            sentence = _("Declined for %(person)s. Choose somebody else soon.")
        elif ending:
            outcome = send(request, end, end_assignment, **known)
            sentence = _("%(person)s has no coach now. Choose another soon.")
        else:
            outcome = send(request, form, hand_over if coach else assign_coach, **known)
            sentence = _("%(person)s has a new coach. Everybody concerned is told.")
        if outcome.done:
            messages.success(request, sentence % {"person": enrolment.person.full_name})
            return redirect("team_coach", enrolment.uid)
        status, key = outcome.status, outcome.key
    context = {
        "enrolment": enrolment,
        "coach": coach,
        "proposal": proposal_of(enrolment),
        "form": form,
        "taking": taking,
        "refusal": refusal,
        "end": end,
        "key": key,
        "shown": shown_on(request, coaching_shown(enrolment), status),
        "offered": offered,
    }
    return render(request, "coaching/team_coach.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def coach_propose(request: SignedInRequest, enrolment_uid: UUID) -> HttpResponse:
    """200 name who might follow me as the coach - 302 proposed - 403 seen but not coached by me - 404 not my learner -
    409 a proposal waits already - 422 invalid. Queries: 8.
    """
    enrolment = help_policy.get(request.user, "accompany", uid=enrolment_uid, related=("person", "path"))
    coach = coach_of(enrolment)
    here = coaches_to_choose(clock.today(request.user.zone))
    offered = [row for row in here if row.person_id != enrolment.person_id and (coach is None or row.person != coach)]
    form, status, key = ProposalForm(request.POST or None, coaches=offered), 200, uuid4()
    if request.method == "POST":
        outcome = send(request, form, propose_coach, enrolment_uid=enrolment.uid)
        if outcome.done:
            messages.success(request, _("Proposed. Their manager decides; until then nothing changes."))
            return redirect("coach_person", enrolment.uid)
        status, key = outcome.status, outcome.key
    context = {"enrolment": enrolment, "proposal": proposal_of(enrolment), "form": form, "key": key}
    return render(request, "coaching/propose.html", context, status=status)


@login_required
@require_GET
def my_people(request: SignedInRequest) -> HttpResponse:
    """200 who helps me and how to reach them, and for whom I am the standing coach. Queries: 9."""
    people = people_of(request.user, clock.today(request.user.zone))
    standing = standing_of_coach(request.user)
    return render(request, "coaching/my_people.html", {"people": people, "standing": standing})
