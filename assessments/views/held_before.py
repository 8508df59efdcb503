"""What people held before Vouch: recorded by one member of Learning, confirmed by another; and the end of a role."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods

from assessments import api
from assessments.forms.held_before import (
    EntriesForm,
    HeldBeforeFileForm,
    HeldBeforeForm,
    NotConfirmedForm,
    RoleEndForm,
    RoleForm,
)
from assessments.rules.held_before_files import COLUMNS
from coaching.api import coaches_to_choose
from lms import clock
from lms.api import end_role_holding, newest_role_versions, people_policy, role_holding_policy
from lms.requests import SignedInRequest
from lms.rules.spreadsheets import CSV_TYPE, csv_file
from lms.views.acting import Outcome, carry_out, send, uid_or_none
from lms.views.reauthentication import drop_stashed_form, reauthenticate, recently_authenticated, stashed_form

PER_PAGE = 50
STATES = {
    "waiting": gettext_lazy("To be confirmed"),
    "confirmed": gettext_lazy("Confirmed"),
    "refused": gettext_lazy("Not confirmed"),
    "taken_back": gettext_lazy("Taken back"),
}


@login_required
@require_http_methods(["GET", "POST"])
def held_before(request: SignedInRequest) -> HttpResponse:
    """200 what was recorded, in the state ``?state=``, 50 a page - 302 confirmed, or asked who you are - 403 not L&D,
    or recorded it - 409 answered, or changed since - 422 none chosen. Queries: 12.
    """
    api.held_before_policy.require(request.user, "add")
    state = request.GET.get("state", "waiting")
    state = state if state in STATES else "waiting"
    here, kept = reverse("held_before"), None
    if request.method == "POST" and not recently_authenticated(request):
        return reauthenticate(request, here)
    page = Paginator(api.held_before_entries(request.user, state), PER_PAGE).get_page(request.GET.get("page"))
    entries = list(page.object_list)
    form = EntriesForm(request.POST if request.method == "POST" else None)
    status, key = 200, uuid4()
    if request.method == "POST":
        outcome = send(request, form, _confirm)
        if outcome.done is not None:
            drop_stashed_form(request)
            messages.success(request, _confirmed(len(outcome.done)))
            return redirect("held_before")
        status, key = outcome.status, outcome.key
    else:
        kept = stashed_form(request, here)
    context = {
        "page": page,
        "entries": entries,
        "state": state,
        "states": [(name, label, name == state) for name, label in STATES.items()],
        "others": sum(1 for entry in entries if entry.recorded_by_id != request.user.pk),
        "alone": not api.another_can_confirm(request.user),
        "form": form,
        "chosen": set((kept or request.POST).getlist("entries")),
        "key": key,
        "base": f"?state={state}&",
    }
    return render(request, "held_before/list.html", context, status=status)


def _confirm(*, entries: list[UUID], **fields: Any) -> list[api.HeldBefore]:
    return api.confirm_held_before(entry_uids=entries, **fields)


def _confirmed(count: int) -> str:
    said = ngettext("Confirmed: %(n)s person holds the role.", "Confirmed: %(n)s people hold their roles.", count)
    return said % {"n": count}


@login_required
@require_http_methods(["GET", "POST"])
def held_before_new(request: SignedInRequest, person_uid: UUID) -> HttpResponse:
    """200 the roles to choose from, then the form of one (``?role=``) - 302 recorded - 403 not L&D, or oneself - 404
    unknown - 409 recorded before - 422 invalid. Queries: 14.
    """
    person = people_policy.get(request.user, "attest", uid=person_uid)
    roles = newest_role_versions()
    wanted = uid_or_none(request.GET.get("role"))
    version = next((row for row in roles if row.uid == wanted), None)
    if version is None:
        context = {"person": person, "roles": roles, "form": RoleForm(roles=roles)}
        return render(request, "held_before/role.html", context)
    coaches = [row.person for row in coaches_to_choose(clock.now().date()) if row.person_id != person.pk]
    choices = api.skills_to_attest(version, person)
    form = HeldBeforeForm(request.POST or None, choices=choices, coaches=coaches)
    status, key = 200, uuid4()
    if request.method == "POST":
        outcome: Outcome[api.HeldBefore] = Outcome(None, 422, uuid4())
        if form.is_valid():
            known = {"person_uid": person.uid, "role_version_uid": version.uid}
            outcome = carry_out(request, form, api.record_held_before, **known, **form.for_service())
        if outcome.done:
            sentence = _("Recorded. It counts once another member of Learning has confirmed it.")
            messages.success(request, sentence)
            return redirect("people_record", person.uid)
        status, key = outcome.status, outcome.key
    context = {"person": person, "version": version, "form": form, "lines": form.lines(), "key": key}
    return render(request, "held_before/new.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def held_before_refuse(request: SignedInRequest, entry_uid: UUID) -> HttpResponse:
    """200 an entry, and the form not to confirm it, or to take it back - 302 done - 403 not L&D - 404 unknown, or about
    oneself - 409 answered meanwhile - 422 no reason. Queries: 8.
    """
    action = "view" if request.method == "POST" else "answer"  # the same form twice is one act
    entry = api.held_before_policy.get(
        request.user, action, uid=entry_uid, related=("person", "role_version__profile", "recorded_by")
    )
    form = NotConfirmedForm(request.POST or None)
    status, key = 200, uuid4()
    if request.method == "POST":
        outcome = send(request, form, api.refuse_held_before, entry_uid=entry_uid)
        if outcome.done:
            messages.success(request, _("Done. It counts for nothing, and stays on the list."))
            return redirect("held_before")
        status, key = outcome.status, outcome.key
    own = entry.recorded_by_id == request.user.pk
    context = {"entry": entry, "own": own, "form": form, "key": key}
    return render(request, "held_before/refuse.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def held_before_file(request: SignedInRequest) -> HttpResponse:
    """200 the form - 302 recorded - 403 not L&D - 422 the file, or rows of it, each with its line. Queries: 5."""
    api.held_before_policy.require(request.user, "add")
    form = HeldBeforeFileForm(request.POST or None, request.FILES or None)
    rows: list[str] = []
    status, key = 200, uuid4()
    if request.method == "POST":

        def act(**fields: Any) -> list[api.HeldBefore]:
            try:
                return api.record_held_before_file(**fields)
            except api.RowsRefused as error:
                rows.extend(error.rows)
                raise

        outcome = send(request, form, act)
        if outcome.done is not None:
            count = len(outcome.done)
            said = ngettext("Recorded: %(n)s entry.", "Recorded: %(n)s entries.", count) % {"n": count}
            messages.success(request, f"{said} {_('Another member of Learning confirms them.')}")
            return redirect("held_before")
        status, key = outcome.status, outcome.key
    context = {"form": form, "rows": rows, "columns": [str(label) for label in COLUMNS.values()], "key": key}
    return render(request, "held_before/file.html", context, status=status)


@login_required
@require_GET
def held_before_sample(request: SignedInRequest) -> HttpResponse:
    """200 an empty file with the columns, and a row for each role - 403 not L&D. Queries: 3."""
    api.held_before_policy.require(request.user, "add")
    rows = [["", version.profile.title, "", "", "", "", "", ""] for version in newest_role_versions()]
    headers = {"Content-Disposition": 'attachment; filename="held-before.csv"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(
        csv_file([[str(label) for label in COLUMNS.values()], *rows]), content_type=CSV_TYPE, headers=headers
    )


@login_required
@require_http_methods(["GET", "POST"])
def role_end(request: SignedInRequest, holding_uid: UUID) -> HttpResponse:
    """200 the form - 302 ended - 403 seen but not L&D - 404 unknown - 409 ended before - 422 the day, or no reason.
    Queries: 7.
    """
    related = ("person", "role_version__profile")
    holding = role_holding_policy.get(request.user, "end", uid=holding_uid, related=related)
    form = RoleEndForm(request.POST or None)
    status, key = 200, uuid4()
    if request.method == "POST":
        outcome = send(request, form, end_role_holding, holding_uid=holding_uid)
        if outcome.done:
            messages.success(request, _("Written down. %(name)s reads it.") % {"name": holding.person.full_name})
            return redirect("people_record", holding.person.uid)
        status, key = outcome.status, outcome.key
    return render(request, "held_before/role_end.html", {"holding": holding, "form": form, "key": key}, status=status)
