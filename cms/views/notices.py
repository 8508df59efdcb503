"""All that a person was told, and that they have seen it; the newest stand on their home page (components/notices)."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lms import clock
from lms.addresses import address_of
from lms.api import choose_mail, mail_choices, notices_of, read_notices
from lms.errors import Invalid
from lms.forms.people import MailForm
from lms.requests import SignedInRequest, key_of, own_address

PER_PAGE = 50


@login_required
@require_GET
def notices(request: SignedInRequest) -> HttpResponse:
    """200 everything I was told, read or not, the newest first, 50 a page. Queries: 6, for any number."""
    mine = notices_of(request.user)
    page = Paginator(mine, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(notice, address_of(notice.target), uuid4()) for notice in page],
        "unread": mine.filter(read_at=None).count(),
        "key": uuid4(),
        "mail": MailForm(mail_choices(request.user)),
        "mail_key": uuid4(),
    }
    return render(request, "notices/list.html", context)


@login_required
@require_POST
def read(request: SignedInRequest) -> HttpResponse:
    """302: one notice (``notice``) was seen, on to its page; without it all were seen, back to the page that the form
    stood on (``next``; else today) - 404 not mine - 409 key used for something else - 422 incomplete.
    """
    chosen = request.POST.get("notice")
    try:
        uid = UUID(chosen) if chosen else None
    except ValueError:
        raise Invalid(_("This form is incomplete. Open the page again and send it from there.")) from None
    notice = read_notices(actor=request.user, notice_uid=uid, key=key_of(request), at=clock.now())
    if notice is not None:
        return redirect(address_of(notice.target))
    messages.success(request, _("All notices are marked as read."))
    return redirect(own_address(request, request.POST.get("next", "")) or "today")


@login_required
@require_POST
def mail(request: SignedInRequest) -> HttpResponse:
    """302: from now on I get the mail of the kinds that are ticked (``wanted``), and of all that cannot be turned off -
    409 key used for something else - 422 a kind that is not offered, incomplete.
    """
    wanted = request.POST.getlist("wanted")
    choose_mail(actor=request.user, wanted=wanted, key=key_of(request), at=clock.now())
    messages.success(request, _("Your choice of mail is kept."))
    return redirect("notices")
