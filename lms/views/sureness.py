"""Is it still you? What views share whose acts others rely on: signing, and opening somebody's door.

What is signed is signed by somebody who showed within five minutes that it is them (``is_sure``). Words that were sent
too late for that are put aside in the session, and stand in the form again when the person comes back (``put_aside``).
"""

from __future__ import annotations

import time
from urllib.parse import urlencode

from allauth.account import app_settings
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import is_reauthentication_required
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse

from lms.requests import SignedInRequest

ASIDE = "put_aside"
NOT_KEPT = ("csrfmiddlewaretoken",)


def is_sure(request: SignedInRequest) -> bool:
    """Whether the person showed within five minutes that it is them, by passphrase or second factor.

    allauth would first ask which second factors somebody has; who was just asked need not wait for that. Queries: 0, or
    3 when the answer is no.
    """
    asked = [record for record in get_authentication_records(request, request.user) if record.get("reauthenticated")]
    recently = bool(asked) and time.time() - asked[-1]["at"] < app_settings.REAUTHENTICATION_TIMEOUT
    return recently or not is_reauthentication_required(request, app="")


def ask_again(request: SignedInRequest, back: str) -> HttpResponse:
    """302 to the question; the answer leads ``back``. What was posted is put aside until then, and nothing is done."""
    if request.method == "POST":
        fields = {name: values for name, values in request.POST.lists() if name not in NOT_KEPT}
        request.session[ASIDE] = {"back": back, "fields": fields}
    return redirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': back})}")


def put_aside(request: SignedInRequest, back: str) -> QueryDict | None:
    """What was put aside for this page, until it was sent (``forget_aside``); None when nothing was."""
    kept = request.session.get(ASIDE)
    if not kept or kept["back"] != back:
        return None
    fields = QueryDict(mutable=True)
    for name, values in kept["fields"].items():
        fields.setlist(name, values)
    return fields


def forget_aside(request: SignedInRequest) -> None:
    """What was put aside has arrived."""
    request.session.pop(ASIDE, None)
