"""The coach's page of one learner: how they stand, what comes next, and what the next session is about."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from assessments import api
from coaching.api import agenda_of, commitments_of, help_policy, sessions_of
from lms import clock
from lms.api import as_others_see, progress_of
from lms.requests import SignedInRequest
from lms.rules.standing import NOT_YET


@login_required
@require_GET
def coach_person(request: SignedInRequest, enrolment_uid: UUID) -> HttpResponse:
    """200 one learner as their present coach sees them - 403 seen (manager, L&D, the learner) but not coached - 404 not
    your learner. Queries: 24, at any number of sessions, commitments and skills.
    """
    enrolment = help_policy.get(
        request.user, "accompany", uid=enrolment_uid, related=("person", "path", "role_version__profile")
    )
    at = clock.now()
    whole = progress_of(enrolment, at)
    words, progress = api.words_on(whole), as_others_see(whole)
    found = api.readiness_on(whole, at, titles=api.titles_in(words, whole))
    moves = api.moves_of(found, progress, words)
    commitments = commitments_of(request.user, enrolment)
    sessions = sessions_of(request.user, enrolment)
    skills = [(line, found.facts.titles[line.skill], found.look(line.skill)) for line in found.role.requirements]
    again = [(title, look.note) for _line, title, look in skills if look.state == NOT_YET]
    context = {
        "enrolment": enrolment,
        "progress": progress,
        "milestone_days": [milestone.day for milestone in progress.structure.milestones],
        "line": api.line_of(found),
        "skills": [(line, title, look, moves.of(line.skill)) for line, title, look in skills],
        "agenda": agenda_of(progress, commitments, again),
        "commitments": commitments,
        "planned": [row for row in reversed(sessions) if row.is_planned],
        "past": [row for row in sessions if not row.is_planned],
        "today": progress.today,
    }
    return render(request, "coaching/person.html", context)
