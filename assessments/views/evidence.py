"""Evidence: adding it, taking it back, and handing out files so that nothing in them can run here."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from assessments import api
from assessments.forms.requests import EvidenceForm
from assessments.rules.specs import StandardSpec
from lms import clock
from lms.errors import NotFound
from lms.requests import SignedInRequest, key_of
from lms.views.acting import carry_out

from .requests import show_case


@login_required
@require_POST
def evidence_add(request: SignedInRequest, case_uid: UUID) -> HttpResponse:
    """302 added - 403 not your case, or decided - 404 unknown - 409 used before - 413 too large - 422 refused."""
    case = api.case_policy.get(request.user, "feed", uid=case_uid, related=("version",))
    lines = StandardSpec.from_json(case.version.spec).evidence
    form = EvidenceForm(request.POST, request.FILES, lines=lines)
    key = key_of(request)
    if not form.is_valid():
        return show_case(request, case_uid, form, key, 422)
    file = form.cleaned_data["file"]
    if file and file.size > api.MAX_BYTES:
        sentence = _("This file has %(n)s MB; 10 MB is the most. A picture of the page is usually enough.")
        form.add_error("file", sentence % {"n": -(-file.size // (1024 * 1024))})
        return show_case(request, case_uid, form, key, 413)
    outcome = carry_out(request, form, api.add_evidence, case_uid=case_uid, **form.cleaned_data)
    if outcome.done is None:
        return show_case(request, case_uid, form, outcome.key, outcome.status)
    messages.success(request, _("Added. You can take it back until the case is decided."))
    return redirect("case", case_uid)


@login_required
@require_POST
def evidence_withdraw(request: SignedInRequest, evidence_uid: UUID) -> HttpResponse:
    """302 taken back - 403 seen but not yours, or decided in the meantime - 404 - 409 taken back before."""
    piece = api.withdraw_evidence(actor=request.user, evidence_uid=evidence_uid, key=key_of(request), at=clock.now())
    messages.success(request, _("Taken back."))
    return redirect("case", piece.case.uid)


@login_required
@require_GET
def evidence_file(request: SignedInRequest, evidence_uid: UUID) -> HttpResponseBase:
    """200 the file, always as a download - 404 unknown, taken back, or not yours to see. Queries: 4."""
    piece = api.file_of(request.user, evidence_uid)
    try:
        content = piece.file.open("rb")
    except FileNotFoundError:
        raise NotFound(_("The file is gone from the store. Tell your administrator.")) from None
    response = FileResponse(content, as_attachment=True, filename=piece.file_name, content_type=piece.content_type)
    # Whatever it holds, it gets no origin, no script and no second request.
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-store"
    return response
