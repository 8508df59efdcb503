"""Showing again who one is, before an act on which others rely: signing, or changing how somebody logs in.

Such an act is done by somebody who showed within five minutes who they are (``recently_authenticated``). What was sent
too late for that is kept in the session, and stands in the form again when the person comes back (``stashed_form``).
"""

from __future__ import annotations

import time
from urllib.parse import urlencode

from allauth.account import app_settings
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from lms.allauth_internals import get_authentication_records, is_reauthentication_required
from lms.requests import SignedInRequest

STASH = "stashed_form"
NOT_KEPT = ("csrfmiddlewaretoken",)


def recently_authenticated(request: SignedInRequest) -> bool:
    """Whether the person showed within five minutes that it is them, by passphrase or second factor.

    allauth would first ask which second factors somebody has; who was just asked need not wait for that. Queries: 0, or
    3 when the answer is no.
    """
    asked = [record for record in get_authentication_records(request, request.user) if record.get("reauthenticated")]
    recently = bool(asked) and time.time() - asked[-1]["at"] < app_settings.REAUTHENTICATION_TIMEOUT
    return recently or not is_reauthentication_required(request, app="")


def reauthenticate(request: SignedInRequest, back: str) -> HttpResponse:
    """302 to the question; the answer leads ``back``. What was posted is kept until then, and nothing is done."""
    if request.method == "POST":
        fields = {name: values for name, values in request.POST.lists() if name not in NOT_KEPT}
        request.session[STASH] = {"back": back, "fields": fields}
    return redirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': back})}")


def stashed_form(request: SignedInRequest, back: str) -> QueryDict | None:
    """What was kept for this page, until it was sent (``drop_stashed_form``); None when nothing was.

    The page says that it was not sent yet: whoever pressed a button before they showed who they are takes it for done.
    """
    kept = request.session.get(STASH)
    if not kept or kept["back"] != back:
        return None
    fields = QueryDict(mutable=True)
    for name, values in kept["fields"].items():
        fields.setlist(name, values)
    messages.info(request, _("Nothing has been done yet. What you wrote stands in the form again: send it once more."))
    return fields


def drop_stashed_form(request: SignedInRequest) -> None:
    """What was kept has arrived."""
    request.session.pop(STASH, None)
