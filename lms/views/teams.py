"""The tree of teams, the page of one, and moving somebody from one to another: for L&D and administrators."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from lms import clock
from lms.api import (
    Membership,
    TeamNode,
    act_for_manager,
    close_team,
    closed_teams,
    end_manager,
    locations,
    make_team,
    members_of,
    memberships_of_person,
    memberships_of_team,
    move_person,
    move_team,
    move_to_location,
    name_manager,
    organisations_day,
    people_here,
    people_policy,
    rename_team,
    take_back_move,
    team_policy,
    team_tree,
)
from lms.errors import Invalid
from lms.forms.organisation import PersonLocationForm
from lms.forms.teams import (
    ActingManagerForm,
    CloseTeamForm,
    EndManagerForm,
    ManagerForm,
    NewTeamForm,
    TeamNameForm,
    TeamOfPersonForm,
    TeamPlaceForm,
)
from lms.requests import SignedInRequest

from .acting import send

PER_PAGE = 50


@login_required
@require_GET
def teams(request: SignedInRequest) -> HttpResponse:
    """200 the tree as it stands today - 403 neither L&D nor administrator. Queries: 7."""
    team_policy.require(request.user, "add")
    today = organisations_day(clock.now())
    tree = team_tree(today)
    context = {
        "roots": [node for node in tree if not node.depth],
        "count": len(tree),
        "closed": closed_teams(),
        "gap": next((node for node in tree if node.unmanaged_from), None),
        "gaps": sum(1 for node in tree if node.unmanaged_from),
        "people": sum(node.members for node in tree),
        "today": today,
    }
    return render(request, "people/teams.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def team_new(request: SignedInRequest) -> HttpResponse:
    """200 form - 302 made - 403 neither L&D nor administrator - 409 the form was used before - 422 invalid. ``?below=``
    names the team above. Queries: 6.
    """
    team_policy.require(request.user, "add")
    tree = team_tree(organisations_day(clock.now()))
    form = NewTeamForm(request.POST or None, tree=tree, initial={"parent": request.GET.get("below")})
    status, key = 200, uuid4()
    if request.method == "POST":
        outcome = send(request, form, make_team)
        if outcome.done:
            messages.success(request, _("%(team)s is there. Name who manages it.") % {"team": outcome.done.name})
            return redirect("teams_team", outcome.done.uid)
        status, key = outcome.status, outcome.key
    return render(request, "people/team_new.html", {"form": form, "key": key}, status=status)


@dataclass(frozen=True, slots=True)
class TeamAct:
    """One thing to do to a team: its service, and what is said after."""

    service: Callable[..., Any]
    sentence: Any


ACTS = {
    "rename": TeamAct(rename_team, gettext_lazy("The team has its new name.")),
    "place": TeamAct(move_team, gettext_lazy("The team stands in its new place.")),
    "manager": TeamAct(name_manager, gettext_lazy("Named. They are told.")),
    "acting": TeamAct(act_for_manager, gettext_lazy("Kept. Whoever stands in is told.")),
    "end": TeamAct(end_manager, gettext_lazy("The last day is kept. They are told.")),
    "close": TeamAct(close_team, gettext_lazy("The team is closed.")),
}
OF_THE_MANAGER = ("acting", "end")  # these name the manager, and so the team


@login_required
@require_http_methods(["GET", "POST"])
def teams_team(request: SignedInRequest, uid: UUID) -> HttpResponse:
    """200 who manages it and who belongs to it, and the forms - 302 done - 403 neither L&D nor administrator, or closed
    (POST) - 404 unknown - 409 manages it already, or the form was used before - 422 invalid. ``?who=`` looks for
    people. Queries: 14.
    """
    act = request.POST.get("act", "") if request.method == "POST" else ""
    team = team_policy.get(request.user, "change" if act else "view", uid=uid, related=("parent",))
    if request.method == "POST" and act not in ACTS:
        raise Invalid(_("This form is incomplete. Open the page again and send it from there."))
    today, words = organisations_day(clock.now()), request.GET.get("who", "").strip()
    tree = team_tree(today)
    managers = list(memberships_of_team(team))
    forms = _forms(request, act, team_name=team.name, above=team.parent, tree=tree, managers=managers, today=today)
    status, key = 200, uuid4()
    if act:
        known = {} if act in OF_THE_MANAGER else {"team_uid": uid}
        outcome = send(request, forms[act], ACTS[act].service, **known)
        if outcome.done:
            messages.success(request, str(ACTS[act].sentence))
            return redirect("teams_team", uid)
        status, key = outcome.status, outcome.key
    page = Paginator(members_of(team, today).order_by("name_order", "pk"), PER_PAGE)
    context = {
        "team": team,
        "node": next((node for node in tree if node.team.pk == team.pk), None),
        "managing": [(row, _ending(forms["end"], row, today)) for row in managers if not_over(row, today)],
        "managed": [row for row in managers if not not_over(row, today)],
        "members": page.get_page(request.GET.get("page")),
        "children": [node for node in tree if node.team.parent_id == team.pk],
        "forms": forms,
        "act": act,
        "words": words,
        "today": today,
        "key": key,
    }
    return render(request, "people/team.html", context, status=status)


def _forms(
    request: SignedInRequest,
    act: str,
    *,
    team_name: str,
    above: Any,
    tree: list[TeamNode],
    managers: list[Membership],
    today: date,
) -> dict[str, Form]:
    """Every form of the page; the one that was sent with what was sent."""
    people = people_here(request.GET.get("who", "").strip())
    now = [row for row in managers if row.acting_for_id is None and not_over(row, today)]
    named = [(str(row.uid), row.person.full_name) for row in now]

    def sent(name: str) -> dict[str, Any]:
        return {"data": request.POST if act == name else None, "auto_id": f"{name}_%s"}

    parent = {"parent": above.uid if above else None}
    return {
        "rename": TeamNameForm(**sent("rename"), initial={"name": team_name}),
        "place": TeamPlaceForm(**sent("place"), tree=tree, initial=parent),
        "manager": ManagerForm(**sent("manager"), people=people, initial={"from_on": today}),
        "acting": ActingManagerForm(**sent("acting"), managers=named, people=people, initial={"from_on": today}),
        "end": EndManagerForm(**sent("end")),
        "close": CloseTeamForm(**sent("close"), tree=tree, initial={"into": parent["parent"]}),
    }


def not_over(row: Membership, today: date) -> bool:
    """Whether somebody manages still, or will."""
    return row.until_on is None or row.until_on >= today


def _ending(sent: Form, row: Membership, today: date) -> Form:
    """The form that ends one manager: the one that was sent, where it was about them."""
    if sent.is_bound and sent.data.get("manager") == str(row.uid):
        return sent
    initial = {"manager": row.uid, "until_on": max(today, row.until_on or today)}
    return EndManagerForm(auto_id=f"end-{row.uid}_%s", initial=initial)


@login_required
@require_http_methods(["GET", "POST"])
def people_move(request: SignedInRequest, uid: UUID) -> HttpResponse:
    """200 the teams of somebody, and the form - 302 moved, or taken back - 403 neither L&D nor administrator - 404
    unknown - 409 it has begun - 422 invalid. Queries: 10.
    """
    team_policy.require(request.user, "add")
    person = people_policy.get(request.user, "invite", uid=uid)
    today = organisations_day(clock.now())
    form = TeamOfPersonForm(
        request.POST if request.POST.get("act") == "move" else None,
        tree=team_tree(today),
        initial={"from_on": today},
    )
    back = Form(request.POST if request.POST.get("act") == "back" else None)
    place = PersonLocationForm(
        request.POST if request.POST.get("act") == "place" else None,
        auto_id="place_%s",
        locations=locations(),
        initial={"location": person.location.uid if person.location else ""},
    )
    status, key = 200, uuid4()
    if request.method == "POST":
        services: list[tuple[Form, Callable[..., Any]]] = [
            (form, move_person),
            (back, take_back_move),
            (place, move_to_location),
        ]
        sent = next(((each, service) for each, service in services if each.is_bound), None)
        if sent is None:
            raise Invalid(_("This form is incomplete. Open the page again and send it from there."))
        outcome = send(request, *sent, person_uid=uid)
        if outcome.done:
            messages.success(request, _("Kept. %(name)s is told.") % {"name": person.full_name})
            return redirect("people_move", uid)
        status, key = outcome.status, outcome.key
    rows = list(memberships_of_person(person))
    context = {
        "person": person,
        "rows": rows,
        "planned": next((row for row in rows if row.role == Membership.Role.MEMBER and row.from_on > today), None),
        "form": form,
        "back": back,
        "place": place,
        "today": today,
        "key": key,
    }
    return render(request, "people/move.html", context, status=status)
