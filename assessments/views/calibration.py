"""Calibration: the vignettes on one page, and what came of each attempt."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from assessments import api
from assessments.forms.calibration import CalibrationForm
from lms import clock
from lms.requests import SignedInRequest, key_of
from lms.rules.scales import SUPERVISION
from lms.views.acting import carry_out


@login_required
@require_http_methods(["GET", "POST"])
def calibration(request: SignedInRequest, set_uid: UUID) -> HttpResponse:
    """200 the vignettes, or when one may try again - 302 handed in - 403 locked - 404 not on your path - 409 published
    anew or too soon - 422 one is not rated; every rating is kept. Queries: 7.
    """
    found = api.calibration_of(request.user, set_uid, clock.now())
    if request.method == "GET":
        form = CalibrationForm(items=found.items, initial={"number": found.version.number})
        return _page(request, found, form, uuid4())
    form = CalibrationForm(request.POST, items=found.items)
    if not form.is_valid():
        return _page(request, found, form, key_of(request), 422)
    outcome = carry_out(request, form, api.take_calibration, set_uid=set_uid, **form.for_service())
    if outcome.done is None:
        found = api.calibration_of(request.user, set_uid, clock.now())
        return _page(request, found, form, outcome.key, outcome.status)
    return redirect("calibration_result", outcome.done.uid)


@login_required
@require_GET
def result(request: SignedInRequest, attempt_uid: UUID) -> HttpResponse:
    """200 - 404 not one's own. Queries: 3."""
    attempt, rated = api.result_of(request.user, attempt_uid)
    spec = attempt.version.spec
    context = {
        "attempt": attempt,
        "title": spec["title"],
        "needed": spec["kappa"],
        "max_bias": spec["max_bias"],
        "rows": [(row, SUPERVISION[row.rating], SUPERVISION[row.item.reference]) for row in rated],
        "same": sum(not row.off for row in rated),
        "tendency": _tendency(float(attempt.bias), spec["max_bias"]),
    }
    return render(request, "calibration/result.html", context)


def _tendency(bias: float, most: float) -> str:
    if abs(bias) <= most:
        return _("You are neither milder nor stricter than they are.")
    if bias > 0:
        return _("You see less help than there was: you are milder than they are.")
    return _("You see more help than there was: you are stricter than they are.")


def _page(
    request: SignedInRequest, found: api.Calibration, form: CalibrationForm, key: UUID, status: int = 200
) -> HttpResponse:
    context = {"found": found, "form": form, "key": key}
    return render(request, "calibration/calibration.html", context, status=status)
