"""Recall: the questions that are due, and answering one, here or from a lesson."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from assessments import api
from assessments.forms.practice import RecallAnswerForm
from lms import clock
from lms.errors import Conflict, Invalid
from lms.requests import SignedInRequest, own_address

AT_MOST = 20


@login_required
@require_http_methods(["GET"])
def recall(request: SignedInRequest) -> HttpResponse:
    """200: the questions that are due today. Queries: 5."""
    today = clock.today(request.user.zone)
    cards = api.due_cards(request.user, today, limit=AT_MOST)
    context = {"cards": cards, "next_due_on": None if cards else api.next_due_on(request.user, today)}
    return render(request, "recall/list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def answer(request: SignedInRequest, recall_uid: UUID) -> HttpResponse:
    """200 the question - 302 answered - 403 locked - 404 not mine - 409 changed - 422 invalid."""
    if request.method == "GET":
        return _question(request, recall_uid, again="again" in request.GET, onward=request.GET.get("next", ""))
    form = RecallAnswerForm(request.POST)
    onward = request.POST.get("next", "")
    if not form.is_valid():
        return _question(request, recall_uid, again=True, onward=onward, problem=_first(form), status=422)
    try:
        api.answer_recall(
            actor=request.user,
            recall_uid=recall_uid,
            option=form.cleaned_data["option"],
            key=form.cleaned_data["key"],
            at=clock.now(),
        )
    except Invalid as error:
        key = form.cleaned_data["key"]
        return _question(request, recall_uid, again=True, onward=onward, problem=str(error), key=key, status=422)
    except Conflict as error:
        return _question(request, recall_uid, again=True, onward=onward, problem=str(error), status=409)
    there = own_address(request, onward) or reverse("recall_answer", args=[recall_uid])
    return redirect(f"{there}#recall-{recall_uid}")


def _question(
    request: SignedInRequest,
    recall_uid: UUID,
    *,
    again: bool = False,
    onward: str = "",
    problem: str = "",
    key: UUID | None = None,
    status: int = 200,
) -> HttpResponse:
    question = api.question_of(request.user, recall_uid, at=clock.now(), again=again)
    context = {
        "question": question,
        "next": own_address(request, onward),
        "problem": problem,
        "key": key or uuid4(),
    }
    return render(request, "recall/question.html", context, status=status)


def _first(form: RecallAnswerForm) -> str:
    return next(str(sentence) for sentences in form.errors.values() for sentence in sentences)
