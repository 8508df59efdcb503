"""Photos of people: handing them out, choosing one's own, removing somebody else's."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lms.api import people_policy, photo_of, remove_own_photo, remove_photo, set_photo
from lms.errors import Invalid
from lms.forms.me import PhotoForm, RemovePhotoForm
from lms.requests import SignedInRequest
from lms.rules.squares import MOST_BYTES

from .acting import send

A_DAY = 24 * 60 * 60


@login_required
@require_safe
def photo(request: SignedInRequest, uid: UUID, size: str) -> HttpResponse:
    """200 the photo - 302 nobody is signed in - 404 unknown, removed, or no such size. Queries: 3.

    The reader's own browser may keep it for a day: a photo never changes, and a page names the one that holds now.
    """
    response = HttpResponse(photo_of(request.user, uid, size), content_type="image/webp")
    # Whatever it holds, it gets no origin, no script and no second request.
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = f"private, max-age={A_DAY}, immutable"
    return response


@login_required
@require_http_methods(["GET", "POST"])
def me_photo(request: SignedInRequest) -> HttpResponse:
    """200 the photo, and the forms - 302 set, or removed - 409 the form was used before - 413 too large - 422 no
    picture, or invalid. Queries: 2.
    """
    act = request.POST.get("act", "") if request.method == "POST" else ""
    if request.method == "POST" and act not in ("set", "remove"):
        raise Invalid(_("This form is incomplete. Open the page again and send it from there."))
    form = PhotoForm(request.POST, request.FILES) if act == "set" else PhotoForm()
    away = Form(request.POST if act == "remove" else None)
    status, key = 200, uuid4()
    if act == "set":
        outcome = send(request, form, set_photo)
        if outcome.done:
            messages.success(request, _("This is your photo now. Is your face not in the middle? Choose another part."))
            return redirect("me_photo")
        file = request.FILES.get("file")
        too_large = file is not None and (file.size or 0) > MOST_BYTES
        status, key = 413 if too_large else outcome.status, outcome.key
    elif act == "remove":
        outcome = send(request, away, remove_own_photo)
        if outcome.done:
            messages.success(request, _("Your photo is gone. Your initials stand in its place."))
            return redirect("me_photo")
        status, key = outcome.status, outcome.key
    context = {"form": form, "away": away, "key": key}
    return render(request, "people/me_photo.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def people_photo(request: SignedInRequest, uid: UUID) -> HttpResponse:
    """200 the photo, and the form - 302 removed - 403 neither L&D nor administrator, or oneself - 404 unknown - 409
    there is none any more - 422 no reason. Queries: 4.
    """
    person = people_policy.get(request.user, "photo", uid=uid)
    form, status, key = RemovePhotoForm(request.POST or None), 200, uuid4()
    if request.method == "POST":
        outcome = send(request, form, remove_photo, person_uid=uid)
        if outcome.done:
            messages.success(request, _("The photo is removed, and %(name)s is told why.") % {"name": person.full_name})
            return redirect("people_record", uid)
        status, key = outcome.status, outcome.key
    context = {"person": person, "form": form, "key": key}
    return render(request, "people/photo.html", context, status=status)
