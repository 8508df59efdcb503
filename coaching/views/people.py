"""Pages for managers and L&D: enrolling with a coach, handing over, coaches, grants; and everybody's *my people*."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from coaching.api import (
    answer_proposal,
    assign_coach,
    change_capacity,
    coach_of,
    coach_profile_policy,
    coach_profiles_of,
    coaches_to_choose,
    coaching_shown,
    end_assignment,
    end_coach,
    enrol_with_coach,
    give_grant,
    grant_policy,
    grant_shown,
    grants_shown,
    grants_to_manage,
    hand_over,
    help_policy,
    make_coach,
    paths_to_choose,
    people_to_enrol,
    proposal_of,
    propose_coach,
    revoke_grant,
    skills_to_choose,
)
from coaching.api import (
    my_people as people_of,
)
from coaching.forms.fields import ReasonForm
from coaching.forms.people import CapacityForm, CoachForm, CoachProfileForm, EnrolForm, GrantForm, ProposalForm
from lms import clock
from lms.api import people_here
from lms.errors import Invalid
from lms.requests import SignedInRequest, shown_of
from lms.views.acting import Outcome, send, shown_on, uid_or_none


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
@require_http_methods(["GET", "POST"])
def coach_profiles(request: SignedInRequest) -> HttpResponse:
    """200 who coaches, and a form for more - 302 done - 403 not L&D - 404 unknown person - 409 coaches already - 422
    invalid. ``?who=`` looks for people. Queries: 6.
    """
    coach_profile_policy.require(request.user, "add")
    words = request.GET.get("who", "").strip()
    posted = request.POST if request.method == "POST" else None
    act = posted.get("act", "make") if posted is not None else ""
    person_uid = uid_or_none(posted.get("coach")) if posted is not None else None
    make = CoachProfileForm(posted if act == "make" else None, people=people_here(words))
    capacity = CapacityForm(posted if act == "capacity" else None, auto_id=f"%s-{person_uid}")
    stop = ReasonForm(posted if act == "stop" else None, auto_id=f"%s-{person_uid}")
    status, key = 200, uuid4()
    if posted is not None:
        if act == "make":
            outcome = send(request, make, make_coach)
        elif act == "capacity" and person_uid:
            outcome = send(request, capacity, change_capacity, person_uid=person_uid)
        elif act == "stop" and person_uid:
            outcome = send(request, stop, end_coach, person_uid=person_uid)
        else:
            raise Invalid(_("This form is incomplete. Open the page again and send it from there."))
        if outcome.done:
            messages.success(request, _("Done: %(coach)s.") % {"coach": outcome.done.person.full_name})
            return redirect("coach_profiles")
        status, key = outcome.status, outcome.key
    rows = coach_profiles_of(request.user)
    today = clock.today(request.user.zone)
    coaching = [row for row in rows if row.ended_on is None or row.ended_on > today]
    context = {
        "coaching": coaching,
        "unsent": stop if person_uid not in {row.person.uid for row in coaching} else None,
        "before": [row for row in rows if row.ended_on and row.ended_on <= today],
        "make": make,
        "capacity": capacity,
        "stop": stop,
        "changed": person_uid,
        "words": words,
        "key": key,
    }
    return render(request, "coaching/coach_profiles.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def observer_grants(request: SignedInRequest) -> HttpResponse:
    """200 who may observe what until when, and a form for more - 302 done - 403 not L&D, or to oneself - 404 unknown
    person or grant - 409 the form was used before, or the list has changed - 422 invalid. ``?who=`` looks for people.
    Queries: 7.
    """
    grant_policy.require(request.user, "add")
    words = request.GET.get("who", "").strip()
    posted = request.POST if request.method == "POST" else None
    revoking = posted is not None and posted.get("act") == "revoke"
    form = GrantForm(None if revoking else posted, people=people_here(words), skills=skills_to_choose())
    holder = uid_or_none(posted.get("holder")) if posted is not None else None
    slug = posted.get("skill", "") if posted is not None else ""
    revoke = ReasonForm(posted if revoking else None, auto_id=f"%s-{holder}-{slugify(slug)}")
    status, key = 200, uuid4()
    if posted is not None:
        if revoking and holder:
            fields = {"person_uid": holder, "skill_slug": slug, "shown": shown_of(request)}
            outcome: Outcome[Any] = send(request, revoke, revoke_grant, **fields)
            sentence = _("Revoked. The observer reads why.")
        elif not revoking:
            outcome = send(
                request,
                form,
                lambda *, skills, **fields: give_grant(skill_slugs=skills, **fields),
                shown=shown_of(request),
            )
            sentence = _("Granted.")
        else:
            raise Invalid(_("This form is incomplete. Open the page again and send it from there."))
        if outcome.done:
            messages.success(request, sentence)
            return redirect("observer_grants")
        status, key = outcome.status, outcome.key
    here = grants_to_manage(request.user)
    changed = (holder, slug) if revoking else None
    context = {
        "grants": [
            (row, shown_on(request, grant_shown(row), status if changed == (row.person.uid, row.skill.slug) else 200))
            for row in here
        ],
        "shown": shown_on(request, grants_shown(here), 200 if revoking else status),
        "form": form,
        "revoke": revoke,
        "changed": changed,
        "unsent": revoke if changed and changed not in {(row.person.uid, row.skill.slug) for row in here} else None,
        "words": words,
        "today": clock.today(request.user.zone),
        "key": key,
    }
    return render(request, "coaching/grants.html", context, status=status)


@login_required
@require_GET
def my_people(request: SignedInRequest) -> HttpResponse:
    """200 who helps me and how to reach them. Queries: 7."""
    people = people_of(request.user, clock.today(request.user.zone))
    return render(request, "coaching/my_people.html", {"people": people})
