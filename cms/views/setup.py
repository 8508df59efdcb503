"""Setting an installation up: the six steps, and how the library begins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from cms.api import SetUp, SetUpStep, begin_empty, begin_with_starter, set_up_of
from cms.tasks import wake_for_starter
from lms import clock
from lms.errors import Invalid
from lms.requests import SignedInRequest
from lms.views.acting import send


@dataclass(frozen=True, slots=True)
class SetUpWords:
    """What a step is called, which page it opens, and what its link and button say before and after it is done."""

    title: Any
    page: str
    action: Any
    again: Any


WORDS = {
    "organisation": SetUpWords(
        gettext_lazy("Organisation"),
        "organisation",
        gettext_lazy("Describe the organisation"),
        gettext_lazy("Change it"),
    ),
    "teams": SetUpWords(
        gettext_lazy("Teams"), "teams", gettext_lazy("Make the teams"), gettext_lazy("Look at the teams")
    ),
    "people": SetUpWords(
        gettext_lazy("People"), "people_invite", gettext_lazy("Invite somebody"), gettext_lazy("Invite somebody else")
    ),
    "content": SetUpWords(
        gettext_lazy("Content"), "wagtailadmin_home", gettext_lazy("Write a path"), gettext_lazy("Look at the content")
    ),
    "coaches": SetUpWords(
        gettext_lazy("Coaches and first grants"),
        "coach_profiles",
        gettext_lazy("Name a coach"),
        gettext_lazy("Look at the coaches"),
    ),
    "enrolment": SetUpWords(
        gettext_lazy("First enrolment"),
        "team_enrol",
        gettext_lazy("Enrol somebody"),
        gettext_lazy("Enrol somebody else"),
    ),
}
CLOSED = {
    "team": gettext_lazy("Closed until there is a team"),
    "people": gettext_lazy("Closed until somebody else is here"),
    "learning": gettext_lazy("Closed until somebody is a learning administrator"),
    "path": gettext_lazy("Closed until a path is published"),
    "coach": gettext_lazy("Closed until a coach has a place and a grant"),
}
LOADING = {
    "waiting": ("clock", gettext_lazy("Waits for the worker")),
    "running": ("clock", gettext_lazy("Being loaded")),
    "failed": ("overdue", gettext_lazy("Could not be loaded")),
}


@dataclass(frozen=True, slots=True)
class SetUpRow:
    """A step as it stands on the page: ``who`` and ``state`` as in components/who.html; ``url`` only where it opens."""

    step: SetUpStep
    words: SetUpWords
    who: str
    state: str
    is_next: bool
    url: str

    @property
    def template(self) -> str:
        """What says more about this step."""
        return f"setup/_{self.step.code}.html"


@dataclass(frozen=True, slots=True)
class Beginning:
    """One way in which the library can begin: its service, and what is said after."""

    service: Callable[..., Any]
    sentence: Any


ACTS = {
    "starter": Beginning(
        begin_with_starter, gettext_lazy("The starter curriculum is on its way. You may leave this page.")
    ),
    "empty": Beginning(begin_empty, gettext_lazy("The library begins empty. Authors write in it from now on.")),
}


@login_required
@require_http_methods(["GET", "POST"])
def setup(request: SignedInRequest) -> HttpResponse:
    """200 the steps - 302 the library begins so - 403 neither L&D nor administrator - 409 somebody chose before, or the
    form was used before - 422 incomplete. Queries: 11 with session and user, 12 for somebody who is not L&D.
    """
    act = request.POST.get("act", "") if request.method == "POST" else ""
    form, status, key = Form(request.POST if act else None), 200, uuid4()
    if request.method == "POST":
        if act not in ACTS:
            raise Invalid(_("This form is incomplete. Open the page again and send it from there."))
        outcome = send(request, form, ACTS[act].service)
        if outcome.done:
            if act == "starter":
                transaction.on_commit(wake_for_starter, robust=True)
            messages.success(request, str(ACTS[act].sentence))
            return redirect(reverse("setup") + "#content")
        status, key = outcome.status, outcome.key
    found = set_up_of(request.user, clock.now())
    rows = [row_of(step, found) for step in found.steps]
    context = {
        "found": found,
        "rows": rows,
        "next": next((row for row in rows if row.is_next), None),
        "form": form,
        "key": key,
    }
    return render(request, "setup/setup.html", context, status=status)


def row_of(step: SetUpStep, found: SetUp) -> SetUpRow:
    """A step in words."""
    is_next, words = step is found.next, WORDS[step.code]
    opens = step.yours and not step.waits_for
    loading = found.starter.state if found.starter and step.code == "content" and not step.done else ""
    if step.done:
        who, state = "done", _("Done")
    elif step.waits_for:
        who, state = "closed", str(CLOSED[step.waits_for])
    elif loading in LOADING:
        who, state = LOADING[loading][0], str(LOADING[loading][1])
    elif not step.yours:
        who, state = "manager", _("Waits for a learning administrator")
    elif is_next:
        who, state = "you", _("Next, yours")
    else:
        who, state = "right", _("Can be done now")
    return SetUpRow(step, words, who, state, is_next, reverse(words.page) if opens else "")
