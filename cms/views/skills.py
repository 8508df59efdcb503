"""My skills."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from cms.services.learner.my_skills import my_skills, one_skill
from lms import clock
from lms.requests import SignedInRequest

from .chosen import chosen_path


@login_required
@require_GET
def skills(request: SignedInRequest) -> HttpResponse:
    """200: every skill and how I stand on it, those of my role first. Queries: 11 with session and user."""
    return render(request, "learner/skills.html", {"page": my_skills(request.user, clock.now(), chosen_path(request))})


@login_required
@require_GET
def skill(request: SignedInRequest, slug: str) -> HttpResponse:
    """200: one skill, what it means and how I came to stand on the path ``?path=`` (default: the newest) - 404 there is
    no such skill. Queries: 10.
    """
    found = one_skill(request.user, slug, clock.now(), chosen_path(request))
    return render(request, "learner/skill.html", {"page": found})
