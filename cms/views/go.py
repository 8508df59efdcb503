"""Permanent links: mail, calendars and other pages name things by uid, and this finds the page for who follows one."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET

from cms.services.learner.links import target_of_link
from lms import clock
from lms.addresses import address_of
from lms.requests import SignedInRequest


@login_required
@require_GET
def go(request: SignedInRequest, uid: UUID) -> HttpResponse:
    """302 to the page of this for me - 404 there is no such thing, or none that I may see."""
    return redirect(address_of(target_of_link(request.user, uid, clock.now())))
