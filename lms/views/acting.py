"""What the views of every floor share: one way to carry out an act and to say why it was refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID, uuid4

from django.forms import Form
from django.http import HttpRequest, QueryDict

from lms import clock
from lms.errors import Conflict, Invalid
from lms.forms.fields import OneOf
from lms.requests import SHOWN, SignedInRequest, key_of, shown_of

T = TypeVar("T")

SHORT = 20
BY_MACHINE = ("on", "true", "false")
HIDDEN = re.compile(r"action-|.*(-(type|id|deleted|order|count|uuid)|_FORMS|_id)$|code$|credential$")
"""Fields that a form puts in itself, that press a button, or that open a door."""
NOT_KEPT = ("csrfmiddlewaretoken", "key", "seal", "next", SHOWN)


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


def send(request: SignedInRequest, form: Form, act: Callable[..., T], **known: Any) -> Outcome[T]:
    """Carry out the act with what the form holds; an invalid form is shown again (422) with the same key.

    A field ``x`` that names a row by uid is handed over as ``x_uid``.
    """
    if not form.is_valid():
        return Outcome(None, 422, key_of(request))
    fields = {
        f"{name}_uid" if isinstance(form.fields[name], OneOf) else name: value
        for name, value in form.cleaned_data.items()
    }
    return carry_out(request, form, act, **known, **fields)


def kept_words(request: HttpRequest) -> list[tuple[str, str]]:
    """What somebody wrote in the form that was refused, by field name: several words or a long one, never a passphrase,
    nor what the form itself put in (keys, seals, addresses, the uid of what was chosen).
    """
    return [
        (name, value)
        for name, values in request.POST.lists()
        if name not in NOT_KEPT and "password" not in name
        for value in values
        if (len(value.split()) > 1 or len(value) > SHORT) and uid_or_none(value) is None
    ]


def all_words(request: HttpRequest) -> list[tuple[str, str]]:
    """Every text field of a form that could not be stored, one word or many. What was chosen from a list looks the same
    and comes along; nothing with a letter in it that somebody typed is lost.
    """
    long = kept_words(request)
    return [
        (name, value)
        for name, values in request.POST.lists()
        if name not in NOT_KEPT and "password" not in name
        for value in values
        if (name, value) in long
        or (
            any(map(str.isalpha, value))
            and value not in BY_MACHINE
            and not HIDDEN.match(name)
            and not uid_or_none(value)
        )
    ]


def shown_on(request: SignedInRequest, now: str, status: int, kept: QueryDict | None = None) -> str:
    """The fingerprint that a page's form carries when it is shown with this status; ``now`` is that of what is there.

    After an input that must change it stays that of the page which was read, and so it does for words that were put
    aside (``kept``) while somebody was asked who they are: what changed meanwhile is still found.
    """
    if kept is not None:
        return kept.get(SHOWN, "")
    return shown_of(request) if status == Invalid.status else now


def uid_or_none(text: str | None) -> UUID | None:
    """A UUID from the address, or None for anything else."""
    try:
        return UUID(text or "")
    except ValueError:
        return None
