"""Inviting somebody, for L&D and administrators."""

from __future__ import annotations

from uuid import UUID, uuid4

from allauth.account.adapter import get_adapter
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lms import clock
from lms.api import (
    User,
    gone_with_address,
    invite_person,
    open_teams,
    organisation,
    people_policy,
    resend_invitation,
)
from lms.forms.people import InviteForm
from lms.requests import SignedInRequest, key_of
from lms.views.acting import carry_out


def invitation_link(person: User) -> str:
    """The address at which a person chooses a passphrase; works once, for PASSWORD_RESET_TIMEOUT."""
    key = f"{user_pk_to_url_str(person)}-{default_token_generator.make_token(person)}"
    return str(get_adapter().get_reset_password_from_key_url(key))


@login_required
@require_http_methods(["GET", "POST"])
def invite(request: SignedInRequest) -> HttpResponse:
    """200 form - 302 invited - 403 not L&D - 409 the form was used before - 422 invalid."""
    people_policy.require(request.user, "invite")
    form = InviteForm(request.POST or None, initial={"time_zone": organisation().time_zone})
    context = {"form": form, "key": uuid4(), "no_team": not open_teams().exists()}
    if request.method == "GET":
        return render(request, "people/invite.html", context)
    status, key = 422, key_of(request)
    if form.is_valid():
        fields = dict(form.cleaned_data)
        team = fields.pop("team")
        outcome = carry_out(request, form, invite_person, team_id=team.pk, link_for=invitation_link, **fields)
        if outcome.done:
            messages.success(request, _("%(name)s is invited.") % {"name": outcome.done.full_name})
            return redirect("people")
        status, key = outcome.status, outcome.key
    context |= {"key": key, "gone": gone_with_address(request.user, request.POST.get("email", ""))}
    return render(request, "people/invite.html", context, status=status)


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
    return redirect("people_record", person.uid)
