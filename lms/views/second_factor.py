"""Removing somebody's second factor, for administrators: whoever lost phone, passkeys and codes cannot get in alone."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID, uuid4

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from lms.api import User, people_policy, remove_second_factor
from lms.forms import SecondFactorForm
from lms.requests import SignedInRequest, key_of, shown_of
from lms.rules.shown import fingerprint, require_same

from .acting import carry_out, shown_on
from .log_in import sign_out_everywhere
from .reauthentication import drop_stashed_form, reauthenticate, recently_authenticated, stashed_form

NAMES = {
    Authenticator.Type.TOTP: gettext_lazy("Authenticator app"),
    Authenticator.Type.RECOVERY_CODES: gettext_lazy("Recovery codes"),
}


@login_required
@require_http_methods(["GET", "POST"])
def people_second_factor(request: SignedInRequest, uid: UUID) -> HttpResponse:
    """200 what is removed, and the form - 302 removed, or asked who you are - 403 no administrator, or oneself - 404
    unknown, or has left - 409 nothing there, or not what was shown - 422 invalid. Queries: 8.
    """
    person = people_policy.get(request.user, "open_door", uid=uid)
    here = reverse("people_second_factor", args=[uid])
    if not recently_authenticated(request):
        return reauthenticate(request, here)
    status, key, kept = 200, uuid4(), None
    held = factors_of(person)
    if request.method == "POST":
        form = SecondFactorForm(request.POST)
        status, key = 422, key_of(request)
        if form.is_valid():
            fields = {"person_uid": uid, "reason": form.cleaned_data["reason"]}
            shown = shown_of(request)
            outcome = carry_out(
                request, form, remove_second_factor, take_away=lambda who: take_away(who, shown), **fields
            )
            if outcome.done:
                drop_stashed_form(request)
                said = _("%(name)s has no second factor any more, is signed out everywhere and gets a mail about it.")
                messages.success(request, said % {"name": person.full_name})
                return redirect("people")
            status, key, held = outcome.status, outcome.key, factors_of(person)
    else:
        kept = stashed_form(request, here)
        form = SecondFactorForm(initial=kept)
    context = {
        "person": person,
        "held": [(factor, name_of(factor)) for factor in held],
        "shown": shown_on(request, factors_shown(held), status, kept),
        "form": form,
        "key": key,
    }
    return render(request, "people/second_factor.html", context, status=status)


def factors_of(person: User) -> list[Authenticator]:
    """All that somebody could show, the oldest first. Queries: 1."""
    return list(Authenticator.objects.filter(user=person).order_by("created_at", "pk"))


def name_of(factor: Authenticator) -> object:
    """What it is called, in the language of whoever reads it."""
    if factor.type == Authenticator.Type.WEBAUTHN:
        return format_lazy(gettext_lazy("Passkey “{name}”"), name=factor.wrap().name)
    return NAMES[factor.type]


def factors_shown(factors: Sequence[Authenticator]) -> str:
    """What the page shows of the factors that would be removed (``lms.rules.shown``)."""
    return fingerprint("factors", [[factor.pk, factor.type, str(name_of(factor))] for factor in factors])


def names_of(person: User) -> list[object]:
    """What somebody could show, by name. Queries: 1."""
    return [name_of(factor) for factor in factors_of(person)]


def settle(person: User, remove: bool, *, shown: str) -> None:
    """Keep all that somebody could show, or remove it, as the administrator said who was shown it.

    Raises Changed when it is not that any more: the person, or a stranger, may have set up a new one. Queries: 1-2.
    """
    factors = factors_of(person)
    if factors:
        require_same(shown, factors_shown(factors))
    if remove:
        Authenticator.objects.filter(pk__in=[factor.pk for factor in factors]).delete()


def take_away(person: User, shown: str) -> list[object]:
    """Remove them all and end every session; returns their names. Raises Changed. Queries: 4, and 3 a session."""
    names = names_of(person)
    settle(person, remove=True, shown=shown)
    sign_out_everywhere(person)
    return names
