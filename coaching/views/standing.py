"""Who is the standing coach of somebody that holds a role: for their manager and L&D."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from coaching.api import coaches_to_choose, name_standing_coach, standing_coaches, standing_policy, standing_shown
from coaching.forms.people import StandingCoachForm
from lms import clock
from lms.requests import SignedInRequest, shown_of
from lms.views.acting import send, shown_on


@login_required
@require_http_methods(["GET", "POST"])
def role_coach(request: SignedInRequest, holding_uid: UUID) -> HttpResponse:
    """200 who is there for them, and whom to name - 302 named or handed over - 403 seen but not yours to steer - 404
    nobody of yours, or the role has ended - 409 is it already, or changed since - 422 invalid. Queries: 9.
    """
    related = ("person", "role_version__profile")
    holding = standing_policy.get(request.user, "name", uid=holding_uid, related=related)
    coach = standing_coaches([holding.pk]).get(holding.pk)
    people = [row.person for row in coaches_to_choose(clock.today(request.user.zone))]
    people = [who for who in people if who.pk not in (holding.person_id, coach.pk if coach else None)]
    form = StandingCoachForm(request.POST or None, people=people, handed_over=coach is not None)
    status, key = 200, uuid4()
    if request.method == "POST":
        outcome = send(request, form, name_standing_coach, holding_uid=holding_uid, shown=shown_of(request))
        if outcome.done:
            said = _("%(name)s is the standing coach. Everybody concerned is told.")
            messages.success(request, said % {"name": outcome.done.coach.full_name})
            return redirect("person_readiness", holding.person.uid)
        status, key = outcome.status, outcome.key
    context = {
        "holding": holding,
        "coach": coach,
        "people": people,
        "form": form,
        "key": key,
        "shown": shown_on(request, standing_shown(holding), status),
    }
    return render(request, "coaching/role_coach.html", context, status=status)
