"""The list of coaches for L&D: places, languages, days away, learners and grants; making a coach and ending one."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from coaching.api import (
    CoachProfile,
    change_capacity,
    coach_ending,
    coach_lines,
    coach_profile_policy,
    coach_shown,
    coaches_to_manage,
    end_coach,
    languages_of_coaches,
    make_coach,
)
from coaching.forms.coaches import CapacityForm, CoachFilter, CoachProfileForm
from coaching.forms.fields import ReasonForm
from lms import clock
from lms.api import people_here
from lms.errors import Invalid
from lms.requests import SignedInRequest, shown_of
from lms.views.acting import send, shown_on, uid_or_none

from .acting import paged

PER_PAGE = 50


@login_required
@require_http_methods(["GET", "POST"])
def coach_profiles(request: SignedInRequest) -> HttpResponse:
    """200 who coaches, 50 a page, and a form for more - 302 done - 403 not L&D - 404 unknown person - 409 coaches
    already - 422 invalid. ``?who=`` looks for people; the list: ``CoachFilter``. Queries: 9.
    """
    coach_profile_policy.require(request.user, "add")
    today, words = clock.today(request.user.zone), request.GET.get("who", "").strip()
    posted = request.POST if request.method == "POST" else None
    act = posted.get("act", "") if posted is not None else ""
    changed = uid_or_none(posted.get("coach")) if posted is not None else None
    make = CoachProfileForm(posted if act == "make" else None, people=people_here(words))
    capacity = CapacityForm(posted if act == "capacity" else None, auto_id=f"%s-{changed}")
    status, key = 200, uuid4()
    if posted is not None:
        if act == "make":
            outcome = send(request, make, make_coach)
        elif act == "capacity" and changed:
            outcome = send(request, capacity, change_capacity, person_uid=changed)
        else:
            raise Invalid(_("This form is incomplete. Open the page again and send it from there."))
        if outcome.done:
            messages.success(request, _places(outcome.done))
            return redirect(request.get_full_path())
        status, key = outcome.status, outcome.key
    wanted = CoachFilter(request.GET, languages=languages_of_coaches(today))
    chosen = wanted.chosen()
    filters = {"words" if name == "q" else name: value for name, value in chosen.items()}
    page = paged(coaches_to_manage(request.user, on=today, **filters), request.GET.get("page"), PER_PAGE)
    lines = coach_lines(page, today)
    here = {line.profile.person.uid for line in lines}
    context = {
        "page": page,
        "lines": lines,
        "wanted": wanted,
        "chosen": chosen,
        "base": f"?{urlencode(chosen)}&" if chosen else "?",
        "make": make,
        "capacity": capacity,
        "changed": changed,
        "unsent": capacity if changed not in here else None,
        "words": words,
        "today": today,
        "key": key,
    }
    return render(request, "coaching/coach_profiles.html", context, status=status)


def _places(profile: CoachProfile) -> str:
    """How many learners somebody coaches at most, as the answer to making them a coach and to changing it."""
    said = ngettext("%(name)s coaches, with %(n)s place.", "%(name)s coaches, with %(n)s places.", profile.capacity)
    return said % {"name": profile.person.full_name, "n": profile.capacity}


@login_required
@require_http_methods(["GET", "POST"])
def coach_end(request: SignedInRequest, person_uid: UUID) -> HttpResponse:
    """200 what ends with a coach, and the question whether to - 302 ended - 403 not L&D - 404 no coach - 409 others
    than the page named, or coaches no more - 422 no reason. Queries: 9.
    """
    coach_profile_policy.require(request.user, "add")
    form, status, key = ReasonForm(request.POST or None), 200, uuid4()
    if request.method == "POST":
        outcome = send(request, form, end_coach, person_uid=person_uid, shown=shown_of(request))
        if outcome.done:
            messages.success(request, _("%(name)s coaches no more.") % {"name": outcome.done.person.full_name})
            return redirect("coach_profiles")
        status, key = outcome.status, outcome.key
    context = {
        "ending": coach_ending(request.user, person_uid, clock.now()),
        "form": form,
        "shown": shown_on(request, coach_shown(person_uid), status),
        "key": key,
    }
    return render(request, "coaching/coach_end.html", context, status=status)
