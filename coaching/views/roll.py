"""The list of people, for L&D and administrators."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from coaching.forms.roll import RollForm
from coaching.services.coaches import coaches_to_choose
from coaching.services.roll import COACHES, NOBODY, ListedPerson, list_people, people_listed, without_coach
from lms import clock
from lms.api import (
    MANAGES,
    PeopleWanted,
    count_states,
    is_learning_administrator,
    newest_path_versions,
    organisations_day,
    people_policy,
    standing_of,
    team_tree,
    unread_notices,
)
from lms.requests import SignedInRequest
from lms.rules.duties import BY_CODE
from lms.rules.life import INVITED, STATES, WORDS
from lms.views.acting import uid_or_none

PER_PAGE = 50


@login_required
@require_GET
def people(request: SignedInRequest) -> HttpResponse:
    """200 everybody who is looked for, 50 a page - 403 neither L&D nor an administrator.

    Queries: 17, 18 with a team.
    """
    people_policy.require(request.user, "invite")
    today = organisations_day(clock.now())
    form = RollForm(
        request.GET,
        tree=team_tree(today),
        coaches=[profile.person for profile in coaches_to_choose(today)],
        paths=[row.path for row in newest_path_versions().select_related("path").order_by("path__name_order", "pk")],
    )
    form.is_valid()  # what cannot be read is no filter
    coach = form.cleaned_data.get("coach", "")
    coach = coach if coach == NOBODY or uid_or_none(coach) else ""
    page = Paginator(people_listed(_wanted(form), coach, today), PER_PAGE).get_page(request.GET.get("page"))
    counts = count_states(today)
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "form": form,
        "filters": [form[name] for name in ("state", "team", "duty", "coach", "path", "order")],
        "filtered": sum(bool(value) for name, value in form.cleaned_data.items() if name != "order"),
        "page": page,
        "rows": [_shown(row, today) for row in list_people(list(page), today)],
        "buckets": [(state, WORDS[state], counts[state]) for state in STATES if counts[state]],
        "here": sum(counts[state] for state in STATES[:5]),
        "no_coach": without_coach(today),
        "query": query.urlencode(),
        "attests": is_learning_administrator(request.user),
        "key": uuid4(),
        "news": unread_notices(request.user),
    }
    return render(request, "people/list.html", context)


def _wanted(form: RollForm) -> PeopleWanted:
    said = form.cleaned_data
    return PeopleWanted(
        said.get("q", ""),
        said.get("state", ""),
        said.get("team"),
        said.get("duty", ""),
        said.get("path"),
        said.get("order", ""),
    )


def _shown(row: ListedPerson, today: date) -> dict[str, object]:
    standing = standing_of(row.person)
    words = {MANAGES: _("Manager"), COACHES: _("Coach")}
    duties = [str(BY_CODE[duty].word) if duty in BY_CODE else words[duty] for duty in row.duties]
    return {
        "person": row.person,
        "team": row.team,
        "duties": ", ".join(duties),
        "coaches": ", ".join(coach.full_name for coach in row.coaches),
        "also": row.also,
        "state": standing.said(today),
        "invited": standing.state(today) == INVITED,
    }
