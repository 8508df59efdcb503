"""The team, and one person's readiness opened like an invoice."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from assessments import api
from assessments.forms.team import BUCKET_NAMES, ReadyOnForm, TeamFilter
from coaching.api import help_policy, standing_policy
from lms import clock
from lms.api import (
    Enrolment,
    RoleHolding,
    User,
    enrolment_policy,
    mark_external_done,
    organisations_day,
    people_policy,
    role_holding_policy,
    unread_notices,
    with_role,
)
from lms.errors import NotAllowed, NotFound
from lms.requests import SignedInRequest, key_of
from lms.rules.spreadsheets import CSV_TYPE, XLSX_TYPE, csv_file, xlsx_file
from lms.rules.waiting import days_since
from lms.views.acting import uid_or_none

PER_PAGE = 50


@login_required
@require_GET
def team(request: SignedInRequest) -> HttpResponse:
    """200 my people, 50 a page - 403 neither manager nor L&D. Queries: 26 for a manager, for any number of people,
    session and user included (and 1 a minute for the navigation).
    """
    at = clock.now()
    rows = api.team_of(_mine(request), at)
    form = TeamFilter(request.GET or {}, rows=rows)
    wanted = form.chosen()
    sort = wanted.pop("sort", api.SORTS[0])
    shown = api.team_in_order(api.chosen_for_team(rows, **_as_filter(wanted)), sort)
    page = Paginator(shown, PER_PAGE).get_page(request.GET.get("page"))
    in_role = _in_role(request, at)
    counts = api.counts_of(rows)
    ready, people = _people_ready(rows, in_role)
    context = {
        "rows": rows,
        "news": unread_notices(request.user),
        "in_role": Paginator(in_role, PER_PAGE).get_page(request.GET.get("held")),
        "in_role_ready": sum(1 for role in in_role if role.ready),
        "in_role_before": api.share_held_before(in_role),
        "buckets": [
            (name, label, counts[name], urlencode(wanted | {"bucket": name, "sort": sort}))
            for name, label in BUCKET_NAMES.items()
        ],
        "bucket": wanted.get("bucket", ""),
        "bucket_name": BUCKET_NAMES.get(wanted.get("bucket", ""), ""),
        "page": page,
        "grids": api.grids_of(page.object_list),
        "cards": _cards(page.object_list),
        "form": form,
        "sort": sort,
        "filtered": bool(wanted),
        "exported": len(rows) + len(in_role),
        "base": "?" + urlencode(wanted | {"sort": sort}) + "&",
        "longest": _longest_wait(rows, at),
        "heading": ngettext(
            "%(ready)s of %(n)s person is ready for the role",
            "%(ready)s of %(n)s people are ready for their role",
            people,
        )
        % {"ready": ready, "n": people},
    }
    return render(request, "team/team.html", context)


def _mine(request: SignedInRequest) -> Q:
    """Enrolments of whom the reader manages, or of everybody for L&D; never their own. NotAllowed for anybody else."""
    if not enrolment_policy.may(request.user, "add"):
        raise NotAllowed(_("This page is for managers. Your own readiness stands with your skills."))
    return enrolment_policy.rows(request.user, "steer")


def _in_role(request: SignedInRequest, at: datetime) -> list[api.HeldRole]:
    """Whoever holds a role apart from any path, among those whom the reader may see; never themself."""
    return api.roles_held_in_team(role_holding_policy.rows(request.user, "view") & ~Q(person=request.user), at)


def _people_ready(rows: Iterable[api.TeamRow], in_role: Iterable[api.HeldRole]) -> tuple[int, int]:
    """How many people are ready for a role that they are on the way to or hold, and how many there are."""
    on_path = {(row.found.enrolment.person_id, row.found.bucket in ("ready", "expiring")) for row in rows}
    found = on_path | {(role.holding.person_id, role.ready) for role in in_role}
    return sum(ready for _person, ready in found), len({person for person, _ready in found})


def _longest_wait(rows: Iterable[api.TeamRow], at: datetime) -> tuple[api.TeamRow, int] | None:
    """Who has waited longest for somebody else, and for how many days; None when nobody waits for a whole day.

    Those for whom anything waits come in the order of how long they can have waited at most, so that few are asked who
    it is that holds them up.
    """
    longest, days = None, 0
    known = [(row.found.first_wait, row) for row in rows if row.found.first_wait]
    for first, row in sorted(known, key=lambda pair: pair[0]):
        zone = row.found.enrolment.person.zone
        if days_since(first, at, zone) <= days:
            continue
        holder = row.found.held_by
        waited = days_since(holder.since, at, zone) if holder and holder.since else 0
        if waited > days:
            longest, days = row, waited
    return (longest, days) if longest else None


def _as_filter(wanted: dict[str, str]) -> dict[str, str]:
    return {"words" if name == "q" else name: value for name, value in wanted.items()}


def _cards(rows: Iterable[api.TeamRow]) -> list[tuple[str, list[Any]]]:
    """For a phone: people under the name of their bucket, with the one line that holds each."""
    people = list(rows)
    order = ("blocked", "behind", "on_track", "expiring", "ready", "not_started")
    groups = [(name, [(row, api.held_line(row)) for row in people if row.found.bucket == name]) for name in order]
    return [(str(BUCKET_NAMES[name]), group) for name, group in groups if group]


@login_required
@require_GET
def team_ready(request: SignedInRequest) -> HttpResponse:
    """200 who was ready for which role on a day (``on``, today without), 50 a page - 403 neither manager nor L&D.
    Queries: 8, for any number of people.
    """
    _mine(request)
    today = organisations_day(clock.now())
    form = ReadyOnForm({"on": request.GET.get("on") or today.isoformat()}, today=today)
    day = form.cleaned_data["on"] if form.is_valid() else today
    people = people_policy.queryset(request.user, "view").exclude(pk=request.user.pk)
    rows = api.ready_on(day, Q(person__in=people.order_by().values("pk")))
    context = {
        "form": form,
        "day": day,
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "people": rows.order_by().values("person").distinct().count(),
        "base": f"?on={day.isoformat()}&",
    }
    return render(request, "team/ready.html", context)


# --- Out of here --------------------------------------------------------------------------------------------------


@login_required
@require_GET
def team_csv(request: SignedInRequest) -> HttpResponse:
    """200 everybody as CSV, for a spreadsheet (UTF-8 with a mark) - 403. Queries: those of ``team_of``."""
    heads, rows = _table(request)
    return _file(csv_file([heads, *rows]), CSV_TYPE, "csv")


@login_required
@require_GET
def team_xlsx(request: SignedInRequest) -> HttpResponse:
    """200 everybody as a workbook - 403. Queries: those of ``team_of``."""
    heads, rows = _table(request)
    return _file(xlsx_file(_("Team"), [heads, *rows]), XLSX_TYPE, "xlsx")


def _table(request: SignedInRequest) -> tuple[list[str], list[list[Any]]]:
    at = clock.now()
    return api.table_of(api.team_of(_mine(request), at), _in_role(request, at))


def _file(content: bytes, kind: str, extension: str) -> HttpResponse:
    name = f"team-{clock.now():%Y-%m-%d}.{extension}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, content_type=kind, headers=headers)


# --- One person ---------------------------------------------------------------------------------------------------


@login_required
@require_GET
def person_readiness(request: SignedInRequest, person_uid: UUID) -> HttpResponse:
    """200 the invoice, the same for learner, coach and manager - 404 unknown or not yours to see. ``?path=`` chooses
    an enrolment, ``?role=`` a role that is held. Queries: 20, whatever the role asks for.
    """
    found = help_policy.queryset(request.user, "view").filter(person__uid=person_uid)
    enrolments = list(
        found.select_related("person", "path", "role_version__profile", "role_holding").order_by("-started_on", "-pk")
    )
    role = uid_or_none(request.GET.get("role"))
    led = [item.uid for item in enrolments if item.role_holding and item.role_holding.uid == role]
    if not enrolments or (role and not led):
        return _without_a_path(request, person_uid)
    # What led to a role that is held stands until a new path has begun.
    today = clock.today(enrolments[0].person.zone)
    enrolments.sort(key=lambda item: _place(item, today))
    wanted = led[0] if led else uid_or_none(request.GET.get("path"))
    if wanted is None and _place(enrolments[0], today) > 1 and _roles_held(request, person_uid):
        return _without_a_path(request, person_uid)
    chosen = next((item for item in enrolments if item.uid == wanted), enrolments[0])
    own = chosen.person_id == request.user.pk
    steers = not own and enrolment_policy.queryset(request.user, "steer").filter(pk=chosen.pk).exists()
    context = {
        "invoice": api.invoice_of(chosen, clock.now(), own=own),
        "person": chosen.person,
        "enrolment": chosen,
        "enrolments": enrolments if len(enrolments) > 1 else [],
        "own": own,
        "steers": steers,
        "names_coach": _names_coach(request.user, chosen),
        "key": uuid4(),
    }
    return render(request, "team/invoice.html", context)


def _names_coach(user: User, enrolment: Enrolment) -> bool:
    """Whether it is theirs to name who stands by in the role that the path led to. Queries: 1 on a completed path."""
    held = enrolment.role_holding_id
    return held is not None and standing_policy.queryset(user, "name").filter(pk=held).exists()


def _place(enrolment: Enrolment, today: date) -> int:
    """0 for a path that has begun and goes on, 1 for a completed one whose role is held, 2 for another completed one, 3
    for one that is to begin, 4 for others.
    """
    if enrolment.is_open:
        return 0 if enrolment.started_on <= today else 3
    if enrolment.is_completed:
        return 1 if enrolment.led_to_role_held_on(today) else 2
    return 4


def _roles_held(request: SignedInRequest, person_uid: UUID) -> list[RoleHolding]:
    """The roles that somebody holds today, as far as the reader may see."""
    rows = with_role(role_holding_policy.queryset(request.user, "view").filter(person__uid=person_uid))
    return [row for row in rows if row.holds_on(clock.today(row.person.zone))]


def _without_a_path(request: SignedInRequest, person_uid: UUID) -> HttpResponse:
    """The roles that somebody holds, or that they are on no path."""
    roles = api.held_roles(_roles_held(request, person_uid), clock.now())
    person = roles[0].holding.person if roles else people_policy.get(request.user, "view", uid=person_uid)
    context = {"person": person, "own": person == request.user, "roles": roles}
    return render(request, "team/nothing.html", context)


@login_required
@require_POST
def external_done(request: SignedInRequest, person_uid: UUID) -> HttpResponse:
    """302 marked - 403 seen but not yours to mark, or locked - 404 unknown. ``enrolment`` and ``step`` say which."""
    enrolment, step = uid_or_none(request.POST.get("enrolment")), uid_or_none(request.POST.get("step"))
    if enrolment is None or step is None:
        raise NotFound(_("There is no such step."))
    enrolment_policy.get(request.user, "view", uid=enrolment, person__uid=person_uid)
    mark_external_done(actor=request.user, enrolment_uid=enrolment, step_uid=step, key=key_of(request), at=clock.now())
    messages.success(request, _("Marked as done."))
    return redirect(f"{reverse('person_readiness', args=[person_uid])}?path={enrolment}")
