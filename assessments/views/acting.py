"""What the views of judging share: one way to carry out an act, and being asked who one is.

What is signed is signed by somebody who showed within five minutes that it is them (``is_sure``). Words that were sent
too late for that are put aside in the session, and stand in the form again when the person comes back (``put_aside``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, ParamSpec, TypeVar
from urllib.parse import urlencode
from uuid import UUID, uuid4

from allauth.account.internal.flows.reauthentication import is_reauthentication_required
from django.forms import Form
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse

from lms import clock
from lms.errors import Conflict, Invalid
from lms.requests import SignedInRequest, key_of

P = ParamSpec("P")
T = TypeVar("T")
ASIDE = "put_aside"
NOT_KEPT = ("csrfmiddlewaretoken",)


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T]):
    """How an act went: what it returned, or the status and key with which its form is shown again."""

    done: T | None
    status: int
    key: UUID


def carry_out(request: SignedInRequest, form: Form, act: Callable[..., T], **fields: Any) -> Outcome[T]:
    """Call the service with these fields, the actor, the key and the moment; refusals go into the (valid) form.

    422 keeps the key, 409 gives a new one: what the page says then is another act.
    """
    key = key_of(request)
    try:
        return Outcome(act(actor=request.user, key=key, at=clock.now(), **fields), 302, key)
    except Invalid as error:
        for name, sentence in (error.fields or {"": str(error)}).items():
            known = next((field for field in (name, f"{name}_uid") if field in form.fields), None)
            form.add_error(known, sentence)
        return Outcome(None, 422, key)
    except Conflict as error:
        form.add_error(None, str(error))
        return Outcome(None, 409, uuid4())


def uid_or_none(text: str | None) -> UUID | None:
    """A UUID from the address, or None for anything else."""
    try:
        return UUID(text or "")
    except ValueError:
        return None


# --- Is it still you? ---------------------------------------------------------------------------------------------


def is_sure(request: SignedInRequest) -> bool:
    """Whether the person showed within five minutes that it is them, by passphrase or second factor. Queries: 0-2."""
    return not is_reauthentication_required(request, app="")


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
