"""Two accounts of one human: choosing the other, what joining them does, and parting them again."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from assessments import api
from assessments.forms.joining import JoinForm, PartForm
from lms.api import accounts_of, joinings_of, people_policy
from lms.errors import Conflict
from lms.requests import SignedInRequest, key_of, shown_of
from lms.views.acting import carry_out, shown_on
from lms.views.reauthentication import drop_stashed_form, reauthenticate, recently_authenticated, stashed_form

LONGEST_SEARCH = 80
FALLS = {
    "signer": gettext_lazy("It was signed by the other account."),
    "countersigner": gettext_lazy("It was countersigned by the other account."),
    "evidence": gettext_lazy("It rests on what the other account saw."),
}


@login_required
@require_GET
def people_join(request: SignedInRequest, person_uid: UUID) -> HttpResponse:
    """200 whose account could be the same person's - 403 neither L&D nor administrator, or oneself - 404 unknown.

    Queries: 9.
    """
    person = people_policy.get(request.user, "join", uid=person_uid)
    words = request.GET.get("who", "")[:LONGEST_SEARCH]
    found = api.accounts_to_join(request.user, person, words) if words.strip() else []
    return render(request, "people/join.html", {"person": person, "words": words, "found": found})


@login_required
@require_http_methods(["GET", "POST"])
def people_join_two(request: SignedInRequest, person_uid: UUID, other_uid: UUID) -> HttpResponse:
    """200 the two side by side, and what joining them does - 302 joined, or asked who you are - 403 neither L&D nor
    administrator, or oneself - 404 unknown - 409 joined already, or changed since - 422 invalid. Queries: 15, 1 an
    account and 2 a standing sign-off.
    """
    person = people_policy.get(request.user, "join", uid=person_uid)
    here = reverse("people_join_two", args=[person_uid, other_uid])
    if not recently_authenticated(request):
        return reauthenticate(request, here)
    status, key, kept = 200, uuid4(), None
    if request.method == "POST":
        form = JoinForm(request.POST)
        status, key = 422, key_of(request)
        if form.is_valid():
            fields = {"person_uid": person_uid, "other_uid": other_uid, "reason": form.cleaned_data["reason"]}
            outcome = carry_out(request, form, api.join_accounts, shown=shown_of(request), **fields)
            if outcome.done:
                drop_stashed_form(request)
                messages.success(request, _("Written down: these accounts are one person's. Both are told."))
                return redirect("people_record", person_uid)
            status, key = outcome.status, outcome.key
    else:
        kept = stashed_form(request, here)
        form = JoinForm(initial=kept)
    look = api.look_at_joining(request.user, person_uid, other_uid)
    context = {
        "person": person,
        "look": look,
        "falling": [(row, FALLS[row.why]) for row in look.falling],
        "form": form,
        "key": key,
        "shown": shown_on(request, look.shown, status, kept),
    }
    return render(request, "people/join_two.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def people_part(request: SignedInRequest, person_uid: UUID) -> HttpResponse:
    """200 what it is joined with, and the form - 302 parted, or asked who you are - 403 neither L&D nor administrator,
    or oneself - 404 unknown - 409 joined with none - 422 invalid. Queries: 10.
    """
    person = people_policy.get(request.user, "join", uid=person_uid)
    here = reverse("people_part", args=[person_uid])
    if not recently_authenticated(request):
        return reauthenticate(request, here)
    status, key = 200, uuid4()
    if request.method == "POST":
        form = PartForm(request.POST)
        status, key = 422, key_of(request)
        if form.is_valid():
            reason = form.cleaned_data["reason"]
            outcome = carry_out(request, form, api.part_accounts, person_uid=person_uid, reason=reason)
            if outcome.done:
                drop_stashed_form(request)
                messages.success(request, _("Parted. What was taken back with the joining stays so."))
                return redirect("people_record", person_uid)
            status, key = outcome.status, outcome.key
    else:
        form = PartForm(initial=stashed_form(request, here))
    others = [account for account in accounts_of(person) if account != person]
    if not others and request.method == "GET":
        raise Conflict(_("This account is joined with no other."))
    context = {"person": person, "others": others, "history": joinings_of(person), "form": form, "key": key}
    return render(request, "people/part.html", context, status=status)
