"""The language in which somebody reads."""

from __future__ import annotations

from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lms.api import choose_language, in_language_of, language_of
from lms.forms.people import LanguageForm
from lms.requests import SignedInRequest, key_of

from .acting import carry_out


@login_required
@require_http_methods(["GET", "POST"])
def language(request: SignedInRequest) -> HttpResponse:
    """200 form - 302 chosen - 422 not offered. Queries: 2."""
    form = LanguageForm(request.POST or None, initial={"language": language_of(request.user)})
    status, key = 200, uuid4()
    if request.method == "POST":
        status, key = 422, key_of(request)
        if form.is_valid():
            outcome = carry_out(request, form, choose_language, language=form.cleaned_data["language"])
            if outcome.done:
                with in_language_of(outcome.done):
                    messages.success(request, _("This is your language now, also in notices and mail."))
                return redirect("language")
            status, key = outcome.status, outcome.key
    return render(request, "people/language.html", {"form": form, "key": key}, status=status)
