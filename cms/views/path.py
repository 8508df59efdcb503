"""My path, and the way from a step to where it is done."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from cms.services.learner.journey import journeys
from cms.services.learner.milestones import milestones_of
from cms.services.learner.step_pages import target_of_step
from cms.services.learner.today import milestone_sentence
from lms import clock
from lms.addresses import address_of
from lms.errors import NotFound
from lms.requests import SignedInRequest

from .chosen import chosen_path


@login_required
@require_GET
def path(request: SignedInRequest) -> HttpResponse:
    """200: my path ``?path=`` (default: the newest), every step with its state. Queries: 8 with session and user."""
    paths, journey = journeys(request.user, clock.now(), chosen_path(request))
    if journey is None:
        return render(request, "learner/path_empty.html")
    context = {
        "journey": journey,
        "paths": paths,
        "milestones": milestones_of(journey),
        "sentence": milestone_sentence(journey, []),
        "days": [milestone.day for milestone in journey.structure.milestones],
    }
    return render(request, "learner/path.html", context)


@login_required
@require_GET
def step(request: SignedInRequest, step_uid: UUID) -> HttpResponse:
    """302 to where this step of mine is done - 403 closed, with what opens it - 404 on none of my paths."""
    target = target_of_step(request.user, step_uid, clock.now())
    if target is None:
        raise NotFound(_("This step is not on your path."))
    return redirect(address_of(target))
