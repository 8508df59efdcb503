"""Erasing the texts of somebody's sign-offs: one administrator asks, another agrees or says no."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from assessments import api
from assessments.forms.erasing import AnswerErasureForm, AskErasureForm
from lms.api import people_policy
from lms.requests import SignedInRequest, key_of
from lms.views.acting import Outcome, carry_out
from lms.views.reauthentication import drop_stashed_form, reauthenticate, recently_authenticated, stashed_form

Form = AskErasureForm | AnswerErasureForm


@login_required
@require_http_methods(["GET", "POST"])
def people_erase(request: SignedInRequest, person_uid: UUID) -> HttpResponse:
    """200 what would go, who asked, and the form - 302 asked, answered, or asked who you are - 403 no administrator, or
    oneself - 404 unknown - 409 still here, nothing to erase, or answered meanwhile - 422 invalid. Queries: 9.
    """
    person = people_policy.get(request.user, "erase", uid=person_uid)
    here = reverse("people_erase", args=[person_uid])
    if not recently_authenticated(request):
        return reauthenticate(request, here)
    status, key = 200, uuid4()
    waiting = api.waiting_erasure(person)
    form_class = AnswerErasureForm if waiting else AskErasureForm
    if request.method == "POST":
        form: Form = form_class(request.POST)
        status, key = 422, key_of(request)
        if form.is_valid():
            outcome = _act(request, form, person_uid, waiting)
            if outcome.done:
                drop_stashed_form(request)
                messages.success(request, str(SAID[outcome.done.status]) % {"name": person.full_name})
                return redirect(here)
            status, key = outcome.status, outcome.key
    else:
        form = form_class(initial=stashed_form(request, here))
    context = {
        "person": person,
        "count": api.texts_about(person).count(),
        "waiting": waiting,
        "mine": waiting is not None and waiting.asked_by_id == request.user.pk,
        "history": api.erasures_of(person),
        "form": form,
        "key": key,
    }
    return render(request, "people/erase.html", context, status=status)


def _act(
    request: SignedInRequest, form: Form, person_uid: UUID, waiting: api.ErasureRequest | None
) -> Outcome[api.ErasureRequest]:
    """Ask, or answer what waits."""
    if waiting is None:
        return carry_out(request, form, api.ask_erasure, person_uid=person_uid, reason=form.cleaned_data["reason"])
    agree = form.cleaned_data["answer"] == AnswerErasureForm.AGREE
    return carry_out(request, form, api.answer_erasure, request_uid=waiting.uid, agree=agree)


SAID = {
    "asked": _("Asked. Another administrator has to agree before anything about %(name)s goes."),
    "done": _("Erased: no name and no comment is left in the sign-offs of %(name)s."),
    "refused": _("Nothing was erased. The sign-offs of %(name)s stay as they are."),
}
