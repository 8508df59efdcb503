"""Bringing people from a file: choosing it, looking at what it would write, writing it, and taking that back."""

from __future__ import annotations

from collections.abc import Set
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db import transaction
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lms import clock
from lms.api import (
    FileLook,
    PeopleImport,
    apply_import,
    choose_columns,
    decline_address,
    import_of,
    imports_so_far,
    invite_imported,
    is_administrator,
    kept_mappings,
    left_out_file,
    look_at_import,
    may_be_taken_back,
    not_invited,
    open_proposals,
    people_policy,
    people_table,
    people_with_ids,
    read_people_file,
    rows_shown,
    take_back_import,
)
from lms.errors import Conflict, Invalid, NotFound
from lms.forms.imports import ApplyForm, ColumnsForm, PeopleFileForm
from lms.requests import SignedInRequest, key_of, shown_of
from lms.rules.people_files.compare import CHANGED, LEAVING, NEW, PROBLEM, SAME, Plan, PlannedRow
from lms.rules.people_files.places import TeamRef
from lms.rules.people_files.words import said_change
from lms.rules.spreadsheets import CSV_TYPE, XLSX_TYPE, csv_file, xlsx_file
from lms.tasks import wake_for_invitations

from .acting import carry_out, send, shown_on
from .import_rows import RowsOnPage

PER_PAGE = 50
LAST = 20


