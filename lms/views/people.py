"""Pages for L&D administrators: who is here, and inviting somebody."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID, uuid4

from allauth.account.adapter import get_adapter
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lms import clock
from lms.api import (
    DutyHolding,
    User,
    invite_person,
    is_administrator,
    is_learning_administrator,
    named_like,
    organisation,
    people_policy,
    resend_invitation,
    unread_notices,
)
from lms.forms.people import InviteForm
from lms.requests import SignedInRequest, key_of
from lms.rules.duties import ADMINISTRATOR
from lms.views.acting import carry_out

PER_PAGE = 50


def invitation_link(person: User) -> str:
    """The address at which a person chooses a passphrase; works once, for PASSWORD_RESET_TIMEOUT."""
    key = f"{user_pk_to_url_str(person)}-{default_token_generator.make_token(person)}"
    return str(get_adapter().get_reset_password_from_key_url(key))


@login_required
@require_GET
def people(request: SignedInRequest) -> HttpResponse:
    """200 everybody, by name, 50 a page - 403 neither L&D nor an administrator. Queries: 9; 10 for an administrator."""
    people_policy.require(request.user, "invite")
    words = request.GET.get("q", "").strip()
    duties_now = Prefetch("duty_holdings", DutyHolding.objects.filter(until_at=None), to_attr="duties_now")
    found = User.objects.order_by("name_order", "pk").prefetch_related("memberships__team", duties_now)
    if words:
        found = found.filter(named_like(words))
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "words": words, "key": uuid4(), "news": unread_notices(request.user)}
    context["may_end"] = _may_end(request.user, page)
    context["with_factor"] = _with_factor(request.user, page)
    context["may_move"] = is_administrator(request.user)
    return render(request, "people/list.html", context)


def _may_end(reader: User, people: Iterable[User]) -> set[int]:
    """Whose account the reader may close, of these people with their ``duties_now``. Queries: 0."""
    if not is_learning_administrator(reader):
        return set()
    all_of_them = is_administrator(reader)
    return {
        person.pk
        for person in people
        if person.is_active
        and person != reader
        and (all_of_them or ADMINISTRATOR not in {row.duty for row in person.duties_now})  # type: ignore[attr-defined]
    }


def _with_factor(reader: User, people: Iterable[User]) -> set[int]:
    """Whose second factor the reader may remove, of these people. Queries: 1 for an administrator, else 0."""
    if not is_administrator(reader):
        return set()
    ids = [person.pk for person in people if person.is_active and person != reader]
    return set(Authenticator.objects.filter(user__in=ids).values_list("user", flat=True))


@login_required
@require_http_methods(["GET", "POST"])
def invite(request: SignedInRequest) -> HttpResponse:
    """200 form - 302 invited - 403 not L&D - 409 the form was used before - 422 invalid."""
    people_policy.require(request.user, "invite")
    form = InviteForm(request.POST or None, initial={"time_zone": organisation().time_zone})
    if request.method == "GET":
        return render(request, "people/invite.html", {"form": form, "key": uuid4()})
    status, key = 422, key_of(request)
    if form.is_valid():
        fields = dict(form.cleaned_data)
        team = fields.pop("team")
        outcome = carry_out(request, form, invite_person, team_id=team.pk, link_for=invitation_link, **fields)
        if outcome.done:
            messages.success(request, _("%(name)s is invited.") % {"name": outcome.done.full_name})
            return redirect("people")
        status, key = outcome.status, outcome.key
    return render(request, "people/invite.html", {"form": form, "key": key}, status=status)


@login_required
@require_POST
def invite_again(request: SignedInRequest, uid: UUID) -> HttpResponse:
    """302 a new link is on its way - 403 not L&D - 404 unknown - 409 has a passphrase already."""
    person = resend_invitation(
        actor=request.user,
        person_uid=uid,
        link_for=invitation_link,
        key=key_of(request),
        at=clock.now(),
    )
    messages.success(request, _("A new link is on its way to %(email)s.") % {"email": person.email})
    return redirect("people")
