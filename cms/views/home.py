"""Where somebody begins, their notices, and the pattern page."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lms import clock
from lms.api import duties_of, home_of, read_notices
from lms.errors import Invalid
from lms.requests import SignedInRequest, key_of


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """302 to the first page of what this person is here; to the log-in for everybody else."""
    if not request.user.is_authenticated:
        return redirect(settings.LOGIN_URL)
    place = home_of(duties_of(request.user))
    return redirect(place.name if place else "today")


@login_required
@require_POST
def notices_read(request: SignedInRequest) -> HttpResponse:
    """302: one notice (``notice``) was seen, on to its page; without it all were seen, back to today - 404 not mine."""
    chosen = request.POST.get("notice")
    try:
        uid = UUID(chosen) if chosen else None
    except ValueError:
        raise Invalid(_("This form is incomplete. Open the page again and send it from there.")) from None
    notice = read_notices(actor=request.user, notice_uid=uid, key=key_of(request), at=clock.now())
    if notice is not None:
        return redirect(notice.url)
    messages.success(request, _("All notices are marked as read."))
    return redirect("today")


@require_GET
def patterns(request: HttpRequest) -> HttpResponse:
    """200 every component in every state, for superusers and while debugging - 404 for everybody else."""
    if not (settings.DEBUG or request.user.is_superuser):
        raise Http404
    return render(request, "patterns/index.html")