@login_required
@require_http_methods(["GET", "POST"])
def people_import(request: SignedInRequest) -> HttpResponse:
    """200 choose a file, and those so far - 302 read - 403 neither L&D nor administrator - 409 used before - 422 not to
    be read. Queries: 9.
    """
    people_policy.require(request.user, "invite")
    names = kept_mappings().values_list("name", flat=True)
    form = PeopleFileForm(request.POST or None, request.FILES or None, names=names)
    status, key = 200, uuid4()
    if request.method == "POST":
        outcome = send(request, form, read_people_file)
        if outcome.done:
            return redirect("people_import_file", outcome.done.uid)
        status, key = outcome.status, outcome.key
    context = {
        "form": form,
        "key": key,
        "imports": imports_so_far()[:LAST],
        "proposals": open_proposals().count(),
        "may_change": is_administrator(request.user),
    }
    return render(request, "people/import.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def people_import_file(request: SignedInRequest, uid: UUID) -> HttpResponse:
    """200 what a file would write, or wrote - 302 done - 403 neither L&D nor administrator - 404 unknown - 409 written
    already, not kept any more, or it would write something else by now - 422 invalid. Queries: 20.
    """
    row = import_of(request.user, uid)
    if row.applied_at is not None:
        return _written(request, row)
    if row.content is None:
        if request.method == "POST":
            raise Conflict(_("This file is not kept any more: a file is kept for a day. Bring it in again."))
        return render(request, "people/import_gone.html", {"row": row})
    return _looked_at(request, row)


def _looked_at(request: SignedInRequest, row: PeopleImport) -> HttpResponse:
    act = request.POST.get("act", "") if request.method == "POST" else ""
    if request.method == "POST" and act not in ("columns", "write", *RowsOnPage.ACTS):
        raise Invalid(_("This form is incomplete. Open the page again and send it from there."))
    look = look_at_import(row, clock.now(), request.user)
    initial = {"leave": row.leave, "order": row.order, "charset": row.charset}
    columns = ColumnsForm(request.POST if act == "columns" else None, look=look, initial=initial, auto_id="columns_%s")
    write = ApplyForm(request.POST if act == "write" else None, look=look, auto_id="write_%s")
    rows = RowsOnPage(request, row, look)
    status, key = 200, uuid4()
    if act == "columns":
        status, key, done = _choose(request, row, columns)
        if done:
            return redirect("people_import_file", row.uid)
    if act == "write":
        status, key, done = _write(request, row, write)
        if done:
            return redirect("people_import_file", row.uid)
    if act in RowsOnPage.ACTS:
        outcome = rows.carry_out(act)
        if outcome.done:
            return redirect(rows.address)
        status, key = outcome.status, outcome.key
    plan = look.plan
    page = Paginator(plan.rows if plan else (), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "row": row,
        "look": look,
        "plan": plan,
        "columns": columns,
        "lines": _columns(look, columns),
        "used": sum(bool(code) for code in look.columns.values()),
        "write": write,
        "act": act,
        "buckets": _buckets(plan.counts) if plan else [],
        "wrong": rows.wrong() if plan else [],
        "problems": rows.problems,
        "settled": rows.settled,
        "correct": rows.form,
        "put_back": rows.put_back,
        "rows_shown": shown_on(request, rows_shown(row), status if act in RowsOnPage.ACTS else 200),
        "page": page,
        "rows": [_said(each, rows.corrected_lines) for each in page],
        "managing": _managing(plan) if plan else [],
        "missing": people_with_ids(plan.missing[:PER_PAGE]) if plan else [],
        "shown": shown_on(request, plan.fingerprint, status if act == "write" else 200) if plan else "",
        "key": key,
    }
    return render(request, "people/import_file.html", context, status=status)


def _choose(request: SignedInRequest, row: PeopleImport, form: ColumnsForm) -> tuple[int, UUID, Any]:
    if not form.is_valid():
        return 422, key_of(request), None
    outcome = carry_out(request, form, choose_columns, import_uid=row.uid, **form.chosen())
    return outcome.status, outcome.key, outcome.done


def _write(request: SignedInRequest, row: PeopleImport, form: ApplyForm) -> tuple[int, UUID, Any]:
    if not form.is_valid():
        return 422, key_of(request), None
    fields = dict(form.cleaned_data)
    fields["leave_out"] = fields.get("leave_out") == "yes"
    outcome = carry_out(request, form, apply_import, import_uid=row.uid, shown=shown_of(request), **fields)
    if outcome.done:
        transaction.on_commit(wake_for_invitations, robust=True)
        messages.success(request, _("Written. You can take it back within a day."))
    return outcome.status, outcome.key, outcome.done


def _buckets(counts: dict[str, int]) -> list[tuple[int, str, str, str]]:
    """How many of each kind: the number, what it is called, what becomes of it, the part of the page about it."""
    return [
        (counts[NEW], _("New"), _("get an account"), "rows"),
        (counts[CHANGED], _("Changed"), _("old and new are shown"), "rows"),
        (counts[LEAVING], _("Leaving"), _("on the day that is named"), "rows"),
        (counts[SAME], _("Unchanged"), _("nothing is written"), ""),
        (counts[PROBLEM], _("Cannot be read"), _("a sentence each"), "problems"),
    ]


def _written_buckets(row: PeopleImport) -> list[tuple[int, str, str, str]]:
    """The same of a file that was written; what was left out of it is kept for a day."""
    return [
        (row.counts[NEW], _("New"), _("got an account"), ""),
        (row.counts[CHANGED], _("Changed"), _("what was before stands on their page"), ""),
        (row.counts[LEAVING], _("Leaving"), _("on the day that was named"), ""),
        (row.counts[SAME], _("Unchanged"), _("nothing was written"), ""),
        (row.counts[PROBLEM], _("Could not be read"), _("left out"), "problems" if row.left_out else ""),
    ]


def _said(row: PlannedRow, corrected: Set[int]) -> dict[str, Any]:
    """A row of the plan as the page says it. ``corrected``: lines in which somebody corrected a cell."""
    kinds = {NEW: _("New"), CHANGED: _("Changed"), LEAVING: _("Leaving")}
    changes = [said_change(change.field, change.old, change.new) for change in row.changes]
    return {"row": row, "kind": kinds[row.kind], "changes": changes, "corrected": row.line in corrected}


def _managing(plan: Plan) -> list[tuple[str, list[str], list[str]]]:
    """Which teams are made or get other managers: the name, who begins and who ends."""
    names: dict[TeamRef, str] = {("id", team): name for team, name in plan.team_names.items()}
    names |= {("new", key): team.name for key, team in plan.placed.new.items()}
    found: dict[TeamRef, tuple[str, list[str], list[str]]] = {}
    for key, new in plan.placed.new.items():
        found["new", key] = (new.name, [], [])
    for team, who in plan.placed.begins:
        found.setdefault(team, (names[team], [], []))[1].append(plan.names[who])
    for ended, person in plan.placed.ends:
        found.setdefault(("id", ended), (names["id", ended], [], []))[2].append(plan.names["id", person])
    return list(found.values())


def _columns(look: FileLook, form: ColumnsForm) -> list[dict[str, Any]]:
    """Each column with its choice, an example, and in how many rows it says something."""
    found = []
    for number, _head in enumerate(look.table.heads):
        cells = [line.cells[number] for line in look.table.lines if number < len(line.cells) and line.cells[number]]
        used = bool(look.columns.get(look.table.heads[number]))
        example = cells[0][:60] if cells and used else ""
        found.append({"field": form[f"column-{number}"], "example": example, "filled": len(cells)})
    return found


# --- After it was written


def _written(request: SignedInRequest, row: PeopleImport) -> HttpResponse:
    act = request.POST.get("act", "") if request.method == "POST" else ""
    if act == "write":
        _write_again(request, row)
        return redirect("people_import_file", row.uid)
    services = {"back": take_back_import, "invite": invite_imported}
    if request.method == "POST" and act not in services:
        raise Conflict(_("This file is written already."))
    form, status, key = Form(request.POST if act else None), 200, uuid4()
    if act:
        outcome = send(request, form, services[act], import_uid=row.uid)
        if outcome.done is not None:
            _say(request, act, outcome.done)
            return redirect("people_import_file", row.uid)
        status, key = outcome.status, outcome.key
    at = clock.now()
    context = {
        "row": row,
        "buckets": _written_buckets(row),
        "may_back": may_be_taken_back(row, at),
        "waiting": not_invited(row).count() if row.taken_back_at is None else 0,
        "proposals": open_proposals().filter(of=row).count(),
        "form": form,
        "key": key,
    }
    return render(request, "people/import_written.html", context, status=status)


def _write_again(request: SignedInRequest, row: PeopleImport) -> None:
    """The form that wrote the file is sent once more: nothing more happens. Raises Conflict for another form."""
    said = {name: request.POST[name].strip() for name in ("invitations", "typed") if name in request.POST}
    apply_import(
        actor=request.user,
        import_uid=row.uid,
        shown=shown_of(request),
        leave_out=request.POST.get("leave_out") == "yes",
        key=key_of(request),
        at=clock.now(),
        **said,
    )


def _say(request: SignedInRequest, act: str, done: Any) -> None:
    if act == "invite":
        transaction.on_commit(wake_for_invitations, robust=True)
        said = ngettext("%(n)s person is invited.", "%(n)s people are invited.", done) % {"n": done}
        messages.success(request, said)
        return
    messages.success(request, _("Taken back. The record is as it was before."))
    if done.stays:
        words = {"names": ", ".join(done.stays[:LAST])}
        messages.warning(request, _("These have changed since, and stay as they are now: %(names)s.") % words)


# --- Files to take away


@login_required
@require_GET
def people_import_left_out(request: SignedInRequest, uid: UUID) -> HttpResponse:
    """200 the rows that are not written, with why, as CSV - 403 - 404 unknown, none, or not kept any more."""
    row = import_of(request.user, uid)
    content = bytes(row.left_out or b"")
    if row.content is not None:
        look = look_at_import(row, clock.now(), request.user)
        content = left_out_file(look) if look.plan else b""
    if not content:
        raise NotFound(_("No rows of this file are kept that are not written."))
    return _file(content, CSV_TYPE, f"rows-{clock.now():%Y-%m-%d}.csv")


@login_required
@require_GET
def people_csv(request: SignedInRequest) -> HttpResponse:
    """200 everybody who is here as CSV, in the shape that an import reads - 403. Queries: 12."""
    people_policy.require(request.user, "invite")
    return _file(csv_file(people_table(clock.now())), CSV_TYPE, f"people-{clock.now():%Y-%m-%d}.csv")


@login_required
@require_GET
def people_xlsx(request: SignedInRequest) -> HttpResponse:
    """200 everybody who is here as a workbook, in the shape that an import reads - 403. Queries: 12."""
    people_policy.require(request.user, "invite")
    content = xlsx_file(_("People"), people_table(clock.now()))
    return _file(content, XLSX_TYPE, f"people-{clock.now():%Y-%m-%d}.xlsx")


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, content_type=kind, headers=headers)


# --- Addresses


@login_required
@require_GET
def people_addresses(request: SignedInRequest) -> HttpResponse:
    """200 addresses that files have for people who have others - 403 neither L&D nor administrator. Queries: 5."""
    people_policy.require(request.user, "invite")
    page = Paginator(open_proposals(), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "may_change": is_administrator(request.user), "key": uuid4()}
    return render(request, "people/import_addresses.html", context)


@login_required
@require_POST
def people_address_keep(request: SignedInRequest, uid: UUID) -> HttpResponse:
    """302 the address stays - 403 no administrator, or one's own - 404 unknown."""
    row = decline_address(actor=request.user, proposal_uid=uid, key=key_of(request), at=clock.now())
    messages.success(request, _("%(name)s keeps the address.") % {"name": row.person.full_name})
    return redirect("people_addresses")
