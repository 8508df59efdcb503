"""The practice player. Only the learner is ever here: another person's attempt is not found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from assessments import api
from assessments.forms.practice import ChoiceForm, KeyForm, MarkForm, ResponseForm, StartForm
from lms import clock
from lms.api import LOCKED, StepKind, StepState, labels_of, paths_to_show_on
from lms.errors import Conflict, Invalid
from lms.requests import SignedInRequest

ATTEMPTS_A_PAGE = 20


@dataclass(frozen=True)
class Offer:
    """A practice on one of the person's paths."""

    uid: UUID
    title: str
    minutes: int
    status: str
    unfinished: api.Attempt | None
    finished: int


@login_required
@require_http_methods(["GET"])
def practice(request: SignedInRequest) -> HttpResponse:
    """200: what there is to practise on my paths, and my own attempts. Queries: 6."""
    paths = paths_to_show_on(request.user, clock.now())
    attempts = api.attempts_of(request.user)
    states: dict[UUID, StepState] = {}
    for state in (state for path in paths for state in path.steps):
        uid = state.step.content_uid
        if uid and state.step.kind == StepKind.PRACTICE and (uid not in states or states[uid].status == LOCKED):
            states[uid] = state
    labels = labels_of(states, get_language() or "en")
    offers = []
    for uid, state in states.items():
        mine = [attempt for attempt in attempts if attempt.version.scenario_uid == uid]
        offers.append(
            Offer(
                uid=uid,
                title=labels[uid].title if uid in labels else state.step.title,
                minutes=state.step.minutes,
                status=state.status,
                unfinished=next((attempt for attempt in mine if not attempt.finished_at), None),
                finished=sum(attempt.finished_at is not None for attempt in mine),
            )
        )
    page = Paginator(attempts, ATTEMPTS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "practice/list.html", {"offers": offers, "page": page})


@login_required
@require_http_methods(["GET", "POST"])
def brief(request: SignedInRequest, scenario_uid: UUID) -> HttpResponse:
    """200 the brief - 302 begun or resumed - 403 not open yet - 404 not on my path - 422 invalid."""
    form = StartForm(request.POST) if request.method == "POST" else StartForm()
    if form.is_bound and form.is_valid():
        attempt = api.start_attempt(
            actor=request.user,
            scenario_uid=scenario_uid,
            restart=form.cleaned_data["restart"],
            key=form.cleaned_data["key"],
            at=clock.now(),
        )
        return redirect("practice_attempt", attempt.uid)
    found = api.practice_of(request.user, scenario_uid, clock.now())
    context = {"found": found, "form": form, "key": uuid4(), "restart_key": uuid4()}
    return render(request, "practice/brief.html", context, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "POST"])
def attempt(request: SignedInRequest, attempt_uid: UUID) -> HttpResponse:
    """200 the moment or the end - 302 taken - 404 not mine - 409 answered already - 422 invalid; the text is kept."""
    if request.method == "GET":
        return _moment(request, attempt_uid)
    form_class, act = TURNS.get(request.POST.get("turn", ""), TURNS["say"])
    form = form_class(request.POST)
    if not form.is_valid():
        return _moment(request, attempt_uid, form, status=422)
    try:
        act(request, attempt_uid, form)
    except Invalid as error:
        for name, sentence in error.fields.items():
            form.add_error(name, sentence)
        return _moment(request, attempt_uid, form, status=422)
    except Conflict as error:
        return _moment(request, attempt_uid, refused=str(error), kept=request.POST.get("text", ""), status=409)
    return redirect("practice_attempt", attempt_uid)


@login_required
@require_http_methods(["POST"])
def delete(request: SignedInRequest, attempt_uid: UUID) -> HttpResponse:
    """302 deleted - 404 not mine, or gone - 422 invalid."""
    form = KeyForm(request.POST)
    if not form.is_valid():
        return _moment(request, attempt_uid, form, status=422)
    api.delete_attempt(actor=request.user, attempt_uid=attempt_uid, key=form.cleaned_data["key"], at=clock.now())
    messages.success(request, _("The attempt is deleted. What it opened stays open."))
    return redirect("practice")


def _say(request: SignedInRequest, attempt_uid: UUID, form: forms.Form) -> None:
    data = form.cleaned_data
    api.choose_in_attempt(
        actor=request.user,
        attempt_uid=attempt_uid,
        node=data["node"],
        choice=data["choice"],
        confidence=data["confidence"],
        key=data["key"],
        at=clock.now(),
    )


def _write(request: SignedInRequest, attempt_uid: UUID, form: forms.Form) -> None:
    data = form.cleaned_data
    api.write_response(
        actor=request.user,
        attempt_uid=attempt_uid,
        node=data["node"],
        text=data["text"],
        key=data["key"],
        at=clock.now(),
    )


def _mark(request: SignedInRequest, attempt_uid: UUID, form: forms.Form) -> None:
    data = form.cleaned_data
    api.mark_response(
        actor=request.user,
        attempt_uid=attempt_uid,
        node=data["node"],
        ticks=data["ticks"],
        key=data["key"],
        at=clock.now(),
    )


Act = Callable[[SignedInRequest, UUID, forms.Form], None]
TURNS: dict[str, tuple[type[KeyForm], Act]] = {
    "say": (ChoiceForm, _say),
    "write": (ResponseForm, _write),
    "mark": (MarkForm, _mark),
}


def _moment(
    request: SignedInRequest,
    attempt_uid: UUID,
    form: KeyForm | None = None,
    *,
    refused: str = "",
    kept: str = "",
    status: int = 200,
) -> HttpResponse:
    """The moment at which the attempt stands, or its end; with the form that was refused, if one was."""
    moment = api.moment_of(request.user, attempt_uid)
    same = form is not None and form.data.get("node") == moment.node
    key = form.data.get("key") if form is not None and "key" not in form.errors else None
    context = {
        "moment": moment,
        "form": form,
        "data": form.data if form is not None and same else {},
        "ticks": form.data.getlist("ticks") if form is not None and same and hasattr(form.data, "getlist") else [],
        "key": key or uuid4(),
        "delete_key": uuid4(),
        "replay_key": uuid4(),
        "refused": refused,
        "kept": kept,
        "sure": (("sure", _("Sure")), ("think", _("I think so")), ("guess", _("A guess"))),
    }
    return render(request, "practice/end.html" if moment.end else "practice/moment.html", context, status=status)
