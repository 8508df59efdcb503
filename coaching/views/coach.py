"""The coach's page of one learner, and being away."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from coaching.api import (
    Session,
    agenda_of,
    coaches_to_choose,
    commitments_of,
    help_policy,
    learners_of,
    profile,
    sessions_of,
    set_away,
)
from coaching.forms import AwayForm
from coaching.rules.ladder import ladder
from lms import clock
from lms.api import progress_of, requirements_of
from lms.errors import NotAllowed
from lms.requests import SignedInRequest
from lms.rules.gates import Standing

from .acting import send


@login_required
@require_GET
def coach_person(request: SignedInRequest, enrolment_uid: UUID) -> HttpResponse:
    """200 one learner as their present coach sees them - 403 seen (manager, L&D, the learner) but not coached - 404 not
    your learner. Queries: 10, at any number of sessions and commitments.
    """
    enrolment = help_policy.get(
        request.user, "accompany", uid=enrolment_uid, related=("person", "path", "role_version__profile")
    )
    at = clock.now()
    progress = progress_of(enrolment, at)
    commitments = commitments_of(request.user, enrolment)
    sessions = sessions_of(request.user, enrolment)
    required = requirements_of([enrolment.role_version_id])[enrolment.role_version_id]
    context = {
        "enrolment": enrolment,
        "progress": progress,
        "milestone_days": [milestone.day for milestone in progress.structure.milestones],
        "overdue": sum(state.overdue and state.step.required for state in progress.steps),
        "skills": [(row, ladder(progress.standings.get(row.skill.slug, Standing()), row.level)) for row in required],
        "agenda": agenda_of(progress, commitments),
        "commitments": commitments,
        "planned": [row for row in reversed(sessions) if row.status == Session.Status.PLANNED],
        "past": [row for row in sessions if row.status != Session.Status.PLANNED],
        "today": progress.today,
    }
    return render(request, "coaching/person.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def coach_away(request: SignedInRequest) -> HttpResponse:
    """200 form - 302 kept - 403 not a coach - 422 invalid. Queries: 5."""
    own = profile(request.user)
    if own is None:
        raise NotAllowed(_("Only coaches have people who need a cover."))
    initial = {
        "away_from": own.away_from,
        "away_until": own.away_until,
        "cover": own.cover.person.uid if own.cover else None,
    }
    today = clock.today(request.user.zone)
    others = [row for row in coaches_to_choose(today) if row.pk != own.pk]
    form, status, key = AwayForm(request.POST or None, initial=initial, coaches=others), 200, uuid4()
    if request.method == "POST":
        outcome = send(request, form, set_away, person_uid=request.user.uid)
        if outcome.done:
            messages.success(request, _("Kept. Who covers is told."))
            return redirect("coach_away")
        status, key = outcome.status, outcome.key
    context = {"form": form, "key": key, "profile": own, "learners": learners_of(request.user, clock.now())}
    return render(request, "coaching/away.html", context, status=status)
