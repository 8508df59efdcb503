"""The record of a sign-off, a countersign, and taking one back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from assessments import api
from assessments.forms.signoffs import CountersignForm, RevokeForm
from lms import clock
from lms.errors import NotFound
from lms.requests import SignedInRequest, key_of, shown_of
from lms.views.acting import carry_out, shown_on
from lms.views.reauthentication import drop_stashed_form, reauthenticate, recently_authenticated, stashed_form


@login_required
@require_GET
def signoff(request: SignedInRequest, event_uid: UUID) -> HttpResponse:
    """200 the record - 302 a follow-up leads to what it is about - 404 unknown or not yours to see. Queries: 15."""
    event = api.signoff_policy.get(request.user, "view", uid=event_uid, related=("about",))
    if event.about:
        return redirect("signoff", event.about.uid)
    record = _record(event_uid, clock.now())
    context = _shown(request, record) | {
        "may_countersign": _may(request, "countersign", event_uid),
        "may_revoke": record.status in ("active", "due", "awaiting") and _may(request, "revoke", event_uid),
        "sees_case": event.case_id is not None
        and api.case_policy.queryset(request.user, "view").filter(pk=event.case_id).exists(),
    }
    return render(request, "signoffs/record.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def countersign(request: SignedInRequest, event_uid: UUID) -> HttpResponse:
    """200 form - 302 done, or asked who you are - 403 seen but not yours to countersign - 404 - 409 done before, or
    changed since - 422 nothing said.
    """

    def act(form: Form) -> Any:
        fields = form.for_service() if isinstance(form, CountersignForm) else {}
        return carry_out(request, form, api.countersign, event_uid=event_uid, shown=shown_of(request), **fields)

    return _signed_act(request, event_uid, "countersign", CountersignForm, act, _("Signed. Both have been told."))


@login_required
@require_http_methods(["GET", "POST"])
def revoke(request: SignedInRequest, event_uid: UUID) -> HttpResponse:
    """200 form - 302 taken back, or asked who you are - 403 seen but not yours to take back - 404 - 409 no longer
    stands, or changed since - 422 no reason, or not meant.
    """

    def act(form: Form) -> Any:
        reason = form.cleaned_data["reason"]
        return carry_out(request, form, api.revoke_signoff, event_uid=event_uid, reason=reason, shown=shown_of(request))

    return _signed_act(request, event_uid, "revoke", RevokeForm, act, _("Taken back. It stays in the record."))


def _signed_act(
    request: SignedInRequest,
    event_uid: UUID,
    action: str,
    form_class: type[Form],
    act: Callable[[Form], Any],
    said: str,
) -> HttpResponse:
    """One act on a sign-off by somebody who is sure: the same page for the form, its errors and its conflicts."""
    if request.method == "GET" or not _may(request, "view", event_uid):
        api.signoff_policy.get(request.user, action, uid=event_uid)
    here = reverse(action, args=[event_uid])
    if not recently_authenticated(request):
        return reauthenticate(request, here)
    status, key, kept = 200, uuid4(), None
    if request.method == "POST":
        form = form_class(request.POST)
        status, key = 422, key_of(request)
        if form.is_valid():
            outcome = act(form)
            if outcome.done:
                drop_stashed_form(request)
                messages.success(request, said)
                return redirect("signoff", event_uid)
            status, key = outcome.status, outcome.key
    else:
        kept = stashed_form(request, here)
        form = form_class(initial=kept) if kept else form_class()
    record = _record(event_uid, clock.now())
    now = api.signoff_shown(record.event)
    context = _shown(request, record) | {"form": form, "key": key, "shown": shown_on(request, now, status, kept)}
    return render(request, f"signoffs/{action}.html", context, status=status)


def _may(request: SignedInRequest, action: str, event_uid: UUID) -> bool:
    return api.signoff_policy.queryset(request.user, action).filter(uid=event_uid).exists()


def _record(event_uid: UUID, at: datetime) -> api.Decided:
    """The record as it stands on the day of whoever it is about."""
    event = api.with_words(api.SignOffEvent.objects.filter(uid=event_uid)).first()
    if event is None:
        raise NotFound(_("There is no such record."))
    return api.read_events([event], clock.today(event.subject.zone, at))[0]


def _shown(request: SignedInRequest, record: api.Decided) -> dict[str, Any]:
    rests_on = api.satisfying_set(record.event)
    skill_id = record.event.skill_id
    return {
        "record": record,
        "event": record.event,
        "rests_on": [(item, api.rating_of(item, skill_id)) for item in rests_on],
        "flags": api.flags_in_words(record.event),
        "own": record.event.subject_id == request.user.pk,
    }
