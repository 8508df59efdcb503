"""The page about one person, for themself, their managers, L&D and administrators."""

from __future__ import annotations

from uuid import UUID, uuid4

from allauth.mfa.models import Authenticator
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from assessments import api
from lms import clock
from lms.api import ImportOfPerson, closed_today, has_acted
from lms.requests import SignedInRequest
from lms.rules.act_words import said_act, said_changes
from lms.rules.life import INVITED
from lms.rules.people_files.words import said_change
from lms.rules.said import full_day

SIGNOFF = {
    "active": gettext_lazy("It counts until %(day)s."),
    "due": gettext_lazy("It counts, and ends on %(day)s."),
    "expired": gettext_lazy("It ended on %(day)s."),
    "awaiting": gettext_lazy("It waits for a countersign and does not count yet."),
    "revoked": gettext_lazy("It was taken back and does not count."),
    "refused": gettext_lazy("It was not countersigned and does not count."),
    "superseded": gettext_lazy("A newer one stands in its place."),
}


@login_required
@require_GET
def people_record(request: SignedInRequest, person_uid: UUID) -> HttpResponse:
    """200 what the reader may see of somebody - 404 unknown, or nobody of theirs. Queries: 35."""
    return _page(request, person_uid)


@login_required
@require_GET
def people_own_record(request: SignedInRequest) -> HttpResponse:
    """200 what is written down about oneself. Queries: 35."""
    return _page(request, request.user.uid)


def _page(request: SignedInRequest, person_uid: UUID) -> HttpResponse:
    at = clock.now()
    record = api.record_of(request.user, person_uid, at)
    today = clock.today(record.person.zone, at)
    state = record.standing.state(today)
    context = {
        "record": record,
        "person": record.person,
        "may": record.may,
        "today": today,
        "state": state,
        "said": record.standing.said(today),
        "invited": state == INVITED,
        "unused": "end" in record.may and not has_acted(record.person),
        "mistake": "bring_back" in record.may and closed_today(record.person, at) is not None,
        "acts": [(act, said_act(act.name, act.actor.full_name), said_changes(act.changed)) for act in record.acts],
        "imports": [(row, _said_import(row)) for row in record.imports],
        "has_factor": "address" in record.may and Authenticator.objects.filter(user=record.person).exists(),
        "joinings": [(row, row.second if row.first_id == record.person.pk else row.first) for row in record.joinings],
        "joined": any(not hasattr(row, "parting") for row in record.joinings),
        "signoffs": [(row, _status(row)) for row in record.signoffs],
        "key": uuid4(),
    }
    return render(request, "people/record.html", context)


def _said_import(row: ImportOfPerson) -> list[tuple[str, str, str]]:
    """What a file changed: label, old, new. An address is proposed by a file and never changed."""
    words = [said_change(code, old, new) for code, (old, new) in row.changed.items() if code != "email"]
    words += [(_("Proposed address"), old, new) for code, (old, new) in row.changed.items() if code == "email"]
    words += [(_("Manages"), "", team) for team in row.manages]
    return words + [(_("Manages no more"), "", team) for team in row.managed]


def _status(row: api.SignOffStanding) -> str:
    day = row.event.valid_until
    return str(SIGNOFF[row.status]) % {"day": full_day(day) if day else ""}
